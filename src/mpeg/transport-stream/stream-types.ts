import type { CodecName } from "../access-unit.ts"

/** One elementary stream of a program map. */
export type ProgramStreamEntry = {
  readonly pid: number
  readonly streamType: number
  /** null: none that a disc may have. */
  readonly codec: CodecName | null
  /** ISO 639-2, from the ISO_639_language_descriptor; null: none. */
  readonly language: string | null
}

/** stream_type of ISO/IEC 13818-1 table 2-34 and of Blu-ray (libbluray bluray.h, FFmpeg mpegts.c). 0x80 and 0x82 mean something else outside of Blu-ray. */
const CODECS: Readonly<Record<number, CodecName>> = {
  1: "mpeg1video",
  2: "mpeg2video",
  3: "mp2",
  4: "mp2",
  15: "aac",
  27: "h264",
  36: "hevc",
  128: "pcm_bluray",
  129: "ac3",
  130: "dts",
  131: "truehd",
  132: "eac3",
  133: "dts",
  134: "dts",
  135: "eac3",
  144: "hdmv_pgs_subtitle",
  145: "hdmv_ig",
  146: "hdmv_text_subtitle",
  161: "eac3",
  162: "dts",
  234: "vc1",
}
const PRIVATE_PES = 6

/** format_identifier of a registration_descriptor, for private PES. */
const REGISTERED: Readonly<Record<string, CodecName>> = {
  "AC-3": "ac3",
  EAC3: "eac3",
  DTS1: "dts",
  DTS2: "dts",
  DTS3: "dts",
  HEVC: "hevc",
  "VC-1": "vc1",
}
const REGISTRATION = 5
const LANGUAGE = 10
/** DVB's descriptors, ETSI EN 300 468. */
const DVB_CODECS: Readonly<Record<number, CodecName>> = { 106: "ac3", 122: "eac3", 123: "dts" }

/** Reads one stream's descriptors from `from` to `to` and names its codec. */
export function describeStream(pid: number, streamType: number, bytes: Uint8Array, from: number, to: number): ProgramStreamEntry {
  let codec = CODECS[streamType] ?? null
  let language: string | null = null
  for (let at = from; at + 2 <= to; ) {
    const tag = bytes[at] as number
    const end = at + 2 + (bytes[at + 1] as number)
    if (end > to) break
    if (tag === REGISTRATION && end >= at + 6 && (streamType === PRIVATE_PES || codec === null))
      codec = REGISTERED[asciiOf(bytes, at + 2, at + 6)] ?? codec
    if (streamType === PRIVATE_PES && codec === null) codec = DVB_CODECS[tag] ?? null
    if (tag === LANGUAGE && end >= at + 5) language = asciiOf(bytes, at + 2, at + 5)
    at = end
  }
  return { pid, streamType, codec, language }
}

function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}
