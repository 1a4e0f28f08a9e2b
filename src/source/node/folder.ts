import type { Dirent } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { basename, join, resolve } from "node:path"
import { DiscError, type ReadOptions, type Source } from "../../base/index.ts"
import type { Folder, FolderEntry } from "../folder.ts"
import { Lifetime } from "../lifetime.ts"
import type { SourceStats } from "../stats.ts"
import { openFile } from "./file-source.ts"
import { type HandleSource, ReadCounter } from "./handle-source.ts"
import { systemError } from "./system-error.ts"

/** Deeper than any disc goes (ISO 9660 allows 8): a link to its own parent makes a tree without end. */
const MAX_DEPTH = 32

/** More files than any disc has in one directory. */
const MAX_ENTRIES = 100_000

/** Sizes asked at once. */
const STATS_AT_ONCE = 16

/** Opens a directory. Symbolic links are followed: whoever made the folder put them there. @throws DiscError `not-found`, `unsupported` */
export async function openFolder(path: string): Promise<NodeFolder> {
  try {
    if ((await stat(path)).isDirectory()) return new NodeFolder(resolve(path))
  } catch (cause) {
    throw systemError(cause, path)
  }
  throw new DiscError("unsupported", "this is not a folder", { path })
}

/** A directory of the computer. Its `stats` are those of all files opened in it. */
class NodeFolder implements Folder {
  readonly name: string
  readonly #root: string
  readonly #lifetime: Lifetime
  readonly #counter = new ReadCounter()
  #files: HandleSource[] = []

  /** `root` is an absolute path. */
  constructor(root: string) {
    this.name = basename(root)
    this.#root = root
    this.#lifetime = new Lifetime(root)
  }

  get stats(): SourceStats {
    return this.#counter.stats
  }

  async list(path: string, options: ReadOptions = {}): Promise<readonly FolderEntry[]> {
    const directory = this.#locate(path)
    return this.#lifetime.run(options.signal, async (signal) => {
      const names = await this.#names(directory)
      const entries: FolderEntry[] = []
      for (let at = 0; at < names.length && !signal.aborted; at += STATS_AT_ONCE) {
        const some = await Promise.all(names.slice(at, at + STATS_AT_ONCE).map((name) => entryOf(directory, name)))
        entries.push(...some.filter((entry) => entry !== null))
      }
      return entries
    })
  }

  async open(path: string, options: ReadOptions = {}): Promise<Source> {
    const location = this.#locate(path)
    return this.#lifetime.run(options.signal, async (signal) => {
      const file = await openFile(location, this.#counter)
      if (signal.aborted) await file.close()
      this.#files = [...this.#files.filter((each) => !each.closed), file]
      return file
    })
  }

  async close(): Promise<void> {
    if (this.#lifetime.close()) await Promise.all(this.#files.map((file) => file.close()))
  }

  async #names(directory: string): Promise<string[]> {
    let found: Dirent[]
    try {
      found = await readdir(directory, { withFileTypes: true })
    } catch (cause) {
      throw systemError(cause, directory)
    }
    if (found.length > MAX_ENTRIES) {
      throw new DiscError("limit", `${found.length} files in one folder; a disc has at most ${MAX_ENTRIES}`, { path: directory })
    }
    return found.map((entry) => entry.name).sort(byCodeUnits)
  }

  #locate(path: string): string {
    this.#lifetime.check()
    const parts = path.split("/").filter((part) => part !== "")
    const climbs = parts.some((part) => part === ".." || part.includes("\0") || part.includes("\\"))
    if (climbs || parts.length > MAX_DEPTH) throw new DiscError("not-found", "there is no such path in the folder", { path })
    return join(this.#root, ...parts)
  }
}

/** `null` for what is neither file nor directory, and for links to nowhere. */
async function entryOf(directory: string, name: string): Promise<FolderEntry | null> {
  const info = await stat(join(directory, name)).catch(() => null)
  if (info === null) return null
  if (info.isDirectory()) return { name, type: "directory", size: 0 }
  return info.isFile() ? { name, type: "file", size: info.size } : null
}

/** The same order on every computer, whatever its language. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
