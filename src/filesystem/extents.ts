import { SECTOR_SIZE } from "../base/index.ts"
import type { FileExtent } from "./file-system.ts"

/** A file in more pieces than this is refused: 512 KiB each on a 128 GB disc, and about 20 MB of memory. */
export const MAX_EXTENTS = 262_144

/** A run of a file before it is counted in sectors. `offsetBytes` null: a hole. */
export type ByteExtent = { readonly offsetBytes: number | null; readonly lengthBytes: number }

/**
 * File extents in 2048-byte sectors of the image; those that follow each other on the disc (or are both holes) become one.
 * A volume with 512- or 1024-byte blocks can begin a file inside a sector: `startSector` is then a fraction (exact in quarters),
 * so that `startSector * 2048` is the byte offset in every case.
 */
export function toFileExtents(runs: readonly ByteExtent[]): FileExtent[] {
  const joined: { offsetBytes: number | null; lengthBytes: number }[] = []
  for (const run of runs) {
    if (run.lengthBytes === 0) continue
    const last = joined.at(-1)
    if (last !== undefined && follows(last, run)) last.lengthBytes += run.lengthBytes
    else joined.push({ ...run })
  }
  return joined.map(({ offsetBytes, lengthBytes }) => ({
    startSector: offsetBytes === null ? null : offsetBytes / SECTOR_SIZE,
    lengthBytes,
  }))
}

function follows(last: ByteExtent, next: ByteExtent): boolean {
  if (last.offsetBytes === null || next.offsetBytes === null) return last.offsetBytes === next.offsetBytes
  return last.offsetBytes + last.lengthBytes === next.offsetBytes
}
