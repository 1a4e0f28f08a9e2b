import { createServer, type IncomingMessage, request, type Server } from "node:http"
import { type AddressInfo, connect } from "node:net"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { RunningServer } from "../../src/server/index.ts"
import { converterCounts } from "../../src/transcode/index.ts"
import { sampleDvd } from "../support/samples.ts"
import { ControlPoint, envelope } from "./support/control-point.ts"
import { serveDlna } from "./support/serve-dlna.ts"

const TYPE = "urn:schemas-upnp-org:service:ContentDirectory:1"
const BROWSE = { soapaction: `"${TYPE}#Browse"` }

describe("a hostile network", () => {
  let server: RunningServer
  let point: ControlPoint
  beforeAll(async () => {
    server = await serveDlna({ images: [sampleDvd] })
    point = new ControlPoint(server.url)
  })
  afterAll(() => server?.close())

  /** The server still does its work. */
  const works = async () => expect((await point.browse("0")).total).toBe(1)
  /** The first line of what the server answers to bytes as they are, which no client library would send. */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.end(text))
      let answer = ""
      socket.on("data", (part) => {
        answer += part
      })
      socket.on("error", reject)
      socket.on("close", () => resolve(answer))
    })
  const status = (answer: string): number => Number(answer.split(" ")[1])
  const get = (path: string, headers = ""): Promise<string> =>
    raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n${headers}\r\n`)

  const faultOf = async (body: string) => {
    const begun = performance.now()
    const { status: code, body: fault } = await point.post("ContentDirectory", body, BROWSE)
    expect(performance.now() - begun).toBeLessThan(2_000)
    expect(code).toBe(500)
    return Number(fault["s:Fault"].detail.UPnPError.errorCode)
  }

  test("XML with entities that expand is refused unread", async () => {
    const entities = Array.from({ length: 12 }, (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`).join("")
    const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "boom">${entities}]>${envelope(`<u:Browse xmlns:u="${TYPE}"><ObjectID>&e12;</ObjectID></u:Browse>`).slice(21)}`
    expect(await faultOf(bomb)).toBe(402)
    const external = `<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>${envelope(`<u:Browse xmlns:u="${TYPE}"><ObjectID>&x;</ObjectID></u:Browse>`).slice(21)}`
    expect(await faultOf(external)).toBe(402)
    await works()
  })

  test("XML that nests without end is refused", async () => {
    const depth = 6_000
    expect(await faultOf(envelope("<a>".repeat(depth) + "</a>".repeat(depth)))).toBe(402)
    expect(await faultOf("<a>".repeat(20_000))).toBe(402)
    await works()
  })

  test("bodies of 10 MB are not read, told beforehand or not", async () => {
    const url = new URL("/dlna/ContentDirectory/control", server.url)
    const send = async (body: BodyInit) => {
      // The connection may be cut before all of it was sent.
      const response = await fetch(url, { method: "POST", headers: BROWSE, body, duplex: "half" } as RequestInit).catch(() => null)
      return response?.status ?? 413
    }
    const megabyte = new Uint8Array(1 << 20).fill(0x20)
    expect(await send(new Uint8Array(10 << 20))).toBe(413)
    let sent = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        if (++sent > 10) controller.close()
        else controller.enqueue(megabyte)
      },
    })
    expect(await send(endless)).toBe(413)
    await works()
  })

  test("bodies that are no call of an action are answered with a fault", async () => {
    for (const body of ["", "{}", "<", "\0", "<a/>", envelope(""), envelope("<u:Browse/>"), envelope(`<x:Search xmlns:x="${TYPE}"/>`)]) {
      expect(await faultOf(body), JSON.stringify(body)).toBe(402)
    }
    for (const soapaction of [
      "",
      "Browse",
      `"${TYPE}"`,
      `"${TYPE}#"`,
      `"${TYPE}#__proto__"`,
      `""${TYPE}#Browse""`,
      `"${TYPE}#constructor"`,
      '"urn:other#Browse"',
      `"${"x".repeat(5_000)}#Browse"`,
    ]) {
      const { status: code, body } = await point.post("ContentDirectory", envelope("<u:Browse/>"), { soapaction })
      expect(code).toBe(500)
      expect([401, 402]).toContain(Number(body["s:Fault"].detail.UPnPError.errorCode))
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        const { status: code } = await point.post("ContentDirectory", envelope(text), BROWSE)
        expect(code).toBe(500)
      }),
      { numRuns: 60 },
    )
    await works()
  })

  test("identifiers that were never given out lead nowhere", async () => {
    const disc = (await point.browse("0")).objects[0]?.id ?? ""
    const wrong = [
      "-1",
      "..",
      "0/..",
      `${disc}/`,
      `${disc}/..`,
      `${disc}/film/..`,
      `${disc}/titles/01`,
      `${disc}//film`,
      `${disc}/__proto__`,
      "constructor",
      "d-",
      "f-0",
    ]
    for (const id of wrong) {
      const args = { ObjectID: id, BrowseFlag: "BrowseMetadata", Filter: "*", StartingIndex: 0, RequestedCount: 0, SortCriteria: "" }
      expect(await point.errorOf("ContentDirectory", "Browse", args), id).toBe(701)
    }
  })

  test("no path leads out of the discs", async () => {
    const [film] = (await point.at("dvd", "dvd")).resources
    const path = new URL(film?.url ?? "").pathname
    const start = path.split("/").slice(0, -1).join("/")
    const id = path.split("/")[3] ?? ""
    const paths = [
      "/dlna/../../etc/passwd",
      "/dlna/..%2f..%2fetc%2fpasswd",
      "/dlna/%2e%2e/%2e%2e/etc/passwd",
      `${start}/../../../../../etc/passwd`,
      `${start}/..%2f..%2f..%2fetc%2fpasswd`,
      `${start}/title.mpg%00.mpg`,
      `${start}/title.mpg/..`,
      `${start}/title.m2ts`,
      `/dlna/media/..%2f..%2fetc/1/whole/title.mpg`,
      `/dlna/media/${id}/..%2f1/whole/title.mpg`,
      `/dlna/media/${id}/0/whole/title.mpg`,
      `/dlna/media/${id}/99999999999/whole/title.mpg`,
      `/dlna/media/${id}/1e0/whole/title.mpg`,
      `/dlna/media/${id}/1/chapter-99/title.mpg`,
      `/dlna/media/${id}/1/audio-9/title.mpg`,
      `/dlna/media/${id}/1/subtitle-1/title.mpg`,
      `/dlna/media/${id}/1/..%2f..%2fwhole/title.mpg`,
      `/dlna/pictures/${id}/1/..%2f..%2fetc%2fpasswd`,
      `/dlna/pictures/${id}/1/constructor`,
      `/dlna/pictures/..%2f/1/tn.jpg`,
      `/dlna/pictures/${id}/99/tn.jpg`,
      "/dlna/icons/..%2fopentray.json",
      "/dlna/icons/../opentray.json",
      "/dlna/ContentDirectory.xml/../../package.json",
      "//etc/passwd",
      "/dlna/media/%ff%fe/1/whole/title.mpg",
    ]
    for (const one of paths) {
      const answer = await get(one)
      expect([400, 404], `${one}: ${answer.slice(0, 100)}`).toContain(status(answer))
      expect(answer).not.toContain("root:")
      expect(answer).not.toContain("devDependencies")
    }
    await works()
  })

  test("a foreign Host header or origin is refused everywhere", async () => {
    const [film] = (await point.at("dvd", "dvd")).resources
    const media = new URL(film?.url ?? "").pathname
    for (const path of ["/dlna/description.xml", "/dlna/ContentDirectory.xml", media]) {
      for (const host of [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "169.254.169.254",
        "[::2]",
      ]) {
        expect(status(await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)), host).toBe(403)
      }
      expect(status(await get(path, "Origin: http://evil.example\r\n"))).toBe(403)
    }
    for (const method of ["SUBSCRIBE", "UNSUBSCRIBE", "POST"]) {
      const path = `/dlna/ContentDirectory/${method === "POST" ? "control" : "events"}`
      expect(status(await raw(`${method} ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`))).toBe(403)
    }
    await works()
  })

  test("bad ranges get an error, or the whole", async () => {
    const [film] = (await point.at("dvd", "dvd")).resources
    const path = new URL(film?.url ?? "").pathname
    const size = Number(film?.attributes.size)
    const head = async (range: string) => {
      const response = await fetch(new URL(path, server.url), { headers: { range } })
      await response.body?.cancel()
      return [response.status, Number(response.headers.get("content-length"))]
    }
    for (const range of [`bytes=${size}-`, "bytes=9007199254740993-", `bytes=${"9".repeat(60)}-`, "bytes=-0"])
      expect((await head(range))[0], range).toBe(416)
    const ignored = [
      "bytes=5-4",
      "bytes=a-b",
      "bytes=-",
      "bytes=--1",
      "lines=1-2",
      "bytes=0x10-",
      `bytes=${"0-0,".repeat(2_000)}0-0`,
      "bytes=1-2,3-4",
    ]
    for (const range of ignored) expect(await head(range), range.slice(0, 30)).toEqual([200, size])
    expect(await head(`bytes=0-${"9".repeat(30)}`)).toEqual([206, size])
    expect(await head(`bytes=-${"9".repeat(30)}`)).toEqual([206, size])
    await works()
  })

  test("times that are none are refused", async () => {
    const { resources } = await point.at("dvd", "dvd")
    const url = resources.find(({ protocolInfo }) => protocolInfo.includes("DLNA.ORG_OP=10"))?.url ?? ""
    for (const npt of [
      "",
      "npt",
      "npt=",
      "npt=-5",
      "npt=1e3-",
      "npt=5-1",
      "npt=NaN-",
      `npt=${"9".repeat(90)}-`,
      "npt=1:2:3:4-",
      "bytes=1-",
      `npt=1-${" ".repeat(8_000)}x`,
    ]) {
      const begun = performance.now()
      const response = await fetch(url, { method: "HEAD", headers: { "TimeSeekRange.dlna.org": npt } })
      expect([400, 416], npt.slice(0, 20)).toContain(response.status)
      expect(performance.now() - begun).toBeLessThan(1_000)
    }
  })

  test("headers of no end are refused", async () => {
    expect(status(await get("/dlna/description.xml", `User-Agent: ${"x".repeat(100_000)}\r\n`))).toBe(431)
    await works()
  })

  describe("a subscription", () => {
    const heard: string[] = []
    let elsewhere: Server
    let here: Server
    const listenOn = (address: string, answer: (path: string) => [number, Record<string, string>]): Promise<Server> =>
      new Promise((resolve) => {
        const listening = createServer((request, response) => {
          heard.push(`${address} ${request.method} ${request.url}`)
          const [code, headers] = answer(request.url ?? "")
          response.writeHead(code, headers).end()
        }).listen(0, address, () => resolve(listening))
      })
    const portOf = (listening: Server): number => (listening.address() as AddressInfo).port
    beforeAll(async () => {
      elsewhere = await listenOn("127.0.0.2", () => [200, {}])
      here = await listenOn("127.0.0.1", () => [302, { location: `http://127.0.0.2:${portOf(elsewhere)}/redirected` }])
    })
    afterAll(async () => {
      for (const listening of [elsewhere, here]) await new Promise((resolve) => listening?.close(resolve))
    })
    const subscribe = async (callback: string) => {
      const headers = { callback, nt: "upnp:event" }
      return (await fetch(new URL("/dlna/ContentDirectory/events", server.url), { method: "SUBSCRIBE", headers })).status
    }

    test("to anybody but who asks is refused, and nobody hears of it", async () => {
      const port = portOf(elsewhere)
      const wrong = [
        `<http://127.0.0.2:${port}/>`,
        `<http://127.0.0.1@127.0.0.2:${port}/>`,
        `<http://localhost:${port}/>`,
        `<http://127.0.0.1.nip.io:${port}/>`,
        `<https://127.0.0.1:${port}/>`,
        `<ftp://127.0.0.1:${port}/>`,
        "<file:///etc/passwd>",
        `<http://user:word@127.0.0.1:${port}/>`,
        "<http://169.254.169.254/latest/meta-data/>",
        "<//127.0.0.1/>",
        "<>",
        `<http://127.0.0.1:99999/>`,
        `<http://127.0.0.1:${port}/${"x".repeat(5_000)}>`,
      ]
      for (const callback of wrong) expect(await subscribe(callback), callback.slice(0, 60)).toBe(412)
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(heard).toEqual([])
      await works()
    })

    /** SUBSCRIBE or UNSUBSCRIBE from one of this machine's own addresses, as another machine would. */
    const askFrom = (address: string, method: string, headers: Record<string, string>): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const options = {
          host: "127.0.0.1",
          port: server.port,
          path: "/dlna/ConnectionManager/events",
          localAddress: address,
          agent: false,
        }
        request({ ...options, method, headers }, (response) => resolve(response.resume()))
          .on("error", reject)
          .end()
      })

    test("that another began can be neither ended nor renewed", async () => {
      const begun = await askFrom("127.0.0.3", "SUBSCRIBE", { callback: "<http://127.0.0.3:9/>", nt: "upnp:event" })
      const sid = String(begun.headers.sid)
      expect(begun.statusCode).toBe(200)
      expect((await askFrom("127.0.0.4", "UNSUBSCRIBE", { sid })).statusCode).toBe(412)
      expect((await askFrom("127.0.0.4", "SUBSCRIBE", { sid })).statusCode).toBe(412)
      expect((await askFrom("127.0.0.3", "UNSUBSCRIBE", { sid })).statusCode).toBe(200)
    })

    test("of which there are floods is bounded, for each address and for all", async () => {
      const taken = new Map<string, number>()
      for (let machine = 10; machine < 25; machine++) {
        const address = `127.0.0.${machine}`
        for (let count = 0; count < 25; count++) {
          const { statusCode } = await askFrom(address, "SUBSCRIBE", { callback: `<http://${address}:9/>`, nt: "upnp:event" })
          expect([200, 503]).toContain(statusCode)
          if (statusCode === 200) taken.set(address, (taken.get(address) ?? 0) + 1)
        }
      }
      expect(Math.max(...taken.values())).toBe(20)
      expect([...taken.values()].reduce((sum, count) => sum + count, 0)).toBe(200)
      await works()
    })

    test("follows no redirect", async () => {
      expect(await subscribe(`<http://127.0.0.1:${portOf(here)}/mine>`)).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(heard.length).toBeGreaterThan(0)
      expect(heard.filter((line) => !line.startsWith("127.0.0.1 NOTIFY /mine"))).toEqual([])
    })
  })

  test("devices that ask for converted titles and vanish leave no converter", async () => {
    const { resources } = await point.at("dvd", "dvd")
    const url = resources.find(({ protocolInfo }) => protocolInfo.includes("DLNA.ORG_OP=10"))?.url ?? ""
    /** A place among the converters becomes free soon after its device has gone. */
    const begin = async (signal: AbortSignal): Promise<Response> => {
      const end = Date.now() + 5_000
      for (;;) {
        const response = await fetch(url, { signal })
        if (response.status !== 503 || Date.now() > end) return response
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    for (let round = 0; round < 2; round++) {
      const aborts = Array.from({ length: 4 }, () => new AbortController())
      for (const abort of aborts) {
        const response = await begin(abort.signal)
        expect(response.status).toBe(200)
        await response.body?.getReader().read()
      }
      const late = await fetch(url)
      expect([late.status, late.headers.get("retry-after")]).toEqual([503, "10"])
      for (const abort of aborts) abort.abort()
      const end = Date.now() + 5_000
      while (converterCounts().open > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
      expect(converterCounts().open).toBe(0)
    }
    await works()
  })
})
