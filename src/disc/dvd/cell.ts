import { BitReader, type ByteReader, type Sector, sector } from "../../base/index.ts"
import { type DvdTime, readDvdTime } from "./time.ts"

export type BlockMode = "none" | "first" | "inside" | "last"

/** One cell of a program chain: its playback information and its position. Sectors count from the start of the title set's (or menu's) VOBs. */
export type Cell = {
  readonly blockMode: BlockMode
  /** `angle`: the cells from `first` to `last` of the block are angles 1, 2, ... of one stretch. */
  readonly blockType: "none" | "angle" | "reserved"
  /** Joins the cell before without a gap. */
  readonly seamlessPlay: boolean
  /** Its VOBUs stand in interleaved units with those of other cells. */
  readonly interleaved: boolean
  readonly stcDiscontinuity: boolean
  readonly seamlessAngle: boolean
  /** Each VOBU ends in a still. */
  readonly stillVobus: boolean
  /** Fast forward and backward are not to go through. */
  readonly restricted: boolean
  /** Karaoke: the role of the cell; 0 elsewhere. */
  readonly cellType: number
  /** Seconds after the last picture; 0: none; STILL_ENDLESS: until a key. */
  readonly stillTime: number
  /** Number of the cell command (from 1) that runs when the cell has ended. */
  readonly cellCommand: number | null
  readonly playbackTime: DvdTime
  readonly firstSector: Sector
  /** Last sector of the first interleaved unit; null outside interleaved cells. */
  readonly firstIlvuEndSector: Sector | null
  readonly lastVobuStartSector: Sector
  /** Belongs to the cell. */
  readonly lastSector: Sector
  /** null where the chain has no cell position table. */
  readonly vobId: number | null
  readonly cellId: number | null
}

type CellPlayback = Omit<Cell, "vobId" | "cellId">
type CellPosition = { readonly vobId: number; readonly cellId: number }

export const STILL_ENDLESS = 0xff
export const CELL_PLAYBACK_SIZE = 24
export const CELL_POSITION_SIZE = 4
export const BLOCK_MODES: readonly BlockMode[] = ["none", "first", "inside", "last"]
const BLOCK_TYPES = ["none", "angle", "reserved", "reserved"] as const

/** Cell playback information; layout: libdvdread `cell_playback_t`. */
export function readCellPlayback(item: ByteReader): CellPlayback {
  const bits = new BitReader(item.bytes(2, "cellCategory"), item.path)
  const category = {
    blockMode: BLOCK_MODES[bits.bits(2, "cellBlockMode")] ?? "none",
    blockType: BLOCK_TYPES[bits.bits(2, "cellBlockType")] ?? "none",
    seamlessPlay: bits.flag("seamlessPlay"),
    interleaved: bits.flag("interleaved"),
    stcDiscontinuity: bits.flag("stcDiscontinuity"),
    seamlessAngle: bits.flag("seamlessAngle"),
  }
  bits.skip(1, "reserved")
  const stillVobus = bits.flag("playbackMode")
  const restricted = bits.flag("restricted")
  const cellType = bits.bits(5, "cellType")
  const stillTime = item.u8("stillTime")
  const cellCommand = item.u8("cellCommand")
  const playbackTime = readDvdTime(item, "cellPlaybackTime")
  const firstSector = sector(item.u32("firstSector"))
  const firstIlvuEndSector = item.u32("firstIlvuEndSector")
  const lastVobuStartSector = sector(item.u32("lastVobuStartSector"))
  const lastSector = sector(item.u32("lastSector"))
  if (lastSector < firstSector) throw item.error("damaged", "lastSector", `${lastSector}, before the first sector ${firstSector}`)
  return {
    ...category,
    stillVobus,
    restricted,
    cellType,
    stillTime,
    cellCommand: cellCommand === 0 ? null : cellCommand,
    playbackTime,
    firstSector,
    firstIlvuEndSector: firstIlvuEndSector === 0 ? null : sector(firstIlvuEndSector),
    lastVobuStartSector,
    lastSector,
  }
}

/** Cell position information; layout: libdvdread `cell_position_t`. */
export function readCellPosition(item: ByteReader): CellPosition {
  const vobId = item.u16("vobId")
  item.skip(1, "reserved")
  return { vobId, cellId: item.u8("cellId") }
}
