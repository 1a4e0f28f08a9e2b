import { DiscError } from "../../base/index.ts"
import { type DvdDisc, dvdTitle, type TitleCell, type TitleSet, titleCells, titleChapters } from "../../disc/dvd/index.ts"

/** A title's cells in playing order, and where its chapters are. */
export type PlayedCells = {
  readonly titleSet: TitleSet
  readonly titleInSet: number
  readonly cells: readonly TitleCell[]
  /** By chapter: index into `cells`. */
  readonly chapters: readonly number[]
  readonly angles: number
}

/**
 * What a player plays of a title when no command runs: its program chains from the first chapter's program on, of each angle block one cell.
 * @throws DiscError `not-found` (no such title or angle), `damaged`, `limit`
 */
export function dvdTitleCells(disc: DvdDisc, number: number, angle: number): PlayedCells {
  const title = dvdTitle(disc, number)
  const { titleSet, titleInSet, angles } = title
  const path = `${disc.root}/VIDEO_TS.IFO`
  if (!Number.isInteger(angle) || angle < 1 || angle > angles) {
    throw new DiscError("not-found", `there is no angle ${angle}; title ${number} has ${angles}`, { path, field: "nrOfAngles" })
  }
  const all = titleCells(title, angle)
  const chapters = titleChapters(title, all)
  // Several titles may share one chain, each beginning at a program of its own.
  const first = chapters[0]?.cell ?? 0
  const cells = all.slice(first)
  if (cells.length === 0) throw new DiscError("damaged", `title ${number} has no cell to play`, { path, field: "pgcit" })
  return {
    titleSet,
    titleInSet,
    cells,
    chapters: chapters.flatMap(({ cell }) => (cell === null || cell < first ? [] : [cell - first])),
    angles,
  }
}
