import type { ByteReader, Sector } from "../../base/index.ts"
import { sector } from "../../base/index.ts"
import { MAX_TITLE_SETS } from "./vmgi-mat.ts"

/** The titles of the disc as a player numbers them: `titles[0]` is title 1. */
export type TtSrpt = { readonly titles: readonly TitleSearchPointer[] }

export type TitleSearchPointer = {
  readonly playbackType: PlaybackType
  readonly nrOfAngles: number
  readonly nrOfPtts: number
  /** Bit per parental level. */
  readonly parentalIdMask: number
  readonly titleSetNr: number
  readonly vtsTtn: number
  /** First sector of the title set on the disc, from the start of the volume. */
  readonly titleSetSector: Sector
}

/** libdvdread `playback_type_t`. */
export type PlaybackType = {
  /** false: one program chain, played in order. */
  readonly multiOrRandomPgc: boolean
  readonly jumpsInCellCommands: boolean
  readonly jumpsInPrePostCommands: boolean
  readonly jumpsInButtonCommands: boolean
  readonly jumpsInTitleDomain: boolean
  /** User operations 1 and 0 are forbidden. */
  readonly chapterSearchOrPlayForbidden: boolean
  readonly titleOrTimePlayForbidden: boolean
}

const TITLE_SIZE = 12

/** Title search pointer table; layout: libdvdread `tt_srpt_t`. */
export function parseTtSrpt(table: ByteReader): TtSrpt {
  const count = table.u16("nrOfSrpts")
  if (count === 0) throw table.error("damaged", "nrOfSrpts", "no titles")
  table.skip(2, "reserved")
  const lastByte = table.u32("lastByte")
  // Discs with a count that is larger than the table are cut to what is there, as libdvdread does.
  const fitting = Math.min(count, Math.floor(Math.max(0, lastByte + 1 - 8) / TITLE_SIZE))
  if (fitting === 0) throw table.error("damaged", "lastByte", `${lastByte}, too small for ${count} titles`)
  return { titles: table.list(fitting, TITLE_SIZE, "titles", readTitle) }
}

function readTitle(item: ByteReader): TitleSearchPointer {
  const playbackType = decodePlaybackType(item.u8("playbackType"))
  const nrOfAngles = item.u8("nrOfAngles")
  const nrOfPtts = item.u16("nrOfPtts")
  const parentalIdMask = item.u16("parentalIdMask")
  const titleSetNr = item.u8("titleSetNr")
  if (titleSetNr < 1 || titleSetNr > MAX_TITLE_SETS) throw item.error("damaged", "titleSetNr", `${titleSetNr}; title sets are 1 to 99`)
  const vtsTtn = item.u8("vtsTtn")
  if (vtsTtn === 0) throw item.error("damaged", "vtsTtn", "0; titles of a title set count from 1")
  return { playbackType, nrOfAngles, nrOfPtts, parentalIdMask, titleSetNr, vtsTtn, titleSetSector: sector(item.u32("titleSetSector")) }
}

function decodePlaybackType(byte: number): PlaybackType {
  const bit = (mask: number) => (byte & mask) !== 0
  return {
    multiOrRandomPgc: bit(0x40),
    jumpsInCellCommands: bit(0x20),
    jumpsInPrePostCommands: bit(0x10),
    jumpsInButtonCommands: bit(0x08),
    jumpsInTitleDomain: bit(0x04),
    chapterSearchOrPlayForbidden: bit(0x02),
    titleOrTimePlayForbidden: bit(0x01),
  }
}
