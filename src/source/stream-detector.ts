/** Readers followed at once: two streams of a 3D disc, a few viewers, and the structure reads between them. */
const MAX_READERS = 8

/** Reads that must follow one another before a reader counts as sequential: parsers often take a header and then the body. */
const MIN_SEQUENTIAL_READS = 3

/**
 * In slacks: directories and file entries lie close together, so that reading them looks like going straight on for a while; running ahead of
 * that costs a request and reads what nobody asks for.
 */
const MIN_SEQUENTIAL_SLACKS = 6

type Reader = {
  /** Where this reader is expected to go on. */
  next: number
  /** Bytes it went forward without a jump. */
  run: number
  reads: number
}

/** Follows several readers of one source by their positions, and says how far each is worth running ahead of. */
export class StreamDetector {
  readonly #slack: number
  readonly #maxAhead: number
  /** The reader that was active last stands last. */
  #readers: Reader[] = []

  /** `slack`: how far a reader may skip or step back and still be the same one. Both in bytes. */
  constructor(slack: number, maxAhead: number) {
    this.#slack = slack
    this.#maxAhead = maxAhead
  }

  /**
   * Notes a read; gives how many bytes behind its end are worth reading now: none for a reader that jumps, as much as it has read so far for
   * one that goes straight on.
   */
  note(offset: number, length: number): number {
    const reader = this.#take(offset)
    reader.run += Math.max(0, offset + length - reader.next)
    reader.next = Math.max(reader.next, offset + length)
    reader.reads++
    this.#readers.push(reader)
    return reader.reads >= MIN_SEQUENTIAL_READS && reader.run >= MIN_SEQUENTIAL_SLACKS * this.#slack
      ? Math.min(reader.run, this.#maxAhead)
      : 0
  }

  /** The reader whose position this is, out of the list; else a new one. */
  #take(offset: number): Reader {
    const found = this.#readers.findLastIndex((reader) => Math.abs(offset - reader.next) <= this.#slack)
    const [reader] = found >= 0 ? this.#readers.splice(found, 1) : []
    if (reader === undefined && this.#readers.length >= MAX_READERS) this.#readers.shift()
    return reader ?? { next: offset, run: 0, reads: 0 }
  }
}
