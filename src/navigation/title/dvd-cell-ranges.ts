import { SECTOR_SIZE } from "../../base/index.ts"
import type { Cell, TitleSet } from "../../disc/dvd/index.ts"
import type { ByteRange } from "../../mpeg/segment.ts"
import type { VobuTimes } from "./vobu-times.ts"

/** An interleaved unit is at least a VOBU, 0.4 s: a cell of more than two hours in the smallest units. */
const MAX_PIECES = 20_000

/**
 * The bytes of a cell in the title set's VOBs. An interleaved cell's pieces come from the cell address table, or where that does not know
 * the cell, from one interleaved unit's navigation pack to the next. Empty when nothing of the cell lies inside `sectors`.
 */
export async function cellRanges(
  titleSet: TitleSet,
  cell: Cell,
  sectors: number,
  readVobu: (sector: number) => Promise<VobuTimes | null>,
): Promise<readonly ByteRange[]> {
  const last = Math.min(cell.lastSector, sectors - 1)
  if (cell.firstSector > last) return []
  if (!cell.interleaved) return [rangeOf(cell.firstSector, last)]
  const listed = (titleSet.cAdt?.cells ?? [])
    .filter((piece) => piece.vobId === cell.vobId && piece.cellId === cell.cellId)
    .filter((piece) => piece.startSector >= cell.firstSector && piece.startSector <= last && piece.lastSector >= piece.startSector)
    .sort((a, b) => a.startSector - b.startSector)
    .slice(0, MAX_PIECES)
  if (listed[0]?.startSector === cell.firstSector) {
    return joinRanges(listed.map((piece) => rangeOf(piece.startSector, Math.min(piece.lastSector, last))))
  }
  return joinRanges(await followUnits(cell.firstSector, last, readVobu))
}

async function followUnits(first: number, last: number, readVobu: (sector: number) => Promise<VobuTimes | null>): Promise<ByteRange[]> {
  const ranges: ByteRange[] = []
  for (let sector: number | null = first; sector !== null && sector <= last && ranges.length < MAX_PIECES; ) {
    const vobu: VobuTimes | null = await readVobu(sector)
    if (vobu === null || vobu.ilvuEnd === null) return ranges.length === 0 ? [rangeOf(first, last)] : ranges
    ranges.push(rangeOf(sector, Math.min(sector + vobu.ilvuEnd, last)))
    sector = vobu.nextIlvuStart === null ? null : sector + Math.max(vobu.nextIlvuStart, vobu.ilvuEnd + 1)
  }
  return ranges
}

const rangeOf = (first: number, last: number): ByteRange => ({ offset: first * SECTOR_SIZE, length: (last - first + 1) * SECTOR_SIZE })

/** Pieces that follow each other become one; a piece that reaches back into the one before is cut. */
function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: ByteRange[] = []
  for (const range of ranges) {
    const before = joined.at(-1)
    const end = before === undefined ? 0 : before.offset + before.length
    if (before === undefined || range.offset > end) joined.push(range)
    else joined[joined.length - 1] = { offset: before.offset, length: Math.max(end, range.offset + range.length) - before.offset }
  }
  return joined
}
