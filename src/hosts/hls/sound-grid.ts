import type { Timeline } from "./timeline.ts"

/** An AAC frame at 48 kHz, in ticks: 1024 samples. */
export const FRAME_TICKS = 1920

/** The AAC frames of a segment, counted from the title's beginning: from `first` up to, not including, `end`. Neighbours share none and leave none out. */
export function framesOf({ cuts }: Pick<Timeline, "cuts">, index: number): { readonly first: number; readonly end: number } {
  return { first: Math.ceil((cuts[index] ?? 0) / FRAME_TICKS), end: Math.ceil((cuts[index + 1] ?? 0) / FRAME_TICKS) }
}

/** How long each segment's AAC frames last together, in ticks. */
export const soundDurations = (timeline: Timeline): readonly number[] =>
  timeline.durations.map((_, index) => {
    const { first, end } = framesOf(timeline, index)
    return (end - first) * FRAME_TICKS
  })
