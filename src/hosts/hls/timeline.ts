import { type ReadOptions, TICKS_PER_SECOND, type Ticks, ticks } from "../../base/index.ts"
import type { EntryPoint, TitleReader } from "../../plugin/index.ts"

/** Where a title is cut into media segments, the same for all its renditions. Times are on the title's timeline. */
export type Timeline = {
  /** Where each segment begins, and where the last one ends: one more than there are segments. */
  readonly cuts: readonly Ticks[]
  /** How long each segment's pictures are shown, in ticks (may be a fraction). */
  readonly durations: readonly number[]
  /** Segments in front of which decoding begins anew (EXT-X-DISCONTINUITY). */
  readonly breaks: ReadonlySet<number>
  /** Bytes of the disc behind each segment, all streams together; empty: not known. */
  readonly sizes: readonly number[]
}

/** What a segment lasts, about: what RFC 8216's authors ask for, a compromise between waiting and overhead. */
export const SEGMENT_SECONDS = 6
/** A cut at the first entry point from here on gives 6 s with entry points each second, 5.5 s with one each half second. */
const LEAST_SEGMENT = ticks(5.5 * TICKS_PER_SECOND)
/** A shorter rest joins the segment before. */
const LEAST_LAST = ticks(2 * TICKS_PER_SECOND)
/** Entry points' times in tables are this much before the pictures' own, at most. */
const TABLE_RESOLUTION = 512
/** Small reads at the same time. */
const READS_AT_ONCE = 16
/** A title of 27 hours of segments: the 33-bit clock goes round then. */
const MAX_SEGMENTS = 20_000

/**
 * A timeline for video that is converted: cuts where the frames are, whatever the disc's own groups. `frameTicks` may be a fraction; cuts lie half a frame before
 * the first frame they let in, so that no rounding decides on which side a frame is.
 */
export function convertedTimeline(duration: Ticks, frameTicks: number): Timeline {
  const every = segmentTicks(frameTicks)
  const count = Math.min(MAX_SEGMENTS, Math.max(1, Math.ceil((duration - LEAST_LAST) / every)))
  const cuts = Array.from({ length: count }, (_, index) => ticks(Math.round(index * every)))
  cuts.push(duration)
  return { cuts, durations: differences(cuts), breaks: new Set(), sizes: [] }
}

/** The whole number of frames next to six seconds. */
export const segmentTicks = (frameTicks: number): number => Math.round((SEGMENT_SECONDS * TICKS_PER_SECOND) / frameTicks) * frameTicks

type Cut = {
  readonly entry: EntryPoint | null
  readonly time: Ticks
  /** The clip is entered here: what is shown before it is not handed out. */
  readonly isEntered: boolean
  readonly isBreak: boolean
}

/**
 * A timeline for video that is copied: cuts at entry points. Where pictures are decoded behind an entry point and shown before it, they are in the segment that
 * begins there, so a segment's pictures last from the first one *shown* to the next one's: `leadOf` says how long before its key picture that is.
 */
export async function copiedTimeline(
  title: Pick<TitleReader, "duration" | "joins">,
  entries: readonly EntryPoint[],
  firstLead: number,
  options: ReadOptions,
): Promise<Timeline> {
  const cuts = chooseCuts(title, entries)
  const times = await inParallel(cuts, ({ entry }) => entry?.times(options) ?? Promise.resolve(null))
  const first = times[0] ?? null
  // What pictures are held back for reordering: what remains of the first key picture's delay without those shown before it.
  const delay = first === null ? 0 : first.pts - first.dts - firstLead
  const exact = cuts.map(({ time, isEntered }, index) => (isEntered ? time : (times[index]?.pts ?? time)))
  const starts = cuts.map(({ isEntered }, index) => {
    const found = times[index] ?? null
    const start = exact[index] ?? ticks(0)
    return isEntered || found === null ? start : start - Math.max(0, found.pts - found.dts - delay)
  })
  return {
    cuts: [...exact, title.duration],
    durations: differences([...starts, title.duration]),
    breaks: new Set(cuts.flatMap(({ isBreak }, index) => (isBreak && index > 0 ? [index] : []))),
    sizes: sizesBetween(entries, exact, title.duration),
  }
}

function chooseCuts({ duration, joins }: Pick<TitleReader, "duration" | "joins">, entries: readonly EntryPoint[]): readonly Cut[] {
  const cuts: Cut[] = [{ entry: null, time: ticks(0), isEntered: true, isBreak: false }]
  const plain = joins.filter(({ seamless, at }) => !seamless && at > 0 && at < duration).map(({ at }) => at)
  const joinAt = (time: number) => joins.findLast(({ at }) => at <= time + TABLE_RESOLUTION)?.at ?? ticks(0)
  let next = 0
  const breakBefore = (time: number) => {
    for (let at = plain[next]; at !== undefined && at <= time; at = plain[++next]) {
      const entry = entries.find((candidate) => candidate.time >= (at ?? 0) - TABLE_RESOLUTION) ?? null
      cuts.push({ entry, time: at, isEntered: true, isBreak: true })
    }
  }
  for (const entry of entries) {
    breakBefore(entry.time + TABLE_RESOLUTION)
    const last = cuts.at(-1)?.time ?? 0
    const behindThis = plain[next] ?? duration
    if (cuts.length >= MAX_SEGMENTS || entry.time - last < LEAST_SEGMENT || behindThis - entry.time < LEAST_LAST) continue
    const join = joinAt(entry.time)
    const isEntered = Math.abs(entry.time - join) < TABLE_RESOLUTION
    cuts.push({ entry, time: isEntered ? join : entry.time, isEntered, isBreak: false })
  }
  breakBefore(duration - 1)
  const [first, ...rest] = cuts
  return first === undefined ? [] : [{ ...first, entry: entries[0] ?? null }, ...rest]
}

function sizesBetween(entries: readonly EntryPoint[], cuts: readonly Ticks[], duration: Ticks): readonly number[] {
  const sizes = cuts.map(() => 0)
  let index = 0
  for (const { time, size } of entries) {
    while (index + 1 < cuts.length && time + TABLE_RESOLUTION > (cuts[index + 1] ?? duration)) index++
    sizes[index] = (sizes[index] ?? 0) + size
  }
  return sizes
}

const differences = (times: readonly number[]): number[] => times.slice(1).map((time, index) => Math.max(1, time - (times[index] ?? 0)))

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T)
  }
  await Promise.all(Array.from({ length: READS_AT_ONCE }, worker))
  return results
}
