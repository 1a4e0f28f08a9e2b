import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { hdmvScriptRun } from "../../src/plugin/hdmv/script-run.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import type { MadeButton, MadeMenu } from "../graphics/support/ig-author.ts"
import { randomMenu } from "../graphics/support/random-menu.ts"
import { asm, chanceOf, type MadeObject } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath } from "../support/oracles.ts"
import { sampleBluray } from "../support/samples.ts"
import { type MadeDisc, writeDisc } from "./hdmv-disc.ts"
import { compareTrace, openBluray, oracleStops, type Stop } from "./hdmv-oracle.ts"

vi.setConfig({ testTimeout: 120_000 * Math.max(1, Number(process.env["OPENTRAY_SCRIPTS"] ?? 1)) })

const isHere = oraclePath("bdnav") !== null
const [rig] = isHere ? rigDiscs() : []
const folder = temporaryFolder("hdmv-trace", afterAll)
/** More for a long look: OPENTRAY_SCRIPTS=30 gives 300 scripts over ten made discs, and as many for each other disc. */
const SCRIPTS = Number(process.env["OPENTRAY_SCRIPTS"] ?? 1)
type Chance = (below: number) => number

/** 40 keys, with reads between most of them. `opened`: units until the first menu is there. */
function randomScript(chance: Chance, { titles, opened }: { titles: number; opened: number }): string[] {
  const KEYS = [
    "up",
    "down",
    "left",
    "right",
    "enter",
    "enter",
    "popup",
    "digit",
    "mouse",
    "click",
    "menu root",
    "part",
    "time",
    "title",
    "subtitle",
    "still-skip",
  ]
  const script = ["play", `run ${opened}`]
  for (let press = 0; press < 40; press++) {
    const key = KEYS[chance(KEYS.length)] ?? "up"
    if (key === "digit") script.push(`digit ${chance(8)}`)
    else if (key === "mouse" || key === "click") script.push(`${key} ${100 + chance(1100)} ${100 + chance(700)}`)
    else if (key === "part") script.push(`part ${1 + chance(4)}`)
    else if (key === "time") script.push(`time ${chance(12) * 90_000}`)
    else if (key === "title") script.push(`title ${chance(titles + 1)}`)
    else if (key === "subtitle") script.push(`subtitle ${chance(3)}`)
    else script.push(key)
    const isJump = /^(menu|part|time|title)/.test(key)
    if (isJump || chance(5) > 0) script.push(`run ${1 + chance(60)}`)
  }
  return [...script, "stop"]
}

const FILM_COMMANDS = [
  asm.jumpTitle(1),
  asm.jumpTitle(2),
  asm.jumpTitle(0),
  asm.terminate,
  asm.linkMark(0),
  asm.resume,
  asm.add(7, 3),
  asm.movePsr(8, 10),
]

/** The rig's clips under a program, stills and a menu of chance. */
function randomDisc(chance: Chance, popup: boolean): MadeDisc {
  const { menu } = randomMenu(chance, popup)
  const leading = (button: MadeButton): MadeButton =>
    chance(3) > 0
      ? button
      : { ...button, commands: [...(button.commands ?? []).slice(0, chance(2)), FILM_COMMANDS[chance(FILM_COMMANDS.length)] ?? asm.nop] }
  const pages = menu.pages.map((page) => ({
    ...page,
    groups: page.groups.map((group) => ({ ...group, buttons: group.buttons.map(leading) })),
  }))
  const film = (playlist: number) => [asm.play(playlist), asm.playItem(2, 1), asm.playMark(1, chance(3))][chance(3)] ?? asm.nop
  const objects: MadeObject[] = [
    { commands: [asm.add(1, 1), asm.play(0), asm.jumpTitle(chance(3))] },
    { flags: chance(2) === 0 ? 0x8000 : 0, commands: [asm.move(2, 5), film(1), asm.jumpTitle(0)] },
    { flags: chance(4) === 0 ? 0xc000 : 0x8000, commands: [film(2), asm.add(3, 2), film(1), asm.jumpTitle(0)] },
  ]
  const still = () => [null, null, "key" as const, 2][chance(4)] ?? null
  const made: MadeMenu = { ...menu, pages }
  return { menu: made, objects, playlists: { 0: { still: [chance(3) === 0 ? null : "key"] }, 2: { still: [still(), still()] } } }
}

describe.skipIf(rig === undefined)("a script is answered as by libbluray", () => {
  test.each(Array.from({ length: 10 }, (_, disc) => [disc, disc % 3 === 2] as const))(
    "on made disc %i (pop-up: %s)",
    async (disc, popup) => {
      const chance = chanceOf(disc * 7907 + 3)
      const root = writeDisc(rig?.root ?? "", join(folder, `made-${disc}`), randomDisc(chance, popup))
      const bluray = await openBluray(root)
      for (let script = 0; script < SCRIPTS; script++) {
        const { compared } = await compareTrace(root, bluray, randomScript(chance, { titles: 2, opened: 40 }))
        expect(compared).toBeGreaterThan(0)
      }
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

  test("a still that is skipped before it stands: the next clip, of which we know the chapter, and libbluray not before a jump", async () => {
    const objects = [{ commands: [asm.play(2)] }]
    const root = writeDisc(rig?.root ?? "", join(folder, "skipped"), { objects, playlists: { 2: { still: [2, null] } } })
    const bluray = await openBluray(root)
    const script = ["play", "run 20", "still-skip", "run 3", "part 1", "run 3", "stop"]
    const { stops } = await compareTrace(root, bluray, script)
    const places = (told: readonly Stop[]) => told.slice(1, 5).map(({ playItem, chapter }) => [playItem, chapter])
    const skipped = (chapter: number) => [
      [0, 1],
      [1, chapter],
      [1, chapter],
      [0, 1],
    ]
    expect(places(stops)).toEqual(skipped(2))
    const oracle = oracleStops(
      root,
      script.flatMap((line) => [line, "state"]),
    )
    expect(places(oracle.map(({ stop }) => stop))).toEqual(skipped(1))
  })

  test("on the rig's disc", async () => {
    const root = rig?.root ?? ""
    const bluray = await openBluray(root)
    for (let script = 0; script < SCRIPTS; script++) {
      const { compared, planes } = await compareTrace(root, bluray, randomScript(chanceOf(script + 77), { titles: 2, opened: 60 }))
      expect(compared).toBeGreaterThan(60)
      expect(planes.size).toBeGreaterThan(2)
    }
  })
})

describe.skipIf(!isHere)("a script on whole discs is answered as by libbluray", () => {
  test("on the sample: pages, animations, effects, angles, subtitles, a seamless branch", async () => {
    const bluray = await openBluray(sampleBluray)
    for (let script = 0; script < SCRIPTS; script++) {
      const { compared, planes } = await compareTrace(sampleBluray, bluray, randomScript(chanceOf(script + 5), { titles: 6, opened: 5 }))
      expect(compared).toBeGreaterThan(60)
      expect(planes.size).toBeGreaterThan(2)
    }
  })

  test.skipIf(!hasData)("on the authored disc: subtitles, and a pop-up menu in the film's own clip", async () => {
    const root = dataPath("authored-bd-menu/disc")
    const bluray = await openBluray(root)
    for (let script = 0; script < SCRIPTS; script++) {
      const keys = randomScript(chanceOf(script + 3), { titles: 2, opened: 46 })
      const { compared, planes } = await compareTrace(root, bluray, keys)
      expect(compared).toBeGreaterThan(60)
      expect(planes.size).toBeGreaterThan(2)
    }
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
