import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createBrowserHost } from "../../src/hosts/browser/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { converterCounts } from "../../src/transcode/index.ts"
import { sample } from "../support/browser.ts"
import { Client, discs, playMessage, serveRanges } from "./client.ts"

/** The bound of the issue, and what a loaded machine adds. */
const FREED_WITHIN_MS = 5_000 + 2_000

const serve = async (specs: readonly string[]) =>
  startServer({
    discs: await Promise.all(specs.map(async (spec) => ({ disc: await openDisc(spec), name: spec.split("/").at(-1) ?? "" }))),
    openDisc,
    hosts: [(context) => createBrowserHost(context)],
  })

async function freed(): Promise<void> {
  const until = Date.now() + FREED_WITHIN_MS
  while (converterCounts().open > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(converterCounts().open).toBe(0)
}

describe("sessions of the browser host", () => {
  let server: RunningServer
  let id = ""
  beforeAll(async () => {
    server = await serve([sample("dvd.iso")])
    id = (await discs(server.url))[0]?.id ?? ""
  })
  afterAll(() => server?.close())

  const begin = async (options = {}) => {
    const client = await Client.connect(server.url, "api/session", options)
    client.say(playMessage(id))
    return { client, stream: server.url + (await client.hear("session")).stream }
  }
  /** Fetches the stream up to its first bytes. */
  const fetchSome = async (stream: string) => {
    const abort = new AbortController()
    const reader = (await fetch(stream, { signal: abort.signal })).body?.getReader()
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
    return { abort, reader }
  }

  test("ends with the socket, whatever of the stream is not taken yet", async () => {
    const { client, stream } = await begin()
    await fetchSome(stream)
    client.socket.terminate()
    await freed()
  })

  test("ends when the stream is let go of", async () => {
    const { client, stream } = await begin()
    const { abort } = await fetchSome(stream)
    abort.abort()
    await client.closed
    await freed()
  })

  test("ends when the stream is never fetched", async () => {
    const { client } = await begin()
    expect(converterCounts().open).toBe(1)
    await client.closed
    await freed()
  })

  test("ends when the other side gives no sign of life, though its connection was never closed", async () => {
    const { stream } = await begin({ autoPong: false })
    await fetchSome(stream)
    await freed()
  })

  test("has one stream", async () => {
    const { client, stream } = await begin()
    await fetchSome(stream)
    expect((await fetch(stream)).status).toBe(404)
    client.socket.terminate()
    await freed()
  })

  test("is refused beyond the server's bound, and welcome again when another has gone", async () => {
    const all = await Promise.all(Array.from({ length: 32 }, () => begin()))
    const late = await Client.connect(server.url, "api/session")
    late.say(playMessage(id))
    expect(await late.hear("error")).toMatchObject({ code: "limit" })
    for (const { client } of all) client.socket.terminate()
    await freed()
    const { client } = await begin()
    client.socket.terminate()
    await freed()
  })

  test("converts for four at once; the fifth is told so", async () => {
    const all = []
    for (let i = 0; i < 4; i++) {
      const one = await begin()
      await fetchSome(one.stream)
      all.push(one.client)
    }
    const { client, stream } = await begin()
    void fetch(stream).catch(() => {})
    expect(await client.hear("error")).toMatchObject({ code: "limit" })
    for (const one of all) one.socket.terminate()
    await freed()
  })

  test("hears what is not a message of the page, and closes", async () => {
    for (const nonsense of [
      "{",
      '{"type":"seek","id":1,"time":5}',
      JSON.stringify({ ...playMessage(id), start: { title: "1", time: 0 } }),
      JSON.stringify({ ...playMessage(id), start: { menu: "kitchen" } }),
      JSON.stringify({ ...playMessage(id), start: { from: "first-play", title: 1, time: 0 } }),
      JSON.stringify({ type: "x" }),
    ]) {
      const client = await Client.connect(server.url, "api/session")
      client.socket.send(nonsense)
      await client.closed
    }
    const long = await Client.connect(server.url, "api/session")
    long.socket.on("error", () => {})
    long.socket.send("x".repeat(20_000))
    await long.closed
  })

  test("says by name what cannot be played", async () => {
    const client = await Client.connect(server.url, "api/session")
    client.say({ ...playMessage(id), start: { title: 77, time: 0 } })
    const { stream } = await client.hear("session")
    void fetch(server.url + stream).catch(() => {})
    expect(await client.hear("error")).toMatchObject({ code: "not-found" })
    await freed()
  })
})

describe("a disc that lies with the page", () => {
  let server: RunningServer
  const image = readFileSync(sample("dvd.iso"))
  beforeAll(async () => {
    server = await serve([])
  })
  afterAll(() => server?.close())

  type Request = { readonly type: "read"; readonly id: number; readonly offset: number; readonly length: number }
  /** `answer` gives the bytes that the page sends back. */
  const share = async (answer: (request: Request) => Uint8Array | { readonly changed: boolean }, size = image.length) => {
    const client = await Client.connect(server.url, "api/files")
    client.socket.on("message", (data) => {
      const request = JSON.parse(String(data)) as Request
      if (request.type !== "read") return
      const bytes = answer(request)
      if (!(bytes instanceof Uint8Array)) return client.say({ type: "failed", id: request.id, changed: bytes.changed })
      const head = Buffer.alloc(4)
      head.writeUInt32LE(request.id)
      client.socket.send(Buffer.concat([head, bytes]))
    })
    client.say({ type: "share", name: "dropped.iso", kind: "image", files: [{ path: "dropped.iso", size }] })
    return client
  }
  const honest = ({ offset, length }: Request) => image.subarray(offset, offset + length)
  const heard = async (client: Client) => {
    for (;;) {
      const found = client.messages.find(({ type }) => (type as string) === "opened" || type === "error")
      if (found !== undefined) return found as unknown as { type: string; code?: string; disc?: { id: string } }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  test("opens and plays as long as its page is there", async () => {
    const page = await share(honest)
    const { disc } = await heard(page)
    expect((await discs(server.url)).map(({ name }) => name)).toEqual(["dropped.iso"])
    const client = await Client.connect(server.url, "api/session")
    client.say(playMessage(disc?.id ?? ""))
    const response = await fetch(server.url + (await client.hear("session")).stream)
    expect((await response.body?.getReader().read())?.value?.length).toBeGreaterThan(0)
    page.socket.terminate()
    await client.closed
    await freed()
    expect(await discs(server.url)).toEqual([])
  })

  test("answers that are too short, or none, or of a changed file are named errors", async () => {
    expect(await heard(await share(({ offset, length }) => image.subarray(offset, offset + length - 1)))).toMatchObject({
      code: "read-failed",
    })
    expect(await heard(await share(() => ({ changed: false })))).toMatchObject({ code: "read-failed" })
    expect(await heard(await share(() => ({ changed: true })))).toMatchObject({ code: "source-changed" })
    expect(await heard(await share(({ length }) => new Uint8Array(length)))).toMatchObject({ code: "not-a-disc" })
  })

  test("a folder with paths that lead out of it is refused", async () => {
    const client = await Client.connect(server.url, "api/files")
    client.say({ type: "share", name: "x", kind: "folder", files: [{ path: "../etc/passwd", size: 5 }] })
    expect(await heard(client)).toMatchObject({ code: "bad-argument" })
  })

  test("is not opened where others than this machine can ask", async () => {
    const open = await startServer({ host: "0.0.0.0", discs: [], openDisc, hosts: [(context) => createBrowserHost(context)] })
    const client = await Client.connect(`http://127.0.0.1:${open.port}/`, "api/files")
    client.say({ type: "share", name: "x.iso", kind: "image", files: [{ path: "x.iso", size: 5 }] })
    expect(await heard(client)).toMatchObject({ code: "not-permitted" })
    const body = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ spec: sample("dvd.iso") }) }
    const response = await fetch(`http://127.0.0.1:${open.port}/api/discs`, body)
    expect(await response.json()).toMatchObject({ code: "not-permitted" })
    await open.close()
  })
})

describe.each(["dvd.iso", "bluray.iso"] as const)("%s over HTTP", (name) => {
  test("needs no more than 6 further requests before media data flows", async () => {
    const web = await serveRanges(readFileSync(sample(name)))
    const server = await serve([web.url])
    const before = web.requests().length
    expect(before).toBeLessThanOrEqual(12)
    const client = await Client.connect(server.url, "api/session")
    client.say(playMessage((await discs(server.url))[0]?.id ?? ""))
    const response = await fetch(server.url + (await client.hear("session")).stream)
    expect((await response.body?.getReader().read())?.value?.length).toBeGreaterThan(0)
    // Tables and navigation packs are read in small pieces, the film in long runs.
    const further = web.requests().slice(before)
    const media = further.findIndex((length) => length >= 128 * 1024)
    expect(media).toBeGreaterThanOrEqual(0)
    expect(media + 1).toBeLessThanOrEqual(6)
    client.socket.terminate()
    await freed()
    await server.close()
    web.close()
  })
})
