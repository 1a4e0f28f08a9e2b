import { DiscError, TICKS_PER_SECOND, type Ticks, ticks, ticksFromSeconds } from "../../base/index.ts"
import type { DvdDisc, MenuType } from "../../disc/dvd/index.ts"
import type { FileSystem } from "../../filesystem/index.ts"
import {
  type DvdNavigator,
  type DvdPreferences,
  type KeyResult,
  type NavigatorEvent,
  type NavigatorState,
  SPRM,
} from "../../navigation/dvd/index.ts"
import type { Item, OverlayItem } from "../items.ts"
import { beginningAt, clearedPlane } from "../plane-overlays.ts"
import type { ProgramOptions } from "../program-options.ts"
import type { Answer, Bookmark, Key, MenuName, Refusal, Selection, Session, WatchedItem } from "../session.ts"
import { SessionQueue } from "../session-queue.ts"
import { FIRST_FEED_TIME } from "../stretch.ts"
import { BlockReader } from "./block-reader.ts"
import { placeOf } from "./bookmark.ts"
import { type FeedClock, feedTimeOf } from "./feed.ts"
import type { DvdPlace } from "./place.ts"
import { DvdPlayback, type PlaybackState, type Target } from "./playback.ts"
import { Trail } from "./trail.ts"

/** Steps between two looks at the clock of the screen: items are handed out meanwhile. */
const BATCH_STEPS = 256
/** In a still, feed time goes on by no less than this at once, but for its last piece. */
const STILL_PIECE = ticks(TICKS_PER_SECOND / 10)

const NOTHING: Answer = { outcome: "nothing", flush: false }
const MENUS: Readonly<Record<MenuName, MenuType>> = {
  root: "root",
  title: "title",
  audio: "audio",
  subtitle: "subpicture",
  angle: "angle",
  chapter: "chapter",
}
const REFUSALS: Readonly<Record<"title" | "pgc" | "vobu", Refusal>> = { title: "uop-title", pgc: "uop-pgc", vobu: "uop-vobu" }

/** Where the disc's program begins. */
export type DvdStart =
  | { readonly at: "first-play" }
  | { readonly at: "menu"; readonly menu: MenuName; readonly titleBefore: number | null }
  | { readonly at: "title"; readonly title: number; readonly chapter: number | null; readonly time: Ticks; readonly angle: number }
  | { readonly at: "place"; readonly place: DvdPlace }

export type DvdSessionOptions = ProgramOptions & {
  readonly files: FileSystem
  readonly dvd: DvdDisc
  readonly fingerprint: string
  readonly preferences: DvdPreferences
}

/** Plays a DVD as its program says. */
export class DvdSession implements Session {
  readonly #start: DvdStart
  readonly #options: DvdSessionOptions
  readonly #playback: DvdPlayback
  readonly #reader: BlockReader
  readonly #trail = new Trail()
  readonly #ahead: number
  readonly #queue = new SessionQueue({ waits: () => this.#waits(), read: () => this.#read(), close: () => this.close() })
  #hasBegun = false
  #presented: Ticks | null = null
  /** Where the stretch on the screen begins. */
  #showFrom: Ticks = FIRST_FEED_TIME
  /** Feed time at which the still is over; null: until a key. Undefined: playing stands in none. */
  #stillEnd: Ticks | null | undefined = undefined
  #abort = new AbortController()
  #generation = 0
  #closed = false

  constructor(start: DvdStart, options: DvdSessionOptions) {
    const { files, dvd, preferences, everything, random, warnings } = options
    this.#start = start
    this.#options = options
    this.#ahead = options.aheadSeconds * TICKS_PER_SECOND
    this.#reader = new BlockReader(files, dvd, warnings)
    this.#playback = new DvdPlayback(dvd, { preferences, from: FIRST_FEED_TIME, random, everything, warnings })
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
        return this.#act((navigator) => navigator.move(key))
      case "enter":
        return this.#act((navigator) => (navigator.buttons.length > 0 ? navigator.activate() : navigator.stillOff()))
      case "next":
        return this.#act((navigator) => navigator.next())
      case "previous":
        return this.#act((navigator) => navigator.previous())
      case "return":
        return this.#act(goBack)
      case "audio":
        return this.#act((navigator) => nextAudio(navigator, this.#playback.audio))
      case "subtitle":
        return this.#act(nextSubtitle)
      case "angle":
        return this.#act(nextAngle)
      case "popup":
      case "red":
      case "green":
      case "yellow":
      case "blue":
        return Promise.resolve(NOTHING)
      default:
        return this.#act((navigator) => navigator.number(Number(key.slice("digit-".length))))
    }
  }

  point(x: number, y: number, activate = false): Promise<Answer> {
    return this.#act((navigator) => (activate ? navigator.click(x, y) : navigator.point(x, y)))
  }

  seek(seconds: number): Promise<Answer> {
    if (!Number.isFinite(seconds)) return Promise.reject(new DiscError("bad-argument", "seek() takes a number of seconds"))
    const time = ticks(Math.max(0, ticksFromSeconds(seconds)))
    return this.#act((navigator) => navigator.searchTime(time), { time })
  }

  chapter(number: number): Promise<Answer> {
    return this.#act((navigator) => navigator.part(number))
  }

  menu(name: MenuName): Promise<Answer> {
    return this.#queue.act(async () => {
      const answer = await this.#run((navigator) => navigator.menu(MENUS[name]))
      return answer.outcome === "nothing" ? { outcome: "refused", by: "no-menu", flush: false } : answer
    }, NOTHING)
  }

  select({ audio, subtitle, angle }: Selection): Promise<Answer> {
    return this.#act((navigator) => {
      const results: KeyResult[] = []
      if (audio !== undefined) results.push(known(navigator.audio(audio), `audio stream ${audio}`))
      if (subtitle !== undefined) results.push(known(navigator.subpicture(subtitle), `subtitle stream ${subtitle}`))
      if (angle !== undefined && angle !== navigator.angles.angle) results.push(known(navigator.angle(angle), `angle ${angle}`))
      return results.reduce(joined, { outcome: "done", flush: false, events: [] })
    })
  }

  presented(feedTime: Ticks): void {
    // A report from before a jump says nothing of the new stretch.
    if (feedTime < this.#showFrom) return
    this.#presented = feedTime
    if (!this.#waits()) this.#queue.wake()
  }

  watch(listener: (item: WatchedItem) => void): () => void {
    return this.#queue.watch(listener)
  }

  bookmark(): Bookmark {
    const presented = this.#presented ?? this.#playback.feed.end
    const checkpoint = this.#trail.at(presented)
    if (checkpoint === null) throw new DiscError("bad-argument", "nothing has played yet: take a bookmark after the first item")
    return { version: 1, fingerprint: this.#options.fingerprint, place: placeOf(checkpoint, presented) }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#abort.abort()
    this.#queue.close()
    this.#options.onClose()
    await this.#reader.close()
  }

  /** Nothing is to be read now. */
  #waits(): boolean {
    if (!this.#hasBegun) return false
    if (this.#playback.ended) return true
    // Without a clock of the screen, pulling alone drives the session; but a still until a key has no end.
    if (this.#presented === null) return this.#stillEnd === null && this.#playback.timerLeft === null
    // A VOBU that is begun is read to its end: its packets, not its navigation pack, are what the screen needs.
    if (this.#playback.isInVobu) return false
    const room = this.#presented + this.#ahead - this.#playback.feed.highest
    if (this.#stillEnd === undefined) return room < 0
    const left = (this.#stillEnd ?? Number.POSITIVE_INFINITY) - this.#playback.feed.end
    return room < Math.min(STILL_PIECE, left, this.#playback.timerLeft ?? left)
  }

  async #read(): Promise<void> {
    const generation = this.#generation
    try {
      if (!this.#hasBegun) return this.#begin()
      for (let steps = 0; steps < BATCH_STEPS && !this.#waits(); steps++) {
        if (this.#stillEnd !== undefined) {
          this.#hold(this.#stillEnd)
          break
        }
        if (!this.#playback.isInVobu && this.#runTimer()) continue
        const { wanted } = this.#playback
        const block = wanted === null ? null : this.#reader.take(wanted)
        if (block === undefined && wanted !== null) {
          // What is there is handed out before anything is waited for.
          if (steps > 0) break
          await this.#reader.fill(wanted, this.#abort.signal)
          if (generation !== this.#generation || this.#closed) return
        } else this.#step(block ?? null)
      }
      this.#hand()
    } catch (error) {
      if (generation === this.#generation && !this.#closed) this.#queue.fail(error)
    }
  }

  #hand(): void {
    this.#queue.push(this.#playback.takeItems())
  }

  /** A key before the first item: what cannot begin is the puller's error, not the key's. */
  #begins(): boolean {
    try {
      this.#begin()
      return true
    } catch (error) {
      this.#queue.fail(error)
      return false
    }
  }

  #begin(): void {
    this.#hasBegun = true
    const playback = this.#playback
    this.#queue.push([{ type: "discontinuity", at: FIRST_FEED_TIME, flush: false, showFrom: FIRST_FEED_TIME }])
    this.#enter(this.#start)
    this.#trail.other("start", FIRST_FEED_TIME, playback.state)
    this.#enterStill()
    this.#hand()
  }

  #enter(start: DvdStart): void {
    const playback = this.#playback
    switch (start.at) {
      case "first-play":
        return playback.take(playback.navigator.start())
      case "menu":
        return playback.enter((navigator) => {
          if (start.menu !== "title" && start.titleBefore !== null) navigator.title(start.titleBefore)
          return navigator.menu(MENUS[start.menu])
        }, `${start.menu} menu`)
      case "title":
        playback.enter(
          (navigator) => {
            const entered = start.chapter === null ? navigator.title(start.title) : navigator.part(start.chapter, start.title)
            this.#selectFirst(navigator, start.angle)
            if (start.time > 0) navigator.searchTime(start.time)
            return entered
          },
          `title ${start.title}${start.chapter === null ? "" : `, chapter ${start.chapter}`}`,
        )
        return playback.aim({ time: start.time })
      case "place":
        playback.resumeAt(start.place)
        playback.aim({ into: start.place.into })
    }
  }

  /** The streams that a viewer asked for before anything plays; what is not there is passed over. */
  #selectFirst(navigator: DvdNavigator, angle: number): void {
    const { audio, subtitle } = this.#options
    if (audio !== null) navigator.audio(audio)
    if (subtitle !== undefined) navigator.subpicture(subtitle)
    navigator.angle(angle)
  }

  #step(block: Uint8Array | null): void {
    const playback = this.#playback
    const { navigator } = playback
    const [isPack, sector, before] = [navigator.wantsNavigationPack, navigator.wanted?.sector ?? 0, playback.feed.end]
    playback.step(block)
    const landmark = playback.takeLandmark()
    const state = landmark === null ? null : playback.state
    const at = landmark?.at ?? before
    if (isPack) this.#trail.pack(block, sector, at, state)
    else this.#trail.step(at, state)
    if (landmark === null) return
    this.#enterStill()
    if (landmark.type === "vobu") this.#forget()
  }

  /** What was shown long ago is no place for keys any more. */
  #forget(): void {
    this.#trail.at(this.#presented ?? this.#playback.feed.end)
  }

  #enterStill(): void {
    const { still, feed } = this.#playback
    this.#stillEnd = still === undefined || still === null ? still : ticks(feed.end + still * TICKS_PER_SECOND)
  }

  /** Feed time goes on through a still, as far as the screen lets it. */
  #hold(stillEnd: Ticks | null): void {
    const playback = this.#playback
    const room = this.#presented === null ? Number.POSITIVE_INFINITY : this.#presented + this.#ahead
    const { end } = playback.feed
    const timerEnd = end + (playback.timerLeft ?? Number.POSITIVE_INFINITY)
    const to = ticks(Math.min(Math.max(room, end), stillEnd ?? Number.POSITIVE_INFINITY, timerEnd))
    if (Number.isFinite(to)) playback.hold(to)
    if (this.#runTimer() || to !== stillEnd) return
    playback.stillElapsed()
    this.#trail.other("still-elapsed", to, null)
    this.#enterStill()
  }

  #runTimer(): boolean {
    const playback = this.#playback
    if (playback.timerLeft !== 0) return false
    playback.timerElapsed()
    this.#trail.other("timer", playback.feed.end, null)
    this.#enterStill()
    return true
  }

  #act(act: (navigator: DvdNavigator) => KeyResult, target?: Target): Promise<Answer> {
    return this.#queue.act(() => this.#run(act, target), NOTHING)
  }

  /** A key acts on what is on the screen. */
  async #run(act: (navigator: DvdNavigator) => KeyResult, target: Target = { into: 0 }): Promise<Answer> {
    const playback = this.#playback
    if (!this.#hasBegun && !this.#begins()) return NOTHING
    const presented = this.#presented ?? playback.feed.end
    const checkpoint = this.#trail.at(presented)
    if (checkpoint === null) return NOTHING
    const now = playback.state
    playback.restore(checkpoint)
    const [audio, streams] = [playback.navigator.streams.audio, playback.streamsKey]
    const result = this.#tried(presented, act, now)
    const { outcome, by, flush, events } = result
    if (outcome !== "done") {
      playback.restore(now)
      playback.take(events.filter(({ type }) => type === "warning"))
      return { outcome, flush: false, ...(by === undefined ? {} : { by: REFUSALS[by] }) }
    }
    const answer = flush
      ? this.#jump(events, presented, target)
      : this.#carryOn(events, presented, checkpoint.clock, {
          sound: audio !== playback.navigator.streams.audio && !this.#options.everything,
          streams: streams !== playback.streamsKey,
        })
    this.#queue.wake()
    return answer
  }

  /** A key that fails leaves playing as it was. */
  #tried(presented: Ticks, act: (navigator: DvdNavigator) => KeyResult, now: PlaybackState): KeyResult {
    try {
      this.#playback.moveClock(presented)
      return act(this.#playback.navigator)
    } catch (error) {
      this.#playback.restore(now)
      throw error
    }
  }

  /** What was being played is over. */
  #jump(events: readonly NavigatorEvent[], presented: Ticks, target: Target): Answer {
    this.#beginStretch(presented, target)
    this.#playback.take(events)
    this.#trail.other("start", this.#showFrom, this.#playback.state)
    this.#enterStill()
    this.#hand()
    return { outcome: "done", flush: true }
  }

  /** The same goes on, with another button, stream or register. */
  #carryOn(
    events: readonly NavigatorEvent[],
    presented: Ticks,
    clock: FeedClock,
    isNew: { readonly sound: boolean; readonly streams: boolean },
  ): Answer {
    const playback = this.#playback
    const changed = playback.navigator.state
    const told = playback.highlightItem(presented, clock)
    const highlights = this.#trail.replay(playback)
    if (highlights === null || isNew.sound) return this.#again(changed, presented)
    this.#queue.drop(({ type }) => type !== "highlight")
    const streams = isNew.streams ? this.#streamItems(presented) : []
    const buttons = events.some(({ type }) => type === "highlight") ? [told] : []
    this.#queue.unshift([...streams, ...buttons, ...highlights])
    return { outcome: "done", flush: false, ...(buttons.length === 0 ? {} : { highlight: told }) }
  }

  /** The same moment is read again, for what was handed out behind it is not what comes now. */
  #again(changed: NavigatorState, presented: Ticks): Answer {
    const playback = this.#playback
    // What comes later is read again.
    const overlays = playback.feed.overlaysFrom(presented).filter(({ at }) => at <= presented)
    const checkpoint = this.#trail.at(presented)
    const start =
      changed.vobu === null || checkpoint === null ? presented : (feedTimeOf(checkpoint.clock, changed.vobu.startPtm) ?? presented)
    playback.navigator.state = changed
    playback.navigator.reread()
    this.#beginStretch(presented, { into: Math.max(0, presented - start) })
    this.#queue.push(overlays.map((overlay) => shifted(overlay, presented, this.#showFrom)))
    playback.tellHighlight(this.#showFrom)
    this.#trail.other("start", this.#showFrom, playback.state)
    this.#hand()
    return { outcome: "done", flush: true }
  }

  #beginStretch(presented: Ticks, target: Target): void {
    this.#generation++
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#queue.drop()
    this.#trail.clear()
    this.#stillEnd = undefined
    this.#showFrom = this.#playback.begin(presented, target)
    // A host that reports what it shows will move there; what it reported last belongs to the old stretch.
    if (this.#presented !== null) this.#presented = this.#showFrom
    this.#hand()
  }

  /** Another sub-picture is shown from what is on the screen on. */
  #streamItems(presented: Ticks): readonly Item[] {
    const { feed } = this.#playback
    const streams = this.#playback.streamsItem(presented)
    this.#queue.drop(({ type }) => type !== "overlay")
    return [streams, clearedPlane("subpicture", presented), ...beginningAt(feed.overlaysFrom(presented), presented)]
  }
}

function shifted(overlay: OverlayItem, from: Ticks, to: Ticks): OverlayItem {
  const moved = (time: Ticks) => ticks(Math.max(to, time + to - from))
  return { ...overlay, at: moved(overlay.at), until: overlay.until === null ? null : moved(overlay.until) }
}

/** "Return": to the chain that the disc names, else from a menu back to the film. */
function goBack(navigator: DvdNavigator): KeyResult {
  const up = navigator.goUp()
  return up.outcome === "nothing" ? navigator.resume() : up
}

function nextAudio(navigator: DvdNavigator, now: number | null): KeyResult {
  const controls = navigator.pgc?.audioControl ?? []
  const numbers = controls.flatMap((control, index) => (control === null ? [] : [index + 1]))
  const next = numbers.find((number) => number > (now ?? 0)) ?? numbers[0]
  return next === undefined || next === now ? STAYS : navigator.audio(next)
}

function nextAngle(navigator: DvdNavigator): KeyResult {
  const { angle, count } = navigator.angles
  return count < 2 ? STAYS : navigator.angle((angle % count) + 1)
}

/** After the last comes none. */
function nextSubtitle(navigator: DvdNavigator): KeyResult {
  const controls = navigator.pgc?.subpictureControl ?? []
  const now = navigator.streams.subpictureShown ? (navigator.state.machine.sprm[SPRM.subpictureStream] ?? 0) & SUBPICTURE_NUMBER : -1
  const next = controls.findIndex((control, index) => control !== null && index > now)
  return navigator.subpicture(next < 0 ? null : next + 1)
}

const SUBPICTURE_NUMBER = 0x3f
const STAYS: KeyResult = { outcome: "nothing", flush: false, events: [] }

function known(result: KeyResult, what: string): KeyResult {
  if (result.outcome === "nothing") throw new DiscError("not-found", `there is no ${what} here`)
  return result
}

/** One answer for several acts: the first that was refused tells why. */
function joined(first: KeyResult, second: KeyResult): KeyResult {
  if (first.outcome === "refused") return first
  return { ...second, flush: first.flush || second.flush, events: [...first.events, ...second.events] }
}
