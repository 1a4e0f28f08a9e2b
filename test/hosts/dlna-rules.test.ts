import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type DeviceFacts, parseDeviceRule, readDeviceRules, resourcesFor } from "../../src/hosts/dlna/device-rules.ts"
import { deviceRules } from "../../src/hosts/dlna/index.ts"
import { titleResources } from "../../src/hosts/dlna/resources.ts"
import type { RunningServer } from "../../src/server/index.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"
import { ControlPoint } from "./support/control-point.ts"
import { highStreams, madeDisc, madeTitle } from "./support/made-disc.ts"
import { serveDlna } from "./support/serve-dlna.ts"

const rule = (rest: object) => parseDeviceRule(JSON.stringify({ name: "Test", match: { userAgent: ["TestTV"] }, ...rest }), "test.json")
const bluray = madeDisc("b", { kind: "blu-ray", titles: [madeTitle(1, { streams: highStreams("ac3") })] })
const formsFor = (device: DeviceFacts, ...rules: ReturnType<typeof rule>[]) =>
  resourcesFor(titleResources(bluray, 1), device, rules).map(({ form }) => form)
const tv = { userAgent: "Linux/3 UPnP/1.0 testtv/5" }

describe("a device rule", () => {
  test("orders and leaves out forms for the devices it is meant for, and for no other", () => {
    const one = rule({ first: ["converted-aac", "timestamped"], leaveOut: ["converted-ac3"] })
    expect(formsFor(tv, one)).toEqual(["converted-aac", "timestamped", "transport"])
    expect(formsFor({ userAgent: "Other" }, one)).toEqual(["transport", "timestamped", "converted-ac3", "converted-aac"])
    expect(formsFor({}, one)[0]).toBe("transport")
  })

  test("needs all that it names to match, each by one of its words", () => {
    const one = rule({ match: { userAgent: ["other", "TESTTV"], clientInfo: ["Maker"] }, first: ["timestamped"] })
    expect(formsFor(tv, one)[0]).toBe("transport")
    expect(formsFor({ ...tv, clientInfo: 'av=5.0; cn="Maker Inc"' }, one)[0]).toBe("timestamped")
    expect(formsFor({ friendlyName: "Couch TV" }, rule({ match: { friendlyName: ["couch"] }, first: ["timestamped"] }))[0]).toBe(
      "timestamped",
    )
  })

  test("is the first that is meant for the device", () => {
    expect(formsFor(tv, rule({ first: ["timestamped"] }), rule({ first: ["converted-aac"] }))[0]).toBe("timestamped")
  })

  test("that would leave nothing leaves everything", () => {
    const all = ["program", "transport", "timestamped", "converted-ac3", "converted-aac"]
    expect(formsFor(tv, rule({ leaveOut: all }))).toHaveLength(4)
  })

  test("changes types, in protocolInfo too", () => {
    const [first] = resourcesFor(titleResources(bluray, 1), tv, [rule({ mimeTypes: { transport: "video/vnd.dlna.mpeg-tts" } })])
    expect(first?.mimeType).toBe("video/vnd.dlna.mpeg-tts")
    expect(first?.protocolInfo).toMatch(/^http-get:\*:video\/vnd\.dlna\.mpeg-tts:DLNA\.ORG_PN=AVC_TS_HD_24_AC3_ISO;/)
  })

  test("changes profiles, in protocolInfo too", () => {
    const ruled = resourcesFor(titleResources(madeDisc("a"), 1), tv, [rule({ profiles: { "converted-ac3": "AVC_TS_HD_50_AC3_ISO" } })])
    expect(ruled.map(({ profile }) => profile)).toEqual(["MPEG_PS_PAL", "AVC_TS_HD_50_AC3_ISO", "AVC_TS_MP_HD_AAC_MULT5_ISO"])
    expect(ruled[1]?.protocolInfo).toContain(":video/mpeg:DLNA.ORG_PN=AVC_TS_HD_50_AC3_ISO;DLNA.ORG_OP=10;")
  })

  test.each([
    ["a profile that is none", '{"name":"x","match":{"userAgent":["a"]},"profiles":{"program":"A;B"}}', /profiles/],
    ["no JSON", "{", /no JSON/],
    ["no object", "[]", /no device rule/],
    ["nothing to match", '{"name":"x","match":{}}', /match names nothing/],
    ["an empty word", '{"name":"x","match":{"userAgent":[" "]}}', /userAgent/],
    ["an unknown form", '{"name":"x","match":{"userAgent":["a"]},"first":["vhs"]}', /first/],
    ["an unknown field", '{"name":"x","match":{"userAgent":["a"]},"frist":[]}', /frist/],
    ["a type that is none", '{"name":"x","match":{"userAgent":["a"]},"mimeTypes":{"program":"a\\r\\nb: c"}}', /mimeTypes/],
  ])("with %s is refused, and the file named", (_, text, message) => {
    expect(() => parseDeviceRule(text, "my.json")).toThrow(message)
    expect(() => parseDeviceRule(text, "my.json")).toThrow("my.json")
  })
})

describe("what a device declares", () => {
  test("goes before what it does not, and below a rule", () => {
    const sink = "http-get:*:image/jpeg:*,http-get:*:video/vnd.dlna.mpeg-tts:DLNA.ORG_PN=AVC_TS_HD_24_AC3_T"
    expect(formsFor({ sink })[0]).toBe("timestamped")
    expect(formsFor({ ...tv, sink }, rule({ first: ["converted-aac"] })).slice(0, 2)).toEqual(["converted-aac", "timestamped"])
    expect(formsFor({ sink: "http-get:*:video/mpeg:*" })[0]).toBe("transport")
    expect(formsFor({ sink: "nonsense,,:::,http-get" })).toHaveLength(4)
  })
})

describe("rule files", () => {
  const folder = mkdtempSync(join(tmpdir(), "opentray-rules-"))
  let server: RunningServer
  beforeAll(async () => {
    const mine = join(folder, "mine")
    mkdirSync(mine)
    writeFileSync(join(mine, "10-a.json"), '{"name":"A","match":{"userAgent":["TestTV"]},"first":["converted-aac"]}')
    writeFileSync(
      join(mine, "20-b.json"),
      '{"name":"B","match":{"clientInfo":["Tester"]},"leaveOut":["program"],"mimeTypes":{"transport":"video/x-mine"}}',
    )
    writeFileSync(join(mine, "readme.txt"), "not a rule")
    server = await serveDlna({ images: [sampleDvd, sampleBluray], rules: await deviceRules(mine) })
  })
  afterAll(async () => {
    await server?.close()
    rmSync(folder, { recursive: true })
  })

  test("of a person come before ours, by their names", async () => {
    const rules = await deviceRules(join(folder, "mine"))
    expect(rules.slice(0, 2).map(({ name }) => name)).toEqual(["A", "B"])
    expect(rules.length).toBeGreaterThan(5)
  })

  test("that cannot be had are named", async () => {
    await expect(readDeviceRules(join(folder, "none"))).rejects.toMatchObject({ code: "not-found" })
    mkdirSync(join(folder, "bad"))
    writeFileSync(join(folder, "bad", "x.json"), "{}")
    await expect(readDeviceRules(join(folder, "bad"))).rejects.toMatchObject({ code: "bad-argument" })
    writeFileSync(join(folder, "bad", "x.json"), " ".repeat(100_000))
    await expect(readDeviceRules(join(folder, "bad"))).rejects.toThrow("more than 65536 bytes")
  })

  test("and what the device declares are looked up by the address that asks", async () => {
    const sink = "http-get:*:video/vnd.dlna.mpeg-tts:DLNA.ORG_PN=AVC_TS_HD_24_AC3_T"
    const rendererAt = (address: string) => (address === "127.0.0.1" ? { friendlyName: "Den", sink } : null)
    const own = await serveDlna({ images: [sampleBluray], rendererAt })
    try {
      const first = async (point: ControlPoint) => (await point.at("opentray sample", "All titles", "Title 1")).resources[0]?.protocolInfo
      expect(await first(new ControlPoint(own.url))).toContain("PN=AVC_TS_HD_24_AC3_T;")
      expect(await first(new ControlPoint(server.url))).toContain("PN=AVC_TS_HD_24_AC3_ISO;")
    } finally {
      await own.close()
    }
  })

  test("decide what a device sees in the list, and which type it gets", async () => {
    const point = new ControlPoint(server.url)
    const seen = async (title: string, headers: Record<string, string>) => {
      const disc = await point.at(title)
      const { objects } = await point.browse(disc.id, { headers })
      const resources = objects.find(({ kind }) => kind === "item")?.resources ?? []
      return resources.filter(({ protocolInfo }) => protocolInfo.includes("video/"))
    }
    const profile = (info: string | undefined) => /DLNA\.ORG_PN=(\w+)/.exec(info ?? "")?.[1]
    expect(profile((await seen("dvd", {}))[0]?.protocolInfo)).toBe("MPEG_PS_PAL")
    expect(profile((await seen("dvd", { "user-agent": "TestTV/1" }))[0]?.protocolInfo)).toBe("AVC_TS_MP_HD_AAC_MULT5_ISO")
    const info = { "x-av-client-info": 'av=5.0; cn="Tester"' }
    expect((await seen("dvd", info)).map(({ protocolInfo }) => profile(protocolInfo))).not.toContain("MPEG_PS_PAL")
    const [transport] = await seen("opentray sample", info)
    expect(transport?.protocolInfo).toContain(":video/x-mine:")
    expect((await fetch(transport?.url ?? "", { method: "HEAD", headers: info })).headers.get("content-type")).toBe("video/x-mine")
    expect((await fetch(transport?.url ?? "", { method: "HEAD" })).headers.get("content-type")).toBe("video/mpeg")
  })
})
