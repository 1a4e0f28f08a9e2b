import type { ChapterInfo } from "../disc-info.ts"
import type { PlayList } from "./play-list.ts"
import { MARK_ENTRY } from "./play-list-mark.ts"

/** A chapter on the title's own timeline, 45 kHz. */
export type Chapter45k = { readonly start45k: number; readonly duration45k: number; readonly playItemId: number }

/** Where each play item begins on the title's timeline, and behind them where the title ends, 45 kHz. */
export function playItemStarts45k(playList: PlayList): readonly number[] {
  const starts = [0]
  let at = 0
  for (const item of playList.playItems) {
    at += item.outTime45k - item.inTime45k
    starts.push(at)
  }
  return starts
}

export const playListDuration45k = (playList: PlayList): number => playItemStarts45k(playList).at(-1) ?? 0

/**
 * Chapters are the entry marks, in the order of the disc, which numbers them. A chapter lasts to the next mark, unless the mark itself says how long
 * (libbluray `_extrapolate_title`). A mark outside its play item counts as at its edge, one for a play item that is not there as at the end, so that
 * the numbers of the others stay.
 */
export function chapters45k(playList: PlayList): readonly Chapter45k[] {
  const starts = playItemStarts45k(playList)
  const end = starts.at(-1) ?? 0
  const marks = playList.marks.filter((mark) => mark.markType === MARK_ENTRY)
  const positions = marks.map((mark) => {
    const item = playList.playItems[mark.playItemId]
    const from = starts[mark.playItemId]
    if (item === undefined || from === undefined) return end
    return from + Math.min(Math.max(mark.time45k, item.inTime45k), item.outTime45k) - item.inTime45k
  })
  return marks.map((mark, index) => {
    const start45k = positions[index] ?? end
    const next = positions[index + 1] ?? end
    return { start45k, duration45k: mark.duration45k || Math.max(0, next - start45k), playItemId: mark.playItemId }
  })
}

/** In seconds, for `DiscInfo`. */
export function chapterInfos(playList: PlayList): readonly ChapterInfo[] {
  return chapters45k(playList).map(({ start45k, duration45k }) => ({ start: start45k / 45_000, duration: duration45k / 45_000 }))
}
