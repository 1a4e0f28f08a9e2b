import { unreachable } from "../../base/index.ts"
import { titleSetOf } from "../../disc/dvd/index.ts"
import { chainForLevel, menuPgcn, partOfProgram, titleNumber } from "./chains.ts"
import type { LinkName, SystemTarget, Transfer } from "./command.ts"
import { withSprm } from "./evaluate.ts"
import type { Goal, Run } from "./run.ts"
import { BUTTON_UNIT, type DvdDomain, type ResumeInformation, SPRM } from "./state.ts"

/** A transfer that leaves its command list; the other ones stay in it. */
export type Leaving = Exclude<Transfer, { op: "goto" | "break" | "set-parental-level" }>

/**
 * Puts the state where a link, jump or call leads, and says how to go on there; null: there is no such place, and the state is as it was.
 * Rules: libdvdnav `process_command`, which asserts or stops in the cases that are null here.
 */
export function follow(run: Run, transfer: Leaving): Goal | null {
  switch (transfer.op) {
    case "link":
      return followLink(run, transfer.link, transfer.button)
    case "link-pgc":
      return enterChain(run, run.state.domain, transfer.pgcn)
    case "link-part":
      if (run.state.domain !== "title" || !enterPart(run, run.state.titleSet, run.state.sprm[SPRM.titleOfSet] ?? 0, transfer.part))
        return null
      selectButton(run, transfer.button)
      return "program"
    case "link-program":
      return linkProgram(run, transfer.program, transfer.button)
    case "link-cell":
      return linkCell(run, transfer.cell, transfer.button)
    case "exit":
      return "stop"
    case "jump-title":
      return enterTitle(run, transfer.title, 1) ? stopTimer(run, "chain") : null
    case "jump-title-of-set":
      return enterPart(run, run.state.titleSet, transfer.title, 1) ? stopTimer(run, "chain") : null
    case "jump-part-of-set":
      return enterPart(run, run.state.titleSet, transfer.title, transfer.part) ? stopTimer(run, "chain") : null
    case "jump-system":
      return enterSystem(run, transfer.target, stopTimer)
    case "call-system":
      return call(run, transfer.target, transfer.resumeCell)
    default:
      return unreachable(transfer)
  }
}

function followLink(run: Run, link: LinkName, button: number): Goal | null {
  const goal = linkGoal(run, link)
  if (goal !== null && link !== "LinkNoLink") selectButton(run, button)
  return goal
}

function linkGoal(run: Run, link: LinkName): Goal | null {
  const { state, pgc } = run
  switch (link) {
    // Does nothing but select a button, and that was done: its list goes on.
    case "LinkNoLink":
      return null
    case "LinkTopC":
      return topOfCell(run)
    case "LinkNextC":
      return pgc === null ? null : nextCell(run)
    case "LinkPrevC":
      return linkCell(run, previousCell(run), 0)
    case "LinkTopPG":
      return "program"
    case "LinkNextPG":
      return nextProgram(run)
    case "LinkPrevPG":
      return linkProgram(run, state.program - 1, 0)
    case "LinkTopPGC":
      run.change({ program: 1 })
      return "chain"
    case "LinkNextPGC":
      return enterChain(run, state.domain, pgc?.nextPgcNr ?? null)
    case "LinkPrevPGC":
      return enterChain(run, state.domain, pgc?.prevPgcNr ?? null)
    case "LinkGoUpPGC":
      return goUp(run)
    case "LinkTailPGC":
      return "tail"
    case "LinkRSM":
      return resume(run)
    default:
      return unreachable(link)
  }
}

/** The cell again; before the first one it is the program's, behind the last one the last. */
function topOfCell(run: Run): Goal {
  if (run.state.cell === 0) return "program"
  const last = run.pgc?.cells.length ?? 0
  if (run.state.cell > last) run.change({ cell: last })
  return "cell"
}

/** To the chain above: a menu's may be the title that it was called from. */
export function goUp(run: Run): Goal | null {
  const up = run.pgc?.goUpPgcNr ?? null
  return up === "resume" ? resume(run) : enterChain(run, run.state.domain, up)
}

/** Button 0 leaves the highlight alone. */
export function selectButton(run: Run, button: number): void {
  if (button !== 0) run.state = withSprm(run.state, SPRM.button, button * BUTTON_UNIT)
}

/** A chain of a domain, with its commands to be run; null: there is none. From first play the disc's menus are reached. */
export function enterChain(run: Run, from: DvdDomain, pgcn: number | null, titleSet = run.state.titleSet): Goal | null {
  if (pgcn === null) return null
  const domain = from === "first-play" ? "vmgm" : from
  const found = chainForLevel(run.dvd, { domain, titleSet, sprm: run.state.sprm }, pgcn)
  if (found === null) return null
  run.change({ domain, titleSet, pgcn: found, program: 1, draws: null })
  if (domain === "title") run.state = withSprm(run.state, SPRM.titlePgcn, found)
  return "chain"
}

/** Part `part` of the disc's title `title`; false: there is none. */
export function enterTitle(run: Run, title: number, part: number): boolean {
  const pointer = run.dvd.vmg.ttSrpt?.titles[title - 1]
  return pointer !== undefined && enterPart(run, pointer.titleSetNr, pointer.vtsTtn, part)
}

/** Part `part` of title `titleOfSet` of a title set; false: there is none. Sets SPRM 4 to 7. */
export function enterPart(run: Run, titleSet: number, titleOfSet: number, part: number): boolean {
  const place = titleSetOf(run.dvd, titleSet)?.pttSrpt?.titles[titleOfSet - 1]?.[part - 1]
  if (place === undefined || enterChain(run, "title", place.pgcn, titleSet) === null) return false
  const sprm = run.state.sprm
    .with(SPRM.title, titleNumber(run.dvd, titleSet, titleOfSet))
    .with(SPRM.titleOfSet, titleOfSet)
    .with(SPRM.part, part)
  run.change({ program: place.pgn, sprm })
  return true
}

function linkProgram(run: Run, program: number, button: number): Goal | null {
  const last = run.pgc?.programMap.length ?? 0
  if (program < 1 || program > last) return null
  run.change({ program })
  selectButton(run, button)
  return "program"
}

function linkCell(run: Run, cell: number, button: number): Goal | null {
  const last = run.pgc?.cells.length ?? 0
  if (cell < 1 || cell > last) return null
  run.change({ cell })
  selectButton(run, button)
  return "cell"
}

/** The program after this one, or the chain's end; in a random or shuffled chain the next one drawn. */
export function nextProgram(run: Run): Goal {
  if (run.state.draws !== null) return drawProgram(run)
  const last = run.pgc?.programMap.length ?? 0
  if (run.state.program >= last) return "tail"
  run.change({ program: run.state.program + 1 })
  return "program"
}

/** The next program of a random or shuffled chain, or its end when as many as the disc asks for have been played. */
export function drawProgram(run: Run): Goal {
  const { draws } = run.state
  const count = run.pgc?.programMap.length ?? 0
  if (draws === null || draws.left === 0) return "tail"
  const isShuffle = run.pgc?.playbackMode.order === "shuffle"
  const candidates = Array.from({ length: count }, (_, index) => index + 1).filter(
    (program) => !isShuffle || !draws.played.includes(program),
  )
  if (candidates.length === 0) return "tail"
  // One candidate needs no chance; libdvdnav takes no random number for it either.
  const index = candidates.length === 1 ? 0 : Math.floor(candidates.length * run.environment.random())
  const program = candidates[index] ?? 1
  run.change({ program, draws: { left: draws.left - 1, played: isShuffle ? [...draws.played, program] : [] } })
  return "program"
}

/** The cell behind this one; of an angle block all cells are one. */
export function nextCell(run: Run): Goal {
  const cells = run.pgc?.cells ?? []
  let cell = run.state.cell
  const isBlock = cells[cell - 1]?.blockType === "angle"
  cell++
  if (isBlock) while (cells[cell - 1]?.blockMode === "inside" || cells[cell - 1]?.blockMode === "last") cell++
  run.change({ cell })
  return cell > cells.length ? "tail" : "cell"
}

/** Number of the cell before this one, or of the first of its angle block; 0: there is none. */
function previousCell(run: Run): number {
  const cells = run.pgc?.cells ?? []
  return blockStart(cells, blockStart(cells, run.state.cell) - 1)
}

/** The first cell of the angle block that `cell` is in; itself outside of blocks. */
export function blockStart(cells: readonly { readonly blockMode: string; readonly blockType: string }[], cell: number): number {
  let first = cell
  const inBlock = (number: number) => ["inside", "last"].includes(cells[number - 1]?.blockMode ?? "")
  while (first > 1 && inBlock(first) && cells[first - 1]?.blockType === "angle") first--
  return first
}

function enterSystem(run: Run, target: SystemTarget, entered: (run: Run, goal: Goal) => Goal): Goal | null {
  const goal = systemGoal(run, target)
  return goal === null ? null : entered(run, goal)
}

function systemGoal(run: Run, target: SystemTarget): Goal | null {
  const { dvd, state } = run
  switch (target.to) {
    case "first-play":
      return enterFirstPlay(run)
    case "vmgm-menu":
      return enterMenu(run, "vmgm", state.titleSet, target.menu)
    case "vmgm-pgc":
      return enterChain(run, "vmgm", target.pgcn)
    case "vtsm-menu": {
      const titleSet = target.titleSet || state.titleSet
      const goal = enterMenu(run, "vtsm", titleSet, target.menu)
      if (goal === null || target.title === 0) return goal
      const sprm = run.state.sprm.with(SPRM.titleOfSet, target.title).with(SPRM.title, titleNumber(dvd, titleSet, target.title))
      run.change({ sprm })
      return goal
    }
    default:
      return unreachable(target)
  }
}

export function enterMenu(run: Run, domain: "vmgm" | "vtsm", titleSet: number, menu: number): Goal | null {
  return enterChain(run, domain, menuPgcn(run.dvd, { domain, titleSet, sprm: run.state.sprm }, menu), titleSet)
}

/** A disc without a first play chain begins with its first menu, without menus with title 1. */
export function enterFirstPlay(run: Run): Goal | null {
  if (run.dvd.vmg.firstPlayPgc !== null) {
    run.change({ domain: "first-play", pgcn: 0, program: 1, draws: null })
    return "chain"
  }
  return enterChain(run, "vmgm", 1) ?? (enterTitle(run, 1, 1) ? "chain" : null)
}

/** Only titles can be resumed: a call from elsewhere is a jump. */
function call(run: Run, target: SystemTarget, resumeCell: number): Goal | null {
  const information = run.state.domain === "title" ? resumeInformation(run, resumeCell) : run.state.resume
  const timer = pausedTimer(run)
  const goal = systemGoal(run, target)
  if (goal !== null) run.change({ resume: information, timer })
  return goal
}

/** What to keep when a title is left for a menu; `cell` 0: the place where it stands. */
export function resumeInformation(run: Run, cell: number): ResumeInformation {
  const { state } = run
  return {
    titleSet: state.titleSet,
    pgcn: state.pgcn,
    cell: cell === 0 ? state.cell : cell,
    block: cell === 0 ? state.block : 0,
    sprm: state.sprm.slice(SPRM.title, SPRM.button + 1),
  }
}

/** Back to where the title was left. */
export function resume(run: Run): Goal | null {
  const { resume: information } = run.state
  if (information === null || enterChain(run, "title", information.pgcn, information.titleSet) === null) return null
  const sprm = information.sprm.reduce((registers, value, index) => registers.with(SPRM.title + index, value), run.state.sprm)
  run.change({ sprm, timer: runningTimer(run), pgcn: information.pgcn })
  if (information.cell === 0) return "program"
  run.change({ cell: information.cell, block: information.block })
  return information.cell > (run.pgc?.cells.length ?? 0) ? "tail" : "resume"
}

/** The navigation timer stands while a menu is open. */
export function pausedTimer(run: Run): typeof run.state.timer {
  const { timer } = run.state
  return timer?.running ? { running: false, leftTicks: timer.endTicks - run.environment.now() } : timer
}

function runningTimer(run: Run): typeof run.state.timer {
  const { timer } = run.state
  return timer === null || timer.running ? timer : { running: true, endTicks: run.environment.now() + timer.leftTicks }
}

/** Jumps end the navigation timer. */
function stopTimer(run: Run, goal: Goal): Goal {
  run.change({ timer: null })
  return goal
}

/** Program and SPRM 7 of the cell the state is in. */
export function updateProgram(run: Run): void {
  const map = run.pgc?.programMap ?? []
  const program = Math.max(1, map.filter((first) => first <= run.state.cell).length)
  run.change({ program })
  if (run.state.domain !== "title") return
  const { titleSet, pgcn, sprm } = run.state
  const place = partOfProgram(titleSetOf(run.dvd, titleSet), sprm[SPRM.titleOfSet] ?? 0, pgcn, program)
  run.state = withSprm(run.state, SPRM.part, place?.part ?? 0)
}
