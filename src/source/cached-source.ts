import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { BlockCache } from "./block-cache.ts"
import { BlockFetcher, type Fetch } from "./block-fetcher.ts"
import { Lifetime } from "./lifetime.ts"
import { readableLength } from "./read-range.ts"
import { type SourceStats, statsOf } from "./stats.ts"
import { StreamDetector } from "./stream-detector.ts"

/** Sizes in bytes. */
export type CacheOptions = {
  /** What the source is read in. Default 32 KiB: a directory and its neighbours over a network, little waste for one sector. */
  readonly blockSize?: number
  /** The most that is kept. Default 16 MiB. */
  readonly maxBytes?: number
  /** How far a sequential reader is run ahead of, at most. Default 1 MiB; 0 never reads ahead. */
  readonly maxReadAhead?: number
  /** A gap up to this long between two reads is read along to make them one. Default two blocks. */
  readonly joinGap?: number
  /** Reads of this length and more go past the cache: they would only push out what is used again. Default 1 MiB. */
  readonly largeRead?: number
  /**
   * After a failed read of blocks, ask once more for the caller's bytes alone: a bad sector beside them does no harm then. Default true; false
   * where the source below tries again by itself.
   */
  readonly narrowRetry?: boolean
}

const DEFAULT_BLOCK_SIZE = 32 * 1024
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
const DEFAULT_MAX_READ_AHEAD = 1024 * 1024
const DEFAULT_LARGE_READ = 1024 * 1024

/** A share of the cache that one reader's read-ahead may take, so that it does not push out itself and everything else. */
const READ_AHEAD_SHARE = 4

/** Errors that a second, narrower read cannot mend. */
const FINAL_ERRORS: readonly string[] = ["aborted", "source-changed", "no-ranges", "not-permitted", "bad-argument"]

/**
 * A bounded cache of blocks over another source, which it owns. Neighbouring and concurrent reads become one, a block under way is fetched
 * once for all who wait, and the source is read ahead only where a reader goes straight on.
 */
export class CachedSource implements Source {
  readonly name: string
  readonly size: number
  readonly #base: Source
  readonly #blockSize: number
  readonly #largeRead: number
  readonly #narrowRetry: boolean
  readonly #cache: BlockCache
  readonly #fetcher: BlockFetcher
  readonly #readers: StreamDetector
  readonly #lifetime: Lifetime
  #reads = 0
  #cacheHits = 0
  #bytes = 0
  #roundTrips = 0

  constructor(base: Source, options: CacheOptions = {}) {
    const blockSize = options.blockSize ?? DEFAULT_BLOCK_SIZE
    const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
    if (!Number.isSafeInteger(blockSize) || blockSize < 1) throw new DiscError("bad-argument", `a block of ${blockSize} bytes`)
    this.name = base.name
    this.size = base.size
    this.#base = base
    this.#blockSize = blockSize
    this.#largeRead = options.largeRead ?? DEFAULT_LARGE_READ
    this.#cache = new BlockCache(maxBytes)
    this.#lifetime = new Lifetime(base.name)
    this.#readers = new StreamDetector(blockSize, Math.min(options.maxReadAhead ?? DEFAULT_MAX_READ_AHEAD, maxBytes / READ_AHEAD_SHARE))
    const joinGapBlocks = Math.floor((options.joinGap ?? 2 * blockSize) / blockSize)
    this.#narrowRetry = options.narrowRetry ?? true
    this.#fetcher = new BlockFetcher({
      read: (first, count, signal) => this.#readBlocks(first, count, signal),
      cache: this.#cache,
      blockSize,
      joinGap: joinGapBlocks,
    })
  }

  /** Round trips and bytes are those of the source beneath where it counts by itself. */
  get stats(): SourceStats {
    const below = statsOf(this.#base)
    return {
      reads: this.#reads,
      bytes: below?.bytes ?? this.#bytes,
      roundTrips: below?.roundTrips ?? this.#roundTrips,
      cacheHits: this.#cacheHits,
    }
  }

  /** Bytes held at this moment. */
  get heldBytes(): number {
    return this.#cache.bytes
  }

  /** Puts bytes that are known already into the cache, as far as they fill whole blocks (or the source's end). */
  seed(offset: number, bytes: Uint8Array): void {
    const end = Math.min(offset + bytes.length, this.size)
    for (let block = Math.ceil(offset / this.#blockSize); block * this.#blockSize < end; block++) {
      const start = block * this.#blockSize
      const blockEnd = Math.min(start + this.#blockSize, this.size)
      if (blockEnd <= end) this.#cache.set(block, bytes.slice(start - offset, blockEnd - offset))
    }
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    this.#lifetime.check(options.signal)
    const inside = readableLength(this.name, this.size, offset, length)
    this.#reads++
    if (inside === 0) return new Uint8Array(0)
    const ahead = this.#readers.note(offset, inside)

    const first = Math.floor(offset / this.#blockSize)
    const last = Math.floor((offset + inside - 1) / this.#blockSize)
    const held = this.#heldBlocks(first, last)
    if (held === null && inside >= this.#largeRead) {
      return this.#lifetime.run(options.signal, (signal) => this.#readBase(offset, inside, signal))
    }
    const fetch = held === null ? this.#fetcher.want(first, last) : null
    this.#readAhead(last, offset + inside + ahead, fetch !== null)
    if (held !== null) {
      this.#cacheHits++
      return cut(held, offset - first * this.#blockSize, inside)
    }
    return this.#lifetime.run(options.signal, (signal) => this.#finish(fetch as Fetch, offset, inside, signal))
  }

  async close(): Promise<void> {
    if (!this.#lifetime.close()) return
    this.#fetcher.close()
    this.#cache.clear()
    await this.#base.close()
  }

  /** The blocks `first` to `last` when all of them are in the cache. */
  #heldBlocks(first: number, last: number): Uint8Array[] | null {
    for (let block = first; block <= last; block++) if (!this.#cache.has(block)) return null
    return Array.from({ length: last - first + 1 }, (_, index) => this.#cache.get(first + index) ?? new Uint8Array(0))
  }

  /** Asks for the blocks behind `last` up to the byte `end`, if a good part of them is missing or the source is asked now anyway. */
  #readAhead(last: number, end: number, askedNow: boolean): void {
    const stop = Math.ceil(Math.min(end, this.size) / this.#blockSize)
    const missing: number[] = []
    for (let block = last + 1; block < stop; block++) if (!this.#fetcher.knows(block)) missing.push(block)
    if (missing.length > 0 && (askedNow || missing.length * 2 >= stop - last - 1)) this.#fetcher.expect(missing)
  }

  async #finish(fetch: Fetch, offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const leave = () => fetch.leave()
    signal.addEventListener("abort", leave)
    try {
      return cut(await fetch.blocks(), offset % this.#blockSize, length)
    } catch (error) {
      this.#lifetime.check(signal)
      if (!this.#narrowRetry) throw error
      if (error instanceof DiscError && FINAL_ERRORS.includes(error.code)) throw error
      // The bad place may lie in a neighbour that was only read along: ask again for nothing but what the caller needs.
      return await this.#readBase(offset, length, signal)
    } finally {
      signal.removeEventListener("abort", leave)
    }
  }

  #readBlocks(first: number, count: number, signal: AbortSignal): Promise<Uint8Array> {
    const start = first * this.#blockSize
    return this.#readBase(start, Math.min(count * this.#blockSize, this.size - start), signal)
  }

  async #readBase(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    this.#roundTrips++
    const bytes = await this.#base.read(offset, length, { signal })
    this.#bytes += bytes.length
    if (bytes.length === length) return bytes
    throw new DiscError("read-failed", `gave ${bytes.length} bytes of ${length}`, { path: this.name, offset })
  }
}

/** `length` bytes from `offset` of blocks that follow each other; a view where one block holds them all. */
function cut(blocks: readonly Uint8Array[], offset: number, length: number): Uint8Array {
  const [only] = blocks
  if (only !== undefined && blocks.length === 1) return only.subarray(offset, offset + length)
  const whole = new Uint8Array(length)
  let at = -offset
  for (const block of blocks) {
    const from = Math.max(0, -at)
    const count = Math.min(block.length, length - at) - from
    if (count > 0) whole.set(block.subarray(from, from + count), at + from)
    at += block.length
  }
  return whole
}
