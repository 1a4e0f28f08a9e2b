/** What the page remembers in this browser: where each title was left, and the theme. */

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

export type Theme = "dark" | "light"

export function theme(): Theme {
  const chosen = localStorage.getItem("opentray.theme")
  if (chosen === "dark" || chosen === "light") return chosen
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"
}

export function rememberTheme(value: Theme): void {
  localStorage.setItem("opentray.theme", value)
}
