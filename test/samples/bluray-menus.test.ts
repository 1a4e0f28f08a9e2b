import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { makeMenus } from "../../samples/authoring/bluray/sample-menus.mjs"
import { oraclePath, runOracle } from "../support/oracles.ts"
import { sampleBluray } from "../support/samples.ts"

const work = mkdtempSync(join(tmpdir(), "opentray-bluray-menus-"))
afterAll(() => rmSync(work, { recursive: true, force: true }))

type Line = Record<string, unknown>
/** Where a person is, by the player registers that libbluray logs. */
type Place = { title: number; playlist: number; page: number; button: number; angle: number; audio: number; subtitle: string }

/** libbluray's log of its player (`DBG_BLURAY`), in which it writes each change of a player register. */
const LOG_PLAYER = "0x40"

/** Runs a script from first play: each line of the trace, and the place at each `state` command. */
function walk(script: string, disc = sampleBluray): { lines: Line[]; places: Place[] } {
  const lines = runOracle("bdnav", ["-l", LOG_PLAYER, disc, "-"], `play\n${script}\nstop\n`)
  const registers = new Map<number, number>()
  const places: Place[] = []
  for (const line of lines) {
    if (line.type === "log") {
      const text = String(line.text)
      const written = /PSR(\d+) +(?:\(\w+\) )?0x[0-9a-f]+ -> (0x[0-9a-f]+)/.exec(text) ?? /psr(\d+) = (\d+)/.exec(text)
      if (written) registers.set(Number(written[1]), Number(written[2]))
    }
    if (line.type !== "state") continue
    const of = (number: number) => registers.get(number) ?? 0
    places.push({
      title: of(4),
      playlist: of(6),
      page: of(11),
      button: of(10),
      angle: of(3),
      audio: of(1),
      subtitle: `${of(2) >= 2 ** 31 ? "on" : "off"} ${of(2) & 0xfff}`,
    })
  }
  expect(lines.filter((line) => line.type === "error" || line.name === "ERROR" || line.name === "ENCRYPTED")).toEqual([])
  return { lines, places }
}
const place = (script: string): Place => walk(`${script}\nstate`).places.at(-1) as Place
const events = (lines: Line[], name: string) => lines.filter((line) => line.name === name).map(({ param }) => param)
/** Keys with time between them for a button's pictures to run to their end; little behind the last, so that no short title ends. */
const keys = (...names: string[]) => `${names.join("\nrun 150\n")}\nrun 25`

/** Every file of the image under a folder of its own. */
function copyDisc(folder: string): void {
  const image = openSync(sampleBluray, "r")
  for (const { type, path, lba, size } of runOracle("udfls", [sampleBluray]) as {
    type: string
    path: string
    lba: number
    size: number
  }[]) {
    if (type !== "file") continue
    const bytes = Buffer.alloc(size)
    readSync(image, bytes, 0, size, lba * 2048)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  closeSync(image)
}

const hasOracles = (["udfls", "bdnav"] as const).every((name) => oraclePath(name) !== null)

describe.skipIf(!hasOracles)("the sample Blu-ray's menus, by libbluray", () => {
  it("begin with first play, which sets streams and goes to the top menu", () => {
    const { lines, places } = walk("run 100\nstate")
    expect(events(lines, "TITLE").slice(-2)).toEqual([65_535, 0])
    expect(places).toEqual([{ title: 0, playlist: 900, page: 0, button: 1, angle: 1, audio: 1, subtitle: "on 1" }])
  })

  it("repeat what runs behind them without leaving the playlist", () => {
    const { lines } = walk("down\nrun 400\nstate")
    expect(new Set(events(lines, "PLAYLIST"))).toEqual(new Set([900]))
    expect(events(lines, "PLAYITEM").length).toBeGreaterThan(5)
    expect(place("down\nrun 400").button).toBe(1)
  })

  it.each([
    [keys("enter"), 1, 0],
    [keys("down", "enter"), 2, 1],
    [keys("down", "down", "enter"), 3, 2],
    [keys("up", "enter"), 4, 3],
    [keys("digit 3", "enter"), 3, 2],
    [keys("digit 7", "enter"), 7, 840],
  ])("lead by %j to title %i, playlist %i", (script, title, playlist) => {
    expect(place(`run 40\n${script}`)).toMatchObject({ title, playlist })
  })

  it("lead to a title whose words are text, set in the disc's font", () => {
    const texts = (subtitle: number) => {
      const script = `subtitle ${subtitle}\nrun 40\n${keys("digit 7", "enter")}\nsubtitle ${subtitle}\nuntil END_OF_TITLE 100`
      return walk(script).lines.filter((line) => line.plane === "PG" && line.command === "draw")
    }
    const english = texts(1)
    expect(english.map(({ rect, pts }) => [rect, pts])).toEqual([
      [[460, 900, 1000, 90], 5_400_000 + 0.5 * 90_000],
      [[360, 800, 1200, 170], 5_400_000 + 2.2 * 90_000],
    ])
    // Nothing but the letters differs between the languages.
    const french = texts(2)
    expect(french.at(-1)?.rect).toEqual([360, 800, 1200, 170])
    expect(french.at(-1)?.paletteCrc32).toBe(english.at(-1)?.paletteCrc32)
    expect(french.at(-1)?.indexCrc32).not.toBe(english.at(-1)?.indexCrc32)
  })

  it("come back when a title has ended", () => {
    const { lines, places } = walk(`run 40\n${keys("up", "enter")}\nuntil END_OF_TITLE 2000\nrun 20\nstate`)
    expect(events(lines, "PLAYLIST")).toEqual([900, 3, 900])
    expect(places[0]).toMatchObject({ title: 0, playlist: 900, page: 0, button: 1 })
  })

  it("have a page of angles, which the menu over the title takes up and changes", () => {
    const page = keys("right", "enter")
    expect(place(`run 40\n${page}`)).toMatchObject({ title: 0, page: 1, button: 10 })
    expect(place(`run 40\n${page}\n${keys("enter")}`)).toMatchObject({ title: 5, playlist: 4, button: 2, angle: 1 })
    expect(place(`run 40\n${page}\n${keys("down", "enter")}`)).toMatchObject({ title: 5, playlist: 4, button: 3, angle: 2 })
    expect(place(`run 40\n${page}\nenter\nrun 10\nright\nrun 10\nenter\nrun 10`)).toMatchObject({ title: 5, angle: 2 })
    expect(place(`run 40\n${page}\nenter\nrun 10\nleft\nrun 10\nenter\nrun 10`)).toMatchObject({ title: 0, playlist: 900 })
    expect(place(`run 40\n${page}\n${keys("up", "enter")}`)).toMatchObject({ title: 0, page: 0, button: 5 })
  })

  it("have a page of ways, which come in and go out by effects, and choose title 6's playlist", () => {
    const page = `run 40\n${keys("digit 6", "enter")}\nrun 700`
    const { lines, places } = walk(`${page}\nstate\n${keys("up")}\nenter\nrun 400\nstate`)
    expect(places).toMatchObject([
      { title: 0, page: 2, button: 21 },
      { title: 0, page: 0, button: 6 },
    ])
    // The effects' moments, each the plane's whole picture: three in, two out.
    const boxes = lines.flatMap((line) => (line.type === "overlay" && line.command === "flush" ? [String(line.box)] : []))
    const moments = ["128,470,180,84", "128,470,440,84", "128,470,700,84", "128,470,700,84", "300,470,400,84"]
    expect(boxes.filter((box, i) => moments.includes(box) && box !== boxes[i - 1])).toEqual(moments)

    expect(place(`${page}\n${keys("enter", "down", "down", "enter")}`)).toMatchObject({ title: 6, playlist: 811 })
    expect(place(`${page}\n${keys("down", "enter", "down", "enter")}`)).toMatchObject({ title: 6, playlist: 822 })
  })

  it("remember the way by a register when the menu is entered again", () => {
    const page = keys("digit 6", "enter")
    const marks = (script: string) =>
      walk(script).lines.flatMap((line) => (line.command === "draw" && String(line.rect).endsWith(",220,72") ? [line.rect] : []))
    const first = marks(`run 40\n${page}\nrun 700`)
    expect(first.at(-1)).toEqual([668, 470, 220, 72])
    const chosen = `run 40\n${page}\nrun 700\n${keys("down", "enter")}\nmenu root\nrun 40\n${page}\nrun 700`
    expect(marks(chosen).at(-1)).toEqual([668, 562, 220, 72])
  })

  it("show a button in each of its states, some moving, and sound", () => {
    const { lines } = walk("run 40\ndown\nrun 1500\nenter\nrun 10")
    const drawn = lines.flatMap((line) => (line.command === "draw" && String(line.rect) === "128,562,520,72" ? [line.indexCrc32] : []))
    // Normal, the six pictures of selected again and again, the first of activated.
    expect(new Set(drawn).size).toBe(1 + 6 + 1)
    expect(drawn.slice(1, 7)).toEqual(drawn.slice(7, 13))
    expect(events(lines, "SOUND_EFFECT")).toEqual([0, 1])
  })

  describe("the pop-up menu of title 1", () => {
    /** Keys with a little time between them: the title lasts some 350 units. */
    const press = (...names: string[]) => names.map((name) => `${name}\nrun 6`).join("\n")
    const title = `run 40\nenter\nrun 60\n${press("popup")}`

    it("is not seen before it is asked for, then over the running film, and goes away", () => {
      const { lines, places } = walk(`run 40\nenter\nrun 46\n${press("popup")}\nstate\n${press("popup")}`)
      expect(places).toMatchObject([{ title: 1, playlist: 0, page: 0, button: 10 }])
      const asked = lines.findIndex((line) => line.line === "popup")
      const playing = lines.findIndex((line) => line.name === "PLAYLIST" && line.param === 0)
      const shown = (from: number, to: number) => lines.slice(from, to).filter((line) => line.plane === "IG" && line.command === "flush")
      expect(shown(playing, asked)).toEqual([])
      const again = lines.findLastIndex((line) => line.line === "popup")
      expect(shown(asked, again).at(-1)).toMatchObject({ box: [128, 760, 1100, 220] })
      expect(lines.slice(again).some((line) => line.plane === "IG" && line.command === "close")).toBe(true)
    })

    it("chooses sound and leaves words as they are", () => {
      expect(place(`${title}\n${press("down", "right", "enter")}`)).toMatchObject({ button: 15, audio: 2, subtitle: "on 1" })
      const hidden = press("right", "down", "left", "enter")
      const back = press("up", "left", "down", "right", "enter")
      expect(place(`${title}\n${hidden}\n${back}`)).toMatchObject({ page: 0, audio: 2, subtitle: "off 1" })
    })

    it("turns to the words' page as soon as its tab is selected, and chooses words", () => {
      expect(place(`${title}\n${press("right")}`)).toMatchObject({ page: 1, button: 21 })
      expect(place(`${title}\n${press("right", "down", "right", "enter")}`)).toMatchObject({
        page: 1,
        button: 25,
        subtitle: "on 2",
        audio: 1,
      })
      expect(place(`${title}\n${press("right", "down", "left", "enter")}`)).toMatchObject({ page: 1, button: 26, subtitle: "off 1" })
    })

    it.each([0, 1, 2, 3])("leads to scene %i and goes away", (scene) => {
      const script = `${title}\n${press("right", "right", "down", ...Array<string>(scene).fill("right"))}\nenter\nrun 3\nstate`
      const { lines } = walk(script)
      expect(lines.findLast((line) => line.type === "state")).toMatchObject({ chapter: scene + 1 })
      const entered = lines.findLastIndex((line) => line.line === "enter")
      expect(lines.slice(entered).some((line) => line.plane === "IG" && line.command === "close")).toBe(true)
    })

    it("leads to the disc's menu", () => {
      expect(place(`${title}\n${press("left", "enter")}\nrun 20`)).toMatchObject({ title: 0, playlist: 900 })
    })
  })

  it("are the same where their segments are cut into more parts", { timeout: 30_000 }, () => {
    const folder = join(work, "parts")
    copyDisc(folder)
    const script = `run 40\n${keys("right", "enter", "up", "enter")}\nstate`
    const planes = (disc: string) => walk(script, disc).lines.flatMap((line) => (line.planeRgbaCrc32 ? [line.planeRgbaCrc32] : []))
    const whole = planes(sampleBluray)
    expect(whole.length).toBeGreaterThan(10)
    expect(planes(folder)).toEqual(whole)
    const { stream, information } = makeMenus({ maxPart: 700 }).menus.top
    expect(stream.length).toBeGreaterThan(readFileSync(join(folder, "BDMV/STREAM/00060.m2ts")).length)
    writeFileSync(join(folder, "BDMV/STREAM/00060.m2ts"), stream)
    writeFileSync(join(folder, "BDMV/CLIPINF/00060.clpi"), information)
    expect(planes(folder)).toEqual(whole)
  })
})
