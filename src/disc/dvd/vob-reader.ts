import { concatBytes, DiscError, type ReadOptions, SECTOR_SIZE, type Source } from "../../base/index.ts"
import type { FileSystem } from "../../filesystem/file-system.ts"
import type { VobFile } from "./dvd-disc.ts"

/** Reads whole sectors of a run of VOB files, as cells and VOBUs count them; fewer where the files end. */
export type ReadSectors = (firstSector: number, count: number, options?: ReadOptions) => Promise<Uint8Array>

/** The title VOBs of a title set (or one menu VOB) as one run of sectors. Files are opened when they are first read, and closed with the file system. */
export function vobSectors(files: FileSystem, vobs: readonly VobFile[]): ReadSectors {
  const opened = new Map<string, Promise<Source>>()
  const open = (path: string): Promise<Source> => {
    const source = opened.get(path) ?? files.open(path)
    opened.set(path, source)
    return source
  }
  return async (firstSector, count, options) => {
    const pieces: Uint8Array[] = []
    let start = firstSector * SECTOR_SIZE
    let left = count * SECTOR_SIZE
    for (const { path, size } of vobs) {
      if (left === 0) break
      if (start < size) {
        const length = Math.min(left, size - start)
        const bytes = await (await open(path)).read(start, length, options)
        if (bytes.length < length)
          throw new DiscError("read-failed", `the file ends at byte ${start + bytes.length}`, { path, offset: start })
        pieces.push(bytes)
        left -= length
      }
      start = Math.max(0, start - size)
    }
    return concatBytes(pieces)
  }
}
