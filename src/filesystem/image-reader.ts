import { DiscError, type ReadOptions, type Source } from "../base/index.ts"

/** A stretch of the image, in bytes. */
export type ByteRange = { readonly offset: number; readonly length: number }

/**
 * Structures closer than this are read as one: over HTTP a round trip costs more than 64 KiB do, and a drive reads
 * through such a gap faster than it seeks over it.
 */
const MAX_JOIN_GAP_BYTES = 64 * 1024
/** One joined read; more would hold up the caller's first answer and memory. */
const MAX_JOINED_BYTES = 1024 * 1024
/** What one call may ask for; the callers' own bounds are far below it. */
const MAX_READ_BYTES = 32 * 1024 * 1024

/** Reads whole structures of an image. It keeps nothing: the block cache lies below it, the directory cache above. */
export class ImageReader {
  readonly source: Source

  constructor(source: Source) {
    this.source = source
  }

  /** Exactly `length` bytes. @throws DiscError `damaged` where the image ends before. */
  async exact(offset: number, length: number, field: string, options?: ReadOptions): Promise<Uint8Array> {
    const bytes = await this.upTo(offset, length, field, options)
    if (bytes.length < length) throw this.#short(offset, length, field)
    return bytes
  }

  /** At most `length` bytes, fewer where the image ends. */
  async upTo(offset: number, length: number, field: string, options?: ReadOptions): Promise<Uint8Array> {
    if (length > MAX_READ_BYTES) {
      throw new DiscError("limit", `is ${length} bytes long; at most ${MAX_READ_BYTES} are read`, { path: this.source.name, offset, field })
    }
    return this.source.read(offset, length, options)
  }

  /**
   * Many small structures, neighbours read together; the answers are in the order asked for.
   * What cannot be read is an error in its place, so that one bad sector does not hide the others.
   */
  async many(ranges: readonly ByteRange[], field: string, options?: ReadOptions): Promise<(Uint8Array | DiscError)[]> {
    const answers: (Uint8Array | DiscError)[] = new Array(ranges.length)
    for (const run of joinRanges(ranges)) {
      const whole = await this.#tryRead(run.offset, run.length, field, options)
      for (const index of run.members) {
        const { offset, length } = ranges[index] as ByteRange
        if (whole instanceof DiscError) {
          answers[index] = run.members.length === 1 ? whole : await this.#tryExact(offset, length, field, options)
        } else {
          const bytes = whole.subarray(offset - run.offset, offset - run.offset + length)
          answers[index] = bytes.length < length ? this.#short(offset, length, field) : bytes
        }
      }
    }
    return answers
  }

  async #tryExact(offset: number, length: number, field: string, options?: ReadOptions): Promise<Uint8Array | DiscError> {
    const bytes = await this.#tryRead(offset, length, field, options)
    return bytes instanceof DiscError || bytes.length === length ? bytes : this.#short(offset, length, field)
  }

  async #tryRead(offset: number, length: number, field: string, options?: ReadOptions): Promise<Uint8Array | DiscError> {
    try {
      return await this.upTo(offset, length, field, options)
    } catch (error) {
      if (error instanceof DiscError && isLocalFault(error)) return error
      throw error
    }
  }

  #short(offset: number, length: number, field: string): DiscError {
    return new DiscError("damaged", `needs ${length} bytes, but the image ends at byte ${this.source.size}; it may be cut off`, {
      path: this.source.name,
      offset,
      field,
    })
  }
}

/** True for errors about one place of the disc, that another copy or another place may not have. */
export function isLocalFault(error: DiscError): boolean {
  switch (error.code) {
    case "damaged":
    case "read-failed":
    case "unsupported":
    case "limit":
    case "not-a-disc":
    case "not-found":
      return true
    default:
      return false
  }
}

type JoinedRun = { offset: number; length: number; members: number[] }

function joinRanges(ranges: readonly ByteRange[]): JoinedRun[] {
  const order = ranges.map((range, index) => ({ range, index })).sort((a, b) => a.range.offset - b.range.offset)
  const runs: JoinedRun[] = []
  for (const { range, index } of order) {
    const end = range.offset + range.length
    const last = runs.at(-1)
    if (last !== undefined && range.offset <= last.offset + last.length + MAX_JOIN_GAP_BYTES && end - last.offset <= MAX_JOINED_BYTES) {
      last.length = Math.max(last.length, end - last.offset)
      last.members.push(index)
    } else {
      runs.push({ offset: range.offset, length: range.length, members: [index] })
    }
  }
  return runs
}
