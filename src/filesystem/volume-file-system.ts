import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { DirectoryCache } from "./directory-cache.ts"
import { openFileSource } from "./file-source.ts"
import type { FileEntry, FileSystem, FileSystemKind } from "./file-system.ts"
import { joinPath, NameIndex, splitPath } from "./path.ts"
import type { FileDetails, Volume, VolumeNode } from "./volume.ts"

/** A directory that was read: its entries, and all that lie on the way to it. */
type Directory<Node> = {
  readonly path: string
  readonly nodes: readonly Node[]
  readonly names: NameIndex<Node>
  /** Keys of this directory and of those above it. */
  readonly lineage: ReadonlySet<string>
}

/**
 * A directory has one place in the tree; some authoring programs give one a second name to save room. On a hostile image each level has
 * two names for the next, and there are more paths than anyone can walk.
 */
const MAX_PATHS_TO_ONE_DIRECTORY = 16
/** Directories remembered by that guard; a large DVD-ROM has some 10,000. */
const MAX_DIRECTORIES = 200_000

/** The `FileSystem` over a volume of any format: paths, matching, caches and the guard against loops. */
export class VolumeFileSystem<Node extends VolumeNode> implements FileSystem {
  readonly #volume: Volume<Node>
  readonly #directories = new DirectoryCache<Directory<Node>>()
  /** By node key: the paths a directory was read under. */
  readonly #paths = new Map<string, string[]>()
  readonly #details = new WeakMap<Node, FileDetails>()
  readonly #origin = new WeakMap<FileEntry, Node>()

  constructor(volume: Volume<Node>) {
    this.#volume = volume
  }

  get kind(): FileSystemKind {
    return this.#volume.kind
  }

  get label(): string {
    return this.#volume.label
  }

  /** Reads the root directory. @throws DiscError when it cannot be read */
  async prepare(options?: ReadOptions): Promise<void> {
    await this.#walk([], options)
  }

  async find(path: string, options?: ReadOptions): Promise<FileEntry | null> {
    const parts = splitPath(path)
    const last = parts.pop()
    if (last === undefined) return this.#rootEntry()
    const parent = await this.#walk(parts, options)
    const node = parent?.names.get(last) ?? null
    if (parent === null || node === null) return null
    const [entry] = await this.#entries(parent.path, [node], options)
    return entry ?? null
  }

  async list(path: string, options?: ReadOptions): Promise<readonly FileEntry[]> {
    const directory = await this.#walk(splitPath(path), options)
    if (directory === null) throw new DiscError("not-found", "there is no such directory on the disc", { path })
    return this.#entries(directory.path, directory.nodes, options)
  }

  async open(entry: FileEntry | string, options?: ReadOptions): Promise<Source> {
    const found = typeof entry === "string" ? await this.find(entry, options) : entry
    const path = typeof entry === "string" ? entry : entry.path
    if (found === null) throw new DiscError("not-found", "there is no such file on the disc", { path })
    if (found.type === "directory") throw new DiscError("bad-argument", "is a directory; only files can be opened", { path })
    const node = this.#origin.get(found)
    // An entry that another file system made, or a copy of one of ours: its path says what is meant.
    if (node === undefined) return this.open(found.path, options)
    const [details] = await this.#describe(path, [node], options)
    if (details === undefined) throw new DiscError("not-found", "there is no such file on the disc", { path })
    return openFileSource(this.#volume.image, found.path, details)
  }

  async close(): Promise<void> {
    this.#directories.clear()
    await this.#volume.image.close()
  }

  #rootEntry(): FileEntry {
    return { path: "/", name: "", type: "directory", size: 0, extents: [] }
  }

  /** Down from the root, one directory after another; `null` where a part is missing or no directory. */
  async #walk(parts: readonly string[], options?: ReadOptions): Promise<Directory<Node> | null> {
    let directory = await this.#read(this.#volume.root, "/", new Set(), options)
    for (const part of parts) {
      const node = directory.names.get(part)
      if (node === null || node.type !== "directory") return null
      directory = await this.#read(node, joinPath(directory.path, node.name), directory.lineage, options)
    }
    return directory
  }

  async #read(node: Node, path: string, above: ReadonlySet<string>, options?: ReadOptions): Promise<Directory<Node>> {
    const known = this.#directories.get(path)
    if (known !== null) return known
    this.#guard(node.key, path)
    const lineage = new Set(above).add(node.key)
    const all = await this.#volume.readDirectory(node, path, options)
    // A directory inside itself would never end.
    const nodes = all.filter((child) => child.type === "file" || !lineage.has(child.key))
    if (nodes.length < all.length) this.#volume.warnings.add("directory-loop", "a directory that contains itself was left out", { path })
    const directory = { path, nodes, names: new NameIndex(nodes, (child) => child.name), lineage }
    this.#directories.set(path, directory, nodes.length)
    return directory
  }

  #guard(key: string, path: string): void {
    const paths = this.#paths.get(key) ?? []
    if (paths.includes(path)) return
    if (paths.length >= MAX_PATHS_TO_ONE_DIRECTORY || this.#paths.size >= MAX_DIRECTORIES) {
      throw new DiscError("limit", "the disc leads to its directories on too many paths; it is damaged or made to do harm", { path })
    }
    paths.push(path)
    this.#paths.set(key, paths)
  }

  async #entries(directoryPath: string, nodes: readonly Node[], options?: ReadOptions): Promise<FileEntry[]> {
    const details = await this.#describe(directoryPath, nodes, options)
    return nodes.map((node, index) => {
      const { size = 0, extents = [], copyManagement = null } = details[index] ?? {}
      const entry: FileEntry = {
        path: joinPath(directoryPath, node.name),
        name: node.name,
        type: node.type,
        size,
        extents,
        ...(copyManagement === null ? {} : { copyManagement }),
      }
      this.#origin.set(entry, node)
      return entry
    })
  }

  /** What is not known yet is read in one go; directories need nothing. */
  async #describe(directoryPath: string, nodes: readonly Node[], options?: ReadOptions): Promise<(FileDetails | undefined)[]> {
    const missing = nodes.filter((node) => node.type === "file" && !this.#details.has(node))
    if (missing.length > 0) {
      const found = await this.#volume.describe(missing, directoryPath, options)
      for (const [index, node] of missing.entries()) {
        const details = found[index]
        if (details !== undefined) this.#details.set(node, details)
      }
    }
    return nodes.map((node) => this.#details.get(node))
  }
}
