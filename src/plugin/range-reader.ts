import { concatBytes, DiscError, type ReadOptions, type Source, type Ticks, ticks, type Warnings } from "../base/index.ts"
import type { ByteRange } from "../mpeg/segment.ts"

/** One read of a run of blocks (about): a drive or a server streams, and a jump throws little away. */
const RUN_BYTES = 512 * 1024
/** After an unreadable run, blocks are tried in pieces of about this size (the ECC block of a DVD is 32 KiB, of a BD 64 KiB). */
const SALVAGE_BYTES = 32 * 1024
/** A longer stretch of unreadable bytes is no scratch: the read error goes to the caller. */
const MAX_UNREADABLE_BYTES = 64 * 1024 * 1024

/**
 * Reads the ranges of one segment in long runs, one run ahead of what is taken.
 * Unreadable pieces are skipped with a warning, so that a scratch costs a moment of the film and not the rest of it.
 */
export class RangeReader {
  readonly #source: Source
  readonly #ranges: readonly ByteRange[]
  readonly #warnings: Warnings
  readonly #options: ReadOptions
  readonly #runBytes: number
  readonly #salvageBytes: number
  #range = 0
  #offset = 0
  #next: Promise<Uint8Array | null> | null = null
  #unreadable = 0

  /** Runs hold whole blocks of `blockSize`; `skip` bytes of the ranges, counted as one run of bytes, are passed over. */
  constructor(source: Source, ranges: readonly ByteRange[], blockSize: number, skip: number, warnings: Warnings, options: ReadOptions) {
    this.#source = source
    this.#runBytes = Math.floor(RUN_BYTES / blockSize) * blockSize
    this.#salvageBytes = Math.floor(SALVAGE_BYTES / blockSize) * blockSize
    this.#ranges = ranges
    this.#warnings = warnings
    this.#options = options
    let left = skip
    while (this.#range < ranges.length && left >= (ranges[this.#range]?.length ?? 0)) {
      left -= ranges[this.#range]?.length ?? 0
      this.#range++
    }
    this.#offset = left
  }

  /** The next run of bytes, `null` at the end. A skipped run comes as an empty array. */
  async run(): Promise<Uint8Array | null> {
    const current = this.#next ?? this.#read()
    this.#next = null
    const bytes = await current
    if (bytes !== null) {
      this.#next = this.#read()
      // It may fail before anyone waits for it; whoever waits gets the error.
      this.#next.catch(() => {})
    }
    return bytes
  }

  async #read(): Promise<Uint8Array | null> {
    const range = this.#ranges[this.#range]
    if (range === undefined) return null
    const at = range.offset + this.#offset
    const length = Math.min(this.#runBytes, range.length - this.#offset)
    this.#offset += length
    if (this.#offset >= range.length) {
      this.#range++
      this.#offset = 0
    }
    try {
      const bytes = await this.#source.read(at, length, this.#options)
      this.#unreadable = 0
      return bytes
    } catch (error) {
      if (!(error instanceof DiscError) || error.code !== "read-failed") throw error
      return this.#salvage(at, length, error)
    }
  }

  async #salvage(at: number, length: number, cause: DiscError): Promise<Uint8Array> {
    const good: Uint8Array[] = []
    let firstBad: number | null = null
    for (let done = 0; done < length; done += this.#salvageBytes) {
      try {
        good.push(await this.#source.read(at + done, Math.min(this.#salvageBytes, length - done), this.#options))
        this.#unreadable = 0
      } catch (error) {
        if (!(error instanceof DiscError) || error.code !== "read-failed") throw error
        firstBad ??= at + done
        this.#unreadable += this.#salvageBytes
        if (this.#unreadable > MAX_UNREADABLE_BYTES) throw cause
      }
    }
    if (firstBad !== null) {
      this.#warnings.add("unreadable-sectors", "cannot be read; playback goes on behind it", { path: this.#source.name, offset: firstBad })
    }
    return concatBytes(good)
  }
}

/** The smallest distance from `from` to `to` on the 33-bit clock: negative when `to` lies before it. */
export function clockDistance(from: number, to: number): Ticks {
  const wrap = 2 ** 33
  const forward = (((to - from) % wrap) + wrap) % wrap
  return ticks(forward >= wrap / 2 ? forward - wrap : forward)
}
