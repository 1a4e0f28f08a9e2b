import type { CodecName } from "../access-unit.ts"
import type { AudioStreamParameters } from "../stream-parameters.ts"
import { FrameSplitter, NEED_MORE, NO_FRAME } from "./frame-splitter.ts"

/** kbit/s of bitrate_index for layers I, II, III of MPEG-1 and for layer I, layers II and III of MPEG-2: ISO/IEC 11172-3 2.4.2.3, 13818-3 2.4.2.3. */
const BIT_RATES = {
  mpeg1: [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  mpeg2: [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const
const SAMPLE_RATES = [44100, 48000, 32000]
const CODECS: readonly CodecName[] = ["mp1", "mp2", "mp3"]
const HEADER_SIZE = 4
const MONO = 3

/** MPEG-1 and MPEG-2 (low sampling rates) audio, layers I to III. Free format has no frame size and is not on discs: it is no frame here. */
export class MpegAudioSplitter extends FrameSplitter {
  protected readonly syncByte = 0xff

  protected measure(bytes: Uint8Array, at: number, end: number): number {
    if (bytes[at] !== 0xff) return NO_FRAME
    if (at + HEADER_SIZE > end) return NEED_MORE
    const second = bytes[at + 1] as number
    const third = bytes[at + 2] as number
    const layer = 4 - ((second >> 1) & 3)
    const rate = SAMPLE_RATES[(third >> 2) & 3]
    if ((second & 0xf0) !== 0xf0 || layer === 4 || rate === undefined) return NO_FRAME
    const low = (second & 8) === 0
    const kilobits = BIT_RATES[low ? "mpeg2" : "mpeg1"][layer - 1]?.[third >> 4] ?? 0
    if (kilobits === 0) return NO_FRAME
    const padding = (third >> 1) & 1
    this.sampleRate = low ? rate / 2 : rate
    this.samples = layer === 1 ? 384 : layer === 3 && low ? 576 : 1152
    if (layer === 1) return (Math.floor((12000 * kilobits) / this.sampleRate) + padding) * 4
    return Math.floor((this.samples * 125 * kilobits) / this.sampleRate) + padding
  }

  protected describe(bytes: Uint8Array, at: number): AudioStreamParameters {
    return {
      kind: "audio",
      codec: CODECS[3 - (((bytes[at + 1] as number) >> 1) & 3)] ?? "mp2",
      channels: (bytes[at + 3] as number) >> 6 === MONO ? 1 : 2,
      sampleRate: this.sampleRate,
      bitsPerSample: null,
      samplesPerFrame: this.samples,
    }
  }
}
