import { deepStrictEqual } from "node:assert"
import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { type DiscError, Warnings } from "../../src/base/index.ts"
import { type BlurayDisc, readBlurayDisc } from "../../src/disc/bluray/index.ts"
import { type FileSystem, openFileSystem } from "../../src/filesystem/index.ts"
import { hdmvScriptRun } from "../../src/plugin/hdmv/script-run.ts"
import { openNode } from "../../src/source/node/index.ts"
import { oraclePath } from "../support/oracles.ts"
import { OracleRegisters } from "./oracle-registers.ts"

type Line = Readonly<Record<string, unknown>>

/** What is compared at the end of each command. `ig` and `pg`: CRC-32 of a plane and the box of what can be seen; null: nothing. */
export type Stop = {
  readonly units: number
  readonly title: number
  readonly playlist: number
  readonly playItem: number
  readonly chapter: unknown
  /** The play mark that was reached last in this playlist; null: none. */
  readonly mark: unknown
  readonly angle: number
  readonly page: number
  readonly button: number
  /** Player registers by number. */
  readonly psr: readonly number[]
  /** General registers that are not 0. */
  readonly gpr: readonly (readonly [register: number, value: number])[]
  readonly ig: string | null
  readonly pg: string | null
}

const PLACES = { angle: 3, title: 4, playlist: 6, playItem: 7, button: 10, page: 11 } as const

const placesOf = (psr: readonly number[]): Pick<Stop, keyof typeof PLACES> =>
  Object.fromEntries(Object.entries(PLACES).map(([name, register]) => [name, psr[register]])) as Pick<Stop, keyof typeof PLACES>

/** libbluray's log of its player registers and of the HDMV machine's instructions. */
const LOG_MASK = "0x1040"

/** `command` of the script and what follows it. `sure`: the plane that the oracle told of last is the one it shows. */
export type Told = { readonly line: string; readonly stop: Stop; readonly sure: boolean; readonly isLost: boolean }

/** The oracle's stops under a script, one for each command; a command that it does not survive ends them. */
export async function oracleStops(root: string, script: readonly string[]): Promise<readonly Told[]> {
  const told: Told[] = []
  const registers = new OracleRegisters()
  const seen: { chapter: unknown; mark: unknown; ig: string | null; pg: string | null } = { chapter: 1, mark: null, ig: null, pg: null }
  let line = ""
  let sure = true
  let isLost = false
  let units = 0
  for (const said of await oracleLines(root, script)) {
    // `state` follows each command and tells its chapter.
    if (said["type"] === "state") {
      seen.chapter = said["chapter"]
      const last = told.pop()
      if (last !== undefined) told.push({ ...last, stop: { ...last.stop, chapter: said["chapter"] } })
    } else if (said["type"] === "command" || said["type"] === "end") {
      units = Number(said["units"])
      const { psr, gpr } = registers
      if (!["", "state", "stop"].includes(line)) {
        told.push({ line, stop: { units, ...placesOf(psr), ...seen, psr: [...psr], gpr }, sure, isLost })
      }
      line = String(said["line"])
    } else if (said["type"] === "event") {
      if (said["name"] === "READ_ERROR") throw new Error(`libbluray cannot read ${root} behind "${line}"`)
      if (said["name"] === "ERROR") isLost = true
    } else if (said["type"] === "log") {
      registers.take(String(said["text"]))
      takeMark(String(said["text"]), seen)
    } else if (said["type"] === "overlay") {
      const plane = said["plane"] === "IG" ? "ig" : "pg"
      if (said["command"] === "flush" || said["command"] === "close") seen[plane] = planeOf(said)
      // A cleared subtitle comes as "hide"; a menu that was cleared without a flush is not the one that is seen.
      if (said["command"] === "hide" && plane === "pg") continue
      if (plane === "ig") sure = said["command"] === "flush" || said["command"] === "close"
    }
  }
  return told
}

function takeMark(text: string, seen: { mark: unknown }): void {
  const [, mark] = /: PlayMark (\d+) reached/.exec(text) ?? []
  if (mark !== undefined) seen.mark = Number(mark)
  else if (/: Title \d+\.mpls selected/.test(text)) seen.mark = null
}

async function oracleLines(root: string, script: readonly string[]): Promise<Line[]> {
  const path = oraclePath("bdnav")
  if (path === null) throw new Error("the oracle bdnav is not built")
  const oracle = spawn(path, ["-l", LOG_MASK, root, "-"], { stdio: ["pipe", "pipe", "ignore"] })
  oracle.stdin.end(`${script.join("\n")}\n`)
  const said = await text(oracle.stdout)
  return said
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line)
}

function planeOf(said: Line): string | null {
  const box = said["box"] as number[] | undefined
  return box === undefined || box.length === 0 ? null : `${said["planeRgbaCrc32"]} ${box.join()}`
}

const open: FileSystem[] = []

/** Closes what `openBluray` has opened. */
export const closeBlurays = () => Promise.all(open.splice(0).map((files) => files.close()))

export async function openBluray(path: string): Promise<BlurayDisc> {
  const warnings = new Warnings()
  const files = await openFileSystem(await openNode(path), warnings)
  open.push(files)
  return (await readBlurayDisc(files, warnings)).bluray
}

/** The oracle's country is "us" in small letters; ours are capitals, as ISO 3166 has them. */
const ORACLE_SETTINGS = `set 19 ${0x7573}`

/** Our own stops under the same script. */
export async function ourStops(bluray: BlurayDisc, script: readonly string[]): Promise<readonly (Stop & { readonly line: string })[]> {
  const run = hdmvScriptRun(bluray, new Warnings(), { packets: false })
  const stops: (Stop & { line: string })[] = []
  const act = async (line: string) => {
    for await (const _ of run.command(line));
  }
  try {
    await act(ORACLE_SETTINGS)
    for (const line of script) {
      if (line === "stop" || line === "state") continue
      try {
        await act(line)
      } catch (error) {
        // Buttons that run one another for ever: libbluray says so too, and nothing can be compared behind it.
        if ((error as DiscError).code !== "limit") throw error
        break
      }
      for await (const state of run.command("state")) stops.push({ line, ...stopOf(state) })
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
  const { units, title, chapter = 1, mark = null, psr, gpr } = state as unknown as Stop
  return { units, ...placesOf(psr), title, chapter, mark, psr, gpr, ig: plane("IG"), pg: plane("PG") }
}

/** With the registers' numbers, for a difference that can be read. */
const readable = <T extends Partial<Stop>>(stop: T) => ({ ...stop, psr: stop.psr?.map((value, register) => `PSR ${register}: ${value}`) })

/** Runs a script in both; every command must leave them in the same place. @returns how many commands were compared, where they ended, and the planes that were seen */
export async function compareTrace(
  root: string,
  bluray: BlurayDisc,
  script: readonly string[],
): Promise<{ compared: number; planes: Set<string>; stops: readonly Stop[] }> {
  const [oracle, ours] = await Promise.all([
    oracleStops(
      root,
      script.flatMap((line) => [line, "state"]),
    ),
    ourStops(bluray, script),
  ])
  const planes = new Set<string>()
  let compared = 0
  for (const [index, { line, stop, sure, isLost }] of oracle.entries()) {
    const mine = ours[index]
    if (isLost) break
    const ig = sure ? stop.ig : (mine?.ig ?? null)
    // A viewer's jump is told with the key and done before the next unit; libbluray saves the place that is left with the key.
    const psr = /^(menu root|title)/.test(line) ? (mine?.psr ?? []) : stop.psr
    deepStrictEqual(readable({ index, line: "", ...mine }), readable({ index, line, ...stop, psr, ig }))
    for (const plane of [mine?.ig ?? null, mine?.pg ?? null]) if (plane !== null) planes.add(plane)
    compared++
  }
  return { compared, planes, stops: ours.slice(0, compared) }
}
