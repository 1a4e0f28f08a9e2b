import { createServer, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, test } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { fetchDescription, locationFrom, parseDescription } from "../../src/hosts/dlna/renderer/description.ts"
import { askDevice } from "../../src/hosts/dlna/renderer/device-http.ts"
import { itemMetadata } from "../../src/hosts/dlna/renderer/metadata.ts"
import { fitOf, inOrderOfFit, parseProtocols } from "../../src/hosts/dlna/renderer/protocol-match.ts"
import { formatUpnpTime, parseUpnpTime } from "../../src/hosts/dlna/renderer/upnp-time.ts"
import { escapeXml, parseXml, textOf } from "../../src/hosts/dlna/renderer/xml.ts"
import { mutantsOf } from "../support/mutants.ts"
import { descriptionXml } from "./support/fake-renderer.ts"

const LOCATION = new URL("http://192.168.1.20:49152/some/description.xml")

describe("a renderer's description", () => {
  test("gives its name and where its services are, relative to where it lies or to what it says", () => {
    const plain = parseDescription(descriptionXml({ friendlyName: "Living &amp; dining" }), LOCATION)
    expect(plain).toMatchObject({ udn: "uuid:00000000-0000-0000-0000-000000000001", name: "Living & dining" })
    expect(plain.avTransport.type).toBe("urn:schemas-upnp-org:service:AVTransport:1")
    expect(plain.avTransport.controlUrl.href).toBe("http://192.168.1.20:49152/control")
    expect(plain.connectionManager?.controlUrl.href).toBe("http://192.168.1.20:49152/some/control")
    const based = parseDescription(descriptionXml({ urlBase: "http://192.168.1.20:80/base/" }), LOCATION)
    expect(based.connectionManager?.controlUrl.href).toBe("http://192.168.1.20/base/control")
  })

  test("may be inside another device's", () => {
    const inner = /<device>.*<\/device>/s.exec(descriptionXml({ deviceType: "MediaRenderer:3" }))?.[0] ?? ""
    const xml = `<root><device><deviceType>urn:x:device:Basic:1</deviceType><deviceList>${inner}</deviceList></device></root>`
    expect(parseDescription(xml, LOCATION).name).toBe("Fake")
  })

  test("cannot write on the terminal, nor fill it", () => {
    const name = parseDescription(descriptionXml({ friendlyName: `\u001b[2Jred\u0007\r\n${"long ".repeat(100)}` }), LOCATION).name
    expect(name).toMatch(/^\[2Jred long/)
    expect(name.length).toBeLessThanOrEqual(100)
  })

  test.each([
    ["a base elsewhere", { urlBase: "http://10.0.0.1/" }],
    ["a control address elsewhere", { controlUrl: "http://169.254.169.254/latest/meta-data" }],
    ["a name that anyone could own", { controlUrl: "http://router.local/reboot" }],
    ["another protocol", { controlUrl: "file:///etc/passwd" }],
    ["a protocol without a word of it", { controlUrl: "//10.0.0.1/control" }],
    ["credentials", { controlUrl: "http://admin:admin@192.168.1.20/control" }],
  ])("that points to %s is refused", (_what, odd) => {
    expect(() => parseDescription(descriptionXml(odd), LOCATION)).toThrow(expect.objectContaining({ code: "not-permitted" }))
  })

  const bomb = `<!DOCTYPE root [<!ENTITY a "aaaaaaaaaa">${[..."bcdefghij"].map((name, i) => `<!ENTITY ${name} "${`&${"abcdefghi"[i]};`.repeat(10)}">`).join("")}]>`
  test.each([
    ["entities that grow", descriptionXml({ prolog: bomb, friendlyName: "&j;" })],
    ["an entity from a file", descriptionXml({ prolog: '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', friendlyName: "&x;" })],
    ["elements without end", `<root>${"<a>".repeat(100_000)}`],
    ["nothing", ""],
    ["no XML", "\u0000\u0001 not at all <<<"],
    ["a page", "<html><body>It works!<br></body></html>"],
  ])("of %s is refused at once", (_what, xml) => {
    const before = Date.now()
    expect(() => parseDescription(xml, LOCATION)).toThrow(DiscError)
    expect(Date.now() - before).toBeLessThan(500)
  })

  test("of a device that is no renderer, or cannot be pushed to, says so", () => {
    for (const xml of [
      descriptionXml({ deviceType: "MediaServer:1" }),
      descriptionXml({}).replace("AVTransport:1", "Other:1"),
      descriptionXml({ udn: "" }),
    ]) {
      expect(() => parseDescription(xml, LOCATION)).toThrow(expect.objectContaining({ code: "unsupported" }))
    }
  })

  test("damaged in any place gives a description or an error that says what is wrong", () => {
    for (const damaged of mutantsOf(new TextEncoder().encode(descriptionXml({})))) {
      try {
        parseDescription(new TextDecoder().decode(damaged), LOCATION)
      } catch (error) {
        expect(error).toBeInstanceOf(DiscError)
      }
    }
  })

  test("is looked for only at the address that announced it", () => {
    expect(locationFrom("http://192.168.1.20:80/d.xml", "192.168.1.20")?.href).toBe("http://192.168.1.20/d.xml")
    const others = [
      "http://192.168.1.21/d.xml",
      "http://tv.local/d.xml",
      "https://192.168.1.20/",
      "ftp://192.168.1.20/",
      "/d.xml",
      "",
      "http://",
    ]
    for (const text of [...others, "http://a:b@192.168.1.20/d.xml", "http://[::1]/d.xml", "http://0x7f000001/d.xml"]) {
      expect(locationFrom(text, "192.168.1.20")).toBeNull()
    }
  })
})

describe("an exchange with a device", () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.closeAllConnections()
  })

  async function serve(answer: (response: ServerResponse) => void): Promise<URL> {
    const server = createServer((_request, response) => answer(response))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }

  test("is not led elsewhere", async () => {
    let visits = 0
    const elsewhere = await serve((response) => {
      visits++
      response.end(descriptionXml({}))
    })
    const url = await serve((response) => response.writeHead(302, { location: elsewhere.href }).end())
    await expect(fetchDescription(url)).rejects.toMatchObject({ code: "read-failed", message: expect.stringMatching(/302/) })
    expect(visits).toBe(0)
  })

  test("ends with an answer that has no end", async () => {
    let sent = 0
    const url = await serve((response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 97))) sent += 65_536
        if (!response.destroyed) response.once("drain", more)
      }
      more()
    })
    await expect(askDevice(url)).rejects.toMatchObject({ code: "limit" })
    expect(sent).toBeLessThan(16 * 1024 * 1024)
  })

  test("ends in time with an answer that drips, and with none", async () => {
    const timers: NodeJS.Timeout[] = []
    const dripping = await serve((response) => timers.push(setInterval(() => response.write("<"), 50)))
    const silent = await serve(() => {})
    const before = Date.now()
    await Promise.all(
      [dripping, silent].map((url) => expect(askDevice(url, { timeoutMs: 600 })).rejects.toMatchObject({ code: "read-failed" })),
    )
    expect(Date.now() - before).toBeLessThan(1500)
    for (const timer of timers) clearInterval(timer)
  })

  test("is given up when it is no longer needed", async () => {
    const url = await serve(() => {})
    const closing = new AbortController()
    setTimeout(() => closing.abort(), 50)
    await expect(askDevice(url, { signal: closing.signal })).rejects.toMatchObject({ code: "aborted" })
    await expect(askDevice(url, { signal: closing.signal })).rejects.toMatchObject({ code: "aborted" })
  })
})

describe("what a device takes", () => {
  const sinks = parseProtocols(
    "http-get:*:video/mpeg:DLNA.ORG_PN=MPEG_PS_PAL;DLNA.ORG_OP=01,http-get:*:video/mp2t;x=1:*, rtsp-rtp-udp:*:video/vc1:*,http-get:*:audio/*:*,,:,http-get:*:image/jpeg:DLNA.ORG_PN=JPEG_TN\\,odd",
  )

  test("is read entry by entry", () => {
    expect(sinks).toEqual([
      { mimeType: "video/mpeg", profile: "MPEG_PS_PAL" },
      { mimeType: "video/mp2t", profile: null },
      { mimeType: "audio/*", profile: null },
      { mimeType: "image/jpeg", profile: "JPEG_TN\\" },
    ])
  })

  test("orders the forms, and drops none", () => {
    expect(fitOf({ mimeType: "video/mpeg", profile: "MPEG_PS_PAL" }, sinks)).toBe("profile")
    expect(fitOf({ mimeType: "video/mpeg", profile: "AVC_TS_MP_HD_AC3" }, sinks)).toBe("other-profile")
    expect(fitOf({ mimeType: "video/mp2t", profile: "ANY" }, sinks)).toBe("type")
    expect(fitOf({ mimeType: "audio/mpeg", profile: null }, sinks)).toBe("type")
    expect(fitOf({ mimeType: "video/vc1", profile: null }, sinks)).toBe("no")
    const forms = [
      { mimeType: "video/x", profile: null },
      { mimeType: "video/mpeg", profile: "OTHER" },
      { mimeType: "video/mp2t", profile: null },
      { mimeType: "video/mpeg", profile: "MPEG_PS_PAL" },
    ]
    expect(inOrderOfFit(forms, sinks)).toEqual([forms[2], forms[3], forms[1], forms[0]])
    expect(inOrderOfFit(forms, [])).toEqual(forms)
  })
})

describe("times of UPnP", () => {
  test("are written in whole seconds and read in every form", () => {
    expect([0, 59.6, 3725, 400_000].map(formatUpnpTime)).toEqual(["0:00:00", "0:01:00", "1:02:05", "111:06:40"])
    const read = ["0:00:00", "00:01:02", "1:02:05.250", "0:00:01.1/4", "+0:00:03", "100:00:00"].map(parseUpnpTime)
    expect(read).toEqual([0, 62, 3725.25, 1.25, 3, 360_000])
    const none = [null, "", "NOT_IMPLEMENTED", "0:60:00", "1:2", "-0:00:01", "99999:00:00", "0:00:00x"]
    for (const text of none) expect(parseUpnpTime(text)).toBeNull()
  })
})

test("what a renderer is told survives two times of XML", () => {
  const facts = { name: `Tom & "Jerry" <1>\u0001`, uri: "http://h/a?b=1&c=2", protocolInfo: "http-get:*:video/mpeg:X=1;Y='2'" }
  const xml = itemMetadata({ ...facts, durationSeconds: 3725.2, sizeBytes: 12, resolution: null })
  const carried = textOf(parseXml(`<CurrentURIMetaData>${escapeXml(xml)}</CurrentURIMetaData>`, "test"), "CurrentURIMetaData") ?? ""
  expect(carried).toBe(xml)
  expect(carried).toContain('duration="1:02:05.000" size="12"')
  expect(carried).toContain("<dc:title>Tom &amp; &quot;Jerry&quot; &lt;1&gt;</dc:title>")
  expect(carried).not.toContain("resolution")
})
