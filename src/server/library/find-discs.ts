import type { Dirent, Stats } from "node:fs"
import { readdir, realpath, stat } from "node:fs/promises"
import { basename, join, relative, sep } from "node:path"
import type { DiscErrorCode } from "../../base/index.ts"

/** A disc that lies somewhere, not opened yet. */
export type FoundDisc = {
  /** Of the file or folder; for what was given by itself, as it was given. */
  readonly path: string
  /** What it must not lead out of, as a real path; null for a disc that was given by itself. */
  readonly root: string | null
  readonly name: string
  /** The folders above it, from the top of the library. */
  readonly folder: readonly string[]
  /** Changes when the content does; null where that cannot be told (an address, a drive). */
  readonly stamp: string | null
  /** When the content was last written, in ms since 1970. */
  readonly changedAt: number
}

/** What a look into a folder gave. */
export type FoundDiscs = {
  readonly discs: readonly FoundDisc[]
  /** Every folder looked into: where discs can appear. */
  readonly directories: readonly string[]
  /** What is not followed or was not looked at, and why. */
  readonly refused: readonly Refused[]
}

/** A place that is left out. */
export type Refused = {
  readonly name: string
  readonly folder: readonly string[]
  readonly code: DiscErrorCode
  readonly message: string
}

const IMAGE = /\.(iso|img|udf)$/i
/** Files beside a folder's own name that make it a disc: the content of VIDEO_TS, of BDMV. */
const MARKS: ReadonlySet<string> = new Set(["VIDEO_TS.IFO", "VIDEO_TS.BUP", "INDEX.BDMV", "INDEX.BDM"])
const DISC_FOLDERS: ReadonlySet<string> = new Set(["VIDEO_TS", "BDMV"])
/** Folders of a disc whose files say, together, whether it is still being written. */
const CONTENT_FOLDERS: ReadonlySet<string> = new Set(["VIDEO_TS", "BDMV", "PLAYLIST", "CLIPINF", "STREAM"])

/** Folders inside folders; nobody sorts films deeper. */
const MAX_DEPTH = 16
/** A whole computer given by mistake is not searched to its end. */
const MAX_DIRECTORIES = 20_000
const MAX_DISCS = 20_000
/** Enough to see what is wrong. */
const MAX_REFUSED = 1_000
/** More files than a disc has in one folder. */
const MAX_FILES = 20_000
/** Asked of the system at once. */
const STATS_AT_ONCE = 16

/** A disc by its own path: an image, or a folder that holds one. Null where the path is no folder and no regular file, or is not there. */
export async function lookAt(path: string): Promise<"disc" | "folder" | null> {
  const info = await stat(path).catch(() => null)
  if (info === null) return null
  if (!info.isDirectory()) return "disc"
  return isDiscFolder(await readdir(path, { withFileTypes: true }).catch(() => [])) ? "disc" : "folder"
}

/** What changes when an image or a disc's folder is written to; null where nobody can tell. */
export async function stampOf(path: string): Promise<{ readonly stamp: string | null; readonly changedAt: number }> {
  const info = await stat(path).catch(() => null)
  if (info?.isDirectory()) return stampOfFolder(path)
  return info?.isFile() ? { stamp: `${info.size}:${info.mtimeMs}`, changedAt: info.mtimeMs } : { stamp: null, changedAt: 0 }
}

/**
 * Images and disc folders below `root`, sorted by path. Links are followed where they lead to something inside `root`, and then listed once.
 * What cannot be read is left out. `top`: folder names to put above all.
 */
export async function findDiscs(root: string, top: readonly string[] = []): Promise<FoundDiscs> {
  const walk = new Walk(await realpath(root), top)
  await walk.directory(root, 0)
  await walk.links()
  const { discs, directories, refused } = walk
  return { discs: discs.sort((a, b) => (a.path < b.path ? -1 : 1)), directories, refused }
}

class Walk {
  readonly discs: FoundDisc[] = []
  readonly directories: string[] = []
  readonly refused: Refused[] = []
  readonly #root: string
  readonly #top: readonly string[]
  /** Real paths of folders and images; what two links lead to is one disc. */
  readonly #seen = new Set<string>()
  readonly #links: { readonly path: string; readonly depth: number }[] = []
  #given = ""

  constructor(root: string, top: readonly string[]) {
    this.#root = root
    this.#top = top
  }

  async directory(path: string, depth: number): Promise<void> {
    if (depth === 0) this.#given = path
    const real = await realpath(path).catch(() => null)
    if (real === null || this.#seen.has(real)) return
    if (depth > MAX_DEPTH || this.directories.length >= MAX_DIRECTORIES) return this.#refuse(path, "limit", "the folders go on too far")
    this.#seen.add(real)
    const entries = await readdir(path, { withFileTypes: true }).catch(() => null)
    if (entries === null) return this.#refuse(path, "not-permitted", "this folder cannot be read")
    if (depth > 0 && isDiscFolder(entries)) return this.#add(path)
    this.directories.push(path)
    // Hidden files are what programs keep for themselves, among them copies under way.
    const shown = entries.filter(({ name }) => !name.startsWith(".") && name !== "$RECYCLE.BIN").sort((a, b) => (a.name < b.name ? -1 : 1))
    const images = shown.filter((entry) => entry.isFile() && IMAGE.test(entry.name))
    for (const some of inBatches(images)) await Promise.all(some.map(({ name }) => this.#image(join(path, name))))
    for (const entry of shown) {
      if (entry.isSymbolicLink()) this.#links.push({ path: join(path, entry.name), depth: depth + 1 })
      else if (entry.isDirectory()) await this.directory(join(path, entry.name), depth + 1)
    }
  }

  /** Links come last: what they lead to keeps its own name where it is found without them. */
  async links(): Promise<void> {
    for (let link = this.#links.shift(); link !== undefined; link = this.#links.shift()) {
      const { path, depth } = link
      const info = await stat(path).catch(() => null)
      if (info === null || !(info.isDirectory() || IMAGE.test(path))) continue
      if (!(await isInside(path, this.#root))) this.#refuse(path, "not-permitted", "this link leads out of the folder and is not followed")
      else if (info.isDirectory()) await this.directory(path, depth)
      else if (info.isFile()) await this.#image(path)
    }
  }

  async #image(path: string): Promise<void> {
    const [real, info] = await Promise.all([realpath(path).catch(() => null), stat(path).catch(() => null)])
    if (real === null || info === null || this.#seen.has(real)) return
    this.#seen.add(real)
    this.#push(path, { stamp: `${info.size}:${info.mtimeMs}`, changedAt: info.mtimeMs })
  }

  async #add(path: string): Promise<void> {
    this.#push(path, await stampOfFolder(path))
  }

  #push(path: string, stamp: { readonly stamp: string | null; readonly changedAt: number }): void {
    if (this.discs.length >= MAX_DISCS) return this.#refuse(path, "limit", `there are more than ${MAX_DISCS} discs`)
    this.discs.push({ path, root: this.#root, ...this.#placeOf(path), ...stamp })
  }

  #refuse(path: string, code: DiscErrorCode, message: string): void {
    if (this.refused.length < MAX_REFUSED) this.refused.push({ ...this.#placeOf(path), code, message })
  }

  #placeOf(path: string): { name: string; folder: readonly string[] } {
    const parts = relative(this.#given, path).split(sep)
    return { name: parts.at(-1) || basename(path), folder: [...this.#top, ...parts.slice(0, -1)] }
  }
}

/** Whether a path's real place is `root` or below it. */
export async function isInside(path: string, root: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null)
  return real !== null && (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep))
}

function isDiscFolder(entries: readonly Dirent[]): boolean {
  return entries.some((entry) => {
    const name = entry.name.toUpperCase()
    return entry.isFile() ? MARKS.has(name) : DISC_FOLDERS.has(name)
  })
}

/** All sizes together and the latest time of a disc's structure and stream files. */
async function stampOfFolder(path: string): Promise<{ stamp: string; changedAt: number }> {
  let [size, count, changedAt] = [0, 0, 0]
  const waiting = [path]
  for (let folder = waiting.pop(); folder !== undefined && count < MAX_FILES; folder = waiting.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [] as Dirent[])
    for (const entry of entries) {
      if (entry.isDirectory() && CONTENT_FOLDERS.has(entry.name.toUpperCase())) waiting.push(join(folder, entry.name))
    }
    const files = entries.filter((entry) => !entry.isDirectory()).slice(0, MAX_FILES - count)
    for (const some of inBatches(files)) {
      for (const info of await Promise.all(some.map(({ name }) => statOrNull(join(folder, name))))) {
        if (info === null) continue
        size += info.size
        count++
        changedAt = Math.max(changedAt, info.mtimeMs)
      }
    }
  }
  return { stamp: `${size}:${changedAt}:${count}`, changedAt }
}

const statOrNull = (path: string): Promise<Stats | null> => stat(path).catch(() => null)

function* inBatches<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += STATS_AT_ONCE) yield all.slice(at, at + STATS_AT_ONCE)
}
