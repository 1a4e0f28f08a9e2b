import type { DiscListing } from "../hosts/browser/protocol.ts"

/** Enough of a fingerprint to tell the discs of one server apart. */
const FINGERPRINT_LENGTH = 12

const query = () => new URLSearchParams(location.search)

/** What the page's address asks for: `?title=3&t=120`. */
export function bookmarkOf(): { readonly title: number | null; readonly time: number | null } {
  const numeric = (name: string): number | null => {
    const text = query().get(name)
    const value = text === null || text.trim() === "" ? Number.NaN : Number(text)
    return Number.isFinite(value) && value >= 0 ? value : null
  }
  const title = numeric("title")
  return { title: title === null || title < 1 ? null : Math.floor(title), time: numeric("t") }
}

/** The disc that the address names; the first where it names none, which is the one that the server was started with. */
export function bookmarkedDisc(discs: readonly DiscListing[]): DiscListing | null {
  const wanted = query().get("disc")
  const named = wanted === null ? undefined : discs.find(({ info }) => info.fingerprint.startsWith(wanted))
  return named ?? discs[0] ?? null
}

export function bookmarkAddress({ info }: DiscListing, title: number, time: number): string {
  return `?disc=${info.fingerprint.slice(0, FINGERPRINT_LENGTH)}&title=${title}&t=${Math.floor(time)}`
}
