import { TICKS_PER_SECOND, type Ticks } from "../base/index.ts"

/** "Previous" within this time of a chapter's start goes to the chapter before, as players do. */
const PREVIOUS_GRACE = 3 * TICKS_PER_SECOND

/** Where "next" and "previous" go at a time of a title; undefined: there is no such chapter. Before the first chapter, "next" goes to it. */
export function chapterBeside(chapters: readonly Ticks[], time: Ticks, direction: 1 | -1): Ticks | undefined {
  const from = direction === 1 ? time : Math.max(0, time - PREVIOUS_GRACE)
  const found = chapters.findLastIndex((start) => start <= from)
  return chapters[direction === 1 ? found + 1 : Math.max(found, 0)]
}
