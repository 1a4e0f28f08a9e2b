import { execFileSync } from "node:child_process"
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import type { BlurayDisc } from "../../src/disc/bluray/index.ts"
import { temporaryFolder } from "../disc/bluray/discs.ts"
import { chanceOf } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath } from "../support/oracles.ts"
import { closeBlurays, compareTrace, ourStops, type Stop } from "./hdmv-oracle.ts"
import { randomScript } from "./random-script.ts"
import { durationOf, lastPlaceOf, writeStubDisc } from "./stub-disc.ts"

vi.setConfig({ testTimeout: 120_000 * Math.max(1, Number(process.env["OPENTRAY_SCRIPTS"] ?? 1)) })

const folder = temporaryFolder("hdmv-real", afterAll)
afterAll(closeBlurays)
/**
 * Name and BDMV folder of each real disc whose program is HDMV and has menus. tsMuxer's two discs have none, and what the others have of a disc's structures is
 * without playlists.
 */
function programDiscs(): [name: string, bdmv: string][] {
  if (!hasData || oraclePath("bdnav") === null) return []
  const bdpl = readdirSync(dataPath("bdpl")).filter((name) => /^disc\d+$/.test(name))
  const chaptertool = ["The Bride of Halloween/DISC1", "The Bride of Halloween/DISC2", "Zero the Enforcer"].map(
    (name) => `Detective Conan ${name}`,
  )
  const punch = [1, 2].map((number) => `MAYONAKA_PUNCH/MAYONAKA_PUNCH_DISC${number}`)
  return [
    ...bdpl.map((name): [string, string] => [name, dataPath("bdpl", name)]),
    ...[...chaptertool, ...punch].map((name): [string, string] => [name, dataPath("chaptertool/Disc/Bdmv", name, "BDMV")]),
  ]
}

const discs = programDiscs()

/** The longest playlist, and other cuts of it: some discs' first title is the shorter one. */
function filmsOf({ titles }: BlurayDisc): ReadonlySet<number> {
  const longest = Math.max(...titles.map(durationOf))
  return new Set(titles.filter((title) => durationOf(title) > 0.9 * longest).map(({ playlistNumber }) => playlistNumber))
}

/** Playlists before the menu or the film: warnings and logos. */
const MAX_BEFORE = 4

/** Random scripts of each disc. */
const SCRIPTS = Number(process.env["OPENTRAY_SCRIPTS"] ?? 1)

/** From first play over the ends of what comes first to the menu, its buttons, and a title; and random ones from there. */
async function realScripts(bluray: BlurayDisc, chance: (below: number) => number): Promise<string[][]> {
  const keys = ["left", "enter", "down", "enter", "right", "enter", "popup", "up", "enter"].flatMap((key) => [key, `run ${1 + chance(3)}`])
  const first = await throughWhatComesFirst(bluray)
  const tour = [
    ...["popup", "run 2", "down", "run 1", "enter", "run 12", "menu root", "run 4", "enter", "run 12"],
    ...["menu root", "run 4", ...keys, "title 1", "run 12", "stop"],
  ]
  const titles = bluray.index?.titles.length ?? 0
  const random = Array.from({ length: SCRIPTS }, () => randomScript(chance, { titles, opened: 1, withStreams: true }).slice(1))
  return [tour, ...random].map((script) => [...first, ...script])
}

/** Each playlist's end is jumped to, until the menu waits or the film plays. */
async function throughWhatComesFirst(bluray: BlurayDisc): Promise<string[]> {
  const script = ["play", "run 12"]
  const films = filmsOf(bluray)
  for (let before = 0; before < MAX_BEFORE; before++) {
    const playlist = (await ourStops(bluray, script)).at(-1)?.playlist ?? 0
    const title = bluray.title(playlist)
    const waits = title?.playList.playItems.some(({ still }) => still.mode === "infinite")
    if (title === null || waits || films.has(playlist)) break
    script.push(`time ${lastPlaceOf(title)}`, "until PLAYLIST 3000", "run 12")
  }
  return script
}

/** All stub discs together. */
let written = 0

/** Holes are not counted. */
const mebibytesOf = (root: string): number => Number(execFileSync("du", ["-sm", root]).toString().split("\t")[0])

/** Programs of real discs over stub clips: where each key leads, as libbluray has it. */
describe.skipIf(discs.length === 0)("real discs' programs on stub clips", () => {
  test.each(discs)("%s: from first play to the menu, and by its buttons into its film", async (name, bdmv) => {
    const number = discs.findIndex((disc) => disc[0] === name)
    const root = join(folder, `disc-${number}`)
    const { bluray, scripts } = await writeStubDisc(bdmv, root, (disc) => realScripts(disc, chanceOf(number)))
    written += mebibytesOf(root)
    const films = filmsOf(bluray)
    const [tour = [], ...random] = scripts
    const { compared, stops } = await compareTrace(root, bluray, tour)
    expect(compared).toBe(tour.length - 1)
    for (const script of random) expect((await compareTrace(root, bluray, script)).compared).toBe(script.length - 1)
    rmSync(root, { recursive: true, force: true })
    const isFilm = (stop: Stop | undefined) => stop !== undefined && stop.title !== 0 && stop.title !== 65535 && films.has(stop.playlist)
    const isEntered = (stop: Stop, index: number) => tour[index - 1] === "enter" && !isFilm(stops[index - 2]) && isFilm(stop)
    expect(stops.some(isEntered), "the film, by a button").toBe(true)
    expect(new Set(stops.map(({ page, button }) => `${page}/${button}`)).size, "buttons").toBeGreaterThan(1)
    expect(
      stops.some(({ ig }) => ig !== null),
      "a menu that is seen",
    ).toBe(true)
  })

  test.skipIf(SCRIPTS > 1)("all of them together take little room", () => {
    expect(written).toBeGreaterThan(0)
  })
})
