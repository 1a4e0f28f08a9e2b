import type {
  ClipRef,
  PlayItem,
  PlayList,
  PlayListMark,
  StnStream,
  StnTable,
  StreamEntry,
  SubPath,
  SubPlayItem,
  UserOperationMask,
} from "../../../../src/disc/bluray/index.ts"
import { FieldWriter, flags, type Written } from "./write-fields.ts"
import { writePlayListExtensions } from "./write-play-list-extensions.ts"
import { writePlayListAttributes } from "./write-stream-attributes.ts"

/** A playlist again, as it was read: its extension data where it is of the kinds that play lists have without 3D. */
export function writePlayList(playList: PlayList): Written {
  const w = new FieldWriter()
  w.text(`MPLS${playList.versionNumber}`, "type_indicator")
  w.u32(0, "PlayList_start_address").u32(0, "PlayListMark_start_address").u32(0, "ExtensionData_start_address").zeros(20, "reserved")
  writeAppInfo(w, playList)
  w.patch(8, 4, w.length)
  w.sized(4, "PlayList", () => {
    w.zeros(2, "reserved").u16(playList.playItems.length, "number_of_PlayItems").u16(playList.subPaths.length, "number_of_SubPaths")
    w.each(playList.playItems, "PlayItem", (item) => writePlayItem(w, item))
    w.each(playList.subPaths, "SubPath", (path) => writeSubPath(w, path))
  })
  w.patch(12, 4, w.length)
  w.sized(4, "PlayListMark", () => {
    w.u16(playList.marks.length, "number_of_PlayList_marks")
    w.each(playList.marks, "PlayListMark", (mark) => writeMark(w, mark))
  })
  writePlayListExtensions(w, playList)
  return w.finish()
}

function writeAppInfo(w: FieldWriter, { appInfo }: PlayList): void {
  w.sized(4, "AppInfoPlayList", () => {
    const type = { sequential: 1, random: 2, shuffle: 3, reserved: 0 }[appInfo.playbackType]
    w.zeros(1, "reserved")
      .u8(type, "PlayList_playback_type")
      .u16(appInfo.playbackCount ?? 0, "playback_count")
    writeMask(w, appInfo.userOperationMask)
    const bits = [appInfo.randomAccessFlag, appInfo.audioMixAppFlag, appInfo.losslessMayBypassMixerFlag, appInfo.mvcBaseViewRFlag]
    w.u16(flags(2, ...bits, appInfo.sdrConversionNotificationFlag), "PlayList_random_access_flag")
  })
}

/** UO_mask_table() by bytes: the specification numbers its bits from the left. */
function writeMask(w: FieldWriter, mask: UserOperationMask): void {
  const bit = (operation: Parameters<typeof mask.has>[0], at: number): number => (mask.has(operation) ? 0x80 >> at : 0)
  w.u8(
    bit("menuCall", 0) |
      bit("titleSearch", 1) |
      bit("chapterSearch", 2) |
      bit("timeSearch", 3) |
      bit("skipToNextPoint", 4) |
      bit("skipBackToPreviousPoint", 5) |
      bit("playFirstPlay", 6) |
      bit("stop", 7),
    "UO_mask_table byte 0",
  )
  w.u8(
    bit("pauseOn", 0) |
      bit("pauseOff", 1) |
      bit("stillOff", 2) |
      bit("forwardPlay", 3) |
      bit("backwardPlay", 4) |
      bit("resume", 5) |
      bit("moveUpSelectedButton", 6) |
      bit("moveDownSelectedButton", 7),
    "UO_mask_table byte 1",
  )
  w.u8(
    bit("moveLeftSelectedButton", 0) |
      bit("moveRightSelectedButton", 1) |
      bit("selectButton", 2) |
      bit("activateButton", 3) |
      bit("selectAndActivateButton", 4) |
      bit("primaryAudioStreamNumberChange", 5) |
      bit("angleNumberChange", 7),
    "UO_mask_table byte 2",
  )
  w.u8(
    bit("popUpOn", 0) |
      bit("popUpOff", 1) |
      bit("pgTextStEnableDisable", 2) |
      bit("pgTextStStreamNumberChange", 3) |
      bit("secondaryVideoEnableDisable", 4) |
      bit("secondaryVideoStreamNumberChange", 5) |
      bit("secondaryAudioEnableDisable", 6) |
      bit("secondaryAudioStreamNumberChange", 7),
    "UO_mask_table byte 3",
  )
  w.u8(bit("pipPgTextStStreamNumberChange", 1), "UO_mask_table byte 4").zeros(3, "UO_mask_table, reserved")
}

function writePlayItem(w: FieldWriter, item: PlayItem): void {
  w.sized(2, "", () => {
    const [first, ...others] = item.angles
    w.text(first.clipInformationFileName, "Clip_Information_file_name").text(first.clipCodecIdentifier, "Clip_codec_identifier")
    w.u16((item.isMultiAngle ? 0x10 : 0) | item.connectionCondition, "connection_condition").u8(first.stcId, "ref_to_STC_id")
    w.u32(item.inTime45k, "IN_time").u32(item.outTime45k, "OUT_time")
    writeMask(w, item.userOperationMask)
    w.u8(item.randomAccessFlag ? 0x80 : 0, "PlayItem_random_access_flag")
    w.u8({ none: 0, finite: 1, infinite: 2 }[item.still.mode], "still_mode")
    w.u16(item.still.mode === "finite" ? item.still.seconds : 0, "still_time")
    if (item.isMultiAngle) {
      w.u8(item.angles.length, "number_of_angles")
      w.u8((item.isDifferentAudios ? 2 : 0) | (item.isSeamlessAngleChange ? 1 : 0), "is_different_audios, is_seamless_angle_change")
      w.each(others, "angle", (clip) => writeClipRef(w, clip))
    }
    w.sized(2, "STN_table", () => writeStnTable(w, item.streams))
  })
}

function writeClipRef(w: FieldWriter, clip: ClipRef): void {
  w.text(clip.clipInformationFileName, "Clip_Information_file_name").text(clip.clipCodecIdentifier, "Clip_codec_identifier")
  w.u8(clip.stcId, "ref_to_STC_id")
}

function writeStnTable(w: FieldWriter, streams: StnTable): void {
  w.zeros(2, "reserved")
  const { video, audio, pg, ig, secondaryAudio, secondaryVideo, pipPg, dolbyVision } = streams
  const counts = [video, audio, pg, ig, secondaryAudio, secondaryVideo, pipPg, dolbyVision].map((list) => list.length)
  w.bytes(Uint8Array.from(counts), "number_of_stream_entries").zeros(4, "reserved")
  w.each(video, "video", (stream) => writeStream(w, stream))
  w.each(audio, "audio", (stream) => writeStream(w, stream))
  w.each(pg, "PG_textST", (stream) => writeStream(w, stream))
  w.each(pipPg, "PiP_PG_textST", (stream) => writeStream(w, stream))
  w.each(ig, "IG", (stream) => writeStream(w, stream))
  w.each(secondaryAudio, "secondary_audio", (stream) => {
    writeStream(w, stream)
    writeRefs(w, stream.primaryAudioRefs, "primary_audio_ref")
  })
  w.each(secondaryVideo, "secondary_video", (stream) => {
    writeStream(w, stream)
    writeRefs(w, stream.secondaryAudioRefs, "secondary_audio_ref")
    writeRefs(w, stream.pipPgRefs, "PiP_PG_textST_ref")
  })
  w.each(dolbyVision, "DolbyVision", (stream) => writeStream(w, stream))
}

function writeStream(w: FieldWriter, { entry, attributes }: StnStream): void {
  w.sized(1, "stream_entry", () => writeStreamEntry(w, entry))
  writePlayListAttributes(w, attributes)
}

/** 9 bytes whatever the type. */
function writeStreamEntry(w: FieldWriter, entry: StreamEntry): void {
  const start = w.length
  switch (entry.type) {
    case "main-clip":
      w.u8(1, "type").u16(entry.pid, "ref_to_stream_PID")
      break
    case "sub-clip":
      w.u8(2, "type").u8(entry.subPathId, "ref_to_SubPath_id").u8(entry.subClipEntryId, "ref_to_subClip_entry_id")
      w.u16(entry.pid, "ref_to_stream_PID")
      break
    case "main-clip-sub-path":
    case "enhancement-layer":
      w.u8(entry.type === "enhancement-layer" ? 4 : 3, "type")
        .u8(entry.subPathId, "ref_to_SubPath_id")
        .u16(entry.pid, "ref_to_stream_PID")
      break
    case "unknown":
      w.u8(entry.streamType, "type")
  }
  w.zeros(9 - (w.length - start), "reserved")
}

function writeRefs(w: FieldWriter, refs: readonly number[], field: string): void {
  w.u8(refs.length, `number_of_${field}_entries`).zeros(1, "reserved").bytes(Uint8Array.from(refs), field)
  w.zeros(refs.length % 2, "reserved")
}

function writeSubPath(w: FieldWriter, path: SubPath): void {
  w.sized(4, "", () => {
    w.zeros(1, "reserved")
      .u8(path.subPathType, "SubPath_type")
      .u16(path.isRepeat ? 1 : 0, "is_repeat_SubPath")
      .zeros(1, "reserved")
    w.u8(path.items.length, "number_of_SubPlayItems")
    w.each(path.items, "SubPlayItem", (item) => writeSubPlayItem(w, item))
  })
}

function writeSubPlayItem(w: FieldWriter, item: SubPlayItem): void {
  w.sized(2, "", () => {
    const [first, ...others] = item.clips
    w.text(first.clipInformationFileName, "Clip_Information_file_name").text(first.clipCodecIdentifier, "Clip_codec_identifier")
    w.u32((item.connectionCondition << 1) | (others.length > 0 ? 1 : 0), "connection_condition").u8(first.stcId, "ref_to_STC_id")
    w.u32(item.inTime45k, "IN_time").u32(item.outTime45k, "OUT_time")
    w.u16(item.syncPlayItemId, "sync_PlayItem_id").u32(item.syncStartPts45k, "sync_start_PTS_of_PlayItem")
    if (others.length === 0) return
    w.u8(item.clips.length, "number_of_Clip_entries").zeros(1, "reserved")
    w.each(others, "Clip_entry", (clip) => writeClipRef(w, clip))
  })
}

function writeMark(w: FieldWriter, mark: PlayListMark): void {
  w.zeros(1, "reserved").u8(mark.markType, "mark_type").u16(mark.playItemId, "ref_to_PlayItem_id").u32(mark.time45k, "mark_time_stamp")
  w.u16(mark.entryEsPid ?? 0xffff, "entry_ES_PID").u32(mark.duration45k, "duration")
}
