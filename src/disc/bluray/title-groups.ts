import type { PlayItem } from "./play-item.ts"
import type { PlayList } from "./play-list.ts"

/** What stands for a title: numbers of titles, null where it stands for itself. */
export type TitleGroup = { readonly sameAs: number | null; readonly partOf: number | null }

/** `weight` decides which of several equal titles stands for them: more streams and chapters. */
type GroupedTitle = { readonly number: number; readonly playList: PlayList; readonly weight: number }

/** A stretch that repeats itself for more than this part of a playlist makes it a loop, of which nothing is a piece. */
const MAX_REPEATED_SHARE = 0.5
/** Comparisons of play items over the whole disc: a real disc with 1000 playlists needs some 100,000, a hostile one without end. */
const MAX_COMPARISONS = 4_000_000

/**
 * Groups titles by their play items (clip, in and out time, angles), whatever their streams and marks are. The same items: the same title. A run of
 * another title's items, of which the first and the last may be cut short: a piece of it; the longest such title is named.
 */
export function groupTitles(titles: readonly GroupedTitle[]): ReadonlyMap<number, TitleGroup> {
  const groups = new Map<number, TitleGroup>()
  const representatives: GroupedTitle[] = []
  for (const equals of equalTitles(titles)) {
    const [first, ...others] = equals.sort((a, b) => b.weight - a.weight || a.number - b.number)
    if (first === undefined) continue
    representatives.push(first)
    for (const other of others) groups.set(other.number, { sameAs: first.number, partOf: null })
  }
  const wholes = containersByClip(representatives)
  const budget = { left: MAX_COMPARISONS }
  for (const title of representatives) {
    groups.set(title.number, { sameAs: null, partOf: findWhole(title, wholes, budget)?.number ?? null })
  }
  return groups
}

function equalTitles(titles: readonly GroupedTitle[]): GroupedTitle[][] {
  const byContent = new Map<string, GroupedTitle[]>()
  for (const title of titles) {
    // Titles without play items are nothing; they are not all the same nothing.
    const items = title.playList.playItems
    const key = items.length === 0 ? `#${title.number}` : items.map(itemKey).join("|")
    const equals = byContent.get(key)
    if (equals === undefined) byContent.set(key, [title])
    else equals.push(title)
  }
  return [...byContent.values()]
}

const clipsKey = (item: PlayItem): string =>
  item.angles.map(({ clipInformationFileName, stcId }) => `${clipInformationFileName}.${stcId}`).join("+")

/** What a play item plays, as a key: equal keys are the same content. */
export const itemKey = (item: PlayItem): string => `${clipsKey(item)}:${item.inTime45k}-${item.outTime45k}`

type Whole = { readonly title: GroupedTitle; readonly clips: readonly string[]; readonly duration: number }

/** Titles that others may be pieces of, by each clip they play, the longest first. */
function containersByClip(titles: readonly GroupedTitle[]): ReadonlyMap<string, readonly Whole[]> {
  const byClip = new Map<string, Whole[]>()
  const wholes = titles
    .filter(({ playList }) => repeatedShare(playList) <= MAX_REPEATED_SHARE)
    .map((title) => ({ title, clips: title.playList.playItems.map(clipsKey), duration: durationOf(title.playList.playItems) }))
    .sort((a, b) => b.duration - a.duration || a.title.number - b.title.number)
  for (const whole of wholes) {
    for (const clip of new Set(whole.clips)) {
      const list = byClip.get(clip)
      if (list === undefined) byClip.set(clip, [whole])
      else list.push(whole)
    }
  }
  return byClip
}

const durationOf = (items: readonly PlayItem[]): number => items.reduce((sum, item) => sum + item.outTime45k - item.inTime45k, 0)

/** The part of a playlist's duration that plays what it has played before. */
function repeatedShare(playList: PlayList): number {
  const seen = new Set<string>()
  const repeated = playList.playItems.filter((item) => {
    const key = itemKey(item)
    const again = seen.has(key)
    seen.add(key)
    return again
  })
  return durationOf(repeated) / Math.max(1, durationOf(playList.playItems))
}

function findWhole(piece: GroupedTitle, wholes: ReadonlyMap<string, readonly Whole[]>, budget: { left: number }): GroupedTitle | null {
  const items = piece.playList.playItems
  const first = items[0]
  const duration = durationOf(items)
  if (first === undefined || duration === 0) return null
  const clips = items.map(clipsKey)
  for (const whole of wholes.get(clipsKey(first)) ?? []) {
    if (whole.duration <= duration) return null
    if (whole.title !== piece && holds(whole, items, clips, budget)) return whole.title
  }
  return null
}

function holds(whole: Whole, items: readonly PlayItem[], clips: readonly string[], budget: { left: number }): boolean {
  for (let at = 0; at + items.length <= whole.clips.length; at++) {
    let matched = 0
    while (matched < items.length) {
      if (--budget.left < 0) return false
      if (whole.clips[at + matched] !== clips[matched]) break
      if (!liesIn(items[matched], whole.title.playList.playItems[at + matched], matched === 0, matched === items.length - 1)) break
      matched++
    }
    if (matched === items.length) return true
  }
  return false
}

function liesIn(inner: PlayItem | undefined, outer: PlayItem | undefined, isFirst: boolean, isLast: boolean): boolean {
  if (inner === undefined || outer === undefined) return false
  const startsRight = isFirst ? inner.inTime45k >= outer.inTime45k : inner.inTime45k === outer.inTime45k
  const endsRight = isLast ? inner.outTime45k <= outer.outTime45k : inner.outTime45k === outer.outTime45k
  return startsRight && endsRight && inner.inTime45k < inner.outTime45k
}
