import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { currentTime, hasChromium, Rig, sample, until } from "../support/browser.ts"
import { codeSeen, countMediaSources, listen, mediaSources, subtitlePixels, Told, untilSeen, untilSelected, untilTone } from "./watching.ts"

// samples/README.md and samples/authoring/bluray/menus: what the pictures, buttons and tones of the disc are.
const TOP_MENU = 0
const HILLS = { title: 1, tones: { english: 294, french: 349 }, scene3: 240, scene4: 360 } as const
const ANGLES = { title: 5, buttons: { first: 2, second: 3 } } as const
const WAYS = { title: 6, dark: 2, tone: 880 } as const
const SELECTED_PICTURES = 6
const MOVE_HERTZ = 740
/** The bell that glides from 880 to 440 Hz as a page is turned. */
const TURN_HERTZ = [440, 880] as const
const FRAMES_PER_SECOND = 24_000 / 1001

/** Puts an analyser between every sound that the page makes itself and the loudspeaker; to be called before the page is loaded. */
const hearSounds = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const analysers = new Map<BaseAudioContext, AnalyserNode>()
    Object.assign(window, { analysers })
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (!(to instanceof AudioDestinationNode)) return connect.call(this, to)
      const analyser = analysers.get(to.context) ?? new AnalyserNode(to.context, { fftSize: 32_768, smoothingTimeConstant: 0 })
      analysers.set(to.context, analyser)
      connect.call(analyser, to)
      return connect.call(this, analyser)
    } as typeof AudioNode.prototype.connect
  })

/** The strongest frequency, in Hz, of what the page's buttons sounded like within the last half second; null: nothing was heard. */
const soundHeard = (page: Page): Promise<number | null> =>
  page.evaluate(() => {
    const { analysers } = window as unknown as { analysers: Map<BaseAudioContext, AnalyserNode> }
    const [analyser] = analysers.values()
    if (analyser === undefined) return null
    const wave = new Float32Array(analyser.fftSize)
    analyser.getFloatTimeDomainData(wave)
    if (wave.every((value) => Math.abs(value) < 0.05)) return null
    const spectrum = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(spectrum)
    const loudest = spectrum.reduce((best, level, bin) => (level > (spectrum[best] ?? 0) ? bin : best), 0)
    return (loudest * analyser.context.sampleRate) / analyser.fftSize
  })

/** Does it until a sound is heard: a loaded machine may not listen in the half second after one. */
async function untilHeard(page: Page, act: () => Promise<unknown>): Promise<number> {
  for (let times = 0; times < 10; times++) {
    await act()
    for (let tries = 0; tries < 15; tries++) {
      const hertz = await soundHeard(page)
      if (hertz !== null) return hertz
      await page.waitForTimeout(30)
    }
  }
  throw new Error("no sound was heard")
}

/** How many sounds of buttons the page has begun. */
const sounds = (page: Page): Promise<number> => page.evaluate(() => Number(document.querySelector("video")?.dataset["sounds"] ?? 0))

type Part = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Where a button lies, in parts of the picture. */
function placeOf(told: Told, number: number): Part {
  const highlight = told.of("highlight").findLast(({ buttons }) => buttons.some((button) => button.number === number))
  const button = highlight?.buttons.find((one) => one.number === number)
  if (highlight === undefined || button === undefined) throw new Error(`the host told of no button ${number}`)
  const { planeWidth, planeHeight } = highlight
  return {
    x: button.x / planeWidth,
    y: button.y / planeHeight,
    width: button.width / planeWidth,
    height: button.height / planeHeight,
  }
}

/** How many pixels of a part of the planes over the film are not see-through. */
const pixelsAt = (page: Page, part: Part): Promise<number> =>
  page.evaluate(({ x, y, width, height }) => {
    const canvas = document.querySelector<HTMLCanvasElement>("canvas.overlay")
    if (canvas === null) throw new Error("no canvas")
    const [w, h] = [canvas.width, canvas.height]
    const { data } = canvas.getContext("2d")?.getImageData(x * w, y * h, width * w, height * h) ?? { data: [] }
    let count = 0
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) count++
    return count
  }, part)

/** Keeps every picture that a part of the planes over the film shows from now on. */
const watchPictures = (page: Page, name: string, part: Part): Promise<void> =>
  page.evaluate(
    ([key, { x, y, width, height }]) => {
      const seen = new Set<string>()
      Object.assign(window, { [key]: seen })
      const canvas = document.querySelector<HTMLCanvasElement>("canvas.overlay")
      const note = () => {
        const [w, h] = [canvas?.width ?? 1, canvas?.height ?? 1]
        const { data = [] } = canvas?.getContext("2d")?.getImageData(x * w, y * h, width * w, height * h) ?? {}
        let sum = 0
        for (let i = 0; i < data.length; i++) sum = (sum * 31 + (data[i] ?? 0)) >>> 0
        seen.add(String(sum))
        requestAnimationFrame(note)
      }
      note()
    },
    [name, part] as const,
  )

const picturesSeen = (page: Page, name: string): Promise<number> =>
  page.evaluate((key) => (window as unknown as Record<string, Set<string>>)[key]?.size ?? 0, name)

/** Stops the film as soon as this button is selected: a film of four seconds does not wait for a loaded machine. */
const stopAtButton = (page: Page, number: number): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => {
      const video = document.querySelector("video")
      if (document.querySelector<HTMLCanvasElement>("canvas.overlay")?.dataset["selected"] !== wanted) return false
      video?.pause()
      return true
    },
    String(number),
    { timeout: 60_000, polling: 20 },
  )

/** Stops the film as soon as a picker of the controls says this. */
const stopAtChoice = (page: Page, label: string): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => {
      const [video, picker] = [document.querySelector("video"), document.querySelector(`[aria-label="${wanted}"]`)]
      if (picker === null || video?.seeking !== false) return false
      video.pause()
      return true
    },
    label,
    { timeout: 60_000, polling: 20 },
  )

const hasButtons = (page: Page, expected: boolean): Promise<unknown> =>
  page.locator(`.stage[data-buttons="${expected}"]`).waitFor({ timeout: 60_000 })

const choice = (page: Page, label: string): Promise<void> => page.getByRole("button", { name: label, exact: true }).waitFor()

describe.skipIf(!hasChromium)("a Blu-ray's menus in Chromium, from the first play on", () => {
  let rig: Rig
  let page: Page
  let told: Told
  beforeAll(async () => {
    rig = await Rig.start()
    const { url } = await rig.serve([sample("bluray.iso")])
    page = await rig.open(url, {
      before: async (opened) => {
        told = new Told(opened)
        await countMediaSources(opened)
        await hearSounds(opened)
      },
    })
    await page.addStyleTag({ content: ".stage { border-radius: 0 !important }" })
  })
  afterAll(() => rig?.stop())

  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  /** Arrow keys and the buttons that they lead to. */
  const move = async (...steps: readonly (readonly [string, number])[]) => {
    for (const [key, number] of steps) {
      await press(`Arrow${key}`)
      await untilSelected(page, number)
    }
  }
  /** The film is short: what takes a while begins at its beginning, as soon as its pop-up menu has been read. */
  const rewind = async () => {
    const before = told.of("discontinuity").length
    await press("Home")
    await expect.poll(() => told.of("discontinuity").length, { timeout: 30_000 }).toBeGreaterThan(before)
    const { showFrom = Number.NaN } = told.of("discontinuity").at(-1) ?? {}
    const feedTime = async () => (await currentTime(page)) + (told.of("base").at(-1)?.time ?? Number.NaN)
    await expect.poll(feedTime, { timeout: 60_000 }).toBeGreaterThan(showFrom + 1)
  }
  const popUp = async (first = 10) => {
    await press("m")
    await untilSelected(page, first)
  }

  test("the top menu is seen; its selected button moves, the others do not", async () => {
    await untilSeen(page, TOP_MENU)
    await untilSelected(page, 1)
    await watchPictures(page, "selected", placeOf(told, 1))
    await watchPictures(page, "normal", placeOf(told, 2))
    await expect.poll(() => picturesSeen(page, "selected"), { timeout: 60_000 }).toBe(SELECTED_PICTURES)
    await page.waitForTimeout(500)
    expect(await picturesSeen(page, "selected")).toBe(SELECTED_PICTURES)
    expect(await picturesSeen(page, "normal")).toBe(1)
  })

  test("arrows move, and each move is heard", async () => {
    const before = await sounds(page)
    await move(["Down", 2], ["Down", 3])
    await expect.poll(() => sounds(page), { timeout: 30_000 }).toBe(before + 2)
    const hertz = await untilHeard(page, async () => {
      await move(["Up", 2], ["Down", 3])
    })
    expect(Math.abs(hertz - MOVE_HERTZ)).toBeLessThan(25)
    await move(["Up", 2], ["Up", 1])
  })

  test("pages change, with their sound, and come and go by effects", async () => {
    await move(["Right", 5])
    const hertz = await untilHeard(page, async () => {
      await press("Enter")
      await untilSelected(page, 10)
      expect(
        told
          .of("highlight")
          .at(-1)
          ?.buttons.map(({ number }) => number),
      ).toEqual([10, 11, 12])
      await move(["Up", 12])
      await press("Enter")
      await untilSelected(page, 5)
    })
    expect(hertz).toBeGreaterThan(TURN_HERTZ[0] - 20)
    expect(hertz).toBeLessThan(TURN_HERTZ[1] + 20)
    await move(["Down", 6])
    await press("Enter")
    await untilSelected(page, 21)
  })

  test("what is chosen wears its mark, and the disc's program plays it", async () => {
    const marks = { ridge: placeOf(told, 21), dark: placeOf(told, 22) }
    const beside = ({ x, y, width, height }: Part): Part => ({ x: x + width + 0.015, y, width: 0.1, height })
    await expect.poll(() => pixelsAt(page, beside(marks.ridge)), { timeout: 30_000 }).toBeGreaterThan(100)
    expect(await pixelsAt(page, beside(marks.dark))).toBe(0)
    await move(["Down", 22])
    await press("Enter")
    await expect.poll(() => pixelsAt(page, beside(marks.dark)), { timeout: 30_000 }).toBeGreaterThan(100)
    expect(await pixelsAt(page, beside(marks.ridge))).toBe(0)
    await move(["Down", 23])
    await press("Enter")
    await untilSeen(page, WAYS.title, WAYS.dark)
    await hasButtons(page, false)
    expect(await page.getByRole("button", { name: "Pop-up menu" }).count()).toBe(0)
  })

  test("the pop-up menu lies over the film, which goes on", async () => {
    await press("t")
    await untilSeen(page, TOP_MENU)
    await untilSelected(page, 1)
    await press("Enter")
    await untilSeen(page, HILLS.title)
    await listen(page)
    await untilTone(page, HILLS.tones.english)
    await rewind()
    await popUp()
    // The selected tab turns to its page by itself.
    await expect
      .poll(() => told.of("highlight").some(({ buttons }) => buttons.some(({ number }) => number === 14)), { timeout: 30_000 })
      .toBe(true)
    expect(await pixelsAt(page, placeOf(told, 14))).toBeGreaterThan(1000)
    const { frame } = await untilSeen(page, HILLS.title)
    await expect.poll(async () => (await codeSeen(page))?.frame, { timeout: 30_000 }).toBeGreaterThan(frame + 6)
    await untilSelected(page, 10)
    await press("m")
    await hasButtons(page, false)
    expect(await pixelsAt(page, placeOf(told, 14))).toBe(0)
  })

  test("a sound track chosen in the pop-up menu is heard", async () => {
    await rewind()
    await popUp()
    await move(["Down", 14], ["Right", 15])
    await press("Enter")
    await untilTone(page, HILLS.tones.french)
    await choice(page, "Sound: French")
    await press("Escape")
    await hasButtons(page, false)
  })

  test("words chosen in the pop-up menu are seen", async () => {
    await rewind()
    await popUp()
    await move(["Right", 21], ["Down", 24], ["Left", 26])
    await press("Enter")
    await choice(page, "Subtitles: Off")
    await move(["Left", 25])
    await press("Enter")
    await choice(page, "Subtitles: French")
    await press("m")
    await hasButtons(page, false)
    await until(page, () => document.querySelector<HTMLCanvasElement>('canvas.overlay[data-low="true"]')?.dataset["overlays"] === "1")
    expect(await subtitlePixels(page)).toBeGreaterThan(200)
  })

  test("the scene page jumps", async () => {
    await rewind()
    await popUp()
    await move(["Right", 21], ["Right", 32], ["Down", 34], ["Right", 35], ["Right", 36])
    await press("Enter")
    await hasButtons(page, false)
    let { frame } = await untilSeen(page, HILLS.title)
    while (frame < HILLS.scene3) ({ frame } = await untilSeen(page, HILLS.title))
    expect(frame).toBeLessThan(HILLS.scene4)
    expect(told.of("position").findLast(({ chapter }) => chapter !== null)?.chapter).toBeGreaterThanOrEqual(3)
  })

  test("without a keyboard: the other mouse button and a control call the pop-up menu, and a click presses", async () => {
    await rewind()
    const picture = await page.locator(".picture").boundingBox()
    if (picture === null) throw new Error("no picture")
    const at = ({ x, y, width, height }: Part) =>
      [picture.x + (x + width / 2) * picture.width, picture.y + (y + height / 2) * picture.height] as const
    await page.mouse.click(picture.x + 200, picture.y + 100, { button: "right" })
    await untilSelected(page, 10)
    await page.mouse.click(...at(placeOf(told, 14)))
    await untilTone(page, HILLS.tones.english)
    await page.mouse.click(picture.x + 200, picture.y + 100, { button: "right" })
    await hasButtons(page, false)
    const control = page.getByRole("button", { name: "Pop-up menu" })
    await control.click()
    await untilSelected(page, 10)
    expect(await control.getAttribute("aria-pressed")).toBe("true")
    await control.click()
    await hasButtons(page, false)
  })

  test("from the top menu the film goes on in the second in which it was left", async () => {
    await rewind()
    await page.evaluate(() => document.querySelector("video")?.pause())
    const left = told.titleTime(await currentTime(page))
    expect(left).toBeGreaterThan(1)
    await press("t")
    await untilSeen(page, TOP_MENU)
    await untilSelected(page, 1)
    const heard = told.messages.length
    await press("Backspace")
    const { frame } = await untilSeen(page, HILLS.title)
    const positions = told.messages.slice(heard).flatMap((message) => (message.type === "position" ? [message] : []))
    const resumed = positions.find(({ domain }) => domain === "title")
    expect(resumed?.title).toBe(HILLS.title)
    expect(Math.abs((resumed?.time ?? 0) - left)).toBeLessThan(0.5)
    expect(frame / FRAMES_PER_SECOND).toBeGreaterThan(left - 0.1)
  })

  test("an angle chosen in a menu over the film is the picture's", async () => {
    await press("t")
    await untilSeen(page, TOP_MENU)
    await untilSelected(page, 1)
    await move(["Right", 5])
    await press("Enter")
    await untilSelected(page, 10)
    await move(["Down", 11])
    await press("Enter")
    await stopAtButton(page, ANGLES.buttons.second)
    await untilSeen(page, ANGLES.title, 2)
    await move(["Left", ANGLES.buttons.first])
    await press("Enter")
    await stopAtChoice(page, "Angle: 1")
    await untilSeen(page, ANGLES.title, 1)
  })

  test("all of it was one session and one media source", async () => {
    expect(await mediaSources(page)).toEqual({ sources: 1, buffers: 2 })
    expect(told.of("error")).toEqual([])
    expect(told.of("session").length).toBe(1)
  })
})
