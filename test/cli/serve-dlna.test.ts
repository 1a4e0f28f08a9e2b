import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ControlPoint, readXml } from "../hosts/support/control-point.ts"
import { Workplace } from "../server/support/discs.ts"
import { hasNetworks, Network } from "../support/network.ts"
import { hasProgram } from "../support/oracles.ts"
import { samplePath } from "./cli.ts"
import { Serving } from "./serving.ts"

const place = new Workplace()
afterAll(() => place.remove())

describe("opentray serve as a MediaServer", () => {
  const rules = place.folder("rules")
  writeFileSync(place.at("rules", "mine.json"), '{"name":"Mine","match":{"userAgent":["MyTV"]},"first":["converted-aac"]}')
  let network: Network | null = null
  let serving: Serving
  let url: string
  beforeAll(async () => {
    if (hasNetworks) network = new Network()
    const args = [samplePath("dvd.iso"), samplePath("bluray.iso"), "--port", "0", "--lan", "--name", "Den", "--tv-rules", rules]
    serving = new Serving(args, place.at("cache"))
    url = await serving.url()
  })
  afterAll(async () => {
    serving?.child.kill("SIGTERM")
    await serving?.ended()
    network?.close()
  })

  test("has the name that it was given, beside the page on one port", async () => {
    const { device } = readXml(await (await fetch(`${url}dlna/description.xml`)).text()).root
    expect([device.friendlyName, device.modelName]).toEqual(["Den", "opentray"])
    expect((await fetch(url)).headers.get("content-type")).toContain("text/html")
  })

  test("shows its discs, and tells devices what rule files say", async () => {
    const point = new ControlPoint(url)
    await expect.poll(async () => (await point.browse("0")).total, { timeout: 20_000 }).toBe(2)
    const { id } = await point.at("dvd", "All titles")
    const firstFor = async (agent: string) => {
      const { objects } = await point.browse(id, { headers: { "user-agent": agent } })
      return /DLNA\.ORG_PN=(\w+)/.exec(objects[0]?.resources[0]?.protocolInfo ?? "")?.[1]
    }
    expect(await firstFor("MyTV/2")).toBe("AVC_TS_MP_HD_AAC_MULT5_ISO")
    expect(await firstFor("Other/1")).toBe("MPEG_PS_PAL")
  })

  test.skipIf(!hasNetworks || !hasProgram("gssdp-discover"))("is found by who looks for one", () => {
    const { innerDevice, here } = network as Network
    const [program, ...args] = (network as Network).inside(
      "gssdp-discover",
      "-i",
      innerDevice,
      "-t",
      "urn:schemas-upnp-org:device:MediaServer:1",
      "-n",
      "5",
    )
    expect(spawnSync(program, args, { encoding: "utf8" }).stdout).toContain(`http://${here}:${new URL(url).port}/dlna/description.xml`)
  })
})

test("rule files that cannot be read end the command, and are named", async () => {
  place.folder("broken")
  writeFileSync(place.at("broken", "bad.json"), '{"name":"x","match":{}}')
  const wrong = new Serving([samplePath("dvd.iso"), "--port", "0", "--tv-rules", place.at("broken")], place.at("cache"))
  expect(await wrong.ended()).toBe(2)
  expect(wrong.stderr).toContain("bad.json")
  const none = new Serving([samplePath("dvd.iso"), "--port", "0", "--tv-rules", place.at("nowhere")], place.at("cache"))
  expect(await none.ended()).toBe(1)
  expect(none.stderr).toContain("device rules")
})
