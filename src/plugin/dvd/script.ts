import { crc32, DiscError, hex32, type Ticks, ticks, type Warnings } from "../../base/index.ts"
import { type DvdDisc, MENU_TYPES, type MenuType } from "../../disc/dvd/index.ts"
import {
  type BlockAddress,
  buttonNumber,
  type DvdDomain,
  type DvdEnvironment,
  type DvdNavigator,
  type DvdPreferences,
  type KeyResult,
  type NavigatorEvent,
  readGprm,
  readSprm,
  SPRM,
} from "../../navigation/dvd/index.ts"
import type { ScriptLine } from "../script.ts"
import { FIRST_FEED_TIME } from "../stretch.ts"
import { DvdPlayback } from "./playback.ts"

const DOMAINS: Readonly<Record<DvdDomain, string>> = { "first-play": "FP", vmgm: "VMGM", vtsm: "VTSM", title: "VTS" }
/** One block at 1,600 microseconds: the clock of the program's timers and counters. */
const TICKS_PER_BLOCK = 144
const MENUS: Readonly<Record<string, MenuType>> = {
  title: "title",
  root: "root",
  subpicture: "subpicture",
  audio: "audio",
  angle: "angle",
  part: "chapter",
}
/** `until` without a limit. */
const UNTIL_BLOCKS = 100_000
/** Steps without a block: a program that needs more plays nothing. */
const MAX_IDLE_STEPS = 10_000
const SPRM_COUNT = 24
const GPRM_COUNT = 16

/** Random numbers from a seed: state = state x 6364136223846793005 + 1442695040888963407 modulo 2^64, of which the upper 31 bits are used. */
export class ScriptRandom {
  state: bigint

  constructor(seed: bigint) {
    this.state = seed
  }

  /** From 0 to less than 1. */
  next(): number {
    this.state = BigInt.asUintN(64, this.state * 6364136223846793005n + 1442695040888963407n)
    return Number(this.state >> 33n) / 2 ** 31
  }
}

/** Where a script stands between two commands, beside the disc's program: plain values. */
export type ScriptPosition = {
  readonly started: boolean
  /** Blocks read, and the CRC of all of them. */
  readonly blocks: number
  readonly crc: number
  /** The next still is left out. */
  readonly skipStill: boolean
  /** A cell that has begun and was not told yet. */
  readonly cell: { readonly cell: number; readonly program: number } | null
}

export type DvdScriptOptions = {
  readonly preferences: DvdPreferences
  readonly warnings: Warnings
  readonly seed: number
  readonly obeyProhibitions: boolean
  readonly packets: boolean
  readonly emit: (line: ScriptLine) => void
}

/** Commands ask for blocks one by one; null: it cannot be read. */
type Blocks<T> = Generator<BlockAddress, T, Uint8Array | null>

/**
 * Drives a disc's program by the commands of a script, one step at a time: no read-ahead, and what was read last is on the screen. What
 * libdvdnav does in its own way and a viewer would not notice is done here, not in the navigator: `still-skip` outside of a still counts for
 * the next one; `menu escape` is resume or root.
 */
export class DvdScript {
  readonly playback: DvdPlayback
  readonly random: ScriptRandom
  position: ScriptPosition = { started: false, blocks: 0, crc: 0, skipStill: false, cell: null }
  readonly #emit: DvdScriptOptions["emit"]
  readonly #environment: DvdEnvironment
  /** Events without a line of their own, which only an `until` asks for; in libdvdnav's order. */
  #pending: string[] = []
  #toldVobs = ""
  #toldButton = 0

  constructor(dvd: DvdDisc, { preferences, warnings, seed, obeyProhibitions, packets, emit }: DvdScriptOptions) {
    this.random = new ScriptRandom(BigInt(seed))
    this.#emit = emit
    this.#environment = { now: () => ticks(this.position.blocks * TICKS_PER_BLOCK), random: () => this.random.next() }
    const { now, random } = this.#environment
    const program = { preferences, random, now, obeyProhibitions }
    this.playback = new DvdPlayback(dvd, { ...program, from: FIRST_FEED_TIME, everything: false, packets, warnings })
  }

  get navigator(): DvdNavigator {
    return this.playback.navigator
  }

  /** Runs a command. @throws DiscError `bad-argument` for what is none, `limit` when the disc's program runs in circles */
  *command(line: string): Blocks<void> {
    const [word = "", ...rest] = line.trim().split(/\s+/)
    const numbers = rest.map(Number)
    switch (word) {
      case "run":
        return yield* this.#advance(this.position.blocks + whole(line, rest[0] ?? "1"), null)
      case "until":
        return yield* this.#advance(this.position.blocks + whole(line, rest[1] ?? String(UNTIL_BLOCKS)), rest[0] ?? "")
      case "state":
        return this.#state()
      case "seed":
        this.random.state = BigInt(whole(line, rest[0] ?? ""))
        return
      case "lang":
      case "region":
        return this.#setPlayer(line, rest)
      case "still-skip":
        return this.#change({ skipStill: true })
      default:
        this.#start()
        this.#result(this.#key(line, word, rest, numbers), word === "time" ? ticks(numbers[0] ?? 0) : null)
    }
  }

  #change(part: Partial<ScriptPosition>): void {
    this.position = { ...this.position, ...part }
  }

  #start(): void {
    if (this.position.started) return
    this.#change({ started: true })
    this.#takeNew(this.navigator.start())
    this.#items()
  }

  /** `lang menu|audio|subpicture xx` and `region MASK`. */
  #setPlayer(line: string, [kind = "", code = ""]: readonly string[]): void {
    const isRegion = line.startsWith("region")
    const register = { menu: SPRM.menuLanguage, audio: SPRM.audioLanguage, subpicture: SPRM.subpictureLanguage }[kind]
    if (!isRegion && (register === undefined || !/^[a-z]{2}$/.test(code))) throw noCommand(line)
    const value = isRegion ? whole(line, kind) & 0xff : (code.charCodeAt(0) << 8) | code.charCodeAt(1)
    const { state } = this.navigator
    const sprm = state.machine.sprm.with(register ?? SPRM.region, value)
    this.navigator.state = { ...state, machine: { ...state.machine, sprm } }
  }

  #key(line: string, word: string, rest: readonly string[], [a = Number.NaN, b]: readonly number[]): KeyResult {
    const { navigator } = this
    const number = () => whole(line, rest[0] ?? "")
    switch (word) {
      case "up":
      case "down":
      case "left":
      case "right":
        return navigator.move(word)
      case "select":
        return navigator.select(number())
      case "activate":
        return navigator.activate()
      case "mouse":
        return navigator.point(number(), whole(line, rest[1] ?? ""))
      case "click":
        return navigator.click(number(), whole(line, rest[1] ?? ""))
      case "menu":
        return this.#menu(line, rest[0] ?? "")
      case "title":
        return navigator.title(number())
      case "part":
        return b === undefined ? navigator.part(number(), this.#titlePart()?.title ?? 0) : navigator.part(whole(line, String(b)), a)
      case "time":
        return navigator.searchTime(ticks(number()))
      case "sector":
        return navigator.searchSector(number())
      case "angle":
        return navigator.angle(number())
      case "audio":
        return navigator.audio(number())
      case "subtitle":
        return navigator.subpicture(number() || null)
      default:
        return this.#program(line, word)
    }
  }

  #program(line: string, word: string): KeyResult {
    const { navigator } = this
    switch (word) {
      case "next":
        return navigator.next()
      case "prev":
        return navigator.previous()
      case "top":
        return navigator.top()
      case "go-up":
        return navigator.goUp()
      default:
        throw noCommand(line)
    }
  }

  #menu(line: string, name: string): KeyResult {
    const { navigator } = this
    if (name === "escape") {
      const resumed = navigator.resume()
      return resumed.outcome === "done" ? resumed : navigator.menu("root")
    }
    const menu = MENUS[name]
    if (menu === undefined) throw noCommand(line)
    return navigator.menu(menu)
  }

  #result({ outcome, by, flush, events }: KeyResult, time: Ticks | null): void {
    const { playback } = this
    if (flush) {
      playback.begin(playback.feed.end, time === null ? { into: 0 } : { time })
      this.#pending = ["hop"]
    }
    playback.moveClock(playback.feed.end)
    this.#takeNew(events)
    this.#items()
    this.#emit({ type: "result", ok: outcome === "done", outcome, ...(by === undefined ? {} : { by }) })
  }

  *#advance(end: number, wanted: string | null): Blocks<void> {
    let why = "blocks"
    for (let idle = 0; why === "blocks" && this.position.blocks < end; idle++) {
      const before = this.position.blocks
      const event = yield* this.#oneStep()
      if (event === "stop") why = "stop"
      else if (event === wanted) why = "event"
      else if (event === "still") why = "still"
      else if (idle > MAX_IDLE_STEPS) why = "loop"
      if (this.position.blocks > before) idle = 0
    }
    this.#say("paused", { why })
  }

  /** One event, by libdvdnav's name. */
  *#oneStep(): Blocks<string> {
    this.#start()
    const phase = this.navigator.state.machine.phase.name
    if (phase === "stopped") {
      this.#say("stop", {})
      return "stop"
    }
    if (this.#pending[0] !== "hop" && this.#selectsAnother()) return "highlight"
    const pending = this.#pending.shift()
    if (pending !== undefined) return pending
    if (this.position.cell !== null) return this.#cell(this.position.cell)
    if (phase === "still") return this.#still()
    const { wanted } = this.playback
    if (wanted !== null) return this.#block(yield wanted)
    this.#take(this.playback.step(null))
    this.#items()
    if (this.playback.still === undefined) this.#change({ skipStill: false })
    return "nop"
  }

  #cell(cell: { readonly cell: number; readonly program: number }): string {
    const { domain, titleSet } = this.navigator.place
    const vobs = `${domain} ${titleSet}`
    if (vobs !== this.#toldVobs) {
      this.#toldVobs = vobs
      return "vts"
    }
    this.#say("cell", cell)
    this.#change({ cell: null })
    this.#pending.push("clut", "subpictureStream", "audioStream")
    return "cell"
  }

  #selectsAnother(): boolean {
    const button = buttonNumber(this.navigator.state.machine)
    const isOther = button !== this.#toldButton
    this.#toldButton = button
    return isOther
  }

  #still(): string {
    if (this.position.skipStill) {
      this.#change({ skipStill: false })
      this.playback.moveClock(this.playback.feed.end)
      this.#takeNew(this.navigator.stillElapsed())
      this.#items()
      return "nop"
    }
    const { still } = this.playback
    this.#say("still", { seconds: still ?? STILL_UNTIL_KEY })
    return "still"
  }

  #block(bytes: Uint8Array | null): string {
    const events = this.playback.step(bytes)
    const found = events.find((event) => event.type === "navigation-pack")
    if (found?.type === "navigation-pack") {
      const { dsiGi } = found.pack.dsi
      this.#say("nav", { lbn: dsiGi.nvPckLbn, vobId: dsiGi.vobuVobIdn, cellId: dsiGi.vobuCIdn, vobuEnd: dsiGi.vobuEa })
    }
    if (bytes !== null) this.#change({ crc: crc32(bytes, this.position.crc), blocks: this.position.blocks + 1 })
    this.#take(events)
    this.#items()
    return found === undefined ? "block" : "nav"
  }

  /** Events that did not come of a step of `playback`. */
  #takeNew(events: readonly NavigatorEvent[]): void {
    this.playback.take(events)
    this.#take(events)
  }

  #take(events: readonly NavigatorEvent[]): void {
    for (const event of events) {
      if (event.type === "play-cell") this.#change({ cell: { cell: event.cellNumber, program: event.program } })
    }
  }

  #items(): void {
    // A still is told as an event, with the blocks before it.
    for (const item of this.playback.takeItems()) if (item.type !== "still") this.#emit(item)
  }

  #say(type: string, facts: Readonly<Record<string, unknown>>): void {
    this.#emit({ type, blocks: this.position.blocks, crc32: hex32(this.position.crc), ...facts })
  }

  /** In menus libdvdnav says title 0 and the menu's number. */
  #titlePart(): { title: number; part: number } | null {
    const { title, part, domain, menu } = this.navigator.place
    if (domain !== "title") return { title: 0, part: Number(Object.entries(MENU_TYPES).find(([, type]) => type === menu)?.[0] ?? 0) }
    return title === null || part === null ? null : { title, part }
  }

  #state(): void {
    const { streams, place, angles, sectors, state, prohibitedOps } = this.navigator
    const { machine, vobu } = state
    const physical = streams.subpicture.wide ?? -1
    const registers = (count: number, read: (register: number) => number) => Array.from({ length: count }, (_, register) => read(register))
    this.#say("state", {
      domain: DOMAINS[place.domain],
      ...this.#titlePart(),
      pgcn: place.pgcn,
      pgn: place.program,
      // libdvdnav counts from the block that was read last.
      ...(vobu === null ? {} : { position: sectors.position - 1, length: sectors.length }),
      angle: angles.angle,
      angles: angles.count,
      button: buttonNumber(machine),
      audio: streams.audio ?? -1,
      subpicture: streams.subpictureShown || physical === -1 ? physical : (physical | 0x80) - 256,
      prohibitedOps: hex32(prohibitedOps),
      gprm: registers(GPRM_COUNT, (register) => readGprm(machine, this.#environment, register)),
      sprm: registers(SPRM_COUNT, (register) => readSprm(machine, this.#environment, register)),
    })
  }
}

const STILL_UNTIL_KEY = 255

const noCommand = (line: string): DiscError => new DiscError("bad-argument", `"${line}" is no command of a trace`)

function whole(line: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new DiscError("bad-argument", `"${line}": a whole number is missing`)
  return Number(text)
}
