import { DiscError, ticksFromSeconds } from "../../base/index.ts"
import type { DvdDisc } from "../../disc/dvd/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import { DEFAULT_PREFERENCES, type DvdPreferences } from "../../navigation/dvd/index.ts"
import type { PlayOptions, Preferences } from "../session.ts"
import { checkedPlace } from "./bookmark.ts"
import type { DvdStart } from "./session.ts"

const REGIONS = 8

/** Where a program begins for what `play()` was told. @throws DiscError `bad-argument` for a bookmark of another disc, or a damaged one */
export function dvdStart(options: PlayOptions, info: DiscInfo): DvdStart {
  if ("bookmark" in options) {
    const { bookmark } = options
    if (bookmark.fingerprint !== info.fingerprint) throw new DiscError("bad-argument", "this bookmark is of another disc")
    return { at: "place", place: checkedPlace("place" in bookmark ? bookmark.place : null) }
  }
  if ("menu" in options) return { at: "menu", menu: options.menu, titleBefore: info.mainTitle }
  if ("title" in options) {
    const { title, chapter = null, time = 0, angle = 1 } = options
    return { at: "title", title, chapter, time: ticksFromSeconds(time), angle }
  }
  return { at: "first-play" }
}

/** The first region that the disc may be played in: a disc asks the register, and a person who owns the disc is not asked. */
function regionOf({ vmg }: DvdDisc): number {
  const region = Array.from({ length: REGIONS }, (_, index) => index + 1).find(
    (number) => ((vmg.mat.prohibitedRegions >> (number - 1)) & 1) === 0,
  )
  return region ?? DEFAULT_PREFERENCES.region
}

/** The player's registers from what a person prefers; what the registers cannot hold is as without it. */
export function dvdPreferences(wanted: Preferences, dvd: DvdDisc): DvdPreferences {
  const language = (tag: string | undefined, other: string) =>
    /^[a-z]{2}(-|$)/i.test(tag ?? "") ? (tag ?? "").slice(0, 2).toLowerCase() : other
  const within = (value: number | undefined, most: number) =>
    value !== undefined && Number.isInteger(value) && value >= 1 && value <= most ? value : null
  return {
    ...DEFAULT_PREFERENCES,
    menuLanguage: language(wanted.menuLanguage, DEFAULT_PREFERENCES.menuLanguage),
    audioLanguage: language(wanted.audioLanguage, DEFAULT_PREFERENCES.audioLanguage),
    subpictureLanguage: language(wanted.subtitleLanguage, DEFAULT_PREFERENCES.subpictureLanguage),
    country: /^[a-z]{2}$/i.test(wanted.country ?? "") ? (wanted.country ?? "") : DEFAULT_PREFERENCES.country,
    parentalLevel: within(wanted.parentalLevel, 8),
    region: within(wanted.region, REGIONS) ?? regionOf(dvd),
    displayAspect: wanted.displayAspect ?? DEFAULT_PREFERENCES.displayAspect,
  }
}
