import { DiscError, ticksFromSeconds } from "../../base/index.ts"
import type { BlurayDisc } from "../../disc/bluray/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import { DEFAULT_PREFERENCES, type HdmvPreferences } from "../../navigation/hdmv/index.ts"
import type { PlayOptions, Preferences } from "../session.ts"
import { checkedPlace } from "./bookmark.ts"
import type { HdmvStart } from "./options.ts"

/**
 * Where a program begins for what `play()` was told.
 * @throws DiscError `bad-argument` for a bookmark of another disc or a damaged one, `not-found` for a title that is not there, `damaged` where
 * the disc's program cannot be read
 */
export function hdmvStart(options: PlayOptions, info: DiscInfo, { index }: BlurayDisc): HdmvStart {
  if ("bookmark" in options) {
    const { bookmark } = options
    if (bookmark.fingerprint !== info.fingerprint) throw new DiscError("bad-argument", "this bookmark is of another disc")
    return { at: "place", place: checkedPlace("hdmv" in bookmark ? bookmark.hdmv : null) }
  }
  if ("title" in options) return titleStart(options, info)
  if (index === null)
    throw new DiscError("damaged", "the disc's index (index.bdmv) cannot be read; play one of its titles instead of the menu")
  if ("menu" in options) return { at: "menu" }
  return { at: "first-play" }
}

/** The program numbers titles by index.bdmv: a title of the disc's list is its playlist, with the program standing by for its menus. */
function titleStart(options: Extract<PlayOptions, { title: number }>, { titles }: DiscInfo): HdmvStart {
  const { title: number, chapter = null, time = 0, angle = 1 } = options
  const title = titles.find((candidate) => candidate.number === number)
  const playlist = Number.parseInt(title?.bluray?.playlist ?? "", 10)
  const start = chapter === null ? time : title?.chapters[chapter - 1]?.start
  if (Number.isNaN(playlist) || start === undefined) {
    throw new DiscError("not-found", `the disc has no title ${number}${chapter === null ? "" : ` with a chapter ${chapter}`}`)
  }
  return { at: "playlist", playlist, title: number, time: ticksFromSeconds(start), angle }
}

/** ISO 639-1 to 639-2/T of the languages that players offer. */
const THREE_LETTERS: Readonly<Record<string, string>> = {
  ar: "ara",
  cs: "ces",
  da: "dan",
  de: "deu",
  el: "ell",
  en: "eng",
  es: "spa",
  fi: "fin",
  fr: "fra",
  he: "heb",
  hi: "hin",
  hu: "hun",
  it: "ita",
  ja: "jpn",
  ko: "kor",
  nl: "nld",
  no: "nor",
  pl: "pol",
  pt: "por",
  ru: "rus",
  sv: "swe",
  th: "tha",
  tr: "tur",
  uk: "ukr",
  zh: "zho",
}

/** The player's registers from what a person prefers; what the registers cannot hold is as without it. */
export function hdmvPreferences(wanted: Preferences): HdmvPreferences {
  const language = (tag: string | undefined, other: string) => {
    const [primary = ""] = (tag ?? "").toLowerCase().split("-")
    return /^[a-z]{3}$/.test(primary) ? primary : (THREE_LETTERS[primary] ?? other)
  }
  return {
    ...DEFAULT_PREFERENCES,
    menuLanguage: language(wanted.menuLanguage, DEFAULT_PREFERENCES.menuLanguage),
    audioLanguage: language(wanted.audioLanguage, DEFAULT_PREFERENCES.audioLanguage),
    subtitleLanguage: language(wanted.subtitleLanguage, DEFAULT_PREFERENCES.subtitleLanguage),
    country: /^[a-z]{2}$/i.test(wanted.country ?? "") ? (wanted.country ?? "").toUpperCase() : DEFAULT_PREFERENCES.country,
  }
}
