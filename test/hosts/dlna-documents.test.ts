import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { didlDocument } from "../../src/hosts/dlna/didl.ts"
import type { RunningServer } from "../../src/server/index.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"
import { ControlPoint, readXml } from "./support/control-point.ts"
import { madeDisc } from "./support/made-disc.ts"
import { serveDlna, serveList } from "./support/serve-dlna.ts"

const PYTHON = "/usr/bin/python3"
const hasValidator = spawnSync(PYTHON, ["-c", 'import ctypes; ctypes.CDLL("libxml2.so.2")']).status === 0
/** The UPnP Forum's schemas of DIDL-Lite and what it is made of, which come with GUPnP. */
const AV_SCHEMAS = "/usr/share/gupnp-av"
const support = (name: string): string => join(import.meta.dirname, "support", name)

/** What is wrong with a document by its schema; empty: nothing. */
function problems(schema: string, xml: string): string {
  const { status, stderr } = spawnSync(PYTHON, [support("validate-xml.py"), schema], { input: xml, encoding: "utf8" })
  return status === 0 ? "" : stderr || "invalid"
}

describe.skipIf(!hasValidator)("documents", () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await serveDlna({
      images: [sampleDvd, sampleBluray],
      name: 'A & B <of> "the" house, with a name that is longer than any name may be',
    })
  })
  afterAll(() => server?.close())
  const get = async (path: string): Promise<string> => (await fetch(new URL(path, server.url))).text()

  test("describe the device as the schema says", async () => {
    const text = await get("/dlna/description.xml")
    expect(problems(support("upnp-device.xsd"), text)).toBe("")
    const { device } = readXml(text).root
    expect(device.deviceType).toBe("urn:schemas-upnp-org:device:MediaServer:1")
    expect(device["dlna:X_DLNADOC"]["#text"]).toBe("DMS-1.50")
    expect(device.serviceList.service.map((service: { SCPDURL: string }) => service.SCPDURL)).toEqual([
      "/dlna/ContentDirectory.xml",
      "/dlna/ConnectionManager.xml",
    ])
  })

  test("name icons that are there, of the size and type that they say", async () => {
    const { device } = readXml(await get("/dlna/description.xml")).root
    expect(device.iconList.icon).toHaveLength(4)
    for (const { mimetype, width, height, url } of device.iconList.icon) {
      const response = await fetch(new URL(url, server.url))
      expect(response.headers.get("content-type")).toBe(mimetype)
      const args = ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", "-"]
      const { stdout } = spawnSync("ffprobe", args, { input: Buffer.from(await response.arrayBuffer()), encoding: "utf8" })
      expect(stdout.trim()).toBe(`${mimetype === "image/png" ? "png" : "mjpeg"},${width},${height}`)
    }
  })

  test.each(["ContentDirectory", "ConnectionManager"])("describe the service %s as the schema says", async (name) => {
    expect(problems(support("upnp-service.xsd"), await get(`/dlna/${name}.xml`))).toBe("")
  })

  test("name every action that the standard requires, and each does what it says", async () => {
    const required = {
      ContentDirectory: ["GetSearchCapabilities", "GetSortCapabilities", "GetSystemUpdateID", "Browse"],
      ConnectionManager: ["GetProtocolInfo", "GetCurrentConnectionIDs", "GetCurrentConnectionInfo"],
    }
    const values: Record<string, string> = {
      ObjectID: "0",
      ContainerID: "0",
      BrowseFlag: "BrowseDirectChildren",
      SearchCriteria: "*",
      Filter: "*",
      StartingIndex: "0",
      RequestedCount: "1",
      SortCriteria: "",
      ConnectionID: "0",
    }
    const point = new ControlPoint(server.url)
    for (const [service, names] of Object.entries(required)) {
      const { action: actions } = readXml(await get(`/dlna/${service}.xml`)).scpd.actionList
      expect(actions.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(names))
      for (const { name, argumentList } of actions) {
        const of = (direction: string) =>
          argumentList.argument.filter((one: { direction: string }) => one.direction === direction).map((one: { name: string }) => one.name)
        const answer = await point.answer(
          service,
          name,
          Object.fromEntries(of("in").map((argument: string) => [argument, values[argument] ?? ""])),
        )
        // In the order of the description, none left out.
        expect(Object.keys(answer).filter((key) => !key.startsWith("@"))).toEqual(of("out"))
      }
    }
  })

  test("that break a rule are found out", () => {
    const device = support("upnp-device.xsd")
    expect(problems(device, "<root/>")).not.toBe("")
    expect(problems(support("upnp-service.xsd"), '<scpd xmlns="urn:schemas-upnp-org:service-1-0"/>')).not.toBe("")
  })

  test.skipIf(!existsSync(AV_SCHEMAS))("of everything in the tree are valid DIDL-Lite", async () => {
    // They name one another by addresses on the network.
    const folder = mkdtempSync(join(tmpdir(), "opentray-didl-"))
    for (const name of readdirSync(AV_SCHEMAS).filter((file) => file.endsWith(".xsd"))) {
      const text = readFileSync(join(AV_SCHEMAS, name), "utf8")
      writeFileSync(join(folder, name), text.replace(/schemaLocation="http:[^"]*\/([^"/]+)"/g, 'schemaLocation="$1"'))
    }
    const point = new ControlPoint(server.url)
    const check = async (id: string): Promise<number> => {
      const args = { ObjectID: id, BrowseFlag: "BrowseDirectChildren", Filter: "*", StartingIndex: 0, RequestedCount: 0, SortCriteria: "" }
      const { Result } = await point.answer("ContentDirectory", "Browse", args)
      // DLNA's own addition (Guidelines part 1-1, 7.3.61.1), which UPnP's schema does not know.
      expect(problems(join(folder, "didl-lite-v2.xsd"), Result.replace(/ dlna:profileID="[A-Z_]+"/g, ""))).toBe("")
      const { objects } = await point.browse(id)
      const below = await Promise.all(objects.map((object) => (object.kind === "item" ? 0 : check(object.id))))
      return below.reduce((sum, count) => sum + count, objects.length)
    }
    expect(await check("0")).toBeGreaterThan(150)
    expect(problems(join(folder, "didl-lite-v2.xsd"), didlDocument(["<item/>"]))).not.toBe("")
    rmSync(folder, { recursive: true })
  })
})

test("a disc's name cannot write XML of its own", async () => {
  const name = `</dc:title><res protocolInfo="x">http://elsewhere/</res>\u0000\u001f"&'<![CDATA[`
  const server = await serveList([madeDisc("a&b<c>", { name })])
  try {
    const { objects } = await new ControlPoint(server.url).browse("0")
    expect(objects.length).toBe(1)
    expect(objects[0]).toMatchObject({ resources: [] })
    expect(objects[0]?.title).toContain("http://elsewhere/")
    expect((await new ControlPoint(server.url).browse(objects[0]?.id ?? "")).returned).toBeGreaterThan(0)
  } finally {
    await server.close()
  }
})
