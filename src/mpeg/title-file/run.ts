import { DiscError, type ReadOptions, type Source } from "../../base/index.ts"
import { TIMESTAMP_MODULUS, wrapTimestamp } from "../pes.ts"
import { type ByteRange, continuesSegment, type Segment } from "../segment.ts"

/** What a title's file counts its times from: room before the first picture for the times of what is decoded before it. */
export const FILE_TIME_BASE = 10 * 90_000

/** Segments that go on in one clip: bytes, clock and counters run through. Only where one run follows another something has to be joined. */
export type Run = {
  readonly index: number
  readonly clip: string
  /** Index of its first segment. */
  readonly segment: number
  readonly ranges: readonly ByteRange[]
  /** In bytes; whole units. */
  readonly length: number
  readonly lead: number
  /** On the clip's clock. */
  readonly inTime: number
  /** On the title's timeline. */
  readonly start: number
  readonly end: number
  /** Where its bytes begin in the title's file. */
  readonly fileOffset: number
}

/** More pieces than this are no film: a title of 24 hours in interleaved units of 0.4 s has 216,000. */
const MAX_RANGES = 400_000

/** The runs of a title. Ranges are cut to whole units of `unitSize` bytes. @throws DiscError `limit` */
export function runsOf(segments: readonly Segment[], unitSize: number): readonly Run[] {
  const runs: Run[] = []
  let open: { segments: Segment[]; first: number } | null = null
  let count = 0
  const close = (): void => {
    if (open !== null) runs.push(makeRun(runs, open.segments, open.first, unitSize))
    open = null
  }
  for (const [index, segment] of segments.entries()) {
    count += segment.ranges.length
    if (count > MAX_RANGES) throw new DiscError("limit", `the title has more than ${MAX_RANGES} pieces`, { path: segment.clip })
    const before = segments[index - 1]
    if (open === null || before === undefined || !continuesSegment(before, segment)) close()
    if (segment.ranges.length === 0) continue
    open ??= { segments: [], first: index }
    open.segments.push(segment)
  }
  close()
  return runs
}

function makeRun(before: readonly Run[], segments: readonly Segment[], segment: number, unitSize: number): Run {
  const first = segments[0] as Segment
  const last = segments.at(-1) as Segment
  const ranges = segments
    .flatMap((part) => part.ranges)
    .map(({ offset, length }) => ({ offset, length: Math.floor(length / unitSize) * unitSize }))
    .filter((range) => range.length > 0)
  const previous = before.at(-1)
  return {
    index: before.length,
    clip: first.clip,
    segment,
    ranges,
    length: ranges.reduce((sum, range) => sum + range.length, 0),
    lead: first.lead ?? 0,
    inTime: first.inTime,
    start: first.start,
    end: last.start + last.outTime - last.inTime,
    fileOffset: previous === undefined ? 0 : previous.fileOffset + previous.length,
  }
}

/**
 * Bytes of a run, copied, so that they may be rewritten. Where the clip is shorter than the disc's tables say, the rest is `filler` again and again.
 * @throws DiscError of the source
 */
export async function readRun(
  run: Run,
  clip: Source,
  offset: number,
  length: number,
  filler: Uint8Array,
  options?: ReadOptions,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, run.length - offset)))
  const reads: Promise<void>[] = []
  let rangeStart = 0
  for (const range of run.ranges) {
    const from = Math.max(offset, rangeStart)
    const to = Math.min(offset + bytes.length, rangeStart + range.length)
    if (from < to) reads.push(copyInto(bytes.subarray(from - offset, to - offset), clip, range.offset + from - rangeStart, filler, options))
    rangeStart += range.length
    if (rangeStart >= offset + bytes.length) break
  }
  await Promise.all(reads)
  return bytes
}

async function copyInto(target: Uint8Array, clip: Source, offset: number, filler: Uint8Array, options?: ReadOptions): Promise<void> {
  const read = await clip.read(offset, target.length, options)
  target.set(read)
  const whole = Math.floor(read.length / filler.length) * filler.length
  for (let at = whole; at < target.length; at += filler.length) target.set(filler.subarray(0, target.length - at), at)
}

/** A time of the clip's 33-bit clock on the title's timeline: before the run's start where it lies before the in time. */
export function titleTime(run: Run, clockTime: number): number {
  const forward = wrapTimestamp(clockTime - run.inTime)
  return run.start + (forward >= TIMESTAMP_MODULUS / 2 ? forward - TIMESTAMP_MODULUS : forward)
}

/** A time of the title's timeline as the file has it, 33 bits. */
export const fileTime = (time: number): number => wrapTimestamp(FILE_TIME_BASE + time)
