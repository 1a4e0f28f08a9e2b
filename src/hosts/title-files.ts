import { DiscError, type Ticks, ticks } from "../base/index.ts"
import type { TitleSource } from "../plugin/index.ts"
import type { HeldDisc, ListedDisc } from "./host.ts"

/** Titles kept open. Each holds its disc open, which the server bounds too. */
const MAX_OPEN_TITLES = 64
/** A title that nobody reads, since its clients are gone or take nothing, frees what it holds after this. */
const IDLE_MS = 3_000
/** Enough of a fingerprint to tell discs apart. */
const TAG_LENGTH = 32

/** A title as one file, for as many readers as like; it is held open only while somebody reads. Needs no closing. */
export type TitleContent = Pick<TitleSource, "size" | "read" | "entryBefore"> & {
  /** Strong, quoted: the bytes are a function of the disc's content and the title. */
  readonly etag: string
}

/** What of a title is read. */
export type TitlePart = {
  /** From 1. Default 1. */
  readonly angle?: number
  /** Begins at the entry point at or before it. */
  readonly from?: Ticks
  /** The sound track that players meet first. Default: as the disc has them. */
  readonly audio?: number
}

type Part = Required<Omit<TitlePart, "audio">> & { readonly disc: ListedDisc; readonly title: number; readonly audio: number | null }
type Opened = { readonly source: TitleSource; readonly held: HeldDisc }
type Entry = { readonly opening: Promise<Opened>; users: number; idle: NodeJS.Timeout | null }

/** The title files that a host reads: one source for all clients of a title, opened again when it is read after a pause. */
export class TitleFiles {
  readonly #idleMs: number
  /** By disc, title, angle, beginning and sound; the one used last stands last. */
  readonly #entries = new Map<string, Entry>()
  #closed = false

  /** `idleMs`: after how long without a read a title is closed. */
  constructor(idleMs = IDLE_MS) {
    this.#idleMs = idleMs
  }

  /** @throws DiscError `not-found`, `protected`, `damaged`, and what opening the disc throws */
  async content(disc: ListedDisc, title: number, { angle = 1, from = ticks(0), audio }: TitlePart = {}): Promise<TitleContent> {
    const part: Part = { disc, title, angle, from, audio: audio ?? null }
    const size = await this.#use(part, async (source) => source.size)
    return {
      size,
      etag: `"${disc.info.fingerprint.slice(0, TAG_LENGTH)}-${title}-${angle}-${from === 0 ? "" : `${from}-`}${audio === undefined ? "" : `a${audio}-`}${size}"`,
      read: (offset, length, options) =>
        this.#use(part, (source) => {
          if (source.size !== size) throw new DiscError("source-changed", "the disc was changed while it was read; open it again")
          return source.read(offset, length, options)
        }),
      entryBefore: (time, options) => this.#use(part, (source) => source.entryBefore(time, options)),
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#entries.keys()].map((key) => this.#drop(key)))
  }

  async #use<T>(part: Part, work: (source: TitleSource) => Promise<T>): Promise<T> {
    if (this.#closed) throw new DiscError("aborted", "the server stops")
    const key = `${part.disc.id}/${part.title}/${part.angle}/${part.from}/${part.audio}`
    const entry = this.#entries.get(key) ?? { opening: open(part), users: 0, idle: null }
    if (entry.idle !== null) clearTimeout(entry.idle)
    entry.idle = null
    entry.users++
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#closeUnused()
    try {
      return await work((await entry.opening).source)
    } catch (error) {
      // The disc was closed or changed below this source: the next reader opens it anew.
      if (this.#entries.get(key) === entry && !(await isReadable(entry))) void this.#drop(key)
      throw error
    } finally {
      if (--entry.users === 0 && this.#entries.get(key) === entry) {
        entry.idle = setTimeout(() => void this.#drop(key), this.#idleMs)
        entry.idle.unref()
      }
    }
  }

  #closeUnused(): void {
    for (const [key, { users }] of this.#entries) {
      if (this.#entries.size <= MAX_OPEN_TITLES) return
      if (users === 0) void this.#drop(key)
    }
  }

  async #drop(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    if (entry.idle !== null) clearTimeout(entry.idle)
    const opened = await entry.opening.catch(() => null)
    await opened?.source.close().catch(() => {})
    opened?.held.release()
  }
}

async function open({ disc, title, angle, from, audio }: Part): Promise<Opened> {
  const held = await disc.hold()
  try {
    return { source: await held.disc.openTitle(title, { angle, from, ...(audio === null ? {} : { audio }) }), held }
  } catch (error) {
    held.release()
    throw error
  }
}

/** A client that gave up its read, or a bad sector, is no fault of the source. */
async function isReadable({ opening }: Entry): Promise<boolean> {
  try {
    const { source } = await opening
    await source.read(0, 1)
    return true
  } catch {
    return false
  }
}
