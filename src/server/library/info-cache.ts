import { createHash, randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { DiscInfo } from "../../disc/index.ts"

/** Raised when what is written here changes its shape. */
const FORMAT = 1
/** A disc's info of thousands of playlists; what is larger is no file of ours. */
const MAX_BYTES = 64 * 1024 * 1024

/** What is known of a disc from an earlier run. */
export type KnownDisc = { readonly id: string; readonly info: DiscInfo }

type Stored = KnownDisc & { readonly format: number; readonly version: string; readonly stamp: string }

/**
 * What was read of a library's discs, a file each, so that thousands need not be opened again at the next start. It is only ever a shortcut:
 * what cannot be read or written is done without.
 */
export class InfoCache {
  readonly #folder: string
  readonly #version: string

  /** `folder`: the user's cache folder. `version`: entries of another are not used. `library`: what tells libraries apart, their folders' paths. */
  constructor(folder: string, version: string, library: string) {
    this.#folder = join(folder, "library", hash(library))
    this.#version = version
  }

  /** Null where nothing is known, or of another state of the disc. */
  async get(path: string, stamp: string | null): Promise<KnownDisc | null> {
    if (stamp === null) return null
    try {
      const text = await readFile(this.#file(path), "utf8")
      if (text.length > MAX_BYTES) return null
      const stored = JSON.parse(text) as Stored
      const isCurrent = stored.format === FORMAT && stored.version === this.#version && stored.stamp === stamp
      return isCurrent && isKnown(stored) ? { id: stored.id, info: stored.info } : null
    } catch {
      return null
    }
  }

  async put(path: string, stamp: string | null, { id, info }: KnownDisc): Promise<void> {
    if (stamp === null) return
    const stored: Stored = { format: FORMAT, version: this.#version, stamp, id, info }
    const making = join(this.#folder, `${randomUUID()}.tmp`)
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await writeFile(making, JSON.stringify(stored), { mode: 0o600 })
      await rename(making, this.#file(path))
    } catch {
      await rm(making, { force: true }).catch(() => {})
    }
  }

  /** Deletes what is kept of discs that are not there any more. */
  async keepOnly(paths: readonly string[]): Promise<void> {
    const kept = new Set(paths.map(fileName))
    const names = await readdir(this.#folder).catch(() => [] as string[])
    for (const name of names) if (!kept.has(name)) await rm(join(this.#folder, name), { force: true }).catch(() => {})
  }

  #file(path: string): string {
    return join(this.#folder, fileName(path))
  }
}

const fileName = (path: string): string => `${hash(path)}.json`
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32)

/** Whatever else wrote into the file: what every user of it takes for granted is there. */
function isKnown({ id, info }: Stored): boolean {
  return typeof id === "string" && /^[0-9a-f-]{8,80}$/.test(id) && typeof info.fingerprint === "string" && Array.isArray(info.titles)
}
