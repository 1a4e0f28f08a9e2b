import type { ByteReader } from "../../base/index.ts"

/** The chapters of each title of a title set: `titles[0]` is VTS_TTN 1, `titles[0][0]` its chapter 1. */
export type VtsPttSrpt = { readonly titles: readonly (readonly PartOfTitle[])[] }

/** A chapter begins at program `pgn` of program chain `pgcn`; both count from 1. */
export type PartOfTitle = { readonly pgcn: number; readonly pgn: number }

const PTT_SIZE = 4
/** A program chain's number is two bytes, but its table has no more than this. Bound of libdvdread. */
const MAX_PGCN = 999
/** Programs of a chain are 1 to 99. Bound of libdvdread. */
const MAX_PGN = 99

/**
 * Part of title search pointer table; layout: libdvdread `vts_ptt_srpt_t`. Titles without chapters and start bytes outside the table occur
 * on real discs: the first are empty lists, the second end the list of titles.
 */
export function parseVtsPttSrpt(table: ByteReader): VtsPttSrpt {
  const count = table.u16("nrOfSrpts")
  if (count === 0) throw table.error("damaged", "nrOfSrpts", "no titles")
  table.skip(2, "reserved")
  const end = Math.min(table.u32("lastByte") + 1, table.length)
  if (end < 8 + count * 4 + PTT_SIZE) throw table.error("damaged", "lastByte", `${end - 1}, too small for ${count} titles`)
  const starts = table.list(count, 4, "ttuOffsets", (item) => item.u32("ttuOffset"))
  const outside = starts.findIndex((start) => start + PTT_SIZE > end)
  const usable = outside === -1 ? starts : starts.slice(0, outside)
  return {
    titles: usable.map((start, index) => {
      const length = Math.max(0, (usable[index + 1] ?? end) - start)
      return table.from(start, "ttuOffset").list(Math.floor(length / PTT_SIZE), PTT_SIZE, "parts", readPart)
    }),
  }
}

function readPart(item: ByteReader): PartOfTitle {
  const pgcn = item.u16("pgcn")
  if (pgcn < 1 || pgcn > MAX_PGCN) throw item.error("damaged", "pgcn", `${pgcn}; program chains are 1 to ${MAX_PGCN}`)
  const pgn = item.u16("pgn")
  if (pgn < 1 || pgn > MAX_PGN) throw item.error("damaged", "pgn", `${pgn}; programs are 1 to ${MAX_PGN}`)
  return { pgcn, pgn }
}
