import { BitReader, DiscError } from "../../base/index.ts"
import { AAC_SAMPLE_RATES } from "../elementary/aac.ts"
import { STREAM_ID } from "../pes.ts"

/** A stream that the writer can carry. */
export type WriterStream =
  | {
      readonly codec: "h264" | "hevc"
      /** Parameter sets in Annex B form; put in front of a key picture that has none of its own. */
      readonly parameterSets?: Uint8Array
    }
  | { readonly codec: "mpeg1video" | "mpeg2video" }
  | {
      readonly codec: "aac"
      /** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) of raw frames; without it the units are ADTS frames already. */
      readonly config?: Uint8Array
      readonly language?: string
    }
  | { readonly codec: "ac3" | "eac3" | "mp1" | "mp2" | "mp3"; readonly language?: string }

export type WriterCodec = WriterStream["codec"]

/** stream_type: ISO/IEC 13818-1 table 2-34; AC-3 and E-AC-3 as in ATSC A/53 part 3 and A/52 annex G. */
export const STREAM_TYPES: Readonly<Record<WriterCodec, number>> = {
  mpeg1video: 0x01,
  mpeg2video: 0x02,
  mp1: 0x03,
  mp2: 0x03,
  mp3: 0x03,
  aac: 0x0f,
  h264: 0x1b,
  hevc: 0x24,
  ac3: 0x81,
  eac3: 0x87,
}

/** format_identifier of the registration_descriptor that goes with a stream_type outside of ISO/IEC 13818-1, or that players ask for. */
export const REGISTRATIONS: Partial<Readonly<Record<WriterCodec, string>>> = { hevc: "HEVC", ac3: "AC-3", eac3: "EAC3" }

export const isVideo = (codec: WriterCodec): boolean =>
  codec === "h264" || codec === "hevc" || codec === "mpeg1video" || codec === "mpeg2video"

/** The PES stream_id of the `ordinal`th stream of its kind. */
export function pesStreamId(codec: WriterCodec, ordinal: number): number {
  if (isVideo(codec)) return STREAM_ID.firstVideo + ordinal
  return codec === "ac3" || codec === "eac3" ? STREAM_ID.privateStream1 : STREAM_ID.firstAudio + ordinal
}

/** Bytes to put in front of a unit so that it is as a transport stream wants it; the unit itself is not copied. `at`: where in the unit. */
export type Insertion = { readonly at: number; readonly bytes: Uint8Array }

const NOTHING: Insertion = { at: 0, bytes: new Uint8Array(0) }

/** Access unit delimiters that allow any slice type: ITU-T H.264 7.3.2.4, H.265 7.3.2.5. */
const H264_DELIMITER = Uint8Array.of(0, 0, 0, 1, 0x09, 0xf0)
const HEVC_DELIMITER = Uint8Array.of(0, 0, 0, 1, 0x46, 0x01, 0x50)

/** What a unit of the stream lacks: the delimiter, parameter sets before a key picture, the ADTS header. */
export function insertionFor(stream: WriterStream, data: Uint8Array, key: boolean): Insertion {
  if (stream.codec === "h264" || stream.codec === "hevc") return videoInsertion(stream.codec, stream.parameterSets, data, key)
  if (stream.codec === "aac" && stream.config !== undefined) return { at: 0, bytes: adtsHeader(stream.config, data.length) }
  return NOTHING
}

function videoInsertion(codec: "h264" | "hevc", parameterSets: Uint8Array | undefined, data: Uint8Array, key: boolean): Insertion {
  const head = scanHead(codec, data)
  const sets = key && !head.hasSequenceParameters ? (parameterSets ?? NOTHING.bytes) : NOTHING.bytes
  if (head.delimiterEnd > 0) return sets.length === 0 ? NOTHING : { at: head.delimiterEnd, bytes: sets }
  const delimiter = codec === "h264" ? H264_DELIMITER : HEVC_DELIMITER
  const bytes = new Uint8Array(delimiter.length + sets.length)
  bytes.set(delimiter)
  bytes.set(sets, delimiter.length)
  return { at: 0, bytes }
}

/** Looks at the NAL units before the first slice: where the delimiter ends (0: there is none), and whether an SPS is there. */
function scanHead(codec: "h264" | "hevc", data: Uint8Array): { readonly delimiterEnd: number; readonly hasSequenceParameters: boolean } {
  let delimiterEnd = 0
  let inDelimiter = false
  for (let at = 0; at + 3 < data.length; at++) {
    if (data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 1) continue
    if (inDelimiter) delimiterEnd = data[at - 1] === 0 ? at - 1 : at
    const header = data[at + 3] as number
    const type = codec === "h264" ? header & 31 : (header >> 1) & 63
    inDelimiter = delimiterEnd === 0 && type === (codec === "h264" ? 9 : 35)
    if (type === (codec === "h264" ? 7 : 33)) return { delimiterEnd, hasSequenceParameters: true }
    if (codec === "h264" ? type >= 1 && type <= 5 : type < 32) break
    at += 3
  }
  return { delimiterEnd, hasSequenceParameters: false }
}

const ADTS_HEADER_SIZE = 7
/** aac_frame_length has 13 bits. */
const MAX_ADTS_FRAME = 8191
const EXPLICIT_RATE = 15
/** Audio object types 5 and 29 (SBR, PS) wrap another, which ADTS names alone. */
const WRAPPERS = [5, 29]

/**
 * The ADTS header (ISO/IEC 14496-3 1.A.2.2) of a raw AAC frame of `length` bytes.
 * @throws DiscError `unsupported`: ADTS cannot say what the AudioSpecificConfig says
 */
export function adtsHeader(config: Uint8Array, length: number): Uint8Array {
  const bits = new BitReader(config, "AudioSpecificConfig")
  let objectType = bits.bits(5, "audioObjectType")
  const rateIndex = readRate(bits)
  const channels = bits.bits(4, "channelConfiguration")
  if (WRAPPERS.includes(objectType)) {
    readRate(bits)
    objectType = bits.bits(5, "audioObjectType")
  }
  const size = length + ADTS_HEADER_SIZE
  if (objectType < 1 || objectType > 4 || channels > 7 || size > MAX_ADTS_FRAME) {
    throw new DiscError(
      "unsupported",
      `ADTS cannot carry AAC of object type ${objectType} with ${channels} channels and ${length} bytes a frame; convert it to AAC-LC`,
    )
  }
  return Uint8Array.of(
    0xff,
    0xf1,
    ((objectType - 1) << 6) | (rateIndex << 2) | (channels >> 2),
    ((channels & 3) << 6) | (size >> 11),
    (size >> 3) & 0xff,
    ((size & 7) << 5) | 0x1f,
    0xfc,
  )
}

function readRate(bits: BitReader): number {
  const index = bits.bits(4, "samplingFrequencyIndex")
  const known = index === EXPLICIT_RATE ? AAC_SAMPLE_RATES.indexOf(bits.bits(24, "samplingFrequency")) : index
  if (known < 0 || known >= AAC_SAMPLE_RATES.length)
    throw new DiscError("unsupported", "ADTS has no code for this sampling frequency; resample it")
  return known
}
