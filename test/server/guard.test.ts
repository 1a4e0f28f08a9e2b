import { hostname } from "node:os"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createBrowserHost } from "../../src/hosts/browser/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { nameOf, type RunningServer, startServer } from "../../src/server/index.ts"
import { Client, statusOf } from "../hosts/client.ts"

describe("who may talk to the server", () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer({ discs: [], openDisc, hosts: [(context) => createBrowserHost(context)] })
  })
  afterAll(() => server?.close())
  const discs = () => `${server.url}api/discs`

  test("by its own names, from its own page or from none", async () => {
    for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`]) {
      expect(await statusOf(discs(), { host })).toBe(200)
      expect(await statusOf(discs(), { host, origin: `http://${host}` })).toBe(200)
    }
  })

  test("a name that another site points here is refused", async () => {
    for (const host of ["evil.example", `evil.example:${server.port}`, "localhost.evil.example", "192.168.1.7"]) {
      expect(await statusOf(discs(), { host })).toBe(403)
    }
  })

  test("beyond loopback by any address and by this machine's own name, and by no other name", async () => {
    const open = await startServer({ host: "0.0.0.0", discs: [], openDisc, hosts: [(context) => createBrowserHost(context)] })
    const [name = ""] = hostname().toLowerCase().split(".")
    for (const host of ["192.168.1.7", "[fe80::1]", name, `${name}.local`, "localhost"]) {
      expect(await statusOf(`http://127.0.0.1:${open.port}/api/discs`, { host: `${host}:${open.port}` }), host).toBe(200)
    }
    for (const host of ["evil.example", `${name}.evil.example`, "evil.local", "1.2.3.4.evil.example", "0x7f.1"]) {
      expect(await statusOf(`http://127.0.0.1:${open.port}/api/discs`, { host }), host).toBe(403)
    }
    await open.close()
  })

  test("a page of another site is refused, also on a socket", async () => {
    const host = `127.0.0.1:${server.port}`
    for (const origin of ["http://evil.example", `http://127.0.0.1:${server.port + 1}`, "null"]) {
      expect(await statusOf(discs(), { host, origin })).toBe(403)
      await expect(Client.connect(server.url, "api/session", { headers: { origin } })).rejects.toThrow("403")
      await expect(Client.connect(server.url, "api/files", { headers: { origin } })).rejects.toThrow("403")
    }
    await expect(Client.connect(server.url, "api/else")).rejects.toThrow("404")
  })

  test("names of discs tell no folders and no credentials", () => {
    expect(nameOf("/home/me/films/movie.iso")).toBe("movie.iso")
    expect(nameOf("https://me:secret@nas.local/films/My%20film.iso?token=1")).toBe("My film.iso")
  })
})
