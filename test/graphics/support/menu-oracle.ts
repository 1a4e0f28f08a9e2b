import { expect } from "vitest"
import type { InteractiveGraphics } from "../../../src/graphics/ig/index.ts"
import { runOracle } from "../../support/oracles.ts"
import { MenuPlayer, type Stop } from "./menu-player.ts"

type Line = Record<string, unknown>

/** What the oracle says at the end of each command of a script. */
type OracleStop = {
  readonly line: string
  readonly units: number
  readonly why: string | null
  readonly stop: Stop
  readonly isSure: boolean
}

/** `sounds`, and `starts`: units at which each playlist began. */
type OracleRun = { readonly stops: OracleStop[]; readonly sounds: number[]; readonly starts: ReadonlyMap<number, number> }

function oracleRun(root: string, script: readonly string[]): OracleRun {
  const lines = runOracle("bdnav", ["-l", "0x40", root, "-"], `${script.join("\n")}\n`)
  const stops: OracleStop[] = []
  let stop: Stop = { page: 0, button: 0xffff, plane: null }
  let isSure = true
  let why: string | null = null
  const sounds: number[] = []
  const starts = new Map<number, number>()
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
    else if (line["type"] === "event" && line["name"] === "PLAYLIST") starts.set(Number(line["param"]), Number(line["units"]))
    else if (line["type"] === "paused") why = String(line["why"])
    else if (line["type"] === "log") stop = registersOf(line, stop)
  }
  return { stops, sounds, starts }
}

function registersOf(line: Line, stop: Stop): Stop {
  const [, register, value = ""] = /bd_psr_write\(\): PSR(10|11) .*-> 0x([0-9a-f]+)/.exec(String(line["text"])) ?? []
  if (register === undefined) return stop
  return register === "10" ? { ...stop, button: Number.parseInt(value, 16) } : { ...stop, page: Number.parseInt(value, 16) }
}

/** `opened`: units before the one that brings the menu. */
export type MenuDisc = {
  readonly root: string
  readonly graphics: InteractiveGraphics
  readonly opened: number
  /** The playlist that has the menu, 0 if nothing is said: units are counted from its start. */
  readonly playlist?: number
  /** PSR 10 then. */
  readonly selectedButtonId?: number
}

/** Runs the script in our menu; compares page, button and plane at the end of each command, and the sounds. */
export function compareMenu(
  { root, graphics, opened, playlist = 0, selectedButtonId }: MenuDisc,
  script: readonly string[],
): { planes: Set<string>; buttons: Set<string> } {
  const oracle = oracleRun(root, script)
  const planes = new Set<string>()
  const buttons = new Set<string>()
  let player: MenuPlayer | null = null
  let before = 0
  const start = (oracle.starts.get(playlist) ?? Number.POSITIVE_INFINITY) + opened
  for (const [index, { line, units, why, stop, isSure }] of oracle.stops.entries()) {
    const [word = "", x = "0", y = "0"] = line.split(" ")
    if (player === null && word === "run" && start < units) player = new MenuPlayer(graphics, start, selectedButtonId)
    if (player !== null) {
      if (word === "run") {
        if (units > Math.max(before, player.units)) player.read(units)
        if (why === "still" || why === "error") player.read(units, false)
      } else press(player, word, Number(x), Number(y))
      if (player.isEndless) {
        // libbluray gives up, and so does the comparison.
        expect(why).toBe("error")
        return { planes, buttons }
      }
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
