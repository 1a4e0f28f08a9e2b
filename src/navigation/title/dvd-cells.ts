import { DiscError } from "../../base/index.ts"
import { type Cell, type DvdDisc, type PartOfTitle, type Pgc, type TitleSet, titleSetOf } from "../../disc/dvd/index.ts"

/** A cell that a title plays. */
export type TitleCell = {
  readonly pgcNr: number
  /** From 1. */
  readonly cellNr: number
  readonly cell: Cell
}

/** A title's cells in playing order, and where its chapters are. */
export type TitleCells = {
  readonly titleSet: TitleSet
  readonly titleInSet: number
  readonly cells: readonly TitleCell[]
  /** By chapter: index into `cells`. */
  readonly chapters: readonly number[]
  readonly angles: number
}

/** 99 chains of 255 cells are a full title; a disc that names more is leading us round in circles. */
const MAX_CELLS = 99 * 255

/**
 * What a player plays of a title when no command runs: its program chains in the order of chapters and next_pgcn, of each angle block one cell.
 * @throws DiscError `not-found` (no such title or angle), `damaged`, `limit`
 */
export function dvdTitleCells(disc: DvdDisc, title: number, angle: number): TitleCells {
  const path = `${disc.root}/VIDEO_TS.IFO`
  const pointer = disc.vmg.ttSrpt?.titles[title - 1]
  if (pointer === undefined) throw new DiscError("not-found", `there is no title ${title}`, { path, field: "ttSrpt" })
  const angles = Math.max(1, pointer.nrOfAngles)
  if (!Number.isInteger(angle) || angle < 1 || angle > angles) {
    throw new DiscError("not-found", `there is no angle ${angle}; title ${title} has ${angles}`, { path, field: "nrOfAngles" })
  }
  const titleSet = titleSetOf(disc, pointer.titleSetNr)
  if (titleSet === null) {
    throw new DiscError("damaged", `title ${title} is in title set ${pointer.titleSetNr}, which cannot be read`, {
      path,
      field: "titleSetNr",
    })
  }
  const parts = partsOf(titleSet, pointer.vtsTtn)
  const cells: TitleCell[] = []
  const indexes = new Map<number, number>()
  for (const { pgcNr, pgc } of chainsOf(titleSet, pointer.vtsTtn, parts)) {
    const firstCell = cells.length === 0 ? (pgc.programMap[(parts[0]?.pgn ?? 1) - 1] ?? 1) : 1
    takeCells(pgcNr, pgc, firstCell, angle, cells, indexes)
    if (cells.length > MAX_CELLS) throw new DiscError("limit", `title ${title} has more than ${MAX_CELLS} cells`, { path })
  }
  if (cells.length === 0) throw new DiscError("damaged", `title ${title} has no cell to play`, { path, field: "pgcit" })
  const chapters = parts.flatMap(({ pgcn, pgn }) => {
    const cellNr = titleSet.pgcit?.entries[pgcn - 1]?.pgc?.programMap[pgn - 1]
    const index = cellNr === undefined ? undefined : indexes.get(cellKey(pgcn, cellNr))
    return index === undefined ? [] : [index]
  })
  return { titleSet, titleInSet: pointer.vtsTtn, cells, chapters, angles }
}

/** The chapters; where their table is damaged, the programs of the title's entry chain. */
function partsOf(titleSet: TitleSet, titleInSet: number): readonly PartOfTitle[] {
  const parts = titleSet.pttSrpt?.titles[titleInSet - 1] ?? []
  if (parts.length > 0) return parts
  const entries = titleSet.pgcit?.entries ?? []
  const index = entries.findIndex((entry) => entry.isEntry && entry.entryNumber === titleInSet)
  return (entries[index]?.pgc?.programMap ?? []).map((_, program) => ({ pgcn: index + 1, pgn: program + 1 }))
}

/** The title's chains: each one's next_pgcn as long as it belongs to the title, then the next chapter's chain that has not been played. */
function chainsOf(titleSet: TitleSet, titleInSet: number, parts: readonly PartOfTitle[]): { pgcNr: number; pgc: Pgc }[] {
  const entries = titleSet.pgcit?.entries ?? []
  const played = new Set<number>()
  const chains: { pgcNr: number; pgc: Pgc }[] = []
  for (const part of parts) {
    for (let pgcNr: number | null = part.pgcn; pgcNr !== null && !played.has(pgcNr); ) {
      played.add(pgcNr)
      const pgc: Pgc | null | undefined = entries[pgcNr - 1]?.pgc
      if (pgc === null || pgc === undefined) break
      chains.push({ pgcNr, pgc })
      const next: number | null = pgc.nextPgcNr
      pgcNr = next !== null && entries[next - 1]?.entryNumber === titleInSet ? next : null
    }
  }
  return chains
}

function takeCells(pgcNr: number, pgc: Pgc, firstCell: number, angle: number, cells: TitleCell[], indexes: Map<number, number>): void {
  for (let cellNr = firstCell; cellNr <= pgc.cells.length; ) {
    const size = angleBlockSize(pgc, cellNr)
    const chosen = cellNr + (angle <= size ? angle - 1 : 0)
    const cell = pgc.cells[chosen - 1]
    if (cell === undefined) return
    for (let nr = cellNr; nr < cellNr + size; nr++) indexes.set(cellKey(pgcNr, nr), cells.length)
    cells.push({ pgcNr, cellNr: chosen, cell })
    cellNr += size
  }
}

/** How many cells from this one on are angles of one stretch; 1 for a cell outside angle blocks. */
function angleBlockSize(pgc: Pgc, cellNr: number): number {
  const first = pgc.cells[cellNr - 1]
  if (first?.blockType !== "angle" || first.blockMode !== "first") return 1
  let size = 1
  for (let cell = pgc.cells[cellNr]; cell?.blockType === "angle" && cell.blockMode !== "first"; cell = pgc.cells[cellNr - 1 + size]) {
    size++
    if (cell.blockMode === "last") break
  }
  return size
}

/** A chain has at most 255 cells. */
const cellKey = (pgcNr: number, cellNr: number): number => pgcNr * 256 + cellNr
