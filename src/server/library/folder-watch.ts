import { type FSWatcher, watch } from "node:fs"

/** A file that is being written makes many events: they are one look, at most so often. */
const QUIET_MS = 500
/** Network drives tell nothing, and a system may have no more watches to give: a look from time to time sees what no event told. */
const RESCAN_MS = 30_000
/** Looking takes no more than this share of the time: where nothing happens, and where something does. */
const MAX_SHARE_IDLE = 1 / 50
const MAX_SHARE = 1 / 5
/** Systems give a user some thousands; other programs want theirs. Folders beyond this are seen by looking. */
const MAX_WATCHED = 2_000

/** A look; answers which folders to watch, and in how many ms to look again even where nothing happens (null: in a while). */
export type Look = () => Promise<{ readonly directories: readonly string[]; readonly againMs: number | null }>

/** Looks again when something happens in the folders that a look found, and now and then. */
export class FolderWatch {
  readonly #look: Look
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | null = null
  #due = Number.POSITIVE_INFINITY
  #looking: Promise<void> | null = null
  #missed = false
  /** How long the last look took, in ms. */
  #cost = 0
  #closed = false

  constructor(look: Look) {
    this.#look = look
  }

  /** @throws what looking throws */
  lookNow(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
    await this.#looking?.catch(() => {})
  }

  async #lookOnce(): Promise<void> {
    this.#missed = false
    this.#due = Number.POSITIVE_INFINITY
    const began = Date.now()
    const { directories, againMs } = await this.#look()
    if (this.#closed) return
    this.#cost = Date.now() - began
    this.#watchThese(directories)
    this.#lookIn(Math.min(againMs ?? RESCAN_MS, this.#missed ? QUIET_MS : RESCAN_MS))
  }

  #lookIn(ms: number): void {
    const wait = Math.max(ms, this.#cost / (ms < RESCAN_MS ? MAX_SHARE : MAX_SHARE_IDLE))
    const due = Date.now() + wait
    if (this.#closed || due >= this.#due) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#due = due
    // A look that fails (a folder that went) is followed by the next one.
    this.#timer = setTimeout(() => void this.lookNow().catch(() => this.#lookIn(RESCAN_MS)), wait)
    this.#timer.unref()
  }

  #happened(): void {
    if (this.#looking !== null) this.#missed = true
    else this.#lookIn(QUIET_MS)
  }

  #watchThese(directories: readonly string[]): void {
    const wanted = new Set(directories.slice(0, MAX_WATCHED))
    for (const [directory, watcher] of this.#watchers) {
      if (wanted.has(directory)) continue
      watcher.close()
      this.#watchers.delete(directory)
    }
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#watchOne(directory)
  }

  #watchOne(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#happened())
      watcher.on("error", () => {
        watcher.close()
        this.#watchers.delete(directory)
      })
      this.#watchers.set(directory, watcher)
    } catch {
      // No more watches, or a folder that has gone: it is looked at all the same.
    }
  }
}
