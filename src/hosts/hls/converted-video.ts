import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import type { WriterUnit } from "../../mpeg/index.ts"
import type { PacketItem, StillItem, StreamDescription, TitleReader } from "../../plugin/index.ts"
import type { ConverterPool } from "./converter-pool.ts"
import { writeSegment } from "./segment-writer.ts"
import type { Timeline } from "./timeline.ts"

/** Pictures decoded behind a segment's end that are shown before it: no more than a group has. */
const REORDERED_TICKS = 90_000
/** A segment whose first picture is later is one in whose beginning a picture stands still. */
const MOST_LATE_FRAMES = 3

/** What a title's pictures become. */
export type VideoConversion = {
  readonly title: TitleReader
  readonly video: StreamDescription
  readonly timeline: Timeline
  readonly frameTicks: number
  readonly width: number
  readonly height: number
}

type Span = {
  readonly from: Ticks
  /** Infinite: the title's end. */
  readonly to: number
  readonly end: Ticks
}

/** A segment of H.264: the pictures shown from its cut to the next, the first a key picture. @throws DiscError of the pool and of reading */
export async function convertedVideoSegment(
  conversion: VideoConversion,
  index: number,
  pool: ConverterPool,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { title, timeline, frameTicks } = conversion
  // Cuts lie half a frame before the pictures that they let in: no rounding of a time decides on which side a picture is.
  const half = Math.floor(frameTicks / 2)
  const from = ticks((timeline.cuts[index] ?? title.duration) - half)
  const isLast = index + 2 >= timeline.cuts.length
  const to = isLast ? Number.POSITIVE_INFINITY : (timeline.cuts[index + 1] ?? title.duration) - half
  const span = { from, to, end: ticks(isLast ? title.duration : to) }
  let converted = await convert(conversion, span, videoPackets(conversion, from, to, signal), from, pool, signal)
  const first = converted.units[0]?.pts
  if (index > 0 && (first === undefined || first > from + MOST_LATE_FRAMES * frameTicks)) {
    const entry = await title.entryBefore(from, { signal })
    converted = await convert(conversion, span, heldPackets(conversion, span, entry, signal), entry, pool, signal)
  }
  if (converted.units.length === 0) throw new DiscError("damaged", "there is no picture in this part of the title")
  return writeSegment({ codec: "h264", ...converted.parameterSets }, converted.units)
}

type ConvertedUnits = { readonly units: readonly WriterUnit[]; readonly parameterSets: { readonly parameterSets?: Uint8Array } }

async function convert(
  { video, width, height }: VideoConversion,
  { from, to, end }: Span,
  items: AsyncIterable<PacketItem | StillItem>,
  start: Ticks,
  pool: ConverterPool,
  signal: AbortSignal,
): Promise<ConvertedUnits> {
  const options = {
    video: { codecs: ["h264"], convertsAll: true, isSteady: true, canvas: { width, height } },
    audio: { codecs: ["aac"] },
  } as const
  const { packets, parameters } = await pool.convert({ options, stream: video, start, end, items }, signal)
  const units = packets.filter(({ stream, pts }) => stream === "video" && pts >= from && pts < to)
  return { units, parameterSets: parameters?.stream === "video" ? { parameterSets: parameters.extradata } : {} }
}

async function* videoPackets({ title, video }: VideoConversion, from: Ticks, to: number, signal: AbortSignal): AsyncGenerator<PacketItem> {
  const steps = await title.steps({ time: ticks(Math.max(0, from)), signal })
  for (let step = await steps.step(); step !== null; step = await steps.step()) {
    for (const item of step.items) {
      if (item.type !== "packet" || item.stream !== video.index) continue
      if (item.pts !== null && item.pts >= to + REORDERED_TICKS) return
      yield item
    }
  }
}

/** The same where a picture from before the cut stands still over it: it is shown again from the cut on, up to the next picture. */
async function* heldPackets(
  conversion: VideoConversion,
  { from, to, end }: Span,
  entry: Ticks,
  signal: AbortSignal,
): AsyncGenerator<PacketItem | StillItem> {
  let isHeld = false
  for await (const item of videoPackets(conversion, entry, to, signal)) {
    if (!isHeld && item.pts !== null && item.pts >= from) {
      isHeld = true
      yield* stills(from, Math.min(item.pts - 1, end))
    }
    yield item
  }
  if (!isHeld) yield* stills(from, end)
}

/** The picture stands still up to the cut; behind it the converter begins with a key picture. */
function* stills(from: number, until: number): Generator<StillItem> {
  for (const at of [from, until]) yield { type: "still", at: ticks(at), seconds: "until-key" }
}
