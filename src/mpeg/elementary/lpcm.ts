import { TICKS_PER_SECOND } from "../../base/index.ts"
import { wrapTimestamp } from "../pes.ts"
import { type AudioStreamParameters, sameParameters } from "../stream-parameters.ts"
import { AudioClock } from "./audio-clock.ts"
import { MAX_UNIT_SIZE, type Splitter, type SplitterSink } from "./splitter.ts"
import { UnitBuffer } from "./unit-buffer.ts"

/** audio_emphasis to dynamic_range of the DVD LPCM header: what FFmpeg's pcm_dvd wants in front of the samples. */
export const DVD_LPCM_HEADER_SIZE = 3
const BLURAY_LPCM_HEADER_SIZE = 4

const DVD_RATES = [48000, 96000, 44100, 32000]
const DVD_BITS = [16, 20, 24]
const BLURAY_RATES: Readonly<Record<number, number>> = { 1: 48000, 4: 96000, 5: 192000 }
const BLURAY_BITS: Readonly<Record<number, number>> = { 1: 16, 2: 20, 3: 24 }
/** channel_assignment: mono, stereo, 3.0, 3.0 (surround), 4.0, 4.0, 5.0, 5.1, 7.0, 7.1. */
const BLURAY_CHANNELS: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 3, 5: 3, 6: 4, 7: 4, 8: 5, 9: 6, 10: 7, 11: 8 }

/** Units that each begin with a PES packet: what DVD and Blu-ray LPCM share. */
abstract class PacketSplitter implements Splitter {
  protected readonly streamId: number
  protected readonly sink: SplitterSink
  protected readonly buffer = new UnitBuffer()
  protected pts: number | null = null
  readonly #clock = new AudioClock()
  #current: AudioStreamParameters | null = null

  constructor(streamId: number, sink: SplitterSink) {
    this.streamId = streamId
    this.sink = sink
  }

  protected abstract finish(): void

  begin(pts: number | null, _dts: number | null): void {
    this.end()
    this.pts = pts
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    if (this.buffer.length + (to - from) > MAX_UNIT_SIZE) {
      this.sink.damage("mpeg-unit-too-large", `an LPCM packet holds more than ${MAX_UNIT_SIZE} bytes`, this.streamId)
      this.buffer.clear()
    }
    this.buffer.append(bytes, from, to)
  }

  end(): void {
    if (this.buffer.length > 0) this.finish()
    this.buffer.clear()
    this.pts = null
  }

  gap(): void {
    this.buffer.clear()
    this.#clock.reset()
  }

  flush(): void {
    this.end()
    this.#clock.reset()
  }

  protected hand(size: number, stamp: number | null, parameters: AudioStreamParameters): void {
    const pts = this.#clock.time(stamp, parameters.samplesPerFrame, parameters.sampleRate)
    if (!sameParameters(this.#current, parameters)) {
      this.#current = parameters
      this.sink.parameters(this.streamId, parameters)
    }
    this.sink.unit({ streamId: this.streamId, data: this.buffer.copy(size), pts, dts: pts, key: true })
  }
}

/**
 * DVD LPCM. A unit is one packet's three facts bytes (emphasis, mute and frame number; quantization, rate and channels; dynamic range) and its samples.
 * The packet's time stamp belongs to the first LPCM frame that begins in it: `samplesBefore` bytes of the frame before come first, and the unit's time is that much earlier.
 */
export class DvdLpcmSplitter extends PacketSplitter {
  #samplesBefore = 0

  /** Bytes of samples in the packet that begins now before the frame that its time stamp belongs to. */
  firstFrameAt(bytesBefore: number): void {
    this.#samplesBefore = bytesBefore
  }

  protected finish(): void {
    const { bytes, start, length } = this.buffer
    if (length <= DVD_LPCM_HEADER_SIZE) return
    const facts = bytes[start + 1] as number
    const bitsPerSample = DVD_BITS[facts >> 6]
    const sampleRate = DVD_RATES[(facts >> 4) & 3] as number
    const channels = (facts & 7) + 1
    if (bitsPerSample === undefined) {
      this.sink.damage("mpeg-bad-unit", "the LPCM header names no quantization", this.streamId)
      return
    }
    const sampleBits = bitsPerSample * channels
    const samplesPerFrame = Math.floor(((length - DVD_LPCM_HEADER_SIZE) * 8) / sampleBits)
    const before = Math.floor((this.#samplesBefore * 8) / sampleBits)
    const pts = this.pts === null ? null : wrapTimestamp(this.pts - Math.round((before * TICKS_PER_SECOND) / sampleRate))
    this.hand(length, pts, { kind: "audio", codec: "pcm_dvd", channels, sampleRate, bitsPerSample, samplesPerFrame })
  }
}

/** Blu-ray LPCM. A unit is one PES packet: four header bytes (payload size; channel_assignment and sampling_frequency; bits_per_sample) and its samples. */
export class BlurayLpcmSplitter extends PacketSplitter {
  override push(bytes: Uint8Array, from: number, to: number): void {
    super.push(bytes, from, to)
    const { bytes: held, start, length } = this.buffer
    if (length < BLURAY_LPCM_HEADER_SIZE) return
    const size = BLURAY_LPCM_HEADER_SIZE + (((held[start] as number) << 8) | (held[start + 1] as number))
    if (length >= size) this.#give(size)
  }

  protected finish(): void {
    this.sink.damage("mpeg-bad-unit", "an LPCM packet is shorter than its header says", this.streamId)
  }

  #give(size: number): void {
    const { bytes, start } = this.buffer
    const third = bytes[start + 2] as number
    const channels = BLURAY_CHANNELS[third >> 4]
    const sampleRate = BLURAY_RATES[third & 15]
    const bitsPerSample = BLURAY_BITS[(bytes[start + 3] as number) >> 6]
    if (channels === undefined || sampleRate === undefined || bitsPerSample === undefined) {
      this.sink.damage("mpeg-bad-unit", "the LPCM header names no known channels, rate or size", this.streamId)
    } else {
      // An odd number of channels is padded to an even one.
      const bytesPerSample = (channels + (channels & 1)) * (bitsPerSample > 16 ? 3 : 2)
      const samplesPerFrame = Math.floor((size - BLURAY_LPCM_HEADER_SIZE) / bytesPerSample)
      this.hand(size, this.pts, { kind: "audio", codec: "pcm_bluray", channels, sampleRate, bitsPerSample, samplesPerFrame })
    }
    this.buffer.drop(size)
    this.pts = null
  }
}
