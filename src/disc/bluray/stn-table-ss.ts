import type { ByteReader } from "../../base/index.ts"
import type { PlayItem } from "./play-item.ts"
import { readStreamEntry, type StreamEntry } from "./stn-table.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"

/** The 3D streams of one play item, beside those of its STN table. */
export type StnTableSs = {
  /** Menus keep one depth while a pop-up menu is shown. */
  readonly fixedOffsetDuringPopUp: boolean
  /** One for each primary video stream: the dependent view (MVC). */
  readonly dependentViews: readonly DependentView[]
  /** One for each PG and text subtitle stream. */
  readonly pg: readonly PgSs[]
  /** One for each IG stream. */
  readonly ig: readonly IgSs[]
}

type DependentView = {
  readonly entry: StreamEntry
  readonly attributes: StreamAttributes
  readonly numberOfOffsetSequences: number
}

type PgSs = {
  /** The offset sequence of the dependent view that gives the depth; null: flat. */
  readonly offsetSequenceId: number | null
  readonly dialogRegionOffsetValid: boolean
  /** Streams of its own for each eye, or for the upper or lower edge of an anamorphic picture. */
  readonly stereoscopic: StereoscopicPair | null
  readonly topAligned: AlignedEntry | null
  readonly bottomAligned: AlignedEntry | null
}

type StereoscopicPair = {
  readonly leftEye: StreamEntry
  readonly rightEye: StreamEntry
  readonly offsetSequenceId: number | null
}

type AlignedEntry = { readonly entry: StreamEntry; readonly offsetSequenceId: number | null }

type IgSs = {
  readonly offsetSequenceId: number | null
  /** Signed depth while no video is shown. */
  readonly planeOffsetDuringBackgroundVideo: number
  readonly stereoscopic: StereoscopicPair | null
}

const NO_OFFSET_SEQUENCE = 0xff

/**
 * STN_table_SS(), extension 2.1 of a playlist: one table for each play item. Layout: tsMuxer `parseStnTableSS`; the IG part, which tsMuxer
 * leaves out, is as MPC-BE's HdmvClipInfo reads it.
 */
export function readStnTablesSs(block: ByteReader, items: readonly PlayItem[]): readonly StnTableSs[] {
  return items.map((item) => readTable(block.window(block.u16("STN_table_SS.length"), "STN_table_SS"), item))
}

function readTable(table: ByteReader, item: PlayItem): StnTableSs {
  const fixedOffsetDuringPopUp = (table.u16("Fixed_offset_during_PopUp_flag") & 0x8000) !== 0
  return {
    fixedOffsetDuringPopUp,
    dependentViews: item.streams.video.map(() => ({
      entry: readStreamEntry(table),
      attributes: readStreamAttributes(table, "playlist"),
      numberOfOffsetSequences: table.u16("number_of_offset_sequences") & 0x3f,
    })),
    pg: item.streams.pg.map(() => readPg(table)),
    ig: item.streams.ig.map(() => readIg(table)),
  }
}

function readPg(table: ByteReader): PgSs {
  const offsetSequenceId = readOffsetSequenceId(table)
  const flags = table.u8("is_SS_PG")
  return {
    offsetSequenceId,
    dialogRegionOffsetValid: (flags & 8) !== 0,
    stereoscopic: flags & 4 ? readPair(table) : null,
    topAligned: flags & 2 ? readAligned(table) : null,
    bottomAligned: flags & 1 ? readAligned(table) : null,
  }
}

function readIg(table: ByteReader): IgSs {
  const offsetSequenceId = readOffsetSequenceId(table)
  const direction = table.u16("IG_Plane_offset_during_BB_video")
  const isStereoscopic = (table.u8("is_SS_IG") & 1) !== 0
  // The top bit is the direction, the bits below it the distance.
  const distance = (direction >> 8) & 0x7f
  return {
    offsetSequenceId,
    planeOffsetDuringBackgroundVideo: direction & 0x8000 ? -distance : distance,
    stereoscopic: isStereoscopic ? readPair(table) : null,
  }
}

function readPair(table: ByteReader): StereoscopicPair {
  const leftEye = readStreamEntry(table)
  const rightEye = readStreamEntry(table)
  table.skip(1, "reserved")
  return { leftEye, rightEye, offsetSequenceId: readOffsetSequenceId(table) }
}

function readAligned(table: ByteReader): AlignedEntry {
  const entry = readStreamEntry(table)
  table.skip(1, "reserved")
  return { entry, offsetSequenceId: readOffsetSequenceId(table) }
}

function readOffsetSequenceId(table: ByteReader): number | null {
  const id = table.u8("offset_sequence_id_ref")
  return id === NO_OFFSET_SEQUENCE ? null : id
}
