import type { CodecName } from "../access-unit.ts"
import type { AudioStreamParameters } from "../stream-parameters.ts"
import { FrameSplitter, NEED_MORE, NO_FRAME } from "./frame-splitter.ts"
import type { SplitterSink } from "./splitter.ts"

/** fscod, ETSI TS 102 366 table 4.1. */
const SAMPLE_RATES = [48000, 44100, 32000]
/** kbit/s for each pair of frmsizecod, table 4.13. */
const BIT_RATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]
/** Channels of acmod, table 4.3, without the low-frequency one. */
const CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5]
/** The speakers of acmod as bits of chanmap. */
const SPEAKERS = [0xa000, 0x4000, 0xa000, 0xe000, 0xa100, 0xe100, 0xb800, 0xf800]
const LFE = 0x0001
/** Bits of chanmap that stand for two speakers, table E1.9. */
const PAIRS = 0x0400 | 0x0200 | 0x0040 | 0x0020 | 0x0010 | 0x0004
/** Audio blocks of numblkscod, table E1.4. */
const BLOCKS = [1, 2, 3, 6]
const SAMPLES_PER_BLOCK = 256

/** Bytes from the sync word to the last bit that any field below needs. */
const HEADER_SIZE = 8
/** bsid of plain AC-3 (9 and 10 are its half and quarter rates), and of E-AC-3. */
const LAST_AC3_BSID = 10
const FIRST_EAC3_BSID = 11
const LAST_EAC3_BSID = 16
const DEPENDENT_SUBSTREAM = 1

/** The header of one sync frame, filled again for each. */
export class Ac3Header {
  size = 0
  sampleRate = 0
  samples = 0
  channels = 0
  /** As bits of chanmap, ETSI TS 102 366 table E1.9: the top bit is the left one. */
  speakers = 0
  bsid = 0
  dependent = false

  get enhanced(): boolean {
    return this.bsid > LAST_AC3_BSID
  }
}

/** Reads syncinfo and the first fields of bsi, ETSI TS 102 366 4.3 and E.1.2. NEED_MORE and NO_FRAME as `measure`; else the frame's size. */
export function readAc3Header(bytes: Uint8Array, at: number, end: number, header: Ac3Header): number {
  if (bytes[at] !== 0x0b || (at + 1 < end && bytes[at + 1] !== 0x77)) return NO_FRAME
  if (at + HEADER_SIZE > end) return NEED_MORE
  const bsid = (bytes[at + 5] as number) >> 3
  header.bsid = bsid
  if (bsid <= LAST_AC3_BSID) return readPlain(bytes, at, header)
  return bsid >= FIRST_EAC3_BSID && bsid <= LAST_EAC3_BSID ? readEnhanced(bytes, at, header) : NO_FRAME
}

function readPlain(bytes: Uint8Array, at: number, header: Ac3Header): number {
  const rateCode = (bytes[at + 4] as number) >> 6
  const sizeCode = (bytes[at + 4] as number) & 0x3f
  const rate = SAMPLE_RATES[rateCode]
  const kilobits = BIT_RATES[sizeCode >> 1]
  if (rate === undefined || kilobits === undefined) return NO_FRAME
  // 1536 samples of so many kbit/s in 16-bit words; 44.1 kHz does not divide, and the low bit says which way it was rounded.
  const words = Math.floor((kilobits * 96000) / rate) + (rateCode === 1 ? sizeCode & 1 : 0)
  const mode = (bytes[at + 6] as number) >> 5
  let skipped = 3
  if ((mode & 1) !== 0 && mode !== 1) skipped += 2
  if ((mode & 4) !== 0) skipped += 2
  if (mode === 2) skipped += 2
  const lfe = (((bytes[at + 6] as number) << 8) | (bytes[at + 7] as number)) >> (15 - skipped)
  header.channels = (CHANNELS[mode] as number) + (lfe & 1)
  header.speakers = (SPEAKERS[mode] as number) | (lfe & LFE)
  header.sampleRate = rate >> Math.max(header.bsid - 8, 0)
  header.samples = 6 * SAMPLES_PER_BLOCK
  header.dependent = false
  header.size = words * 2
  return header.size
}

function readEnhanced(bytes: Uint8Array, at: number, header: Ac3Header): number {
  const streamType = (bytes[at + 2] as number) >> 6
  if (streamType === 3) return NO_FRAME
  const flags = bytes[at + 4] as number
  const rateCode = flags >> 6
  const blockCode = (flags >> 4) & 3
  if (rateCode === 3) {
    const halved = SAMPLE_RATES[blockCode]
    if (halved === undefined) return NO_FRAME
    header.sampleRate = halved / 2
  } else {
    header.sampleRate = SAMPLE_RATES[rateCode] as number
  }
  header.samples = SAMPLES_PER_BLOCK * (rateCode === 3 ? 6 : (BLOCKS[blockCode] as number))
  header.channels = (CHANNELS[(flags >> 1) & 7] as number) + (flags & 1)
  header.speakers = (SPEAKERS[(flags >> 1) & 7] as number) | (flags & LFE)
  header.dependent = streamType === DEPENDENT_SUBSTREAM
  header.size = (((((bytes[at + 2] as number) & 7) << 8) | (bytes[at + 3] as number)) + 1) * 2
  return header.size < HEADER_SIZE ? NO_FRAME : header.size
}

/** The speakers that a dependent substream adds or replaces: its chanmap where it has one, else those of its acmod. ETSI TS 102 366 E.1.2.2. */
function dependentSpeakers(bytes: Uint8Array, at: number, ofMode: number): number {
  const dualMono = (((bytes[at + 4] as number) >> 1) & 7) === 0
  // compre lies 10 bits behind the first five bytes: bsid and dialnorm.
  let bit = (at + 5) * 8 + 10
  bit += 1 + (bitAt(bytes, bit) === 1 ? 8 : 0)
  if (dualMono) {
    bit += 5
    bit += 1 + (bitAt(bytes, bit) === 1 ? 8 : 0)
  }
  if (bitAt(bytes, bit) === 0) return ofMode
  let map = 0
  for (let i = 1; i <= 16; i++) map = (map << 1) | bitAt(bytes, bit + i)
  return map
}

const bitAt = (bytes: Uint8Array, bit: number): number => ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1

function countSpeakers(map: number): number {
  let count = 0
  for (let bit = 1; bit <= 0x8000; bit <<= 1) if ((map & bit) !== 0) count += (PAIRS & bit) !== 0 ? 2 : 1
  return count
}

/** More substreams than a program can have (8 independent, each with 8 dependent). */
const MAX_FRAMES_IN_UNIT = 72

/**
 * AC-3 and E-AC-3. One unit is one sync frame; for E-AC-3 with the dependent substreams behind it, whose core on Blu-ray may be a plain AC-3 frame: there a unit ends
 * only where the next begins.
 */
export class Ac3Splitter extends FrameSplitter {
  protected readonly syncByte = 0x0b
  readonly #codec: CodecName
  readonly #header = new Ac3Header()
  readonly #next = new Ac3Header()

  constructor(streamId: number, codec: "ac3" | "eac3", sink: SplitterSink) {
    super(streamId, sink)
    this.#codec = codec
  }

  protected measure(bytes: Uint8Array, at: number, end: number, last: boolean): number {
    const header = this.#header
    const size = readAc3Header(bytes, at, end, header)
    if (size <= 0) return size
    this.samples = header.samples
    this.sampleRate = header.sampleRate
    return this.#codec === "eac3" ? this.#withDependents(bytes, at, end, size, last) : size
  }

  #withDependents(bytes: Uint8Array, at: number, end: number, first: number, last: boolean): number {
    let size = first
    for (let frames = 1; frames < MAX_FRAMES_IN_UNIT; frames++) {
      const next = at + size >= end ? NEED_MORE : readAc3Header(bytes, at + size, end, this.#next)
      if (next === NEED_MORE) return last ? size : NEED_MORE
      if (next === NO_FRAME || !this.#next.dependent) return size
      size += next
    }
    return size
  }

  protected describe(bytes: Uint8Array, at: number, end: number): AudioStreamParameters {
    return describeAc3(bytes, at, end)
  }
}

/** The parameters of the whole unit (a frame, and the dependent ones behind it) from `at` to `end`. */
export function describeAc3(bytes: Uint8Array, at: number, end: number): AudioStreamParameters {
  const header = new Ac3Header()
  readAc3Header(bytes, at, end, header)
  const dependent = new Ac3Header()
  let { channels, enhanced } = header
  let speakers = header.speakers
  for (let next = at + header.size; next < end; next += dependent.size) {
    if (readAc3Header(bytes, next, end, dependent) <= 0) break
    enhanced = true
    speakers |= dependentSpeakers(bytes, next, dependent.speakers)
    channels = countSpeakers(speakers)
  }
  const { sampleRate, samples } = header
  return { kind: "audio", codec: enhanced ? "eac3" : "ac3", channels, sampleRate, bitsPerSample: null, samplesPerFrame: samples }
}
