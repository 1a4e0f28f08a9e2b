import { DiscError, TICKS_PER_SECOND, type Ticks, ticks, ticksFromSeconds, type Warnings } from "../../base/index.ts"
import type { BlurayDisc, UserOperation as BlurayOperation } from "../../disc/bluray/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import type { MenuAction, MenuEvent, MenuState } from "../../graphics/ig/index.ts"
import {
  type ChosenStreams,
  chosenStreams,
  type HdmvAction,
  type HdmvPreferences,
  type HdmvResult,
  type HdmvState,
  PSR,
  withStreams,
} from "../../navigation/hdmv/index.ts"
import type { Item } from "../items.ts"
import type { Answer, Bookmark, Key, MenuName, Selection, Session, WatchedItem } from "../session.ts"
import { SessionQueue } from "../session-queue.ts"
import { FIRST_FEED_TIME, onGrid, STRETCH_GAP } from "../stretch.ts"
import { allowedOperations, refusalOf } from "./allowed.ts"
import { clearedMenu, MenuTrack } from "./menu-track.ts"
import type { HdmvPlace } from "./place.ts"
import { Playlists, stillOf, timeOfPosition } from "./playlist.ts"
import { HdmvProgram } from "./program.ts"
import { MenuSounds } from "./sounds.ts"
import { Stretch } from "./stretch.ts"

/** Blocks between two looks at the clock of the screen. */
const BATCH_BLOCKS = 64
/** In a still without end, feed time goes on by no less than this at once. */
const STILL_PIECE = ticks(TICKS_PER_SECOND / 10)
/** What is decoded before the first moment shown has feed times of its own: a group of pictures, which is no longer than two seconds. */
const LEAD = 2 * TICKS_PER_SECOND
/** "Previous" within this time of a chapter's start goes to the chapter before, as players do. */
const PREVIOUS_GRACE = 3 * TICKS_PER_SECOND
/** Playlists of no length one after another: a program that plays nothing in a circle. */
const MAX_EMPTY_STRETCHES = 1000
/** A button's program changes the page, whose button runs by itself, and so on. */
const MAX_CHAINED_PROGRAMS = 64

const NOTHING: Answer = { outcome: "nothing", flush: false }
const DONE: Answer = { outcome: "done", flush: false }
const FLUSHED: Answer = { outcome: "done", flush: true }
const MOVES = {
  up: "moveUpSelectedButton",
  down: "moveDownSelectedButton",
  left: "moveLeftSelectedButton",
  right: "moveRightSelectedButton",
} as const

/** Where the disc's program begins. Titles are index.bdmv's. */
export type HdmvStart =
  | { readonly at: "first-play" }
  | { readonly at: "menu" }
  | { readonly at: "title"; readonly title: number }
  | { readonly at: "place"; readonly place: HdmvPlace }

export type HdmvSessionOptions = {
  readonly bluray: BlurayDisc
  readonly info: DiscInfo
  readonly warnings: Warnings
  /** How many warnings the disc had before. */
  readonly warned: number
  readonly preferences: HdmvPreferences
  readonly aheadSeconds: number
  readonly everything: boolean
  readonly audio: number | null
  readonly subtitle: number | null | undefined
  readonly random: () => number
  readonly onClose: () => void
}

/** Where a playlist is played from. `menu`: that of the stretch before, the playlist's own, or its own as it was left. */
type Beginning = {
  readonly playlist: number
  readonly time: Ticks
  readonly machine: HdmvState
  readonly menu: "goes-on" | "new" | MenuState
}

/** Plays a Blu-ray as its program (HDMV movie objects and buttons) says. */
export class HdmvSession implements Session {
  readonly #start: HdmvStart
  readonly #options: HdmvSessionOptions
  readonly #program: HdmvProgram
  readonly #playlists: Playlists
  readonly #sounds: MenuSounds
  readonly #ahead: number
  readonly #queue = new SessionQueue({ waits: () => this.#waits(), read: () => this.#read(), close: () => this.close() })
  /** In feed order: what is on the screen first, what is being read last. */
  #stretches: Stretch[] = []
  /** The machine where nothing plays. */
  #idle: HdmvState
  #hasBegun = false
  #ended = false
  #presented: Ticks | null = null
  #showFrom: Ticks = FIRST_FEED_TIME
  #highest: Ticks = FIRST_FEED_TIME
  /** The menu of the playlist that the machine has suspended. */
  #leftMenu: MenuState | null = null
  #emptyStretches = 0
  #warned: number
  #isWishing = false
  #abort = new AbortController()
  #generation = 0
  #closed = false

  constructor(start: HdmvStart, options: HdmvSessionOptions) {
    const { bluray, info, warnings, warned, preferences, random } = options
    this.#start = start
    this.#options = options
    this.#ahead = options.aheadSeconds * TICKS_PER_SECOND
    this.#warned = warned
    this.#program = new HdmvProgram(bluray, FIRST_FEED_TIME, random)
    this.#idle = HdmvProgram.initial(preferences)
    this.#playlists = new Playlists(bluray, info, warnings)
    this.#sounds = new MenuSounds(bluray, warnings)
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#queue.iterate()
  }

  batch(): Promise<readonly Item[] | null> {
    return this.#queue.batch()
  }

  press(key: Key): Promise<Answer> {
    switch (key) {
      case "up":
      case "down":
      case "left":
      case "right":
        return this.#act(() => this.#menuKey({ type: "key", key }, MOVES[key]))
      case "enter":
        return this.#act(() => this.#enter())
      case "popup":
        return this.#act(() => this.#popup("toggle"))
      case "return":
        return this.#act(() => this.#goBack())
      case "next":
        return this.#act(() => this.#chapterStep(1))
      case "previous":
        return this.#act(() => this.#chapterStep(-1))
      case "audio":
        return this.#act(() => this.#nextStream("audio"))
      case "subtitle":
        return this.#act(() => this.#nextStream("subtitle"))
      case "angle":
        return this.#act(() => this.#nextAngle())
      case "red":
      case "green":
      case "yellow":
      case "blue":
        return Promise.resolve(NOTHING)
      default:
        return this.#act(() => this.#menuKey({ type: "number", value: Number(key.slice("digit-".length)) }, "selectAndActivateButton"))
    }
  }

  point(x: number, y: number, activate = false): Promise<Answer> {
    return this.#act(async () => {
      const pointed = await this.#menuKey({ type: "point", x, y }, "selectButton")
      if (!activate || pointed.outcome === "refused") return pointed
      return this.#menuKey({ type: "key", key: "activate-pointed" }, "activateButton")
    })
  }

  seek(seconds: number): Promise<Answer> {
    if (!Number.isFinite(seconds)) return Promise.reject(new DiscError("bad-argument", "seek() takes a number of seconds"))
    return this.#act(() => this.#seek(ticks(Math.max(0, ticksFromSeconds(seconds))), "timeSearch"))
  }

  chapter(number: number): Promise<Answer> {
    return this.#act(async () => {
      const start = this.#onScreen?.playlist.media.chapters[number - 1]
      if (start === undefined) throw new DiscError("not-found", `there is no chapter ${number} here`)
      return this.#seek(start, "chapterSearch")
    })
  }

  /** A Blu-ray has one menu, whatever it is called. */
  menu(_name: MenuName): Promise<Answer> {
    return this.#act(async () => {
      const refused = this.#refusal("menuCall")
      if (refused !== null) return refused
      const answer = await this.#drive({ do: "menu" })
      return answer.outcome === "nothing" ? { outcome: "refused", by: "no-menu", flush: false } : answer
    })
  }

  select({ audio, subtitle, angle }: Selection): Promise<Answer> {
    return this.#act(() => this.#select({ audio, subtitle, angle }))
  }

  presented(feedTime: Ticks): void {
    // A report from before a jump says nothing of the new stretch.
    if (feedTime < this.#showFrom) return
    this.#presented = feedTime
    this.#forget(feedTime)
    this.#grantWishes()
    if (!this.#waits()) this.#queue.wake()
  }

  watch(listener: (item: WatchedItem) => void): () => void {
    return this.#queue.watch(listener)
  }

  bookmark(): Bookmark {
    const stretch = this.#onScreen
    if (stretch === null) throw new DiscError("bad-argument", "nothing has played yet: take a bookmark after the first item")
    const at = this.#screen
    const hdmv: HdmvPlace = {
      machine: this.#program.stateAt(stretch, at),
      clock: this.#program.clockAt(at),
      time: stretch.timeAt(at),
      menu: stretch.menu.stateAt(at),
      at,
    }
    return { version: 1, fingerprint: this.#options.info.fingerprint, hdmv }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#abort.abort()
    this.#queue.close()
    this.#options.onClose()
    await this.#playlists.close()
  }

  #act(act: () => Promise<Answer>): Promise<Answer> {
    return this.#queue.act(async () => {
      if (!this.#hasBegun) await this.#begin()
      const answer = await act()
      this.#queue.wake()
      return answer
    }, NOTHING)
  }

  get #current(): Stretch | null {
    return this.#stretches.at(-1) ?? null
  }

  /** Feed time of what is on the screen, as far as the host says. */
  get #screen(): Ticks {
    return this.#presented ?? this.#current?.reached ?? this.#highest
  }

  get #onScreen(): Stretch | null {
    const at = this.#screen
    return this.#stretches.findLast(({ showFrom }) => showFrom <= at) ?? this.#stretches[0] ?? null
  }

  #waits(): boolean {
    if (!this.#hasBegun) return false
    const stretch = this.#current
    if (this.#ended || stretch === null) return true
    const isEndless = stretch.held !== null && stretch.held.until === null
    if (this.#presented === null) return isEndless
    const room = this.#presented + this.#ahead - stretch.reached
    return isEndless ? room < STILL_PIECE : room < 0
  }

  async #read(): Promise<void> {
    const generation = this.#generation
    const isOld = () => generation !== this.#generation || this.#closed
    try {
      if (!this.#hasBegun) return await this.#queue.act(() => this.#begin(), undefined)
      const stretch = this.#current
      if (stretch === null) return
      if (stretch.held !== null) return await this.#hold(stretch, stretch.held.until, isOld)
      if (!(await stretch.feed.fill())) {
        if (!isOld()) await this.#queue.act(async () => (isOld() ? undefined : this.#endStretch(stretch)), undefined)
        return
      }
      if (isOld()) return
      for (let blocks = 0; blocks < BATCH_BLOCKS && stretch.feed.blocksWaiting && !this.#waits(); blocks++) this.#push(stretch.step())
      this.#advanceMenu(stretch)
    } catch (error) {
      if (!isOld()) this.#queue.fail(error)
    }
  }

  #push(items: readonly Item[]): void {
    this.#queue.push(items)
    this.#highest = ticks(Math.max(this.#highest, this.#current?.reached ?? 0))
  }

  #advanceMenu(stretch: Stretch): void {
    this.#push(stretch.menu.advance(stretch.reached))
    this.#grantWishes()
  }

  async #begin(): Promise<void> {
    this.#hasBegun = true
    const start = this.#start
    if (start.at === "place") return this.#resumeAt(start.place)
    const action: HdmvAction =
      start.at === "first-play" ? { do: "start" } : start.at === "menu" ? { do: "menu" } : { do: "title", title: start.title }
    const result = this.#program.run(this.#idle, action, FIRST_FEED_TIME)
    if (result.outcome === "impossible") {
      throw new DiscError(
        "not-found",
        `the disc has no ${start.at === "title" ? `title ${start.title}` : "menu"} that its program could enter`,
      )
    }
    const { audio, subtitle } = this.#options
    const chosen = { ...(audio === null ? {} : { audio }), ...(subtitle === undefined ? {} : subtitleChoice(subtitle)) }
    await this.#apply({ ...result, state: withStreams(result.state, chosen) }, FIRST_FEED_TIME, false)
  }

  async #resumeAt({ machine, clock, time, menu, at }: HdmvPlace): Promise<void> {
    this.#program.setClock(FIRST_FEED_TIME, clock)
    const playlist = machine.psr[PSR.playlist] ?? 0
    await this.#play({ playlist, time, machine, menu: "new" }, FIRST_FEED_TIME, false)
    const stretch = this.#current
    if (menu !== null && stretch !== null) this.#push(stretch.menu.restore(menu, at, stretch.showFrom))
  }

  /** Runs the machine as of what is on the screen, and does what it says. */
  async #drive(action: HdmvAction): Promise<Answer> {
    const at = this.#screen
    const stretch = this.#onScreen
    const before = stretch === null ? this.#idle : this.#program.stateAt(stretch, at)
    const result = this.#program.run(before, action, at)
    if (result.outcome === "impossible") return NOTHING
    if (result.state.suspended?.at === "playlist" && before.suspended !== result.state.suspended) {
      this.#leftMenu = stretch?.menu.stateAt(at) ?? null
    }
    return this.#apply(result, at, true)
  }

  /** What the machine has decided. `isAct`: a person made it, at `at` on the screen; else what was read ends at `at`. */
  async #apply({ state, events, outcome }: HdmvResult, at: Ticks, isAct: boolean): Promise<Answer> {
    for (const event of events) if (event.type === "warning") this.#options.warnings.add(event.code, event.message)
    if (outcome !== "jumped") return this.#registersChanged(state, at)
    const play = events.findLast((event) => event.type === "play-playlist")
    const seek = events.findLast((event) => event.type === "seek")
    const position = play ?? seek
    if (position === undefined || state.playing === null) {
      this.#stop(state, at)
      return isAct ? FLUSHED : DONE
    }
    const playlist = state.psr[PSR.playlist] ?? 0
    const opened = await this.#open(playlist, state)
    const time = timeOfPosition(opened, position)
    const menu = play === undefined ? "goes-on" : play.resumed && this.#leftMenu !== null ? this.#leftMenu : "new"
    await this.#play({ playlist, time, machine: state, menu }, at, isAct)
    return isAct ? FLUSHED : DONE
  }

  async #open(playlist: number, machine: HdmvState) {
    const { angle, ig } = chosenStreams(machine)
    const opened = await this.#playlists.get(playlist, angle, Math.max(ig, 1), this.#abort.signal)
    if (opened !== null) return opened
    throw new DiscError(
      "not-found",
      `the disc's program wants to play playlist ${playlist}, which cannot be read; choose a title instead of the menu`,
    )
  }

  async #play({ playlist, time, machine, menu }: Beginning, at: Ticks, isAct: boolean): Promise<void> {
    const opened = await this.#open(playlist, machine)
    const entry = await opened.media.locate(time, { signal: this.#abort.signal })
    if (this.#closed) return
    const before = this.#onScreen
    const showFrom = isAct ? this.#flush(at) : at
    const track = menu === "goes-on" && before !== null ? before.menu : new MenuTrack()
    const moved = track === before?.menu && isAct ? track.move(at, showFrom) : []
    const { everything, warnings } = this.#options
    const { signal } = this.#abort
    const stretch = new Stretch({ playlist: opened, entry, time, showFrom, machine, menu: track, everything, warnings, signal })
    this.#stretches.push(stretch)
    this.#ended = false
    this.#highest = ticks(Math.max(this.#highest, showFrom))
    this.#push([
      stretch.streamsItem(showFrom),
      { type: "discontinuity", at: showFrom, flush: isAct, showFrom },
      stretch.position(showFrom),
      ...this.#newWarnings(showFrom),
      ...moved,
    ])
    if (menu !== "goes-on") this.#openMenu(stretch, menu === "new" ? null : menu)
    this.#push([this.#allowedItem(stretch, showFrom)])
    if (isAct) this.#queue.wake()
  }

  #openMenu(stretch: Stretch, left: MenuState | null): void {
    const { showFrom, playlist, menu } = stretch
    this.#push(clearedMenu(showFrom))
    if (playlist.menu === null) return
    const button = stretch.machine.psr[PSR.selectedButton] ?? NO_BUTTON
    this.#push(menu.open(playlist.menu, showFrom, button === NO_BUTTON ? null : button, left))
    this.#grantWishes()
  }

  #allowedItem(stretch: Stretch, at: Ticks): Item {
    const { menu, playlist } = stretch
    const moment = {
      hasButtons: menu.takesKeys(at),
      hasPopup: menu.popupShown(at) !== null,
      angles: playlist.media.angles,
      pageMask: menu.maskAt(at),
    }
    return { type: "allowed", at, operations: allowedOperations(this.#options.bluray, stretch.machine, moment) }
  }

  /** What was handed out is void; gives where the new stretch begins to be shown. */
  #flush(at: Ticks): Ticks {
    this.#generation++
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#queue.drop()
    this.#stretches = []
    const showFrom = onGrid(this.#highest + STRETCH_GAP + LEAD)
    this.#program.shiftClock(at, showFrom)
    this.#showFrom = showFrom
    // A host that reports what it shows will move there; what it reported last belongs to the old stretch.
    if (this.#presented !== null) this.#presented = showFrom
    return showFrom
  }

  #newWarnings(at: Ticks): Item[] {
    const { list } = this.#options.warnings
    const found = list.slice(this.#warned).map((warning): Item => ({ type: "warning", at, warning }))
    this.#warned = list.length
    return found
  }

  /** The program has come to its end: nothing plays until somebody chooses. */
  #stop(machine: HdmvState, at: Ticks): void {
    this.#idle = machine
    this.#ended = true
    this.#push([...clearedMenu(at), ...this.#newWarnings(at), { type: "end", at }])
  }

  async #endStretch(stretch: Stretch): Promise<void> {
    this.#push(stretch.takeItems())
    const still = stillOf(stretch.playlist, stretch.lastItem)
    if (still.mode === "none") return this.#goOn(stretch, stretch.end, false)
    const { end } = stretch
    const seconds = still.mode === "finite" ? still.seconds : null
    stretch.held = { until: seconds === null ? null : ticks(end + seconds * TICKS_PER_SECOND) }
    this.#push([{ type: "still", at: end, seconds: seconds ?? "until-key" }, stretch.hold(end)])
    this.#advanceMenu(stretch)
  }

  async #hold(stretch: Stretch, until: Ticks | null, isOld: () => boolean): Promise<void> {
    const room = this.#presented === null ? Number.POSITIVE_INFINITY : this.#presented + this.#ahead
    const to = Math.min(Math.max(room, stretch.reached), until ?? Number.POSITIVE_INFINITY)
    if (Number.isFinite(to)) this.#push([stretch.hold(ticks(to))])
    this.#advanceMenu(stretch)
    if (to !== until) return
    await this.#queue.act(async () => (isOld() ? undefined : this.#goOn(stretch, until, false)), undefined)
  }

  /** Behind a stretch: the playlist's next play item, or the program. */
  async #goOn(stretch: Stretch, at: Ticks, isAct: boolean): Promise<void> {
    stretch.held = null
    this.#countEmpty(stretch, at)
    const next = stretch.playlist.media.segments[stretch.lastItem + 1]
    const machine = this.#program.stateAt(stretch, stretch.end)
    if (next !== undefined) {
      const { playlistNumber } = stretch.playlist.title
      return this.#play({ playlist: playlistNumber, time: next.start, machine, menu: "goes-on" }, at, isAct)
    }
    const result = this.#program.run(machine, { do: "playlist-ended" }, at)
    if (result.outcome === "impossible") this.#stop(machine, at)
    else await this.#apply(result, at, isAct)
  }

  /** @throws DiscError `limit` when the program goes from playlist to playlist and nothing plays */
  #countEmpty({ showFrom }: Stretch, at: Ticks): void {
    this.#emptyStretches = at > showFrom ? 0 : this.#emptyStretches + 1
    if (this.#emptyStretches <= MAX_EMPTY_STRETCHES) return
    throw new DiscError("limit", "the disc's program runs in circles without playing anything; choose a title instead of the menu")
  }

  /** Only registers have changed: other streams, or nothing that is seen. */
  async #registersChanged(machine: HdmvState, at: Ticks): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null) {
      this.#idle = machine
      return DONE
    }
    const [was, is] = [chosenStreams(stretch.machine), chosenStreams(machine)]
    const heard = stretch.selected.audio
    stretch.machine = machine
    const isNew = stretch !== this.#current || was.angle !== is.angle || was.ig !== is.ig
    if (isNew || (heard !== stretch.selected.audio && !this.#options.everything)) {
      const { playlistNumber } = stretch.playlist.title
      await this.#play(
        { playlist: playlistNumber, time: stretch.timeAt(at), machine, menu: was.ig === is.ig ? "goes-on" : "new" },
        at,
        true,
      )
      return FLUSHED
    }
    if (was.pg !== is.pg || was.pgShown !== is.pgShown) this.#showSubtitle(stretch, at)
    return DONE
  }

  #showSubtitle(stretch: Stretch, at: Ticks): void {
    const picture = { planeWidth: 0, planeHeight: 0, bitmaps: [] }
    const due = stretch.selectSubtitle(at).map((item) => (item.type === "overlay" && item.at < at ? { ...item, at } : item))
    this.#queue.drop((item) => item.type !== "overlay" || item.plane !== "pg")
    this.#queue.unshift([stretch.streamsItem(at), { type: "overlay", plane: "pg", at, until: null, picture, forced: false }, ...due])
  }

  #refusal(operation: BlurayOperation): Answer | null {
    const stretch = this.#onScreen
    const machine = stretch?.machine ?? this.#idle
    const by = refusalOf(this.#options.bluray, machine, operation, stretch?.menu.maskAt(this.#screen) ?? null)
    return by === null ? null : { outcome: "refused", by, flush: false }
  }

  async #menuKey(action: MenuAction, operation: BlurayOperation): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null || !stretch.menu.takesKeys(this.#screen)) return NOTHING
    const refused = this.#refusal(operation)
    if (refused !== null) return refused
    return this.#menuAct(stretch, action)
  }

  async #menuAct(stretch: Stretch, action: MenuAction): Promise<Answer> {
    if (stretch.menu.trial(this.#screen, action)?.outcome !== "done") return NOTHING
    const isAhead = stretch !== this.#current
    if (isAhead) await this.#again(stretch)
    const now = this.#current
    const acted = now?.menu.act(this.#screen, action) ?? null
    if (now === null || acted === null) return NOTHING
    this.#redraw(acted.items)
    const answer = await this.#follow(now, acted.result.events)
    if (answer.flush) return answer
    this.#advanceMenu(now)
    const highlight = acted.items.find((item) => item.type === "highlight")
    return { outcome: "done", flush: isAhead, ...(highlight === undefined ? {} : { highlight }) }
  }

  /** What lies behind the screen is read again, for the program may now go elsewhere. */
  async #again(stretch: Stretch): Promise<void> {
    const at = this.#screen
    const { playlistNumber } = stretch.playlist.title
    await this.#play({ playlist: playlistNumber, time: stretch.timeAt(at), machine: stretch.machine, menu: "goes-on" }, at, true)
  }

  #redraw(items: readonly Item[]): void {
    this.#queue.drop((item) => item.type !== "highlight" && (item.type !== "overlay" || item.plane !== "ig"))
    this.#queue.unshift(items)
  }

  /** What a menu wants after a key or by itself: sounds, and its buttons' programs. */
  async #follow(stretch: Stretch, events: readonly MenuEvent[]): Promise<Answer> {
    const waiting = [...events]
    for (let programs = 0; programs < MAX_CHAINED_PROGRAMS; ) {
      const event = waiting.shift()
      if (event === undefined) return DONE
      if (event.type === "sound") {
        const sound = await this.#sounds.item(event.soundIdRef, this.#screen)
        if (sound !== null) this.#queue.unshift([sound])
        continue
      }
      programs++
      const at = this.#screen
      const result = this.#program.run(this.#program.stateAt(stretch, at), { do: "button", commands: event.commands }, at)
      const isFrozen = result.events.find((told) => told.type === "still")
      if (result.outcome !== "jumped") waiting.push(...this.#commandMenu(stretch, result, at))
      const answer = await this.#apply(result, at, true)
      if (answer.flush) return answer
      if (isFrozen?.type === "still") await this.#freeze(stretch, isFrozen.on)
    }
    throw new DiscError("limit", "the buttons of the disc's menu run one another in a circle; choose a title instead of the menu")
  }

  /** What a button's program says to the menu, and that it has ended. */
  #commandMenu(stretch: Stretch, { events }: HdmvResult, at: Ticks): readonly MenuEvent[] {
    const wanted: MenuEvent[] = []
    for (const event of events) {
      switch (event.type) {
        case "set-button-page":
        case "enable-button":
        case "disable-button":
        case "popup-off":
          wanted.push(...this.#menuCommand(stretch, event, at))
      }
    }
    return [...wanted, ...this.#menuCommand(stretch, { type: "program-ended" }, at)]
  }

  #menuCommand(stretch: Stretch, action: MenuAction, at: Ticks): readonly MenuEvent[] {
    const acted = stretch.menu.act(at, action)
    if (acted === null) return []
    this.#redraw(acted.items)
    return acted.result.events
  }

  /** A button's program holds the picture, or lets it go on from where the screen is. */
  async #freeze(stretch: Stretch, on: boolean): Promise<void> {
    if (!on) return stretch.held === null ? undefined : this.#again(stretch)
    stretch.held = { until: null }
    this.#push([{ type: "still", at: stretch.reached, seconds: "until-key" }])
  }

  /** Auto-actions, time-outs and the navigation timer, when the screen has come to them. */
  #grantWishes(): void {
    const stretch = this.#onScreen
    if (this.#isWishing || stretch === null || this.#closed) return
    const { wish } = stretch.menu
    const isDue = wish !== null && this.#screen >= wish.at
    const isTimeUp = this.#program.timerLeft(stretch.machine, this.#screen) === 0
    if (!isDue && !isTimeUp) return
    this.#isWishing = true
    const grant = async () => {
      this.#isWishing = false
      if (isTimeUp) await this.#drive({ do: "timer" })
      else if (stretch === this.#onScreen && stretch.menu.wish === wish && wish !== null) await this.#grant(stretch, wish.events)
      this.#queue.wake()
    }
    this.#queue.act(grant, undefined).catch((error: unknown) => this.#queue.fail(error))
  }

  async #grant(stretch: Stretch, events: readonly MenuEvent[]): Promise<void> {
    stretch.menu.wishDone()
    if (stretch !== this.#current) await this.#again(stretch)
    const now = this.#current
    if (now === null) return
    const { flush } = await this.#follow(now, events)
    if (!flush) this.#advanceMenu(now)
  }

  /** What was shown long ago is no place for keys any more. */
  #forget(at: Ticks): void {
    const current = this.#stretches.findLastIndex(({ showFrom }) => showFrom <= at)
    if (current > 0) this.#stretches.splice(0, current)
    this.#stretches[0]?.menu.forget(at)
  }

  async #enter(): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null) return NOTHING
    if (stretch.menu.takesKeys(this.#screen)) return this.#menuKey({ type: "key", key: "activate" }, "activateButton")
    if (stretch.held === null) return NOTHING
    const refused = this.#refusal("stillOff")
    if (refused !== null) return refused
    await this.#goOn(stretch, this.#screen, true)
    return FLUSHED
  }

  async #popup(shown: boolean | "toggle"): Promise<Answer> {
    const stretch = this.#onScreen
    const isShown = stretch?.menu.popupShown(this.#screen) ?? null
    if (stretch === null || isShown === null) return NOTHING
    return this.#refusal(isShown ? "popUpOff" : "popUpOn") ?? this.#menuAct(stretch, { type: "popup", shown })
  }

  async #goBack(): Promise<Answer> {
    if (this.#onScreen?.menu.popupShown(this.#screen) === true) return this.#popup(false)
    const machine = this.#onScreen?.machine ?? this.#idle
    if (machine.suspended === null) return NOTHING
    return this.#refusal("resume") ?? this.#drive({ do: "resume" })
  }

  async #seek(time: Ticks, operation: BlurayOperation): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null) return NOTHING
    const refused = this.#refusal(operation)
    if (refused !== null) return refused
    const target = ticks(Math.min(time, Math.max(stretch.playlist.media.duration - 1, 0)))
    const { playlistNumber } = stretch.playlist.title
    await this.#play({ playlist: playlistNumber, time: target, machine: stretch.machine, menu: "goes-on" }, this.#screen, true)
    return FLUSHED
  }

  async #chapterStep(direction: 1 | -1): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null) return NOTHING
    const { chapters } = stretch.playlist.media
    const time = stretch.timeAt(this.#screen)
    const from = direction === 1 ? time : Math.max(0, time - PREVIOUS_GRACE)
    const current = Math.max(
      chapters.findLastIndex((start) => start <= from),
      0,
    )
    const start = chapters[direction === 1 ? current + 1 : current]
    return start === undefined ? NOTHING : this.#seek(start, direction === 1 ? "skipToNextPoint" : "skipBackToPreviousPoint")
  }

  async #nextStream(kind: "audio" | "subtitle"): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null) return NOTHING
    const numbers = stretch.playlist.media.streams.filter((stream) => stream.kind === kind).map(({ number }) => number)
    const now = stretch.selected[kind]
    const next = numbers[now === null ? 0 : numbers.indexOf(now) + 1]
    if (kind === "subtitle") return this.#select({ subtitle: next ?? null })
    const audio = next ?? numbers[0]
    return audio === undefined || audio === now ? NOTHING : this.#select({ audio })
  }

  async #nextAngle(): Promise<Answer> {
    const media = this.#onScreen?.playlist.media
    return media === undefined || media.angles < 2 ? NOTHING : this.#select({ angle: (media.angle % media.angles) + 1 })
  }

  async #select({ audio, subtitle, angle }: { [Kind in keyof Selection]: Selection[Kind] | undefined }): Promise<Answer> {
    const stretch = this.#onScreen
    if (stretch === null) return NOTHING
    const { media } = stretch.playlist
    const hasStream = (kind: string, number: number) => media.streams.some((stream) => stream.kind === kind && stream.number === number)
    if (audio !== undefined && !hasStream("audio", audio)) throw new DiscError("not-found", `there is no audio stream ${audio} here`)
    if (typeof subtitle === "number" && !hasStream("subtitle", subtitle)) {
      throw new DiscError("not-found", `there is no subtitle stream ${subtitle} here`)
    }
    if (angle !== undefined && (angle < 1 || angle > media.angles)) throw new DiscError("not-found", `there is no angle ${angle} here`)
    const operations: BlurayOperation[] = []
    if (audio !== undefined) operations.push("primaryAudioStreamNumberChange")
    if (subtitle !== undefined) operations.push(subtitle === null ? "pgTextStEnableDisable" : "pgTextStStreamNumberChange")
    if (angle !== undefined) operations.push("angleNumberChange")
    for (const operation of operations) {
      const refused = this.#refusal(operation)
      if (refused !== null) return refused
    }
    const chosen = {
      ...(audio === undefined ? {} : { audio }),
      ...(subtitle === undefined ? {} : subtitleChoice(subtitle)),
      ...(angle === undefined ? {} : { angle }),
    }
    return this.#registersChanged(withStreams(this.#program.stateAt(stretch, this.#screen), chosen), this.#screen)
  }
}

/** PSR 10 where no button is selected. */
const NO_BUTTON = 0xffff

const subtitleChoice = (subtitle: number | null): Partial<Pick<ChosenStreams, "pg" | "pgShown">> =>
  subtitle === null ? { pgShown: false } : { pg: subtitle, pgShown: true }
