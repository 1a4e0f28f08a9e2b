import { DiscError, TICKS_PER_SECOND, type Ticks, ticks, ticksFromSeconds } from "../base/index.ts"
import { chapterBeside } from "./chapter-step.ts"
import type { AllowedItem, Item, StreamsItem, UserOperation } from "./items.ts"
import { beginningAt, clearedPlane } from "./plane-overlays.ts"
import type { Answer, Bookmark, Key, MenuName, Selection, Session, WatchedItem } from "./session.ts"
import { SessionQueue } from "./session-queue.ts"
import { type ChosenNumbers, chooseStream, feedSelection, followingNumber, indexOfStream, streamsItem } from "./stream-descriptions.ts"
import { FIRST_FEED_TIME, onGrid, STRETCH_GAP } from "./stretch.ts"
import { positionItem, TitleFeed } from "./title-feed.ts"
import type { TitleMedia } from "./title-media.ts"
import type { WarningTeller } from "./warning-teller.ts"

/** Items handed out by one `batch()` at most. */
const BATCH_BLOCKS = 256

const NOTHING: Answer = { outcome: "nothing", flush: false }
const OPERATIONS: readonly UserOperation[] = [
  "seek",
  "next",
  "previous",
  "pause",
  "select-audio",
  "select-subtitle",
  "select-angle",
  "stop",
]

export type TitleSessionStart = {
  /** Title time to begin at; a chapter instead, where one is given. */
  readonly time: Ticks
  readonly chapter: number | null
  /** Disc numbers of the streams to begin with; `null`: the first in the language, else the first. */
  readonly audio: number | null
  readonly audioLanguage: string | null
  /** `undefined`: the first in the language, else none. */
  readonly subtitle: number | null | undefined
  readonly subtitleLanguage: string | null
  readonly aheadSeconds: number
  readonly everything: boolean
  readonly teller: WarningTeller
  readonly onClose: () => void
}

/** Plays one title without the disc's program. */
export class TitleSession implements Session {
  #media: Promise<TitleMedia>
  /** Set as soon as `#media` has come. */
  #current: TitleMedia | null = null
  #audio: number | null = null
  #subtitle: number | null = null
  readonly #everything: boolean
  readonly #ahead: number
  readonly #start: TitleSessionStart
  readonly #queue = new SessionQueue({
    waits: () => this.#ended || this.#isFarAhead(),
    read: () => this.#read(),
    close: () => this.close(),
  })
  #feed: TitleFeed | null = null
  #presented: Ticks | null = null
  #highest: Ticks = FIRST_FEED_TIME
  #abort = new AbortController()
  #generation = 0
  #ended = false
  #closed = false

  constructor(media: Promise<TitleMedia>, start: TitleSessionStart) {
    this.#media = media
    // The puller gets the error; a session that nobody pulls must not bring the process down.
    media.catch(() => {})
    this.#start = start
    this.#everything = start.everything
    this.#ahead = start.aheadSeconds * TICKS_PER_SECOND
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#queue.iterate()
  }

  batch(): Promise<readonly Item[] | null> {
    return this.#queue.batch()
  }

  #isFarAhead(): boolean {
    return this.#presented !== null && this.#feed !== null && this.#feed.highest - this.#presented > this.#ahead
  }

  /** Reads and steps until there is something to hand out, or somebody acted. */
  async #read(): Promise<void> {
    const generation = this.#generation
    try {
      // The host hears where the stretch begins before anything is read for it, and may say what it presents.
      if (this.#feed === null) return await this.#begin(this.#firstTime(await this.#media), false)
      const feed = this.#feed
      const more = await feed.fill()
      if (generation !== this.#generation || this.#closed) return
      if (more) this.#step(feed)
      else this.#finish(feed)
      this.#highest = ticks(Math.max(this.#highest, feed.highest))
    } catch (error) {
      if (generation === this.#generation && !this.#closed) this.#queue.fail(error)
    }
  }

  #step(feed: TitleFeed): void {
    for (let blocks = 0; blocks < BATCH_BLOCKS && feed.blocksWaiting; blocks++) {
      this.#queue.push(feed.step())
      if (this.#isFarAhead()) return
    }
    this.#queue.push(feed.takeItems())
  }

  #finish(feed: TitleFeed): void {
    this.#ended = true
    this.#queue.push([...feed.takeItems(), { type: "end", at: feed.highest }])
  }

  /** Where the title begins for this viewer, with the streams of their choice. */
  #firstTime(media: TitleMedia): Ticks {
    const { time, chapter, audio, audioLanguage, subtitle, subtitleLanguage } = this.#start
    this.#audio = chooseStream(media.streams, "audio", audio, audioLanguage)
    this.#subtitle = subtitle === null ? null : chooseStream(media.streams, "subtitle", subtitle ?? null, subtitleLanguage)
    if (chapter === null) return time
    return this.#chapterStart(media, chapter)
  }

  #chapterStart(media: TitleMedia, number: number): Ticks {
    const start = media.chapters[number - 1]
    if (start !== undefined) return start
    throw new DiscError("not-found", `title ${media.title} has chapters 1 to ${media.chapters.length}, not ${number}`)
  }

  /** A new stretch from `time` of the title. */
  async #begin(time: Ticks, flush: boolean): Promise<void> {
    const generation = this.#generation
    const media = await this.#media
    const isFirst = this.#current === null
    const target = ticks(Math.min(Math.max(time, 0), Math.max(media.duration - 1, 0)))
    const signal = this.#abort.signal
    const entry = await media.locate(target, { signal })
    const selection = feedSelection(media.streams, this.#chosen, this.#everything)
    const shown = selection.subtitle ?? selection.forcedSubtitle
    const earlier = shown === null || target === 0 ? [] : ((await media.subtitleBefore?.(entry, shown, { signal })) ?? [])
    // Somebody jumped elsewhere meanwhile.
    if (generation !== this.#generation || this.#closed) return
    // The clips of the angle before.
    if (this.#current !== media) void this.#current?.close()
    this.#current = media
    // What is decoded before the target gets feed times too, and none may be used twice.
    const lead = Math.max(target - entry.time, 0) + (isFirst ? 0 : TICKS_PER_SECOND)
    const showFrom = isFirst ? FIRST_FEED_TIME : onGrid(this.#highest + STRETCH_GAP + lead)
    this.#ended = false
    const { teller } = this.#start
    this.#feed = new TitleFeed(media, entry, target, showFrom - target, selection, { signal, teller })
    if (shown !== null) this.#feed.takeEarlier(shown, earlier)
    this.#highest = ticks(Math.max(this.#highest, showFrom))
    // A host that reports what it shows will move there; what it reported last belongs to the old stretch.
    if (this.#presented !== null) this.#presented = showFrom
    const begin: Item[] = [this.#streamsItem(media, showFrom), this.#allowedItem(media, showFrom)]
    begin.push({ type: "discontinuity", at: showFrom, flush, showFrom }, positionItem(media, target, showFrom))
    // What was found while the title was opened or the place was looked for.
    this.#queue.push([...begin, ...teller.take(showFrom)])
  }

  get #chosen(): ChosenNumbers {
    return { audio: this.#audio, subtitle: this.#subtitle }
  }

  #streamsItem(media: TitleMedia, at: Ticks): StreamsItem {
    return streamsItem(media.streams, this.#chosen, this.#everything, at)
  }

  #allowedItem(media: TitleMedia, at: Ticks): AllowedItem {
    const operations = media.angles > 1 ? OPERATIONS : OPERATIONS.filter((operation) => operation !== "select-angle")
    return { type: "allowed", at, operations }
  }

  /** Title time of what is on the screen. */
  #presentedTitleTime(): Ticks {
    const feed = this.#feed
    if (feed === null) return this.#start.time
    return ticks(Math.min(Math.max(0, feed.titleTime(this.#presented ?? feed.highest)), this.#current?.duration ?? 0))
  }

  /** Acts on a closed session do nothing. */
  #act(act: (media: TitleMedia) => Promise<Answer>): Promise<Answer> {
    return this.#queue.act(async () => {
      const media = await this.#media
      return this.#closed ? NOTHING : act(media)
    }, NOTHING)
  }

  async #jump(time: Ticks): Promise<Answer> {
    this.#generation++
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#queue.drop()
    await this.#begin(time, true)
    this.#queue.wake()
    return { outcome: "done", flush: true }
  }

  seek(seconds: number): Promise<Answer> {
    if (!Number.isFinite(seconds)) return Promise.reject(new DiscError("bad-argument", "seek() takes a number of seconds"))
    return this.#act(() => this.#jump(ticksFromSeconds(seconds)))
  }

  chapter(number: number): Promise<Answer> {
    return this.#act((media) => this.#jump(this.#chapterStart(media, number)))
  }

  press(key: Key): Promise<Answer> {
    switch (key) {
      case "next":
        return this.#act((media) => this.#chapterStep(media, 1))
      case "previous":
        return this.#act((media) => this.#chapterStep(media, -1))
      case "audio":
        return this.#act((media) => this.#select(media, { audio: followingNumber(media.streams, "audio", this.#audio) ?? 1 }))
      case "subtitle":
        return this.#act((media) => this.#select(media, { subtitle: followingNumber(media.streams, "subtitle", this.#subtitle) }))
      case "angle":
        return this.#act((media) => this.#select(media, { angle: (media.angle % media.angles) + 1 }))
      default:
        return Promise.resolve(NOTHING)
    }
  }

  async #chapterStep(media: TitleMedia, direction: 1 | -1): Promise<Answer> {
    const time = this.#presentedTitleTime()
    const start = chapterBeside(media.chapters, time, direction)
    return start === undefined ? NOTHING : this.#jump(start)
  }

  select(selection: Selection): Promise<Answer> {
    return this.#act((media) => this.#select(media, selection))
  }

  async #select(media: TitleMedia, { audio, subtitle, angle }: Selection): Promise<Answer> {
    this.#check(media, "audio", audio)
    this.#check(media, "subtitle", subtitle)
    if (angle !== undefined && (angle < 1 || angle > media.angles)) {
      throw new DiscError("not-found", `title ${media.title} has angles 1 to ${media.angles}, not ${angle}`)
    }
    const time = this.#presentedTitleTime()
    if (subtitle !== undefined) {
      await this.#feed?.readSubtitle(indexOfStream(media.streams, "subtitle", subtitle))
      this.#selectSubtitle(media, subtitle)
    }
    const changesAudio = audio !== undefined && audio !== this.#audio
    const changesAngle = angle !== undefined && angle !== media.angle
    if (audio !== undefined) this.#audio = audio
    if (changesAngle) this.#media = media.withAngle(angle)
    if (changesAudio || changesAngle) return this.#jump(time)
    return { outcome: "done", flush: false }
  }

  #check(media: TitleMedia, kind: "audio" | "subtitle", number: number | null | undefined): void {
    if (number === undefined || number === null || indexOfStream(media.streams, kind, number) !== null) return
    throw new DiscError("not-found", `title ${media.title} has no ${kind} stream ${number}`)
  }

  #selectSubtitle(media: TitleMedia, subtitle: number | null): void {
    this.#subtitle = subtitle
    const feed = this.#feed
    if (feed === null) return
    const presented = this.#presented ?? feed.highest
    const due = feed.selectSubtitle(indexOfStream(media.streams, "subtitle", subtitle), presented)
    const plane = media.blockSize === 2048 ? "subpicture" : "pg"
    this.#queue.drop((item) => item.type !== "overlay")
    this.#queue.unshift([this.#streamsItem(media, presented), clearedPlane(plane, presented), ...beginningAt(due, presented)])
    this.#queue.wake()
  }

  async point(): Promise<Answer> {
    return NOTHING
  }

  async menu(name: MenuName): Promise<Answer> {
    if (this.#closed) return NOTHING
    throw new DiscError("unsupported", `the ${name} menu cannot be shown: this session plays a title without the disc's program`)
  }

  presented(feedTime: Ticks): void {
    const feed = this.#feed
    // A report from before a jump says nothing of the new stretch.
    if (feed === null || feedTime < feed.showFrom) return
    this.#presented = feedTime
    if (!this.#isFarAhead()) this.#queue.wake()
  }

  watch(listener: (item: WatchedItem) => void): () => void {
    return this.#queue.watch(listener)
  }

  bookmark(): Bookmark {
    const media = this.#current
    if (media === null) throw new DiscError("bad-argument", "nothing has played yet: take a bookmark after the first item")
    return {
      version: 1,
      fingerprint: media.fingerprint,
      title: media.title,
      time: this.#presentedTitleTime() / TICKS_PER_SECOND,
      angle: media.angle,
      audio: this.#audio,
      subtitle: this.#subtitle,
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#abort.abort()
    this.#queue.close()
    this.#start.onClose()
    // One that never opened has told its error to whoever pulled; one that is still opening closes behind us.
    const closed = this.#media.then((media) => media.close()).catch(() => {})
    if (this.#current !== null) await closed
  }
}
