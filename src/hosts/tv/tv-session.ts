import { DiscError, secondsFromTicks, TICKS_PER_SECOND, type Ticks, ticks } from "../../base/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import type { AllowedItem, Answer, Disc, HighlightItem, Item, PlayFrom, PositionItem, Session, StreamsItem } from "../../plugin/index.ts"
import { type Converter, type ConverterOptions, openConverter } from "../../transcode/index.ts"
import { FeedShift } from "./feed-shift.ts"
import { ItemGate } from "./item-gate.ts"
import { LiveOutput } from "./live-output.ts"
import { HOLD_BACK_SECONDS, PART_HOLD_BACK_SECONDS, PART_TARGET_SECONDS } from "./live-playlist.ts"
import { PlayClock } from "./play-clock.ts"
import { shiftItem } from "./shift-item.ts"
import { Timed } from "./timed.ts"

/** What a renderer of the endless stream holds ahead of its screen: it is given this at once, so that it can begin. */
const STREAM_AHEAD = 2 * TICKS_PER_SECOND
const PARTS_AHEAD = (PART_HOLD_BACK_SECONDS + PART_TARGET_SECONDS / 2) * TICKS_PER_SECOND
const SEGMENTS_AHEAD = HOLD_BACK_SECONDS * TICKS_PER_SECOND
/** What decoder and encoder hold: packets go in so much before their pictures have to be there. */
const CONVERTING = TICKS_PER_SECOND / 4
/** What waits before the converter: a slow moment of the disc is not seen. */
const WAITING = TICKS_PER_SECOND / 2
/** The clock is looked at so often: half a picture. */
const TICK_MS = 20
/** Nobody has come for the stream, or all have gone. Renderers look at an address once and come back. */
const IDLE_MS = 30_000
/** A device that takes nothing for so long has stopped. */
const STALLED_MS = 60_000
/** A player that plays asks several times a second. */
const HLS_GONE_MS = 10_000

/** What is on the device's screen now, as far as can be known. */
export type Shown = {
  readonly position: PositionItem | null
  /** Seconds since the title's start. */
  readonly time: number
  readonly highlight: HighlightItem | null
  readonly allowed: AllowedItem | null
  readonly streams: StreamsItem | null
  readonly isPaused: boolean
  /** A device takes the stream. */
  readonly isWatched: boolean
  /** The disc's program has come to its end. */
  readonly hasEnded: boolean
}

export type TvSessionOptions = {
  readonly disc: Disc
  readonly from: PlayFrom
  /** Called once, when everything is freed. */
  readonly onClose: (error: DiscError | null) => void
}

/** A disc's program played to one device: a session, a converter that draws its planes, and one stream without a gap. */
export class TvSession {
  readonly #session: Session
  readonly #converter: Converter
  readonly #onClose: TvSessionOptions["onClose"]
  readonly #gate = new ItemGate()
  readonly #shift = new FeedShift()
  readonly #output = new LiveOutput()
  readonly #clock = new PlayClock()
  readonly #positions = new Timed<PositionItem>()
  readonly #highlights = new Timed<HighlightItem>()
  readonly #allowances = new Timed<AllowedItem>()
  readonly #streams = new Timed<StreamsItem>()
  readonly #timer: NodeJS.Timeout
  #hasBegun = false
  #hasEnded = false
  #usedAt = performance.now()
  #askedForPartsAt = Number.NEGATIVE_INFINITY
  #askedForSegmentsAt = Number.NEGATIVE_INFINITY
  /** Feed time of the session's first moment; null: nothing has come of it. */
  #firstAt: Ticks | null = null
  /** In shifted feed time, the film was handed to the converter up to here. */
  #pushed = Number.NEGATIVE_INFINITY
  #isPushing = false
  #wakePull: (() => void) | null = null
  #hasActed = false
  #closing: Promise<void> | null = null

  private constructor(session: Session, converter: Converter, onClose: TvSessionOptions["onClose"]) {
    this.#session = session
    this.#converter = converter
    this.#onClose = onClose
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** @throws DiscError what `Disc.play` throws at once */
  static async start({ disc, from, onClose }: TvSessionOptions): Promise<TvSession> {
    const converter = await openConverter(converterOptions(disc.info))
    try {
      // The gate holds it to what the device has; more than any device has is never read.
      const aheadSeconds = secondsFromTicks(ticks(SEGMENTS_AHEAD + CONVERTING + WAITING))
      return new TvSession(disc.play({ ...from, aheadSeconds }), converter, onClose)
    } catch (error) {
      await converter.close()
      throw error
    }
  }

  /** The endless transport stream, for one more device. */
  stream(): ReadableStream<Uint8Array> {
    this.#begin()
    return this.#output.read().body
  }

  /** Low-latency HLS. @throws DiscError `bad-argument`, `unavailable` */
  playlist(segment: number | null, part: number | null): Promise<string> {
    this.#begin()
    if (part !== null) this.#askedForPartsAt = performance.now()
    return this.#output.hls.playlist(segment, part)
  }

  /** Null: there is no such piece any more. */
  part(segment: number, part: number): Promise<Uint8Array | null> {
    this.#used()
    this.#askedForPartsAt = performance.now()
    return this.#output.hls.part(segment, part)
  }

  segment(segment: number): Promise<Uint8Array | null> {
    this.#used()
    this.#askedForSegmentsAt = performance.now()
    return this.#output.hls.segment(segment)
  }

  /** A person's act, on what the device shows now. */
  async act(act: (session: Session) => Promise<Answer>): Promise<Answer> {
    this.#report()
    try {
      return await act(this.#session)
    } finally {
      this.#hasActed = true
      this.#wakePull?.()
    }
  }

  /** Stops the film where the stream is, or lets it go on; the device goes on with the last picture. */
  pause(isPaused: boolean): void {
    if (this.#hasEnded) return
    if (isPaused && Number.isFinite(this.#pushed)) this.#shift.pause(ticks(this.#pushed))
    else this.#shift.resume()
  }

  get shown(): Shown {
    const feed = this.#shownFeed()
    const position = this.#positions.at(feed)
    const since = position === null ? 0 : secondsFromTicks(ticks(Math.max(0, feed - position.at)))
    const highlight = this.#highlights.at(feed)
    const isOn = highlight !== null && highlight.buttons.length > 0 && (highlight.until === null || highlight.until > feed)
    return {
      position,
      time: position === null ? 0 : Math.min(position.time + since, position.duration),
      highlight: isOn ? highlight : null,
      allowed: this.#allowances.at(feed),
      streams: this.#streams.at(feed),
      isPaused: this.#shift.isPaused && !this.#hasEnded,
      isWatched: this.#hasBegun && (this.#output.readers.length > 0 || performance.now() - this.#usedAt < HLS_GONE_MS),
      hasEnded: this.#hasEnded,
    }
  }

  /** The newest key picture on the device's screen: H.264. */
  get picture(): { readonly at: number; readonly data: Uint8Array } | null {
    return this.#output.keyAt(this.#clock.position(this.#output.clock.end))
  }

  close(error: DiscError | null = null): Promise<void> {
    this.#closing ??= this.#close(error)
    return this.#closing
  }

  async #close(error: DiscError | null): Promise<void> {
    clearInterval(this.#timer)
    this.#output.close()
    this.#wakePull?.()
    await Promise.allSettled([this.#session.close(), this.#converter.close()])
    this.#onClose(error)
  }

  #used(): void {
    this.#usedAt = performance.now()
  }

  /** With the first device that comes for the stream: nothing of the disc is lost before. */
  #begin(): void {
    this.#used()
    if (this.#hasBegun) return
    this.#hasBegun = true
    void this.#guarded(() => this.#pullSession())
    void this.#guarded(() => this.#pullConverter())
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      await this.close()
    } catch (error) {
      if (this.#closing !== null) return
      await this.close(error instanceof DiscError ? error : new DiscError("aborted", "something is wrong in opentray itself"))
    }
  }

  async #pullSession(): Promise<void> {
    while (this.#closing === null) {
      if (this.#hasEnough()) {
        await new Promise<void>((resolve) => {
          this.#wakePull = resolve
        })
        continue
      }
      this.#hasActed = false
      const items = await this.#session.batch()
      if (items === null) return
      this.#take(items)
    }
  }

  /** A key's answer is fetched at once, whatever waits. */
  #hasEnough(): boolean {
    const { last } = this.#gate
    return !this.#hasActed && last !== null && last > this.#allowed() + WAITING
  }

  #take(items: readonly Item[]): void {
    for (const item of items) {
      if (item.type === "streams") this.#firstAt ??= item.at
      if (item.type === "position") this.#positions.add(item)
      if (item.type === "highlight") this.#highlights.add(item)
      if (item.type === "allowed") this.#allowances.add(item)
      if (item.type === "streams") this.#streams.add(item)
      if (item.type === "discontinuity" && item.flush) this.#jumped(item.showFrom)
    }
    this.#push(this.#gate.add(items))
  }

  /** The film goes on elsewhere, also where it was stopped or over; buttons that were there are there no more. */
  #jumped(showFrom: Ticks): void {
    this.#highlights.add({ type: "highlight", at: showFrom, until: null, planeWidth: 0, planeHeight: 0, buttons: [], selected: null })
    this.#shift.resume()
    this.#hasEnded = false
    this.#pushed = Number.NEGATIVE_INFINITY
  }

  #push(items: readonly Item[]): void {
    if (items.length === 0) return
    const shifted = items.map((item) => shiftItem(item, (time) => this.#shift.shifted(time)))
    for (const item of shifted) {
      if (item.type === "packet" && item.pts !== null) this.#pushed = Math.max(this.#pushed, item.pts)
      if (item.type === "still" || item.type === "position") this.#pushed = Math.max(this.#pushed, item.at)
    }
    this.#isPushing = true
    void this.#converter.push(shifted).then(() => {
      this.#isPushing = false
    })
  }

  async #pullConverter(): Promise<void> {
    for await (const item of this.#converter.output) await this.#output.take(item)
  }

  #tick(): void {
    this.#lookForDevices()
    if (!this.#hasBegun || this.#closing !== null) return
    this.#report()
    if (this.#shift.isPaused) this.#stand()
    else if (!this.#isPushing) this.#pushDue()
    this.#wakePull?.()
  }

  #pushDue(): void {
    const due = this.#gate.take(this.#allowed())
    const end = due.findIndex(({ type }) => type === "end")
    if (end < 0) return this.#push(due)
    // The disc's program is over: its last picture stands until somebody chooses.
    this.#push(due.slice(0, end))
    this.#hasEnded = true
    this.#shift.pause(ticks(Math.max(this.#pushed, this.#shift.shifted(ticks(0)))))
  }

  /** Feed time up to which packets may go to the converter; counted from the session's first moment until something has come out of it. */
  #allowed(): number {
    const allowed = this.#output.clock.feedAllowed(this.#position() + this.#ahead() + CONVERTING)
    return Number.isFinite(allowed) ? this.#shift.unshifted(allowed) : (this.#firstAt ?? allowed) + this.#ahead() + CONVERTING
  }

  /** While the film stands, the stream goes on. */
  #stand(): void {
    const allowed = this.#output.clock.feedAllowed(this.#position() + this.#ahead())
    if (!Number.isFinite(allowed)) return
    const until = ticks(Math.round(allowed))
    this.#shift.stand(until)
    this.#converter.freeze(until)
  }

  #ahead(): number {
    if (this.#output.readers.length > 0) return STREAM_AHEAD
    const knowsParts = this.#askedForPartsAt > this.#askedForSegmentsAt - HLS_GONE_MS
    return knowsParts || this.#askedForSegmentsAt === Number.NEGATIVE_INFINITY ? PARTS_AHEAD : SEGMENTS_AHEAD
  }

  #position(): number {
    return this.#clock.position(this.#output.clock.end)
  }

  #shownFeed(): Ticks {
    return this.#shift.feedAt(this.#output.clock.feedAt(this.#position()))
  }

  #report(): void {
    if (this.#output.clock.hasBegun) this.#session.presented(this.#shownFeed())
  }

  #lookForDevices(): void {
    for (const reader of this.#output.readers) {
      this.#used()
      if (reader.stalledFor > STALLED_MS) this.#output.drop(reader)
    }
    if (performance.now() - this.#usedAt > IDLE_MS) void this.close()
  }
}

/** A picture of one size for the whole disc, at most 1280x720: a device need not change anything between menu and film. */
function converterOptions({ titles }: DiscInfo): ConverterOptions {
  const lines = Math.max(0, ...titles.flatMap(({ streams }) => streams.map(({ height }) => height ?? 0)))
  const canvas = lines > 576 ? { width: 1280, height: 720 } : lines > 480 ? { width: 1024, height: 576 } : { width: 854, height: 480 }
  return { video: { codecs: ["h264"], convertsAll: true, canvas, isLive: true }, audio: { codecs: ["aac"] }, burnIn: true }
}
