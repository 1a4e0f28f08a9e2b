import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import type { Folder, FolderEntry } from "../source/index.ts"
import { DirectoryCache } from "./directory-cache.ts"
import type { FileEntry, FileSystem } from "./file-system.ts"
import { joinPath, NameIndex, splitPath } from "./path.ts"

type Directory = { readonly path: string; readonly entries: readonly FolderEntry[]; readonly names: NameIndex<FolderEntry> }

/** A folder of an outside system as a disc: the same paths, matched without case, since discs are copied to systems of either kind. */
export class FolderFileSystem implements FileSystem {
  readonly kind = "folder"
  readonly #folder: Folder
  readonly #directories = new DirectoryCache<Directory>()

  constructor(folder: Folder) {
    this.#folder = folder
  }

  get label(): string {
    return this.#folder.name
  }

  async find(path: string, options?: ReadOptions): Promise<FileEntry | null> {
    const parts = splitPath(path)
    const last = parts.pop()
    if (last === undefined) return { path: "/", name: "", type: "directory", size: 0, extents: [] }
    const parent = await this.#walk(parts, options)
    const entry = parent?.names.get(last) ?? null
    return parent === null || entry === null ? null : toFileEntry(parent.path, entry)
  }

  async list(path: string, options?: ReadOptions): Promise<readonly FileEntry[]> {
    const directory = await this.#walk(splitPath(path), options)
    if (directory === null) throw new DiscError("not-found", "there is no such directory in the folder", { path })
    return directory.entries.map((entry) => toFileEntry(directory.path, entry))
  }

  async open(entry: FileEntry | string, options?: ReadOptions): Promise<Source> {
    const path = typeof entry === "string" ? entry : entry.path
    const found = await this.find(path, options)
    if (found === null) throw new DiscError("not-found", "there is no such file in the folder", { path })
    if (found.type === "directory") throw new DiscError("bad-argument", "is a directory; only files can be opened", { path })
    return this.#folder.open(found.path, options)
  }

  async close(): Promise<void> {
    this.#directories.clear()
    await this.#folder.close()
  }

  /** Each directory is listed in its own spelling: the outside system may heed case. */
  async #walk(parts: readonly string[], options?: ReadOptions): Promise<Directory | null> {
    let directory = await this.#read("/", options)
    for (const part of parts) {
      const entry = directory.names.get(part)
      if (entry === null || entry.type !== "directory") return null
      directory = await this.#read(joinPath(directory.path, entry.name), options)
    }
    return directory
  }

  async #read(path: string, options?: ReadOptions): Promise<Directory> {
    const known = this.#directories.get(path)
    if (known !== null) return known
    const entries = await this.#folder.list(path, options)
    const directory = { path, entries, names: new NameIndex(entries, (entry) => entry.name) }
    this.#directories.set(path, directory, entries.length)
    return directory
  }
}

function toFileEntry(directoryPath: string, { name, type, size }: FolderEntry): FileEntry {
  return { path: joinPath(directoryPath, name), name, type, size, extents: [] }
}
