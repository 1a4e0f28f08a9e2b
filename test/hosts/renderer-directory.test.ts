import { type ChildProcess, spawn } from "node:child_process"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { RendererDirectory } from "../../src/hosts/dlna/renderer/index.ts"
import { hasNetworks, Network } from "../support/network.ts"
import { descriptionXml } from "./support/fake-renderer.ts"

/** Runs inside the network: answers each search with every announcement it was given, serves paths, and says what it was asked for. */
const DEVICE = `
import { createSocket } from "node:dgram"
import { createServer } from "node:http"
const { address, announcements, pages } = JSON.parse(process.argv[1])
createServer((request, response) => {
  process.stdout.write(request.url + "\\n")
  const page = pages[request.url] ?? pages["*"]?.replaceAll("%", request.url.replace(/\\D/g, ""))
  if (page === undefined) return void response.writeHead(404).end()
  if (page === "endless") {
    const more = () => { while (!response.destroyed && response.write(Buffer.alloc(65536, 60))); response.once("drain", more) }
    return more()
  }
  if (page === "silent") return
  if (page.startsWith("redirect ")) return void response.writeHead(301, { location: page.slice(9) }).end()
  response.end(page)
}).listen(80, address)
const socket = createSocket({ type: "udp4", reuseAddr: true })
const lines = ({ first, usn, location, nts }) => [first ?? "HTTP/1.1 200 OK", "CACHE-CONTROL: max-age=60", "EXT:",
  ...(location === undefined ? [] : ["LOCATION: " + location]), "SERVER: x", nts === undefined ? "" : "NTS: " + nts,
  (first === undefined ? "ST" : "NT") + ": urn:schemas-upnp-org:device:MediaRenderer:1", "USN: " + usn + "::urn:schemas-upnp-org:device:MediaRenderer:1", "", ""].filter((line, i, all) => line !== "" || i > all.length - 3).join("\\r\\n")
socket.on("message", (bytes, from) => {
  if (!bytes.toString().startsWith("M-SEARCH")) return
  for (const raw of ["", "\\u0000", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\\r\\nLOCATION", "x".repeat(5000)]) socket.send(raw, from.port, from.address)
  for (const one of announcements) socket.send(lines(one), from.port, from.address)
})
process.stdin.on("data", (text) => { for (const one of JSON.parse(text)) socket.send(lines(one), 1900, "239.255.255.250") })
socket.bind(1900, () => { socket.addMembership("239.255.255.250", address); socket.setMulticastInterface(address); process.stdout.write("ready\\n") })
`

const SINK_ANSWER =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:GetProtocolInfoResponse xmlns:u="x"><Source/><Sink>http-get:*:video/mpeg:*</Sink></u:GetProtocolInfoResponse></s:Body></s:Envelope>'

type Announcement = { readonly first?: string; readonly usn: string; readonly location?: string; readonly nts?: string }

describe.skipIf(!hasNetworks)("renderers on a network that is not well-meant", () => {
  let network: Network
  let directory: RendererDirectory
  let device: ChildProcess | null = null
  let asked: string[]
  beforeEach(() => {
    network = new Network()
    directory = new RendererDirectory({ interfaces: [network.device] })
    asked = []
  })
  afterEach(async () => {
    await directory.close()
    device?.kill("SIGKILL")
    network.close()
  })

  async function announce(announcements: readonly Announcement[], pages: Readonly<Record<string, string>>): Promise<void> {
    const facts = JSON.stringify({ address: network.there, announcements, pages })
    const [command, ...args] = network.inside(process.execPath, "--input-type=module", "-e", DEVICE, facts)
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] })
    device = child
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (text) => {
        for (const line of String(text)
          .split("\n")
          .filter((word) => word !== ""))
          line === "ready" ? resolve() : asked.push(line)
      })
    })
  }

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  async function found(): Promise<readonly string[]> {
    await directory.search()
    for (let i = 0; i < 30 && directory.list().length === 0; i++) await pause(100)
    await pause(400)
    return directory.list().map(({ description }) => description.name)
  }

  test("the one that is well is found among all that are not", async () => {
    const at = (path: string) => `http://${network.there}${path}`
    const good = descriptionXml({ friendlyName: "Good" })
    const udn = "uuid:00000000-0000-0000-0000-000000000001"
    const bad = (name: string, location: string) => ({ usn: `uuid:${name}`, location })
    await announce(
      [
        bad("elsewhere", `http://${network.here}:22/`),
        bad("loopback", "http://127.0.0.1:80/good.xml"),
        bad("named", "http://localhost/good.xml"),
        bad("file", "file:///etc/passwd"),
        bad("nothing", ""),
        bad("missing", at("/missing.xml")),
        bad("redirected", at("/redirect.xml")),
        bad("endless", at("/endless.xml")),
        bad("silent", at("/silent.xml")),
        bad("bomb", at("/bomb.xml")),
        bad("pointing", at("/pointing.xml")),
        // Another device's name.
        bad("impostor", at("/good.xml?impostor")),
        { usn: udn, location: at("/good.xml") },
      ],
      {
        "/good.xml": good,
        "/good.xml?impostor": good,
        "/control": SINK_ANSWER,
        "/redirect.xml": `redirect http://${network.here}:9/`,
        "/endless.xml": "endless",
        "/silent.xml": "silent",
        "/bomb.xml": descriptionXml({ prolog: '<!DOCTYPE r [<!ENTITY a "aaaaaaaa">]>' }),
        "/pointing.xml": descriptionXml({ controlUrl: `http://${network.here}/control` }),
      },
    )
    expect(await found()).toEqual(["Good"])
    expect(directory.list()).toMatchObject([{ id: udn.slice(5), address: network.there, sink: "http-get:*:video/mpeg:*" }])
    expect(directory.rendererAt(network.there)).toEqual({ friendlyName: "Good", sink: "http-get:*:video/mpeg:*" })
    expect(directory.rendererAt(network.here)).toBeNull()
    expect(new Set(asked)).toEqual(
      new Set([
        "/missing.xml",
        "/redirect.xml",
        "/endless.xml",
        "/silent.xml",
        "/bomb.xml",
        "/pointing.xml",
        "/good.xml",
        "/good.xml?impostor",
        "/control",
      ]),
    )
  })

  test("a goodbye is believed of the device itself, and it may come again", async () => {
    const udn = "uuid:00000000-0000-0000-0000-000000000001"
    const alive = { usn: udn, location: `http://${network.there}/good.xml` }
    await announce([alive], { "/good.xml": descriptionXml({}) })
    expect(await found()).toEqual(["Fake"])
    const notify = (nts: string) => device?.stdin?.write(JSON.stringify([{ ...alive, first: "NOTIFY * HTTP/1.1", nts }]))
    notify("ssdp:byebye")
    for (let i = 0; i < 50 && directory.list().length > 0; i++) await pause(50)
    expect(directory.list()).toEqual([])
    notify("ssdp:alive")
    for (let i = 0; i < 50 && directory.list().length === 0; i++) await pause(50)
    expect(directory.list().length).toBe(1)
  })

  test("a flood of them costs a bounded number of requests", async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ usn: `uuid:many-${i}`, location: `http://${network.there}/many-${i}.xml` }))
    const pages = { "*": descriptionXml({ friendlyName: "M%", udn: "uuid:many-%" }) }
    await announce(many, pages)
    expect((await found()).length).toBeLessThanOrEqual(16 + 8)
    expect(asked.length).toBeLessThanOrEqual(2 * 2 * (16 + 8))
  })
})
