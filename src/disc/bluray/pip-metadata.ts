import type { ByteReader } from "../../base/index.ts"

/** Where and how the picture in picture of one secondary video stream is shown during one play item. */
export type PipMetadataBlock = {
  readonly playItemId: number
  /** Number in the STN table's `secondaryVideo`, from 0. */
  readonly secondaryVideoStreamId: number
  /** 1: in step, on the main path's clock; 2: on the sub path's clock; 3: not in step, on the main path's clock. */
  readonly timelineType: number
  /** Pixels with Y of this or less are transparent; null: no luma key. */
  readonly upperLimitLumaKey: number | null
  readonly trickPlayingFlag: boolean
  readonly entries: readonly PipMetadataEntry[]
}

type PipMetadataEntry = {
  readonly time45k: number
  readonly horizontalPosition: number
  readonly verticalPosition: number
  readonly scale: PipScale
}

type PipScale = "unscaled" | "half" | "quarter" | "one-and-a-half" | "full-screen" | "reserved"

const SCALES: readonly PipScale[] = ["reserved", "unscaled", "half", "quarter", "one-and-a-half", "full-screen"]
const BLOCK_HEADER_SIZE = 14
const ENTRY_SIZE = 8
/** More entries over all blocks than a player could show in ten hours at one a second; blocks may share their entries' bytes. */
const MAX_PIP_ENTRIES = 36_000

/** pip_metadata(), extension 1.1 of a playlist. Layout: libbluray `_parse_pip_metadata_extension`, tsMuxer `composePip_metadata`. */
export function readPipMetadata(block: ByteReader): readonly PipMetadataBlock[] {
  block.skip(4, "pip_metadata.length")
  let left = MAX_PIP_ENTRIES
  return block.list(block.u16("number_of_metadata_block_entries"), BLOCK_HEADER_SIZE, "metadata_block_header", (header) => {
    const playItemId = header.u16("ref_to_PlayItem_id")
    const secondaryVideoStreamId = header.u8("ref_to_secondary_video_stream_id")
    header.skip(1, "reserved")
    const flags = header.u16("pip_timeline_type")
    header.skip(1, "reserved")
    const lumaKey = header.u8("upper_limit_luma_key")
    header.skip(2, "reserved")
    const data = block.from(header.u32("metadata_block_data_start_address"), "metadata_block_data_start_address")
    const count = data.u16("number_of_pip_metadata_entries")
    left -= count
    if (left < 0) throw data.error("limit", "number_of_pip_metadata_entries", `more than ${MAX_PIP_ENTRIES} in all`)
    return {
      playItemId,
      secondaryVideoStreamId,
      timelineType: flags >> 12,
      upperLimitLumaKey: flags & 0x0800 ? lumaKey : null,
      trickPlayingFlag: (flags & 0x0400) !== 0,
      entries: data.list(count, ENTRY_SIZE, "pip_metadata_entries", readEntry),
    }
  })
}

function readEntry(entry: ByteReader): PipMetadataEntry {
  const time45k = entry.u32("pip_metadata_time_stamp")
  const position = entry.u24("pip_horizontal_position")
  const scale = entry.u8("pip_scale") >> 4
  return { time45k, horizontalPosition: position >> 12, verticalPosition: position & 0xfff, scale: SCALES[scale] ?? "reserved" }
}
