import { execFileSync } from "node:child_process"
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import type { BlurayDisc } from "../../src/disc/bluray/index.ts"
import { temporaryFolder } from "../disc/bluray/discs.ts"
import { chanceOf } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath } from "../support/oracles.ts"
import { compareTrace, type Stop } from "./hdmv-oracle.ts"
import { durationOf, lastPlaceOf, writeStubDisc } from "./stub-disc.ts"

vi.setConfig({ testTimeout: 120_000 })

const folder = temporaryFolder("hdmv-real", afterAll)
const discs = hasData && oraclePath("bdnav") !== null ? readdirSync(dataPath("bdpl")).filter((name) => /^disc\d+$/.test(name)) : []

/** The longest playlist, and other cuts of it: some discs' first title is the shorter one. */
function filmsOf({ titles }: BlurayDisc): ReadonlySet<number> {
  const longest = Math.max(...titles.map(durationOf))
  return new Set(titles.filter((title) => durationOf(title) > 0.9 * longest).map(({ playlistNumber }) => playlistNumber))
}

/** From first play over the first title's end to the menu, its buttons, and a title. */
function realScript({ titles }: BlurayDisc, chance: (below: number) => number): string[] {
  const [first] = titles
  if (first === undefined) throw new Error("no playlists")
  const keys = ["left", "enter", "down", "enter", "right", "enter", "popup", "up", "enter"].flatMap((key) => [key, `run ${1 + chance(3)}`])
  return [
    ...["play", "run 12", `time ${lastPlaceOf(first)}`, "until PLAYLIST 3000", "run 12", "until PLAYLIST 600", "run 12"],
    ...["popup", "run 2", "down", "run 1", "enter", "run 12", "menu root", "run 4", "enter", "run 12"],
    ...["menu root", "run 4", ...keys, "title 1", "run 12", "stop"],
  ]
}

/** All stub discs together. */
const MOST_WRITTEN = 200
let written = 0

/** Holes are not counted. */
const mebibytesOf = (root: string): number => Number(execFileSync("du", ["-sm", root]).toString().split("\t")[0])

/** Programs of real discs over stub clips: where each key leads, as libbluray has it. */
describe.skipIf(discs.length === 0)("real discs' programs on stub clips", () => {
  test.each(discs)("%s: from first play to the menu, and by its buttons into its titles", async (name) => {
    const root = join(folder, name)
    const script = (bluray: BlurayDisc) => realScript(bluray, chanceOf(Number(name.slice(4))))
    const bluray = await writeStubDisc(dataPath("bdpl", name), root, script)
    written += mebibytesOf(root)
    const keys = script(bluray)
    const films = filmsOf(bluray)
    const { compared, stops } = await compareTrace(root, bluray, keys)
    rmSync(root, { recursive: true, force: true })
    expect(compared).toBe(keys.length - 1)
    const isFilm = (stop: Stop | undefined) => stop !== undefined && stop.title !== 0 && stop.title !== 65535 && films.has(stop.playlist)
    const isEntered = (stop: Stop, index: number) => keys[index - 1] === "enter" && !isFilm(stops[index - 2]) && isFilm(stop)
    expect(stops.some(isEntered), "the film, by a button").toBe(true)
    expect(new Set(stops.map(({ page, button }) => `${page}/${button}`)).size, "buttons").toBeGreaterThan(1)
    expect(
      stops.some(({ ig }) => ig !== null),
      "a menu that is seen",
    ).toBe(true)
  })

  test("all of them together take little room", () => {
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(MOST_WRITTEN)
  })
})
