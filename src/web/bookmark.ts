import type { DiscSummary } from "../hosts/browser/catalogue-message.ts"
import type { DiscListing } from "../hosts/browser/protocol.ts"
import type { Beginning } from "./memory.ts"

/** Of the fingerprint in ids and older addresses; enough to tell the discs of one server apart. */
const FINGERPRINT_LENGTH = 12

/** What is asked for, where anything is. Times in seconds. */
type Wanted = { readonly title: number | null; readonly time: number | null; readonly beginning: Beginning | null }

const query = () => new URLSearchParams(location.search)

/** What the page's address asks for: `?title=3&t=120`, `?start=film`. */
export function bookmarkOf(): Wanted {
  const numeric = (name: string): number | null => {
    const text = query().get(name)
    const value = text === null || text.trim() === "" ? Number.NaN : Number(text)
    return Number.isFinite(value) && value >= 0 ? value : null
  }
  const title = numeric("title")
  const start = query().get("start")
  return {
    title: title === null || title < 1 ? null : Math.floor(title),
    time: numeric("t"),
    beginning: start === "film" || start === "menu" ? start : null,
  }
}

/** The library's folder that the address shows, from the top. */
export const bookmarkedFolder = (): readonly string[] =>
  query()
    .get("folder")
    ?.split("/")
    .filter((name) => name !== "") ?? []

export const folderAddress = (folder: readonly string[]): string =>
  folder.length === 0 ? "./" : `?folder=${folder.map(encodeURIComponent).join("/")}`

export const discAddress = (id: string): string => `?disc=${encodeURIComponent(id)}`

export const namesDisc = (): boolean => query().has("disc")

/** The disc that the address names, by its id or as the disc with that content; null where it names none that is there. */
export function bookmarkedDisc(discs: readonly DiscSummary[]): DiscSummary | null {
  const wanted = query().get("disc")
  if (wanted === null) return null
  const content = wanted.slice(0, FINGERPRINT_LENGTH)
  return discs.find(({ id }) => id === wanted) ?? discs.find(({ fingerprint }) => fingerprint.startsWith(content)) ?? null
}

/** `place` is null in a menu: the disc begins anew from there. */
export function bookmarkAddress({ id }: DiscListing, place: { readonly title: number; readonly time: number } | null): string {
  const disc = discAddress(id)
  return place === null ? `${disc}&start=menu` : `${disc}&title=${place.title}&t=${Math.floor(place.time)}`
}
