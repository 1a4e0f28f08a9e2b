import { DiscError, unreachable } from "../../base/index.ts"
import type { HdmvCommand, Operand } from "./command.ts"
import { decodeCommand } from "./decode-command.ts"
import type { HdmvEnvironment } from "./environment.ts"
import { combine, compare } from "./evaluate.ts"
import type { HdmvDisc } from "./position.ts"
import { PSR, TITLE_FIRST_PLAYBACK, TITLE_TOP_MENU } from "./registers.ts"
import { type HdmvEvent, Run } from "./run.ts"
import { setButtonPage, setNavigationTimer, setOutputMode, setSecondaryStream, setStream } from "./set-system.ts"
import type { HdmvState } from "./state.ts"
import {
  callMenu,
  callObject,
  callTitle,
  continueObject,
  jumpObject,
  jumpTitle,
  link,
  playPlaylist,
  resume,
  searchTitle,
  terminatePlaylist,
  titleObject,
} from "./transfer.ts"

/** What happens to the machine: the player's steps and the viewer's wishes. Prohibitions are not looked at here: see `user-operations.ts`. */
export type HdmvAction =
  | { readonly do: "start" }
  /** The playlist has been played to its end. */
  | { readonly do: "playlist-ended" }
  /** A button's commands, 12 bytes each. */
  | { readonly do: "button"; readonly commands: readonly Uint8Array[] }
  | { readonly do: "menu" }
  | { readonly do: "resume" }
  /** From 1, as index.bdmv numbers them. */
  | { readonly do: "title"; readonly title: number }
  /** The navigation timer has run out: see `timerLeft`. */
  | { readonly do: "timer" }

export type HdmvResult = {
  readonly state: HdmvState
  readonly events: readonly HdmvEvent[]
  /** `jumped`: what was playing is over, or goes on elsewhere. `done`: no more than registers and buttons changed. `impossible`: there is no such place; the state is as it was. */
  readonly outcome: "jumped" | "done" | "impossible"
}

/**
 * One step of the machine. Nothing is read and nothing is waited for; `state` is not changed.
 * @throws DiscError `limit` when the disc's program runs in circles, `unsupported` when it comes to a BD-J title, `damaged` when the disc has no
 * program that can be read
 */
export function runHdmvMachine(disc: HdmvDisc, environment: HdmvEnvironment, state: HdmvState, action: HdmvAction): HdmvResult {
  if (disc.index === null || disc.movieObjects === null) {
    throw new DiscError(
      "damaged",
      "the disc's program (index.bdmv, MovieObject.bdmv) cannot be read; play one of its titles instead of the menu",
      {
        path: disc.layout.root,
      },
    )
  }
  const run = new Run(disc, environment, state)
  if (!begin(run, action)) return { state, events: [], outcome: "impossible" }
  while (run.program !== null) step(run)
  const isJump = run.events.some(({ type }) => JUMPS.has(type))
  return { state: run.state, events: run.events, outcome: isJump ? "jumped" : "done" }
}

const JUMPS: ReadonlySet<HdmvEvent["type"]> = new Set(["title", "play-playlist", "seek", "stop", "end"])

/** Ticks until the navigation timer's movie object runs; null: no timer runs. */
export function timerLeft(state: HdmvState, environment: HdmvEnvironment): number | null {
  return state.timer === null ? null : Math.max(0, state.timer.endTicks - environment.now())
}

function begin(run: Run, action: HdmvAction): boolean {
  switch (action.do) {
    case "start":
      return start(run)
    case "playlist-ended":
      return continueObject(run)
    case "button":
      run.program = { movieObjectId: null, commands: action.commands.map(decodeOnce) }
      return true
    case "menu":
      return callMenu(run)
    case "resume":
      return resume(run)
    case "title":
      return run.environment.rules === "libbluray" ? searchTitle(run, action.title) : jumpTitle(run, action.title)
    case "timer": {
      const { timer } = run
      run.timer = null
      run.psr[PSR.navigationTimer] = 0
      return timer !== null && jumpObject(run, timer.movieObjectId)
    }
    default:
      return unreachable(action)
  }
}

/** A disc without first playback begins with its menu, one without a menu with title 1. */
function start(run: Run): boolean {
  const title = [TITLE_FIRST_PLAYBACK, TITLE_TOP_MENU, 1].find((candidate) => titleObject(run.disc, candidate) !== null)
  return title !== undefined && jumpTitle(run, title)
}

/** Buttons' commands are decoded once: they live as long as the menu. */
const DECODED = new WeakMap<Uint8Array, HdmvCommand>()

function decodeOnce(bytes: Uint8Array): HdmvCommand {
  const known = DECODED.get(bytes)
  if (known !== undefined) return known
  const command = decodeCommand(bytes)
  DECODED.set(bytes, command)
  return command
}

/** Runs the next command, or ends the program behind its last. */
function step(run: Run): void {
  const { program, line } = run
  if (program === null) return
  const command = program.commands[line]
  if (command === undefined) {
    run.program = null
    if (program.movieObjectId !== null) run.tell({ type: "end" })
    return
  }
  run.spend()
  run.line++
  const writes = command.op === "set" ? set(run, command) : NO_WRITES
  // Told before a jump, which may lead to an error.
  run.environment.trace?.({ movieObjectId: program.movieObjectId, line, command, writes })
  if (command.op !== "set") act(run, command)
}

type Writes = readonly (readonly [register: number, value: number])[]
const NO_WRITES: Writes = []

function act(run: Run, command: Exclude<HdmvCommand, { op: "set" }>): void {
  switch (command.op) {
    case "nop":
    case "unknown":
    // How 3D streams lie in depth says nothing for the base view.
    case "set-stream-ss":
      return
    case "break":
      run.line = Number.MAX_SAFE_INTEGER
      return
    case "goto":
      run.line = read(run, command.target)
      return
    case "compare":
      if (!compare(command.comparison, read(run, command.left), read(run, command.right))) run.line++
      return
    case "play-playlist":
      return playPlaylist(run, read(run, command.target), null)
    case "play-playlist-at-item":
      return playPlaylist(run, read(run, command.target), { item: read(run, command.at) })
    case "play-playlist-at-mark":
      return playPlaylist(run, read(run, command.target), { mark: read(run, command.at) })
    case "terminate-playlist":
      return terminatePlaylist(run)
    case "link-play-item":
      return link(run, { item: read(run, command.target) })
    case "link-mark":
      return link(run, { mark: read(run, command.target) })
    case "jump-object":
    case "jump-title":
    case "call-object":
    case "call-title":
    case "resume":
      return leave(run, command)
    default:
      return setSystem(run, command)
  }
}

type Leaving = Extract<HdmvCommand, { op: "jump-object" | "jump-title" | "call-object" | "call-title" | "resume" }>

/** Where there is nothing to go to, the program goes on. */
function leave(run: Run, command: Leaving): void {
  switch (command.op) {
    case "jump-object":
      jumpObject(run, read(run, command.target))
      return
    case "jump-title":
      jumpTitle(run, read(run, command.target))
      return
    case "call-object":
      callObject(run, read(run, command.target))
      return
    case "call-title":
      callTitle(run, read(run, command.target))
      return
    case "resume":
      resume(run)
      return
    default:
      unreachable(command)
  }
}

type SetSystem = Extract<
  HdmvCommand,
  {
    op:
      | "set-stream"
      | "set-secondary-stream"
      | "set-button-page"
      | "set-navigation-timer"
      | "set-output-mode"
      | "send-to-bd-plus"
      | "enable-button"
      | "disable-button"
      | "popup-off"
      | "still-on"
      | "still-off"
  }
>

function setSystem(run: Run, command: SetSystem): void {
  const value = (operand: Operand) => read(run, operand)
  switch (command.op) {
    case "set-stream":
      return setStream(run, command, value)
    case "set-secondary-stream":
      return setSecondaryStream(run, command, value)
    case "set-button-page":
      return setButtonPage(run, command, value)
    case "set-navigation-timer":
      return setNavigationTimer(run, value(command.target) & 0xffff, value(command.seconds) & 0xffff)
    case "set-output-mode":
      return setOutputMode(run, value(command.target))
    case "send-to-bd-plus":
      run.psr[PSR.bdPlusSend] = value(command.target)
      return
    case "enable-button":
    case "disable-button":
      // Buttons, pop-ups and stills are there for buttons' programs only.
      if (run.isButton) run.tell({ type: command.op, button: value(command.target) })
      return
    case "popup-off":
      if (run.isButton) run.tell({ type: "popup-off" })
      return
    case "still-on":
    case "still-off":
      if (!run.isButton) return
      run.still = command.op === "still-on"
      run.tell({ type: "still", on: run.still })
      return
    default:
      unreachable(command)
  }
}

function set(run: Run, { operator, destination, source }: Extract<HdmvCommand, { op: "set" }>): Writes {
  const old = read(run, destination)
  const value = read(run, source)
  const writes: (readonly [number, number])[] = []
  write(run, writes, destination, combine(operator, old, value, run.environment.random))
  if (operator === "swap") write(run, writes, source, old)
  return writes
}

function read(run: Run, operand: Operand): number {
  switch (operand.kind) {
    case "immediate":
      return operand.value
    case "gpr":
      return run.gpr[operand.register] ?? 0
    case "psr":
      return run.psr[operand.register] ?? 0
    case "absent":
    case "invalid":
      return 0
    default:
      return unreachable(operand)
  }
}

/** Programs write general registers only; of the player's they have their own commands. */
function write(run: Run, writes: (readonly [number, number])[], operand: Operand, value: number): void {
  if (operand.kind !== "gpr") return
  run.gpr[operand.register] = value
  writes.push([operand.register, value])
}
