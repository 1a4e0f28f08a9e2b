import type { ByteReader } from "../../base/index.ts"

export type ClipInfo = {
  /** 1: AV stream. */
  readonly clipStreamType: number
  /** 1 main path movie, 2 main path time based slide show, 3 browsable slide show, 4 sub path slide show, 5 sub path IG, 6 text subtitle, 7 sub path (other). */
  readonly applicationType: number
  readonly tsRecordingRate: number
  /** Source packets of 192 bytes in the stream file. */
  readonly numberOfSourcePackets: number
  readonly tsTypeInfo: { readonly validityFlags: number; readonly formatIdentifier: string } | null
  /** For each clip that seamlessly comes before this one: how far its arrival clock is ahead. */
  readonly atcDeltas: readonly AtcDelta[]
  /** Font files (/BDMV/AUXDATA/xxxxx.otf) of a text subtitle. */
  readonly fontFileIds: readonly string[]
}

export type AtcDelta = { readonly delta: number; readonly followingClip: string; readonly clipCodecIdentifier: string }

const APPLICATION_TEXT_SUBTITLE = 6
const ATC_DELTA_SIZE = 14
const FONT_SIZE = 6

/** ClipInfo(). Layout: libbluray `_parse_clipinfo`. */
export function readClipInfo(area: ByteReader): ClipInfo {
  const info = area.window(area.u32("ClipInfo.length"), "ClipInfo")
  info.skip(2, "reserved")
  const clipStreamType = info.u8("Clip_stream_type")
  const applicationType = info.u8("application_type")
  const hasAtcDelta = (info.u32("is_ATC_delta") & 1) !== 0
  const tsRecordingRate = info.u32("TS_recording_rate")
  const numberOfSourcePackets = info.u32("number_of_source_packets")
  info.skip(128, "reserved")
  const tsTypeInfo = readTsTypeInfo(info.window(info.u16("TS_type_info_block.length"), "TS_type_info_block"))
  const atcDeltas = hasAtcDelta ? readAtcDeltas(info) : []
  const fontFileIds = applicationType === APPLICATION_TEXT_SUBTITLE ? readFonts(info) : []
  return { clipStreamType, applicationType, tsRecordingRate, numberOfSourcePackets, tsTypeInfo, atcDeltas, fontFileIds }
}

function readTsTypeInfo(block: ByteReader): ClipInfo["tsTypeInfo"] {
  if (block.length === 0) return null
  return { validityFlags: block.u8("Validity_flags"), formatIdentifier: block.ascii(4, "Format_identifier") }
}

function readAtcDeltas(info: ByteReader): readonly AtcDelta[] {
  info.skip(1, "reserved")
  return info.list(info.u8("number_of_ATC_delta_entries"), ATC_DELTA_SIZE, "ATC_delta_entries", (entry) => ({
    delta: entry.u32("ATC_delta"),
    followingClip: entry.ascii(5, "following_Clip_Information_file_name"),
    clipCodecIdentifier: entry.ascii(4, "Clip_codec_identifier"),
  }))
}

function readFonts(info: ByteReader): readonly string[] {
  info.skip(1, "reserved")
  return info.list(info.u8("number_of_font_files"), FONT_SIZE, "font_file_name", (entry) => entry.ascii(5, "font_file_name"))
}
