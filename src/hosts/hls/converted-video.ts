import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import type { WriterUnit } from "../../mpeg/index.ts"
import type { PacketItem, StreamDescription, TitleReader } from "../../plugin/index.ts"
import type { ConverterPool } from "./converter-pool.ts"
import { writeSegment } from "./segment-writer.ts"
import type { Timeline } from "./timeline.ts"

/** Pictures decoded behind a segment's end that are shown before it: no more than a group has. */
const REORDERED_TICKS = 90_000

/** A segment of H.264: the pictures shown from its cut to the next, the first a key picture. @throws DiscError of the pool and of reading */
export async function convertedVideoSegment(
  title: TitleReader,
  video: StreamDescription,
  { timeline, frameTicks }: { readonly timeline: Timeline; readonly frameTicks: number },
  index: number,
  pool: ConverterPool,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  // Cuts lie half a frame before the pictures that they let in: no rounding of a time decides on which side a picture is.
  const half = Math.floor(frameTicks / 2)
  const from = ticks((timeline.cuts[index] ?? title.duration) - half)
  const isLast = index + 2 >= timeline.cuts.length
  const to = isLast ? Number.POSITIVE_INFINITY : (timeline.cuts[index + 1] ?? title.duration) - half
  const end = ticks(isLast ? title.duration : to)
  const items = videoPackets(title, video, from, to, signal)
  const { packets, parameters } = await pool.convert({ stream: video, start: from, end, items }, signal)
  const units: WriterUnit[] = packets.filter(({ stream, pts }) => stream === "video" && pts >= from && pts < to)
  if (units.length === 0) throw new DiscError("damaged", "there is no picture in this part of the title")
  const parameterSets = parameters?.stream === "video" ? { parameterSets: parameters.extradata } : {}
  return writeSegment({ codec: "h264", ...parameterSets }, units)
}

async function* videoPackets(
  title: TitleReader,
  video: StreamDescription,
  from: Ticks,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<PacketItem> {
  const steps = await title.steps({ time: ticks(Math.max(0, from)), signal })
  for (let step = await steps.step(); step !== null; step = await steps.step()) {
    for (const item of step.items) {
      if (item.type !== "packet" || item.stream !== video.index) continue
      if (item.pts !== null && item.pts >= to + REORDERED_TICKS) return
      yield item
    }
  }
}
