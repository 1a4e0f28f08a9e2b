import { copyFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { networkInterfaces } from "node:os"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { DiscDescription, LibraryListing } from "../../src/hosts/browser/catalogue-message.ts"
import { Workplace } from "../server/support/discs.ts"
import { samplePath } from "./cli.ts"
import { Serving } from "./serving.ts"

let place: Workplace
const running: Serving[] = []
beforeEach(() => {
  place = new Workplace()
  place.folder("films")
})
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL")
  place.remove()
})

const start = (args: readonly string[]): Serving => {
  const serving = new Serving(args, place.at("cache"))
  running.push(serving)
  return serving
}

/** Resolves once an address is printed. */
async function serve(...args: readonly string[]): Promise<{ readonly serving: Serving; readonly url: string }> {
  const serving = start(["--port", "0", ...args])
  return { serving, url: await serving.url() }
}

const failure = async (...args: readonly string[]): Promise<{ code: number | null; stderr: string }> => {
  const serving = start(args)
  const code = await serving.ended()
  return { code, stderr: serving.stderr }
}

const get = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>
const copy = (source: string, ...to: readonly string[]) => {
  copyFileSync(source, place.at(...to))
  utimesSync(place.at(...to), 1, 1)
}
const settled = (url: string) =>
  expect.poll(async () => (await get<LibraryListing>(`${url}api/library`)).library?.reading, { timeout: 30_000 }).toBe(0)

describe("opentray serve", () => {
  test("serves a folder: discs, their titles and where each is to be had; and stops on a signal", async () => {
    copy(samplePath("dvd.iso"), "films", "a.iso")
    place.folder("films", "more")
    copy(samplePath("bluray.iso"), "films", "more", "b.iso")
    writeFileSync(place.at("films", "c.iso"), "no disc")
    utimesSync(place.at("films", "c.iso"), 1, 1)
    const { serving, url } = await serve(place.at("films"), "--name", "Den")
    expect(serving.said).toMatch(/^Den serves 3 discs at\n {2}http:\/\/localhost:\d+\/\n$/)
    await settled(url)

    const discs = await get<DiscDescription[]>(`${url}api/discs`)
    expect(discs.map(({ name, folder, kind, label }) => ({ name, folder, kind, label }))).toEqual([
      { name: "a.iso", folder: [], kind: "dvd-video", label: "OPENTRAY_DVD" },
      { name: "b.iso", folder: ["more"], kind: "blu-ray", label: "OPENTRAY_BLURAY" },
    ])
    for (const disc of discs) {
      expect(disc.id).toMatch(/^[\da-f]{16}$/)
      expect(disc.protection).toBeInstanceOf(Array)
      expect(await get<DiscDescription>(`${url}api/discs/${disc.id}`)).toEqual(disc)
      expect((await fetch(new URL(disc.cover, url))).headers.get("content-type")).toBe("image/jpeg")
      const [title] = disc.titles
      if (title === undefined) throw new Error("no titles")
      expect(title.streams.length).toBeGreaterThan(1)
      const base = `/api/discs/${disc.id}/titles/1`
      expect(title.urls).toEqual({
        file: `${base}/file/${disc.kind === "dvd-video" ? "title.mpg" : "title.m2ts"}`,
        hls: `${base}/hls/master.m3u8`,
        page: `/?disc=${disc.id}&title=1`,
        thumbnail: `${base}/thumbnail.jpg`,
      })
      const file = await fetch(new URL(title.urls.file, url), { headers: { range: "bytes=0-3" } })
      expect(file.status).toBe(206)
      expect((await fetch(new URL(title.urls.thumbnail, url))).headers.get("content-type")).toBe("image/jpeg")
    }
    expect((await get<DiscDescription[]>(`${url}api/discs?offset=1&limit=5`)).map(({ name }) => name)).toEqual(["b.iso"])

    const { library } = await get<LibraryListing>(`${url}api/library`)
    expect(library?.problems).toEqual([{ name: "c.iso", folder: [], code: "not-a-disc", message: expect.any(String) }])
    await expect.poll(() => serving.stderr).toMatch(/^opentray: c\.iso: .+\n$/)
    serving.child.kill("SIGTERM")
    expect(await serving.ended()).toBe(0)
  })

  test("tells programs where it is, and listens on loopback alone", async () => {
    copy(samplePath("dvd.iso"), "films", "a.iso")
    const { serving, url } = await serve(place.at("films", "a.iso"), "--json")
    await expect
      .poll(() => JSON.parse(serving.said))
      .toEqual({ name: expect.stringMatching(/^opentray on /), port: expect.any(Number), urls: [url], discs: 1 })
    for (const address of ownAddresses()) await expect(fetch(url.replace("localhost", address))).rejects.toThrow()
  })

  test("lets the house in with --lan, by address, and opens no other discs for it", async () => {
    copy(samplePath("dvd.iso"), "films", "a.iso")
    const { url, serving } = await serve(place.at("films"), "--lan", "--json")
    const { urls } = JSON.parse(serving.said) as { urls: string[] }
    const addresses = ownAddresses()
    expect(urls).toEqual([url, ...addresses.map((address) => url.replace("localhost", address))])
    for (const address of urls) expect((await fetch(`${address}api/discs`)).status).toBe(200)
    const opened = await fetch(`${url}api/discs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ spec: "/etc/passwd" }),
    })
    expect(await opened.json()).toMatchObject({ code: "not-permitted" })
  })

  test("says what is wrong with its arguments", async () => {
    expect(await failure(place.at("nowhere"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("there is no such file or folder"),
    })
    expect(await failure(place.at("films"), "--port", "99999")).toMatchObject({ code: 2, stderr: expect.stringContaining("--port") })
    expect(await failure(place.at("films"), "--name", "")).toMatchObject({ code: 2, stderr: expect.stringContaining("--name") })
    expect(await failure()).toMatchObject({ code: 2 })
    const { url } = await serve(place.at("films"))
    const taken = await failure(place.at("films"), "--port", new URL(url).port)
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining("in use") })
  })

  test.skipIf(process.platform !== "linux")(
    "50 clients that read all of a title, and 50 that do not read on, take less than 300 MB",
    async () => {
      copy(samplePath("dvd.iso"), "films", "a.iso")
      copy(samplePath("bluray.iso"), "films", "b.iso")
      const serving = new Serving(["--port", "0", place.at("films")], place.at("cache"), "build")
      running.push(serving)
      const url = await serving.url()
      await settled(url)
      const agent = new Agent({ maxSockets: 200 })
      const files = (await get<DiscDescription[]>(`${url}api/discs`)).flatMap(({ titles }) =>
        titles.map(({ urls }) => new URL(urls.file, url)),
      )
      const read = (to: URL, whole: boolean): Promise<number> =>
        new Promise((done, failed) => {
          request(to, { agent }, (response) => {
            let length = 0
            if (!whole) return done(0)
            response.on("data", (chunk: Buffer) => {
              length += chunk.length
            })
            response.on("end", () => done(length))
            response.on("error", failed)
          })
            .on("error", failed)
            .end()
        })
      const fileOf = (index: number) => files[index % files.length] as URL
      await Promise.all(Array.from({ length: 50 }, (_, index) => read(fileOf(index), false)))
      for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 50 }, (_, index) => read(fileOf(index + round), true)))
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${serving.child.pid}/status`, "utf8"))?.[1]) / 1024
      console.log(`at most ${Math.round(peak)} MB`)
      expect(peak).toBeLessThan(300)
      agent.destroy()
    },
  )
})

const ownAddresses = () =>
  Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address),
  )
