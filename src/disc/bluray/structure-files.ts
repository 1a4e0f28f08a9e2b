import { ByteReader, DiscError, type ReadOptions, type Warnings } from "../../base/index.ts"
import type { FileEntry, FileSystem } from "../../filesystem/file-system.ts"

/** The largest real structure files are clip informations with entry points for many hours and streams: below 1 MiB. */
export const MAX_STRUCTURE_BYTES = 8 << 20

/** One structure file, its copy, and how to read either. */
type StructureFile<T> = {
  readonly path: string
  /** The same file under BACKUP; null where a disc keeps none of it. */
  readonly backup: string | null
  readonly parse: (file: ByteReader) => T
  /** A larger file is refused; `MAX_STRUCTURE_BYTES` where it is not given. */
  readonly maxBytes?: number
  /** Takes what can be read of the file itself, when the copy is no better. */
  readonly parsePartly?: (file: ByteReader) => T
}

/** What another copy may cure; a read that was given up, or a source that is gone, it cannot. */
const CURABLE: ReadonlySet<string> = new Set(["damaged", "not-found", "limit", "read-failed", "unsupported"])

/**
 * Parses a structure file, or its copy where it is missing or damaged (warning `backup-used`), or a part of it (warning `partly-read`).
 * @throws DiscError `not-found`, `damaged`, `limit`: what was wrong with the file itself
 */
export async function readStructure<T>(
  files: FileSystem,
  structure: StructureFile<T>,
  warnings: Warnings,
  options?: ReadOptions,
): Promise<T> {
  const { path, backup, parse, parsePartly, maxBytes = MAX_STRUCTURE_BYTES } = structure
  const tryToRead = async (from: string, parser: (file: ByteReader) => T): Promise<Attempt<T>> => {
    try {
      return { ok: true, value: parser(new ByteReader(await readWholeFile(files, from, maxBytes, options), from)) }
    } catch (error) {
      if (error instanceof DiscError && CURABLE.has(error.code)) return { ok: false, error }
      throw error
    }
  }
  const own = await tryToRead(path, parse)
  if (own.ok) return own.value
  if (backup !== null) {
    const copy = await tryToRead(backup, parse)
    if (copy.ok) {
      warnings.add("backup-used", `${own.error.message}; the copy ${backup} is used`, own.error.place)
      return copy.value
    }
  }
  if (parsePartly !== undefined) {
    const part = await tryToRead(path, parsePartly)
    if (part.ok) {
      warnings.add("partly-read", `${own.error.message}; what can be read without it is used`, own.error.place)
      return part.value
    }
  }
  throw own.error
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DiscError }

/** A whole file, copied out of the source's cache. @throws DiscError `not-found`, `limit` */
export async function readWholeFile(
  files: FileSystem,
  path: string | FileEntry,
  maxBytes: number,
  options?: ReadOptions,
): Promise<Uint8Array> {
  const entry = typeof path === "string" ? await files.find(path, options) : path
  if (entry === null) throw new DiscError("not-found", "is not on the disc", { path: String(path) })
  if (entry.type !== "file") throw new DiscError("not-found", "is a directory, not a file", { path: entry.path })
  if (entry.size > maxBytes)
    throw new DiscError("limit", `${entry.size} bytes; no real file of this kind has over ${maxBytes}`, { path: entry.path })
  const source = await files.open(entry, options)
  // A folder's file holds a descriptor: a thousand playlists would use them up.
  try {
    return (await source.read(0, entry.size, options)).slice()
  } finally {
    await source.close()
  }
}

/** `work` over all items, at most `width` at a time; answers in the items' order. */
export async function mapAtOnce<T, R>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}
