import { type Ticks, ticks, type Warnings } from "../../base/index.ts"
import type { AccessUnit } from "../../mpeg/access-unit.ts"
import { ProgramStreamDemuxer } from "../../mpeg/index.ts"
import { CaptionTrack } from "../caption-track.ts"
import type { Item, OverlayItem, StreamDescription } from "../items.ts"
import { clockDistance } from "../range-reader.ts"
import { SubtitleTrack, type TrackOverlay } from "../subtitle-track.ts"
import type { SubtitleDecoder } from "../title-media.ts"
import { WarningTeller } from "../warning-teller.ts"

/** A VOBU lasts about a second, before a still longer; one that claims more is damaged. */
const MAX_VOBU_TICKS = 60 * 90_000
/** Sound this much before the first moment to show is handed out for the decoder's sake. */
const AUDIO_PREROLL = 9_000
/** Two audio frames closer than this are the same frame on both sides of a join. */
const AUDIO_JOIN_SLACK = 1_000

/** The streams from here on, and the ids by which the packs carry them. */
export type FeedStreams = {
  readonly streams: readonly StreamDescription[]
  /** Index in `streams` by `AccessUnit.streamId`, of what is to be handed out. */
  readonly indexOf: ReadonlyMap<number, number>
  /** `AccessUnit.streamId` of the sub-pictures to show. */
  readonly subpicture: number | null
  /** false: only what the sub-pictures force on the screen. */
  readonly subpictureShown: boolean
  readonly createDecoder: () => SubtitleDecoder
}

/** How stream time and feed time belong together: plain values, so that a checkpoint can hold them. */
export type FeedClock = {
  /** Feed time minus stream time; null: nothing of the stretch was read, so that nobody knows. */
  readonly offset: number | null
  /** Stream time at which the VOBU read last ends; null: what follows has another clock, or nothing was read. */
  readonly streamEnd: number | null
  /** Feed time at which it ends. */
  readonly end: number
  /** Feed time from which on this clock's pictures are shown. */
  readonly showFrom: number
}

/** Puts a DVD's blocks apart and gives what is in them feed time, over all joins of cells, menus and titles. Knows no program and no keys. */
export class DvdFeed {
  readonly #warnings: Warnings
  readonly #onScrambled: () => void
  #demuxer: ProgramStreamDemuxer | null = null
  #streams: FeedStreams | null = null
  #clock: FeedClock
  /** The next VOBU begins a stretch. */
  #isFresh = true
  #items: Item[] = []
  /** Overlays that are due only when more has been read: a still before that puts them off. */
  #pending: OverlayItem[] = []
  #tracks = new Map<number, SubtitleTrack>()
  #awaitsKey = true
  #audioLast = new Map<number, number>()
  #captions = new CaptionTrack()
  #highest: number
  readonly #teller: WarningTeller

  constructor(from: Ticks, warnings: Warnings, onScrambled: () => void) {
    this.#warnings = warnings
    this.#teller = new WarningTeller(warnings)
    this.#onScrambled = onScrambled
    this.#clock = { offset: null, streamEnd: null, end: from, showFrom: from }
    this.#highest = from
  }

  /** The highest feed time that was ever handed out. */
  get highest(): Ticks {
    return ticks(Math.max(this.#highest, this.#clock.end))
  }

  /** Where the VOBU read last ends and the next one will begin. */
  get end(): Ticks {
    return ticks(this.#clock.end)
  }

  get showFrom(): Ticks {
    return ticks(this.#clock.showFrom)
  }

  get clock(): FeedClock {
    return this.#clock
  }

  /** Feed time of a moment of the stream; before anything was read, where the stretch begins. */
  feedTime(streamTime: number): Ticks {
    return feedTimeOf(this.#clock, streamTime) ?? this.showFrom
  }

  /** A new stretch, shown from `showFrom` on. What was begun of the old one is dropped. */
  begin(showFrom: Ticks): void {
    this.#demuxer = null
    this.#items = []
    this.#pending = []
    this.forgetOverlays()
    this.#audioLast.clear()
    this.#captions = new CaptionTrack()
    this.#isFresh = true
    this.#clock = { offset: null, streamEnd: null, end: showFrom, showFrom }
  }

  /** Feed time goes on to `to` without pictures: a still. What is whole is handed out first. */
  advance(to: Ticks): void {
    this.#finish()
    const { end } = this.#clock
    if (to <= end) return
    for (const track of this.#tracks.values()) track.hold(ticks(end), to - end)
    this.#pending = this.#pending.map((item) => ({ ...item, at: ticks(item.at + to - end) }))
    this.#clock = { ...this.#clock, streamEnd: null, end: to }
  }

  /**
   * A VOBU begins. Times are stream time. `seamless`: the disc says that nothing is to be seen of the join. `into`: at the beginning of a
   * stretch, ticks from the VOBU's start to the first moment to show.
   */
  vobu(startPtm: number, endPtm: number, { seamless, into }: { readonly seamless: boolean; readonly into: number }): void {
    const length = Math.min(Math.max(clockDistance(startPtm, endPtm), 0), MAX_VOBU_TICKS)
    const { streamEnd, end, showFrom } = this.#clock
    if (streamEnd === startPtm) {
      this.#clock = { ...this.#clock, streamEnd: startPtm + length, end: end + length }
      return
    }
    const start = this.#isFresh ? end - Math.min(into, length) : end
    if (!this.#isFresh) this.#join(ticks(end), seamless)
    this.#awaitsKey = true
    this.#clock = {
      offset: start - startPtm,
      streamEnd: startPtm + length,
      end: Math.max(start + length, end),
      showFrom: this.#isFresh ? showFrom : end,
    }
    this.#isFresh = false
  }

  /** A block that is no navigation pack. */
  block(bytes: Uint8Array): void {
    this.#demuxer ??= this.#createDemuxer()
    this.#demuxer.push(bytes)
  }

  takeItems(): readonly Item[] {
    const items = [...this.#items, ...this.#teller.take(this.end), ...this.#dueOverlays()]
    this.#items = []
    return items
  }

  /** The streams from the next block on. */
  setStreams(streams: FeedStreams): void {
    this.#streams = streams
    this.#demuxer?.select(new Set(streams.indexOf.keys()))
    const subpictures = streams.streams.filter(({ kind }) => kind === "subtitle")
    const ids = new Set([...streams.indexOf].flatMap(([id, index]) => (subpictures.some((stream) => stream.index === index) ? [id] : [])))
    for (const id of this.#tracks.keys()) if (!ids.has(id)) this.#tracks.delete(id)
    for (const id of ids) {
      const track = this.#tracks.get(id) ?? new SubtitleTrack()
      track.startSegment(streams.createDecoder, true)
      this.#tracks.set(id, track)
    }
  }

  /** What the selected sub-pictures show at a moment that was handed out and after it, as far as was read. */
  overlaysFrom(at: Ticks): readonly OverlayItem[] {
    const id = this.#streams?.subpicture ?? null
    const track = id === null ? undefined : this.#tracks.get(id)
    this.#pending = track === undefined ? [] : this.#shown(track.overlaysFrom(at))
    return this.#dueOverlays()
  }

  #dueOverlays(): readonly OverlayItem[] {
    if (this.#pending.length === 0) return []
    const { end } = this.#clock
    const due = this.#pending.filter((item) => item.at < end)
    this.#pending = this.#pending.filter((item) => item.at >= end)
    return due
  }

  /** Sub-pictures read so far are no longer to be found: the chain that they belong to was left. */
  forgetOverlays(): void {
    this.#tracks = new Map([...this.#tracks.keys()].map((id) => [id, this.#freshTrack()]))
  }

  /** Hands out what the demuxer holds; the next block begins something new. */
  #finish(): void {
    this.#demuxer?.flush()
    this.#demuxer = null
  }

  #freshTrack(): SubtitleTrack {
    const track = new SubtitleTrack()
    if (this.#streams !== null) track.startSegment(this.#streams.createDecoder, true)
    return track
  }

  #join(at: Ticks, seamless: boolean): void {
    this.#finish()
    if (!seamless) this.#items.push({ type: "discontinuity", at, flush: false, showFrom: at })
  }

  #createDemuxer(): ProgramStreamDemuxer {
    return new ProgramStreamDemuxer({
      streams: new Set(this.#streams?.indexOf.keys()),
      warnings: this.#warnings,
      path: "VOB",
      sink: { unit: (unit) => this.#take(unit), scrambled: this.#onScrambled },
    })
  }

  #take(unit: AccessUnit): void {
    const index = this.#streams?.indexOf.get(unit.streamId)
    const stream = this.#streams?.streams.find((candidate) => candidate.index === index)
    if (stream === undefined) return
    const pts = unit.pts === null ? null : this.feedTime(unit.pts)
    const dts = unit.dts === null ? null : this.feedTime(unit.dts)
    if (stream.kind === "video") this.#takeVideo(stream.index, unit, pts, dts)
    else if (stream.kind === "audio") this.#takeAudio(stream.index, unit, pts)
    else this.#takeSubpicture(unit, pts)
  }

  #takeVideo(stream: number, unit: AccessUnit, pts: Ticks | null, dts: Ticks | null): void {
    this.#awaitsKey &&= !unit.key
    // What comes before a key picture cannot be decoded.
    if (this.#awaitsKey) return
    this.#packet(stream, unit, pts, dts, pts !== null && pts < this.#clock.showFrom)
    this.#items.push(...this.#captions.take(unit, pts))
  }

  #takeAudio(stream: number, unit: AccessUnit, pts: Ticks | null): void {
    const last = this.#audioLast.get(stream)
    if (pts === null || pts < this.#clock.showFrom - (last === undefined ? AUDIO_PREROLL : AUDIO_JOIN_SLACK)) return
    if (last !== undefined && pts <= last + AUDIO_JOIN_SLACK) return
    this.#audioLast.set(stream, pts)
    this.#packet(stream, unit, pts, pts, pts < this.#clock.showFrom - AUDIO_JOIN_SLACK)
  }

  #takeSubpicture(unit: AccessUnit, pts: Ticks | null): void {
    const track = this.#tracks.get(unit.streamId)
    if (pts === null || track === undefined) return
    const overlays = track.take(unit.data, pts, this.#warnings)
    const from = overlays[0]?.full.at
    if (unit.streamId !== this.#streams?.subpicture || from === undefined) return
    // An end of the unit before that is due later is void.
    this.#pending = [...this.#pending.filter((item) => item.at < from), ...this.#shown(overlays)]
  }

  #shown(overlays: readonly TrackOverlay[]): OverlayItem[] {
    const isShown = this.#streams?.subpictureShown ?? false
    // A picture's end comes as an overlay of its own, which a still can put off.
    const shown = overlays.map(({ full, forced }) => (isShown ? full : forced)).filter((item) => item !== null)
    return shown.map((item) => ({ ...item, until: null }))
  }

  #packet(stream: number, unit: AccessUnit, pts: Ticks | null, dts: Ticks | null, decodeOnly: boolean): void {
    this.#highest = Math.max(this.#highest, pts ?? 0)
    this.#items.push({ type: "packet", stream, data: unit.data, pts, dts, key: unit.key, decodeOnly })
  }
}

/** Feed time of a moment of the stream; null: nothing of the stretch was read. */
export function feedTimeOf({ offset, streamEnd }: FeedClock, streamTime: number): Ticks | null {
  if (offset === null) return null
  return ticks(offset + (streamEnd === null ? streamTime : streamEnd + clockDistance(streamEnd, streamTime)))
}
