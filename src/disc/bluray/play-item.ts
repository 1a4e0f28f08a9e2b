import type { ByteReader } from "../../base/index.ts"
import { readStnTable, type StnTable, type StnTableCache } from "./stn-table.ts"
import { readUserOperationMask, type UserOperationMask } from "./user-operation-mask.ts"

/** A clip as a play item or sub play item names it. */
export type ClipRef = {
  /** Five digits: `00001` for /BDMV/STREAM/00001.m2ts and /BDMV/CLIPINF/00001.clpi. */
  readonly clipInformationFileName: string
  /** `M2TS`; `FMTS` on some UHD discs. */
  readonly clipCodecIdentifier: string
  /** Which STC sequence of the clip the times belong to. */
  readonly stcId: number
}

export type PlayItem = {
  /** `angles[0]` is angle 1: the play item's own clip. */
  readonly angles: readonly [ClipRef, ...ClipRef[]]
  readonly isMultiAngle: boolean
  /** 1: not seamless; 5: seamless on a clean break; 6: seamless, the ATC goes on. */
  readonly connectionCondition: number
  /** On the clip's clock, 45 kHz, up to 2^32. */
  readonly inTime45k: number
  readonly outTime45k: number
  readonly userOperationMask: UserOperationMask
  /** The user must not jump into the middle. */
  readonly randomAccessFlag: boolean
  readonly still: Still
  /** The angles' audio differs. */
  readonly isDifferentAudios: boolean
  readonly isSeamlessAngleChange: boolean
  readonly streams: StnTable
}

/** What happens on the last picture of a play item. */
export type Still =
  | { readonly mode: "none" }
  /** `seconds` long. */
  | { readonly mode: "finite"; readonly seconds: number }
  | { readonly mode: "infinite" }

/** PlayItem(). Layout: libbluray `_parse_playitem`. */
export function readPlayItem(reader: ByteReader, cache: StnTableCache): PlayItem {
  const item = reader.window(reader.u16("PlayItem.length"), "PlayItem")
  const clipInformationFileName = readClipName(item)
  const clipCodecIdentifier = item.ascii(4, "Clip_codec_identifier")
  const flags = item.u16("connection_condition")
  const isMultiAngle = (flags & 0x10) !== 0
  const first = { clipInformationFileName, clipCodecIdentifier, stcId: item.u8("ref_to_STC_id") }
  const inTime45k = item.u32("IN_time")
  const outTime45k = item.u32("OUT_time")
  if (outTime45k < inTime45k) throw item.error("damaged", "OUT_time", `${outTime45k} lies before the in time ${inTime45k}`)
  const userOperationMask = readUserOperationMask(item)
  const randomAccessFlag = (item.u8("PlayItem_random_access_flag") & 0x80) !== 0
  const still = readStill(item)
  const { others, angleFlags } = isMultiAngle ? readOtherAngles(item) : { others: [], angleFlags: 0 }
  return {
    angles: [first, ...others],
    isMultiAngle,
    connectionCondition: flags & 0x0f,
    inTime45k,
    outTime45k,
    userOperationMask,
    randomAccessFlag,
    still,
    isDifferentAudios: (angleFlags & 2) !== 0,
    isSeamlessAngleChange: (angleFlags & 1) !== 0,
    streams: readStnTable(item, cache),
  }
}

function readStill(item: ByteReader): Still {
  const mode = item.u8("still_mode")
  const seconds = item.u16("still_time")
  switch (mode) {
    case 1:
      return { mode: "finite", seconds }
    case 2:
      return { mode: "infinite" }
    // Other values are reserved; libbluray plays on.
    default:
      return { mode: "none" }
  }
}

function readOtherAngles(item: ByteReader): { others: readonly ClipRef[]; angleFlags: number } {
  const count = item.u8("number_of_angles")
  const angleFlags = item.u8("is_different_audios")
  return { others: item.list(Math.max(0, count - 1), 10, "angle", readClipRef), angleFlags }
}

/** A further clip: of another angle, or of a sub play item with several. Ten bytes. */
export function readClipRef(entry: ByteReader): ClipRef {
  return {
    clipInformationFileName: readClipName(entry),
    clipCodecIdentifier: entry.ascii(4, "Clip_codec_identifier"),
    stcId: entry.u8("ref_to_STC_id"),
  }
}

/** It becomes part of a path, so nothing but five digits may pass. */
export function readClipName(entry: ByteReader): string {
  const name = entry.ascii(5, "Clip_Information_file_name")
  if (!/^\d{5}$/.test(name)) throw entry.error("damaged", "Clip_Information_file_name", "is not five digits")
  return name
}
