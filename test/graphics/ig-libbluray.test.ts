import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { decodeInteractiveGraphics, type InteractiveGraphics } from "../../src/graphics/ig/index.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import { chanceOf, encode } from "../navigation/hdmv/support.ts"
import { dataPath, hasData } from "../support/data.ts"
import { oraclePath, runOracle } from "../support/oracles.ts"
import { endSegment, paletteSegment } from "../support/sup.ts"
import {
  compositionSegments,
  displaySet,
  MADE_COLOURS,
  type MadeButton,
  type MadeEffect,
  type MadeMenu,
  type MadePage,
  type MadePictures,
  madeObject,
} from "./support/ig-author.ts"
import { writeMenuDisc } from "./support/menu-disc.ts"
import { MenuPlayer, type Stop } from "./support/menu-player.ts"

const rig = oraclePath("bdnav") === null ? [] : rigDiscs()
const folder = temporaryFolder("menu", afterAll)

type Line = Record<string, unknown>

/** What the oracle says at the end of each command of a script. */
type OracleStop = {
  readonly line: string
  readonly units: number
  readonly why: string | null
  readonly stop: Stop
  readonly isSure: boolean
}

function oracleRun(root: string, script: readonly string[]): { readonly stops: OracleStop[]; readonly sounds: number[] } {
  const lines = runOracle("bdnav", ["-l", "0x40", root, "-"], `${script.join("\n")}\n`)
  const stops: OracleStop[] = []
  let stop: Stop = { page: 0, button: 0xffff, plane: null }
  let isSure = true
  let why: string | null = null
  const sounds: number[] = []
  let command = ""
  const end = (units: unknown) => stops.push({ line: command, units: Number(units), why, stop, isSure })
  for (const line of lines) {
    if (line["type"] === "command" || line["type"] === "end") {
      if (command !== "") end(line["units"])
      command = String(line["line"])
      why = null
    } else if (line["type"] === "overlay" && line["plane"] === "IG") {
      if (line["command"] === "flush") {
        const [, , width] = line["box"] as number[]
        stop = { ...stop, plane: width === undefined ? null : String(line["planeRgbaCrc32"]) }
      }
      if (line["command"] === "close") stop = { ...stop, plane: null }
      // A plane that was cleared without a flush is not the one that is seen.
      isSure = line["command"] === "flush" || line["command"] === "close"
    } else if (line["type"] === "event" && line["name"] === "SOUND_EFFECT") sounds.push(Number(line["param"]))
    else if (line["type"] === "paused") why = String(line["why"])
    else if (line["type"] === "log") stop = registersOf(line, stop)
  }
  return { stops, sounds }
}

function registersOf(line: Line, stop: Stop): Stop {
  const [, register, value = ""] = /bd_psr_write\(\): PSR(10|11) .*-> 0x([0-9a-f]+)/.exec(String(line["text"])) ?? []
  if (register === undefined) return stop
  return register === "10" ? { ...stop, button: Number.parseInt(value, 16) } : { ...stop, page: Number.parseInt(value, 16) }
}

/** `opened`: units before the one that brings the menu. */
type MenuDisc = { readonly root: string; readonly graphics: InteractiveGraphics; readonly opened: number }

/** Runs the script in our menu; compares page, button and plane at the end of each command, and the sounds. */
function compare({ root, graphics, opened }: MenuDisc, script: readonly string[]): { planes: Set<string>; buttons: Set<string> } {
  const oracle = oracleRun(root, script)
  const planes = new Set<string>()
  const buttons = new Set<string>()
  let player: MenuPlayer | null = null
  let before = 0
  for (const [index, { line, units, why, stop, isSure }] of oracle.stops.entries()) {
    const [word = "", x = "0", y = "0"] = line.split(" ")
    if (player === null && word === "run" && opened < units) player = new MenuPlayer(graphics, opened)
    if (player !== null) {
      if (word === "run") {
        if (units > Math.max(before, player.units)) player.read(units)
        if (why === "still") player.read(units, false)
      } else press(player, word, Number(x), Number(y))
      const ours = player.stop()
      const expected = isSure ? stop : { ...stop, plane: ours.plane }
      expect({ index, line, ...ours }).toEqual({ index, line, ...expected })
      if (ours.plane !== null) planes.add(ours.plane)
      buttons.add(`${ours.page}/${ours.button}`)
    }
    before = units
  }
  expect(player, "the oracle shows the menu").not.toBeNull()
  expect(player?.sounds).toEqual(oracle.sounds)
  return { planes, buttons }
}

function press(player: MenuPlayer, word: string, x: number, y: number): void {
  if (word === "up" || word === "down" || word === "left" || word === "right") player.act({ type: "key", key: word })
  else if (word === "enter") player.act({ type: "key", key: "activate" })
  else if (word === "digit") player.act({ type: "number", value: x })
  else if (word === "popup") player.act({ type: "popup", shown: "toggle" })
  else if (word === "mouse") player.act({ type: "point", x, y })
  else if (word === "click") {
    player.act({ type: "point", x, y })
    player.act({ type: "key", key: "activate-pointed" })
  }
}

function decode(segments: readonly Uint8Array[]): InteractiveGraphics {
  const [graphics] = decodeInteractiveGraphics(
    segments.map((data) => ({ data, pts: 0 })),
    new Warnings({ strict: true }),
  )
  if (graphics === undefined) throw new Error("no display set")
  return graphics
}

const setSystem = (set: number, first: number, second = 0, count = 2, immediate = 3): Uint8Array =>
  encode({ count, group: 2, sub: 1, set, immediate, first, second })
const commands = {
  page: (page: number, button: number | null, skipOut: boolean) =>
    setSystem(3, button === null ? 0 : 0x8000_0000 + button, 0x8000_0000 + (skipOut ? 0x4000_0000 : 0) + page),
  button: (button: number) => setSystem(3, 0x8000_0000 + button, 0),
  enable: (button: number) => setSystem(4, button, 0, 1, 2),
  disable: (button: number) => setSystem(5, button, 0, 1, 2),
  popupOff: setSystem(7, 0, 0, 0, 0),
}

const CELL = { width: 60, height: 40 }
const COUNT = Number(process.env["COUNT"] ?? 12)
const PAGES = 3
const GROUPS = 5

/** A menu of all that there is, in random order: groups of several buttons, animations, effects, programs that change buttons and pages. */
function randomMenu(chance: (below: number) => number, popup: boolean): { menu: MadeMenu; objects: number[] } {
  const objects = Array.from({ length: 30 }, (_, id) => id)
  const pictures = (): MadePictures | undefined => {
    const start = chance(26)
    const kind = chance(6)
    return kind === 0 ? undefined : kind < 3 ? start : [start, start + chance(5), chance(2) === 0]
  }
  const effects = (): MadeEffect[] =>
    Array.from({ length: chance(2) === 0 ? 0 : 1 + chance(3) }, () => ({
      ticks: 200 + chance(1500),
      palette: chance(2),
      uses: Array.from({ length: chance(3) }, (_, at) => ({
        object: chance(30),
        x: 100 + at * 200,
        y: chance(900),
        ...(chance(2) === 0 ? { crop: [chance(20), chance(10), 1 + chance(20), 1 + chance(14)] as const } : {}),
      })),
    }))
  const anyButton = () => 1 + chance(GROUPS * 3)
  const program = (): Uint8Array[] =>
    Array.from({ length: 1 + chance(3) }, () => {
      const kind = chance(7)
      if (kind === 0) return commands.page(chance(PAGES + 1), chance(2) === 0 ? null : anyButton(), chance(2) === 0)
      if (kind === 1) return commands.button(anyButton())
      if (kind === 2 && popup) return commands.popupOff
      return kind < 5 ? commands.enable(anyButton()) : commands.disable(anyButton())
    })
  const button = (id: number, group: number): MadeButton => ({
    id,
    x: 100 + (group % 3) * CELL.width,
    y: 100 + Math.floor(group / 3) * CELL.height,
    numeric: chance(8),
    auto: chance(5) === 0,
    up: anyButton(),
    down: anyButton(),
    left: anyButton(),
    right: anyButton(),
    ...Object.fromEntries(["normal", "selected", "activated"].map((look) => [look, pictures()])),
    ...(chance(2) === 0 ? { selectedSound: chance(5) } : {}),
    ...(chance(2) === 0 ? { activatedSound: 5 + chance(5) } : {}),
    commands: program(),
  })
  const page = (id: number): MadePage => ({
    id,
    entering: effects(),
    leaving: effects(),
    rate: chance(3),
    selected: chance(3) === 0 ? 0xffff : 1 + chance(GROUPS) * 3,
    palette: chance(2),
    groups: Array.from({ length: GROUPS }, (_, group) => ({
      ...(chance(4) === 0 ? { valid: null } : {}),
      buttons: Array.from({ length: 3 }, (__, at) => button(group * 3 + at + 1, group)),
    })),
  })
  return { menu: { popup, frameRate: 1 + chance(4), userTimeOut: chance(2) === 0 ? 0 : 5000, pages: [0, 1, 2].map(page) }, objects }
}

function randomScript(chance: (below: number) => number, popup: boolean, presses: number): string[] {
  const keys = ["up", "down", "left", "right", "enter", "enter", "digit", "mouse", "click", ...(popup ? ["popup"] : [])]
  const script = ["play", "run 20", ...(popup ? ["popup"] : [])]
  for (let press = 0; press < presses; press++) {
    const key = keys[chance(keys.length)] ?? "up"
    const place = ` ${100 + chance(3 * CELL.width)} ${100 + chance(2 * CELL.height)}`
    script.push(key === "digit" ? `digit ${chance(8)}` : key === "mouse" || key === "click" ? key + place : key)
    if (chance(4) > 0) script.push(`run ${1 + chance(16)}`)
  }
  return [...script, "stop"]
}

describe.skipIf(rig.length === 0)("menus as libbluray shows them", () => {
  test.each(Array.from({ length: COUNT }, (_, seed) => [seed + 1, seed % 3 === 2] as const))(
    "random menu %i (pop-up: %s)",
    (seed, popup) => {
      const chance = chanceOf(seed * 7919)
      const { menu, objects } = randomMenu(chance, popup)
      const segments = displaySet(menu, objects, { palettes: [0, 1] })
      const root = join(folder, `random-${seed}`)
      const opened = writeMenuDisc(rig[0]?.root ?? "", root, segments)
      const disc = { root, graphics: decode(segments), opened }
      const seen = Array.from({ length: 3 }, () => compare(disc, randomScript(chance, popup, 40)))
      expect(new Set(seen.flatMap(({ planes }) => [...planes])).size).toBeGreaterThan(1)
    },
  )
})

export {
  commands,
  compositionSegments,
  dataPath,
  endSegment,
  existsSync,
  hasData,
  MADE_COLOURS,
  madeObject,
  paletteSegment,
  readdirSync,
  readFileSync,
}
