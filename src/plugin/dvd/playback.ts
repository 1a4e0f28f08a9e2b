import { DiscError, secondsFromTicks, type Ticks, ticks, type Warnings } from "../../base/index.ts"
import { type DvdDisc, ticksFromDvdTime } from "../../disc/dvd/index.ts"
import { subpictureColours } from "../../graphics/subpicture/index.ts"
import {
  type BlockAddress,
  type DvdHighlight,
  DvdNavigator,
  type DvdPreferences,
  type KeyResult,
  type NavigatorEvent,
  type NavigatorOptions,
  type NavigatorState,
  timerLeft,
} from "../../navigation/dvd/index.ts"
import type { HighlightItem, Item, PositionItem, StreamsItem } from "../items.ts"
import { clearedPlane } from "../plane-overlays.ts"
import { clockDistance } from "../range-reader.ts"
import { onGrid, STRETCH_GAP } from "../stretch.ts"
import { allowedOperations } from "./allowed.ts"
import { buttonItems } from "./buttons.ts"
import { DvdFeed, type FeedClock, feedTimeOf } from "./feed.ts"
import type { DvdPlace } from "./place.ts"
import { feedStreams } from "./streams.ts"

export type PlaybackOptions = {
  readonly preferences: DvdPreferences
  /** Feed time of the first moment shown. */
  readonly from: Ticks
  readonly random: () => number
  /** Instead of feed time: the clock of the machine's timers and counters. */
  readonly now?: () => Ticks
  /** Packets of every stream. */
  readonly everything: boolean
  /** false: no packets and no overlays; blocks are not looked into. */
  readonly packets?: boolean
  readonly warnings: Warnings
  /** false: user operations are never refused. */
  readonly obeyProhibitions?: boolean
}

/** What a step did besides the items it gave: a VOBU began, or a still. `at`: feed time. */
export type Landmark = { readonly type: "vobu" | "still"; readonly at: Ticks }

/** Where a stretch begins to be shown: ticks into the first VOBU, or a time of the chain. */
export type Target = { readonly into: number } | { readonly time: Ticks }

/** In a VOBU that is read for a moment in its middle, this much is decoded before it at most. */
export const MAX_INTO = 2 * 90_000
/** Steps without a VOBU: all VOBUs of a film of three hours, when none of them can be read. */
const MAX_BARREN_STEPS = 25_000

/** Where playing stands, for going back to it. */
export type PlaybackState = { readonly navigator: NavigatorState; readonly clock: FeedClock; readonly timeShift: number }

/** First play that runs in circles keeps nobody from a title. */
function startUnlessItLoops(navigator: DvdNavigator): void {
  try {
    navigator.start()
  } catch (error) {
    if (!(error instanceof DiscError && error.code === "limit")) throw error
  }
}

/**
 * The disc's program and its blocks together, one step at a time: blocks in, items with feed time out. It reads nothing, waits for nothing
 * and knows no queue; the machine's clock is feed time without the gaps that jumps leave.
 */
export class DvdPlayback {
  readonly navigator: DvdNavigator
  readonly feed: DvdFeed
  readonly #dvd: DvdDisc
  readonly #options: PlaybackOptions
  readonly #navigatorOptions: NavigatorOptions
  /** Feed time minus machine time. */
  #timeShift: number
  #now: Ticks
  #items: Item[] = []
  #landmark: Landmark | null = null
  #toldStreams = ""
  #allowedKey: string | null = null
  #highlightShown = false
  #chainKey = ""
  #ended = false
  #target: Target = { into: 0 }
  #barrenSteps = 0
  /** Feed time of what the machine is telling now. */
  #eventAt: Ticks

  constructor(dvd: DvdDisc, options: PlaybackOptions) {
    this.#dvd = dvd
    this.#options = options
    this.#timeShift = options.from
    this.#now = options.from
    this.#eventAt = options.from
    const now = options.now ?? (() => ticks(this.#now - this.#timeShift))
    this.#navigatorOptions = {
      environment: { now, random: options.random },
      preferences: options.preferences,
      ...(options.obeyProhibitions === undefined ? {} : { obeyProhibitions: options.obeyProhibitions }),
    }
    this.navigator = new DvdNavigator(dvd, this.#navigatorOptions)
    this.feed = new DvdFeed(options.from, options.warnings, () => {
      throw new DiscError("protected", "the disc's video is scrambled (CSS); opentray holds no keys: play an unprotected copy")
    })
  }

  get wanted(): BlockAddress | null {
    return this.navigator.wanted
  }

  /** A VOBU is begun and not read to its end. */
  get isInVobu(): boolean {
    return this.navigator.wanted !== null && !this.navigator.wantsNavigationPack
  }

  /** The program came to its end. */
  get ended(): boolean {
    return this.#ended
  }

  /** The machine's time of what is on the screen at a feed time. */
  machineTime(feedTime: Ticks): Ticks {
    return ticks(feedTime - this.#timeShift)
  }

  get state(): PlaybackState {
    return { navigator: this.navigator.state, clock: this.feed.clock, timeShift: this.#timeShift }
  }

  /** The seconds of the still that playing stands in; undefined: in none. null: until a key. */
  get still(): number | null | undefined {
    const { phase } = this.navigator.state.machine
    return phase.name === "still" ? phase.seconds : undefined
  }

  /** Ticks until the navigation timer takes the viewer away; null: none runs. */
  get timerLeft(): number | null {
    return timerLeft(this.navigator.state.machine, { now: () => this.machineTime(this.feed.end), random: this.#options.random })
  }

  /** What `navigator.start()` and keys tell. */
  take(events: readonly NavigatorEvent[]): void {
    for (const event of events) this.#take(event)
    this.#isAtEnd()
  }

  /** Takes the block that `wanted` names; null where none is wanted, or where it cannot be read. Gives what the program did, for traces. */
  step(block: Uint8Array | null): readonly NavigatorEvent[] {
    this.moveClock(this.feed.end)
    if (block !== null && !this.navigator.wantsNavigationPack) {
      if (this.#options.packets !== false) this.feed.block(block)
    } else if (++this.#barrenSteps > MAX_BARREN_STEPS)
      throw new DiscError("damaged", "the disc's program runs on but nothing of what it plays can be read; choose a title instead")
    const events = this.navigator.step(block)
    this.take(events)
    return events
  }

  /** The moment of the first VOBU that is to be shown first. */
  aim(target: Target): void {
    this.#target = target
  }

  /** Goes on from a kept place. */
  resumeAt({ navigator, clock }: DvdPlace): void {
    this.navigator.state = navigator
    this.#timeShift = this.feed.end - clock
    if (navigator.highlight !== null) this.tellHighlight(this.feed.end)
  }

  /**
   * Goes to a place whatever the disc forbids: where a session begins. The disc's first commands are run before, for its menus and titles
   * find their registers as these left them. @throws DiscError `not-found`
   */
  enter(act: (navigator: DvdNavigator) => KeyResult, what: string): void {
    const free = new DvdNavigator(this.#dvd, { ...this.#navigatorOptions, obeyProhibitions: false })
    startUnlessItLoops(free)
    const { outcome, events } = act(free)
    if (outcome !== "done") throw new DiscError("not-found", `the disc has no ${what}`)
    this.navigator.state = free.state
    this.take(events)
  }

  stillElapsed(): void {
    this.moveClock(this.feed.end)
    this.take(this.navigator.stillElapsed())
  }

  timerElapsed(): void {
    this.moveClock(this.feed.end)
    this.take(this.navigator.timerElapsed())
  }

  /** What the machine does next, it does at this feed time. */
  moveClock(feedTime: Ticks): void {
    this.#now = feedTime
    this.#eventAt = feedTime
  }

  /** A new stretch after a person's act, behind everything handed out; `presented` is what was on the screen. Gives the first moment to show. */
  begin(presented: Ticks, target: Target): Ticks {
    const showFrom = onGrid(this.feed.highest + STRETCH_GAP + MAX_INTO)
    this.#timeShift += showFrom - presented
    this.moveClock(showFrom)
    this.#items = [{ type: "discontinuity", at: showFrom, flush: true, showFrom }]
    this.#landmark = null
    this.#toldStreams = ""
    this.#allowedKey = null
    this.#highlightShown = false
    this.#ended = false
    this.#target = target
    this.feed.begin(showFrom)
    return showFrom
  }

  /** A timed still, or a piece of an endless one, goes on to `to`. */
  hold(to: Ticks): void {
    this.feed.advance(to)
    this.#items.push(...this.feed.takeItems(), this.#position(to))
  }

  /** The number of the sound that is played; null: none. */
  get audio(): number | null {
    const streams = feedStreams(this.#dvd, this.navigator, false, this.#options.warnings)
    return streams.streams.find(({ kind, selected }) => kind === "audio" && selected)?.number ?? null
  }

  /** Changes when other streams are to be played. */
  get streamsKey(): string {
    const { streams, state } = this.navigator
    return `${JSON.stringify(streams)}/${state.machine.sprm.slice(1, 3).join("/")}`
  }

  /** Puts playing back to where it stood; items of the time between are void or kept by whoever has them. */
  restore({ navigator, timeShift }: Pick<PlaybackState, "navigator" | "timeShift">): void {
    this.navigator.state = navigator
    this.#timeShift = timeShift
  }

  takeItems(): Item[] {
    const items = this.#items
    this.#items = []
    items.push(...this.feed.takeItems())
    return items
  }

  takeLandmark(): Landmark | null {
    const landmark = this.#landmark
    this.#landmark = null
    return landmark
  }

  /** The buttons that are there are told at the beginning of a stretch in their middle. */
  tellHighlight(at: Ticks): void {
    if (this.navigator.state.highlight === null) return
    this.#highlightShown = true
    this.#items.push(this.highlightItem(at, this.feed.clock))
  }

  /** The buttons as they are now, from `at` on; those that come later in their VOBU, from then on. */
  highlightItem(at: Ticks, clock: FeedClock): HighlightItem {
    const { highlight } = this.navigator.state
    const { navigator } = this
    const { width = 720, height = 576 } = navigator.video ?? {}
    const buttons = highlight === null ? [] : navigator.buttons
    const end = highlight?.endPtm ?? null
    const start = highlight === null ? null : feedTimeOf(clock, highlight.startPtm)
    return {
      type: "highlight",
      at: ticks(Math.max(at, start ?? at)),
      until: end === null ? null : feedTimeOf(clock, end),
      planeWidth: width,
      planeHeight: height,
      buttons: buttonItems(buttons, subpictureColours(navigator.pgc?.palette ?? [])),
      selected: buttons.length === 0 ? null : navigator.button,
    }
  }

  /** The streams as the program has chosen them now. */
  streamsItem(at: Ticks): StreamsItem {
    const streams = feedStreams(this.#dvd, this.navigator, this.#options.everything, this.#options.warnings)
    this.feed.setStreams(streams)
    return { type: "streams", at, streams: streams.streams }
  }

  #take(event: NavigatorEvent): void {
    switch (event.type) {
      case "navigation-pack":
        return this.#vobu(event)
      case "highlight":
        return this.#highlight(event.highlight)
      case "still":
        this.#flushFeed()
        this.#items.push({ type: "still", at: this.feed.end, seconds: event.seconds ?? "until-key" })
        this.#landmark = { type: "still", at: this.feed.end }
        return
      case "warning":
        this.#options.warnings.add(event.code, event.message)
        return
      case "play-cell":
      case "streams":
      case "end":
        return
    }
  }

  #vobu({ pack }: Extract<NavigatorEvent, { type: "navigation-pack" }>): void {
    const { vobuSPtm, vobuEPtm } = pack.pci.pciGi
    const { pgc, state } = this.navigator
    const { domain, titleSet, pgcn, cell } = state.machine
    const chainKey = `${domain}/${titleSet}/${pgcn}`
    const isNewChain = chainKey !== this.#chainKey
    this.#barrenSteps = 0
    this.feed.vobu(vobuSPtm, vobuEPtm, { seamless: pgc?.cells[cell - 1]?.seamlessPlay ?? false, into: this.#into() })
    this.#items.push(...this.feed.takeItems())
    const at = ticks(Math.max(this.feed.feedTime(vobuSPtm), this.feed.showFrom))
    this.#eventAt = at
    if (isNewChain && this.#chainKey !== "") this.#leaveChain(at)
    this.#chainKey = chainKey
    this.#tellStreams(at, chainKey)
    if (this.#highlightShown && state.highlight === null) this.#highlight(null)
    this.#tellAllowed(at)
    this.#items.push(this.#position(at))
    this.#landmark = { type: "vobu", at }
  }

  #into(): number {
    const target = this.#target
    this.#target = { into: 0 }
    return Math.min(Math.max("into" in target ? target.into : target.time - this.navigator.time, 0), MAX_INTO)
  }

  /** Sub-pictures belong to their chain. */
  #leaveChain(at: Ticks): void {
    this.feed.forgetOverlays()
    this.#items.push(clearedPlane("subpicture", at))
  }

  #tellStreams(at: Ticks, chainKey: string): void {
    const key = `${chainKey}/${this.streamsKey}`
    if (key === this.#toldStreams) return
    this.#toldStreams = key
    this.#items.push(this.streamsItem(at))
  }

  #tellAllowed(at: Ticks): void {
    const operations = allowedOperations(this.navigator)
    const key = operations.join()
    if (key === this.#allowedKey) return
    this.#allowedKey = key
    this.#items.push({ type: "allowed", at, operations })
  }

  #highlight(highlight: DvdHighlight | null): void {
    this.#highlightShown = highlight !== null
    this.#items.push(this.highlightItem(this.#eventAt, this.feed.clock))
  }

  #position(at: Ticks): PositionItem {
    const { navigator } = this
    const { domain, title, part } = navigator.place
    const { pgc } = navigator
    const duration = pgc === null ? 0 : ticksFromDvdTime(pgc.playbackTime)
    const time = Math.min(Math.max(navigator.time + this.#intoVobu(at), 0), duration)
    return {
      type: "position",
      at,
      domain: domain === "title" ? "title" : domain === "first-play" ? "first-play" : "menu",
      title,
      chapter: part,
      angle: navigator.angles.angle,
      time: secondsFromTicks(ticks(time)),
      duration: secondsFromTicks(ticks(duration)),
    }
  }

  /** Ticks from the start of the VOBU in hand to a moment of it. */
  #intoVobu(at: Ticks): number {
    const { vobu } = this.navigator.state
    const start = vobu === null ? null : feedTimeOf(this.feed.clock, vobu.startPtm)
    if (vobu === null || start === null) return 0
    // A still goes on behind its last picture, and the chain's time does not.
    return Math.min(Math.max(0, at - start), Math.max(0, clockDistance(vobu.startPtm, vobu.endPtm)))
  }

  #flushFeed(): void {
    this.feed.advance(this.feed.end)
    this.#items.push(...this.feed.takeItems())
  }

  #isAtEnd(): void {
    if (this.#ended || this.navigator.state.machine.phase.name !== "stopped") return
    this.#ended = true
    this.#flushFeed()
    this.#items.push({ type: "end", at: this.feed.highest })
  }
}
