import { type Ticks, ticks } from "../../base/index.ts"
import { type Cell, type DvdDisc, type Pgc, ticksFromDvdTime, titleSetOf } from "../../disc/dvd/index.ts"
import { currentPgc } from "./chains.ts"
import type { DvdState } from "./state.ts"
import { vobuAround, vobuMap } from "./vobu.ts"

/** A VOBU to begin at: the cell's number in its chain, and sectors from the cell's first. */
export type CellPlace = { readonly cell: number; readonly block: number }

/** Of an angle block only its first cell counts in a chain's length. */
const counts = ({ blockType, blockMode }: Cell): boolean => blockType !== "angle" || blockMode === "first"

/** When a cell begins, from the chain's start. */
export function cellStartTicks(pgc: Pgc, cell: number): Ticks {
  const before = pgc.cells.slice(0, Math.max(0, cell - 1)).filter(counts)
  const own = pgc.cells[cell - 1]
  const last = before.at(-1)
  const total = before.reduce((sum, { playbackTime }) => sum + ticksFromDvdTime(playbackTime), 0)
  // Higher angles begin when their block does.
  return ticks(own !== undefined && !counts(own) && last !== undefined ? total - ticksFromDvdTime(last.playbackTime) : total)
}

/**
 * The VOBU to begin reading at for a time of the chain: at it or up to one unit of the time map before it, so that the caller reads on to
 * the right one. null: the chain is not that long.
 */
export function placeOfTime(dvd: DvdDisc, state: DvdState, time: Ticks): CellPlace | null {
  const pgc = currentPgc(dvd, state)
  if (pgc === null || time < 0) return null
  let start = 0
  for (const [index, cell] of pgc.cells.entries()) {
    if (!counts(cell)) continue
    const length = ticksFromDvdTime(cell.playbackTime)
    if (time < start + length) return placeInCell(dvd, state, cell, index + 1, { time, start, length })
    start += length
  }
  return null
}

function placeInCell(
  dvd: DvdDisc,
  state: DvdState,
  cell: Cell,
  number: number,
  { time, start, length }: { time: number; start: number; length: number },
): CellPlace {
  const map = state.domain === "title" ? titleSetOf(dvd, state.titleSet)?.tmapti?.maps[state.pgcn - 1] : undefined
  const entry = map === undefined || map.unitSeconds === 0 ? undefined : map.entries[Math.floor(time / (map.unitSeconds * 90_000)) - 1]
  const isUsable = entry !== undefined && entry.sector >= cell.firstSector && entry.sector <= cell.lastSector
  if (isUsable) return { cell: number, block: entry.sector - cell.firstSector }
  // The map begins with its second unit, and menus have none: by the share of the time.
  const share = map === undefined ? Math.floor(((time - start) * (cell.lastSector - cell.firstSector + 1)) / Math.max(1, length)) : 0
  return { cell: number, block: blockOfSector(dvd, state, cell, cell.firstSector + share) }
}

/** The start of the VOBU that a sector of the cell is in, counted from the cell's first sector. */
function blockOfSector(dvd: DvdDisc, state: DvdState, cell: Cell, sector: number): number {
  const map = vobuMap(dvd, state)
  const start = map === null ? null : vobuAround(map, sector).start
  return start === null ? 0 : Math.max(0, start - cell.firstSector)
}

/** A chain's sectors, counted through its cells: where `sector` (of the VOBs) of cell `cell` is, and how many there are. */
export function sectorPosition(pgc: Pgc, cell: number, sector: number): { readonly position: number; readonly length: number } {
  let [position, start, length] = [0, 0, 0]
  for (const [index, entry] of pgc.cells.entries()) {
    if (counts(entry)) {
      start = length
      length += entry.lastSector - entry.firstSector + 1
    }
    // All angles of a block begin where the first does.
    if (index + 1 === cell) position = start + sector - entry.firstSector
  }
  return { position, length }
}

/**
 * The VOBU for a position among the chain's sectors; null: past its end. Forward from `from` (sector of the VOBs in the state's cell) it is
 * a later VOBU than that one's, but in the last VOBU of all.
 */
export function placeOfPosition(dvd: DvdDisc, state: DvdState, position: number, from: number): CellPlace | null {
  const pgc = currentPgc(dvd, state)
  const map = vobuMap(dvd, state)
  if (pgc === null || map === null || position < 0) return null
  const current = sectorPosition(pgc, state.cell, from).position
  let left = position
  for (const [index, cell] of pgc.cells.entries()) {
    if (!counts(cell)) continue
    const length = cell.lastSector - cell.firstSector + 1
    if (left >= length) {
      left -= length
      continue
    }
    const { start, next } = vobuAround(map, cell.firstSector + left)
    const isStuck = position > current && index + 1 === state.cell && start !== null && start <= from
    const sector = isStuck ? (next ?? start) : start
    if (sector === null) return null
    if (sector > cell.lastSector) return index + 2 > pgc.cells.length ? null : { cell: index + 2, block: 0 }
    return { cell: index + 1, block: Math.max(0, sector - cell.firstSector) }
  }
  return null
}
