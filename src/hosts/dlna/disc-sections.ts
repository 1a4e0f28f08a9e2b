import type { DiscInfo, StreamInfo, TitleInfo } from "../../disc/index.ts"
import type { ListedDisc } from "../host.ts"

/** Titles by what a person calls them, in the disc's order. */
export type DiscSections = {
  /** The one a person most likely wants; null: there is none, or it cannot be played. */
  readonly film: TitleInfo | null
  readonly episodes: readonly TitleInfo[]
  readonly extras: readonly TitleInfo[]
  /** All that can be played. */
  readonly titles: readonly TitleInfo[]
  /** Titles with a choice of chapters or of languages, each content once, the film first. */
  readonly chaptered: readonly TitleInfo[]
  readonly multilingual: readonly TitleInfo[]
}

/** Shorter ones are trailers and openings. */
const MIN_EPISODE_SECONDS = 8 * 60
/** Two of the same length are a film and its other version. */
const MIN_EPISODES = 3
/** Episodes of a series are about as long as one another. */
const EPISODE_SPREAD = { least: 0.7, most: 1.4 }
/** Of a title that plays all: so much of it is episodes. */
const MIN_SHARE = 0.8
/** Shorter ones are logos and black. */
const MIN_EXTRA_SECONDS = 5

/** Sorts a disc's titles. Scrambled ones are left out: nothing can play them. */
export function discSections({ titles: all, mainTitle }: DiscInfo): DiscSections {
  const titles = all.filter(({ scrambled, duration }) => scrambled !== true && duration > 0)
  const film = titles.find(({ number }) => number === mainTitle) ?? null
  const episodes = episodesOf(titles, film)
  const own = titles.filter((title) => title.sameAs === null && title.partOf === null)
  const extras = own.filter((title) => title !== film && !episodes.includes(title) && title.duration >= MIN_EXTRA_SECONDS)
  const filmFirst = film === null ? own : [film, ...own.filter((title) => title !== film)]
  return {
    film,
    episodes,
    extras,
    titles,
    chaptered: filmFirst.filter(({ chapters }) => chapters.length > 1),
    multilingual: filmFirst.filter(({ streams }) => streams.some(isLanguage)),
  }
}

const isLanguage = ({ kind }: StreamInfo): boolean => kind !== "video"

function episodesOf(titles: readonly TitleInfo[], film: TitleInfo | null): readonly TitleInfo[] {
  if (film === null) return []
  const long = titles.filter(({ sameAs, duration }) => sameAs === null && duration >= MIN_EPISODE_SECONDS)
  // A title that plays all, and its pieces.
  const pieces = long.filter(({ partOf }) => partOf === film.number)
  const sum = pieces.reduce((seconds, { duration }) => seconds + duration, 0)
  if (pieces.length >= MIN_EPISODES && sum >= film.duration * MIN_SHARE) return pieces
  const own = long.filter(({ partOf }) => partOf === null)
  const alike = own.filter(({ duration }) => {
    const share = duration / film.duration
    return share >= EPISODE_SPREAD.least && share <= EPISODE_SPREAD.most
  })
  return alike.length >= MIN_EPISODES ? alike : []
}

/** What a person calls the disc: its own name, in English where it has several, else its file's. */
export function discName({ name, info }: Pick<ListedDisc, "name" | "info">): string {
  const own = info.names.eng ?? Object.values(info.names)[0]
  return own ?? (name.replace(/\.(?:iso|img|bin|udf)$/i, "") || info.label || "Disc")
}

/** `1:23:45`, `3:05`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const tail = String(rest).padStart(2, "0")
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, "0")}:${tail}`
}

const LANGUAGES = new Intl.DisplayNames("en", { type: "language" })
const SOUND_NAMES: Readonly<Record<string, string>> = {
  ac3: "AC-3",
  eac3: "E-AC-3",
  dts: "DTS",
  truehd: "TrueHD",
  mp2: "MPEG",
  pcm_dvd: "PCM",
  pcm_bluray: "PCM",
}
const SPEAKERS: Readonly<Record<number, string>> = { 1: "mono", 2: "stereo", 6: "5.1", 7: "6.1", 8: "7.1" }

/** `English (AC-3 5.1)`, `French subtitles`, `Commentary (AC-3 stereo)`. */
export function streamName({ kind, number, languageTag: tag, label, codec, channels }: StreamInfo): string {
  const language = tag === null ? null : languageName(tag)
  const name = [language, label].filter((part) => part !== null).join(", ")
  if (kind === "subtitle") return name === "" ? `Subtitles ${number}` : `${name} subtitles`
  const sound = [SOUND_NAMES[codec] ?? codec, channels === undefined ? null : (SPEAKERS[channels] ?? `${channels} channels`)]
  return `${name || `Sound ${number}`} (${sound.filter((part) => part !== null).join(" ")})`
}

/** As the tags of any library's discs; Intl is slow. */
const MAX_NAMES = 1_000
const names = new Map<string, string>()

function languageName(tag: string): string {
  const known = names.get(tag)
  if (known !== undefined) return known
  let name = tag
  try {
    name = LANGUAGES.of(tag) ?? tag
  } catch {
    // Not a tag that Intl takes: shown as it is.
  }
  if (names.size < MAX_NAMES) names.set(tag, name)
  return name
}
