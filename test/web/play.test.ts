import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { currentTime, hasChromium, Rig, sample, until } from "../support/browser.ts"
import { listen, lookAt, playedPast, psnr, sourceFrame, subtitlePixels, Told, untilTone, watchFrames } from "./watching.ts"

const DISCS = [
  { name: "dvd.iso", rate: 25, tones: [262, 330], disc: 1, chapters: [0, 8, 18, 28], words: 9 },
  { name: "bluray.iso", rate: 24_000 / 1001, tones: [294, 349], disc: 2, chapters: [0, 5.005, 10.01, 15.015], words: 6 },
] as const

describe.skipIf(!hasChromium).each(DISCS)("$name in Chromium", ({ name, rate, tones, disc, chapters, words }) => {
  let rig: Rig
  let page: Page
  let told: Told

  beforeAll(async () => {
    rig = await Rig.start()
    const server = await rig.serve([sample(name)])
    page = await rig.open(`${server.url}?title=1`, {
      before: async (opened) => {
        told = new Told(opened)
      },
    })
  })
  afterAll(() => rig?.stop())

  const play = () => page.evaluate(() => document.querySelector("video")?.play())
  /** Which frame of the title the page's clock says is shown. */
  const frameSaid = (time: number) => Math.floor(told.titleTime(time) * rate + 0.05)
  const decoded = () => page.evaluate(() => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0)

  test("plays by itself: time passes 5 s, frames are decoded, the frame shown is the disc's at that time", async () => {
    await playedPast(page, 1)
    await watchFrames(page)
    const before = await decoded()
    await listen(page)
    await untilTone(page, tones[0])
    await playedPast(page, 5.2)
    expect(await decoded()).toBeGreaterThan(before + 50)
    const shot = await lookAt(page)
    expect(shot.code).toMatchObject({ disc, title: 1 })
    const frame = shot.code?.frame ?? -1
    expect(Math.abs(frame - frameSaid(shot.currentTime))).toBeLessThanOrEqual(1)
    expect(psnr(shot.pixels, await sourceFrame(sample(name), 1, frame, shot))).toBeGreaterThan(25)
  })

  test("a jump while paused shows the new frame, in the same media source", async () => {
    const source = await page.evaluate(() => document.querySelector("video")?.src)
    const before = await currentTime(page)
    await page.getByRole("button", { name: /^Chapter 3/ }).click()
    await page.waitForFunction((time) => (document.querySelector("video")?.currentTime ?? 0) > time + 1, before, { timeout: 60_000 })
    const shot = await lookAt(page)
    expect(await page.evaluate(() => document.querySelector("video")?.paused)).toBe(true)
    expect(Math.abs((shot.code?.frame ?? -99) - Math.round(chapters[2] * rate))).toBeLessThanOrEqual(1)
    expect(Math.abs((shot.code?.frame ?? -99) - frameSaid(shot.currentTime))).toBeLessThanOrEqual(1)
    expect(await page.evaluate(() => document.querySelector("video")?.src)).toBe(source)
  })

  test("every chapter, one after the other, shows its own beginning", async () => {
    for (const [index, start] of [...chapters.entries(), ...chapters.entries()]) {
      await play()
      const before = await currentTime(page)
      await page.getByRole("button", { name: new RegExp(`^Chapter ${index + 1},`) }).click()
      await page.waitForFunction((time) => (document.querySelector("video")?.currentTime ?? 0) > time + 1, before, { timeout: 60_000 })
      const { code, currentTime: now } = await lookAt(page)
      expect(Math.abs((code?.frame ?? -99) - frameSaid(now))).toBeLessThanOrEqual(1)
      expect((code?.frame ?? 0) / rate).toBeGreaterThan(start - 0.1)
      expect(told.of("error")).toEqual([])
    }
  })

  test("another sound track sounds", async () => {
    await play()
    await page.evaluate(() => {
      for (const style of document.querySelectorAll("style")) style.remove()
    })
    await page.mouse.move(300, 300)
    await page.getByRole("button", { name: /^Sound/ }).click()
    await page.getByRole("menuitemradio", { name: /French/ }).click()
    await untilTone(page, tones[1])
    await page.getByRole("button", { name: /^Sound/ }).click()
    await page.getByRole("menuitemradio", { name: /English/ }).click()
    await untilTone(page, tones[0])
  })

  test("a subtitle chosen while it is on is seen at once, and gone when it is turned off", async () => {
    await page.evaluate(() => document.querySelector("video")?.pause())
    expect(await subtitlePixels(page)).toBe(0)
    const bar = await page.locator(".seek").boundingBox()
    if (bar === null) throw new Error("no seek bar")
    const duration = told.of("position").at(-1)?.duration ?? 1
    const before = await currentTime(page)
    await page.mouse.click(bar.x + (bar.width * (words - 0.5)) / duration, bar.y + bar.height / 2)
    await page.waitForFunction((time) => (document.querySelector("video")?.currentTime ?? 0) > time + 1, before, { timeout: 60_000 })
    expect(Math.abs(told.titleTime(await currentTime(page)) - words + 0.5)).toBeLessThan(0.3)
    await play()
    await playedPast(page, (await currentTime(page)) + 1)
    await page.evaluate(() => document.querySelector("video")?.pause())
    await page.keyboard.press("c")
    await until(page, () => document.querySelector<HTMLCanvasElement>("canvas.overlay")?.dataset["overlays"] === "1")
    expect(await subtitlePixels(page)).toBeGreaterThan(200)
    await page.getByRole("button", { name: /^Subtitles/ }).click()
    await page.getByRole("menuitemradio", { name: "Off" }).click()
    await until(page, () => document.querySelector<HTMLCanvasElement>("canvas.overlay")?.dataset["overlays"] === "0")
    expect(await subtitlePixels(page)).toBe(0)
  })

  test("ends, plays again, and goes on from a place chosen after the end", async () => {
    await page.keyboard.press("9")
    await play()
    await page.waitForSelector('[data-status="ended"]', { timeout: 60_000 })
    await page.getByRole("button", { name: "Play again" }).click()
    await page.waitForSelector('[data-status="playing"]')
    await until(page, () => document.querySelector("video")?.paused === false)
    await page.waitForFunction(() => document.querySelector('[data-testid="clock"]')?.textContent?.startsWith("0:01"), undefined, {
      timeout: 60_000,
    })
    const bar = await page.locator(".seek").boundingBox()
    if (bar === null) throw new Error("no seek bar")
    await page.mouse.click(bar.x + bar.width - 1, bar.y + bar.height / 2)
    await page.waitForSelector('[data-status="ended"]', { timeout: 60_000 })
    await page.keyboard.press("3")
    await page.waitForSelector('[data-status="playing"]', { timeout: 60_000 })
    expect(told.of("error")).toEqual([])
  })
})
