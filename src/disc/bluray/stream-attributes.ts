import type { ByteReader } from "../../base/index.ts"

/** What a playlist's stream_attributes() or a clip's StreamCodingInfo() says of one elementary stream. Codes are the disc's; names in `coding.ts`. */
export type StreamAttributes =
  | VideoAttributes
  | AudioAttributes
  | { readonly kind: "pg" | "ig"; readonly streamCodingType: number; readonly languageCode: string | null }
  | { readonly kind: "text"; readonly streamCodingType: number; readonly characterCode: number; readonly languageCode: string | null }
  | { readonly kind: "unknown"; readonly streamCodingType: number }

export type VideoAttributes = {
  readonly kind: "video"
  readonly streamCodingType: number
  readonly videoFormat: number
  readonly frameRate: number
  /** Only in a clip's StreamCodingInfo(). */
  readonly aspectRatio: number | null
  /** 0 SDR, 1 HDR10, 2 Dolby Vision; HEVC only. */
  readonly dynamicRangeType: number | null
  /** 1 BT.709, 2 BT.2020; HEVC only. */
  readonly colorSpace: number | null
  readonly crFlag: boolean
  readonly hdrPlusFlag: boolean
}

export type AudioAttributes = {
  readonly kind: "audio"
  readonly streamCodingType: number
  readonly audioPresentationType: number
  readonly samplingFrequency: number
  readonly languageCode: string | null
}

const CODING_MPEG1_VIDEO = 0x01
const CODING_MPEG2_VIDEO = 0x02
const CODING_AVC = 0x1b
const CODING_MVC = 0x20
export const CODING_HEVC = 0x24
const CODING_VC1 = 0xea
const CODING_PG = 0x90
const CODING_IG = 0x91
const CODING_TEXT = 0x92

const VIDEO = new Set([CODING_MPEG1_VIDEO, CODING_MPEG2_VIDEO, CODING_AVC, CODING_MVC, CODING_HEVC, CODING_VC1])
const AUDIO = new Set([0x03, 0x04, 0x0f, 0x11, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0xa1, 0xa2])

/** Where the attributes are: the two places differ in the video streams' fields. */
type AttributesPlace = "playlist" | "clip"

/**
 * stream_attributes() (playlist) and StreamCodingInfo() (clip), both a length byte and that many bytes. Layout: libbluray `_parse_stream` and
 * `_parse_stream_attr`, tsMuxer `composeStreamAttributes`. A field that the length leaves no room for reads as 0: authors stop early.
 */
export function readStreamAttributes(reader: ByteReader, place: AttributesPlace): StreamAttributes {
  const body = reader.window(reader.u8("stream_attributes.length"), "stream_attributes")
  const streamCodingType = body.u8("stream_coding_type")
  if (VIDEO.has(streamCodingType)) return readVideo(body, streamCodingType, place)
  if (AUDIO.has(streamCodingType)) {
    const format = optionalU8(body, "audio_presentation_type")
    return {
      kind: "audio",
      streamCodingType,
      audioPresentationType: format >> 4,
      samplingFrequency: format & 0x0f,
      languageCode: readLanguageCode(body),
    }
  }
  if (streamCodingType === CODING_PG || streamCodingType === CODING_IG) {
    return { kind: streamCodingType === CODING_PG ? "pg" : "ig", streamCodingType, languageCode: readLanguageCode(body) }
  }
  if (streamCodingType === CODING_TEXT) {
    const characterCode = optionalU8(body, "character_code")
    return { kind: "text", streamCodingType, characterCode, languageCode: readLanguageCode(body) }
  }
  return { kind: "unknown", streamCodingType }
}

function readVideo(body: ByteReader, streamCodingType: number, place: AttributesPlace): VideoAttributes {
  const format = optionalU8(body, "video_format")
  const isHevc = streamCodingType === CODING_HEVC
  // In a clip one byte more stands before the HEVC fields: aspect_ratio, oc_flag and (HEVC) cr_flag.
  const aspect = place === "clip" ? optionalU8(body, "aspect_ratio") : 0
  const range = isHevc ? optionalU8(body, "dynamic_range_type") : 0
  const flags = isHevc ? optionalU8(body, "hdr_plus_flag") : 0
  return {
    kind: "video",
    streamCodingType,
    videoFormat: format >> 4,
    frameRate: format & 0x0f,
    aspectRatio: place === "clip" ? aspect >> 4 : null,
    dynamicRangeType: isHevc ? range >> 4 : null,
    colorSpace: isHevc ? range & 0x0f : null,
    crFlag: isHevc && (place === "clip" ? (aspect & 1) !== 0 : (flags & 0x80) !== 0),
    hdrPlusFlag: isHevc && (place === "clip" ? (flags & 0x80) !== 0 : (flags & 0x40) !== 0),
  }
}

const optionalU8 = (body: ByteReader, field: string): number => (body.remaining > 0 ? body.u8(field) : 0)

/** ISO 639-2, three letters; null where the disc has none (zeros, spaces). */
function readLanguageCode(body: ByteReader): string | null {
  if (body.remaining < 3) return null
  const code = body.ascii(3, "language_code")
  return /^[A-Za-z]{3}$/.test(code) ? code.toLowerCase() : null
}
