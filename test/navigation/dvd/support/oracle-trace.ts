import { spawnSync } from "node:child_process"
import { oraclePath } from "../../../support/oracles.ts"
import type { LoadedDvd } from "./disc.ts"
import { ScriptRunner, type TraceLine } from "./script-runner.ts"

/** libdvdnav's answer; `hangs`: it looped without end (see the oracles' README) and was stopped; `crashes`: it stopped itself (a failed assertion). */
export type OracleTrace = { readonly outcome: "done" | "hangs" | "crashes"; readonly lines: readonly TraceLine[] }

export function oracleTrace(disc: string, script: string, milliseconds = 10_000): OracleTrace {
  const path = oraclePath("dvdnavtrace")
  if (path === null) throw new Error("the oracle dvdnavtrace is not built")
  const result = spawnSync(path, [disc, "-"], {
    input: script,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: milliseconds,
    killSignal: "SIGKILL",
  })
  const lines = result.stdout
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as TraceLine)
  const isStuck = result.error !== undefined || lines.some((line) => line.type === "paused" && line.why === "loop")
  return { outcome: isStuck ? "hangs" : result.status === 0 ? "done" : "crashes", lines }
}

/** What both sides say of each kind of line. */
const COMPARED: Readonly<Record<string, readonly string[]>> = {
  cell: ["blocks", "crc32", "cell", "program"],
  nav: ["blocks", "crc32", "lbn", "vobId", "cellId", "vobuEnd"],
  still: ["blocks", "crc32", "seconds"],
  stop: ["blocks", "crc32"],
  paused: ["blocks", "crc32", "why"],
  state: [
    "blocks",
    "crc32",
    "domain",
    "title",
    "part",
    "pgcn",
    "pgn",
    "position",
    "length",
    "angle",
    "angles",
    "button",
    "audio",
    "subpicture",
    "prohibitedOps",
  ],
}

/** How a script compares: `cut`: the same up to a command that leads nowhere, where libdvdnav stops or aborts. */
export type Comparison = "same" | "cut" | "hangs" | "crashes" | `differs: ${string}`

/** `ignored`: facts that are not compared. */
export function compareScript(disc: LoadedDvd, script: string, ignored: readonly string[] = []): Comparison {
  const runner = new ScriptRunner(disc)
  runner.run(script)
  return compareRun(runner, script, ignored)
}

/** The same for a script that a runner has run. */
export function compareRun(runner: ScriptRunner, script: string, ignored: readonly string[] = []): Comparison {
  const own = runner.lines
  const oracle = oracleTrace(runner.disc.path, script)
  if (runner.lost !== null) {
    const before = own.slice(0, runner.lost).filter(isCompared)
    const difference = firstDifference(before, oracle.lines.filter(isCompared).slice(0, before.length), ignored)
    return difference === null ? "cut" : `differs: ${difference}`
  }
  if (oracle.outcome !== "done") return oracle.outcome
  const difference = firstDifference(own, oracle.lines, ignored)
  return difference === null ? "same" : `differs: ${difference}`
}

const isCompared = ({ type }: TraceLine): boolean => type in COMPARED

/** The first line in which the two differ, as text; null: they say the same. Facts that the oracle leaves out are not compared. */
export function firstDifference(own: readonly TraceLine[], oracle: readonly TraceLine[], ignored: readonly string[] = []): string | null {
  const [ours, theirs] = [own.filter(isCompared), oracle.filter(isCompared)]
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    const [a, b] = [ours[at], theirs[at]]
    if (a === undefined || b === undefined || a.type !== b.type)
      return `line ${at}: ${JSON.stringify(a)} but libdvdnav ${JSON.stringify(b)}`
    const facts = (COMPARED[a.type] ?? []).filter((key) => b[key] !== undefined && a[key] !== b[key] && !ignored.includes(key))
    if (facts.length > 0) {
      const pick = (line: TraceLine) => JSON.stringify(Object.fromEntries(facts.map((key) => [key, line[key] ?? null])))
      return `line ${at} (${a.type} at block ${a.blocks}): ${pick(a)} but libdvdnav ${pick(b)}`
    }
  }
  return null
}
