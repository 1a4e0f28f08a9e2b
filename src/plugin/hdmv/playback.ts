import { DiscError, TICKS_PER_SECOND, type Ticks, ticks } from "../../base/index.ts"
import type { UserOperation as BlurayOperation } from "../../disc/bluray/index.ts"
import type { MenuState } from "../../graphics/ig/index.ts"
import {
  chosenStreams,
  type HdmvAction,
  type HdmvResult,
  type HdmvState,
  PSR,
  selectedButton,
  withStreams,
} from "../../navigation/hdmv/index.ts"
import type { Item } from "../items.ts"
import { beginningAt, clearedPlane } from "../plane-overlays.ts"
import type { Answer } from "../session.ts"
import type { SessionQueue } from "../session-queue.ts"
import { FIRST_FEED_TIME, onGrid, STRETCH_GAP } from "../stretch.ts"
import { WarningTeller } from "../warning-teller.ts"
import { AllowedTeller, refusalOf } from "./allowed.ts"
import { DONE, FLUSHED, NOTHING } from "./answers.ts"
import { findEarlierMenu, hasMuxedMenu } from "./look-back.ts"
import { clearedMenu } from "./menu-items.ts"
import { MenuTrack } from "./menu-track.ts"
import { type HdmvSessionOptions, type HdmvStart, subtitleChoice } from "./options.ts"
import type { HdmvPlace } from "./place.ts"
import { PlayOrder } from "./play-order.ts"
import { type Playlist, Playlists, stillOf, timeOfPosition } from "./playlist.ts"
import { HdmvProgram } from "./program.ts"
import { type Arrival, chosenMenu, type PlayEvent, Stretch } from "./stretch.ts"

/** What is decoded before the first moment shown has feed times of its own: a group of pictures, which is no longer than two seconds. */
const LEAD = 2 * TICKS_PER_SECOND
/** Playlists of no length one after another: a program that plays nothing in a circle. */
const MAX_EMPTY_STRETCHES = 1000

/** Where a playlist is played from. `menu`: that of the stretch before, the playlist's own, or its own as it was left. */
type Beginning = {
  readonly playlist: number
  readonly time: Ticks
  readonly machine: HdmvState
  readonly menu: "goes-on" | "new" | MenuState
}

/** What plays: runs of playlists one behind the other, on the screen the first and being read the last, and the machine that leads them. */
export class HdmvPlayback {
  readonly program: HdmvProgram
  /** In feed order. */
  #stretches: Stretch[] = []
  /** The machine where nothing plays. */
  #idle: HdmvState
  #ended = false
  #presented: Ticks | null = null
  #showFrom: Ticks = FIRST_FEED_TIME
  #highest: Ticks = FIRST_FEED_TIME
  /** The menu of the playlist that the machine has suspended. */
  #leftMenu: MenuState | null = null
  #order: PlayOrder | null = null
  #emptyStretches = 0
  readonly #teller: WarningTeller
  #abort = new AbortController()
  #generation = 0
  #closed = false
  readonly #options: HdmvSessionOptions
  readonly #queue: SessionQueue
  readonly #playlists: Playlists
  readonly #allowed: AllowedTeller

  constructor(options: HdmvSessionOptions, queue: SessionQueue) {
    const { bluray, info, warnings, preferences, random } = options
    this.#options = options
    this.#queue = queue
    this.#teller = new WarningTeller(warnings)
    this.program = new HdmvProgram(bluray, FIRST_FEED_TIME, random)
    this.#idle = HdmvProgram.initial(preferences)
    this.#playlists = new Playlists(bluray, info, warnings)
    this.#allowed = new AllowedTeller(bluray)
  }

  /** The stretch that is being read. */
  get current(): Stretch | null {
    return this.#stretches.at(-1) ?? null
  }

  /** Feed time of what is on the screen, as far as the host says. */
  get screen(): Ticks {
    return this.#presented ?? this.current?.reached ?? this.#highest
  }

  get presented(): Ticks | null {
    return this.#presented
  }

  get onScreen(): Stretch | null {
    const at = this.screen
    return this.#stretches.findLast(({ showFrom }) => showFrom <= at) ?? this.#stretches[0] ?? null
  }

  /** The machine as of what is on the screen. */
  get machine(): HdmvState {
    const stretch = this.onScreen
    return stretch === null ? this.#idle : this.program.stateAt(stretch, this.screen)
  }

  /** Nothing is read until somebody acts. */
  get ended(): boolean {
    return this.#ended
  }

  /** Another number after each flush: what was read before it is void. */
  get generation(): number {
    return this.#generation
  }

  get showFrom(): Ticks {
    return this.#showFrom
  }

  /** The host says what it shows; false: it speaks of a stretch that was left. */
  show(feedTime: Ticks): boolean {
    if (feedTime < this.#showFrom) return false
    this.#presented = feedTime
    const current = this.#stretches.findLastIndex(({ showFrom }) => showFrom <= feedTime)
    // What was shown long ago is no place for keys any more.
    if (current > 0) this.#stretches.splice(0, current)
    this.#stretches[0]?.menu.forget(feedTime)
    return true
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#abort.abort()
    await this.#playlists.close()
  }

  /** Hands out what a step gave; user operations are told where they change. */
  push(items: readonly Item[], stretch: Stretch | null = this.current): void {
    this.#queue.push(items)
    this.#highest = ticks(Math.max(this.#highest, this.current?.reached ?? 0))
    if (stretch === null) return
    for (const item of items) {
      if (item.type === "position" || item.type === "highlight") this.#queue.push(this.#allowedFrom(stretch, item.at))
    }
  }

  /** The menu is drawn up to what was read. */
  advanceMenu(stretch: Stretch): void {
    this.push(stretch.menu.advance(stretch.reached), stretch)
  }

  /** What was drawn of the menu ahead of the screen is void. */
  redraw(stretch: Stretch, items: readonly Item[], at: Ticks): void {
    this.#queue.drop((item) => !isMenuItem(item) && item.type !== "allowed")
    this.#allowed.forgetFrom(at)
    this.#queue.unshift([...items, ...this.#allowedFrom(stretch, at)])
  }

  refusal(operation: BlurayOperation): Answer | null {
    const pageMask = this.onScreen?.menu.maskAt(this.screen) ?? null
    const by = refusalOf(this.#options.bluray, this.machine, operation, pageMask)
    return by === null ? null : { outcome: "refused", by, flush: false }
  }

  /** @throws DiscError what the disc's program or its first playlist cannot be begun for */
  async begin(start: HdmvStart): Promise<void> {
    if (start.at === "place") return this.#resumeAt(start.place)
    if (start.at === "playlist") return this.#beginPlaylist(start)
    const action: HdmvAction = start.at === "first-play" ? { do: "start" } : { do: "menu" }
    const result = this.program.run(this.#idle, action, FIRST_FEED_TIME)
    if (result.outcome === "impossible") throw new DiscError("not-found", "the disc has no menu that its program could enter")
    await this.apply({ ...result, state: this.#withChoice(result.state) }, FIRST_FEED_TIME, false)
  }

  /** Streams that a viewer asked for before anything plays. */
  #withChoice(state: HdmvState): HdmvState {
    const { audio, subtitle } = this.#options
    return withStreams(state, { ...(audio === null ? {} : { audio }), ...(subtitle === undefined ? {} : subtitleChoice(subtitle)) })
  }

  /** A playlist in the title whose program plays it, so that its menus and what follows are the disc's own; else for itself. */
  async #beginPlaylist({ playlist, title, time, angle }: Extract<HdmvStart, { at: "playlist" }>): Promise<void> {
    const found = this.program.titlePlaying(this.#idle, playlist, FIRST_FEED_TIME)
    const machine = withStreams(this.#withChoice(found ?? withTitle(this.#idle, title)), { angle })
    await this.#play({ playlist, time, machine, menu: "new" }, FIRST_FEED_TIME, { by: "item" })
  }

  async #resumeAt({ machine, clock, time, menu, at }: HdmvPlace): Promise<void> {
    this.program.setClock(FIRST_FEED_TIME, clock)
    const playlist = machine.psr[PSR.playlist] ?? 0
    await this.#play({ playlist, time, machine, menu: "new" }, FIRST_FEED_TIME, { by: "item" })
    const stretch = this.current
    if (menu !== null && stretch !== null) this.push(stretch.menu.restore(menu, at, stretch.showFrom))
  }

  /** Runs the machine as of what is on the screen, and does what it says. */
  async drive(action: HdmvAction): Promise<Answer> {
    const at = this.screen
    const before = this.machine
    const left = this.onScreen?.menu.stateAt(at) ?? null
    const result = this.program.run(before, action, at)
    if (result.outcome === "impossible") return NOTHING
    if (result.state.suspended?.at === "playlist" && before.suspended !== result.state.suspended) this.#leftMenu = left
    return this.apply(result, at, true)
  }

  /** What the machine has decided. `isAct`: a person made it, at `at` on the screen; else what was read ends at `at`. */
  async apply({ state, events, outcome }: HdmvResult, at: Ticks, isAct: boolean): Promise<Answer> {
    for (const event of events) if (event.type === "warning") this.#options.warnings.add(event.code, event.message)
    if (outcome !== "jumped") return this.registersChanged(state, at)
    const play = events.findLast((event) => event.type === "play-playlist")
    const position = play ?? events.findLast((event) => event.type === "seek")
    if (position === undefined || state.playing === null) {
      this.#stop(state, at)
      return isAct ? FLUSHED : DONE
    }
    const playlist = state.psr[PSR.playlist] ?? 0
    const opened = await this.#open(playlist, state)
    if (play !== undefined) this.#order = PlayOrder.of(opened.title.playList, this.#options.random)
    const time = this.#firstTime(opened, position)
    const menu = play === undefined ? "goes-on" : play.resumed && this.#leftMenu !== null ? this.#leftMenu : "new"
    const cameBy: Arrival = isAct || play === undefined ? { by: "act" } : { by: "program", position: play }
    await this.#play({ playlist, time, machine: state, menu }, at, cameBy)
    return isAct ? FLUSHED : DONE
  }

  /** A playlist of no fixed order begins with any of its items, unless the program names one. */
  #firstTime(opened: Playlist, position: Pick<PlayEvent, "playItemId" | "time45k">): Ticks {
    const isBeginning = position.playItemId === 0 && timeOfPosition(opened, position) === 0
    const first = isBeginning ? (this.#order?.next() ?? null) : null
    return first === null ? timeOfPosition(opened, position) : (opened.media.segments[first]?.start ?? ticks(0))
  }

  async #open(playlist: number, machine: HdmvState): Promise<Playlist> {
    const { angle } = chosenStreams(machine)
    const opened = await this.#playlists.get(playlist, angle, chosenMenu(machine), this.#abort.signal)
    if (opened !== null) return opened
    throw new DiscError(
      "not-found",
      `the disc's program wants to play playlist ${playlist}, which cannot be read; choose a title instead of the menu`,
    )
  }

  /** Plays the playlist that is on the screen from another time of it. */
  playAt(stretch: Stretch, time: Ticks, machine: HdmvState, menu: "goes-on" | "new" = "goes-on"): Promise<void> {
    const { playlistNumber } = stretch.playlist.title
    return this.#play({ playlist: playlistNumber, time, machine, menu }, this.screen, { by: "act" })
  }

  /** What lies behind the screen is read again, for the program may now go elsewhere, or another stream is wanted. */
  again(stretch: Stretch, menu: "goes-on" | "new" = "goes-on"): Promise<void> {
    return this.playAt(stretch, stretch.timeAt(this.screen), stretch.machine, menu)
  }

  async #play({ playlist, time, machine, menu }: Beginning, at: Ticks, cameBy: Arrival): Promise<void> {
    const opened = await this.#open(playlist, machine)
    const entry = await opened.media.locate(time, { signal: this.#abort.signal })
    if (this.#closed) return
    const isAct = cameBy.by === "act"
    const before = this.onScreen
    const showFrom = isAct ? this.#flush(at) : at
    const track = menu === "goes-on" && before !== null ? (isAct ? before : (this.current ?? before)).menu : null
    const moved = track !== null && isAct ? track.move(at, showFrom) : []
    const { everything, warnings } = this.#options
    const stretch = new Stretch({
      playlist: opened,
      entry,
      time,
      showFrom,
      machine,
      menu: track ?? new MenuTrack(showFrom, selectedButton(machine)),
      isAlone: this.#order !== null,
      cameBy,
      everything,
      warnings,
      teller: this.#teller,
      signal: this.#abort.signal,
    })
    this.#stretches.push(stretch)
    this.#ended = false
    this.#highest = ticks(Math.max(this.#highest, showFrom))
    const beginning: Item[] = [
      stretch.streamsItem(showFrom),
      { type: "discontinuity", at: showFrom, flush: isAct, showFrom },
      stretch.position(showFrom),
      ...this.#teller.take(showFrom),
      ...moved,
      ...(track === null ? clearedMenu(showFrom) : []),
    ]
    this.push(beginning, null)
    await this.#openMenu(stretch, typeof menu === "string" ? null : menu, entry.segment, entry.skip)
    this.push(stretch.menu.advance(showFrom), null)
    this.#allowed.forgetFrom(showFrom)
    this.#queue.push(this.#allowedFrom(stretch, showFrom))
    if (isAct) this.#queue.wake()
  }

  /** A menu of its own clip, or one that began in the film before this place. */
  async #openMenu(stretch: Stretch, left: MenuState | null, item: number, skip: number): Promise<void> {
    const { menu, playlist, showFrom, machine } = stretch
    if (menu.stateAt(showFrom) !== null) return
    if (playlist.menu !== null) return menu.open(playlist.menu, left)
    const number = chosenMenu(machine)
    if (skip === 0 || !hasMuxedMenu(playlist, item, number)) return
    const options = { warnings: this.#options.warnings, signal: this.#abort.signal }
    const earlier = await findEarlierMenu(playlist, item, number, skip, options)
    if (earlier !== null) menu.open(earlier.graphics, left, earlier.offset + stretch.offset)
  }

  #allowedFrom(stretch: Stretch, at: Ticks): readonly Item[] {
    return this.#allowed.tell(this.program.stateAt(stretch, at), stretch, at)
  }

  /** What was handed out is void; gives where the new stretch begins to be shown. */
  #flush(at: Ticks): Ticks {
    this.#generation++
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#queue.drop()
    this.#stretches = []
    const showFrom = onGrid(this.#highest + STRETCH_GAP + LEAD)
    this.program.shiftClock(at, showFrom)
    this.#showFrom = showFrom
    // A host that reports what it shows will move there; what it reported last belongs to the old stretch.
    if (this.#presented !== null) this.#presented = showFrom
    return showFrom
  }

  /** The program has come to its end: nothing plays until somebody chooses. */
  #stop(machine: HdmvState, at: Ticks): void {
    this.#idle = machine
    this.#ended = true
    // The last stretch may have had no picture up to its end.
    this.#highest = ticks(Math.max(this.#highest, at))
    this.push([...clearedMenu(at), ...this.#teller.take(at), { type: "end", at }], null)
  }

  /** All of a stretch was read: its last picture is held, or the next stretch begins. */
  async endStretch(stretch: Stretch): Promise<void> {
    this.push(stretch.takeItems())
    const still = stillOf(stretch.playlist, stretch.lastItem)
    if (still.mode === "none") return this.goOn(stretch, stretch.end, false)
    const { end } = stretch
    const seconds = still.mode === "finite" ? still.seconds : null
    stretch.held = { from: end, until: seconds === null ? null : ticks(end + seconds * TICKS_PER_SECOND) }
    this.push([{ type: "still", at: end, seconds: seconds ?? "until-key" }, stretch.hold(end)])
    this.advanceMenu(stretch)
  }

  /** A button's program holds the picture that is on the screen, or lets it go on from there. */
  async freeze(stretch: Stretch, on: boolean): Promise<void> {
    const isFrozen = stretch.held !== null && stretch.held.from < stretch.end
    if (!on) return isFrozen ? this.again(stretch) : undefined
    if (stretch.held !== null) return
    const at = this.screen
    // What was read beyond the held picture is void, its feed time is used up.
    this.#generation++
    this.#queue.drop(isMenuItem)
    this.#stretches = [stretch]
    this.#ended = false
    stretch.held = { from: at, until: null }
    this.#queue.push([{ type: "still", at, seconds: "until-key" }, stretch.hold(this.#highest)])
  }

  /** Behind a stretch: the playlist's next play item, or the program. */
  async goOn(stretch: Stretch, at: Ticks, isAct: boolean): Promise<void> {
    this.#countEmpty(stretch, at)
    const next = this.#order === null ? stretch.lastItem + 1 : this.#order.next()
    const start = next === null ? undefined : stretch.playlist.media.segments[next]?.start
    const machine = this.program.stateAt(stretch, stretch.end)
    if (start !== undefined) {
      const { playlistNumber } = stretch.playlist.title
      const cameBy: Arrival = { by: isAct ? "act" : "item" }
      return this.#play({ playlist: playlistNumber, time: start, machine, menu: "goes-on" }, at, cameBy)
    }
    const result = this.program.run(machine, { do: "playlist-ended" }, at)
    if (result.outcome === "impossible") this.#stop(machine, at)
    else await this.apply(result, at, isAct)
  }

  /** @throws DiscError `limit` when the program goes from playlist to playlist and nothing plays */
  #countEmpty({ showFrom }: Stretch, at: Ticks): void {
    this.#emptyStretches = at > showFrom ? 0 : this.#emptyStretches + 1
    if (this.#emptyStretches <= MAX_EMPTY_STRETCHES) return
    throw new DiscError("limit", "the disc's program runs in circles without playing anything; choose a title instead of the menu")
  }

  /**
   * A key has changed the menu or registers of a stretch. What was read behind it is brought up to date where the program takes the same way as before.
   * @returns false where it now goes elsewhere
   */
  carryOn(stretch: Stretch): boolean {
    let before = stretch
    for (const next of this.#stretches.slice(this.#stretches.indexOf(stretch) + 1)) {
      if (!this.#carryOnto(before, next)) return false
      before = next
    }
    this.advanceMenu(before)
    return true
  }

  #carryOnto(before: Stretch, next: Stretch): boolean {
    const at = next.showFrom
    this.push(before.menu.advance(at), before)
    const machine = this.program.stateAt(before, before.end)
    if (next.cameBy.by !== "program") {
      next.machine = machine
      return next.cameBy.by === "item"
    }
    const { state, events } = this.program.run(machine, { do: "playlist-ended" }, at)
    const play = events.findLast((event) => event.type === "play-playlist")
    if (!isSamePlace(play, next.cameBy.position) || !hasSameStreams(state, next.machine)) return false
    next.machine = state
    this.push(next.menu.restart(selectedButton(state)), next)
    return true
  }

  /** Only registers have changed: other streams, or nothing that is seen. */
  async registersChanged(machine: HdmvState, at: Ticks): Promise<Answer> {
    const stretch = this.onScreen
    if (stretch === null) {
      this.#idle = machine
      return DONE
    }
    const [was, is] = [chosenStreams(stretch.machine), chosenStreams(machine)]
    const heard = stretch.selected.audio
    stretch.machine = machine
    const isNew = was.angle !== is.angle || was.ig !== is.ig
    if (isNew || (heard !== stretch.selected.audio && !this.#options.everything)) {
      await this.again(stretch, was.ig === is.ig ? "goes-on" : "new")
      return FLUSHED
    }
    if (was.pg !== is.pg || was.pgShown !== is.pgShown) {
      await stretch.readSubtitle()
      this.#showSubtitle(stretch, at)
    }
    return DONE
  }

  #showSubtitle(stretch: Stretch, at: Ticks): void {
    const due = beginningAt(stretch.selectSubtitle(at), at)
    this.#queue.drop((item) => item.type !== "overlay" || item.plane !== "pg")
    this.#queue.unshift([stretch.streamsItem(at), clearedPlane("pg", at), ...due])
  }
}

const isMenuItem = (item: Item): boolean => item.type === "highlight" || (item.type === "overlay" && item.plane === "ig")

const hasSameStreams = (a: HdmvState, b: HdmvState): boolean => JSON.stringify(chosenStreams(a)) === JSON.stringify(chosenStreams(b))

const isSamePlace = (a: PlayEvent | undefined, b: PlayEvent): boolean =>
  a !== undefined && a.playlist === b.playlist && a.playItemId === b.playItemId && a.time45k === b.time45k && a.resumed === b.resumed

/** A title that nothing of the program has entered. */
const withTitle = (state: HdmvState, title: number): HdmvState => ({ ...state, psr: state.psr.with(PSR.title, title) })
