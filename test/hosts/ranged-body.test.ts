import { request } from "node:http"
import { connect } from "node:net"
import { Hono } from "hono"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { DiscError, type ReadOptions } from "../../src/base/index.ts"
import { parseRange } from "../../src/hosts/byte-range.ts"
import { rangedBody } from "../../src/hosts/ranged-body.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"

const SIZE = 3_000_001
const bytes = Uint8Array.from({ length: SIZE }, (_, index) => (index * 31 + (index >> 8)) & 0xff)

/** Content that notes what is asked of it. */
class Noted {
  size = SIZE
  reads = 0
  pending = 0
  aborted = 0
  /** Bytes from here on cannot be read. */
  brokenFrom = Number.POSITIVE_INFINITY
  /** Reads wait until they are aborted. */
  hangs = false

  async read(offset: number, length: number, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    this.reads++
    this.pending++
    try {
      if (this.hangs) await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()))
      if (signal?.aborted) {
        this.aborted++
        throw new DiscError("aborted", "given up")
      }
      if (offset + length > this.brokenFrom) throw new DiscError("read-failed", "a bad sector", { path: "film", offset })
      return bytes.subarray(offset, offset + length)
    } finally {
      this.pending--
    }
  }
}

let server: RunningServer
let content = new Noted()
let ended = 0

beforeAll(async () => {
  const routes = new Hono()
  routes.get("/film", async (c) => {
    try {
      return await rangedBody(c, { content, type: "video/mpeg", etag: '"a"', headers: { "x-extra": "yes" } })
    } finally {
      ended++
    }
  })
  server = await startServer({ discs: [], openDisc, hosts: [() => ({ routes, sockets: new Map(), close: async () => {} })] })
})
afterAll(() => server?.close())

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer; isWhole: boolean }

function ask(headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}film`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      const done = () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          isWhole: response.complete,
        })
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("close", done)
      response.on("error", () => {})
    })
    asked.on("error", reject)
    asked.end()
  })
}

const until = async (holds: () => boolean) => {
  for (const end = Date.now() + 3_000; !holds() && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(holds()).toBe(true)
}

describe("a Range header", () => {
  test.each([
    ["bytes=0-0", 0, 1],
    ["bytes=0-", 0, 100],
    ["bytes=10-19", 10, 20],
    ["bytes=90-500", 90, 100],
    ["bytes=-7", 93, 100],
    ["bytes=-5000", 0, 100],
    ["bytes=0-99999999999999999999999999", 0, 100],
    ["bytes=-99999999999999999999999999", 0, 100],
    ["BYTES= 3-4", 3, 5],
  ])("%s of 100 bytes is a part", (header, start, end) => {
    expect(parseRange(header, 100)).toEqual({ kind: "part", start, end })
  })

  test.each(["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"])("%s of 100 bytes cannot be had", (header) => {
    expect(parseRange(header, 100)).toEqual({ kind: "unsatisfiable" })
  })

  test.each([
    "bytes=",
    "bytes=-",
    "bytes=5-3",
    "bytes=--5",
    "bytes=-5-",
    "bytes=1.5-3",
    "bytes=0x1-0x2",
    "bytes=0-1,2-3",
    "items=0-1",
    "nonsense",
    `bytes=${"0-0,".repeat(4_000)}0-1`,
    `bytes=${"0".repeat(500)}-1`,
  ])("%s is answered whole", (header) => {
    expect(parseRange(header, 100)).toEqual({ kind: "whole" })
  })

  test("nothing can be had of nothing", () => {
    expect(parseRange("bytes=0-0", 0)).toEqual({ kind: "unsatisfiable" })
    expect(parseRange("bytes=-1", 0)).toEqual({ kind: "unsatisfiable" })
    expect(parseRange(undefined, 0)).toEqual({ kind: "whole" })
  })
})

describe("a ranged body", () => {
  test("is whole without a range", async () => {
    const { status, headers, body } = await ask()
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      "content-length": String(SIZE),
      "content-type": "video/mpeg",
      "accept-ranges": "bytes",
      etag: '"a"',
      "x-extra": "yes",
    })
    expect(body.equals(bytes)).toBe(true)
  })

  test("is the range that was asked for", async () => {
    const { status, headers, body } = await ask({ range: "bytes=1000000-1999999" })
    expect(status).toBe(206)
    expect(headers).toMatchObject({ "content-range": `bytes 1000000-1999999/${SIZE}`, "content-length": "1000000", "x-extra": "yes" })
    expect(body.equals(bytes.subarray(1_000_000, 2_000_000))).toBe(true)
  })

  test("says how long it is where the range lies outside", async () => {
    const { status, headers, body } = await ask({ range: `bytes=${SIZE}-` })
    expect(status).toBe(416)
    expect(headers["content-range"]).toBe(`bytes */${SIZE}`)
    expect(body.length).toBe(0)
  })

  test("has no bytes and all headers for HEAD, which knows no ranges, and reads nothing", async () => {
    const before = content.reads
    const { status, headers, body } = await ask({ range: "bytes=0-9" }, "HEAD")
    expect(status).toBe(200)
    expect(headers).toMatchObject({ "content-length": String(SIZE), "accept-ranges": "bytes", "x-extra": "yes" })
    expect(body.length).toBe(0)
    expect(content.reads).toBe(before)
  })

  test.each([
    ['"a"', 206],
    ['"b"', 200],
    ['W/"a"', 200],
    ["Wed, 25 Nov 2026 00:00:00 GMT", 200],
  ])("with If-Range %s is answered %i", async (ifRange, status) => {
    expect((await ask({ range: "bytes=0-9", "if-range": ifRange })).status).toBe(status)
  })

  test.each([
    ["if-none-match", '"a"', 304],
    ["if-none-match", 'W/"x", W/"a"', 304],
    ["if-none-match", "*", 304],
    ["if-none-match", '"b"', 200],
    ["if-match", '"b"', 412],
    ["if-match", 'W/"a"', 412],
    ["if-match", '"a"', 200],
    ["if-match", "*", 200],
  ])("with %s %s is answered %i", async (name, value, status) => {
    expect((await ask({ [name]: value })).status).toBe(status)
  })

  test("says by name what cannot be read at its beginning", async () => {
    content = new Noted()
    content.brokenFrom = 0
    const { status, body } = await ask()
    expect(status).toBe(400)
    expect(JSON.parse(body.toString())).toMatchObject({ code: "read-failed" })
  })

  test("is cut short, not ended, where it cannot be read further", async () => {
    content = new Noted()
    content.brokenFrom = 1_000_000
    const { status, body, isWhole } = await ask()
    expect(status).toBe(200)
    expect(isWhole).toBe(false)
    expect(body.equals(bytes.subarray(0, body.length))).toBe(true)
    expect((await ask({ range: "bytes=0-9" })).status).toBe(206)
  })

  test("is not read while its client takes nothing, and no longer when it has gone", async () => {
    content = new Noted()
    content.size = 2 ** 40
    content.read = async function (this: Noted, _offset: number, length: number) {
      this.reads++
      return new Uint8Array(length)
    }
    const before = ended
    const socket = connect(server.port, "127.0.0.1")
    socket.pause()
    socket.write(`GET /film HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
    await until(() => content.reads > 3)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const reads = content.reads
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(content.reads).toBe(reads)
    expect(ended).toBe(before)
    socket.resetAndDestroy()
    await until(() => ended === before + 1)
  })

  test("ends its read when the client goes", async () => {
    content = new Noted()
    content.hangs = true
    const before = ended
    const socket = connect(server.port, "127.0.0.1")
    socket.write(`GET /film HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
    await until(() => content.pending === 1)
    socket.destroy()
    await until(() => ended === before + 1)
    expect(content).toMatchObject({ pending: 0, aborted: 1 })
  })
})
