import { execFileSync } from "node:child_process"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDisc } from "../../src/plugin/node.ts"
import { discWith, hasChromium, Rig, sample, until } from "../support/browser.ts"
import { countMediaSources, listen, mediaSources, subtitlePixels, Told, untilSeen, untilSelected, untilTone } from "./watching.ts"

// samples/README.md: what the pictures of the disc's menus say they are.
const INTRO = 58
const MAIN = 0
const EXTRAS = 59
const OLD = 56
const ANGLES = 55
const CHAPTERS = [61, 62] as const
const SET_UP = 60

/** A highlight's edge is drawn over this many pixels of the screen beyond its own, for the plane is not scaled by whole numbers. */
const EDGE = 3

const SQUARE = ".stage { border-radius: 0 !important }"

type Picture = { readonly pixels: Buffer; readonly width: number; readonly height: number }

/** Pixels of the picture and what lies above it, without the controls. */
async function picture(page: Page): Promise<Picture> {
  const png = await page.locator(".picture").screenshot({ style: ".controls, .big-play { display: none !important }" })
  const pixels = execFileSync("ffmpeg", ["-v", "error", "-f", "png_pipe", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], {
    input: png,
    maxBuffer: 1 << 30,
  })
  return { pixels, width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}

/** Stops the film and gives its picture once that is still: a loaded machine paints the frame a good while after it was found. */
async function stopped(page: Page): Promise<Picture> {
  await page.evaluate(() => document.querySelector("video")?.pause())
  for (let before = await picture(page); ; ) {
    await page.waitForTimeout(300)
    const after = await picture(page)
    if (before.pixels.equals(after.pixels)) return after
    before = after
  }
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** How many pixels differ inside each of the boxes, and outside all of them. */
function differences(before: Picture, after: Picture, boxes: readonly Box[]) {
  const inside = boxes.map(() => 0)
  let outside = 0
  for (let i = 0; i < before.width * before.height; i++) {
    const isSame = [0, 1, 2].every((c) => Math.abs((before.pixels[3 * i + c] ?? 0) - (after.pixels[3 * i + c] ?? 0)) < 3)
    if (isSame) continue
    const [x, y] = [i % before.width, Math.floor(i / before.width)]
    const box = boxes.findIndex(
      (one) => x >= one.x - EDGE && x < one.x + one.width + EDGE && y >= one.y - EDGE && y < one.y + one.height + EDGE,
    )
    if (box < 0) outside++
    else inside[box] = (inside[box] ?? 0) + 1
  }
  return { inside, outside }
}

/** Where a button lies, in pixels of the page's picture. */
function boxOf(told: Told, number: number, { width, height }: { readonly width: number; readonly height: number }): Box {
  const highlight = told.of("highlight").findLast(({ buttons }) => buttons.length >= number)
  const button = highlight?.buttons.find((one) => one.number === number)
  if (highlight === undefined || button === undefined) throw new Error(`the host told of no button ${number}`)
  const [h, v] = [width / highlight.planeWidth, height / highlight.planeHeight]
  return { x: button.x * h, y: button.y * v, width: button.width * h, height: button.height * v }
}

async function middleOf(page: Page, told: Told, number: number): Promise<{ readonly x: number; readonly y: number }> {
  const on = await page.locator(".picture").boundingBox()
  if (on === null) throw new Error("no picture")
  const box = boxOf(told, number, on)
  return { x: on.x + box.x + box.width / 2, y: on.y + box.y + box.height / 2 }
}

/** Waits for the intro and stops in it: it is short, and a loaded machine takes long to look at it. */
async function untilIntro(page: Page, language?: number): Promise<void> {
  await until(page, () => {
    const video = document.querySelector("video")
    if (video === null || video.paused || video.played.length === 0 || video.currentTime < video.played.start(0) + 0.2) return false
    video.pause()
    return true
  })
  await untilSeen(page, INTRO, language)
}

/** Looks out for the sign of a refused key, which is seen for a second only. */
const signSeen = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ readonly by: string; readonly live: string; readonly words: string }>((done) => {
        const sign = document.querySelector<HTMLElement>(".refused")
        if (sign === null || sign.dataset["seen"] === "true") throw new Error("no place for the sign, or there already")
        new MutationObserver(() => {
          const { by = "", seen } = sign.dataset
          if (seen === "true") done({ by, live: sign.ariaLive ?? "", words: sign.textContent ?? "" })
        }).observe(sign, { attributes: true })
      }),
  )

const play = (page: Page) => page.evaluate(() => document.querySelector("video")?.play())

describe.skipIf(!hasChromium)("a DVD's menus in Chromium", () => {
  let rig: Rig
  let url = ""
  beforeAll(async () => {
    rig = await Rig.start()
    url = (await rig.serve([sample("dvd.iso")])).url
  })
  afterAll(() => rig?.stop())

  const open = async (address = url, before: (page: Page) => Promise<unknown> = async () => {}) => {
    let told: Told | null = null
    const page = await rig.open(address, {
      before: async (opened) => {
        told = new Told(opened)
        await before(opened)
      },
    })
    await page.addStyleTag({ content: SQUARE })
    if (told === null) throw new Error("nothing heard")
    return { page, told: told as Told }
  }

  describe("from the first play on, with keys, in one media source", () => {
    let page: Page
    let told: Told
    beforeAll(async () => {
      ;({ page, told } = await open(url, countMediaSources))
    })
    afterAll(() => page?.context().close())

    test("the intro cannot be skipped, and the page says so", async () => {
      await untilIntro(page, 1)
      expect(await page.locator(".seek").count()).toBe(0)
      const sign = signSeen(page)
      await page.keyboard.press("n")
      const { by, live, words } = await sign
      expect([by, live]).toEqual(["uop-pgc", "assertive"])
      expect(words).toContain("does not allow")
      await until(page, () => document.querySelector('.refused[data-seen="true"]') === null, 5_000)
      await untilSeen(page, INTRO)
      await play(page)
    })

    test("arrows move the highlight, and nothing else of the picture changes", async () => {
      await untilSeen(page, MAIN, 1)
      await untilSelected(page, 1)
      const before = await stopped(page)
      await page.keyboard.press("ArrowDown")
      await untilSelected(page, 2)
      const after = await picture(page)
      const { inside, outside } = differences(before, after, [boxOf(told, 1, before), boxOf(told, 2, before)])
      expect(outside).toBe(0)
      expect(Math.min(...inside)).toBeGreaterThan(100)
      await page.keyboard.press("ArrowUp")
      await untilSelected(page, 1)
      expect(differences(before, await picture(page), []).outside).toBe(0)
      await play(page)
    })

    test("enter plays the second title", async () => {
      await page.keyboard.press("ArrowDown")
      await untilSelected(page, 2)
      await page.keyboard.press("Enter")
      await untilSeen(page, 2)
      await page.locator(".seek").waitFor()
      await page.getByRole("heading", { name: "Title 2" }).waitFor()
    })

    test("the menu key leads to a menu of another shape, from which the title goes on where it was", async () => {
      const box = await page.locator(".screen").boundingBox()
      let left = await untilSeen(page, 2)
      while (left.frame < 50) left = await untilSeen(page, 2)
      await page.keyboard.press("m")
      await untilSeen(page, OLD)
      const picture = await page.locator(".picture").boundingBox()
      expect((picture?.width ?? 0) / (picture?.height ?? 1)).toBeCloseTo(4 / 3, 2)
      expect(await page.locator(".screen").boundingBox()).toEqual(box)
      await untilSelected(page, 1)
      await page.keyboard.press("Enter")
      const { frame } = await untilSeen(page, 2)
      // From the block unit on in which it was left.
      expect(frame).toBeGreaterThan(left.frame - 15)
    })

    test("the title menu comes back with the button that was pressed", async () => {
      await page.keyboard.press("t")
      await untilSeen(page, MAIN)
      await untilSelected(page, 2)
    })

    test("the chapter menu's second page leads to scene 3", async () => {
      await page.keyboard.press("ArrowDown")
      await untilSelected(page, 3)
      await page.keyboard.press("Enter")
      await untilSeen(page, CHAPTERS[0])
      await untilSelected(page, 1)
      await moveTo(page, told, 3)
      await page.keyboard.press("Enter")
      await untilSeen(page, CHAPTERS[1])
      await untilSelected(page, 1)
      await page.keyboard.press("Enter")
      const { frame } = await untilSeen(page, 1)
      expect(frame).toBeGreaterThanOrEqual(18 * 25)
      expect(frame).toBeLessThan(28 * 25)
    })

    test("the menu key comes back to the same button", async () => {
      await page.keyboard.press("m")
      await untilSeen(page, MAIN)
      await untilSelected(page, 3)
    })

    test("a subtitle and a sound track chosen in the set-up menu are then seen and heard", async () => {
      await moveTo(page, told, 4)
      await page.keyboard.press("Enter")
      await untilSeen(page, SET_UP)
      await untilSelected(page, 1)
      await moveTo(page, told, 2)
      await page.keyboard.press("Enter")
      await untilSelected(page, 2)
      await moveTo(page, told, 5)
      await page.keyboard.press("Enter")
      await untilSelected(page, 5)
      await moveTo(page, told, 3)
      await page.keyboard.press("Enter")
      await untilSeen(page, 1)
      await listen(page)
      await untilTone(page, 330)
      expect(await page.getByRole("button", { name: /^Subtitles/ }).getAttribute("aria-label")).toBe("Subtitles: English")
      await until(page, () => document.querySelector<HTMLCanvasElement>("canvas.overlay")?.dataset["overlays"] === "1")
      expect(await subtitlePixels(page)).toBeGreaterThan(200)
    })

    test("an angle chosen in a silent still menu is the picture's; the angle key goes on to the next", async () => {
      await page.keyboard.press("t")
      await untilSeen(page, MAIN)
      await moveTo(page, told, 5)
      await page.keyboard.press("Enter")
      await untilSeen(page, EXTRAS)
      await untilSelected(page, 1)
      await page.keyboard.press("Enter")
      await untilSeen(page, 3, 1)
      await page.keyboard.press("m")
      await untilSeen(page, ANGLES)
      await untilSelected(page, 1)
      // It holds as long as nobody presses a key: neither the end nor a wait.
      const before = await page.evaluate(() => document.querySelector("video")?.currentTime ?? 0)
      await page.waitForTimeout(7_000)
      expect(await page.locator(".stage").getAttribute("data-status")).toBe("playing")
      expect(await page.locator(".spinner").count()).toBe(0)
      expect(await page.evaluate(() => document.querySelector("video")?.currentTime ?? 0)).toBeGreaterThan(before + 5)
      await moveTo(page, told, 2)
      await page.keyboard.press("Enter")
      await untilSeen(page, 3, 2)
      await page.keyboard.press("g")
      await untilSeen(page, 3, 3)
    })

    test("all of it was one media source", async () => {
      expect(await mediaSources(page)).toEqual({ sources: 1, buffers: 2 })
      expect(told.of("error")).toEqual([])
      expect(told.of("session").length).toBe(1)
    })
  })

  test("a mouse selects by pointing and presses by a click; a click beside the buttons does nothing", async () => {
    const { page, told } = await open()
    await untilSeen(page, MAIN)
    await untilSelected(page, 1)
    const [second, fifth] = [await middleOf(page, told, 2), await middleOf(page, told, 5)]
    await page.mouse.move(fifth.x, fifth.y)
    await untilSelected(page, 5)
    expect(await page.locator(".picture").getAttribute("data-pointing")).toBe("true")
    await page.mouse.move(second.x, second.y)
    await untilSelected(page, 2)
    await page.mouse.move(second.x, second.y + 150)
    expect(await page.locator(".picture").getAttribute("data-pointing")).toBe("false")
    await page.mouse.click(second.x, second.y + 150)
    expect(await page.evaluate(() => document.querySelector("video")?.paused)).toBe(false)
    await page.mouse.click(second.x, second.y)
    await untilSeen(page, 2)
    await page.context().close()
  })

  test("a finger presses buttons, and the remote control moves and presses too", async () => {
    const context = await rig.browser.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
    })
    const page = await context.newPage()
    const told = new Told(page)
    await page.goto(url)
    await page.addStyleTag({ content: SQUARE })
    await untilSeen(page, MAIN)
    await untilSelected(page, 1)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    // Drawn in the screen's own pixels.
    const drawn = await page.evaluate(() => document.querySelector<HTMLCanvasElement>("canvas.overlay")?.width)
    expect(drawn).toBe(2 * 390)
    const remote = page.getByRole("region", { name: "Remote control" })
    await remote.getByRole("button", { name: "Down" }).tap()
    await untilSelected(page, 2)
    await remote.getByRole("button", { name: "OK" }).tap()
    await untilSeen(page, 2)
    await page.getByRole("button", { name: "Disc menu" }).tap()
    await untilSeen(page, OLD)
    await remote.getByRole("button", { name: "Titles" }).tap()
    await untilSeen(page, MAIN)
    await untilSelected(page, 2)
    const { x, y } = await middleOf(page, told, 1)
    await page.touchscreen.tap(x, y)
    await untilSeen(page, 1)
    await context.close()
  })

  test("a press is shown within two frames, however late its answer is, and the answer changes nothing", async () => {
    const late = 1500
    const { page } = await open(url, (opened) =>
      opened.routeWebSocket(/api\/session/, (socket) => {
        const server = socket.connectToServer()
        server.onMessage((message) => {
          const isLate = typeof message === "string" && ["answer", "highlight"].includes(JSON.parse(message).type)
          if (isLate) setTimeout(() => socket.send(message), late)
          else socket.send(message)
        })
      }),
    )
    await untilSelected(page, 1)
    const pressed = (key: string) =>
      page.evaluate(async (name) => {
        const canvas = document.querySelector<HTMLCanvasElement>("canvas.overlay")
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }))
        for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
        return canvas?.dataset["selected"]
      }, key)
    expect(await pressed("ArrowDown")).toBe("2")
    expect(await pressed("ArrowDown")).toBe("3")
    expect(await pressed("ArrowUp")).toBe("2")
    await page.evaluate(() => {
      const seen = new Set<string>()
      const note = () => {
        seen.add(document.querySelector<HTMLCanvasElement>("canvas.overlay")?.dataset["selected"] ?? "none")
        requestAnimationFrame(note)
      }
      note()
      Object.assign(window, { seen })
    })
    await page.waitForTimeout(late * 2)
    expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual(["2"])
    await page.context().close()
  })

  test("menus are in the browser's language", async () => {
    const context = await rig.browser.newContext({ locale: "fr-CA" })
    const page = await context.newPage()
    await page.goto(`${url}?start=menu`)
    await page.addStyleTag({ content: SQUARE })
    await untilIntro(page, 2)
    await play(page)
    await untilSeen(page, MAIN, 2)
    await context.close()
  })

  test("a control that was clicked leaves Enter to the disc", async () => {
    const { page } = await open()
    await page.locator('.stage[data-menu="true"]').waitFor()
    await page.getByRole("button", { name: "Menu", exact: true }).click()
    await untilSeen(page, MAIN)
    await untilSelected(page, 1)
    await page.keyboard.press("Enter")
    await untilSeen(page, 1)
    await page.context().close()
  })

  test("the film first, for who prefers it; the menu key leads out of it, and the page remembers", async () => {
    const { page, told } = await open()
    await page.locator('.stage[data-menu="true"]').waitFor()
    await page.getByRole("button", { name: "Film", exact: true }).click()
    await untilSeen(page, 1)
    expect(told.of("position").at(-1)?.domain).toBe("title")
    await page.goto(url)
    await page.addStyleTag({ content: SQUARE })
    await untilSeen(page, 1)
    expect(await page.getByRole("button", { name: "Film", exact: true }).getAttribute("aria-pressed")).toBe("true")
    await page.keyboard.press("m")
    await untilSeen(page, MAIN)
    await page.goto(`${url}?start=menu`)
    await page.addStyleTag({ content: SQUARE })
    await untilIntro(page)
    await page.context().close()
  })

  test("a title from the list runs by the disc's rules once its program runs: the menu key stays in its session", async () => {
    const { page, told } = await open()
    await untilSeen(page, MAIN)
    await page.getByRole("button", { name: /^Title 2/ }).click()
    await untilSeen(page, 2)
    const sessions = told.of("session").length
    await page.keyboard.press("m")
    await untilSeen(page, OLD)
    expect(told.of("session").length).toBe(sessions)
    await page.context().close()
  })

  test("a disc without menus says that it has none", async () => {
    const made = discWith(await openDisc(sample("dvd.iso")), { menus: [] })
    const { page } = await open((await rig.serve([{ disc: made, name: "made" }])).url)
    await untilSeen(page, 1)
    expect(await page.getByRole("button", { name: "Disc menu" }).count()).toBe(0)
    expect(await page.getByRole("group", { name: "Begin with" }).count()).toBe(0)
    const sign = signSeen(page)
    await page.keyboard.press("m")
    expect((await sign).by).toBe("no-menu")
    expect(await page.locator(".stage").getAttribute("data-status")).toBe("playing")
    await page.context().close()
  })
})

/** Presses arrows along the neighbours that the disc gives its buttons, by the shortest way. */
async function moveTo(page: Page, told: Told, number: number): Promise<void> {
  const arrows = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" } as const
  const selected = () => page.evaluate(() => Number(document.querySelector<HTMLCanvasElement>("canvas.overlay")?.dataset["selected"]))
  const buttons = told.of("highlight").findLast((one) => one.buttons.length > 0)?.buttons ?? []
  const ways = [{ at: await selected(), keys: [] as string[] }]
  const seen = new Set<number>()
  for (const { at, keys } of ways) {
    if (at === number) {
      for (const key of keys) await page.keyboard.press(key)
      return untilSelected(page, number)
    }
    if (seen.has(at)) continue
    seen.add(at)
    const button = buttons.find((one) => one.number === at)
    for (const [key, side] of Object.entries(arrows)) if (button !== undefined) ways.push({ at: button[side], keys: [...keys, key] })
  }
  throw new Error(`no way to button ${number} from ${await selected()}`)
}
