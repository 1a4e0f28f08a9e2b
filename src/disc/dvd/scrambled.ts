import { DiscError, type ReadOptions, SECTOR_SIZE, type Source } from "../../base/index.ts"
import type { ProtectionMark } from "../disc-info.ts"
import { cellRuns, type DvdTitle, titleCells } from "./title.ts"

/** Places looked at, spread over the title: one scrambled cell after a clear logo is found, and a far away disc is not read through. */
const PLACES = 8
/** CSS leaves many packs of a scrambled title clear; in 16 in a row (32 KiB) there was always one that was not. */
const SECTORS_PER_PLACE = 16

const SCRAMBLED: ProtectionMark = { kind: "css", detail: "scrambled packets (CSS)" }

/**
 * `vobs`: the title VOBs of the title's set as one run of bytes. Looks for scrambled packs at several places of the title. True as soon as one is found; false when none is, also where the VOBs are
 * not there. At most 8 reads of 32 KiB. What is found joins the disc's marks.
 * @throws DiscError what the source throws, but for sectors that cannot be read
 */
export async function isDvdTitleScrambled(title: DvdTitle, vobs: Source, options?: ReadOptions): Promise<boolean> {
  for (const first of placesToLook(title)) {
    const bytes = await vobs.read(first * SECTOR_SIZE, SECTORS_PER_PLACE * SECTOR_SIZE, options).catch(unreadable)
    for (let at = 0; at + SECTOR_SIZE <= bytes.length; at += SECTOR_SIZE) {
      if (!isPackScrambled(bytes.subarray(at, at + SECTOR_SIZE))) continue
      title.protection.add(SCRAMBLED)
      return true
    }
  }
  return false
}

/** So many cells, and their beginnings are spread well enough over the title. */
const ENOUGH_CELLS = 4

/** First sectors of the places: where cells begin, which whoever plays the title reads anyway; of few cells, at the same distance from one another. */
function placesToLook(title: DvdTitle): number[] {
  const cells = titleCells(title)
  if (cells.length >= ENOUGH_CELLS) {
    const step = Math.max(1, cells.length / PLACES)
    const count = Math.min(cells.length, PLACES)
    const starts = Array.from({ length: count }, (_, index) => cells[Math.floor(index * step)]?.cell.firstSector)
    return [...new Set(starts.filter((sector) => sector !== undefined))]
  }
  return spreadPlaces(title)
}

function spreadPlaces(title: DvdTitle): number[] {
  const runs = titleCells(title).flatMap(({ cell }) => cellRuns(title.titleSet, cell))
  const total = runs.reduce((sum, { firstSector, lastSector }) => sum + lastSector - firstSector + 1, 0)
  const wanted = Array.from({ length: PLACES }, (_, index) => Math.floor((index * total) / PLACES))
  const places: number[] = []
  let before = 0
  for (const { firstSector, lastSector } of runs) {
    const length = lastSector - firstSector + 1
    while (places.length < wanted.length) {
      const into = (wanted[places.length] ?? 0) - before
      if (into >= length) break
      places.push(firstSector + into)
    }
    before += length
  }
  return [...new Set(places)]
}

/** A bad sector says nothing of scrambling; the other places do. */
function unreadable(error: unknown): Uint8Array {
  if (error instanceof DiscError && error.code === "read-failed") return new Uint8Array(0)
  throw error
}

const PACK_HEADER_SIZE = 14
const PES_FLAGS = 6

/**
 * PES_scrambling_control of the first packet of a 2048-byte pack, ISO/IEC 13818-1 2.4.3.7: the flags byte begins with '10', the next two bits
 * are 0 in clear packets. Navigation packs, which begin with a system header, and padding have no such byte and are never scrambled.
 */
export function isPackScrambled(pack: Uint8Array): boolean {
  const packet = PACK_HEADER_SIZE + ((pack[13] ?? 0) & 7)
  if (startCode(pack, 0) !== 0xba || !hasPesFlags(startCode(pack, packet))) return false
  const flags = pack[packet + PES_FLAGS] ?? 0
  return (flags & 0xc0) === 0x80 && (flags & 0x30) !== 0
}

/** Video, MPEG audio and private stream 1. */
const hasPesFlags = (streamId: number | null): boolean => streamId === 0xbd || (streamId !== null && streamId >= 0xc0 && streamId <= 0xef)

function startCode(bytes: Uint8Array, at: number): number | null {
  return bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 ? (bytes[at + 3] ?? null) : null
}
