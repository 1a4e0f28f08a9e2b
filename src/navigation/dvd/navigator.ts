import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import { type Cell, type DvdDisc, MENU_TYPES, type MenuType, type Pgc, titleSetOf, type VideoAttributes } from "../../disc/dvd/index.ts"
import { type NavigationPack, parseNavigationPack } from "../../mpeg/index.ts"
import { chainTable, currentPgc, partOfProgram, titleNumber } from "./chains.ts"
import type { DvdEnvironment } from "./environment.ts"
import { withSprm } from "./evaluate.ts"
import { buttonAt, buttonsFor, commandBytes, type DvdButton, type DvdHighlight, nextHighlight } from "./highlight.ts"
import { type MachineAction, runMachine } from "./machine.ts"
import type { MachineEvent } from "./run.ts"
import { type CellPlace, cellStartTicks, placeOfPosition, placeOfTime, sectorPosition } from "./search.ts"
import {
  BUTTON_UNIT,
  buttonNumber,
  DEFAULT_PREFERENCES,
  type DvdDomain,
  type DvdPreferences,
  type DvdState,
  initialState,
  SPRM,
  SUBPICTURE_DISPLAY,
} from "./state.ts"
import { activeStreams, angles, type DisplayMode, type DvdStreams, streamAttributes } from "./streams.ts"
import { type Prohibition, prohibitedBy, prohibitedOps, type UserOperation } from "./user-operations.ts"
import { readVobu, type Vobu, vobuAround, vobuMap } from "./vobu.ts"

/** A block of the disc, as cells count: in the menu VOB or the title VOBs of a title set (0: the video manager). */
export type BlockAddress = { readonly titleSet: number; readonly vobs: "menu" | "title"; readonly sector: number }

/**
 * Everything about where playing stands: plain values, never changed in place. Held, saved as JSON or put into another navigator of the same
 * disc, it goes on the same.
 */
export type NavigatorState = {
  readonly machine: DvdState
  /** The VOBU being read; null: the next block is the navigation pack at sector `place`. */
  readonly vobu: Vobu | null
  readonly place: number
  /** Blocks of the VOBU that have been read, its navigation pack included. */
  readonly read: number
  readonly highlight: DvdHighlight | null
  /** The highlight's forced activation has been made. */
  readonly forced: boolean
  /** A time search is under way: VOBUs that end before this time of the chain are passed over. */
  readonly searching: { readonly time: Ticks; readonly packsLeft: number } | null
}

export type NavigatorEvent =
  | MachineEvent
  /** A VOBU without a navigation pack was left out. */
  | { readonly type: "warning"; readonly code: "dvd-navigation-pack-damaged"; readonly message: string }
  /** A VOBU begins. `address` is the pack's. */
  | { readonly type: "navigation-pack"; readonly pack: NavigationPack; readonly address: BlockAddress }
  /** The buttons or the selected one changed; `highlight` null: there are none. */
  | { readonly type: "highlight"; readonly highlight: DvdHighlight | null; readonly button: number }
  | { readonly type: "streams"; readonly streams: DvdStreams }

/** Where playing stands, in the numbers that people use. */
export type DvdPlace = {
  readonly domain: DvdDomain
  /** 0 before the first title set is entered. */
  readonly titleSet: number
  /** Of the disc; null: in a menu, or the chain is no title's. */
  readonly title: number | null
  readonly part: number | null
  /** null: in a title, or the chain is no menu that a key calls. */
  readonly menu: MenuType | null
  readonly pgcn: number
  readonly program: number
  readonly cell: number
}

/** What a key did. `refused`: the disc forbids it. `nothing`: there is nothing here that it could do. */
export type KeyResult = {
  readonly outcome: "done" | "refused" | "nothing"
  readonly by?: Prohibition
  /** What was being played is over: drop what has been read of it. */
  readonly flush: boolean
  readonly events: readonly NavigatorEvent[]
}

export type NavigatorOptions = {
  readonly environment: DvdEnvironment
  readonly preferences?: DvdPreferences
  /** false: user operations are never refused. */
  readonly obeyProhibitions?: boolean
}

export type Direction = "up" | "down" | "left" | "right"

const MENU_NUMBERS: Readonly<Record<MenuType, number>> = { title: 2, root: 3, subpicture: 4, audio: 5, angle: 6, chapter: 7 }
const MENU_OPERATIONS: Readonly<Record<MenuType, UserOperation>> = {
  title: "title-menu-call",
  root: "root-menu-call",
  subpicture: "subpicture-menu-call",
  audio: "audio-menu-call",
  angle: "angle-menu-call",
  chapter: "chapter-menu-call",
}
/** A time map's unit is at most a few minutes of VOBUs of half a second. */
const MAX_SEARCHED_PACKS = 2048
const NOTHING: KeyResult = { outcome: "nothing", flush: false, events: [] }
const FORCED_CURRENT = 63

/**
 * Walks a DVD block by block: `wanted` names a block, `step` takes it. Reads nothing itself and looks at no clock but the given one.
 * Keys act on the navigation pack read last; to act on what is on the screen, put the state of then back first.
 */
export class DvdNavigator {
  readonly #dvd: DvdDisc
  readonly #environment: DvdEnvironment
  readonly #obeyProhibitions: boolean
  #state: NavigatorState

  constructor(dvd: DvdDisc, { environment, preferences = DEFAULT_PREFERENCES, obeyProhibitions = true }: NavigatorOptions) {
    this.#dvd = dvd
    this.#environment = environment
    this.#obeyProhibitions = obeyProhibitions
    this.#state = { machine: initialState(preferences), vobu: null, place: 0, read: 0, highlight: null, forced: false, searching: null }
  }

  get state(): NavigatorState {
    return this.#state
  }

  /** Puts a state back: a checkpoint or a bookmark of the same disc. */
  set state(state: NavigatorState) {
    this.#state = state
  }

  /** The chain that is playing; null: none, or it is damaged. */
  get pgc(): Pgc | null {
    return currentPgc(this.#dvd, this.#state.machine)
  }

  get place(): DvdPlace {
    const { domain, titleSet, pgcn, program, cell, sprm } = this.#state.machine
    const isTitle = domain === "title"
    const part = isTitle ? partOfProgram(titleSetOf(this.#dvd, titleSet), sprm[SPRM.titleOfSet] ?? 0, pgcn, program) : null
    const title = part === null ? 0 : titleNumber(this.#dvd, titleSet, part.titleOfSet)
    const entry = isTitle ? undefined : chainTable(this.#dvd, this.#state.machine)?.entries[pgcn - 1]
    const menu = entry?.isEntry ? (MENU_TYPES[entry.entryNumber] ?? null) : null
    return { domain, titleSet, title: title === 0 ? null : title, part: part?.part ?? null, menu, pgcn, program, cell }
  }

  /** The current chain's sectors: how many have been read before the next block, and how many there are. */
  get sectors(): { readonly position: number; readonly length: number } {
    const { pgc } = this
    const { machine, vobu, read, place } = this.#state
    return pgc === null ? { position: 0, length: 0 } : sectorPosition(pgc, machine.cell, vobu === null ? place : vobu.startSector + read)
  }

  /** Forbidden user operations as a mask (bit n: user operation n) of the chain and the VOBU in hand. */
  get prohibitedOps(): number {
    return prohibitedOps(this.#dvd, this.#state.machine, this.#state.vobu?.vobuUopCtl ?? 0)
  }

  /** What the VOBs that are playing hold; null: their title set is not there. */
  get video(): VideoAttributes | null {
    return streamAttributes(this.#dvd, this.#state.machine)?.video ?? null
  }

  get streams(): DvdStreams {
    return activeStreams(this.#dvd, this.#state.machine)
  }

  /** The current angle and how many there are. */
  get angles(): { readonly angle: number; readonly count: number } {
    return angles(this.#dvd, this.#state.machine)
  }

  /** Time from the chain's start to the start of the VOBU being read. */
  get time(): Ticks {
    const { pgc } = this
    const { machine, vobu } = this.#state
    return pgc === null ? ticks(0) : ticks(cellStartTicks(pgc, machine.cell) + (vobu?.cellElapsed ?? 0))
  }

  /** The buttons for the screen that the preferences describe; none: empty. */
  get buttons(): readonly DvdButton[] {
    const { highlight } = this.#state
    return highlight === null ? [] : buttonsFor(highlight, this.#isWide ? this.displayMode : "normal")
  }

  /** How the picture is put on the screen that the preferences describe; a narrow one fills it. */
  get displayMode(): DisplayMode {
    const mode = ((this.#state.machine.sprm[SPRM.video] ?? 0) >> 8) & 3
    if (!this.#isWide) return "wide"
    return mode === 1 ? "pan-scan" : mode === 2 ? "letterbox" : "wide"
  }

  /** Number of the selected button; where SPRM 8 names one that is not there, the nearest that is. 0: there are no buttons. */
  get button(): number {
    return Math.min(this.buttons.length, Math.max(1, buttonNumber(this.#state.machine)))
  }

  /** The block that the next `step` takes; null: that step needs none. */
  get wanted(): BlockAddress | null {
    if (this.#state.machine.phase.name !== "cell" || this.#cellIsRead) return null
    return { ...this.#vobs, sector: this.#sector }
  }

  /** The block wanted is a navigation pack. */
  get wantsNavigationPack(): boolean {
    return this.wanted !== null && this.#blocksLeft === 0
  }

  /** The VOBU in hand is to be read again, from its navigation pack on: streams or angle have changed. Its buttons stay as they are. */
  reread(): void {
    const { vobu, machine } = this.#state
    if (vobu === null) return
    this.#change({ vobu: null, read: 0, place: vobu.startSector, searching: null, machine: { ...machine, phase: { name: "cell" } } })
  }

  /** How many blocks from `wanted` on will surely be wanted one after another, for reading ahead; 0 where none is. */
  get runLength(): number {
    if (this.wanted === null) return 0
    return Math.max(1, this.#blocksLeft)
  }

  /** First play. */
  start(): readonly NavigatorEvent[] {
    return this.#act({ do: "start" }).events
  }

  /**
   * One step: takes the block that `wanted` names, or without one (`null`) goes on where a cell has been read. In a still and at the end it
   * does nothing. `null` where a block is wanted says that the block cannot be read: the VOBU is left out.
   * @throws DiscError `limit`: the disc's program runs in circles
   */
  step(block: Uint8Array | null): readonly NavigatorEvent[] {
    if (this.#state.machine.phase.name !== "cell") return []
    if (this.#cellIsRead) return this.#act({ do: "cell-ended" }).events
    if (this.#blocksLeft === 0) return this.#takeNavigationPack(block)
    this.#change({ read: this.#state.read + (block === null ? this.#blocksLeft : 1) })
    return this.#vobuEnd()
  }

  /** The still's time is over. */
  stillElapsed(): readonly NavigatorEvent[] {
    return this.#act({ do: "still-ended" }).events
  }

  /** The navigation timer has run out: see `timerLeft`. */
  timerElapsed(): readonly NavigatorEvent[] {
    return this.#act({ do: "timer" }).events
  }

  /** Ends a still. */
  stillOff(): KeyResult {
    if (this.#state.machine.phase.name !== "still") return NOTHING
    return this.#operate("still-off", () => this.#act({ do: "still-ended" }))
  }

  /** Selects a button by its number. */
  select(button: number): KeyResult {
    return this.#button(() => this.#select(button))
  }

  /** To the neighbour; an auto-action button is activated at once. */
  move(direction: Direction): KeyResult {
    return this.#button((current) => {
      if (current === undefined) return NOTHING
      const selected = this.#select(current[direction])
      if (selected.outcome !== "done") return NOTHING
      return this.#current?.autoAction ? joined(selected, this.#activate()) : selected
    })
  }

  /** Runs the selected button's command. */
  activate(): KeyResult {
    return this.#button(() => this.#activate())
  }

  /** A pointer at a point of the sub-picture plane selects the button there. */
  point(x: number, y: number): KeyResult {
    return this.#button(() => this.#point(x, y))
  }

  /** A pointer selects the button at a point and activates it. */
  click(x: number, y: number): KeyResult {
    return this.#button(() => {
      const pointed = this.#point(x, y)
      return pointed.outcome === "done" ? joined(pointed, this.#activate()) : pointed
    })
  }

  /** A number key selects and activates the button of that number, where the disc lets it. */
  number(value: number): KeyResult {
    return this.#button(() => {
      const { highlight } = this.#state
      if (highlight === null || value < 1 || value > highlight.numeric) return NOTHING
      const selected = this.#select(value + highlight.numberOffset)
      return selected.outcome === "done" ? joined(selected, this.#activate()) : selected
    })
  }

  menu(menu: MenuType): KeyResult {
    return this.#operate(MENU_OPERATIONS[menu], () => this.#act({ do: "menu", menu: MENU_NUMBERS[menu] }))
  }

  /** From a menu back to the title it was called from. */
  resume(): KeyResult {
    if (this.#state.machine.domain === "title") return NOTHING
    return this.#operate("resume", () => this.#act({ do: "resume" }))
  }

  title(title: number): KeyResult {
    return this.#operate("title-play", () => this.#act({ do: "title", title, part: 1 }))
  }

  /** Part `part` (chapter) of title `title`, by default of the current one. */
  part(part: number, title = this.#currentTitle): KeyResult {
    const isCurrent = title === this.#currentTitle && this.#state.machine.domain === "title"
    return this.#operate(isCurrent ? "time-or-chapter-search" : "chapter-search-or-play", () => this.#act({ do: "title", title, part }))
  }

  next(): KeyResult {
    return this.#operate("next-program-search", () => this.#act({ do: "next-program" }))
  }

  previous(): KeyResult {
    return this.#operate("previous-or-top-program-search", () => this.#act({ do: "previous-program" }))
  }

  top(): KeyResult {
    return this.#operate("previous-or-top-program-search", () => this.#act({ do: "top-program" }))
  }

  goUp(): KeyResult {
    return this.#operate("go-up", () => this.#act({ do: "go-up" }))
  }

  /** To the VOBU that is shown at `time` of the chain. */
  searchTime(time: Ticks): KeyResult {
    return this.#operate("time-or-chapter-search", () => {
      const result = this.#searchPlace(placeOfTime(this.#dvd, this.#state.machine, time))
      if (result.outcome === "done") this.#change({ searching: { time, packsLeft: MAX_SEARCHED_PACKS } })
      return result
    })
  }

  /** To the VOBU at a position among the chain's sectors. */
  searchSector(position: number): KeyResult {
    const { vobu, read, place } = this.#state
    const from = vobu === null ? place : vobu.startSector + read - 1
    return this.#operate("time-or-chapter-search", () => this.#searchPlace(placeOfPosition(this.#dvd, this.#state.machine, position, from)))
  }

  /** Takes effect at the next place where angles part or meet. */
  angle(angle: number): KeyResult {
    if (angle < 1 || angle > this.angles.count) return NOTHING
    return this.#operate("angle-change", () => this.#set(SPRM.angle, angle))
  }

  /** Audio stream 1 to 8 of the title. */
  audio(stream: number): KeyResult {
    if ((this.pgc?.audioControl[stream - 1] ?? null) === null) return NOTHING
    return this.#operate("audio-stream-change", () => this.#set(SPRM.audioStream, stream - 1))
  }

  /** Sub-picture stream 1 to 32 of the title; null: only what is forced. */
  subpicture(stream: number | null): KeyResult {
    const now = this.#state.machine.sprm[SPRM.subpictureStream] ?? 0
    if (stream !== null && (this.pgc?.subpictureControl[stream - 1] ?? null) === null) return NOTHING
    const value = stream === null ? now & ~SUBPICTURE_DISPLAY : (stream - 1) | SUBPICTURE_DISPLAY
    return this.#operate("subpicture-stream-change", () => this.#set(SPRM.subpictureStream, value))
  }

  /** Who forbids an operation now; null: it is allowed. */
  prohibitedBy(operation: UserOperation): Prohibition | null {
    return prohibitedBy(this.#dvd, this.#state.machine, this.#state.vobu?.vobuUopCtl ?? 0, operation)
  }

  get #isWide(): boolean {
    return this.video?.displayAspectRatio === "16:9"
  }

  get #currentTitle(): number {
    return this.#state.machine.sprm[SPRM.title] ?? 0
  }

  get #cell(): Cell | undefined {
    return this.pgc?.cells[this.#state.machine.cell - 1]
  }

  get #current(): DvdButton | undefined {
    return this.buttons[this.button - 1]
  }

  get #vobs(): Omit<BlockAddress, "sector"> {
    const { domain, titleSet } = this.#state.machine
    if (domain === "title") return { titleSet, vobs: "title" }
    return { titleSet: domain === "vtsm" ? titleSet : 0, vobs: "menu" }
  }

  /** Blocks of the VOBU that are still to be read; 0: a navigation pack comes, or the cell's end. */
  get #blocksLeft(): number {
    const { vobu, read } = this.#state
    return vobu === null ? 0 : Math.max(0, vobu.lastSector - vobu.startSector + 1 - read)
  }

  /** True when the last VOBU of the cell has been read. */
  get #cellIsRead(): boolean {
    const { vobu } = this.#state
    return this.#cell === undefined || (vobu !== null && this.#blocksLeft === 0 && vobu.next === null)
  }

  /** Sector of the next block. */
  get #sector(): number {
    const { vobu, place, read } = this.#state
    if (vobu === null) return place
    return this.#blocksLeft > 0 ? vobu.startSector + read : (vobu.next?.sector ?? vobu.lastSector)
  }

  #change(part: Partial<NavigatorState>): void {
    this.#state = { ...this.#state, ...part }
  }

  #takeNavigationPack(block: Uint8Array | null): readonly NavigatorEvent[] {
    const { vobu: before, machine } = this.#state
    const sector = this.#sector
    const number = before?.next?.cell ?? machine.cell
    const cells = this.pgc?.cells ?? []
    const cell = cells[number - 1]
    if (cell === undefined) return []
    const pack = block === null ? null : packOf(block)
    if (pack === null) return this.#passOver(sector, cell)
    const vobu = readVobu(pack, sector, number, cells, this.angles.angle)
    this.#change({ vobu, read: 1, machine: { ...machine, cell: number, block: this.#resumeBlock(before, cell) } })
    if (this.#passesForSearch(vobu)) return []
    this.#change({ searching: null })
    const events: NavigatorEvent[] = [{ type: "navigation-pack", pack, address: { ...this.#vobs, sector } }]
    events.push(...this.#takeHighlight(pack))
    return [...events, ...this.#vobuEnd()]
  }

  /** A resumed title begins one VOBU before the one that was being read: what the viewer saw last lies there. */
  #resumeBlock(before: Vobu | null, cell: Cell): number {
    if (before === null) return this.#state.machine.block
    return Math.max(0, before.startSector - cell.firstSector)
  }

  /** A VOBU that cannot be read is left out, up to the next one of the cell that the address map knows. */
  #passOver(sector: number, cell: Cell): readonly NavigatorEvent[] {
    const map = vobuMap(this.#dvd, this.#state.machine)
    const next = map === null ? null : vobuAround(map, sector).next
    const isInside = next !== null && next <= cell.lastSector
    this.#change(isInside ? { vobu: null, place: next } : { vobu: pastVobu(cell), read: 1 })
    const message = `Sector ${sector} should be a navigation pack and is not; what follows it is left out.`
    return [{ type: "warning", code: "dvd-navigation-pack-damaged", message }]
  }

  #takeHighlight(pack: NavigationPack): readonly NavigatorEvent[] {
    const before = this.#state.highlight
    const highlight = nextHighlight(pack, before)
    const isNew = highlight !== null && highlight.startPtm !== before?.startPtm
    const button = buttonNumber(this.#state.machine)
    this.#change({ highlight, forced: isNew ? false : this.#state.forced })
    const forced = highlight?.forcedSelect ?? 0
    if (isNew && forced > 0 && forced !== FORCED_CURRENT) this.#writeButton(forced)
    const changed = highlight !== before && (isNew || highlight === null)
    return changed || buttonNumber(this.#state.machine) !== button ? [this.#highlightEvent()] : []
  }

  #highlightEvent(): NavigatorEvent {
    return { type: "highlight", highlight: this.#state.highlight, button: this.button }
  }

  /** Behind a VOBU's last block: the forced activation that falls due, else the still of cells that hold at each VOBU. */
  #vobuEnd(): readonly NavigatorEvent[] {
    if (this.#state.vobu === null || this.#blocksLeft > 0) return []
    const forced = this.#forcedActivation()
    return forced.length > 0 ? forced : this.#act({ do: "vobu-ended" }).events
  }

  #forcedActivation(): readonly NavigatorEvent[] {
    const { vobu, highlight, forced } = this.#state
    if (vobu === null || highlight === null || forced || highlight.forcedActivate === 0) return []
    if (highlight.selectEndPtm === null || vobu.endPtm < highlight.selectEndPtm) return []
    this.#change({ forced: true })
    if (highlight.forcedActivate !== FORCED_CURRENT) this.#writeButton(highlight.forcedActivate)
    return this.#activate().events
  }

  #passesForSearch(vobu: Vobu): boolean {
    const { searching } = this.#state
    if (searching === null || searching.packsLeft === 0) return false
    const length = (vobu.endPtm - vobu.startPtm) >>> 0
    if (this.time + length > searching.time || vobu.next === null) return false
    const read = vobu.lastSector - vobu.startSector + 1
    this.#change({ read, searching: { ...searching, packsLeft: searching.packsLeft - 1 } })
    return true
  }

  #operate(operation: UserOperation, act: () => KeyResult): KeyResult {
    const by = this.#obeyProhibitions ? this.prohibitedBy(operation) : null
    return by === null ? act() : { outcome: "refused", by, flush: false, events: [] }
  }

  #button(act: (current: DvdButton | undefined) => KeyResult): KeyResult {
    if (this.#state.highlight === null) return NOTHING
    return this.#operate("button-select-or-activate", () => act(this.#current))
  }

  #select(button: number): KeyResult {
    if (button < 1 || button > this.buttons.length) return NOTHING
    this.#writeButton(button)
    return { outcome: "done", flush: false, events: [this.#highlightEvent()] }
  }

  #point(x: number, y: number): KeyResult {
    const button = buttonAt(this.buttons, x, y)
    if (button === null) return NOTHING
    return button === buttonNumber(this.#state.machine) ? { outcome: "done", flush: false, events: [] } : this.#select(button)
  }

  #activate(): KeyResult {
    const button = this.#current
    return button === undefined ? NOTHING : this.#act({ do: "command", command: commandBytes(button) })
  }

  #writeButton(button: number): void {
    this.#change({ machine: withSprm(this.#state.machine, SPRM.button, button * BUTTON_UNIT) })
  }

  #set(register: number, value: number): KeyResult {
    const before = this.streams
    this.#change({ machine: withSprm(this.#state.machine, register, value) })
    return { outcome: "done", flush: false, events: this.#streamsEvents(before) }
  }

  #searchPlace(place: CellPlace | null): KeyResult {
    return place === null ? NOTHING : this.#act({ do: "search", ...place })
  }

  #act(action: MachineAction): KeyResult {
    const before = this.#state
    const streams = this.streams
    const { state: machine, events, outcome } = runMachine(this.#dvd, this.#environment, before.machine, action)
    if (outcome === "impossible") return { ...NOTHING, events }
    this.#change({ machine })
    const isJump = outcome === "jumped"
    if (isJump) this.#beginPlace()
    const isSelected = buttonNumber(machine) === buttonNumber(before.machine)
    const changed: NavigatorEvent[] = isJump || isSelected ? [] : [this.#highlightEvent()]
    return { outcome: "done", flush: isJump, events: [...events, ...this.#streamsEvents(streams), ...changed] }
  }

  /** Reading begins anew where the machine says. */
  #beginPlace(): void {
    const { block } = this.#state.machine
    this.#change({ vobu: null, read: 0, highlight: null, forced: false, searching: null, place: (this.#cell?.firstSector ?? 0) + block })
  }

  #streamsEvents(before: DvdStreams): NavigatorEvent[] {
    const { streams } = this
    return JSON.stringify(streams) === JSON.stringify(before) ? [] : [{ type: "streams", streams }]
  }
}

function joined(first: KeyResult, second: KeyResult): KeyResult {
  return second.outcome === "nothing" ? first : { ...second, events: [...first.events, ...second.events] }
}

function packOf(block: Uint8Array): NavigationPack | null {
  try {
    return parseNavigationPack(block)
  } catch (error) {
    if (error instanceof DiscError) return null
    throw error
  }
}

/** A VOBU that has been read to the cell's end: there is nothing behind it. */
function pastVobu(cell: Cell): Vobu {
  const lastSector = cell.lastSector
  return { startSector: lastSector, lastSector, next: null, vobuUopCtl: 0, startPtm: 0, endPtm: 0, cellElapsed: ticks(0) }
}
