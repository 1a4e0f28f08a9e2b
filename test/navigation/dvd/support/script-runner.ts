import { crc32, hex32, type Ticks, ticks } from "../../../../src/base/index.ts"
import { MENU_TYPES } from "../../../../src/disc/dvd/index.ts"
import {
  buttonNumber,
  type DvdDomain,
  DvdNavigator,
  type KeyResult,
  type NavigatorEvent,
  type NavigatorState,
  SPRM,
} from "../../../../src/navigation/dvd/index.ts"
import type { LoadedDvd } from "./disc.ts"

export type TraceLine = Readonly<Record<string, unknown>> & { readonly type: string }

const DOMAINS: Readonly<Record<DvdDomain, string>> = { "first-play": "FP", vmgm: "VMGM", vtsm: "VTSM", title: "VTS" }
/** One block at 1,600 microseconds. */
const TICKS_PER_BLOCK = 144
const MENUS: Readonly<Record<string, "title" | "root" | "subpicture" | "audio" | "angle" | "chapter">> = {
  title: "title",
  root: "root",
  subpicture: "subpicture",
  audio: "audio",
  angle: "angle",
  part: "chapter",
}

/** The oracles' generator, as a number from 0 to 1. */
export class OracleChance {
  state = 1n

  next(): number {
    this.state = BigInt.asUintN(64, this.state * 6364136223846793005n + 1442695040888963407n)
    return Number(this.state >> 33n) / 2 ** 31
  }
}

/**
 * Runs the script language of `dvdnavtrace` on a navigator. What libdvdnav does in its own way and a viewer would not notice is done here,
 * not in the navigator: `still-skip` outside of a still counts for the next one; `menu escape` is resume or root.
 */
export class ScriptRunner {
  readonly disc: LoadedDvd
  readonly navigator: DvdNavigator
  readonly lines: TraceLine[] = []
  readonly chance = new OracleChance()
  /** Codes of the warnings so far. */
  readonly warnings: string[] = []
  /** Lines before a command that leads nowhere was left out: libdvdnav stops or aborts there. null: there was none. */
  lost: number | null = null
  blocks = 0
  crc = 0
  #started = false
  #skipStill = false
  #pendingCell: TraceLine | null = null

  constructor(disc: LoadedDvd, options: { obeyProhibitions?: boolean; displayAspect?: "4:3" | "16:9" } = {}) {
    this.disc = disc
    const now = (): Ticks => ticks(this.blocks * TICKS_PER_BLOCK)
    this.navigator = new DvdNavigator(disc.dvd, {
      environment: { now, random: () => this.chance.next() },
      obeyProhibitions: options.obeyProhibitions ?? false,
    })
  }

  run(script: string): readonly TraceLine[] {
    for (const line of script.split("\n")) {
      const text = line.replace(/#.*/, "").trim()
      if (text === "stop") break
      if (text !== "") this.command(text)
    }
    return this.lines
  }

  /** Another runner that goes on from here with a saved state. */
  continued(state: NavigatorState): ScriptRunner {
    const other = new ScriptRunner(this.disc)
    other.navigator.state = state
    other.chance.state = this.chance.state
    other.blocks = this.blocks
    other.crc = this.crc
    other.#started = this.#started
    other.#skipStill = this.#skipStill
    other.#pendingCell = this.#pendingCell
    return other
  }

  isIn(phase: "cell" | "still" | "stopped"): boolean {
    return this.navigator.state.machine.phase.name === phase
  }

  command(line: string): void {
    const [word = "", ...rest] = line.split(/\s+/)
    const numbers = rest.map(Number)
    if (word === "run") this.#advance(this.blocks + (numbers[0] ?? 1), null)
    else if (word === "until") this.#advance(this.blocks + (numbers[1] ?? 100_000), rest[0] ?? "")
    else if (word === "state") this.#state()
    else if (word === "seed") this.chance.state = BigInt(numbers[0] ?? 1)
    else if (word === "lang" || word === "region") this.#setPlayer(rest)
    else if (word === "still-skip") this.#skipStill = true
    else {
      const result = this.#key(word, rest, numbers)
      this.#take(result.events)
      this.lines.push({ type: "command", line, ok: result.outcome === "done" })
    }
  }

  /** `lang menu|audio|subpicture xx` and `region MASK`. */
  #setPlayer([kind = "", code = ""]: readonly string[]): void {
    const register = { menu: SPRM.menuLanguage, audio: SPRM.audioLanguage, subpicture: SPRM.subpictureLanguage }[kind] ?? SPRM.region
    const value = register === SPRM.region ? Number(kind) : (code.charCodeAt(0) << 8) | code.charCodeAt(1)
    const { state } = this.navigator
    this.navigator.state = { ...state, machine: { ...state.machine, sprm: state.machine.sprm.with(register, value) } }
  }

  #key(word: string, rest: readonly string[], [a = 0, b]: readonly number[]): KeyResult {
    const { navigator } = this
    switch (word) {
      case "up":
      case "down":
      case "left":
      case "right":
        return navigator.move(word)
      case "select":
        return navigator.select(a)
      case "activate":
        return navigator.activate()
      case "mouse":
        return navigator.point(a, b ?? 0)
      case "click":
        return navigator.click(a, b ?? 0)
      case "menu":
        return this.#menu(rest[0] ?? "")
      case "title":
        return navigator.title(a)
      case "part":
        return b === undefined ? navigator.part(a, this.#titlePart()?.title ?? 0) : navigator.part(b, a)
      case "next":
        return navigator.next()
      case "prev":
        return navigator.previous()
      case "top":
        return navigator.top()
      case "go-up":
        return navigator.goUp()
      case "time":
        return navigator.searchTime(ticks(a))
      case "sector":
        return navigator.searchSector(a)
      case "angle":
        return navigator.angle(a)
      default:
        throw new Error(`unknown command ${word}`)
    }
  }

  #menu(name: string): KeyResult {
    if (name !== "escape") return this.navigator.menu(MENUS[name] ?? "root")
    const resumed = this.navigator.resume()
    return resumed.outcome === "done" ? resumed : this.navigator.menu("root")
  }

  #advance(end: number, wanted: string | null): void {
    let why = "blocks"
    for (let idle = 0; this.blocks < end; idle++) {
      const before = this.blocks
      const event = this.#step()
      if (event === "stop") why = "stop"
      else if (event === wanted) why = "event"
      else if (event === "still") why = "still"
      if (why !== "blocks") break
      if (this.blocks > before) idle = 0
      if (idle > 10_000) {
        why = "loop"
        break
      }
    }
    this.#say("paused", { why })
  }

  /** One event, named as the oracle names it. */
  #step(): string {
    if (!this.#started) {
      this.#started = true
      this.#take(this.navigator.start())
    }
    if (this.#pendingCell !== null && !this.isIn("stopped")) {
      this.lines.push({ ...this.#pendingCell, blocks: this.blocks, crc32: hex32(this.crc) })
      this.#pendingCell = null
      return "cell"
    }
    if (this.isIn("stopped")) {
      this.#say("stop", {})
      return "stop"
    }
    if (this.isIn("still")) return this.#still()
    const { wanted } = this.navigator
    if (wanted === null) {
      this.#take(this.navigator.step(null))
      if (!this.isIn("still")) this.#skipStill = false
      return "nop"
    }
    return this.#block(wanted)
  }

  #still(): string {
    if (this.#skipStill) {
      this.#skipStill = false
      this.#take(this.navigator.stillElapsed())
      return "nop"
    }
    const { phase } = this.navigator.state.machine
    this.#say("still", { seconds: phase.name === "still" ? (phase.seconds ?? 255) : null })
    return "still"
  }

  #block(wanted: { titleSet: number; vobs: "menu" | "title"; sector: number }): string {
    const bytes = this.disc.block(wanted)
    const events = this.navigator.step(bytes)
    const pack = events.find((event) => event.type === "navigation-pack")
    if (pack?.type === "navigation-pack") {
      const { dsiGi } = pack.pack.dsi
      this.#say("nav", { lbn: dsiGi.nvPckLbn, vobId: dsiGi.vobuVobIdn, cellId: dsiGi.vobuCIdn, vobuEnd: dsiGi.vobuEa })
    }
    if (bytes !== null) {
      this.crc = crc32(bytes, this.crc)
      this.blocks++
    }
    this.#take(events)
    return pack === undefined ? "block" : "nav"
  }

  #take(events: readonly NavigatorEvent[]): void {
    for (const event of events) {
      if (event.type === "warning") this.warnings.push(event.code)
      if (event.type === "warning" && event.code === "dvd-jump-missing") this.lost ??= this.lines.length
      if (event.type !== "play-cell") continue
      this.#pendingCell = { type: "cell", cell: event.cellNumber, program: event.program }
    }
  }

  #say(type: string, facts: Record<string, unknown>): void {
    this.lines.push({ type, blocks: this.blocks, crc32: hex32(this.crc), ...facts })
  }

  /** In menus the oracle says title 0 and the menu's number. */
  #titlePart(): { title: number; part: number } | null {
    const { title, part, domain, menu } = this.navigator.place
    if (domain !== "title") return { title: 0, part: Number(Object.entries(MENU_TYPES).find(([, type]) => type === menu)?.[0] ?? 0) }
    return title === null || part === null ? null : { title, part }
  }

  #state(): void {
    const { navigator } = this
    const { streams, place, angles, sectors } = navigator
    const { machine, vobu } = navigator.state
    const physical = streams.subpicture.wide ?? -1
    this.#say("state", {
      domain: DOMAINS[place.domain],
      ...this.#titlePart(),
      pgcn: place.pgcn,
      pgn: place.program,
      // The oracle counts from the block that was read last.
      ...(vobu === null ? {} : { position: sectors.position - 1, length: sectors.length }),
      angle: angles.angle,
      angles: angles.count,
      button: buttonNumber(machine),
      audio: streams.audio ?? -1,
      subpicture: streams.subpictureShown || physical === -1 ? physical : (physical | 0x80) - 256,
      prohibitedOps: hex32(navigator.prohibitedOps),
    })
  }
}
