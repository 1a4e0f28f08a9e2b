import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { DiscError, type Source } from "../../../src/base/index.ts"
import type { FileEntry, FileSystem } from "../../../src/filesystem/file-system.ts"

/** What a test changes on a disc: a path (in lower case) to other bytes, or to null for "not there". */
export type Changes = Readonly<Record<string, Uint8Array | null>>

/** A folder as a FileSystem, with files replaced or taken away: a double small enough to be trusted. Counts what is opened. */
export class FolderFiles implements FileSystem {
  readonly kind = "folder"
  readonly label: string
  readonly opened: string[] = []
  readonly #root: string
  readonly #changes: Changes
  readonly #listed = new Map<string, FileEntry[]>()

  constructor(root: string, changes: Changes = {}) {
    this.#root = root
    this.label = basename(root)
    this.#changes = changes
  }

  find(path: string): Promise<FileEntry | null> {
    const parts = path.split("/").filter((part) => part !== "")
    let entry: FileEntry | null = { path: "/", name: "", type: "directory", size: 0, extents: [] }
    for (const part of parts) {
      if (entry === null || entry.type !== "directory") return Promise.resolve(null)
      entry = this.#list(entry.path).find(({ name }) => name.toLowerCase() === part.toLowerCase()) ?? null
    }
    return Promise.resolve(entry)
  }

  async list(path: string): Promise<readonly FileEntry[]> {
    const entry = await this.find(path)
    if (entry?.type !== "directory") throw new DiscError("not-found", "no such directory", { path })
    return this.#list(entry.path)
  }

  async open(entry: FileEntry | string): Promise<Source> {
    const found = typeof entry === "string" ? await this.find(entry) : entry
    if (found === null) throw new DiscError("not-found", "no such file", { path: String(entry) })
    this.opened.push(found.path)
    const bytes = this.#changes[found.path.toLowerCase()] ?? readFileSync(join(this.#root, found.path))
    return {
      name: found.path,
      size: bytes.length,
      read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
      close: () => Promise.resolve(),
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #list(path: string): FileEntry[] {
    const known = this.#listed.get(path)
    if (known !== undefined) return known
    const directory = join(this.#root, path)
    const real = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    const kept = real.filter(({ name }) => this.#changes[join(path, name).toLowerCase()] !== null)
    const entries = kept.map((entry) => this.#entry(path, entry))
    this.#listed.set(path, entries)
    return entries
  }

  #entry(path: string, { name }: Dirent): FileEntry {
    const own = join(path, name)
    const stat = statSync(join(this.#root, own))
    const size = this.#changes[own.toLowerCase()]?.length ?? (stat.isDirectory() ? 0 : stat.size)
    return { path: own, name, type: stat.isDirectory() ? "directory" : "file", size, extents: [] }
  }
}
