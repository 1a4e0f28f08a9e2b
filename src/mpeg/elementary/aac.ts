import type { AudioStreamParameters } from "../stream-parameters.ts"
import { FrameSplitter, NEED_MORE, NO_FRAME } from "./frame-splitter.ts"

/** sampling_frequency_index, ISO/IEC 14496-3 table 1.18. */
export const AAC_SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]
/** channel_configuration; 0: told inside the frame. */
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8]
const HEADER_SIZE = 7
const SAMPLES_PER_BLOCK = 1024

/** AAC in ADTS frames, ISO/IEC 14496-3 1.A.2. A unit is a frame with its ADTS header. */
export class AdtsSplitter extends FrameSplitter {
  protected readonly syncByte = 0xff

  protected measure(bytes: Uint8Array, at: number, end: number): number {
    if (bytes[at] !== 0xff || (at + 1 < end && ((bytes[at + 1] as number) & 0xf6) !== 0xf0)) return NO_FRAME
    if (at + HEADER_SIZE > end) return NEED_MORE
    const rate = AAC_SAMPLE_RATES[((bytes[at + 2] as number) >> 2) & 15]
    const size = (((bytes[at + 3] as number) & 3) << 11) | ((bytes[at + 4] as number) << 3) | ((bytes[at + 5] as number) >> 5)
    if (rate === undefined || size < HEADER_SIZE) return NO_FRAME
    this.sampleRate = rate
    this.samples = (((bytes[at + 6] as number) & 3) + 1) * SAMPLES_PER_BLOCK
    return size
  }

  protected describe(bytes: Uint8Array, at: number): AudioStreamParameters {
    const configuration = (((bytes[at + 2] as number) & 1) << 2) | ((bytes[at + 3] as number) >> 6)
    return {
      kind: "audio",
      codec: "aac",
      channels: CHANNELS[configuration] as number,
      sampleRate: this.sampleRate,
      bitsPerSample: null,
      samplesPerFrame: this.samples,
    }
  }
}
