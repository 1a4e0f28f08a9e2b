import type { PlayList } from "../../../../src/disc/bluray/index.ts"
import { writeExtensionData } from "./write-extension-data.ts"
import type { FieldWriter } from "./write-fields.ts"

/** Picture in picture or HDR10; an UHD playlist has the latter's table even where there is nothing in it. */
export function writePlayListExtensions(w: FieldWriter, playList: PlayList): void {
  const { pipMetadata, staticMetadata } = playList
  if (pipMetadata.length > 0) {
    w.patch(16, 4, w.length)
    writeExtensionData(w, 1, 1, () => writePip(w, pipMetadata))
  } else if (playList.versionNumber === "0300") {
    w.patch(16, 4, w.length)
    writeExtensionData(w, 3, 5, () => writeStaticMetadata(w, staticMetadata))
  }
}

function writePip(w: FieldWriter, blocks: PlayList["pipMetadata"]): void {
  const start = w.length
  w.sized(4, "pip_metadata", () => {
    w.u16(blocks.length, "number_of_metadata_block_entries")
    const addresses: number[] = []
    w.each(blocks, "metadata_block_header", (block) => {
      w.u16(block.playItemId, "ref_to_PlayItem_id")
        .u8(block.secondaryVideoStreamId, "ref_to_secondary_video_stream_id")
        .zeros(1, "reserved")
      const luma = block.upperLimitLumaKey
      w.u16((block.timelineType << 12) | (luma === null ? 0 : 0x800) | (block.trickPlayingFlag ? 0x400 : 0), "pip_timeline_type")
      w.zeros(1, "reserved")
        .u8(luma ?? 0, "upper_limit_luma_key")
        .zeros(2, "reserved")
      addresses.push(w.length)
      w.u32(0, "metadata_block_data_start_address")
    })
    blocks.forEach(({ entries }, index) => {
      w.patch(addresses[index] ?? 0, 4, w.length - start)
      w.u16(entries.length, "number_of_pip_metadata_entries")
      w.each(entries, `metadata_block_data[${index}]`, (entry) => {
        w.u32(entry.time45k, "pip_metadata_time_stamp")
        w.uint(3, entry.horizontalPosition * 0x1000 + entry.verticalPosition, "pip_position")
        const scale = { reserved: 0, unscaled: 1, half: 2, quarter: 3, "one-and-a-half": 4, "full-screen": 5 }[entry.scale]
        w.u8(scale << 4, "pip_scale")
      })
    })
  })
}

function writeStaticMetadata(w: FieldWriter, entries: PlayList["staticMetadata"]): void {
  w.sized(4, "static_metadata", () => {
    w.u8(entries.length, "number_of_static_metadata_entries").zeros(3, "reserved")
    w.each(entries, "static_metadata", (entry) => {
      w.u8(entry.dynamicRangeType << 4, "dynamic_range_type").zeros(3, "reserved")
      for (const { x, y } of [...entry.displayPrimaries, entry.whitePoint]) w.u16(x, "x").u16(y, "y")
      w.u16(entry.maxDisplayMasteringLuminance, "max_display_mastering_luminance")
      w.u16(entry.minDisplayMasteringLuminance, "min_display_mastering_luminance")
      w.u16(entry.maxContentLightLevel, "max_CLL").u16(entry.maxFrameAverageLightLevel, "max_FALL")
    })
  })
}
