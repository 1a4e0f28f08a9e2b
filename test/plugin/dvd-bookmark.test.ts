import { spawnSync } from "node:child_process"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { type Bookmark, type Disc, DiscError, ticks } from "../../src/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { authoredDvd, canAuthor } from "../disc/dvd/support/authored.ts"
import { STILLS } from "../navigation/dvd/support/recipes.ts"
import { sampleDvd } from "../support/samples.ts"
import { FIRST, type Plan, Player, SECOND, whatFollows } from "./dvd-player.ts"

vi.setConfig({ testTimeout: 60_000 })

/** A bookmark of a running program, as JSON gives it. */
type DvdBookmark = Extract<Bookmark, { readonly place: unknown }>

const root = resolve(import.meta.dirname, "../..")
const open: Disc[] = []
afterAll(() => Promise.all(open.map((disc) => disc.close())))
async function opened(path: string): Promise<Disc> {
  const disc = await openDisc(path)
  open.push(disc)
  return disc
}
const sample = await opened(sampleDvd)
const at = (seconds: number) => ticks(FIRST + Math.round(seconds * SECOND))

/** The screen shows a moment; what is shown there has been read. */
async function showing(player: Player, time: number): Promise<void> {
  player.session.presented(ticks(time))
  await player.reach(time)
}

/** Takes a bookmark at a feed time; what follows there must be what follows it in another session and in another process. */
async function expectTheSame(path: string, player: Player, now: number, plan: Plan): Promise<string[]> {
  const bookmark = JSON.parse(JSON.stringify(player.session.bookmark())) as DvdBookmark
  const there = await whatFollows(player, now, plan)
  await player.session.close()
  const child = spawnSync(
    process.execPath,
    ["--import", join(root, "test/support/typescript-sources.mjs"), join(root, "test/plugin/dvd-continued.ts")],
    { input: JSON.stringify({ disc: path, bookmark, plan }), encoding: "utf8", timeout: 50_000 },
  )
  expect(child.stderr).toBe("")
  expect(JSON.parse(child.stdout)).toEqual(there)
  expect(JSON.stringify(bookmark).length).toBeLessThan(8000)
  return there
}

describe("what follows a bookmark is the same in a new process", () => {
  test("in a title, in the middle of a group of pictures, with another sound and subtitles", async () => {
    const player = new Player(sample.play({ title: 1, program: true, audio: 2, subtitle: 2 }))
    await player.act(player.session.seek(9.33))
    const { showFrom } = await player.until("discontinuity", ({ flush }) => flush)
    const now = showFrom + 0.71 * SECOND
    await showing(player, now)
    const seen = await expectTheSame(sampleDvd, player, now, [
      { seconds: 3 },
      { seconds: 0.3, press: "next" },
      { seconds: 1.2, menu: "title" },
      { seconds: 1 },
    ])
    expect(seen.filter((line) => line.startsWith("picture")).length).toBeGreaterThan(120)
    expect(seen.filter((line) => line.startsWith("title title 1 chapter 3")).length).toBe(1)
  })

  test("in a looping menu, with a button selected", async () => {
    const player = new Player(sample.play({ from: "first-play" }))
    await showing(player, at(6.3))
    await player.act(player.session.press("down"))
    const seen = await expectTheSame(sampleDvd, player, at(6.3), [{ seconds: 4 }, { seconds: 0.4, press: "enter" }, { seconds: 1.5 }])
    expect(seen).toContain("menu title null chapter null angle 1 button 2 of 6")
    expect(seen.at(-1)).toBe("title title 2 chapter 1 angle 1 button undefined of 0")
  })

  test("in a still menu that was called from a title, with the way back", async () => {
    const player = new Player(sample.play({ title: 3, program: true }))
    await showing(player, at(3.6))
    await player.act(player.session.menu("angle"))
    const { showFrom } = await player.until("discontinuity", ({ flush }) => flush)
    await showing(player, showFrom + 2 * SECOND)
    await player.act(player.session.press("down"))
    const seen = await expectTheSame(sampleDvd, player, showFrom + 2 * SECOND, [
      { seconds: 2 },
      { seconds: 1, press: "enter" },
      { seconds: 3 },
    ])
    // The program's own way: the angle is changed where the title was left.
    expect(seen).toContain("enter: done undefined true")
    expect(seen.at(-1)).toMatch(/^title title 3 chapter 2 angle 2/)
  })

  test("between the units of an angle", async () => {
    const player = new Player(sample.play({ title: 3, program: true, angle: 3 }))
    await showing(player, at(5.21))
    const seen = await expectTheSame(sampleDvd, player, at(5.21), [{ seconds: 2 }, { seconds: 0.2, press: "angle" }, { seconds: 4 }])
    expect(seen.some((line) => line.startsWith("title title 3 chapter 2 angle 3"))).toBe(true)
    expect(seen.at(-1)).toMatch(/angle 1/)
  })

  test.skipIf(!canAuthor)("in a still of two seconds it begins anew, and the same comes behind it", async () => {
    const path = authoredDvd(STILLS)
    const player = new Player((await opened(path)).play({ from: "first-play" }))
    player.session.presented(FIRST)
    const still = await player.until("still")
    await showing(player, still.at + SECOND / 2)
    await expectTheSame(path, player, still.at + SECOND / 2, [{ seconds: 0.5, press: "enter" }, { seconds: 3 }])
  })
})

/** A bookmark in the sample's main menu. */
async function bookmarkInMenu(): Promise<DvdBookmark> {
  const player = new Player(sample.play({ from: "first-play" }))
  await player.until("highlight", ({ buttons }) => buttons.length > 0)
  const bookmark = JSON.parse(JSON.stringify(player.session.bookmark())) as DvdBookmark
  await player.session.close()
  return bookmark
}
const bookmark = await bookmarkInMenu()

describe("a bookmark that is damaged", () => {
  test("names the field, and plays nothing", () => {
    const damage: readonly (readonly [string, (place: Record<string, never>) => void])[] = [
      ["navigator.machine.gprm", (place) => (place as never as Place).navigator.machine.gprm.pop()],
      ["navigator.machine.sprm.3", (place) => ((place as never as Place).navigator.machine.sprm[3] = -1)],
      ["navigator.machine.pgcn", (place) => ((place as never as Place).navigator.machine.pgcn = 1.5)],
      ["navigator.machine.domain", (place) => ((place as never as Place).navigator.machine.domain = "attic")],
      [
        "navigator.highlight.groups",
        (place) => ((place as never as Place).navigator.highlight = { ...(place as never as Place).navigator.highlight, groups: [] }),
      ],
      ["into", (place) => ((place as never as Place).into = -5)],
      ["clock", (place) => ((place as never as Place).clock = "now")],
    ]
    for (const [field, change] of damage) {
      const copy = structuredClone(bookmark)
      change(copy.place as never)
      expect(() => sample.play({ bookmark: copy }), field).toThrow(
        expect.objectContaining({ code: "bad-argument", message: expect.stringContaining(field) }),
      )
    }
    expect(() => sample.play({ bookmark: { ...bookmark, place: null as never } })).toThrow(DiscError)
    expect(() => sample.play({ bookmark: { ...bookmark, fingerprint: "another" } })).toThrow(/another disc/)
  })

  test("but well formed, of a place that the disc does not have, does not hang", async () => {
    const places: readonly ((machine: Place["navigator"]["machine"]) => void)[] = [
      (machine) => (machine.pgcn = 999),
      (machine) => (machine.cell = 77),
      (machine) => (machine.titleSet = 50),
      (machine) => Object.assign(machine, { domain: "title", titleSet: 9, pgcn: 3 }),
    ]
    for (const change of places) {
      const copy = structuredClone(bookmark)
      change((copy.place as never as Place).navigator.machine)
      const player = new Player(sample.play({ bookmark: copy }))
      const outcome = await playSome(player)
      expect(["ends", "plays", "waits", "damaged", "limit"]).toContain(outcome)
      await player.session.close()
    }
  })
})

/** How a session fares that may go on without end, as a menu does. */
async function playSome(player: Player): Promise<string> {
  try {
    for (let batches = 0; batches < 40 && player.last("end") === undefined; batches++) if (!(await player.pull())) return "waits"
  } catch (error) {
    if (error instanceof DiscError) return error.code
    throw error
  }
  return player.last("end") === undefined ? "plays" : "ends"
}

type Place = {
  navigator: {
    machine: { gprm: number[]; sprm: number[]; pgcn: unknown; cell: unknown; titleSet: unknown; domain: string }
    highlight: Record<string, unknown>
  }
  into: unknown
  clock: unknown
}
