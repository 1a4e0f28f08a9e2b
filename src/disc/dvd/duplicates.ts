/** What a title plays, for telling titles that are the same or pieces of others: one key for each of its cells, in order. */
type TitleContent = { readonly number: number; readonly chapters: number; readonly keys: readonly string[] }

/** Numbers of the titles that stand for a title: `sameAs` plays the same cells, `partOf` plays them among others. */
export type TitleGroup = { readonly sameAs: number | null; readonly partOf: number | null }

const ALONE: TitleGroup = { sameAs: null, partOf: null }

/** Longer ones are not compared: no film has that many cells, and comparing grows with the square. */
const MAX_COMPARED_CELLS = 2_000

/**
 * Titles with the same cells in the same order are the same: the one with the most chapters stands for them, the lowest number among equals.
 * A title whose cells are an unbroken run of another's is a piece of it (an episode of "play all", a chapter as a title): the longest such
 * title stands for it. Titles that leave out cells in the middle (a shorter cut) are no pieces, and titles without cells are nothing's.
 */
export function groupTitles(titles: readonly TitleContent[]): ReadonlyMap<number, TitleGroup> {
  const groups = new Map<number, TitleGroup>(titles.map(({ number }) => [number, ALONE]))
  const byContent = new Map<string, TitleContent[]>()
  for (const title of titles) {
    if (title.keys.length === 0 || title.keys.length > MAX_COMPARED_CELLS) continue
    const key = joined(title.keys)
    byContent.set(key, [...(byContent.get(key) ?? []), title])
  }
  const representatives = [...byContent].map(([key, same]) => {
    const [first, ...others] = [...same].sort((a, b) => b.chapters - a.chapters || a.number - b.number)
    for (const other of others) groups.set(other.number, { sameAs: first?.number ?? null, partOf: null })
    return { key, title: first }
  })
  // Longest first: the first that contains a title is the one that nothing else contains.
  representatives.sort((a, b) => b.key.length - a.key.length)
  for (const [index, { key, title }] of representatives.entries()) {
    const whole = representatives.slice(0, index).find((longer) => longer.key.includes(key))
    if (title !== undefined && whole?.title !== undefined) groups.set(title.number, { sameAs: null, partOf: whole.title.number })
  }
  return groups
}

/** With a separator on both sides of each key, so that "12" is not found in "312". */
const joined = (keys: readonly string[]): string => `|${keys.join("|")}|`
