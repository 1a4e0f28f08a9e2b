import { DiscError, type ReadOptions, type Warnings } from "../base/index.ts"
import type { FileEntry, FileSystem } from "./file-system.ts"
import { MAX_PATH_DEPTH } from "./path.ts"

/** A full Blu-ray has some 3,000 entries, a DVD-ROM of small files some 100,000; a hostile image has paths without end. */
const MAX_WALKED_ENTRIES = 500_000

export type WalkOptions = ReadOptions & {
  /** Where damage is put; a directory that cannot be read is left out then. Without it the first one throws. */
  readonly warnings?: Warnings
}

/** All entries below a directory, each directory before what it holds, in the disc's order. @throws DiscError `limit` after 500,000 entries */
export async function* walk(files: FileSystem, path = "/", options: WalkOptions = {}): AsyncGenerator<FileEntry> {
  const waiting: { entries: Iterator<FileEntry> }[] = [{ entries: (await files.list(path, options)).values() }]
  for (let count = 0; ; ) {
    const top = waiting.at(-1)
    if (top === undefined) return
    const { done, value: entry } = top.entries.next()
    if (done === true) {
      waiting.pop()
      continue
    }
    if (++count > MAX_WALKED_ENTRIES) throw new DiscError("limit", `has more than ${MAX_WALKED_ENTRIES} entries`, { path })
    yield entry
    if (entry.type === "directory") waiting.push({ entries: (await listBelow(files, entry, waiting.length, options)).values() })
  }
}

async function listBelow(files: FileSystem, { path }: FileEntry, depth: number, options: WalkOptions): Promise<readonly FileEntry[]> {
  try {
    if (depth >= MAX_PATH_DEPTH) throw new DiscError("limit", `lies deeper than ${MAX_PATH_DEPTH} directories`, { path })
    return await files.list(path, options)
  } catch (error) {
    if (!(error instanceof DiscError) || error.code === "aborted" || options.warnings === undefined) throw error
    options.warnings.add("directory-unreadable", error.message, { path })
    return []
  }
}
