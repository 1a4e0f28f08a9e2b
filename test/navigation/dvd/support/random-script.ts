import type { LoadedDvd } from "./disc.ts"
import { ScriptRunner } from "./script-runner.ts"

/** Numbers from a seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

export type ScriptOptions = {
  readonly keys?: number
  /** Leave these words out. */
  readonly without?: readonly string[]
  /** Two letters. */
  readonly menuLanguage?: string
}

/** A script and the runner that has run it. */
type RandomRun = { readonly script: string; readonly runner: ScriptRunner }

/**
 * A script of random keys, each followed by some blocks and a `state`. It is made while a navigator runs it, so that it ends where the disc's
 * program does or leads nowhere, and keeps clear of what libdvdnav cannot do: jumps by title, part, sector and go-up out of a still leave it in the still.
 */
export function randomRun(disc: LoadedDvd, seed: number, { keys = 40, without = [], menuLanguage = "en" }: ScriptOptions = {}): RandomRun {
  const random = seededRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const runner = new ScriptRunner(disc)
  const lines = [`lang menu ${menuLanguage}`, `seed ${seed + 1}`, `run ${1 + below(200)}`, "state"]
  for (const line of lines) runner.command(line)
  const titles = disc.dvd.vmg.ttSrpt?.titles.length ?? 1
  for (let key = 0; key < keys && !runner.isIn("stopped") && runner.lost === null; key++) {
    const word = pick(WORDS.filter((each) => !without.includes(each) && (!runner.isIn("still") || !LEAVES_STILL.includes(each))))
    const command = word
      .replace("MENU", pick(["title", "root", "escape", "audio", "subpicture", "angle", "part"]))
      .replace("BUTTON", `${1 + below(4)}`)
      .replace("TITLE", `${1 + below(titles)}`)
      .replace("SMALL", `${1 + below(4)}`)
      .replace("SECTOR", `${below(1200)}`)
      .replace("POINT", `${below(720)} ${below(576)}`)
    const pause = pick(["run 1", `run ${1 + below(60)}`, `run ${1 + below(400)}`, "until still 2000", "until nav"])
    // A key into a program without end: libdvdnav would never come back from it.
    if (leadsIntoLoop(runner, command)) continue
    for (const line of [command, pause, "state"]) {
      if (line === "state" && runner.isIn("stopped")) break
      lines.push(line)
      runner.command(line)
    }
  }
  return { script: `${lines.join("\n")}\n`, runner }
}

/** The script alone, for running it again. */
export const randomScript = (disc: LoadedDvd, seed: number, options: ScriptOptions = {}): string => randomRun(disc, seed, options).script

function leadsIntoLoop(runner: ScriptRunner, command: string): boolean {
  if (!/^(menu|next)/.test(command)) return false
  const copy = runner.continued(runner.navigator.state)
  copy.command(command)
  return copy.warnings.includes("dvd-program-loops")
}

const WORDS = [
  ...["up", "down", "left", "right", "activate", "activate", "activate", "select BUTTON", "mouse POINT", "click POINT"],
  ...[
    "menu MENU",
    "title TITLE",
    "part SMALL",
    "part TITLE SMALL",
    "next",
    "prev",
    "top",
    "go-up",
    "still-skip",
    "sector SECTOR",
    "angle SMALL",
  ],
]
const LEAVES_STILL = ["title TITLE", "part SMALL", "part TITLE SMALL", "go-up", "sector SECTOR"]
