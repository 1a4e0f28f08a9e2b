import { readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { opentray, samplePath } from "./cli.ts"

const images = { "dvd.iso": readFileSync(samplePath("dvd.iso")), "bluray.iso": readFileSync(samplePath("bluray.iso")) }
type Name = keyof typeof images

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void
/** What the server saw: requests, and bytes of bodies that it sent. */
type Seen = { readonly url: string; readonly requests: IncomingMessage[]; bytes: number }

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function serve(handler: Handler): Promise<Seen> {
  const seen: { url: string; requests: IncomingMessage[]; bytes: number } = { url: "", requests: [], bytes: 0 }
  const server = createServer((request, response) => {
    seen.requests.push(request)
    // What goes out is what these two are given.
    for (const name of ["write", "end"] as const) {
      const send = response[name].bind(response) as (...args: unknown[]) => unknown
      const counted = (...args: unknown[]) => {
        if (args[0] instanceof Uint8Array) seen.bytes += args[0].length
        return send(...args)
      }
      Object.assign(response, { [name]: counted })
    }
    handler(request, response, seen.requests.length)
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return seen
}

type Ways = { etag?: string; total?: number; body?: (bytes: Uint8Array) => Uint8Array }

/** Any file server with ranges. */
function sendRange(
  image: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
  { etag = '"one"', total, body }: Ways = {},
): void {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")
  if (match === null) {
    response.writeHead(200, { "Content-Length": image.length, "Accept-Ranges": "bytes" }).end(image)
    return
  }
  const start = Number(match[1])
  const end = Math.min(Number(match[2]) + 1, image.length)
  response.writeHead(206, {
    ETag: etag,
    "Content-Range": `bytes ${start}-${end - 1}/${total ?? image.length}`,
    "Content-Length": end - start,
  })
  const bytes = image.subarray(start, end)
  response.end(body === undefined ? bytes : body(bytes))
}

const fast = { http: { stallTimeoutMs: 300, retryDelayMs: 5 } }

async function codeOf(act: Promise<{ close(): Promise<void> }>): Promise<string> {
  try {
    await (await act).close()
    return "opened"
  } catch (error) {
    if (error instanceof DiscError) return error.code
    throw error
  }
}

describe.each(["dvd.iso", "bluray.iso"] as const)("opentray info http://.../%s", (name: Name) => {
  it("takes at most 12 requests and 512 KiB, and says what it says of the file", async () => {
    const seen = await serve((request, response) => sendRange(images[name], request, response))
    const remote = await opentray(["info", `${seen.url}/${name}`, "--json", "--stats"])
    expect(remote.stderr).toBe("")
    expect(seen.requests.length).toBeLessThanOrEqual(12)
    expect(seen.bytes).toBeLessThanOrEqual(512 * 1024)
    const starts = seen.requests.map(({ headers }) => Number(/^bytes=(\d+)/.exec(headers.range ?? "")?.[1]))
    expect(starts[0]).toBe(0)
    expect(Math.min(...starts.slice(1)), "the volume's descriptors came with the first reply").toBeGreaterThanOrEqual(96 * 1024)
    const { stats, ...info } = JSON.parse(remote.stdout.toString())
    expect(stats).toMatchObject({ roundTrips: seen.requests.length, bytes: seen.bytes })
    const local = await opentray(["info", samplePath(name), "--json", "--no-scan"])
    expect(info).toEqual(JSON.parse(local.stdout.toString()))
  })

  it("cat --title gives the same bytes as from the file", async () => {
    const seen = await serve((request, response) => sendRange(images[name], request, response))
    const remote = await opentray(["cat", `${seen.url}/${name}`, "--title", "2"])
    const local = await opentray(["cat", samplePath(name), "--title", "2"])
    expect(remote.stdout.equals(local.stdout)).toBe(true)
    expect(remote.stdout.length).toBeGreaterThan(100_000)
  })
})

describe("a server that behaves badly", () => {
  const image = images["bluray.iso"]
  /** The first reply is right, so that the fault comes when structures are read. */
  const after =
    (fault: Handler): Handler =>
    (request, response, count) =>
      count === 1 ? sendRange(image, request, response) : fault(request, response, count)

  const FAULTS: Readonly<Record<string, { code: string; handler: Handler }>> = {
    "stalls before the first byte": { code: "read-failed", handler: () => {} },
    "stalls in the middle": {
      code: "read-failed",
      handler: after((request, response) => {
        const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? []
        response.writeHead(206, {
          "Content-Range": `bytes ${start}-${last}/${image.length}`,
          "Content-Length": Number(last) - Number(start) + 1,
        })
        response.write(image.subarray(0, 100))
      }),
    },
    "closes the connection": { code: "read-failed", handler: after((request) => request.socket.destroy()) },
    "sends less than it announced": {
      code: "read-failed",
      handler: after((request, response) => {
        response.on("error", () => {})
        sendRange(image, request, response, { body: (bytes) => bytes.subarray(0, bytes.length >> 1) })
        setTimeout(() => request.socket.destroy(), 20)
      }),
    },
    "lies about the file's length": {
      code: "source-changed",
      handler: after((request, response) => sendRange(image, request, response, { total: 10_000_000 })),
    },
    "has another file now": {
      code: "source-changed",
      handler: after((request, response) => sendRange(image, request, response, { etag: '"two"' })),
    },
    "gives no ranges": {
      code: "no-ranges",
      handler: (_, response) => response.writeHead(200, { "Content-Length": image.length }).end(image),
    },
    "has no such file": { code: "not-found", handler: (_, response) => response.writeHead(404).end() },
    "wants a password": { code: "not-permitted", handler: (_, response) => response.writeHead(401).end() },
    "is broken": { code: "read-failed", handler: (_, response) => response.writeHead(503).end() },
    "sends another part than asked for": {
      code: "read-failed",
      handler: after((_, response) =>
        response.writeHead(206, { "Content-Range": `bytes 0-9/${image.length}`, "Content-Length": 10 }).end(image.subarray(0, 10)),
      ),
    },
  }

  it.each(Object.entries(FAULTS))("%s: the named error, and no hang", async (_, { code, handler }) => {
    const seen = await serve(handler)
    const started = performance.now()
    expect(await codeOf(openDisc(`${seen.url}/bluray.iso`, fast))).toBe(code)
    // Four attempts of 300 ms, and what the machine needs.
    expect(performance.now() - started).toBeLessThan(8000)
  })

  it.each(["lies about the file's length", "has another file now", "gives no ranges", "closes the connection"])(
    "%s: the command line says it in a sentence and ends with 1",
    async (fault) => {
      const seen = await serve(FAULTS[fault]?.handler ?? (() => {}))
      const { status, stderr, stdout } = await opentray(["info", `${seen.url}/bluray.iso`])
      expect(status).toBe(1)
      expect(stdout.length).toBe(0)
      expect(stderr).toMatch(/^opentray: http:\/\/127\.0\.0\.1:\d+\/bluray\.iso.*: .+\n$/)
    },
  )

  it("credentials in a URL are sent, and never printed", async () => {
    const denied = await serve((_, response) => response.writeHead(403).end())
    const url = `${denied.url.replace("http://", "http://someone:hunter2@")}/bluray.iso?token=hunter3`
    for (const command of [
      ["info", url],
      ["ls", url],
      ["cat", url, "--title", "1"],
      [url, "--no-open"],
    ]) {
      const { status, stdout, stderr } = await opentray(command)
      expect(status).toBe(1)
      expect(stdout.toString() + stderr).not.toMatch(/hunter2|someone/)
    }
    expect(denied.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("someone:hunter2").toString("base64")}`)

    const good = await serve((request, response) => sendRange(image, request, response))
    const { stdout, stderr } = await opentray(["info", good.url.replace("http://", "http://someone:hunter2@"), "--json", "--stats"])
    expect(stdout.toString() + stderr).not.toMatch(/hunter2|someone/)
  })
})
