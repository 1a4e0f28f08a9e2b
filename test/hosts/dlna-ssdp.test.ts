import { createSocket, type Socket } from "node:dgram"
import fc from "fast-check"
import { afterEach, describe, expect, test } from "vitest"
import { isInNetwork } from "../../src/hosts/dlna/network-addresses.ts"
import { SsdpAnnouncer, SsdpFinder, type SsdpNews } from "../../src/hosts/dlna/ssdp.ts"
import { formatSsdp, MAX_SSDP_BYTES, maxAgeOf, parseSsdp } from "../../src/hosts/dlna/ssdp-message.ts"

const LOOPBACK = "127.0.0.1"
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(isTrue: () => boolean, ms = 8_000): Promise<void> {
  const end = Date.now() + ms
  while (!isTrue() && Date.now() < end) await sleep(20)
  expect(isTrue()).toBe(true)
}

describe("messages of SSDP", () => {
  test("are read as they were written", () => {
    const message = parseSsdp(
      formatSsdp("notify", { HOST: "239.255.255.250:1900", NT: "upnp:rootdevice", EXT: "", "CACHE-CONTROL": "max-age=1800" }),
    )
    expect(message?.kind).toBe("notify")
    expect(message?.headers.get("nt")).toBe("upnp:rootdevice")
    expect(message?.headers.get("ext")).toBe("")
    expect(message && maxAgeOf(message)).toBe(1800)
  })

  test.each([
    ["nothing", ""],
    ["HTTP of another kind", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a first line that every object has", "constructor\r\nST: ssdp:all\r\n\r\n"],
    ["an old version", "M-SEARCH * HTTP/1.0\r\nST: ssdp:all\r\n\r\n"],
    ["a header without a colon", "NOTIFY * HTTP/1.1\r\nNT\r\n\r\n"],
    ["a header whose name has a space", "NOTIFY * HTTP/1.1\r\nNT upnp:rootdevice\r\n\r\n"],
    ["a header without a name", "NOTIFY * HTTP/1.1\r\n: x\r\n\r\n"],
    ["a NUL in a header", "NOTIFY * HTTP/1.1\r\nNT: a\0b\r\n\r\n"],
    ["a bare carriage return in a header", "NOTIFY * HTTP/1.1\r\nNT: a\rX: b\r\n\r\n"],
    ["more lines than any device sends", `NOTIFY * HTTP/1.1\r\n${"A: b\r\n".repeat(50)}\r\n`],
    ["more bytes than any device sends", `NOTIFY * HTTP/1.1\r\nNT: ${"x".repeat(MAX_SSDP_BYTES)}\r\n\r\n`],
  ])("with %s are passed over", (_, text) => expect(parseSsdp(Buffer.from(text, "latin1"))).toBeNull())

  test("of any bytes never throw", () => {
    const first = fc.constantFrom("", "M-SEARCH * HTTP/1.1\r\n", "NOTIFY * HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n")
    fc.assert(
      fc.property(first, fc.uint8Array({ maxLength: 400 }), (start, bytes) => {
        const message = parseSsdp(Buffer.concat([Buffer.from(start), bytes]))
        if (message !== null) maxAgeOf(message)
      }),
    )
  })
})

test("an address is in a network or not", () => {
  const of = { name: "eth0", address: "192.168.178.20", netmask: "255.255.255.0" }
  expect(isInNetwork("192.168.178.255", of)).toBe(true)
  expect(isInNetwork("192.168.179.20", of)).toBe(false)
  expect(isInNetwork("192.168.178.256", of)).toBe(false)
  expect(isInNetwork("fe80::1", of)).toBe(false)
})

describe("devices on the network", () => {
  const open: { close(): Promise<void> | void }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  let serial = 0
  /** Of this test alone: others may search and announce on this machine too. */
  const target = () => `urn:opentray-test:device:Made${process.pid}-${serial++}:1`
  const announce = async (name: string) => {
    const announcer = new SsdpAnnouncer({
      interfaces: [LOOPBACK],
      location: (address) => `http://${address}:1234/description.xml`,
      server: "Test/1 UPnP/1.0 opentray/0",
      advertisements: [{ target: name, name: `uuid:x::${name}` }],
    })
    open.push(announcer)
    await announcer.open()
    return announcer
  }
  const find = async (name: string) => {
    const news: SsdpNews[] = []
    const finder = new SsdpFinder({ interfaces: [LOOPBACK], target: name, onNews: (one) => news.push(one) })
    open.push(finder)
    await finder.open()
    return { news, finder }
  }

  test("that are there already are found by a search", async () => {
    const name = target()
    await announce(name)
    await sleep(1_800)
    // Its announcements are over: what is heard now is an answer.
    const { news } = await find(name)
    await until(() => news.length > 0)
    expect(news[0]).toMatchObject({
      kind: "alive",
      target: name,
      name: `uuid:x::${name}`,
      location: "http://127.0.0.1:1234/description.xml",
      from: LOOPBACK,
    })
    expect(news[0]?.maxAgeSeconds).toBe(1800)
  })

  test("that come and go are heard of", async () => {
    const name = target()
    const { news } = await find(name)
    await sleep(700)
    expect(news).toEqual([])
    const announcer = await announce(name)
    await until(() => news.length > 0)
    await announcer.close()
    await until(() => news.at(-1)?.kind === "byebye")
    expect(news.at(-1)?.location).toBeNull()
  })

  const ask = async (text: string, waitMs: number): Promise<string[]> => {
    const answers: string[] = []
    const socket: Socket = createSocket("udp4")
    open.push({ close: () => void socket.close() })
    socket.on("message", (bytes) => answers.push(String(bytes)))
    await new Promise<void>((resolve) => socket.bind({ address: LOOPBACK, port: 0 }, resolve))
    socket.setMulticastInterface(LOOPBACK)
    socket.send(text, 1900, "239.255.255.250")
    await sleep(waitMs)
    return answers
  }
  const search = (name: string, headers = 'MAN: "ssdp:discover"\r\nMX: 1\r\n') =>
    `M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n${headers}ST: ${name}\r\n\r\n`

  test("answer a search within its time, with what the standard asks for", async () => {
    const name = target()
    await announce(name)
    const answers = await ask(search(name), 1_100)
    expect(answers.length).toBe(1)
    expect(answers[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    for (const header of [
      "CACHE-CONTROL: max-age=1800",
      "EXT:",
      "LOCATION: http://127.0.0.1:1234/description.xml",
      "SERVER: Test/1 UPnP/1.0 opentray/0",
      `ST: ${name}`,
      `USN: uuid:x::${name}`,
    ]) {
      expect(answers[0]?.split("\r\n")).toContain(header)
    }
  })

  test("say nothing to searches that are malformed", async () => {
    const name = target()
    await announce(name)
    const malformed = [
      search(name, "MX: 1\r\n"),
      search(name, "MAN: ssdp:discover\r\nMX: 1\r\n"),
      search(name, 'MAN: "ssdp:discover"\r\n'),
      search(name, 'MAN: "ssdp:discover"\r\nMX: -1\r\n'),
      search(name, 'MAN: "ssdp:discover"\r\nMX: soon\r\n'),
      search(`${name}x`),
      search(name).replace("M-SEARCH *", "M-SEARCH /"),
      search(name).slice(0, 40),
    ]
    for (const text of malformed) expect(await ask(text, 700)).toEqual([])
    expect((await ask(search(name), 1_100)).length).toBe(1)
  })

  test("keep no more answers waiting than a house has askers", async () => {
    const name = target()
    await announce(name)
    const socket = createSocket("udp4")
    open.push({ close: () => void socket.close() })
    let answers = 0
    socket.on("message", () => answers++)
    await new Promise<void>((resolve) => socket.bind({ address: LOOPBACK, port: 0 }, resolve))
    socket.setMulticastInterface(LOOPBACK)
    const bytes = search(name, 'MAN: "ssdp:discover"\r\nMX: 5\r\n')
    for (let sent = 0; sent < 2_000; sent++)
      await new Promise<void>((resolve) => socket.send(bytes, 1900, "239.255.255.250", () => resolve()))
    await sleep(2_500)
    expect(answers).toBeGreaterThan(0)
    // 200 wait at once; some have gone out before the last search came in.
    expect(answers).toBeLessThan(1_000)
  })
})
