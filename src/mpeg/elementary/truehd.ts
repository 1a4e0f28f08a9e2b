import type { AudioStreamParameters } from "../stream-parameters.ts"
import { Ac3Header, describeAc3, readAc3Header } from "./ac3.ts"
import { FrameSplitter, Lane, NEED_MORE, NO_FRAME } from "./frame-splitter.ts"
import type { SplitterSink } from "./splitter.ts"

const MAJOR_SYNC = 0xf8726f
const TRUEHD = 0xba
const MLP = 0xbb
/** audio_sampling_frequency, "Meridian Lossless Packing: technical reference for FBA and FBB streams" 4.2.4: 8 and up count in 44.1 kHz. */
const rateOf = (code: number): number => (code === 0xf ? 0 : ((code & 8) !== 0 ? 44100 : 48000) << (code & 7))
/** Speakers of the bits of an 8-channel assignment, the lowest bit first: L/R, C, LFE, Ls/Rs, Lvh/Rvh, Lc/Rc, Lrs/Rrs, Cs, Ts, Lsd/Rsd, Lw/Rw, Cvh, LFE2. */
const CHANNELS_OF_BIT = [2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 1, 1]
/** Channels of an MLP channel_assignment. */
const MLP_CHANNELS = [1, 2, 3, 4, 3, 4, 5, 3, 4, 5, 4, 5, 6, 4, 5, 4, 5, 6, 5, 5, 6]
const MLP_BITS = [16, 20, 24]

/** Length, timing and the head of the major sync that is looked at. */
const SYNC_HEADER_SIZE = 21
const HEADER_SIZE = 4
const MIN_UNIT_SIZE = 6

/**
 * TrueHD (MLP) access units. Decoding begins at those with a major sync. AC-3 frames between them (the core of Blu-ray's TrueHD) are units of a stream of their own,
 * `coreStreamId`.
 */
export class TrueHdSplitter extends FrameSplitter {
  protected readonly syncByte = null
  readonly #main: Lane
  readonly #core: Lane
  readonly #ac3 = new Ac3Header()
  /** Of the last major sync; 0: none was met. */
  #substreams = 0
  #mainSamples = 0
  #mainRate = 0

  constructor(streamId: number, coreStreamId: number, sink: SplitterSink) {
    super(streamId, sink)
    this.#main = this.lane
    this.#core = new Lane(coreStreamId)
  }

  protected override resetClocks(): void {
    this.#main.clock.reset()
    this.#core.clock.reset()
    this.#substreams = 0
  }

  protected measure(bytes: Uint8Array, at: number, end: number): number {
    if (at + 2 > end) return NEED_MORE
    if (bytes[at] === 0x0b && bytes[at + 1] === 0x77) return this.#measureCore(bytes, at, end)
    if (at + HEADER_SIZE + 4 > end) return NEED_MORE
    this.lane = this.#main
    const size = ((((bytes[at] as number) & 15) << 8) | (bytes[at + 1] as number)) * 2
    if (size < MIN_UNIT_SIZE) return NO_FRAME
    if (hasMajorSync(bytes, at)) {
      if (at + SYNC_HEADER_SIZE > end) return NEED_MORE
      if (!this.#readSync(bytes, at)) return NO_FRAME
    } else {
      // A unit without a major sync is known only by its place behind another, and by its parity.
      if (this.#substreams === 0) return NO_FRAME
      if (at + HEADER_SIZE + this.#substreams * 4 > end) return NEED_MORE
      if (!this.#parityHolds(bytes, at)) return NO_FRAME
    }
    this.samples = this.#mainSamples
    this.sampleRate = this.#mainRate
    return size
  }

  #measureCore(bytes: Uint8Array, at: number, end: number): number {
    const size = readAc3Header(bytes, at, end, this.#ac3)
    if (size <= 0) return size
    this.lane = this.#core
    this.samples = this.#ac3.samples
    this.sampleRate = this.#ac3.sampleRate
    return size
  }

  #readSync(bytes: Uint8Array, at: number): boolean {
    const format = bytes[at + 8] as number
    const code = bytes[at + 7] === TRUEHD ? format >> 4 : (bytes[at + 9] as number) >> 4
    const rate = rateOf(code)
    if (rate === 0) return false
    this.#mainRate = rate
    this.#mainSamples = 40 << (code & 7)
    this.#substreams = (bytes[at + 20] as number) >> 4
    return this.#substreams > 0
  }

  /** The first nibble makes the parity of the unit's header and substream directory 15. */
  #parityHolds(bytes: Uint8Array, at: number): boolean {
    let parity = 0
    let position = at
    for (let i = 0; i < HEADER_SIZE; i++) parity ^= bytes[position++] as number
    for (let i = 0; i < this.#substreams; i++) {
      const long = ((bytes[position] as number) & 0x80) !== 0
      for (let j = long ? 4 : 2; j > 0; j--) parity ^= bytes[position++] as number
    }
    return ((parity >> 4) ^ (parity & 15)) === 15
  }

  protected describe(bytes: Uint8Array, at: number, end: number): AudioStreamParameters | null {
    if (this.lane === this.#core) return describeAc3(bytes, at, end)
    if (!hasMajorSync(bytes, at)) return null
    const common = { kind: "audio", sampleRate: this.sampleRate, samplesPerFrame: this.samples } as const
    if (bytes[at + 7] === MLP) {
      const channels = MLP_CHANNELS[(bytes[at + 11] as number) & 31] ?? 2
      return { ...common, codec: "mlp", channels, bitsPerSample: MLP_BITS[(bytes[at + 8] as number) >> 4] ?? null }
    }
    return { ...common, codec: "truehd", channels: trueHdChannels(bytes, at), bitsPerSample: 24 }
  }

  protected override isKey(bytes: Uint8Array, at: number): boolean {
    return this.lane === this.#core || hasMajorSync(bytes, at)
  }
}

function hasMajorSync(bytes: Uint8Array, at: number): boolean {
  const sync = ((bytes[at + 4] as number) << 16) | ((bytes[at + 5] as number) << 8) | (bytes[at + 6] as number)
  return sync === MAJOR_SYNC && (bytes[at + 7] === TRUEHD || bytes[at + 7] === MLP)
}

/** The largest presentation: the 8-channel assignment (13 bits) where there is one, else the 6-channel assignment (5 bits). */
function trueHdChannels(bytes: Uint8Array, at: number): number {
  const eight = (((bytes[at + 10] as number) & 0x1f) << 8) | (bytes[at + 11] as number)
  const six = (((bytes[at + 9] as number) & 15) << 1) | ((bytes[at + 10] as number) >> 7)
  const assignment = eight !== 0 ? eight : six
  return CHANNELS_OF_BIT.reduce((sum, channels, bit) => sum + ((assignment >> bit) & 1) * channels, 0)
}
