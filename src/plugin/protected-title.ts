import { DiscError } from "../base/index.ts"

/** What playing a scrambled title ends with, before anything is shown. */
export function protectedTitle(title: number, system: string): DiscError {
  return new DiscError(
    "protected",
    `Title ${title} is scrambled (${system}). opentray does not decrypt; it plays discs and copies that are not scrambled.`,
  )
}
