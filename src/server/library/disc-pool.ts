import { DiscError } from "../../base/index.ts"
import type { HeldDisc } from "../../hosts/host.ts"
import type { Disc } from "../../plugin/index.ts"

/** Discs that stay open though nobody holds them: the next title of an evening begins at once. */
const MAX_IDLE = 16
/** Discs open at once, held or not. Each keeps a cache and a file handle or more. */
const MAX_OPEN = 128
/** A disc that nobody holds is closed after this. */
const IDLE_MS = 60_000

type Open = { readonly opening: Promise<Disc>; holders: number; idle: NodeJS.Timeout | null }

/** The discs of a library that are open, by path. */
export class DiscPool {
  /** The one let go of last stands last. */
  readonly #open = new Map<string, Open>()
  #closed = false

  get size(): number {
    return this.#open.size
  }

  /** `open` is called where the disc is not open yet. @throws DiscError `limit`, and what it throws */
  async hold(path: string, open: () => Promise<Disc>): Promise<HeldDisc> {
    if (this.#closed) throw new DiscError("aborted", "the server stops")
    const entry = this.#open.get(path) ?? this.#add(path, open)
    if (entry.idle !== null) clearTimeout(entry.idle)
    entry.idle = null
    entry.holders++
    let held = true
    const release = () => {
      if (held) this.#release(path, entry)
      held = false
    }
    try {
      return { disc: await entry.opening, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Closes a disc, whoever holds it. */
  async drop(path: string): Promise<void> {
    const entry = this.#open.get(path)
    if (entry === undefined) return
    this.#open.delete(path)
    if (entry.idle !== null) clearTimeout(entry.idle)
    const disc = await entry.opening.catch(() => null)
    await disc?.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#open.keys()].map((path) => this.drop(path)))
  }

  #add(path: string, open: () => Promise<Disc>): Open {
    if (this.#open.size >= MAX_OPEN) this.#closeIdle(MAX_OPEN - 1)
    if (this.#open.size >= MAX_OPEN) throw new DiscError("limit", `${MAX_OPEN} discs are open already; close another player and try again`)
    const entry: Open = { opening: open(), holders: 0, idle: null }
    this.#open.set(path, entry)
    // What could not be opened is tried again when it is held next.
    entry.opening.catch(() => {
      if (this.#open.get(path) === entry) this.#open.delete(path)
    })
    return entry
  }

  #release(path: string, entry: Open): void {
    if (--entry.holders > 0 || this.#open.get(path) !== entry) return
    this.#open.delete(path)
    this.#open.set(path, entry)
    entry.idle = setTimeout(() => void this.drop(path), IDLE_MS)
    entry.idle.unref()
    const held = [...this.#open.values()].filter(({ holders }) => holders > 0).length
    this.#closeIdle(held + MAX_IDLE)
  }

  #closeIdle(most: number): void {
    for (const [path, { holders }] of this.#open) {
      if (this.#open.size <= most) return
      if (holders === 0) void this.drop(path)
    }
  }
}
