import type { TitleInfo } from "./disc-info.ts"

/** A stretch of a title's content: the same `key` is the same content (a clip with its in and out time, a cell). */
export type Stretch = { readonly key: string; readonly seconds: number }

/** What a disc's reader knows beyond `TitleInfo`. */
type MainTitleHints = {
  /** By title number. Without it, loops, permutations and versions of one film are not told from new content. */
  readonly stretches?: ReadonlyMap<number, readonly Stretch[]>
}

type MainTitleChoice = {
  /** null: the disc has no title that lasts at all. */
  readonly number: number | null
  /** Why this one, in sentences for a person. */
  readonly reasons: readonly string[]
}

/** Of a title that repeats itself, less than this part is new: a menu's loop, a decoy. Real play-alls repeat a logo, not half of themselves. */
const MIN_NEW_SHARE = 0.5
/** Parts of a play-all together are nearly all of it. */
const PLAY_ALL_COVER = 0.85
/** A part of less is a logo or a chapter, a part of more is the film itself behind a logo. */
const MIN_PART_SHARE = 0.08
const MAX_PART_SHARE = 0.75
/** How closely length and bytes of the episodes must each add up to a play-all whose pieces cannot be compared. */
const SUM_TOLERANCE = 0.03
/** Episodes of a series differ less than this in length; the first and the last one are often double. */
const EPISODE_LENGTH_RATIO = 0.62
/** An extra as long as an episode is usually thinner than this beside one. */
const EPISODE_WORTH_RATIO = 0.5
/** Two episodes could as well be two cuts of a film, or the halves of one. */
const MIN_EPISODES = 3
/** Titles that share more than this are versions of one another, not episodes. */
const MAX_EPISODE_OVERLAP = 0.5
/** Worth this close is no difference: other facts decide. */
const TIE = 0.98

type Candidate = {
  readonly title: TitleInfo
  /** Without what it plays again. */
  readonly seconds: number
  readonly bytes: number
  /** See `worthOf`. */
  readonly worth: number
  readonly keys: ReadonlyMap<string, number>
}

/**
 * The title that a person most likely means by "play the disc", from what titles look like alone (what the disc's own program plays first is another
 * matter). The rule, and why:
 *
 * 1. A title that is the same as another, has no picture, or repeats itself for half its length or more is out: menus loop over short clips for hours,
 *    and decoys pad themselves.
 * 2. A play-all is out where its episodes are titles of their own: people watch an episode, and it is found again by its chapters. It shows by titles
 *    that are parts of it and cover it, or where pieces cannot be compared, by the longest others whose lengths and sizes both add up to its own.
 *    It takes three: two could be the halves of an episode.
 * 3. What is only a piece of a title that is still in is out.
 * 4. Of the rest the most *worth* wins: the geometric mean of length and bytes. Length alone prefers long, thin extras; bytes alone prefer a short film
 *    at a high rate or a picture-in-picture version.
 * 5. Where three titles or more with content of their own have like lengths and like worth, the disc is a series: the first of them by number wins.
 * 6. Where worth is the same within 2 % (versions of one film, permutations of the same clips), more chapters, then more streams, then the lower number.
 */
export function chooseMainTitle(titles: readonly TitleInfo[], hints: MainTitleHints = {}): MainTitleChoice {
  const all = titles.filter((title) => title.duration > 0).map((title) => candidateOf(title, hints))
  if (all.length === 0) return { number: null, reasons: ["no title lasts any time"] }
  const worthwhile = all.filter(
    ({ title, seconds }) => title.sameAs === null && hasPicture(title) && seconds >= title.duration * MIN_NEW_SHARE,
  )
  if (worthwhile.length === 0) return decide(all, ["every title repeats itself or has no picture"])
  const playAlls = new Set(worthwhile.filter((candidate) => isPlayAll(candidate, worthwhile)))
  const outNumbers = new Set([...playAlls].map(({ title }) => title.number))
  const inNumbers = new Set(worthwhile.filter((candidate) => !playAlls.has(candidate)).map(({ title }) => title.number))
  const rest = worthwhile.filter(({ title }) => inNumbers.has(title.number) && !(title.partOf !== null && inNumbers.has(title.partOf)))
  const reasons = outNumbers.size === 0 ? [] : [`left out as play-all: title ${[...outNumbers].join(", ")}`]
  return decide(rest.length > 0 ? rest : worthwhile, reasons)
}

function candidateOf(title: TitleInfo, hints: MainTitleHints): Candidate {
  const keys = new Map<string, number>()
  let played = 0
  for (const { key, seconds } of hints.stretches?.get(title.number) ?? []) {
    played += seconds
    keys.set(key, seconds)
  }
  const newSeconds = [...keys.values()].reduce((sum, seconds) => sum + seconds, 0)
  const newShare = played > 0 ? newSeconds / played : 1
  const seconds = title.duration * newShare
  const bytes = title.size * newShare
  return { title, seconds, bytes, worth: worthOf(seconds, bytes), keys }
}

/** Sizes are not known for every disc (a missing clip); length alone is then what there is. */
const worthOf = (seconds: number, bytes: number): number => Math.sqrt(seconds * Math.max(bytes, 1))

const hasPicture = (title: TitleInfo): boolean => title.streams.length === 0 || title.streams.some(({ kind }) => kind === "video")

function isPlayAll(whole: Candidate, others: readonly Candidate[]): boolean {
  const partSized = others.filter(({ seconds }) => seconds >= whole.seconds * MIN_PART_SHARE && seconds <= whole.seconds * MAX_PART_SHARE)
  const parts = partSized.filter(({ title }) => title.partOf === whole.title.number)
  if (parts.length >= MIN_EPISODES && sumOf(parts, "seconds") >= whole.seconds * PLAY_ALL_COVER) return true
  // Titles whose pieces can be compared have been compared.
  if (whole.keys.size > 0) return false
  return [...partSized]
    .sort((a, b) => b.seconds - a.seconds)
    .some((_, last, byLength) => {
      const longest = byLength.slice(0, Math.min(last, MAX_EPISODES) + 1)
      return longest.length >= MIN_EPISODES && adds(sumOf(longest, "seconds"), whole.seconds) && adds(sumOf(longest, "bytes"), whole.bytes)
    })
}

const sumOf = (candidates: readonly Candidate[], field: "seconds" | "bytes"): number =>
  candidates.reduce((sum, candidate) => sum + candidate[field], 0)
const adds = (sum: number, whole: number): boolean => Math.abs(sum - whole) <= whole * SUM_TOLERANCE

function decide(candidates: readonly Candidate[], reasons: readonly string[]): MainTitleChoice {
  const best = candidates.reduce((a, b) => (b.worth > a.worth ? b : a))
  const episodes = episodesLike(best, candidates)
  if (episodes.length >= MIN_EPISODES) {
    const first = episodes.reduce((a, b) => (b.title.number < a.title.number ? b : a))
    return {
      number: first.title.number,
      reasons: [...reasons, `the first of ${episodes.length} titles of like length and content of their own`],
    }
  }
  const tied = candidates.filter(({ worth }) => worth >= best.worth * TIE).sort(byChaptersStreamsNumber)
  const winner = tied[0] ?? best
  const why =
    tied.length > 1
      ? `of ${tied.length} titles with as much content, the one with the most chapters and streams`
      : "the most content by length and size"
  return { number: winner.title.number, reasons: [...reasons, why] }
}

/** Titles that could be episodes beside `best`, no two of which are versions of each other. */
function episodesLike(best: Candidate, candidates: readonly Candidate[]): readonly Candidate[] {
  const alike = candidates.filter(
    ({ seconds, worth }) =>
      Math.min(seconds, best.seconds) >= Math.max(seconds, best.seconds) * EPISODE_LENGTH_RATIO &&
      worth >= best.worth * EPISODE_WORTH_RATIO,
  )
  const distinct: Candidate[] = []
  // Best first, so that of two versions the better one stands for both; bounded, since each is compared with each.
  for (const candidate of alike.sort((a, b) => b.worth - a.worth).slice(0, MAX_EPISODES)) {
    if (distinct.every((other) => overlap(candidate, other) <= MAX_EPISODE_OVERLAP)) distinct.push(candidate)
  }
  return distinct
}

/** More episodes no disc has; a disc of decoys has hundreds of titles of one length. */
const MAX_EPISODES = 100

/** How much of the shorter one is in the other. */
function overlap(a: Candidate, b: Candidate): number {
  let shared = 0
  for (const [key, seconds] of a.keys) if (b.keys.has(key)) shared += seconds
  return shared / Math.max(1, Math.min(a.seconds, b.seconds))
}

function byChaptersStreamsNumber({ title: a }: Candidate, { title: b }: Candidate): number {
  return b.chapters.length - a.chapters.length || b.streams.length - a.streams.length || a.number - b.number
}
