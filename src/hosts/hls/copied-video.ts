import { DiscError } from "../../base/index.ts"
import type { WriterUnit } from "../../mpeg/index.ts"
import type { PacketItem, TitleReader } from "../../plugin/index.ts"
import { H264Marking } from "../../transcode/index.ts"
import { writeSegment } from "./segment-writer.ts"
import type { Timeline } from "./timeline.ts"

/** A second of film has at most 60 pictures; between two cuts lie a few seconds, or all of a title whose tables list no entry points. */
const MAX_PICTURES = 40_000
/** A time stamp may be rounded by a tick. */
const SLACK = 1

/**
 * The pictures (`firstOnly`: the first key picture) of a segment as the disc has them: in decoding order from its entry point up to the next segment's.
 * @throws DiscError `damaged` where there is none, and what reading throws
 */
export async function copiedPictures(
  title: TitleReader,
  { cuts }: Timeline,
  index: number,
  signal: AbortSignal,
  firstOnly = false,
): Promise<readonly WriterUnit[]> {
  const [from, to] = [cuts[index] ?? title.duration, cuts[index + 1] ?? title.duration]
  const isLast = index + 2 >= cuts.length
  const pictures = new Pictures(title, from)
  const steps = await title.steps({ time: from, signal })
  for (let step = await steps.step(); step !== null; step = await steps.step()) {
    for (const item of step.items) {
      if (item.type === "discontinuity" && !isLast && item.at >= to - SLACK) return pictures.take()
      if (item.type !== "packet" || !isVideo(title, item)) continue
      if (item.key && !isLast && item.pts !== null && item.pts >= to - SLACK) return pictures.take()
      pictures.add(item)
      if (firstOnly && item.key) return pictures.take()
    }
  }
  return pictures.take()
}

/** @throws DiscError as `copiedPictures` */
export async function copiedVideoSegment(
  title: TitleReader,
  timeline: Timeline,
  index: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  return writeSegment({ codec: "h264" }, await copiedPictures(title, timeline, index, signal))
}

const isVideo = (title: TitleReader, { stream }: PacketItem): boolean => title.streams[stream]?.kind === "video"

/** A picture that is decoded for others and not shown: it takes single ticks right beside the time in which pictures are shown. */
type Squeezed = { readonly unit: { -readonly [Key in keyof WriterUnit]: WriterUnit[Key] }; readonly before: number }

class Pictures {
  readonly #title: TitleReader
  readonly #units: Squeezed["unit"][] = []
  #squeezed: Squeezed[] = []
  readonly #marking = new H264Marking()
  #key = Number.NEGATIVE_INFINITY
  #lastDts = Number.NEGATIVE_INFINITY
  /** Which part of the title the clip shows that is being read. */
  #clip: { readonly start: number; readonly end: number }
  /** A picture of this clip was one to be shown. */
  #hasShown = false

  /** `from`: where the segment begins. */
  constructor(title: TitleReader, from: number) {
    this.#title = title
    this.#clip = clipAt(title, from)
  }

  add({ data, pts, dts, key, decodeOnly }: PacketItem): void {
    if (pts === null) return
    if (key) this.#begin(pts, decodeOnly)
    if (this.#units.length >= MAX_PICTURES) throw new DiscError("limit", `a segment of more than ${MAX_PICTURES} pictures`)
    const { start, end } = this.#clip
    const isBefore = decodeOnly && pts < start - SLACK
    // Leading pictures of the group at which a clip is entered refer to what is not there, and nothing refers to them.
    if (isBefore && pts < this.#key) return
    // Decoding times never go back, even where two clips overlap at their join.
    const unit = { data: this.#marking.rewrite(data), pts, dts: Math.max(Math.min(dts ?? pts, pts), this.#lastDts + 1), key }
    this.#lastDts = unit.dts
    if (isBefore || (decodeOnly && pts >= end)) this.#squeezed.push({ unit, before: isBefore ? start : end })
    else this.#hasShown = true
    this.#units.push(unit)
  }

  take(): readonly WriterUnit[] {
    this.#dropTrailing()
    if (this.#units.length === 0) throw new DiscError("damaged", "there is no picture in this part of the title")
    const inOrder = [...this.#squeezed].sort((a, b) => a.unit.pts - b.unit.pts)
    for (const before of new Set(inOrder.map((one) => one.before))) {
      const together = inOrder.filter((one) => one.before === before)
      for (const [place, { unit }] of together.entries()) {
        unit.pts = before - (together.length - place)
        unit.dts = Math.min(unit.dts, unit.pts)
      }
    }
    return this.#units
  }

  /** A key picture: of the clip that is being read, or the first of the next. */
  #begin(pts: number, decodeOnly: boolean): void {
    const isNext = pts >= this.#clip.end - SLACK || (decodeOnly && this.#hasShown)
    if (isNext) {
      this.#dropTrailing()
      this.#clip = clipAt(this.#title, Math.max(pts, this.#clip.end))
      this.#hasShown = false
    }
    this.#key = pts
    // A player may begin at any of them, when it has lost what came before.
    this.#marking.restart()
  }

  /** Nothing that is shown is decoded behind them. */
  #dropTrailing(): void {
    const trailing = new Set(this.#squeezed.filter(({ before }) => before === this.#clip.end).map(({ unit }) => unit))
    const last = this.#units.findLastIndex((unit) => !trailing.has(unit))
    const dropped = new Set(this.#units.splice(last + 1))
    this.#squeezed = this.#squeezed.filter(({ unit }) => !dropped.has(unit))
  }
}

function clipAt({ joins, duration }: TitleReader, time: number): { readonly start: number; readonly end: number } {
  const index = joins.findLastIndex(({ at }) => at <= time + SLACK)
  return { start: joins[index]?.at ?? 0, end: joins[index + 1]?.at ?? duration }
}

/** CODECS of H.264 (RFC 6381 3.3): profile_idc, constraint flags and level_idc of the sequence parameter set in a key picture; null where it has none. */
export function h264Codec(picture: Uint8Array): string | null {
  for (let at = 0; at + 6 < picture.length; at++) {
    if (picture[at] !== 0 || picture[at + 1] !== 0 || picture[at + 2] !== 1 || ((picture[at + 3] ?? 0) & 31) !== 7) continue
    return `avc1.${[...picture.subarray(at + 4, at + 7)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("")}`
  }
  return null
}
