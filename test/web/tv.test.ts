import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { Hono } from "hono"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Host } from "../../src/hosts/host.ts"
import { createTvHost } from "../../src/hosts/tv/index.ts"
import type { TvSessionListing } from "../../src/hosts/tv/protocol.ts"
import type { RunningServer } from "../../src/server/index.ts"
import { hasChromium, Rig, sample, until } from "../support/browser.ts"
import { FIRST_BUTTONS, litButton } from "../support/menu-light.ts"
import { untilSeen, watchFrames } from "./watching.ts"

/** Where pictures of the page are put for a person to look at; none are made without. */
const SCREENSHOTS = process.env.SCREENSHOTS

const HLS_JS = readFileSync(resolve(import.meta.dirname, "../../node_modules/hls.js/dist/hls.min.js"), "utf8")
const TELEVISION = `<!doctype html><style>body { margin: 0; background: #000 } video { width: 1024px; height: 576px; display: block }</style>
<video muted autoplay></video><script src="/hls.js"></script><script>
const hls = new Hls({ lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5 })
window.fatal = []
hls.on("hlsError", (_, { details, fatal }) => fatal && window.fatal.push(details))
hls.loadSource(new URLSearchParams(location.search).get("stream"))
hls.attachMedia(document.querySelector("video"))
</script>`

/** A television whose browser plays HLS, and nothing else. */
function televisionHost(): Host {
  const routes = new Hono()
  routes.get("/television", (c) => c.html(TELEVISION))
  routes.get("/hls.js", (c) => c.body(HLS_JS, 200, { "content-type": "text/javascript" }))
  return { routes, sockets: new Map(), close: async () => {} }
}

const idOf = async (server: RunningServer) => ((await (await fetch(`${server.url}api/discs`)).json()) as { id: string }[])[0]?.id ?? ""

/** Which button is lit on the television's screen. */
const litOn = async (page: Page, name: "dvd.iso" | "bluray.iso") => {
  const pixels = await page.evaluate(({ left, top, width, height }) => {
    const canvas = document.createElement("canvas")
    const video = document.querySelector("video") as HTMLVideoElement
    const [w, h] = [video.videoWidth, video.videoHeight]
    Object.assign(canvas, { width: 96, height: 32 })
    const context = canvas.getContext("2d")
    context?.drawImage(video, left * w, top * h, width * w, height * h, 0, 0, 96, 32)
    return [...(context?.getImageData(0, 0, 96, 32).data ?? [])]
  }, FIRST_BUTTONS[name])
  return litButton(pixels, 4)
}

describe.skipIf(!hasChromium)("a disc's menu on a television's browser, with a phone as remote control", { timeout: 120_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig?.stop())

  const picture = async (page: Page, name: string) => {
    if (SCREENSHOTS !== undefined) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
  }

  const title = 2
  // The Blu-ray's menu is looked at in test/hosts/tv.test.ts: a busy machine does not convert and play 1280x720 at once.
  test.each(["dvd.iso"] as const)("%s: keys move the light and choose title 2", async (name) => {
    const server = await rig.serve([sample(name)], { more: [createTvHost, televisionHost] })
    const response = await fetch(`${server.url}api/tv-sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ disc: await idOf(server), from: "menu" }),
    })
    const { hls, remote } = (await response.json()) as TvSessionListing
    const phone = await rig.open(new URL(remote, server.url).href, { width: 390, height: 844 })
    await phone.getByText("Waiting for the television…").waitFor()
    const television = await rig.open(`${server.url}television?stream=${encodeURIComponent(hls)}`, { width: 1024, height: 576 })
    await watchFrames(television)
    await phone.locator('main[data-domain="menu"]').waitFor()
    await until(phone, () => (document.querySelector<HTMLImageElement>(".tv-screen img")?.naturalWidth ?? 0) > 0)
    await until(television, () => (document.querySelector("video")?.currentTime ?? 0) > 0)
    while ((await litOn(television, name)) !== 1) await television.waitForTimeout(50)
    const pressed = Date.now()
    await phone.getByLabel("Down").click()
    while ((await litOn(television, name)) !== 2) await television.waitForTimeout(50)
    console.info(`${name}, Chromium with hls.js: the light moved ${Date.now() - pressed} ms after the key`)
    await picture(phone, `phone-${name}`)
    await picture(television, `television-${name}`)
    await phone.getByLabel("OK", { exact: true }).click()
    await phone.locator('main[data-domain="title"]').waitFor()
    await untilSeen(television, title)
    await phone.getByText(new RegExp(`^Title ${title}`)).waitFor()
    await picture(phone, `phone-title-${name}`)
    expect(await television.evaluate(() => (window as unknown as { fatal: string[] }).fatal)).toEqual([])
  })

  test("a session that is over is said to be", async () => {
    const server = await rig.serve([sample("dvd.iso")], { more: [createTvHost] })
    const phone = await rig.open(`${server.url}remote.html?session=gone`, { width: 390, height: 844 })
    await phone.getByText("Nothing is played here any more.").waitFor()
    await picture(phone, "phone-over")
  })
})
