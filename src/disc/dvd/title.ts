import { DiscError, SECTOR_SIZE, type Sector, type Ticks, ticks } from "../../base/index.ts"
import type { ProtectionMarks } from "../protection-marks.ts"
import type { Cell } from "./cell.ts"
import { type DvdDisc, type TitleSet, titleSetOf } from "./dvd-disc.ts"
import type { Pgc } from "./pgc.ts"
import type { Pgcit } from "./pgcit.ts"
import { ticksFromDvdTime } from "./time.ts"
import type { PartOfTitle } from "./vts-ptt-srpt.ts"

/** A title as a player calls it: TT_SRPT's number, and where its chapters and program chains are. */
export type DvdTitle = {
  readonly number: number
  readonly titleSet: TitleSet
  readonly titleInSet: number
  /** At least 1. */
  readonly angles: number
  /** `parts[0]` is chapter 1. */
  readonly parts: readonly PartOfTitle[]
  /** The program chains it is played through, in order. Of chains for several parental levels, the one that chapters or links name. */
  readonly chains: readonly TitleChain[]
  /** The disc's: where looking into the title's packets notes what it finds. */
  readonly protection: ProtectionMarks
}

export type TitleChain = { readonly pgcn: number; readonly pgc: Pgc }

/** One cell of a title in the order of playing; times are the IFO's, from the title's start. */
export type TitleCell = {
  readonly pgcn: number
  /** From 1, in its chain. */
  readonly cellNumber: number
  readonly cell: Cell
  readonly start: Ticks
  readonly duration: Ticks
}

/** `cell` is an index into the title's cells; null where the chapter's program is not there. */
export type TitleChapter = { readonly start: Ticks; readonly duration: Ticks; readonly cell: number | null }

/** A run of sectors of the title VOBs; `lastSector` belongs to it. */
export type SectorRun = { readonly firstSector: Sector; readonly lastSector: Sector }

/** The numbers that a title has on the disc. */
export type TitleNumber = { readonly number: number; readonly titleSet: number; readonly titleInSet: number; readonly angles: number }

/** A chain has up to 255 cells and a title few chains; more would only serve to fill memory. */
const MAX_TITLE_CELLS = 20_000

/**
 * The disc's titles in their order. Where the table of titles is lost, they are counted from the title sets' own tables of chapters,
 * which are in the same order on discs whose author did not reorder them.
 */
export function titleNumbers(dvd: DvdDisc): TitleNumber[] {
  const table = dvd.vmg.ttSrpt
  if (table !== null) {
    return table.titles.map((title, index) => ({
      number: index + 1,
      titleSet: title.titleSetNr,
      titleInSet: title.vtsTtn,
      angles: Math.max(1, title.nrOfAngles),
    }))
  }
  const found: TitleNumber[] = []
  for (const titleSet of dvd.titleSets) {
    for (const index of titleSet?.pttSrpt?.titles.keys() ?? []) {
      found.push({ number: found.length + 1, titleSet: titleSet?.number ?? 0, titleInSet: index + 1, angles: 1 })
    }
  }
  return found
}

/** @throws DiscError `not-found` (no such title), `damaged` (its title set or its chapters cannot be read) */
export function dvdTitle(dvd: DvdDisc, number: number): DvdTitle {
  const found = titleNumbers(dvd)[number - 1]
  if (found === undefined) throw new DiscError("not-found", `There is no title ${number} on this disc.`)
  const titleSet = titleSetOf(dvd, found.titleSet)
  if (titleSet === null) throw new DiscError("damaged", `Title ${number} is in title set ${found.titleSet}, which cannot be read.`)
  const pgcit = titleSet.pgcit
  const parts = titleSet.pttSrpt?.titles[found.titleInSet - 1] ?? programsAsParts(pgcit, found.titleInSet)
  if (parts.length === 0 || pgcit === null) {
    throw new DiscError("damaged", `The chapters of title ${number} cannot be found in title set ${found.titleSet}.`)
  }
  const linked = dvd.vmg.ttSrpt?.titles[number - 1]?.playbackType.multiOrRandomPgc ?? true
  const chains = titleChains(pgcit, found.titleInSet, parts, linked)
  return { number, titleSet, titleInSet: found.titleInSet, angles: found.angles, parts, chains, protection: dvd.protection }
}

/** Where the table of chapters is lost: the programs of the title's entry chain. */
function programsAsParts(pgcit: Pgcit | null, titleInSet: number): readonly PartOfTitle[] {
  const entries = pgcit?.entries ?? []
  const index = entries.findIndex((entry) => entry.isEntry && entry.entryNumber === titleInSet)
  return (entries[index]?.pgc?.programMap ?? []).map((_, program) => ({ pgcn: index + 1, pgn: program + 1 }))
}

/** The chains of the chapters in their order and, where the title has several, those that each goes on to by its link. */
function titleChains(pgcit: Pgcit, titleInSet: number, parts: readonly PartOfTitle[], linked: boolean): TitleChain[] {
  const chains: TitleChain[] = []
  const seen = new Set<number>()
  for (const { pgcn } of parts) {
    let next: number | null = pgcn
    while (next !== null && !seen.has(next)) {
      const entry: Pgcit["entries"][number] | undefined = pgcit.entries[next - 1]
      // A link out of the title is a jump, not part of it.
      if (entry === undefined || (next !== pgcn && entry.entryNumber !== titleInSet)) break
      seen.add(next)
      if (entry.pgc !== null) chains.push({ pgcn: next, pgc: entry.pgc })
      next = linked ? (entry.pgc?.nextPgcNr ?? null) : null
    }
  }
  return chains
}

/** Cell numbers (from 1) that are played when angle `angle` is chosen; where a block has fewer angles, its first, as players do. */
export function cellNumbersForAngle(pgc: Pgc, angle: number): number[] {
  const numbers: number[] = []
  for (let index = 0; index < pgc.cells.length; ) {
    const length = angleBlockLength(pgc, index)
    numbers.push(index + 1 + (angle <= length ? angle - 1 : 0))
    index += length
  }
  return numbers
}

/** How many cells the angle block that begins at `index` has; 1 where there is none. */
function angleBlockLength(pgc: Pgc, index: number): number {
  const first = pgc.cells[index]
  if (first?.blockType !== "angle" || first.blockMode !== "first") return 1
  let length = 1
  for (;;) {
    const cell = pgc.cells[index + length]
    if (cell?.blockType !== "angle" || (cell.blockMode !== "inside" && cell.blockMode !== "last")) return length
    length++
    if (cell.blockMode === "last") return length
  }
}

/** The title's cells in the order of playing, at one angle (from 1). @throws DiscError `limit` */
export function titleCells(title: DvdTitle, angle = 1): TitleCell[] {
  const cells: TitleCell[] = []
  let start = 0
  for (const { pgcn, pgc } of title.chains) {
    for (const cellNumber of cellNumbersForAngle(pgc, angle)) {
      const cell = pgc.cells[cellNumber - 1]
      if (cell === undefined) continue
      if (cells.length >= MAX_TITLE_CELLS) throw new DiscError("limit", `Title ${title.number} has more than ${MAX_TITLE_CELLS} cells.`)
      const duration = ticksFromDvdTime(cell.playbackTime)
      cells.push({ pgcn, cellNumber, cell, start: ticks(start), duration })
      start += duration
    }
  }
  return cells
}

/** The chains' own playback times together: what the IFO says of the title's length, and lsdvd with it for titles of one chain. */
export function titleDuration(title: DvdTitle): Ticks {
  return ticks(title.chains.reduce((sum, { pgc }) => sum + ticksFromDvdTime(pgc.playbackTime), 0))
}

/** The title's chapters; `cells` are its cells at any one angle. */
export function titleChapters(title: DvdTitle, cells: readonly TitleCell[]): TitleChapter[] {
  const last = cells.at(-1)
  const end = last === undefined ? 0 : last.start + last.duration
  const indexes = title.parts.map((part) => chapterCell(title, cells, part))
  const starts = indexes.map((index) => (index === null ? null : (cells[index]?.start ?? null)))
  const sorted = [...new Set(starts)].filter((start) => start !== null).sort((a, b) => a - b)
  return starts.map((start, index) => {
    if (start === null) return { start: ticks(end), duration: ticks(0), cell: null }
    const next = sorted[sorted.indexOf(start) + 1] ?? end
    return { start, duration: ticks(next - start), cell: indexes[index] ?? null }
  })
}

function chapterCell(title: DvdTitle, cells: readonly TitleCell[], part: PartOfTitle): number | null {
  const first = title.chains.find(({ pgcn }) => pgcn === part.pgcn)?.pgc.programMap[part.pgn - 1]
  if (first === undefined) return null
  // At a higher angle the block's first cell is not among the cells: the next one behind it is.
  const index = cells.findIndex(({ pgcn, cellNumber }) => pgcn === part.pgcn && cellNumber >= first)
  return index === -1 ? null : index
}

/** Where a cell's bytes are: one run, or one for each of its interleaved units, without those of the other cells between them. */
export function cellRuns(titleSet: TitleSet, cell: Cell): SectorRun[] {
  const whole = { firstSector: cell.firstSector, lastSector: cell.lastSector }
  if (!cell.interleaved || titleSet.cAdt === null) return [whole]
  const runs = titleSet.cAdt.cells
    .filter(({ vobId, cellId }) => vobId === cell.vobId && cellId === cell.cellId)
    .filter(({ startSector, lastSector }) => startSector >= cell.firstSector && startSector <= lastSector && lastSector <= cell.lastSector)
    .map(({ startSector, lastSector }) => ({ firstSector: startSector, lastSector }))
    .sort((a, b) => a.firstSector - b.firstSector)
  return runs.length === 0 ? [whole] : runs
}

/** Bytes of the cells, interleaved or not. */
export function titleSize(title: DvdTitle, cells: readonly TitleCell[]): number {
  let sectors = 0
  for (const { cell } of cells) {
    for (const { firstSector, lastSector } of cellRuns(title.titleSet, cell)) sectors += lastSector - firstSector + 1
  }
  return sectors * SECTOR_SIZE
}
