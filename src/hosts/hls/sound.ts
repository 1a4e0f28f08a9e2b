import { type Ticks, ticks } from "../../base/index.ts"
import type { WriterUnit } from "../../mpeg/index.ts"
import type { PacketItem, StreamDescription, TitleReader } from "../../plugin/index.ts"
import { SILENT_CONFIG, SILENT_FRAME } from "../../transcode/index.ts"
import type { ConverterPool } from "./converter-pool.ts"
import { writeSegment } from "./segment-writer.ts"
import { FRAME_TICKS, framesOf } from "./sound-grid.ts"
import type { Timeline } from "./timeline.ts"

/**
 * AAC frames that are made before a segment's first and dropped. One is what a decoder needs to join the halves of two frames; the others are for the encoder: what it
 * decides of a frame's windows depends on the frames before, and must be what the segment before decided.
 */
const PRIMING_FRAMES = 16
/** Sound behind a segment's end that its last frames are made of: each reaches into the next, and the encoder looks ahead. */
const TAIL_FRAMES = 4
/** Sound lies at most this much behind the picture it goes with; where none came by then, the title has none here. */
const SOUND_IS_MISSING = 180_000

const OPTIONS = { video: { codecs: ["h264"] }, audio: { codecs: ["aac"] } } as const

/** A sound track of a title, and which of its segments. */
export type SoundSegment = {
  readonly title: TitleReader
  readonly timeline: Timeline
  readonly index: number
  readonly audio: StreamDescription
}

/** Codecs that are offered as the disc has them, beside AAC. */
export type CopiedSound = "ac3" | "eac3"

export const isCopiedSound = (codec: string): codec is CopiedSound => codec === "ac3" || codec === "eac3"

/** A segment of AAC-LC stereo, on the title's own grid of frames. @throws DiscError of the pool and of reading */
export async function convertedSoundSegment({ title, timeline, index, audio }: SoundSegment, pool: ConverterPool, signal: AbortSignal) {
  const { first, end } = framesOf(timeline, index)
  const start = ticks(Math.max(0, first - PRIMING_FRAMES) * FRAME_TICKS)
  const until = ticks((end + TAIL_FRAMES) * FRAME_TICKS)
  const { packets, parameters } = await pool.convert(
    { options: OPTIONS, stream: audio, start, end: until, items: soundPackets(title, audio, start, until, signal) },
    signal,
  )
  const config = parameters?.stream === "audio" ? parameters.extradata : SILENT_CONFIG
  return writeSegment({ codec: "aac", config, ...languageOf(audio) }, wholeGrid(packets, first, end))
}

/** A segment of sound as the disc has it: the frames that begin in it. @throws DiscError of reading */
export async function copiedSoundSegment({ title, timeline, index, audio }: SoundSegment, codec: CopiedSound, signal: AbortSignal) {
  const [from, to] = [timeline.cuts[index] ?? title.duration, timeline.cuts[index + 1] ?? title.duration]
  const units: WriterUnit[] = []
  for await (const { data, pts } of soundPackets(title, audio, from, to, signal)) {
    if (pts !== null && pts >= from) units.push({ data, pts, dts: pts, key: true })
  }
  return writeSegment({ codec, ...languageOf(audio) }, units)
}

const languageOf = ({ language }: StreamDescription) => (language === null ? {} : { language })

/** The title's sound from a little before `start` to `until`. */
async function* soundPackets(
  title: TitleReader,
  audio: StreamDescription,
  start: Ticks,
  until: Ticks,
  signal: AbortSignal,
): AsyncGenerator<PacketItem> {
  const steps = await title.steps({ time: start, audio: audio.number, signal })
  for (let step = await steps.step(); step !== null; step = await steps.step()) {
    for (const item of step.items) {
      if (item.type !== "packet" || item.pts === null) continue
      if (item.stream === audio.index) {
        if (item.pts >= until) return
        yield item
      } else if (item.key && item.pts >= until + SOUND_IS_MISSING) return
    }
  }
}

/** Frames `first` to `end` of the title's grid, silent where the title has no sound. */
function wholeGrid(packets: readonly WriterUnit[], first: number, end: number): readonly WriterUnit[] {
  const made = new Map(packets.map((packet) => [Math.round(packet.pts / FRAME_TICKS), packet]))
  return Array.from({ length: end - first }, (_, index) => {
    const pts = (first + index) * FRAME_TICKS
    return { data: made.get(first + index)?.data ?? SILENT_FRAME, pts, dts: pts, key: true }
  })
}
