import { type ReadOptions, SECTOR_SIZE, secondsFromTicks, TICKS_PER_SECOND, type Ticks, ticks } from "../base/index.ts"
import type { AccessUnit } from "../mpeg/access-unit.ts"
import { continuesSegment, type Segment } from "../mpeg/segment.ts"
import { CaptionTrack } from "./caption-track.ts"
import type { Item, PacketItem } from "./items.ts"
import { beginningAt } from "./plane-overlays.ts"
import { clockDistance, RangeReader } from "./range-reader.ts"
import { SubtitleTrack, type TrackOverlay } from "./subtitle-track.ts"
import type { Demuxer, Entry, TitleMedia } from "./title-media.ts"
import { WarningTeller } from "./warning-teller.ts"
import { WholeTracks } from "./whole-subtitle.ts"

/** A `position` item comes at least this often. */
const POSITION_EVERY = 22_500
/** Sound this much before the first moment to show is handed out for the decoder's sake. */
const AUDIO_PREROLL = 9_000
/** Two audio frames closer than this are the same frame of two clips that overlap at a join. */
const AUDIO_JOIN_SLACK = 1_000

/** A subtitle that was read whole is told this much ahead of the picture. */
const WHOLE_AHEAD = TICKS_PER_SECOND

/** What a feed hands out for each kind of stream. */
export type FeedSelection = {
  readonly audio: number | null
  readonly subtitle: number | null
  /** The subtitle whose forced pictures are shown while `subtitle` is null. */
  readonly forcedSubtitle: number | null
  /** Packets of every stream, whatever is selected. */
  readonly everything: boolean
}

export type FeedOptions = ReadOptions & {
  /** Of a session whose stretches follow one another; without it the feed tells what comes from now on. */
  readonly teller?: WarningTeller
  /** The segment (from 0) behind whose end the stretch is over; without it the title's last. */
  readonly lastSegment?: number
  /** Takes the menus in the title's clips: the stream's number, the unit, its feed time, and what feed time is more than the clip's clock. */
  readonly onMenuUnit?: (menu: number, data: Uint8Array, at: Ticks | null, feedOffset: number) => void
}

/**
 * One stretch of a title: blocks in, items out, one block a step. It knows nothing of keys, queues or how far ahead is allowed.
 * Feed time is title time plus one constant for the whole stretch.
 */
export class TitleFeed {
  readonly #media: TitleMedia
  readonly #entry: Entry
  /** Title time of the first moment to show. */
  readonly #target: Ticks
  readonly #feedOffset: number
  readonly #options: FeedOptions
  readonly #subtitles: Map<number, SubtitleTrack>
  readonly #wholes: WholeTracks
  /** Of a DVD; null: other discs have none. */
  readonly #captions: CaptionTrack | null
  #selection: FeedSelection
  #segmentIndex: number
  #segment: Segment | null
  #reader: RangeReader | null = null
  #demuxer: Demuxer | null = null
  #run: Uint8Array | null = null
  #runAt = 0
  #items: Item[] = []
  #positionAt = Number.NEGATIVE_INFINITY
  #audioLast = new Map<number, number>()
  /** Title time where the segment's out time cuts its units; infinite where the next segment goes on with the same clock. */
  #end = Number.POSITIVE_INFINITY
  readonly #teller: WarningTeller
  /** No video unit since decoding began anew has been a key picture: what comes before one cannot be decoded. */
  #awaitsKey = true
  #highest: number
  /** Sees each block as the disc has it, before demuxing. */
  onBlock: ((block: Uint8Array) => void) | null = null

  constructor(media: TitleMedia, entry: Entry, target: Ticks, feedOffset: number, selection: FeedSelection, options: FeedOptions) {
    this.#media = media
    this.#entry = entry
    this.#target = target
    this.#feedOffset = feedOffset
    this.#selection = selection
    this.#options = options
    this.#segmentIndex = entry.segment
    this.#segment = media.segments[entry.segment] ?? null
    this.#highest = target + feedOffset
    this.#teller = options.teller ?? new WarningTeller(media.warnings)
    this.#wholes = new WholeTracks(media.wholeSubtitle ?? null, feedOffset)
    this.#captions = media.blockSize === SECTOR_SIZE ? new CaptionTrack() : null
    this.#subtitles = new Map(
      media.streams.filter((stream) => stream.kind === "subtitle").map((stream) => [stream.index, new SubtitleTrack()]),
    )
  }

  /** The highest feed time of anything handed out so far. */
  get highest(): Ticks {
    return ticks(this.#highest)
  }

  /** The first feed time to show. */
  get showFrom(): Ticks {
    return ticks(this.#target + this.#feedOffset)
  }

  titleTime(feedTime: Ticks): Ticks {
    return ticks(feedTime - this.#feedOffset)
  }

  /** Bytes for the next step are at hand when it resolves with true; false: the title is over. */
  async fill(): Promise<boolean> {
    await this.readSubtitle(this.#subtitle)
    for (;;) {
      if (this.#run !== null && this.#runAt < this.#run.length) return true
      if (this.#segment === null) return false
      this.#reader ??= await this.#openSegment(this.#segment)
      this.#run = await this.#reader.run()
      this.#runAt = 0
      if (this.#run === null) this.#nextSegment()
    }
  }

  /** Takes one block and gives what came of it. Call after `fill` gave true. */
  step(): readonly Item[] {
    if (this.#run !== null && this.#runAt < this.#run.length) {
      const block = this.#run.subarray(this.#runAt, this.#runAt + this.#media.blockSize)
      this.#runAt += block.length
      this.onBlock?.(block)
      this.#demuxer?.push(block)
    }
    return this.takeItems()
  }

  /** What is waiting without another step: the last units of a segment that ended. */
  takeItems(): readonly Item[] {
    this.#items.push(...this.#takeWhole())
    this.#items.push(...this.#teller.take(this.highest))
    const items = this.#items
    this.#items = []
    return items
  }

  get blocksWaiting(): boolean {
    return this.#run !== null && this.#runAt < this.#run.length
  }

  /** Units of a subtitle that were sent before the entry point and are on the screen there. */
  takeEarlier(stream: number, units: readonly AccessUnit[]): void {
    const segment = this.#segment
    const track = this.#subtitles.get(stream)
    if (segment === null || track === undefined || units.length === 0) return
    track.startSegment(() => this.#media.createSubtitleDecoder(this.#segmentIndex, stream), true)
    for (const { data, pts } of units) {
      if (pts !== null) track.take(data, ticks(this.#titleTime(segment, pts) + this.#feedOffset), this.#media.warnings)
    }
    if (stream !== this.#subtitle) return
    const from = this.showFrom
    this.#items.push(...beginningAt(this.#shown(track.overlaysFrom(from)), from))
  }

  /** Another subtitle from what is on the screen on; gives the overlays that are due at once. Audio changes take a new stretch. */
  selectSubtitle(stream: number | null, presented: Ticks): readonly Item[] {
    this.#selection = { ...this.#selection, subtitle: stream }
    const track = this.#subtitles.get(this.#subtitle ?? -1)
    this.#wholes.restart(this.#subtitle, this.titleTime(presented))
    return [...(track === undefined ? [] : this.#shown(track.overlaysFrom(presented))), ...this.#takeWhole()]
  }

  /** Reads a subtitle that lies beside the film, so that `selectSubtitle` shows it at once; others take no time. */
  readSubtitle(stream: number | null): Promise<void> {
    return this.#wholes.open(stream, this.#target)
  }

  /** Of a subtitle that lies beside the film, what is due soon. */
  #takeWhole(): readonly Item[] {
    const { start = 0, inTime = 0, outTime = 0 } = this.#media.segments[this.#options.lastSegment ?? this.#media.segments.length - 1] ?? {}
    const until = Math.min(this.titleTime(this.highest) + WHOLE_AHEAD, start + outTime - inTime)
    return this.#shown(this.#wholes.advance(this.#subtitle, until))
  }

  /** The subtitle that is shown: all of it, or what of it is forced. */
  get #subtitle(): number | null {
    return this.#selection.subtitle ?? this.#selection.forcedSubtitle
  }

  /** Of a track's overlays, what the viewer sees. */
  #shown(overlays: readonly TrackOverlay[]): readonly Item[] {
    return overlays.flatMap(({ full, forced }) => {
      const item = this.#selection.subtitle === null ? forced : full
      return item === null ? [] : [item]
    })
  }

  async #openSegment(segment: Segment): Promise<RangeReader> {
    const skip = this.#segmentIndex === this.#entry.segment ? this.#entry.skip : 0
    const clip = await this.#media.openClip(segment)
    this.#end = this.#continues(this.#segmentIndex + 1) ? Number.POSITIVE_INFINITY : segment.start + segment.outTime - segment.inTime
    this.#demuxer ??= this.#createDemuxer()
    for (const [index, track] of this.#subtitles) {
      track.startSegment(() => this.#media.createSubtitleDecoder(this.#segmentIndex, index), !this.#continues(this.#segmentIndex))
    }
    return new RangeReader(clip, segment.ranges, this.#media.blockSize, skip, this.#media.warnings, this.#options)
  }

  #createDemuxer(): Demuxer {
    const { onMenuUnit } = this.#options
    const onUnit = (stream: number, unit: AccessUnit) => this.#take(stream, unit)
    if (onMenuUnit === undefined) return this.#media.createDemuxer(this.#segmentIndex, onUnit)
    return this.#media.createDemuxer(this.#segmentIndex, onUnit, (menu, { data, pts }) => {
      const segment = this.#segment
      if (pts === null || segment === null) return onMenuUnit(menu, data, null, 0)
      const at = ticks(this.#titleTime(segment, pts) + this.#feedOffset)
      onMenuUnit(menu, data, at, at - pts)
    })
  }

  #nextSegment(): void {
    const ended = this.#segment
    const isLast = this.#segmentIndex === this.#options.lastSegment
    const next = isLast ? null : (this.#media.segments[this.#segmentIndex + 1] ?? null)
    if (isLast || !this.#continues(this.#segmentIndex + 1)) {
      this.#demuxer?.flush()
      this.#demuxer = null
      this.#awaitsKey = true
    }
    this.#segmentIndex++
    this.#segment = next
    this.#reader = null
    if (next !== null && ended !== null && !next.seamless) {
      const at = ticks(next.start + this.#feedOffset)
      this.#items.push({ type: "discontinuity", at, flush: false, showFrom: at })
    }
  }

  /** Whether a segment of this stretch goes on with the one before: then the demuxer keeps what it has begun. */
  #continues(index: number): boolean {
    const before = this.#media.segments[index - 1]
    const segment = this.#media.segments[index]
    return before !== undefined && segment !== undefined && index > this.#entry.segment && continuesSegment(before, segment)
  }

  #take(index: number, unit: AccessUnit): void {
    const stream = this.#media.streams[index]
    const segment = this.#segment
    if (stream === undefined || segment === null) return
    const pts = unit.pts === null ? null : this.#titleTime(segment, unit.pts)
    const dts = unit.dts === null ? null : this.#titleTime(segment, unit.dts)
    if (stream.kind === "video") this.#takeVideo(index, segment, unit, pts, dts)
    else if (stream.kind === "audio") this.#takeAudio(index, segment, unit, pts)
    else this.#takeSubtitle(index, segment, unit, pts)
  }

  #titleTime(segment: Segment, clockTime: number): Ticks {
    return ticks(segment.start + clockDistance(segment.inTime, clockTime))
  }

  #takeVideo(index: number, segment: Segment, unit: AccessUnit, pts: Ticks | null, dts: Ticks | null): void {
    this.#awaitsKey &&= !unit.key
    if (this.#awaitsKey) return
    // In decoding order nothing that is shown before the out time comes after a unit that is decoded behind it.
    if ((dts ?? pts ?? 0) >= this.#end) return
    const decodeOnly = pts !== null && (pts < this.#showFrom(segment) || pts >= this.#end)
    this.#packet(index, unit, pts, dts, decodeOnly)
    this.#takeCaptions(unit, pts)
    if (!decodeOnly && pts !== null && pts >= this.#positionAt + POSITION_EVERY) this.#position(pts)
  }

  #takeCaptions(unit: AccessUnit, pts: Ticks | null): void {
    const captions = this.#captions?.take(unit, pts === null ? null : ticks(pts + this.#feedOffset)) ?? []
    this.#items.push(...captions)
  }

  #takeAudio(index: number, segment: Segment, unit: AccessUnit, pts: Ticks | null): void {
    if (!this.#selection.everything && index !== this.#selection.audio) return
    if (pts === null || pts >= this.#end || pts < this.#target - AUDIO_PREROLL) return
    const isFirstSegment = this.#segmentIndex === this.#entry.segment
    if (pts < segment.start - AUDIO_JOIN_SLACK && !isFirstSegment && !this.#continues(this.#segmentIndex)) return
    // Two clips may both carry the frame that lies over their join.
    if (pts <= (this.#audioLast.get(index) ?? Number.NEGATIVE_INFINITY) + AUDIO_JOIN_SLACK) return
    this.#audioLast.set(index, pts)
    this.#packet(index, unit, pts, pts, pts < this.#target)
  }

  #takeSubtitle(index: number, segment: Segment, unit: AccessUnit, pts: Ticks | null): void {
    const isOutside = pts !== null && (pts < this.#showFrom(segment) || pts >= this.#end)
    if (this.#selection.everything) this.#packet(index, unit, pts, pts, isOutside)
    if (pts === null || pts >= this.#end) return
    const overlays = this.#subtitles.get(index)?.take(unit.data, ticks(pts + this.#feedOffset), this.#media.warnings) ?? []
    if (index === this.#subtitle) this.#items.push(...this.#shown(overlays))
  }

  /** Title time of the first moment that a segment shows. Where it goes on with the one before, the last of that one comes out of the demuxer only now. */
  #showFrom(segment: Segment): number {
    return this.#continues(this.#segmentIndex) ? this.#target : Math.max(segment.start, this.#target)
  }

  #packet(stream: number, unit: AccessUnit, pts: Ticks | null, dts: Ticks | null, decodeOnly: boolean): void {
    const item: PacketItem = {
      type: "packet",
      stream,
      data: unit.data,
      pts: pts === null ? null : ticks(pts + this.#feedOffset),
      dts: dts === null ? null : ticks(dts + this.#feedOffset),
      key: unit.key,
      decodeOnly,
    }
    this.#highest = Math.max(this.#highest, item.pts ?? 0)
    this.#items.push(item)
  }

  #position(titleTime: Ticks): void {
    this.#positionAt = titleTime
    this.#items.push(positionItem(this.#media, titleTime, ticks(titleTime + this.#feedOffset)))
  }
}

/** The `position` item for a moment of a title. */
export function positionItem(media: TitleMedia, titleTime: Ticks, at: Ticks): Extract<Item, { type: "position" }> {
  const time = Math.min(Math.max(titleTime, 0), media.duration)
  const chapter = media.chapters.findLastIndex((start) => start <= time)
  return {
    type: "position",
    at,
    domain: "title",
    title: media.title,
    chapter: Math.max(chapter, 0) + 1,
    angle: media.angle,
    time: secondsFromTicks(ticks(time)),
    duration: secondsFromTicks(media.duration),
  }
}
