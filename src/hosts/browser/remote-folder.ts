import { DiscError, type Source } from "../../base/index.ts"
import { CachedSource, type Folder, type FolderEntry } from "../../source/index.ts"
import type { SharedFile } from "./file-protocol.ts"
import type { RemoteFiles } from "./remote-files.ts"

/** Deeper than any disc goes. */
const MAX_DEPTH = 32
/** For each open file; a disc's films are open one at a time. */
const CACHE_BYTES = 8 * 1024 * 1024

/** A folder that was chosen or dropped on a page. */
export class RemoteFolder implements Folder {
  readonly name: string
  readonly #files: RemoteFiles
  readonly #shared = new Map<string, { readonly index: number; readonly file: SharedFile }>()
  readonly #directories = new Map<string, Map<string, FolderEntry>>([["", new Map()]])
  readonly #open = new Set<Source>()

  /** @throws DiscError `bad-argument` when a path is none of a folder's */
  constructor(name: string, files: RemoteFiles, shared: readonly SharedFile[]) {
    this.name = name
    this.#files = files
    for (const [index, file] of shared.entries()) this.#add(index, file)
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const entries = this.#directories.get(partsOf(path).join("/"))
    if (entries === undefined) throw new DiscError("not-found", "there is no such folder among the files", { path })
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  }

  async open(path: string): Promise<Source> {
    const found = this.#shared.get(partsOf(path).join("/"))
    if (found === undefined) throw new DiscError("not-found", "there is no such file in the folder", { path })
    const source = new CachedSource(this.#files.source(found.index, { ...found.file, path }), { maxBytes: CACHE_BYTES })
    this.#open.add(source)
    return source
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((source) => source.close()))
    this.#open.clear()
  }

  #add(index: number, file: SharedFile): void {
    const parts = partsOf(file.path)
    if (parts.length === 0 || parts.length > MAX_DEPTH || parts.some((part) => part === "." || part === "..")) {
      throw new DiscError("bad-argument", "this is no path inside a folder", { path: file.path })
    }
    this.#shared.set(parts.join("/"), { index, file })
    for (let depth = 0; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join("/")
      const name = parts[depth] ?? ""
      const isFile = depth === parts.length - 1
      const siblings = this.#directories.get(parent) ?? new Map<string, FolderEntry>()
      this.#directories.set(parent, siblings)
      siblings.set(name, { name, type: isFile ? "file" : "directory", size: isFile ? file.size : 0 })
    }
  }
}

const partsOf = (path: string): string[] => path.split("/").filter((part) => part !== "")
