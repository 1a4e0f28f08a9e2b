import type { ByteReader } from "../../base/index.ts"

/** HDR10 mastering data of a UHD playlist, units as in SMPTE ST 2086: chromaticity in 0.00002, maximum luminance in cd/m2, minimum in 0.0001 cd/m2. */
export type StaticMetadata = {
  /** 1 HDR10. */
  readonly dynamicRangeType: number
  /** In the order of the disc: green, blue, red. */
  readonly displayPrimaries: readonly { readonly x: number; readonly y: number }[]
  readonly whitePoint: { readonly x: number; readonly y: number }
  readonly maxDisplayMasteringLuminance: number
  readonly minDisplayMasteringLuminance: number
  readonly maxContentLightLevel: number
  readonly maxFrameAverageLightLevel: number
}

const ENTRY_SIZE = 28

/** static_metadata(), extension 3.5 of a playlist. Layout: libbluray `_parse_static_metadata_extension`, tsMuxer `composeUHD_metadata`. */
export function readStaticMetadata(block: ByteReader): readonly StaticMetadata[] {
  const body = block.window(block.u32("static_metadata.length"), "static_metadata")
  const count = body.u8("number_of_static_metadata_entries")
  body.skip(3, "reserved")
  return body.list(count, ENTRY_SIZE, "static_metadata", readEntry)
}

function readEntry(entry: ByteReader): StaticMetadata {
  const dynamicRangeType = entry.u8("dynamic_range_type") >> 4
  entry.skip(3, "reserved")
  const point = (field: string) => ({ x: entry.u16(`${field}_x`), y: entry.u16(`${field}_y`) })
  return {
    dynamicRangeType,
    displayPrimaries: [point("display_primaries"), point("display_primaries"), point("display_primaries")],
    whitePoint: point("white_point"),
    maxDisplayMasteringLuminance: entry.u16("max_display_mastering_luminance"),
    minDisplayMasteringLuminance: entry.u16("min_display_mastering_luminance"),
    maxContentLightLevel: entry.u16("max_CLL"),
    maxFrameAverageLightLevel: entry.u16("max_FALL"),
  }
}
