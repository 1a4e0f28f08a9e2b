import { TICKS_PER_SECOND, type Ticks, ticks } from "../base/index.ts"

/** Feed time of the first moment shown: above 0, so that what is decoded before it has times of its own. */
export const FIRST_FEED_TIME = ticks(10 * TICKS_PER_SECOND)
/** Between the highest feed time ever handed out and the first of a new stretch. */
export const STRETCH_GAP = ticks(TICKS_PER_SECOND / 10)
/**
 * New stretches begin on this grid: a whole number of AAC frames (1024 samples) and of AC-3 frames (1536) at 48 kHz, so that a host whose
 * sound goes on frame by frame stays in step however often a person jumps.
 */
const STRETCH_GRID = 5760

/** The next moment of the grid on which stretches begin, counted from the first. */
export function onGrid(feedTime: number): Ticks {
  return ticks(FIRST_FEED_TIME + Math.ceil((feedTime - FIRST_FEED_TIME) / STRETCH_GRID) * STRETCH_GRID)
}
