import type { FileHandle } from "node:fs/promises"
import { DiscError, type ReadOptions, type Source } from "../../base/index.ts"
import { Lifetime } from "../lifetime.ts"
import { readableLength } from "../read-range.ts"
import type { SourceStats } from "../stats.ts"
import { systemError } from "./system-error.ts"

type HandleOptions = {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** Every read begins and ends at a multiple of this; 1 for files. */
  readonly alignment: number
  /** Asked when a read failed or ended early: why, if it can be told better than by the system's own error. */
  readonly explain: () => Promise<DiscError | null>
  /** Counts along with others, for a folder; its own count where absent. */
  readonly counter?: ReadCounter
}

/** What reading cost, of one file or of all files of a folder. */
export class ReadCounter {
  #reads = 0
  #bytes = 0

  add(bytes: number): void {
    this.#reads++
    this.#bytes += bytes
  }

  get stats(): SourceStats {
    return { reads: this.#reads, bytes: this.#bytes, roundTrips: this.#reads, cacheHits: 0 }
  }
}

/** An open file or device, read by position: reads may run at the same time. */
export class HandleSource implements Source {
  readonly name: string
  readonly size: number
  readonly #handle: FileHandle
  readonly #alignment: number
  readonly #explain: () => Promise<DiscError | null>
  readonly #lifetime: Lifetime
  readonly #counter: ReadCounter
  #underWay = 0

  /** The handle is the source's own from here on. */
  constructor(handle: FileHandle, options: HandleOptions) {
    this.name = options.name
    this.size = options.size
    this.#handle = handle
    this.#alignment = options.alignment
    this.#explain = options.explain
    this.#lifetime = new Lifetime(options.name)
    this.#counter = options.counter ?? new ReadCounter()
  }

  get stats(): SourceStats {
    return this.#counter.stats
  }

  get closed(): boolean {
    return this.#lifetime.closed
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    this.#lifetime.check(options.signal)
    const inside = readableLength(this.name, this.size, offset, length)
    if (inside === 0) return new Uint8Array(0)
    const start = offset - (offset % this.#alignment)
    const end = Math.ceil((offset + inside) / this.#alignment) * this.#alignment
    const bytes = await this.#lifetime.run(options.signal, (signal) => this.#fill(start, end - start, offset + inside - start, signal))
    this.#counter.add(bytes.length)
    return bytes.subarray(offset - start, offset - start + inside)
  }

  async close(): Promise<void> {
    if (!this.#lifetime.close()) return
    const closed = this.#handle.close().catch(() => {})
    // The system ends a read in its own time, on a scratched disc in minutes: the handle is closed behind it.
    if (this.#underWay === 0) await closed
  }

  /** Asks for `length` bytes from `start`; the first `needed` of them must come (a device may end inside a sector of ours). */
  async #fill(start: number, length: number, needed: number, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    this.#underWay++
    try {
      for (let at = 0; at < needed && !signal.aborted; ) {
        const { bytesRead } = await this.#handle.read(bytes, at, length - at, start + at)
        const end = at + bytesRead
        // A read that stopped inside a sector goes on from that sector's start.
        const aligned = end < needed ? end - (end % this.#alignment) : end
        if (aligned === at) throw new DiscError("read-failed", "it ends early", { path: this.name, offset: start + end })
        at = aligned
      }
      return bytes
    } catch (cause) {
      throw (await this.#explain()) ?? systemError(cause, this.name, start)
    } finally {
      this.#underWay--
    }
  }
}
