import type { ReadOptions, Warnings } from "../../base/index.ts"
import type { FileSystem } from "../../filesystem/file-system.ts"
import { type ClipInformation, parseClipInformation } from "./clip-information.ts"
import type { blurayPaths } from "./layout.ts"
import { readStructure } from "./structure-files.ts"

/** Clip informations kept: an hour of film has about 30 KiB of entry points, so that all of a usual disc stay. */
const MAX_KEPT_BYTES = 16 << 20

type Kept = { readonly promise: Promise<ClipInformation>; bytes: number }

/** Reads clip informations when asked for, each once while it is kept. */
export class ClipStore {
  readonly #files: FileSystem
  readonly #paths: ReturnType<typeof blurayPaths>
  readonly #warnings: Warnings
  /** The one used last is at the end. */
  readonly #kept = new Map<string, Kept>()
  #keptBytes = 0

  constructor(files: FileSystem, paths: ReturnType<typeof blurayPaths>, warnings: Warnings) {
    this.#files = files
    this.#paths = paths
    this.#warnings = warnings
  }

  /** @throws DiscError `not-found`, `damaged` */
  get(clip: string, options?: ReadOptions): Promise<ClipInformation> {
    const kept = this.#kept.get(clip)
    if (kept !== undefined) {
      this.#kept.delete(clip)
      this.#kept.set(clip, kept)
      return kept.promise
    }
    return this.#read(clip, options)
  }

  #read(clip: string, options?: ReadOptions): Promise<ClipInformation> {
    const path = this.#paths.clipInformation(clip)
    let bytes = 0
    const parse = (file: Parameters<typeof parseClipInformation>[0]) => {
      bytes = file.length
      return parseClipInformation(file, this.#warnings)
    }
    const promise = readStructure(this.#files, { path, backup: this.#paths.backup(path), parse }, this.#warnings, options)
    const entry: Kept = { promise, bytes: 0 }
    this.#kept.set(clip, entry)
    promise.then(
      () => this.#account(clip, entry, bytes),
      // A failure is not kept: a read that was given up must not stand for the next one.
      () => this.#forget(clip, entry),
    )
    return promise
  }

  #account(clip: string, entry: Kept, bytes: number): void {
    if (this.#kept.get(clip) !== entry) return
    entry.bytes = bytes
    this.#keptBytes += bytes
    for (const [name, oldest] of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) return
      if (oldest.bytes > 0) this.#forget(name, oldest)
    }
  }

  #forget(clip: string, entry: Kept): void {
    if (this.#kept.get(clip) !== entry) return
    this.#kept.delete(clip)
    this.#keptBytes -= entry.bytes
  }
}
