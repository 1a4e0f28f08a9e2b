import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { hdmvScriptRun } from "../../src/plugin/hdmv/script-run.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import type { MadeMenu } from "../graphics/support/ig-author.ts"
import { asm, chanceOf } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath } from "../support/oracles.ts"
import { sampleBluray } from "../support/samples.ts"
import { writeDisc } from "./hdmv-disc.ts"
import { closeBlurays, compareTrace, openBluray } from "./hdmv-oracle.ts"
import { type RandomScript, randomDisc, randomScript } from "./random-script.ts"

vi.setConfig({ testTimeout: 120_000 * Math.max(1, Number(process.env["OPENTRAY_SCRIPTS"] ?? 1)) })

const isHere = oraclePath("bdnav") !== null
const [rig] = isHere ? rigDiscs() : []
const folder = temporaryFolder("hdmv-trace", afterAll)
afterAll(closeBlurays)
/** Random scripts of 40 keys on each of the 13 discs; 300 for a long look. */
const SCRIPTS = Number(process.env["OPENTRAY_SCRIPTS"] ?? 1)
type ScriptOptions = RandomScript & { readonly chanceFor: (script: number) => (below: number) => number }

/** All random scripts of a disc. @returns the planes that were seen, and which part of the commands was compared */
async function compareScripts(root: string, { chanceFor, ...options }: ScriptOptions): Promise<{ planes: Set<string>; compared: number }> {
  const bluray = await openBluray(root)
  const planes = new Set<string>()
  let [compared, commands] = [0, 0]
  for (let number = 0; number < SCRIPTS; number++) {
    const script = randomScript(chanceFor(number), options)
    const result = await compareTrace(root, bluray, script)
    compared += result.compared
    // All but "stop".
    commands += script.length - 1
    for (const plane of result.planes) planes.add(plane)
  }
  return { planes, compared: compared / commands }
}

describe.skipIf(rig === undefined)("a script is answered as by libbluray", () => {
  test.each(Array.from({ length: 10 }, (_, disc) => [disc, disc % 3 === 2] as const))(
    "on made disc %i (pop-up: %s)",
    async (disc, popup) => {
      const chance = chanceOf(disc * 7907 + 3)
      const root = writeDisc(rig?.root ?? "", join(folder, `made-${disc}`), randomDisc(chance, popup))
      const { compared } = await compareScripts(root, { titles: 2, opened: 40, chanceFor: () => chance })
      // A program that runs in circles ends its script.
      expect(compared).toBeGreaterThan(0.95)
    },
  )

  test("while a display set is read again, behind a jump: the menu takes no key, and no time goes by in it", async () => {
    const button = (id: number) => ({
      id,
      x: 100,
      y: 100 + id * 60,
      up: 3 - id,
      down: 3 - id,
      normal: 0,
      selected: [id, id + 8, true] as const,
    })
    const menu: MadeMenu = {
      frameRate: 1,
      pages: [{ id: 0, rate: 1, selected: 1, groups: [1, 2].map((id) => ({ buttons: [button(id)] })) }],
    }
    const root = writeDisc(rig?.root ?? "", join(folder, "reading"), { menu })
    const keys = Array.from({ length: 12 }, () => ["down", "run 1"]).flat()
    const script = ["play", "run 40", "down", "time 0", ...keys, "run 20", "down", "stop"]
    const { compared, stops } = await compareTrace(root, await openBluray(root), script)
    expect(compared).toBe(script.length - 1)
    // Keys that follow one another go to and fro, but for those between the display set's first unit and its last.
    const selected = script.flatMap((line, index) => (line === "down" ? [stops[index]?.button] : []))
    expect(selected.slice(1, 6)).toEqual([1, 1, 1, 1, 1])
    expect(selected.slice(6, 9)).toEqual([2, 1, 2])
  })

  test("a still that is skipped before it stands: the next clip, while the place counts on from the skip until a jump", async () => {
    const objects = [{ commands: [asm.play(2)] }]
    const root = writeDisc(rig?.root ?? "", join(folder, "skipped"), { objects, playlists: { 2: { still: [2, null] } } })
    const script = ["play", "run 20", "still-skip", "run 3", "part 1", "run 3", "stop"]
    const { compared, stops } = await compareTrace(root, await openBluray(root), script)
    expect(compared).toBe(script.length - 1)
    expect(stops.slice(1, 5).map(({ playItem, chapter }) => [playItem, chapter])).toEqual([
      [0, 1],
      [1, 1],
      [1, 1],
      [0, 1],
    ])
  })

  test("a subtitle chosen while a menu is read leaves the menu whole, and the title's first mark is passed behind a jump to its start", async () => {
    const root = rig?.root ?? ""
    const script = ["play", "run 2", "subtitle 1", "run 40", "title 1", "run 40", "subtitle 0", "time 0", "run 10", "stop"]
    const { compared, stops } = await compareTrace(root, await openBluray(root), script)
    expect(compared).toBe(script.length - 1)
    expect(stops[3]?.ig).toMatch(/ 200,200,320,320$/)
    expect(stops.at(-1)?.mark).toBe(0)
  })

  test("on the rig's disc", async () => {
    const { planes, compared } = await compareScripts(rig?.root ?? "", {
      titles: 2,
      opened: 60,
      withStreams: true,
      chanceFor: (script) => chanceOf(script + 77),
    })
    expect(compared).toBe(1)
    expect(planes.size).toBeGreaterThan(2)
  })
})

describe.skipIf(!isHere)("a script on whole discs is answered as by libbluray", () => {
  test("on the sample: pages, animations, effects, angles, subtitles, a seamless branch", async () => {
    const { planes, compared } = await compareScripts(sampleBluray, {
      titles: 6,
      opened: 5,
      withStreams: true,
      chanceFor: (script) => chanceOf(script + 5),
    })
    expect(compared).toBe(1)
    expect(planes.size).toBeGreaterThan(2)
  })

  test.skipIf(!hasData)("on the authored disc: subtitles, and a pop-up menu in the film's own clip", async () => {
    const root = dataPath("authored-bd-menu/disc")
    const { planes, compared } = await compareScripts(root, {
      titles: 2,
      opened: 46,
      withStreams: true,
      chanceFor: (script) => chanceOf(script + 3),
    })
    expect(compared).toBe(1)
    expect(planes.size).toBeGreaterThan(2)
  })
})

describe.skipIf(rig === undefined)("what a script gives", () => {
  test("events by libbluray's names, items that are drawn, and states with all registers", async () => {
    const run = hdmvScriptRun(await openBluray(rig?.root ?? ""), new Warnings(), {})
    const lines = async (command: string) => {
      const told: Record<string, unknown>[] = []
      for await (const line of run.command(command)) told.push(line as Record<string, unknown>)
      return told
    }
    const opening = await lines("run 60")
    expect(opening.filter(({ type }) => type === "event").map(({ name }) => name)).toEqual(
      expect.arrayContaining(["TITLE", "PLAYLIST", "ANGLE", "PLAYITEM", "CHAPTER", "PLAYMARK", "MENU"]),
    )
    expect(opening.find(({ type }) => type === "highlight")).toMatchObject({ selected: 1, planeWidth: 1920 })
    expect(opening.at(-1)).toMatchObject({ type: "paused", units: 60, why: "units" })
    expect((await lines("until still_time")).at(-1)).toMatchObject({ why: "event" })
    expect(await lines("down")).toContainEqual({ type: "result", ok: true })
    const [state] = await lines("state")
    expect(state).toMatchObject({ title: 65535, playlist: 0, playItem: 0, page: 0, button: 2 })
    expect(state?.["psr"]).toHaveLength(128)
    await expect(lines("jump somewhere")).rejects.toMatchObject({ code: "bad-argument" })
    await run.close()
  })
})
