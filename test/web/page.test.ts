import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDisc } from "../../src/plugin/node.ts"
import { PROBLEM_CODES } from "../../src/web/problems.ts"
import { discWith, hasChromium, Rig, sample, until } from "../support/browser.ts"
import { playedPast, untilSeen } from "./watching.ts"

describe.skipIf(!hasChromium)("the page", () => {
  let rig: Rig
  let url = ""
  beforeAll(async () => {
    rig = await Rig.start()
    url = (await rig.serve([sample("dvd.iso")])).url
  })
  afterAll(() => rig?.stop())

  test("where the browser refuses sound before a touch: the first frame, one big button, and the session waits", async () => {
    const page = await rig.open(url, {
      before: (opened) =>
        opened.addInitScript(() => {
          const play = HTMLMediaElement.prototype.play
          let isFirst = true
          HTMLMediaElement.prototype.play = function () {
            if (!isFirst) return play.call(this)
            isFirst = false
            return Promise.reject(new DOMException("play() failed", "NotAllowedError"))
          }
        }),
    })
    const button = page.getByRole("button", { name: "Play", exact: true }).and(page.locator(".big-play"))
    await button.waitFor()
    await until(page, () => (document.querySelector("video")?.readyState ?? 0) >= HTMLMediaElement.HAVE_CURRENT_DATA)
    await page.waitForTimeout(6_000)
    expect(await page.locator(".stage").getAttribute("data-status")).toBe("playing")
    expect(await page.evaluate(() => document.querySelector("video")?.paused)).toBe(true)
    await button.click()
    await playedPast(page, 1)
    expect(await button.count()).toBe(0)
    await page.context().close()
  })

  test("a browser without MediaSource is told so in a sentence", async () => {
    const page = await rig.open(url, {
      before: (opened) =>
        opened.addInitScript(() => {
          for (const name of ["MediaSource", "ManagedMediaSource"]) Reflect.deleteProperty(window, name)
        }),
    })
    await page.getByRole("alert").filter({ hasText: "MediaSource" }).waitFor()
    expect(await page.locator(".problem").getAttribute("data-code")).toBe("no-media-source")
    await page.context().close()
  })

  test("every error has words of its own", async () => {
    const page = await rig.open(url, {
      before: (opened) =>
        opened.routeWebSocket(/api\/session/, (socket) => {
          const code = new URL(opened.url()).hash.slice(1)
          socket.onMessage(() => socket.send(JSON.stringify({ type: "error", code, message: `said by the host: ${code}` })))
        }),
    })
    const seen = new Set<string>()
    for (const code of PROBLEM_CODES) {
      await page.goto(`${url}?title=1#${code}`)
      await page.reload()
      const problem = page.locator(`.problem[data-code="${code}"]`)
      await problem.waitFor()
      seen.add((await problem.locator("h2").textContent()) ?? "")
      expect(await problem.textContent()).toContain(`said by the host: ${code}`)
    }
    expect(seen.size).toBe(PROBLEM_CODES.length)
    await page.context().close()
  })

  test("opens another disc by its path, and says what is wrong with one that is none", async () => {
    const page = await rig.open(url)
    await open(page, "/nowhere/film.iso")
    await page.locator('.sheet [role="alert"][data-code="not-found"]').waitFor()
    await page.keyboard.press("Escape")
    await open(page, sample("bluray.iso"))
    await page.getByRole("heading", { name: "opentray sample Blu-ray" }).waitFor()
    await playedPast(page, 1)
    await page.context().close()
  })

  test("a file that is chosen plays", async () => {
    const page = await rig.open((await rig.serve([])).url)
    await page.getByRole("heading", { name: "Open a disc" }).waitFor()
    await page.getByTestId("image-file").setInputFiles(sample("bluray.iso"))
    await page.getByRole("heading", { name: "opentray sample Blu-ray" }).waitFor({ timeout: 60_000 })
    await playedPast(page, 1)
    await page.context().close()
  })

  test("is dark first, light when the person says so, and remembers", async () => {
    const page = await rig.open(url)
    await until(page, () => document.documentElement.dataset["theme"] === "dark")
    await page.getByRole("button", { name: "Light theme" }).click()
    await until(page, () => document.documentElement.dataset["theme"] === "light")
    await page.reload()
    await page.getByRole("button", { name: "Dark theme" }).click()
    await until(page, () => document.documentElement.dataset["theme"] === "dark")
    await page.context().close()
  })

  test("a bookmark begins at its title and time, and the page keeps one; another visit resumes", async () => {
    const page = await rig.open(`${url}?title=2&t=6`)
    const clock = page.getByTestId("clock")
    await until(page, () => /^0:0[6-9]/.test(document.querySelector('[data-testid="clock"]')?.textContent ?? ""))
    expect(await clock.textContent()).toContain("/ 0:12")
    await until(page, () => /title=2&t=[6-9]/.test(location.search))
    await page.getByRole("button", { name: /^Title 1/ }).click()
    await until(page, () => (document.querySelector('[data-testid="clock"]')?.textContent ?? "").includes("/ 0:36"))
    await page.keyboard.press("5")
    await until(page, () => /title=1&t=(18|19|2\d)/.test(location.search))
    await page.goto(`${url}?start=film`)
    await until(page, () => /^0:(1[89]|2\d)/.test(document.querySelector('[data-testid="clock"]')?.textContent ?? ""))
    await page.context().close()
  })

  test("a hole in the film's first moments does not keep it from beginning", async () => {
    const page = await rig.open(`${url}?title=2&t=0`, {
      before: (opened) =>
        opened.addInitScript(() => {
          const real = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "buffered")?.get
          Object.defineProperty(HTMLMediaElement.prototype, "buffered", {
            get() {
              const ranges = real?.call(this) as TimeRanges
              if (ranges.length !== 1 || ranges.end(0) - ranges.start(0) < 0.5) return ranges
              const starts = [ranges.start(0), ranges.start(0) + 0.35]
              const ends = [ranges.start(0) + 0.3, ranges.end(0)]
              return { length: 2, start: (index: number) => starts[index], end: (index: number) => ends[index] }
            },
          })
        }),
    })
    await playedPast(page, 2)
    await page.context().close()
  })

  test("a server that was started anew plays on with one press, and so do the titles of its list", async () => {
    const first = await rig.serve([sample("dvd.iso")])
    const page = await rig.open(`${first.url}?title=2`)
    await playedPast(page, 1)
    await first.close()
    await page.locator('.problem[data-code="connection"]').waitFor()
    await rig.serve([sample("dvd.iso")], { port: first.port })
    await page.getByRole("button", { name: "Try again" }).click()
    await untilSeen(page, 2)
    await page.getByRole("button", { name: /^Title 1/ }).click()
    await untilSeen(page, 1)
    await page.context().close()
  })

  test("forty titles, long names: nothing is wider than a phone", async () => {
    const disc = await openDisc(sample("dvd.iso"))
    const [first] = disc.info.titles
    if (first === undefined) throw new Error("no title")
    const titles = Array.from({ length: 40 }, (_, index) => ({ ...first, number: index + 1 }))
    const made = discWith(disc, { label: "A_VERY_LONG_LABEL_OF_A_DISC_WITHOUT_AN_END", titles })
    const server = await rig.serve([{ disc: made, name: "made" }])
    const page = await rig.open(server.url, { width: 390, height: 844 })
    await until(page, () => document.querySelectorAll(".card").length === 40)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.context().close()
  })
})

async function open(page: Page, spec: string): Promise<void> {
  await page.getByRole("button", { name: "Open another disc" }).click()
  await page.getByLabel("Or its path or web address").fill(spec)
  await page.getByRole("button", { name: "Open", exact: true }).click()
}
