import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { temporaryFolder } from "../disc/bluray/discs.ts"
import { chanceOf } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath } from "../support/oracles.ts"
import { compareTrace } from "./hdmv-oracle.ts"
import { lastPlaceOf, longestOf, writeStubDisc } from "./stub-disc.ts"

vi.setConfig({ testTimeout: 120_000 })

const folder = temporaryFolder("hdmv-real", afterAll)
/** One of each kind: an interactive title, a menu that stands for itself, one whose buttons compute titles, pop-up menus. All with OPENTRAY_SCRIPTS. */
const CHOSEN = process.env["OPENTRAY_SCRIPTS"] === undefined ? /^disc(5|8|13|16)$/ : /^disc\d+$/
const discs = hasData && oraclePath("bdnav") !== null ? readdirSync(dataPath("bdpl")).filter((name) => CHOSEN.test(name)) : []

/** Programs of real discs over stub clips: where each key leads, as libbluray has it. */
describe.skipIf(discs.length === 0)("real discs' programs on stub clips", () => {
  test.each(discs)("%s: from first play to the menu, and by its buttons into its titles", async (name) => {
    const root = join(folder, name)
    const bluray = await writeStubDisc(dataPath("bdpl", name), root)
    // In MiB, holes not counted.
    expect(Number(execFileSync("du", ["-sm", root]).toString().split("\t")[0])).toBeLessThan(200)
    const [first] = bluray.titles
    const main = longestOf(bluray.titles)
    if (first === undefined || main === undefined) throw new Error("no playlists")
    const chance = chanceOf(Number(name.slice(4)))
    const keys = Array.from({ length: 24 }, () => [
      ["up", "down", "left", "right", "enter", "enter", "popup"][chance(7)] ?? "up",
      `run ${1 + chance(4)}`,
    ]).flat()
    const script = [
      ...["play", "run 12", `time ${lastPlaceOf(first)}`, "until PLAYLIST 3000", "run 12"],
      ...["popup", "run 2", "down", "run 1", "enter", "run 12", "menu root", "run 30", "enter", "run 12"],
      ...["menu root", "run 30", ...keys, "title 1", "run 12", "stop"],
    ]
    const { compared, stops } = await compareTrace(root, bluray, script)
    rmSync(root, { recursive: true, force: true })
    expect(compared).toBe(script.length - 1)
    expect(
      stops.some(({ title, playlist }) => title !== 0 && title !== 65535 && playlist === main.playlistNumber),
      "the film",
    ).toBe(true)
    if (!existsSync(dataPath("bdpl", name, "ics_menu.bin"))) return
    expect(new Set(stops.map(({ page, button }) => `${page}/${button}`)).size, "buttons").toBeGreaterThan(2)
    expect(
      stops.some(({ ig }) => ig !== null),
      "a menu that is seen",
    ).toBe(true)
  })
})
