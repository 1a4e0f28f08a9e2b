import { DiscError } from "../../base/index.ts"
import type { HdmvCommand } from "./command.ts"
import type { HdmvEnvironment } from "./environment.ts"
import type { HdmvDisc } from "./position.ts"
import { GPR_COUNT, PSR } from "./registers.ts"
import type { HdmvState, NavigationTimer, ProgramPlace, SuspendedProgram } from "./state.ts"

/** What the machine tells, in the order in which it happened. */
export type HdmvEvent =
  /** Another title: 0 top menu, 65535 first playback. */
  | { readonly type: "title"; readonly title: number }
  /** A playlist begins at a place on a play item's clock. `resumed`: it goes on there. `mark`: the place is that mark's (from 0). */
  | {
      readonly type: "play-playlist"
      readonly playlist: number
      readonly playItemId: number
      readonly time45k: number
      readonly resumed: boolean
      readonly mark?: number
    }
  /** The playing playlist goes on somewhere else. */
  | { readonly type: "seek"; readonly playItemId: number; readonly time45k: number; readonly mark?: number }
  /** The playing playlist is over before its end. */
  | { readonly type: "stop" }
  /** The title's program has come to its end: nothing plays until the viewer chooses. */
  | { readonly type: "end" }
  /** Hold the picture, or let it go on. */
  | { readonly type: "still"; readonly on: boolean }
  /** A menu page and a button on it, null: as it is. */
  | { readonly type: "set-button-page"; readonly button: number | null; readonly page: number | null; readonly skipOutEffects: boolean }
  | { readonly type: "enable-button" | "disable-button"; readonly button: number }
  | { readonly type: "popup-off" }
  /** PSR 0 to 3, 14 or 22 have been set: see `chosenStreams`. */
  | { readonly type: "streams" }
  /** A command that leads nowhere or is not allowed was left out. `code` is `hdmv-jump-missing` or `hdmv-not-allowed`. */
  | { readonly type: "warning"; readonly code: "hdmv-jump-missing" | "hdmv-not-allowed"; readonly message: string }

/** A program and where it is. `movieObjectId` null: a button's. */
export type Program = { readonly movieObjectId: number | null; readonly commands: readonly HdmvCommand[] }

/** Commands of one run: as many as libbluray allows. A disc that needs more between two playlists plays nothing. */
const MAX_COMMANDS = 1_000_000
/** Events of one run: a program that runs in circles must not fill memory. Real programs give fewer than ten. */
const MAX_EVENTS = 10_000

/** One run of the machine: the state it works on, what it tells, and what it may still do. */
export class Run {
  readonly disc: HdmvDisc
  readonly environment: HdmvEnvironment
  readonly psr: Uint32Array
  readonly gpr = new Uint32Array(GPR_COUNT)
  playing: ProgramPlace | null
  suspended: SuspendedProgram | null
  timer: NavigationTimer | null
  still: boolean
  /** null: nothing runs. */
  program: Program | null = null
  /** The command to run next. */
  line = 0
  readonly events: HdmvEvent[] = []
  #commandsLeft: number

  constructor(disc: HdmvDisc, environment: HdmvEnvironment, state: HdmvState) {
    this.disc = disc
    this.environment = environment
    this.psr = Uint32Array.from(state.psr)
    for (const [register, value] of state.gpr) this.gpr[register] = value
    this.playing = state.playing
    this.suspended = state.suspended
    this.timer = state.timer
    this.still = state.still
    this.psr[PSR.navigationTimer] = this.timer === null ? 0 : Math.ceil(Math.max(0, this.timer.endTicks - environment.now()) / 90_000)
    this.#commandsLeft = environment.budget ?? MAX_COMMANDS
  }

  get state(): HdmvState {
    const gpr: [number, number][] = []
    this.gpr.forEach((value, register) => {
      if (value !== 0) gpr.push([register, value])
    })
    return { psr: Array.from(this.psr), gpr, playing: this.playing, suspended: this.suspended, timer: this.timer, still: this.still }
  }

  get isButton(): boolean {
    return this.program !== null && this.program.movieObjectId === null
  }

  tell(event: HdmvEvent): void {
    if (this.events.length >= MAX_EVENTS) throw this.#endless()
    this.events.push(event)
  }

  warn(code: "hdmv-jump-missing" | "hdmv-not-allowed", what: string): void {
    const place = this.program === null ? "" : ` (${this.#programName}, command ${this.line - 1})`
    this.tell({ type: "warning", code, message: `The disc's program ${what}${place}.` })
  }

  /** Counts a command. @throws DiscError `limit` when the disc's program runs on without playing anything */
  spend(): void {
    if (this.#commandsLeft-- <= 0) throw this.#endless()
  }

  #endless(): DiscError {
    return new DiscError(
      "limit",
      "the disc's program runs in circles without playing anything; choose a title instead of the menu, or tell us which disc it is",
      { path: `${this.disc.layout.root}/MovieObject.bdmv`, field: this.#programName },
    )
  }

  get #programName(): string {
    const id = this.program?.movieObjectId ?? null
    return id === null ? "a button's commands" : `movie object ${id}`
  }
}
