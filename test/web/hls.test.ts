import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { Hono } from "hono"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createHlsHost } from "../../src/hosts/hls/index.ts"
import type { Host, HostContext } from "../../src/hosts/host.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { currentTime, hasChromium, launch, sample, until } from "../support/browser.ts"
import { listen, lookAt, playedPast, untilTone, watchFrames } from "./watching.ts"

const HLS_JS = readFileSync(resolve(import.meta.dirname, "../../node_modules/hls.js/dist/hls.min.js"), "utf8")
const PAGE = `<!doctype html><style>body { margin: 0; background: #000 } video { width: 960px; height: 540px; display: block }</style>
<video muted></video><script src="/hls.js"></script>`

/** A page with nothing but a video element and hls.js. */
function pageHost(): Host {
  const routes = new Hono()
  routes.get("/", (c) => c.html(PAGE))
  routes.get("/hls.js", (c) => c.body(HLS_JS, 200, { "content-type": "text/javascript" }))
  return { routes, sockets: new Map(), close: async () => {} }
}

type HlsJs = {
  readonly audioTracks: readonly { readonly lang?: string }[]
  readonly subtitleTracks: readonly { readonly lang?: string }[]
  audioTrack: number
  subtitleTrack: number
  subtitleDisplay: boolean
}
type InPage = { readonly hls: HlsJs; readonly problems: { readonly details: string; readonly fatal: boolean; readonly why: string }[] }

/** `delay`: pictures by which hls.js has the film late, since it counts from the first decoding time. */
const DISCS = [
  { name: "bluray.iso", disc: 2, title: 1, rate: 24_000 / 1001, tones: [294, 349], middle: 10.3, delay: 1 },
  { name: "dvd.iso", disc: 1, title: 1, rate: 25, tones: [262, 330], middle: 19.3, delay: 0 },
] as const

describe.skipIf(!hasChromium)("hls.js in Chromium", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  async function serve(name: "bluray.iso" | "dvd.iso"): Promise<{ server: RunningServer; id: string }> {
    let id = ""
    const withId = (context: HostContext) => {
      id = context.discs()[0]?.id ?? ""
      return createHlsHost(context)
    }
    const discs = [{ disc: await openDisc(sample(name)), name }]
    return { server: await startServer({ discs, openDisc, hosts: [pageHost, withId] }), id }
  }

  async function open(server: RunningServer, id: string, title: number, startPosition = -1): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 960, height: 540 } })).newPage()
    await page.goto(server.url)
    await watchFrames(page)
    await page.evaluate(
      ([url, start]) => {
        const { Hls } = window as unknown as {
          Hls: new (
            config: object,
          ) => HlsJs & {
            on(event: string, heard: (event: string, data: never) => void): void
            loadSource(url: string): void
            attachMedia(video: Element | null): void
          }
        }
        const hls = new Hls({ startPosition: start })
        const problems: InPage["problems"] = []
        hls.on("hlsError", (_, { details, fatal, error }: { details: string; fatal: boolean; error?: Error }) =>
          problems.push({ details, fatal, why: String(error) }),
        )
        Object.assign(window, { hls, problems })
        hls.loadSource(url)
        hls.attachMedia(document.querySelector("video"))
        const video = document.querySelector("video")
        if (video !== null) video.muted = false
        void video?.play()
      },
      [`/api/discs/${id}/titles/${title}/hls/master.m3u8`, startPosition] as const,
    )
    return page
  }

  const play = (page: Page) => page.evaluate(() => document.querySelector("video")?.play())
  const problems = (page: Page) => page.evaluate(() => (window as unknown as InPage).problems)
  const seek = (page: Page, time: number) =>
    page.evaluate((to) => {
      const video = document.querySelector("video")
      if (video !== null) video.currentTime = to
    }, time)

  describe.each(DISCS)("$name", ({ name, disc, title, rate, tones, middle, delay }) => {
    let served: Awaited<ReturnType<typeof serve>>
    let page: Page
    beforeAll(async () => {
      served = await serve(name)
      page = await open(served.server, served.id, title)
    })
    afterAll(async () => {
      await page?.context().close()
      await served?.server.close()
    })

    const expectFrameOfClock = async () => {
      const { code, currentTime: time } = await lookAt(page)
      expect(code).toMatchObject({ disc, title })
      expect(Math.abs((code?.frame ?? -99) + 0.5 - time * rate + delay)).toBeLessThan(1.5)
      await play(page)
    }

    test("plays from the start, over the first cut", async () => {
      await playedPast(page, 1)
      await expectFrameOfClock()
      await listen(page)
      await untilTone(page, tones[0])
      await playedPast(page, 7)
      await expectFrameOfClock()
      expect((await problems(page)).filter(({ fatal }) => fatal)).toEqual([])
    })

    test("seeks to the middle, and back", async () => {
      for (const time of [middle, 3.1, middle + 6, 0.6, 12.4, 7.7]) {
        await seek(page, time)
        await playedPast(page, time + 0.3)
        await expectFrameOfClock()
      }
      expect((await problems(page)).filter(({ fatal }) => fatal)).toEqual([])
    })

    test("switches to the other sound track", async () => {
      await seek(page, 8)
      await play(page)
      await untilTone(page, tones[0])
      await page.evaluate(() => {
        const { hls } = window as unknown as InPage
        hls.audioTrack = hls.audioTracks.findIndex(({ lang }) => lang === "fr")
      })
      await untilTone(page, tones[1])
      expect((await problems(page)).filter(({ fatal }) => fatal)).toEqual([])
    })

    test("begins in the middle in a page of its own", async () => {
      const other = await open(served.server, served.id, title, middle)
      await playedPast(other, middle + 0.5)
      // A loaded machine may drop the frame that it is paused on, and paints it when it is sought.
      await other.evaluate(() => {
        const video = document.querySelector("video")
        video?.pause()
        if (video !== null) video.currentTime += 0
      })
      const { code, currentTime: time } = await lookAt(other)
      expect(Math.abs((code?.frame ?? -99) + 0.5 - time * rate + delay)).toBeLessThan(1.5)
      expect((await problems(other)).filter(({ fatal }) => fatal)).toEqual([])
      await other.context().close()
    })
  })

  test("the Blu-ray's text subtitles are shown in both languages", async () => {
    const { server, id } = await serve("bluray.iso")
    const disc = await openDisc(sample("bluray.iso"))
    const number = disc.info.titles.find(({ streams }) => streams.some(({ codec }) => codec === "hdmv_text_subtitle"))?.number ?? 0
    const title = await disc.readTitle(number)
    const page = await open(server, id, number)
    await playedPast(page, 0.2)
    const tracks = await page.evaluate(() => (window as unknown as InPage).hls.subtitleTracks.map(({ lang }) => lang))
    expect(tracks).toEqual(["en", "fr"])
    for (const [index] of tracks.entries()) {
      const cues = (await title.texts(index + 1)) ?? []
      await page.evaluate((track) => {
        const { hls } = window as unknown as InPage
        hls.subtitleTrack = track
        hls.subtitleDisplay = true
      }, index)
      await seek(page, (cues[0]?.start ?? 0) / 90_000 + 0.3)
      await until(page, () =>
        [...(document.querySelector("video")?.textTracks ?? [])].some(
          ({ mode, activeCues }) => mode === "showing" && (activeCues?.length ?? 0) > 0,
        ),
      )
      const shown = await page.evaluate(() => {
        const track = [...(document.querySelector("video")?.textTracks ?? [])].find(({ mode }) => mode === "showing")
        return [...(track?.activeCues ?? [])].map((cue) => ({ text: (cue as VTTCue).text, start: cue.startTime, end: cue.endTime }))
      })
      expect(shown.map(({ text }) => text)).toEqual([cues[0]?.lines.join("\n")])
      expect(Math.abs((shown[0]?.start ?? -1) - (cues[0]?.start ?? 0) / 90_000)).toBeLessThan(0.05)
    }
    expect(await currentTime(page)).toBeGreaterThan(0)
    await title.close()
    await disc.close()
    await page.context().close()
    await server.close()
  })
})
