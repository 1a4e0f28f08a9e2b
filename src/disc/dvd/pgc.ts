import type { ByteReader } from "../../base/index.ts"
import { CELL_PLAYBACK_SIZE, CELL_POSITION_SIZE, type Cell, readCellPlayback, readCellPosition } from "./cell.ts"
import { type CommandTable, NO_COMMANDS, parseCommandTable } from "./command-table.ts"
import { type DvdTime, readDvdTime } from "./time.ts"

/** A program chain. Numbers of programs, cells, commands and chains count from 1; `cells[0]` is cell 1. */
export type Pgc = {
  readonly playbackTime: DvdTime
  /** Bit n set: user operation n is forbidden. Names: `USER_OPERATIONS`. */
  readonly prohibitedOps: number
  /** By the player's audio stream number (0 to 7); null: not available here. */
  readonly audioControl: readonly (AudioControl | null)[]
  /** By the player's sub-picture stream number (0 to 31); null: not available here. */
  readonly subpictureControl: readonly (SubpictureControl | null)[]
  readonly nextPgcNr: number | null
  readonly prevPgcNr: number | null
  /** `resume`: back to where the title was left (menus). */
  readonly goUpPgcNr: number | "resume" | null
  readonly playbackMode: PlaybackMode
  /** Seconds after the last cell; 0: none; STILL_ENDLESS: until a key. */
  readonly stillTime: number
  /** 16 colours, 0x00YYCrCb. */
  readonly palette: readonly number[]
  readonly commands: CommandTable
  /** First cell of each program. */
  readonly programMap: readonly number[]
  readonly cells: readonly Cell[]
}

/** The stream in the packs that a player's audio stream number means. */
export type AudioControl = { readonly streamNumber: number }
/** The stream in the packs, by how the picture is shown. */
export type SubpictureControl = {
  readonly fourByThree: number
  readonly wide: number
  readonly letterbox: number
  readonly panScan: number
}
/** Random and shuffle: `programs` programs are drawn and played, then the chain ends. */
export type PlaybackMode = { readonly order: "sequential" } | { readonly order: "random" | "shuffle"; readonly programs: number }

/** Names by bit of `prohibitedOps`; libdvdread `user_ops_t`. */
export const USER_OPERATIONS = [
  "title-or-time-play",
  "chapter-search-or-play",
  "title-play",
  "stop",
  "go-up",
  "time-or-chapter-search",
  "previous-or-top-program-search",
  "next-program-search",
  "forward-scan",
  "backward-scan",
  "title-menu-call",
  "root-menu-call",
  "subpicture-menu-call",
  "audio-menu-call",
  "angle-menu-call",
  "chapter-menu-call",
  "resume",
  "button-select-or-activate",
  "still-off",
  "pause-on",
  "audio-stream-change",
  "subpicture-stream-change",
  "angle-change",
  "karaoke-audio-mode-change",
  "video-presentation-mode-change",
] as const

export const PGC_SIZE = 236
const AUDIO_STREAMS = 8
const SUBPICTURE_STREAMS = 32
const COLOURS = 16
const GO_UP_RESUME = 0xffff

/** Program chain information; layout: libdvdread `pgc_t`. `pgc` begins at the chain and ends with the table that holds it. */
export function parsePgc(pgc: ByteReader): Pgc {
  const head = pgc.window(PGC_SIZE, "pgc")
  head.skip(2, "reserved")
  const nrOfPrograms = head.u8("nrOfPrograms")
  const nrOfCells = head.u8("nrOfCells")
  const playbackTime = readDvdTime(head, "pgcPlaybackTime")
  const prohibitedOps = head.u32("prohibitedOps") & 0x1ffffff
  const audioControl = head.list(AUDIO_STREAMS, 2, "audioControl", readAudioControl)
  const subpictureControl = head.list(SUBPICTURE_STREAMS, 4, "subpictureControl", readSubpictureControl)
  const nextPgcNr = numberOrNull(head.u16("nextPgcNr"))
  const prevPgcNr = numberOrNull(head.u16("prevPgcNr"))
  const goUpPgcNr = head.u16("goUpPgcNr")
  const playbackMode = decodePlaybackMode(head.u8("pgPlaybackMode"))
  const stillTime = head.u8("stillTime")
  const palette = head.list(COLOURS, 4, "palette", (item) => item.u32("palette") & 0xffffff)
  const commandTblOffset = head.u16("commandTblOffset")
  const programMapOffset = head.u16("programMapOffset")
  const cellPlaybackOffset = head.u16("cellPlaybackOffset")
  const cellPositionOffset = head.u16("cellPositionOffset")
  const cells = parseCells(pgc, nrOfCells, cellPlaybackOffset, cellPositionOffset)
  return {
    playbackTime,
    prohibitedOps,
    audioControl,
    subpictureControl,
    nextPgcNr,
    prevPgcNr,
    goUpPgcNr: goUpPgcNr === GO_UP_RESUME ? "resume" : numberOrNull(goUpPgcNr),
    playbackMode,
    stillTime,
    palette,
    commands: commandTblOffset === 0 ? NO_COMMANDS : parseCommandTable(pgc.from(commandTblOffset, "commandTblOffset")),
    programMap: parseProgramMap(pgc, nrOfPrograms, programMapOffset, cells.length),
    cells,
  }
}

function parseCells(pgc: ByteReader, count: number, playbackOffset: number, positionOffset: number): Cell[] {
  if (count === 0 || playbackOffset === 0) return []
  const playback = pgc.from(playbackOffset, "cellPlaybackOffset").list(count, CELL_PLAYBACK_SIZE, "cellPlayback", readCellPlayback)
  const positions =
    positionOffset === 0
      ? []
      : pgc.from(positionOffset, "cellPositionOffset").list(count, CELL_POSITION_SIZE, "cellPosition", readCellPosition)
  return playback.map((cell, index) => ({ ...cell, ...(positions[index] ?? { vobId: null, cellId: null }) }))
}

function parseProgramMap(pgc: ByteReader, count: number, offset: number, nrOfCells: number): number[] {
  if (count === 0 || offset === 0) return []
  const map = pgc.from(offset, "programMapOffset")
  return map.list(count, 1, "programMap", (item) => {
    const cell = item.u8("programMap")
    if (cell < 1 || cell > nrOfCells) throw item.error("damaged", "programMap", `cell ${cell} of ${nrOfCells}`)
    return cell
  })
}

function readAudioControl(item: ByteReader): AudioControl | null {
  const value = item.u16("audioControl")
  return value & 0x8000 ? { streamNumber: (value >> 8) & 7 } : null
}

function readSubpictureControl(item: ByteReader): SubpictureControl | null {
  const value = item.u32("subpictureControl")
  if (value >>> 31 === 0) return null
  return { fourByThree: (value >>> 24) & 0x1f, wide: (value >>> 16) & 0x1f, letterbox: (value >>> 8) & 0x1f, panScan: value & 0x1f }
}

function decodePlaybackMode(value: number): PlaybackMode {
  if (value === 0) return { order: "sequential" }
  return { order: value & 0x80 ? "shuffle" : "random", programs: (value & 0x7f) + 1 }
}

const numberOrNull = (value: number): number | null => (value === 0 ? null : value)
