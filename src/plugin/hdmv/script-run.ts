import { DiscError, ticks, type Warnings } from "../../base/index.ts"
import type { BlurayDisc, UserOperation } from "../../disc/bluray/index.ts"
import type { MenuAction } from "../../graphics/ig/index.ts"
import { DEFAULT_PREFERENCES, isSetting, PSR } from "../../navigation/hdmv/index.ts"
import type { ScriptLine, ScriptOptions, ScriptRun } from "../script.ts"
import { MOVES } from "./allowed.ts"
import { HdmvScript } from "./script.ts"

/** `until` without a limit. */
const UNTIL_UNITS = 100_000
/** Reads without a unit: a program that needs more plays nothing. */
const MAX_IDLE_READS = 1000
const LANGUAGES: Readonly<Record<string, number>> = { audio: PSR.audioLanguage, pg: PSR.subtitleLanguage, menu: PSR.menuLanguage }

/** A Blu-ray's program under a script, with the units of the disc. */
export function hdmvScriptRun(bluray: BlurayDisc, warnings: Warnings, options: ScriptOptions): ScriptRun {
  const abort = new AbortController()
  const isUhd = (bluray.index?.versionNumber ?? "") >= "0300"
  const script = new HdmvScript({
    bluray,
    // As libbluray is set.
    preferences: { ...DEFAULT_PREFERENCES, region: "B", profile: isUhd ? "uhd" : "2d" },
    warnings,
    obeyProhibitions: options.obeyProhibitions ?? false,
    // The default of a script's options is what libbluray and libdvdnav begin with, each in its way.
    seed: (options.seed ?? 1) === 1 ? null : (options.seed ?? null),
    signal: abort.signal,
  })
  const close = async () => {
    abort.abort()
    await script.close()
  }
  return { command: (line) => command(script, line, options.packets ?? true), close }
}

async function* command(script: HdmvScript, line: string, withItems: boolean): AsyncGenerator<ScriptLine> {
  const [word = "", ...rest] = line.trim().split(/\s+/)
  switch (word) {
    case "run":
      return yield* run(script, whole(line, rest[0] ?? "1"), null, withItems)
    case "until":
      return yield* run(script, whole(line, rest[1] ?? String(UNTIL_UNITS)), (rest[0] ?? "").toUpperCase(), withItems)
    case "state":
      yield script.state()
      return
    default: {
      const ok = await control(script, line, word, rest)
      yield* drawn(script, withItems)
      yield { type: "result", ok }
      for (const event of script.takeEvents()) yield { type: "event", ...script.counted(), ...event }
    }
  }
}

async function* run(script: HdmvScript, count: number, wanted: string | null, withItems: boolean): AsyncGenerator<ScriptLine> {
  const end = script.units + count
  let why = "units"
  for (let idle = 0; why === "units" && script.units < end; idle++) {
    const step = await script.read()
    if (step?.isUnit) idle = 0
    yield* drawn(script, withItems)
    if (step?.event) yield { type: "event", ...script.counted(), ...step.event }
    if (step === null) why = "error"
    else if (step.event?.name === wanted && wanted !== null) why = "event"
    else if (step.event?.name === "STILL_TIME") why = "still"
    else if (idle > MAX_IDLE_READS) why = "end"
  }
  yield { type: "paused", ...script.counted(), why }
}

function* drawn(script: HdmvScript, withItems: boolean): Generator<ScriptLine> {
  const items = script.takeItems()
  if (withItems) yield* items
}

/** A command that is answered at once. @returns whether it did something */
async function control(script: HdmvScript, line: string, word: string, rest: readonly string[]): Promise<boolean> {
  const number = (index = 0) => whole(line, rest[index] ?? "")
  const key = menuKey(word, number)
  if (key !== null) return script.key(...key)
  switch (word) {
    case "click":
      return script.click(number(), number(1))
    // libbluray's menus have their own random numbers.
    case "seed":
      number()
      return true
    case "red":
    case "green":
    case "yellow":
    case "blue":
      return false
    case "menu":
      if (rest[0] === "popup") return script.key({ type: "popup", shown: "toggle" }, "popUpOn")
      return script.jump({ do: "menu" })
    case "play":
      script.play()
      return true
    case "title":
      return script.jump(number() === 0 ? { do: "menu" } : { do: "title", title: number() })
    case "playlist":
      return script.openPlaylist(number())
    case "part":
      return script.seek({ chapter: number() })
    case "time":
      return script.seek({ time45k: Math.floor(ticks(number()) / 2) })
    case "angle":
      return script.chooseAngle(number())
    case "audio":
      return script.choose({ audio: number() })
    case "subtitle":
      return script.choose({ pg: number(), pgShown: number() !== 0 })
    case "still-skip":
      return script.skipStill()
    case "set":
    case "lang":
      return setting(script, line, word, rest)
    default:
      throw noCommand(line)
  }
}

function menuKey(word: string, number: (index?: number) => number): [MenuAction, UserOperation] | null {
  switch (word) {
    case "up":
    case "down":
    case "left":
    case "right":
      return [{ type: "key", key: word }, MOVES[word]]
    case "enter":
    case "activate":
      return [{ type: "key", key: "activate" }, "activateButton"]
    case "popup":
      return [{ type: "popup", shown: "toggle" }, "popUpOn"]
    case "digit":
      return [{ type: "number", value: number() % 10 }, "selectAndActivateButton"]
    case "mouse":
      return [{ type: "point", x: number(), y: number(1) }, "selectButton"]
    default:
      return null
  }
}

/** `set REGISTER VALUE` and `lang audio|pg|menu xxx`. */
function setting(script: HdmvScript, line: string, word: string, [first = "", second = ""]: readonly string[]): boolean {
  const register = word === "lang" ? (LANGUAGES[first] ?? -1) : whole(line, first)
  if (!isSetting(register) || (word === "lang" && !/^[a-z]{3}$/.test(second))) throw noCommand(line)
  const letters = [...second].reduce((value, letter) => value * 256 + letter.charCodeAt(0), 0)
  script.set(register, word === "lang" ? letters : whole(line, second))
  return true
}

const noCommand = (line: string): DiscError => new DiscError("bad-argument", `"${line}" is no command of a Blu-ray's trace`)

function whole(line: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new DiscError("bad-argument", `"${line}": a whole number is missing`)
  return Number(text)
}
