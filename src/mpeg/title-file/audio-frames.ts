import type { AccessUnit } from "../access-unit.ts"
import { Ac3Splitter } from "../elementary/ac3.ts"
import { DtsSplitter } from "../elementary/dts.ts"
import { MpegAudioSplitter } from "../elementary/mpeg-audio.ts"
import type { Splitter, SplitterSink } from "../elementary/splitter.ts"
import type { AudioStreamParameters, StreamParameters } from "../stream-parameters.ts"

/** A whole audio frame: where it lies in the payload that was split, and when it begins and how long it lasts in 90 kHz ticks of the clip's clock. */
export type AudioFrame = { readonly offset: number; readonly size: number; readonly pts: number; readonly duration: number }

export type FramedCodec = "ac3" | "eac3" | "dts" | "mpeg-audio"

/** By stream_type of a Blu-ray clip; the codecs that are missing (LPCM, TrueHD) have one access unit in a PES packet. */
const CODECS: Readonly<Record<number, FramedCodec>> = {
  3: "mpeg-audio",
  4: "mpeg-audio",
  129: "ac3",
  130: "dts",
  132: "eac3",
  133: "dts",
  134: "dts",
  161: "eac3",
  162: "dts",
}

export const framedCodec = (streamType: number): FramedCodec | null => CODECS[streamType] ?? null

/** What lay at the start of a payload that is a part of a stream: the frames that are whole, from `first` to `end`. */
export type SplitPayload = { readonly frames: readonly AudioFrame[]; readonly end: number }

/**
 * Cuts payload into the frames that follow each other from its first byte on, `pts` being the time of the first. What is left behind the last
 * whole frame is not in `end`. null: it does not begin with a frame, or something is wrong in it.
 */
export function splitFrames(codec: FramedCodec, payload: Uint8Array, pts: number): SplitPayload | null {
  const sink = new FrameSink()
  const splitter = makeSplitter(codec, sink)
  splitter.begin(pts, pts)
  splitter.push(payload, 0, payload.length)
  splitter.flush()
  if (sink.isDamaged) return null
  const frames: AudioFrame[] = []
  let end = 0
  let time = pts
  for (const { data, duration } of sink.frames) {
    // The splitter skips what is no frame; then sizes and offsets no longer agree.
    if (!startsAt(payload, end, data)) return null
    frames.push({ offset: end, size: data.length, pts: time, duration })
    end += data.length
    time += duration
  }
  return { frames, end }
}

function startsAt(payload: Uint8Array, offset: number, data: Uint8Array): boolean {
  for (let i = 0; i < Math.min(8, data.length); i++) if (payload[offset + i] !== data[i]) return false
  return offset + data.length <= payload.length
}

function makeSplitter(codec: FramedCodec, sink: SplitterSink): Splitter {
  switch (codec) {
    case "ac3":
    case "eac3":
      return new Ac3Splitter(0, codec, sink)
    case "dts":
      return new DtsSplitter(0, sink)
    case "mpeg-audio":
      return new MpegAudioSplitter(0, sink)
  }
}

class FrameSink implements SplitterSink {
  readonly frames: { data: Uint8Array; duration: number }[] = []
  isDamaged = false
  #parameters: AudioStreamParameters | null = null

  unit(unit: AccessUnit): void {
    const { samplesPerFrame = 0, sampleRate = 1 } = this.#parameters ?? {}
    this.frames.push({ data: unit.data, duration: (samplesPerFrame * 90_000) / sampleRate })
  }

  parameters(_streamId: number, parameters: StreamParameters): void {
    if (parameters.kind === "audio") this.#parameters = parameters
  }

  damage(): void {
    this.isDamaged = true
  }
}
