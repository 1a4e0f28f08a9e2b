import { spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { type AddressInfo, createServer as createTcpServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import type { Source } from "../../src/base/index.ts"
import { type HttpOptions, openHttp, statsOf } from "../../src/source/index.ts"
import { openNode } from "../../src/source/node/index.ts"
import { hasProgram } from "../support/oracles.ts"

const content = randomBytes(6 * 1024 * 1024)
const FAST: HttpOptions = { stallTimeoutMs: 150, retryDelayMs: 5 }

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void
type TestServer = { readonly url: string; readonly requests: IncomingMessage[]; readonly connections: () => number }

const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(handler: Handler): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  let connections = 0
  const server: Server = createServer((request, response) => {
    requests.push(request)
    handler(request, response, requests.length)
  })
  server.on("connection", () => connections++)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/disc.iso`, requests, connections: () => connections }
}

type Ways = { etag?: string; lastModified?: string; size?: number; body?: Uint8Array }

function rangeOf(request: IncomingMessage, size = content.length): [number, number] {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")
  return [Number(match?.[1]), Math.min(Number(match?.[2]) + 1, size)]
}

/** A server as it should be. */
function sendRange(request: IncomingMessage, response: ServerResponse, ways: Ways = {}): void {
  const body = ways.body ?? content
  const [start, end] = rangeOf(request, body.length)
  if (ways.etag !== undefined) response.setHeader("ETag", ways.etag)
  if (ways.lastModified !== undefined) response.setHeader("Last-Modified", ways.lastModified)
  const ifRange = request.headers["if-range"]
  if (ifRange !== undefined && ifRange !== ways.etag && ifRange !== ways.lastModified) {
    response.writeHead(200, { "Content-Length": body.length }).end(body)
    return
  }
  if (start >= body.length) {
    response.writeHead(416, { "Content-Range": `bytes */${body.length}` }).end()
    return
  }
  response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${ways.size ?? body.length}`, "Content-Length": end - start })
  response.end(body.subarray(start, end))
}

async function open(url: string, options: HttpOptions = FAST): Promise<Source> {
  const source = await openHttp(url, options)
  cleanups.push(() => source.close())
  return source
}

const part = (offset: number, length: number) => new Uint8Array(content.subarray(offset, offset + length))

describe("a server as it should be", () => {
  test("opening is one request, and brings the first bytes", async () => {
    const server = await serve((request, response) => sendRange(request, response))
    const source = await open(server.url)
    expect(source.size).toBe(content.length)
    expect(new Uint8Array(await source.read(32768, 20000))).toEqual(part(32768, 20000))
    expect(server.requests).toHaveLength(1)
    expect(statsOf(source)).toEqual({ reads: 1, bytes: 98_304, roundTrips: 1, cacheHits: 1 })
  })

  test("requests one after another share a connection", async () => {
    const server = await serve((request, response) => sendRange(request, response))
    const source = await open(server.url)
    for (let index = 1; index <= 20; index++) await source.read(index * 280_000, 10)
    expect(server.requests).toHaveLength(21)
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  test("the whole file, in order, in few requests", async () => {
    const server = await serve((request, response) => sendRange(request, response))
    const source = await open(server.url)
    const hash = createHash("sha256")
    for (let at = 0; at < source.size; at += 10_000) hash.update(await source.read(at, 10_000))
    expect(hash.digest("hex")).toBe(createHash("sha256").update(content).digest("hex"))
    // 32 KiB blocks until the reader is known to go straight on, then ever longer runs.
    expect(server.requests.length).toBeLessThan(30)
    expect(statsOf(source)?.bytes).toBe(content.length)
  })

  test("many readers at once share no more than the allowed requests", async () => {
    let open_ = 0
    let most = 0
    const server = await serve((request, response) => {
      most = Math.max(most, ++open_)
      response.on("close", () => open_--)
      setTimeout(() => sendRange(request, response), 5)
    })
    const source = await open(server.url, { ...FAST, stallTimeoutMs: 5000, maxRequests: 3 })
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const offset = (index * 149 * 1024) % (content.length - 3000)
        expect(new Uint8Array(await source.read(offset, 3000))).toEqual(part(offset, 3000))
      }),
    )
    expect(most).toBeLessThanOrEqual(3)
  })

  test("an empty file has no bytes", async () => {
    const server = await serve((request, response) => sendRange(request, response, { body: new Uint8Array(0) }))
    const source = await open(server.url)
    expect(source.size).toBe(0)
    expect(await source.read(0, 10)).toHaveLength(0)
  })

  test("redirects are followed once", async () => {
    const target = await serve((request, response) => sendRange(request, response))
    const server = await serve((_, response) => response.writeHead(302, { Location: `${target.url}?token=secret` }).end())
    const source = await open(server.url)
    await source.read(1_000_000, 10)
    await source.read(2_000_000, 10)
    expect(server.requests).toHaveLength(1)
    expect(target.requests).toHaveLength(3)
    expect(source.name).toBe(server.url)
  })

  test("where a redirect led may expire", async () => {
    let lives = 2
    const target = await serve((request, response) => (lives-- > 0 ? sendRange(request, response) : response.writeHead(403).end()))
    const server = await serve((_, response, count) => {
      if (count > 1) lives = 10
      response.writeHead(302, { Location: target.url }).end()
    })
    const source = await open(server.url)
    await source.read(1_000_000, 10)
    expect(new Uint8Array(await source.read(2_000_000, 10))).toEqual(part(2_000_000, 10))
    expect(server.requests).toHaveLength(2)
  })

  test.skipIf(!hasProgram("nginx"))("nginx", async () => {
    const root = mkdtempSync(join(tmpdir(), "opentray-nginx-"))
    cleanups.push(() => rmSync(root, { recursive: true }))
    writeFileSync(join(root, "disc.iso"), content)
    const port = await freePort()
    writeFileSync(
      join(root, "nginx.conf"),
      `daemon off; master_process off; pid ${root}/pid; error_log ${root}/error.log;
       events {} http { access_log off; client_body_temp_path ${root}; proxy_temp_path ${root}; fastcgi_temp_path ${root};
       uwsgi_temp_path ${root}; scgi_temp_path ${root}; server { listen 127.0.0.1:${port}; root ${root}; } }`,
    )
    const nginx = spawn("nginx", ["-c", join(root, "nginx.conf"), "-e", join(root, "error.log")], { stdio: "ignore" })
    cleanups.push(() => void nginx.kill())
    const source = await open(`http://127.0.0.1:${port}/disc.iso`, { ...FAST, maxAttempts: 10, retryDelayMs: 20 })
    expect(Buffer.compare(await source.read(5_000_000, 100_000), part(5_000_000, 100_000))).toBe(0)
    writeFileSync(join(root, "disc.iso"), content.subarray(0, 3_000_000))
    await expect(source.read(2_000_000, 10)).rejects.toMatchObject({ code: "source-changed" })
  })
})

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe("secrets", () => {
  const header = `Basic ${Buffer.from("jane:pä$$/word").toString("base64")}`

  test("go into the header and into nothing that is printed", async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization !== header) response.writeHead(401).end()
      else sendRange(request, response)
    })
    const secret = new URL(server.url)
    secret.username = "jane"
    secret.password = "pä$$/word"
    const source = await open(`${secret.href}?key=hidden`)
    expect(source.name).toBe(server.url)
    expect(await source.read(100_000, 10)).toHaveLength(10)

    secret.password = "wrong-one"
    const error = await open(`${secret.href}?key=hidden`).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: "not-permitted" })
    expect(inspect(error)).not.toMatch(/jane|wrong-one|hidden/)
  })

  test("are not shown when nobody listens there", async () => {
    const error = await open(`http://jane:secret@127.0.0.1:${await freePort()}/a?key=hidden`).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: "read-failed" })
    expect((error as Error).message).toContain("ECONNREFUSED")
    expect(inspect(error)).not.toMatch(/jane|secret|hidden/)
  })

  test("stay with the server they are for", async () => {
    const other = await serve((request, response) => sendRange(request, response))
    const server = await serve((_, response) => response.writeHead(307, { Location: other.url }).end())
    const source = await open(server.url.replace("http://", "http://jane:secret@"))
    await source.read(1_000_000, 1)
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /)
    expect(other.requests.map((request) => request.headers.authorization)).toEqual([undefined, undefined])
  })

  test("only http and https are asked", async () => {
    await expect(open("ftp://jane:secret@host/disc.iso")).rejects.toMatchObject({ code: "unsupported" })
    await expect(open("http://")).rejects.toMatchObject({ code: "bad-argument" })
    const server = await serve((_, response) => response.writeHead(302, { Location: "file:///etc/passwd" }).end())
    await expect(open(server.url)).rejects.toMatchObject({ code: "read-failed" })
  })
})

/** All that a console would show of an error, with its causes. */
function inspect(error: unknown): string {
  const texts: string[] = []
  for (let each = error; each instanceof Error; each = each.cause) {
    texts.push(String(each.stack), JSON.stringify(each, Object.getOwnPropertyNames(each)))
  }
  return texts.join("\n")
}

describe("a server without ranges", () => {
  test.each<[string, Handler]>([
    ["sends the whole file", (_, response) => response.writeHead(200, { "Content-Length": content.length }).end(content)],
    ["does not say which part it sends", (_, response) => response.writeHead(206).end(content.subarray(0, 65536))],
    [
      "does not say how long the file is",
      (_, response) => response.writeHead(206, { "Content-Range": "bytes 0-65535/*" }).end(content.subarray(0, 65536)),
    ],
    ["sends several parts", (_, response) => response.writeHead(206, { "Content-Type": "multipart/byteranges; boundary=x" }).end("--x--")],
    ["packs what it sends", (request, response) => sendRange(request, response.setHeader("Content-Encoding", "br"))],
    ["refuses the range", (_, response) => response.writeHead(416).end()],
  ])("%s", async (_, handler) => {
    const server = await serve(handler)
    await expect(open(server.url)).rejects.toMatchObject({ code: "no-ranges", place: { path: server.url } })
    expect(server.requests).toHaveLength(1)
  })
})

describe("a file changed under way", () => {
  const changed = async (before: Ways, after: Ways) => {
    const server = await serve((request, response, count) => sendRange(request, response, count === 1 ? before : after))
    const source = await open(server.url)
    await expect(source.read(1_000_000, 10)).rejects.toMatchObject({ code: "source-changed" })
    expect(server.requests).toHaveLength(2)
    return server
  }

  test("by its tag", async () => {
    const server = await changed({ etag: '"one"' }, { etag: '"two"' })
    expect(server.requests[1]?.headers["if-range"]).toBe('"one"')
  })
  test("by its date", async () => {
    const server = await changed({ lastModified: "Mon, 02 Nov 2026 10:00:00 GMT" }, { lastModified: "Tue, 03 Nov 2026 10:00:00 GMT" })
    expect(server.requests[1]?.headers["if-range"]).toBe("Mon, 02 Nov 2026 10:00:00 GMT")
  })
  test("by its length", () => changed({}, { body: content.subarray(0, 2_000_000) }))
  test("so that what is read is not there any more", () => changed({}, { body: content.subarray(0, 1000) }))
  test("by a server that ignores If-Range", async () => {
    const server = await serve((request, response, count) => {
      delete request.headers["if-range"]
      sendRange(request, response, { etag: `"${count}"` })
    })
    await expect((await open(server.url)).read(1_000_000, 10)).rejects.toMatchObject({ code: "source-changed" })
  })
  test("and a weak tag is no change", async () => {
    const server = await serve((request, response, count) => sendRange(request, response, { etag: count === 1 ? 'W/"a"' : '"a"' }))
    expect(await (await open(server.url)).read(1_000_000, 10)).toHaveLength(10)
  })
})

describe("a server in trouble", () => {
  /** The first request is answered well, the next `times` by `handler`, then well again. */
  const trouble = (times: number, handler: Handler) =>
    serve((request, response, count) =>
      count > 1 && count <= 1 + times ? handler(request, response, count) : sendRange(request, response),
    )

  const ways: [string, Handler][] = [
    ["is overloaded", (_, response) => response.writeHead(503).end()],
    ["asks to wait", (_, response) => response.writeHead(429, { "Retry-After": "0" }).end()],
    ["hangs up", (request) => request.socket.destroy()],
    ["says nothing", () => {}],
    [
      "stalls in the middle",
      (request, response) => {
        const [start, end] = rangeOf(request)
        response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${content.length}`, "Content-Length": end - start })
        response.write(content.subarray(start, start + 5000))
      },
    ],
    [
      "drips",
      (request, response) => {
        const [start, end] = rangeOf(request)
        response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${content.length}` })
        let at = start
        const drip = setInterval(() => response.write(content.subarray(at, ++at)), 10)
        response.on("close", () => clearInterval(drip))
      },
    ],
    [
      "closes early",
      (request, response) => {
        const [start, end] = rangeOf(request)
        response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${content.length}`, "Content-Length": end - start })
        response.write(content.subarray(start, start + 5000), () => request.socket.destroy())
      },
    ],
    [
      "ends early without a length",
      (request, response) => {
        const [start, end] = rangeOf(request)
        response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${content.length}` })
        response.end(content.subarray(start, end - 10))
      },
    ],
    [
      "sends more than it says",
      (request, response) => {
        const [start, end] = rangeOf(request)
        response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${content.length}` })
        response.end(content.subarray(start, end + 10))
      },
    ],
    [
      "sends another part",
      (request, response) => {
        const [start, end] = rangeOf(request)
        response
          .writeHead(206, { "Content-Range": `bytes ${start + 1}-${end}/${content.length}` })
          .end(content.subarray(start + 1, end + 1))
      },
    ],
    [
      "sends tiny parts",
      (request, response) => {
        const [start] = rangeOf(request)
        response
          .writeHead(206, { "Content-Range": `bytes ${start}-${start + 99}/${content.length}` })
          .end(content.subarray(start, start + 100))
      },
    ],
  ]

  test.each(ways)("that %s for a while is asked again", async (_, handler) => {
    const server = await trouble(2, handler)
    const source = await open(server.url)
    expect(new Uint8Array(await source.read(1_000_000, 50_000))).toEqual(part(1_000_000, 50_000))
    expect(server.requests).toHaveLength(4)
  })

  test.each(ways)("that %s for ever is an error, soon", async (_, handler) => {
    const server = await trouble(1000, handler)
    const source = await open(server.url)
    const started = performance.now()
    await expect(source.read(1_000_000, 50_000)).rejects.toMatchObject({ code: "read-failed" })
    expect(performance.now() - started).toBeLessThan(3000)
    expect(server.requests).toHaveLength(5)
  })

  test("that is gone is not asked twice", async () => {
    const server = await trouble(1000, (_, response) => response.writeHead(404).end())
    const source = await open(server.url)
    await expect(source.read(1_000_000, 50_000)).rejects.toMatchObject({ code: "not-found" })
    expect(server.requests).toHaveLength(2)
  })

  test("that sends large ranges in parts is asked for the rest", async () => {
    const server = await serve((request, response) => {
      const [start, end] = rangeOf(request)
      const stop = Math.min(end, start + 100_000)
      response.writeHead(206, { "Content-Range": `bytes ${start}-${stop - 1}/${content.length}` }).end(content.subarray(start, stop))
    })
    const source = await open(server.url)
    expect(Buffer.compare(await source.read(1_000_000, 2_000_000), part(1_000_000, 2_000_000))).toBe(0)
    expect(server.requests).toHaveLength(21)
  })

  test("that says the file is longer than it is gives no more than it has", async () => {
    const server = await serve((request, response) => {
      const [start] = rangeOf(request)
      if (start >= content.length) response.writeHead(416).end()
      else sendRange(request, response, { size: content.length + 1_000_000 })
    })
    const source = await open(server.url)
    await expect(source.read(content.length + 500_000, 10)).rejects.toMatchObject({ code: "source-changed" })
  })

  test("is left alone after close, and opening can be given up", async () => {
    let closed = 0
    const server = await serve((request, response, count) => {
      response.on("close", () => closed++)
      if (count === 1) sendRange(request, response)
    })
    const source = await open(server.url, { ...FAST, stallTimeoutMs: 60_000 })
    const waiting = source.read(1_000_000, 10)
    const result = expect(waiting).rejects.toMatchObject({ code: "aborted" })
    await new Promise((resolve) => setTimeout(resolve, 30))
    await source.close()
    await result
    await expect.poll(() => closed).toBe(2)

    const opening = openNode(server.url, { signal: AbortSignal.timeout(30) })
    await expect(opening).rejects.toMatchObject({ code: "aborted" })
    expect(server.requests).toHaveLength(3)
  })
})
