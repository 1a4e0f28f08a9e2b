import { copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Hono } from "hono"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Host } from "../../src/hosts/host.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { Library } from "../../src/server/index.ts"
import { Workplace } from "../server/support/discs.ts"
import { hasChromium, Rig, sample, until } from "../support/browser.ts"
import { playedPast, untilSeen } from "./watching.ts"

/** Where pictures of the page are put for a person to look at; none are made without. */
const SCREENSHOTS = process.env.SCREENSHOTS

const FILMS = [
  "The Night Ferry (1961).iso",
  "Harbour Lights.iso",
  "Königskinder.iso",
  "Seven Summers in the Valley of the Long Shadows, restored and uncut.iso",
  "Tide_and_Time.iso",
  "Ångström.iso",
]

describe.skipIf(!hasChromium)("the library", () => {
  let rig: Rig
  let place: Workplace
  let url = ""
  let asked: unknown[] = []
  beforeAll(async () => {
    rig = await Rig.start()
    place = new Workplace()
    const films = place.folder("films")
    const copy = (source: string, ...to: readonly string[]) => {
      copyFileSync(source, place.at("films", ...to))
      utimesSync(place.at("films", ...to), 1, 1)
    }
    for (const [index, name] of FILMS.entries()) await place.dvd(join(films, name.replace(/\.iso$/, "")), index)
    for (let season = 1; season <= 2; season++) {
      place.folder("films", "Series", "Coast Guard", `Season ${season}`)
      for (let disc = 1; disc <= 2; disc++)
        await place.dvd(join(films, "Series", "Coast Guard", `Season ${season}`, `Disc ${disc}`), 100 + season * 10 + disc)
    }
    mkdirSync(join(films, "Blu-ray"))
    copy(sample("bluray.iso"), "Blu-ray", "sample.iso")
    writeFileSync(join(films, "broken.iso"), "no disc")
    utimesSync(join(films, "broken.iso"), 1, 1)
    url = await serve(films)
  })
  afterAll(async () => {
    await rig?.stop()
    place?.remove()
  })

  async function serve(folder: string, renderers: Host | null = null): Promise<string> {
    const library = await Library.open([folder], { openDisc, version: "1", cache: place.at("cache") })
    while (library.status.reading > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    const server = await rig.serve([], { library, ...(renderers === null ? {} : { more: [() => renderers] }) })
    return server.url
  }

  const picture = async (page: Page, name: string) => {
    if (SCREENSHOTS === undefined) return
    await page.waitForTimeout(1_500)
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
  }
  const tile = (page: Page, name: string | RegExp) => page.locator(".grid a.tile").filter({ hasText: name })
  const names = (page: Page) => page.locator(".grid .tile-name").allTextContents()

  test("is the page's home: every disc by name, folders, and what cannot be opened", async () => {
    const page = await rig.open(url)
    await tile(page, "Harbour Lights").waitFor()
    expect(await names(page)).toHaveLength(11)
    expect(await names(page)).toContain("Tide and Time")
    expect(await names(page)).toContain("opentray sample Blu-ray")
    expect(await page.locator(".folders .folder strong").allTextContents()).toEqual(["Blu-ray", "Series"])
    await page.getByText("One cannot be opened").click()
    await page.locator(".problems").getByText("broken.iso", { exact: true }).waitFor()
    await page.getByText("One cannot be opened").click()
    await until(page, () => document.querySelectorAll('.grid .cover[data-state="there"]').length >= 4)
    await picture(page, "home")
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, "home-phone")
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.getByRole("button", { name: "Light theme" }).click()
    await page.setViewportSize({ width: 1280, height: 800 })
    await picture(page, "home-light")
    await page.context().close()
  })

  test("is walked through by folders; back goes back", async () => {
    const page = await rig.open(url)
    for (const folder of ["Series", "Coast Guard", "Season 2"]) await page.locator(".folder").filter({ hasText: folder }).click()
    expect(await names(page)).toEqual(["Disc 1", "Disc 2"])
    expect(new URL(page.url()).search).toBe("?folder=Series/Coast%20Guard/Season%202")
    await picture(page, "folder")
    await page.reload()
    await tile(page, "Disc 2").waitFor()
    await page.locator(".path a", { hasText: "Series" }).click()
    await until(page, () => document.querySelectorAll(".grid a.tile").length === 4)
    await page.goBack()
    await until(page, () => document.querySelectorAll(".grid a.tile").length === 2)
    await page.context().close()
  })

  test("finds by words of names, labels, files and folders", async () => {
    const page = await rig.open(url)
    await tile(page, "Harbour").waitFor()
    await page.keyboard.press("/")
    await page.keyboard.type("guard COAST")
    await until(page, () => document.querySelectorAll(".grid a.tile").length === 4)
    await page.keyboard.press("Escape")
    await until(page, () => document.querySelectorAll(".grid a.tile").length === 11)
    await page.getByLabel("Search").fill("no such film")
    await page.getByText("No disc has these words").waitFor()
    await picture(page, "search-nothing")
    await page.getByLabel("Search").fill("ferry")
    await picture(page, "search")
    expect(await names(page)).toEqual(["The Night Ferry (1961)"])
    await page.context().close()
  })

  test("goes by keyboard alone: arrows among the discs, Enter opens, the link leads home", async () => {
    const page = await rig.open(`${url}?folder=Series`)
    await tile(page, "Disc 1").first().waitFor()
    await page.keyboard.press("ArrowDown")
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "")
    expect(await focused()).toContain("Coast Guard")
    await page.keyboard.press("ArrowDown")
    expect(await focused()).toContain("Disc 1")
    await page.keyboard.press("ArrowRight")
    expect(await focused()).toContain("Disc 2")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowUp")
    expect(await focused()).toContain("Coast Guard")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "Disc 2" }).waitFor()
    await page.getByRole("link", { name: "Library" }).focus()
    await page.keyboard.press("Enter")
    await tile(page, "Harbour Lights").waitFor()
    await page.context().close()
  })

  test("opens a disc as any disc opens, and takes up again what was begun", async () => {
    const page = await rig.open(url)
    await tile(page, "Harbour Lights").click()
    await page.getByRole("heading", { name: "Harbour Lights" }).waitFor()
    await page.getByRole("button", { name: /^Title 1/ }).click()
    await untilSeen(page, 1)
    await page.keyboard.press("5")
    await until(page, () => /title=1&t=(18|19|2\d)/.test(location.search))
    await picture(page, "disc")
    const address = page.url()
    await page.getByRole("link", { name: "Library" }).click()
    const begun = page.locator(".row-item").filter({ hasText: "Harbour Lights" })
    await begun.getByText(/left$/).waitFor()
    await picture(page, "continue")
    expect(await page.locator("video").count()).toBe(0)
    await begun.locator("a").click()
    await until(page, () => /^0:(1[89]|2\d)/.test(document.querySelector('[data-testid="clock"]')?.textContent ?? ""))
    await page.goBack()
    await begun.getByRole("button", { name: /^Take/ }).click()
    await until(page, () => document.querySelector(".row-item") === null)
    await page.goto(address)
    await page.getByRole("heading", { name: "Harbour Lights" }).waitFor()
    await playedPast(page, 1)
    await page.context().close()
  })

  test("shows discs that come and takes away those that go", { timeout: 120_000 }, async () => {
    const page = await rig.open(url)
    await tile(page, "Harbour").waitFor()
    await place.dvd(place.at("films", "Newcomer"), 77)
    await tile(page, "Newcomer").waitFor({ timeout: 60_000 })
    rmSync(place.at("films", "Newcomer"), { recursive: true })
    await tile(page, "Newcomer").waitFor({ state: "detached", timeout: 60_000 })
    await page.context().close()
  })

  test("an empty one says what to do", async () => {
    const page = await rig.open(await serve(place.folder("nothing")))
    await page.getByText("No discs here yet").waitFor()
    await picture(page, "empty")
    await page.context().close()
  })

  test("plays on a device of the house, and directs it", async () => {
    const address = await serve(place.at("films"), television())
    const page = await rig.open(address)
    await tile(page, "Harbour Lights").click()
    await page.getByRole("button", { name: /^Title 1/ }).click()
    await untilSeen(page, 1)
    await page.getByRole("button", { name: "Play on…" }).click()
    await picture(page, "play-on")
    await page.getByRole("menuitem", { name: "Living room" }).click()
    const bar = page.getByRole("region", { name: "Playing on Living room" })
    await bar.getByText("Playing on Living room").waitFor()
    await bar.getByText("Harbour Lights · Title 1").waitFor()
    expect(await page.evaluate(() => document.querySelector("video")?.paused)).toBe(true)
    expect(asked[0]).toMatchObject({ action: "play", title: 1, time: expect.any(Number), audio: 1 })
    await picture(page, "casting")
    await bar.getByRole("button", { name: "Pause on Living room" }).click()
    await bar.getByText("Paused on Living room").waitFor()
    await bar.getByRole("button", { name: "Play on Living room" }).click()
    await bar.getByText("Playing on Living room").waitFor()
    await bar.getByLabel("Position on Living room").fill("20")
    await bar.getByLabel("Volume on Living room").fill("70")
    await expect.poll(() => asked).toContainEqual({ action: "seek", time: 20 })
    await expect.poll(() => asked).toContainEqual({ action: "volume", volume: 70 })
    // The page may be closed meanwhile, and looks elsewhere.
    await page.goto(address)
    await bar.getByText("Playing on Living room").waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, "casting-phone")
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await bar.getByRole("button", { name: "Stop on Living room" }).click()
    await bar.waitFor({ state: "detached" })
    expect(asked.at(-1)).toEqual({ action: "stop" })
    await page.context().close()
  })

  test("offers no devices where the server has none", async () => {
    const page = await rig.open(url)
    await tile(page, "Harbour Lights").click()
    await page.getByRole("heading", { name: /^(Title|Disc menu)/ }).waitFor()
    expect(await page.getByRole("button", { name: "Play on…" }).count()).toBe(0)
    await page.context().close()
  })

  /** Speaks as the renderers' host does, for one device. */
  function television(): Host {
    asked = []
    let status = {
      state: "stopped",
      disc: null as string | null,
      title: null as number | null,
      time: 0,
      duration: 36,
      volume: 40,
      error: null,
    }
    const routes = new Hono()
    routes.get("/api/renderers", (c) => c.json([{ id: "tv", name: "Living room", kind: "dlna" }]))
    routes.get("/api/renderers/tv", (c) => c.json(status))
    routes.post("/api/renderers/tv", async (c) => {
      const act = (await c.req.json()) as { action: string; disc?: string; title?: number; time?: number; volume?: number }
      asked.push(act)
      const states: Record<string, string> = { play: "playing", pause: "paused", resume: "playing", stop: "stopped" }
      status = { ...status, ...act, state: states[act.action] ?? status.state }
      return c.json(status)
    })
    return { routes, sockets: new Map(), close: async () => {} }
  }

  test("2,000 discs scroll as smoothly as 60", { timeout: 240_000 }, async () => {
    const frames = { few: [] as number[], many: [] as number[] }
    for (let round = 0; round < 2; round++) {
      frames.few.push(...(await scrolledFrames(60)))
      frames.many.push(...(await scrolledFrames(2_000)))
    }
    const median = (gaps: readonly number[]) => [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 0
    console.log(`frames of ${median(frames.many).toFixed(1)} ms with 2,000 discs, of ${median(frames.few).toFixed(1)} ms with 60`)
    // A display's frame more or less is how a busy machine counts.
    expect(median(frames.many)).toBeLessThan(median(frames.few) * 1.5 + 17)
  })

  /** Milliseconds from frame to frame while the page scrolls to and fro. */
  async function scrolledFrames(discs: number): Promise<readonly number[]> {
    const page = await rig.open(url, { before: (opened) => listMany(opened, discs) })
    await tile(page, `Film ${discs - 1}`).waitFor({ state: "attached" })
    await page.waitForTimeout(1_000)
    await picture(page, `many-${discs}`)
    const gaps = await page.evaluate(async () => {
      const all: number[] = []
      let [last, step] = [performance.now(), 60]
      for (const until = last + 3_000; last < until; ) {
        scrollBy(0, step)
        if (scrollY <= 0 || scrollY > 1_500) step = -step
        const now = await new Promise<number>(requestAnimationFrame)
        all.push(now - last)
        last = now
      }
      return all
    })
    await page.context().close()
    return gaps
  }

  /** The server's own answer, made as long as wanted. Covers come from the discs there are. */
  async function listMany(page: Page, count: number): Promise<void> {
    await page.route("**/api/library", async (route) => {
      const response = await route.fetch()
      const listing = (await response.json()) as { discs: { id: string; name: string }[] }
      const discs = Array.from({ length: count }, (_, index) => {
        const disc = listing.discs[index % listing.discs.length]
        return { ...disc, names: {}, name: `Film ${index}.iso`, folder: [`Shelf ${index % 20}`] }
      })
      await route.fulfill({ json: { ...listing, discs }, headers: { etag: `"${count}"` } })
    })
  }
})
