import { BitReader, TICKS_PER_SECOND } from "../../base/index.ts"
import { aspectText, rateText, type VideoStreamParameters } from "../stream-parameters.ts"
import { findStartCode } from "./start-code-splitter.ts"

/** What a sequence header and its extension say. */
export type MpegSequence = {
  readonly parameters: VideoStreamParameters
  /** Ticks of one frame; a binary fraction. */
  readonly frameDuration: number
  readonly progressive: boolean
  readonly lowDelay: boolean
}

const EXTENSION = 0xb5
const SEQUENCE_EXTENSION_ID = 1
/** Header and both matrices, extension, display extension. */
const MAX_SEQUENCE_SIZE = 256

/** frame_rate_code, ISO/IEC 13818-2 table 6-4. */
const FRAME_RATES: readonly (readonly [number, number] | undefined)[] = [
  undefined,
  [24000, 1001],
  [24, 1],
  [25, 1],
  [30000, 1001],
  [30, 1],
  [50, 1],
  [60000, 1001],
  [60, 1],
]

/** aspect_ratio_information, ISO/IEC 13818-2 table 6-3; 1 is square samples. */
const MPEG2_ASPECTS: readonly (string | undefined)[] = [undefined, undefined, "4:3", "16:9", "221:100"]
/** pel_aspect_ratio, ISO/IEC 11172-2 2.4.3.2: the codes of 625-line and 525-line television; 1 is square samples. */
const MPEG1_ASPECTS: Readonly<Record<number, string>> = { 3: "16:9", 6: "16:9", 8: "4:3", 12: "4:3" }

/** Keeps the sequence header read last, since each group repeats it. */
export class MpegSequenceReader {
  value: MpegSequence | null = null
  #bytes: Uint8Array = new Uint8Array(0)

  /** The bytes from a sequence header's start code to the next header that is not its extension. */
  read(bytes: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, from + MAX_SEQUENCE_SIZE)
    if (sameBytes(this.#bytes, bytes, from, end)) return
    this.#bytes = bytes.slice(from, end)
    this.value = parseMpegSequence(this.#bytes) ?? this.value
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  if (a.length !== to - from) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[from + i]) return false
  return true
}

/** Sequence header and sequence extension, ISO/IEC 13818-2 6.2.2.1 and 6.2.2.3 (without the extension: ISO/IEC 11172-2 2.4.2.3); null when cut short or forbidden. */
export function parseMpegSequence(bytes: Uint8Array): MpegSequence | null {
  if (bytes.length < 12) return null
  const header = new BitReader(bytes.subarray(4), "sequence_header", 4)
  const horizontal = header.bits(12, "horizontal_size_value")
  const vertical = header.bits(12, "vertical_size_value")
  const aspect = header.bits(4, "aspect_ratio_information")
  const rate = FRAME_RATES[header.bits(4, "frame_rate_code")]
  if (rate === undefined || horizontal === 0 || vertical === 0) return null
  const extension = findSequenceExtension(bytes)
  if (extension !== null) return mpeg2Sequence(extension, horizontal, vertical, aspect, rate)
  const parameters = {
    ...({ kind: "video", codec: "mpeg1video", width: horizontal, height: vertical, frameRate: rateText(rate[0], rate[1]) } as const),
    aspect: aspect === 1 ? aspectText(horizontal, vertical) : (MPEG1_ASPECTS[aspect] ?? null),
    ...{ interlaced: false, profile: null, level: null },
  }
  return { parameters, frameDuration: (TICKS_PER_SECOND * rate[1]) / rate[0], progressive: true, lowDelay: false }
}

function mpeg2Sequence(
  extension: Uint8Array,
  horizontal: number,
  vertical: number,
  aspect: number,
  rate: readonly [number, number],
): MpegSequence {
  const bits = new BitReader(extension, "sequence_extension")
  bits.skip(4, "extension_start_code_identifier")
  const profile = bits.bits(8, "profile_and_level_indication")
  const progressive = bits.flag("progressive_sequence")
  bits.skip(2, "chroma_format")
  const width = horizontal + bits.bits(2, "horizontal_size_extension") * 4096
  const height = vertical + bits.bits(2, "vertical_size_extension") * 4096
  bits.skip(12 + 1 + 8, "bit_rate_extension to vbv_buffer_size_extension")
  const lowDelay = bits.flag("low_delay")
  const numerator = rate[0] * (bits.bits(2, "frame_rate_extension_n") + 1)
  const denominator = rate[1] * (bits.bits(5, "frame_rate_extension_d") + 1)
  const parameters: VideoStreamParameters = {
    kind: "video",
    codec: "mpeg2video",
    width,
    height,
    frameRate: rateText(numerator, denominator),
    aspect: aspect === 1 ? aspectText(width, height) : (MPEG2_ASPECTS[aspect] ?? null),
    interlaced: !progressive,
    profile,
    level: null,
  }
  return { parameters, frameDuration: (TICKS_PER_SECOND * denominator) / numerator, progressive, lowDelay }
}

const SEQUENCE_EXTENSION_SIZE = 6

/** The bytes of the sequence extension behind its start code; null: MPEG-1. */
function findSequenceExtension(bytes: Uint8Array): Uint8Array | null {
  for (let at = 4; at < bytes.length; at += 4) {
    at = findStartCode(bytes, at, bytes.length)
    if (at + 4 + SEQUENCE_EXTENSION_SIZE > bytes.length) return null
    const isExtension = bytes[at + 3] === EXTENSION && (bytes[at + 4] as number) >> 4 === SEQUENCE_EXTENSION_ID
    if (isExtension) return bytes.subarray(at + 4, at + 4 + SEQUENCE_EXTENSION_SIZE)
  }
  return null
}
