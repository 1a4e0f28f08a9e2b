/** What the page remembers in this browser: where each title was left, languages, how discs begin, and the theme. */

type Place = { readonly time: number; readonly duration: number; readonly at: number }

/** Discs remembered; the one not seen for longest goes first. */
const MAX_PLACES = 200
const KEY = "opentray.places"

function places(): Record<string, Place> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}")
    return typeof value === "object" && value !== null ? (value as Record<string, Place>) : {}
  } catch {
    return {}
  }
}

export function rememberPlace(fingerprint: string, title: number, time: number, duration: number): void {
  const all = Object.entries({ ...places(), [`${fingerprint}/${title}`]: { time, duration, at: Date.now() } })
  all.sort(([, a], [, b]) => b.at - a.at)
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all.slice(0, MAX_PLACES))))
  } catch {
    // Private windows may refuse; the film plays all the same.
  }
}

/** Seconds to resume at; 0 when the title was hardly begun or as good as seen. */
export function placeOf(fingerprint: string, title: number): number {
  const place = places()[`${fingerprint}/${title}`]
  if (place === undefined || place.time < 5 || place.time > place.duration - 10) return 0
  return place.time
}

/** A title that was begun and not seen to its end. Times in seconds. */
export type Begun = { readonly fingerprint: string; readonly title: number; readonly time: number; readonly duration: number }

/** The one seen last first; of each disc the title seen last. */
export function begunTitles(): readonly Begun[] {
  const discs = new Set<string>()
  return Object.entries(places())
    .sort(([, a], [, b]) => b.at - a.at)
    .flatMap(([key, { time, duration }]) => {
      const [fingerprint = "", number] = key.split("/")
      const title = Number(number)
      if (discs.has(fingerprint)) return []
      discs.add(fingerprint)
      return placeOf(fingerprint, title) === 0 ? [] : [{ fingerprint, title, time, duration }]
    })
}

export function forgetPlace(fingerprint: string, title: number): void {
  const { [`${fingerprint}/${title}`]: _, ...others } = places()
  remember("places", JSON.stringify(others))
}

export type Theme = "dark" | "light"

/** Dark, unless the person chose light: a film is watched here. */
export const theme = (): Theme => (recall("theme") === "light" ? "light" : "dark")

export const rememberTheme = (value: Theme): void => remember("theme", value)

/** How a disc with menus begins: with its own program, as in a disc player, or straight with the film. */
export type Beginning = "menu" | "film"

export const beginning = (): Beginning => (recall("beginning") === "film" ? "film" : "menu")

export const rememberBeginning = (value: Beginning): void => remember("beginning", value)

/** Languages chosen by hand, as BCP 47 primary tags; the next title begins with them. */
export function languages(): { readonly audioLanguage?: string; readonly subtitleLanguage?: string } {
  const [audio, subtitle] = [recall("audio"), recall("subtitle")]
  return { ...(audio === null ? {} : { audioLanguage: audio }), ...(subtitle === null ? {} : { subtitleLanguage: subtitle }) }
}

/** Null: the person turned it off, or chose a stream whose language the disc does not say. */
export const rememberLanguage = (kind: "audio" | "subtitle", tag: string | null): void => remember(kind, tag?.split("-")[0] ?? null)

function recall(name: string): string | null {
  try {
    return localStorage.getItem(`opentray.${name}`)
  } catch {
    return null
  }
}

function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`opentray.${name}`)
    else localStorage.setItem(`opentray.${name}`, value)
  } catch {
    // Private windows may refuse; the film plays all the same.
  }
}
