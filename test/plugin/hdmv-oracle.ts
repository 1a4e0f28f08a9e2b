import { expect } from "vitest"
import { type DiscError, Warnings } from "../../src/base/index.ts"
import { type BlurayDisc, readBlurayDisc } from "../../src/disc/bluray/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import { hdmvScriptRun } from "../../src/plugin/hdmv/script-run.ts"
import { openNode } from "../../src/source/node/index.ts"
import { runOracle } from "../support/oracles.ts"

type Line = Readonly<Record<string, unknown>>

/** What is compared at the end of each command. `ig` and `pg`: CRC-32 of a plane and the box of what can be seen; null: nothing. */
export type Stop = {
  readonly units: number
  readonly title: unknown
  readonly playlist: unknown
  readonly playItem: unknown
  readonly chapter: unknown
  readonly angle: unknown
  readonly page: unknown
  readonly button: unknown
  readonly ig: string | null
  readonly pg: string | null
}

const START: Stop = {
  units: 0,
  title: 65535,
  playlist: undefined,
  playItem: undefined,
  chapter: 1,
  angle: 1,
  page: 0,
  button: 65535,
  ig: null,
  pg: null,
}
const EVENTS: Readonly<Record<string, keyof Stop>> = { TITLE: "title", PLAYLIST: "playlist", PLAYITEM: "playItem", ANGLE: "angle" }

/** `command` of the script and what follows it. `sure`: the plane that the oracle told of last is the one it shows. */
export type Told = { readonly line: string; readonly stop: Stop; readonly sure: boolean; readonly isLost: boolean }

/** The oracle's stops under a script, one for each command; a command that it does not survive ends them. */
export function oracleStops(root: string, script: readonly string[]): readonly Told[] {
  const told: Told[] = []
  let stop = START
  let line = ""
  let sure = true
  let isLost = false
  for (const said of runOracle("bdnav", ["-l", "0x40", root, "-"], `${script.join("\n")}\n`)) {
    stop = { ...stop, units: Number(said["units"]) }
    if (said["type"] === "command" || said["type"] === "end") {
      if (!["", "state", "stop"].includes(line)) told.push({ line, stop, sure, isLost })
      line = String(said["line"])
    } else if (said["type"] === "state") {
      stop = { ...stop, chapter: said["chapter"] }
      const last = told.pop()
      if (last !== undefined) told.push({ ...last, stop: { ...last.stop, chapter: said["chapter"] } })
    } else if (said["type"] === "event") {
      const key = EVENTS[String(said["name"])]
      if (key !== undefined) stop = { ...stop, [key]: said["param"] }
      if (said["name"] === "ERROR") isLost = true
    } else if (said["type"] === "log") stop = registers(said, stop)
    else if (said["type"] === "overlay") {
      const plane = said["plane"] === "IG" ? "ig" : "pg"
      if (said["command"] === "flush" || said["command"] === "close") stop = { ...stop, [plane]: planeOf(said) }
      // A cleared subtitle comes as "hide"; a menu that was cleared without a flush is not the one that is seen.
      if (said["command"] === "hide" && plane === "pg") continue
      if (plane === "ig") sure = said["command"] === "flush" || said["command"] === "close"
    }
  }
  return told
}

function planeOf(said: Line): string | null {
  const box = said["box"] as number[] | undefined
  return box === undefined || box.length === 0 ? null : `${said["planeRgbaCrc32"]} ${box.join()}`
}

function registers(said: Line, stop: Stop): Stop {
  const [, register, value = ""] = /bd_psr_write\(\): PSR(10|11) .*-> 0x([0-9a-f]+)/.exec(String(said["text"])) ?? []
  if (register === undefined) return stop
  return { ...stop, [register === "10" ? "button" : "page"]: Number.parseInt(value, 16) }
}

export async function openBluray(path: string): Promise<BlurayDisc> {
  const warnings = new Warnings()
  const files = await openFileSystem(await openNode(path), warnings)
  return (await readBlurayDisc(files, warnings)).bluray
}

/** Our own stops under the same script. */
export async function ourStops(bluray: BlurayDisc, script: readonly string[]): Promise<readonly (Stop & { readonly line: string })[]> {
  const run = hdmvScriptRun(bluray, new Warnings(), {})
  const stops: (Stop & { line: string })[] = []
  try {
    for (const line of script) {
      if (line === "stop" || line === "state") continue
      try {
        for await (const _ of run.command(line));
      } catch (error) {
        // Buttons that run one another for ever: libbluray says so too, and nothing can be compared behind it.
        if ((error as DiscError).code !== "limit") throw error
        break
      }
      for await (const state of run.command("state")) stops.push({ line, ...stopOf(state as Line) })
    }
  } finally {
    await run.close()
  }
  return stops
}

function stopOf(state: Line): Stop {
  const planes = state["planeRgbaCrc32"] as Readonly<Record<string, string>>
  const boxes = state["box"] as Readonly<Record<string, number[]>>
  const plane = (name: string) => (planes[name] === undefined ? null : `${planes[name]} ${boxes[name]?.join()}`)
  const { units, title, playlist, playItem, chapter = 1, angle, page, button } = state as unknown as Stop
  return { units, title, playlist, playItem, chapter, angle, page, button, ig: plane("IG"), pg: plane("PG") }
}

/**
 * Whether libbluray's chapter may lie behind: a still's clip that is skipped before its end moves it to the next clip, but its position counts on from
 * where the skip was (`bd_read_skip_still` leaves `s_pos` as it is) until a jump in the film or another playlist. Ours is that of the picture.
 */
function countsLate(line: string, stop: Stop, before: Stop | undefined, wasLate: boolean): boolean {
  if (line === "still-skip" && before !== undefined && stop.playItem !== before.playItem) return true
  return wasLate && stop.playlist === before?.playlist
}

/** Runs a script in both; every command must leave them in the same place. @returns how many commands were compared, where they ended, and the planes that were seen */
export async function compareTrace(
  root: string,
  bluray: BlurayDisc,
  script: readonly string[],
): Promise<{ compared: number; planes: Set<string>; stops: readonly Stop[] }> {
  // `state` behind each command tells the oracle's chapter.
  const oracle = oracleStops(
    root,
    script.flatMap((line) => [line, "state"]),
  )
  const ours = await ourStops(bluray, script)
  const planes = new Set<string>()
  let compared = 0
  let isLate = false
  for (const [index, { line, stop, sure, isLost }] of oracle.entries()) {
    const mine = ours[index]
    if (isLost) break
    // A jump to a chapter that is not there moves nothing.
    const isJump = /^(part|time)/.test(line) && stop.chapter === mine?.chapter
    isLate = countsLate(line, stop, oracle[index - 1]?.stop, isLate && !isJump)
    const isBehind = isLate && mine !== undefined && Number(stop.chapter) < Number(mine.chapter)
    const chapter = isBehind ? mine.chapter : stop.chapter
    const ig = sure ? stop.ig : (mine?.ig ?? null)
    // A playlist's event comes before its play item's.
    const playItem = line.startsWith("until") ? mine?.playItem : stop.playItem
    expect({ index, ...mine }).toEqual({ index, line, ...stop, chapter, playItem, ig })
    for (const plane of [mine?.ig ?? null, mine?.pg ?? null]) if (plane !== null) planes.add(plane)
    compared++
  }
  return { compared, planes, stops: ours.slice(0, compared) }
}
