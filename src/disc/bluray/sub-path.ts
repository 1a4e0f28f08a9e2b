import type { ByteReader } from "../../base/index.ts"
import { type ClipRef, readClipName, readClipRef } from "./play-item.ts"

/** SubPath_type. 0, 1 and 11 and above are reserved. */
export type SubPathType =
  | "browsable-slideshow-audio"
  | "ig-menu"
  | "text-subtitle"
  | "out-of-mux-synchronous"
  | "out-of-mux-asynchronous-pip"
  | "in-mux-synchronous-pip"
  | "stereoscopic-video"
  | "stereoscopic-ig-menu"
  | "dolby-vision-enhancement-layer"
  | "reserved"

const SUB_PATH_TYPES: readonly SubPathType[] = [
  "reserved",
  "reserved",
  "browsable-slideshow-audio",
  "ig-menu",
  "text-subtitle",
  "out-of-mux-synchronous",
  "out-of-mux-asynchronous-pip",
  "in-mux-synchronous-pip",
  "stereoscopic-video",
  "stereoscopic-ig-menu",
  "dolby-vision-enhancement-layer",
]

export type SubPath = {
  readonly type: SubPathType
  /** The number on the disc, for types that this page has no name for. */
  readonly subPathType: number
  readonly isRepeat: boolean
  readonly items: readonly SubPlayItem[]
}

export type SubPlayItem = {
  /** `clips[0]` is the item's own; a stream entry's `subClipEntryId` picks one. */
  readonly clips: readonly [ClipRef, ...ClipRef[]]
  readonly connectionCondition: number
  readonly inTime45k: number
  readonly outTime45k: number
  /** The play item (from 0) beside which it begins. */
  readonly syncPlayItemId: number
  /** When in that play item, on the play item's clock, 45 kHz. */
  readonly syncStartPts45k: number
}

/** Bytes of SubPlayItem() behind its length, with one clip. */
const ONE_CLIP_SIZE = 28
const CLIP_REF_SIZE = 10

/** SubPath(). Layout: libbluray `_parse_subpath`. */
export function readSubPath(reader: ByteReader): SubPath {
  const body = reader.window(reader.u32("SubPath.length"), "SubPath")
  body.skip(1, "reserved")
  const subPathType = body.u8("SubPath_type")
  const isRepeat = (body.u16("is_repeat_SubPath") & 1) !== 0
  body.skip(1, "reserved")
  const count = body.u8("number_of_SubPlayItems")
  const items = Array.from({ length: count }, () => readSubPlayItem(body))
  return { type: SUB_PATH_TYPES[subPathType] ?? "reserved", subPathType, isRepeat, items }
}

function readSubPlayItem(reader: ByteReader): SubPlayItem {
  const item = reader.window(reader.u16("SubPlayItem.length"), "SubPlayItem")
  const clipInformationFileName = readClipName(item)
  const clipCodecIdentifier = item.ascii(4, "Clip_codec_identifier")
  const flags = item.u32("connection_condition")
  const first = { clipInformationFileName, clipCodecIdentifier, stcId: item.u8("ref_to_STC_id") }
  const inTime45k = item.u32("IN_time")
  const outTime45k = item.u32("OUT_time")
  const syncPlayItemId = item.u16("sync_PlayItem_id")
  const syncStartPts45k = item.u32("sync_start_PTS_of_PlayItem")
  const others = flags & 1 ? readOtherClips(item) : []
  return {
    clips: [first, ...others],
    connectionCondition: (flags >> 1) & 0x0f,
    inTime45k,
    outTime45k,
    syncPlayItemId,
    syncStartPts45k,
  }
}

function readOtherClips(item: ByteReader): readonly ClipRef[] {
  const count = Math.max(1, item.u8("number_of_Clip_entries"))
  // tsMuxer reads a reserved byte here, libbluray does not: the length of the item tells which its author wrote.
  if (item.length !== ONE_CLIP_SIZE + 1 + (count - 1) * CLIP_REF_SIZE) item.skip(1, "reserved")
  return item.list(count - 1, CLIP_REF_SIZE, "Clip_entries", readClipRef)
}
