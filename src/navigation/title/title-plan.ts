import type { ReadOptions, Ticks } from "../../base/index.ts"
import type { Segment } from "../../mpeg/segment.ts"

/** Where reading starts for a moment of the title: the entry point at or before it. */
export type Entry = {
  readonly segment: number
  /** Bytes of the segment's ranges (as one run) before the entry point's block. */
  readonly skip: number
  /** Bytes of that block before the entry point itself: what it holds of the pictures before. Default 0. */
  readonly lead?: number
  /** The entry point's presentation time on the title's timeline; before the segment's start where decoding has to begin there. */
  readonly time: Ticks
}

/** A title as a player plays it from its first to its last picture when nobody presses a key and no command jumps. */
export type TitlePlan = {
  readonly segments: readonly Segment[]
  readonly duration: Ticks
  /** Start of each chapter on the title's timeline: feed time, from navigation packs (DVD) or marks and in times (Blu-ray). */
  readonly chapters: readonly Ticks[]
  /** The entry point for a moment of the title. Blu-ray: no read; DVD: a few reads of one pack each. @throws DiscError of the source */
  locate(time: Ticks, options?: ReadOptions): Promise<Entry>
}

/** The segment in which a moment of the title lies: the last that has begun by then and is not empty. 0 for a title without segments. */
export function segmentAt(segments: readonly Segment[], time: Ticks): number {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((segments[middle]?.start ?? 0) <= time) low = middle + 1
    else high = middle
  }
  let index = Math.max(0, low - 1)
  while (index > 0 && segments[index]?.ranges.length === 0) index--
  return index
}
