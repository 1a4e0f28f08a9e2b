import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { allHosts } from "../../src/cli/hosts.ts"
import type { Host } from "../../src/hosts/host.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { Library, type RunningServer, startServer } from "../../src/server/index.ts"
import { Workplace } from "./support/discs.ts"

/** What paths that lead out look like, as they are and in each disguise. */
const WAYS_OUT = [
  "../../../../../../etc/passwd",
  "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
  "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
  "..%5c..%5c..%5cetc%5cpasswd",
  "....//....//etc/passwd",
  "%c0%ae%c0%ae%c0%afetc%c0%afpasswd",
  "%2fetc%2fpasswd",
  "/etc/passwd",
  "file:%2f%2f%2fetc%2fpasswd",
  "%00",
  "title.mpg%00.txt",
  "..;/..;/etc/passwd",
  "~root",
  "__proto__",
  "constructor",
]

let server: RunningServer
let place: Workplace
const hosts: Host[] = []
let disc = ""
let complaints = ""

beforeAll(async () => {
  place = new Workplace()
  await place.dvd(place.at("films", "a"), 1)
  process.env["XDG_CACHE_HOME"] = place.at("cache")
  const library = await Library.open([place.at("films")], { openDisc, version: "1" })
  while (library.status.reading > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  disc = library.list[0]?.id ?? ""
  server = await startServer({
    discs: [],
    library,
    openDisc,
    hosts: allHosts().map((create) => (context) => {
      const host = create(context)
      hosts.push(host)
      return host
    }),
  })
  for (const name of ["error", "warn", "info", "log"] as const) {
    const say = console[name]
    console[name] = (...args: unknown[]) => {
      complaints += `${args.join(" ")}\n`
      say(...args)
    }
  }
})
afterAll(async () => {
  await server?.close()
  place?.remove()
  delete process.env["XDG_CACHE_HOME"]
})

type Answer = { readonly status: number; readonly text: string; readonly took: number }

/** Sends exactly these bytes and reads until the other side closes, or `most` bytes have come. Status 0: closed without an answer. */
function raw(request: string, most = 1_000_000): Promise<Answer> {
  const began = Date.now()
  return new Promise((resolve) => {
    const socket = connect(server.port, "127.0.0.1")
    let text = ""
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, took: Date.now() - began })
    }
    const timer = setTimeout(done, 30_000)
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
      if (text.length >= most) done()
    })
    socket.on("error", done)
    socket.on("close", done)
    socket.write(request, "latin1")
  })
}

const get = (path: string, headers: Readonly<Record<string, string>> = {}, most?: number) => {
  const all = { host: `127.0.0.1:${server.port}`, connection: "close", ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return raw(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, most)
}

/** Every address that any host answers, with `fill` for each of its parameters in turn, and what is really there for the others. */
function addresses(fill: string): string[] {
  const real: Readonly<Record<string, string>> = {
    id: disc,
    disc,
    title: "1",
    n: "1",
    name: "title.mpg",
    number: "1",
    segment: "0.ts",
    form: "aac",
    list: "video.m3u8",
  }
  const paths = new Set(hosts.flatMap(({ routes }) => routes.routes.map(({ path }) => path)).filter((path) => !path.includes("*")))
  const found: string[] = []
  for (const path of paths) {
    const parts = path.split(/(:\w+(?:\{(?:[^{}]|\{[^}]*\})*\})?)/)
    const parameters = parts.filter((part) => part.startsWith(":"))
    if (parameters.length === 0) found.push(`${path.replace(/\/$/, "")}/${fill}`)
    for (const chosen of parameters) {
      found.push(
        parts.map((part) => (part === chosen ? fill : part.startsWith(":") ? (real[/\w+/.exec(part)?.[0] ?? ""] ?? "1") : part)).join(""),
      )
    }
  }
  return found
}

const file = () => `/api/discs/${disc}/titles/1/file/title.mpg`

describe("a hostile network", () => {
  test("path traversal in every URL leads nowhere", async () => {
    expect(addresses("x").length).toBeGreaterThan(20)
    for (const way of WAYS_OUT) {
      const answers = await Promise.all(addresses(way).map(async (path) => ({ path, answer: await get(path) })))
      for (const { path, answer } of answers) {
        expect(answer.status === 400 || answer.status === 404, `${path}: ${answer.status}`).toBe(true)
        expect(answer.text).not.toContain("root:")
        expect(answer.text, path).not.toContain(place.path)
      }
    }
    for (const way of WAYS_OUT) expect([400, 404]).toContain((await get(`/${way}`)).status)
  })

  test("foreign Host headers are refused at every URL", async () => {
    for (const host of ["evil.example", "localhost.evil.example", `evil.example:${server.port}`, "127.0.0.1.evil.example", "192.168.0.1"]) {
      for (const path of ["/", ...addresses("1")]) {
        const answer = await get(path, { host })
        expect(answer.status, `${path} as ${host}`).toBe(403)
      }
    }
  })

  test("requests with no Host, two, or an address of another site as target are refused", async () => {
    expect((await raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).status).toBe(400)
    expect((await raw("GET / HTTP/1.0\r\n\r\n")).status).toBe(403)
    const own = `Host: 127.0.0.1:${server.port}\r\n`
    const two = await raw(`GET /api/discs HTTP/1.1\r\nHost: evil.example\r\n${own}Connection: close\r\n\r\n`)
    expect([400, 403]).toContain(two.status)
    const elsewhere = await raw(`GET http://evil.example/etc/passwd HTTP/1.1\r\n${own}Connection: close\r\n\r\n`)
    expect([400, 403, 404]).toContain(elsewhere.status)
  })

  test.each([
    ["thousands of ranges", `bytes=${Array.from({ length: 4_000 }, () => "-1").join(",")}`, 200],
    ["overlapping ranges", `bytes=${Array.from({ length: 1_000 }, () => "0-").join(",")}`, 200],
    ["the same byte a thousand times", `bytes=${"0-0,".repeat(1_000)}0-0`, 200],
    ["two ranges", "bytes=0-1,5-9", 200],
    ["a negative first byte", "bytes=--5", 200],
    ["a negative last byte", "bytes=5--9", 200],
    ["a last byte before the first", "bytes=9-5", 200],
    ["a huge first byte", `bytes=${"9".repeat(60)}-`, 416],
    ["a huge last byte", `bytes=0-${"9".repeat(60)}`, 206],
    ["a huge suffix", `bytes=-${"9".repeat(60)}`, 206],
    ["an empty suffix", "bytes=-0", 416],
    ["no numbers", "bytes=a-b", 200],
    ["another unit", "lines=0-5", 200],
    ["a number of 200 digits", `bytes=${"1".repeat(200)}-`, 200],
    ["signs and spaces", "bytes=+1 - +5", 200],
  ])("HTTP range abuse: %s", async (_, range, status) => {
    const answer = await get(file(), { range }, 100_000)
    expect(answer.status).toBe(status)
    expect(answer.took).toBeLessThan(5_000)
  })

  test("HTTP range abuse: more ranges than a request may have are refused before they are looked at", async () => {
    expect((await get(file(), { range: `bytes=${"0-0,".repeat(20_000)}0-0` })).status).toBe(431)
  })

  test("requests that are no requests get an error", async () => {
    for (const nonsense of [
      "\0\0\0\0\r\n\r\n",
      "GET\r\n\r\n",
      "HELLO\r\n\r\n",
      `GET / HTTP/9.9\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`,
    ]) {
      expect((await raw(nonsense)).status).toBe(400)
    }
    expect((await get(`/${"a".repeat(20_000)}`)).status).toBe(431)
    expect((await get("/", { cookie: "a".repeat(20_000) })).status).toBe(431)
    for (const method of ["PUT", "DELETE", "TRACE", "PATCH"]) {
      const answer = await raw(
        `${method} ${file()} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
      expect(answer.status, method).toBe(404)
    }
  })

  test("bodies that are too long, endless or nonsense are refused", async () => {
    const head = `POST /api/discs HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\nContent-Type: application/json\r\n`
    const refused = async (request: string) => {
      const { status, text } = await raw(request)
      expect(status).toBe(400)
      expect(text).not.toContain("internal")
    }
    await refused(`${head}Content-Length: 999999999\r\n\r\n{}`)
    await refused(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)
    await refused(`${head}Content-Length: 1\r\n\r\n{`)
    await refused(`${head}Content-Length: 15\r\n\r\n{"__proto__":1}`)
  })

  test("a client that never says what it wants is let go of", { timeout: 60_000 }, async () => {
    const slow = await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`)
    expect(slow.status).toBe(408)
    expect(slow.took).toBeLessThan(16_000)
  })

  test("none of it is worth a line on the console, and all is as it was", async () => {
    expect(complaints).toBe("")
    expect((await get("/api/library")).status).toBe(200)
    expect((await get(file(), { range: "bytes=0-9" })).status).toBe(206)
  })
})
