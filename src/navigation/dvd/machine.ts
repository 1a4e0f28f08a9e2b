import { DiscError, unreachable } from "../../base/index.ts"
import { type Cell, type DvdDisc, type Pgc, STILL_ENDLESS, ticksFromDvdTime } from "../../disc/dvd/index.ts"
import type { DvdCommand, Transfer } from "./command.ts"
import { decodeCommand } from "./decode-command.ts"
import type { DvdEnvironment } from "./environment.ts"
import { evaluate, withSprm } from "./evaluate.ts"
import {
  blockStart,
  drawProgram,
  enterChain,
  enterFirstPlay,
  enterMenu,
  enterTitle,
  follow,
  goUp,
  type Leaving,
  nextCell,
  nextProgram,
  pausedTimer,
  resume,
  resumeInformation,
  selectButton,
  updateProgram,
} from "./follow.ts"
import { type Goal, type MachineEvent, Run } from "./run.ts"
import { type DvdState, NO_PARENTAL_LEVEL, SPRM } from "./state.ts"

/** What happens to the machine: the player's steps and the viewer's wishes. Prohibitions are `user-operations.ts`'s. */
export type MachineAction =
  | { readonly do: "start" }
  /** A VOBU has been read to its end: some cells hold there. */
  | { readonly do: "vobu-ended" }
  /** The cell has been read to its end. */
  | { readonly do: "cell-ended" }
  /** The still is over: its time, or a key. */
  | { readonly do: "still-ended" }
  /** A button's command. */
  | { readonly do: "command"; readonly command: Uint8Array }
  /** `menu`: 2 title (the disc's), 3 root, 4 sub-picture, 5 audio, 6 angle, 7 chapter. */
  | { readonly do: "menu"; readonly menu: number }
  | { readonly do: "resume" }
  | { readonly do: "title"; readonly title: number; readonly part: number }
  | { readonly do: "next-program" }
  | { readonly do: "previous-program" | "top-program" | "go-up" }
  /** To a place in the chain: `block` sectors behind the cell's first. */
  | { readonly do: "search"; readonly cell: number; readonly block: number }
  /** The navigation timer has run out: see `timerLeft`. */
  | { readonly do: "timer" }

export type MachineResult = {
  readonly state: DvdState
  readonly events: readonly MachineEvent[]
  /**
   * `jumped`: what was being played is over. `done`: only registers or the phase changed, if anything. `impossible`: there is no such place,
   * and the state is as it was.
   */
  readonly outcome: "jumped" | "done" | "impossible"
}

/**
 * One step of the machine. Nothing is read and nothing is waited for; `state` is not changed.
 * @throws DiscError `limit` when the disc's program runs in circles without playing anything
 */
export function runMachine(dvd: DvdDisc, environment: DvdEnvironment, state: DvdState, action: MachineAction): MachineResult {
  const events: MachineEvent[] = []
  for (const attempt of attemptsOf(action)) {
    const run = new Run(dvd, environment, state)
    try {
      const goal = attempt(run)
      if (goal === null) continue
      if (goal !== "done") pursue(run, goal)
      if (run.state.phase.name === "stopped" && isTrial(action)) continue
      const isJump = goal !== "done" || action.do === "next-program"
      return { state: run.state, events: run.events, outcome: isJump ? "jumped" : "done" }
    } catch (error) {
      if (!(isTrial(action) || action.do === "command") || !(error instanceof DiscError)) throw error
      events.push({ type: "warning", code: "dvd-program-loops", message: error.message })
    }
  }
  return { state, events, outcome: "impossible" }
}

/** Keys that do nothing where they would end the disc's program or send it in circles. A button may end it, for that is what some say. */
const isTrial = (action: MachineAction): boolean => ["next-program", "menu", "resume"].includes(action.do)

type Attempt = (run: Run) => Goal | "done" | null

/** Where the next program ends the disc's program, the next cell is tried. */
function attemptsOf(action: MachineAction): readonly Attempt[] {
  return action.do === "next-program" ? [nextProgram, afterCellStill] : [(run) => begin(run, action)]
}

function begin(run: Run, action: Exclude<MachineAction, { do: "next-program" }>): Goal | "done" | null {
  switch (action.do) {
    case "start":
      return enterFirstPlay(run) ?? "stop"
    case "vobu-ended":
      return afterVobu(run)
    case "cell-ended":
      return afterCell(run)
    case "still-ended":
      return afterStill(run)
    case "command":
      return runList(run, [action.command]) ?? "done"
    case "menu":
      return callMenu(run, action.menu)
    case "resume":
      return resume(run)
    case "title":
      return enterTitle(run, action.title, action.part) ? titleStart(run) : null
    case "previous-program":
      return previousProgram(run)
    case "top-program":
      return run.state.cell > 0 ? "program" : null
    case "go-up":
      return goUp(run)
    case "search":
      return search(run, action.cell, action.block)
    case "timer":
      run.change({ timer: null })
      return enterChain(run, "title", run.state.sprm[SPRM.timerPgcn] ?? 0)
    default:
      return unreachable(action)
  }
}

/** Goes on until there is something to play or to hold, or the disc's program ends. */
function pursue(run: Run, first: Goal): void {
  let goal: Goal | "play" = first
  while (goal !== "play") {
    run.spend()
    switch (goal) {
      case "chain":
        beginDraws(run)
        run.change({ cell: 0, block: 0 })
        goal = runList(run, run.pgc?.commands.pre ?? []) ?? "program"
        break
      case "program":
        goal = programStart(run)
        break
      case "cell":
        goal = cellStart(run)
        break
      case "resume":
        updateProgram(run)
        goal = play(run)
        break
      case "tail":
        goal = tail(run)
        break
      case "stop":
        stop(run)
        return
      default:
        unreachable(goal)
    }
  }
}

function stop(run: Run): void {
  run.change({ phase: { name: "stopped" } })
  run.events.push({ type: "end" })
}

/** A random or shuffled chain that is entered at its first program draws one instead; entered elsewhere, that one counts as drawn. */
function beginDraws(run: Run): void {
  const mode = run.pgc?.playbackMode
  if (mode === undefined || mode.order === "sequential") return run.change({ draws: null })
  run.change({ draws: { left: mode.programs, played: [] } })
  if (run.state.program === 1) drawProgram(run)
  else run.change({ draws: { left: mode.programs - 1, played: [run.state.program] } })
}

function programStart(run: Run): Goal {
  const cell = run.pgc?.programMap[run.state.program - 1]
  if (cell === undefined) return "tail"
  run.change({ cell })
  return "cell"
}

/** The cell itself, or of an angle block the one of the chosen angle. */
function cellStart(run: Run): Goal | "play" {
  const cells = run.pgc?.cells ?? []
  const cell = run.state.cell
  if (cells[cell - 1] === undefined) return "tail"
  run.change({ cell: cellOfAngle(cells, cell, run.state.sprm[SPRM.angle] ?? 1), block: 0 })
  updateProgram(run)
  return play(run)
}

/** Number of the cell that angle `angle` plays at the place of cell `cell`; an angle that the block does not have plays its first. */
export function cellOfAngle(cells: readonly Cell[], cell: number, angle: number): number {
  const start = cells[cell - 1]
  if (start?.blockType !== "angle" || start.blockMode !== "first") return cell
  const wanted = cells[cell + angle - 2]
  const inBlock = angle > 1 && wanted !== undefined && blockStart(cells, cell + angle - 1) === cell
  return inBlock ? cell + angle - 1 : cell
}

function play(run: Run): "play" {
  const { domain, titleSet, pgcn, program, cell: cellNumber, block } = run.state
  const cell = run.pgc?.cells[cellNumber - 1]
  if (cell !== undefined) run.events.push({ type: "play-cell", domain, titleSet, pgcn, program, cellNumber, cell, block })
  run.change({ phase: { name: "cell" } })
  return "play"
}

/** The commands behind the last cell, then the next chain. */
function tail(run: Run): Goal {
  run.change({ block: 0 })
  const goal = runList(run, run.pgc?.commands.post ?? [])
  return goal ?? enterChain(run, run.state.domain, run.pgc?.nextPgcNr ?? null) ?? "stop"
}

function afterVobu(run: Run): "done" | null {
  const cell = run.pgc?.cells[run.state.cell - 1]
  if (run.state.phase.name !== "cell" || cell?.stillVobus !== true) return null
  return hold(run, [STILL_ENDLESS], "vobu") ? "done" : null
}

/** The still behind a cell's last picture, then its command. */
function afterCell(run: Run): Goal | "done" | null {
  const { pgc, state } = run
  if (state.phase.name !== "cell") return null
  const cell = pgc?.cells[state.cell - 1]
  if (pgc === null || cell === undefined) return "tail"
  const chainStill = isLastCell(run, pgc) ? pgc.stillTime : 0
  const own = cell.stillTime || (chainStill === 0 ? stillOfShortCell(cell) : 0)
  // Without a command between them, the cell's still and the chain's are one.
  const isOne = chainStill > 0 && cell.cellCommand === null
  return hold(run, isOne ? [own, chainStill] : [own], isOne ? "chain" : "cell") ? "done" : afterCellStill(run)
}

function afterStill(run: Run): Goal | "done" | null {
  const { phase } = run.state
  if (phase.name !== "still") return null
  if (phase.ends === "chain") return endChain(run)
  if (phase.ends === "cell") return afterCellStill(run)
  run.change({ phase: { name: "cell" } })
  return "done"
}

/** The cell's command, then the next cell, or the chain's still and its end. */
function afterCellStill(run: Run): Goal | "done" | null {
  const { pgc } = run
  if (pgc === null || run.state.cell === 0) return null
  const { block } = run.state
  // A call from here resumes at the cell's start.
  run.change({ block: 0 })
  const command = pgc.commands.cell[(pgc.cells[run.state.cell - 1]?.cellCommand ?? 0) - 1]
  const goal = command === undefined ? null : runList(run, [command])
  if (goal !== null) return goal
  run.change({ block })
  // The still of the chain has been held already where there was no command.
  if (isLastCell(run, pgc)) return command !== undefined && hold(run, [pgc.stillTime], "chain") ? "done" : endChain(run)
  return run.state.draws !== null && endsProgram(run, pgc) ? drawProgram(run) : nextCell(run)
}

/** Behind the last cell. */
function endChain(run: Run): Goal {
  run.change({ cell: (run.pgc?.cells.length ?? 0) + 1 })
  return "tail"
}

/** True when nothing of the chain comes behind the cell (of an angle block: behind the block). */
function isLastCell(run: Run, pgc: Pgc): boolean {
  const { draws } = run.state
  if (draws === null) return cellBehind(run) > pgc.cells.length
  const isExhausted = draws.left === 0 || (pgc.playbackMode.order === "shuffle" && draws.played.length >= pgc.programMap.length)
  return isExhausted && endsProgram(run, pgc)
}

/** True when the next cell of the disc is another program's, or there is none. */
function endsProgram(run: Run, pgc: Pgc): boolean {
  const next = cellBehind(run)
  return next > pgc.cells.length || pgc.programMap.includes(next)
}

function cellBehind(run: Run): number {
  const probe = new Run(run.dvd, run.environment, run.state)
  nextCell(probe)
  return probe.state.cell
}

/** True when there is a time to hold the picture. */
function hold(run: Run, times: readonly number[], ends: "vobu" | "cell" | "chain"): boolean {
  const total = times.reduce((sum, time) => sum + time, 0)
  if (total === 0) return false
  const seconds = times.includes(STILL_ENDLESS) ? null : total
  run.change({ phase: { name: "still", seconds, ends } })
  run.events.push({ type: "still", seconds })
  return true
}

/** Under so many sectors a cell may be a picture that is meant to stay, over so many a second it is a film; libdvdnav `vm_position_get`. */
const MOST_STILL_SECTORS = 1024
const MOST_SECTORS_A_SECOND = 30

/** Some discs give a still only as a playing time far longer than what the cell holds, whose last VOBU is a navigation pack alone. */
function stillOfShortCell(cell: Cell): number {
  const sectors = cell.lastSector - cell.firstSector
  if (cell.lastSector !== cell.lastVobuStartSector || sectors >= MOST_STILL_SECTORS) return 0
  const seconds = Math.floor(ticksFromDvdTime({ ...cell.playbackTime, frames: 0 }) / 90_000)
  return seconds === 0 || Math.floor(sectors / seconds) > MOST_SECTORS_A_SECOND ? 0 : Math.min(seconds, STILL_ENDLESS)
}

/** Runs a command list; null: it came to its end or broke off. What leads nowhere is left out. */
function runList(run: Run, commands: readonly Uint8Array[], leave = true): Goal | null {
  for (let line = 1; line <= commands.length; ) {
    run.spend()
    const { state, transfer } = evaluate(decoded(commands[line - 1]), run.state, run.environment)
    run.state = state
    line = nextLine(run, transfer, line)
    if (transfer === null || !isLeaving(transfer)) continue
    if (!leave) return null
    const goal = follow(run, transfer)
    if (goal !== null) return goal
    run.warn(`The disc's program wants to go where there is nothing (${transfer.op} in ${run.state.domain}, PGC ${run.state.pgcn}).`)
  }
  return null
}

const isLeaving = (transfer: Transfer): transfer is Leaving =>
  !["goto", "break", "set-parental-level"].includes(transfer.op) && !isNoLink(transfer)

const isNoLink = (transfer: Transfer): boolean => transfer.op === "link" && transfer.link === "LinkNoLink"

/** The line to go on with when the command does not leave the list. */
function nextLine(run: Run, transfer: Transfer | null, line: number): number {
  switch (transfer?.op) {
    case "goto":
      return transfer.line === 0 ? line + 1 : transfer.line
    case "break":
      return Number.POSITIVE_INFINITY
    case "set-parental-level":
      if (!isGranted(run, transfer.level)) return line + 1
      run.state = withSprm(run.state, SPRM.parentalLevel, transfer.level)
      return transfer.line === 0 ? line + 1 : transfer.line
    case "link":
      if (isNoLink(transfer)) selectButton(run, transfer.button)
      return line + 1
    default:
      return line + 1
  }
}

function isGranted(run: Run, level: number): boolean {
  const now = run.state.sprm[SPRM.parentalLevel] ?? NO_PARENTAL_LEVEL
  return run.environment.grantParentalLevel?.(level) ?? level <= now
}

/** Commands are decoded once: the tables live as long as the disc. */
const DECODED = new WeakMap<Uint8Array, DvdCommand>()
const NOTHING = new Uint8Array(8)

function decoded(bytes: Uint8Array = NOTHING): DvdCommand {
  const known = DECODED.get(bytes)
  if (known !== undefined) return known
  const command = decodeCommand(bytes)
  DECODED.set(bytes, command)
  return command
}

/** The chain's commands are run for what they set; where they lead is left out, since the viewer has said where to go. */
function titleStart(run: Run): Goal {
  run.change({ timer: null, cell: 0, block: 0 })
  beginDraws(run)
  runList(run, run.pgc?.commands.pre ?? [], false)
  return "program"
}

/** A menu key: from a title it can be resumed. */
function callMenu(run: Run, menu: number): Goal | null {
  if (run.state.domain === "first-play") return null
  const information = run.state.domain === "title" ? resumeInformation(run, 0) : run.state.resume
  const timer = pausedTimer(run)
  const goal = enterMenu(run, menu === TITLE_MENU ? "vmgm" : "vtsm", run.state.titleSet, menu)
  if (goal !== null) run.change({ resume: information, timer })
  return goal
}

const TITLE_MENU = 2

/** The program before; before the first one, the last of the chain before. */
function previousProgram(run: Run): Goal | null {
  if (run.state.program > 1) {
    run.change({ program: run.state.program - 1 })
    return "program"
  }
  if (enterChain(run, run.state.domain, run.pgc?.prevPgcNr ?? null) === null) return null
  run.change({ program: Math.max(1, run.pgc?.programMap.length ?? 1), cell: 0, block: 0 })
  runList(run, run.pgc?.commands.pre ?? [], false)
  return "program"
}

function search(run: Run, cell: number, block: number): Goal | null {
  const cells = run.pgc?.cells ?? []
  if (cells[cell - 1] === undefined) return null
  const played = cellOfAngle(cells, cell, run.state.sprm[SPRM.angle] ?? 1)
  // In another angle's cell the same number of sectors is another place.
  run.change({ cell: played, block: played === cell ? block : 0 })
  return "resume"
}

/** Ticks until the title leaves for the navigation timer's chain; null: no timer runs. */
export function timerLeft(state: DvdState, environment: DvdEnvironment): number | null {
  if (state.domain !== "title" || !state.timer?.running) return null
  return Math.max(0, state.timer.endTicks - environment.now())
}
