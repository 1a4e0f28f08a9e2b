import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { DiscError, type ReadOptions, type Source } from "../../../../src/base/index.ts"
import type { FileEntry, FileSystem } from "../../../../src/filesystem/file-system.ts"

/** What was asked of a `TestFiles`, for tests that count reads. */
export type ReadRecord = { readonly path: string; readonly offset: number; readonly length: number }

/** A file system in memory: a path to bytes, or to an error that reading it gives. Names are matched without case. */
export class TestFiles implements FileSystem {
  readonly kind = "folder"
  readonly label: string
  readonly contents: Map<string, Uint8Array | DiscError>
  readonly reads: ReadRecord[] = []

  constructor(contents: Iterable<readonly [string, Uint8Array | DiscError]>, label = "TEST") {
    this.contents = new Map(contents)
    this.label = label
  }

  /** A copy with some files replaced; `null` removes one. */
  with(changes: Readonly<Record<string, Uint8Array | DiscError | null>>): TestFiles {
    const contents = new Map(this.contents)
    for (const [path, change] of Object.entries(changes)) {
      if (change === null) contents.delete(path)
      else contents.set(path, change)
    }
    return new TestFiles(contents, this.label)
  }

  bytes(path: string): Uint8Array {
    const content = this.contents.get(path)
    if (!(content instanceof Uint8Array)) throw new Error(`no ${path}`)
    return content
  }

  async find(path: string): Promise<FileEntry | null> {
    const wanted = path.toUpperCase()
    for (const [own, content] of this.contents) {
      if (own.toUpperCase() === wanted) return entryOf(own, content)
      if (own.toUpperCase().startsWith(`${wanted}/`)) return directoryOf(own.slice(0, path.length))
    }
    return null
  }

  async list(path: string): Promise<readonly FileEntry[]> {
    const prefix = path === "/" ? "/" : `${path}/`
    const inside = [...this.contents].filter(([own]) => own.toUpperCase().startsWith(prefix.toUpperCase()))
    if (inside.length === 0 && path !== "/") throw new DiscError("not-found", "no such directory", { path })
    const found = new Map<string, FileEntry>()
    for (const [own, content] of inside) {
      const [name = "", rest] = own.slice(prefix.length).split("/")
      found.set(name, rest === undefined ? entryOf(own, content) : directoryOf(prefix + name))
    }
    return [...found.values()]
  }

  async open(entry: FileEntry | string): Promise<Source> {
    const path = typeof entry === "string" ? entry : entry.path
    const content = this.contents.get(path)
    if (content === undefined) throw new DiscError("not-found", "no such file", { path })
    const reads = this.reads
    return {
      name: path,
      size: content instanceof Uint8Array ? content.length : 2048,
      async read(offset: number, length: number, options?: ReadOptions) {
        options?.signal?.throwIfAborted()
        reads.push({ path, offset, length })
        if (content instanceof DiscError) throw content
        return content.subarray(offset, offset + length)
      },
      async close() {},
    }
  }

  async close(): Promise<void> {}
}

/** A folder of this machine, read whole. */
export function filesOfFolder(folder: string): TestFiles {
  if (!existsSync(folder)) throw new Error(`${folder} is not there`)
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile())
  return new TestFiles(
    paths.sort().map((path) => [`/${path}`, new Uint8Array(readFileSync(join(folder, path)))]),
    basename(folder),
  )
}

const entryOf = (path: string, content: Uint8Array | DiscError): FileEntry => ({
  path,
  name: basename(path),
  type: "file",
  size: content instanceof Uint8Array ? content.length : 2048,
  extents: [],
})

const directoryOf = (path: string): FileEntry => ({ path, name: basename(path), type: "directory", size: 0, extents: [] })
