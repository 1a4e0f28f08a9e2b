import type { Ticks } from "../../base/index.ts"
import type { BlurayDisc } from "../../disc/bluray/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import type { ChosenStreams, HdmvPreferences } from "../../navigation/hdmv/index.ts"
import type { ProgramOptions } from "../program-options.ts"
import type { HdmvPlace } from "./place.ts"

/** Where the disc's program begins. A `playlist` is played with the program standing by; `title` is its number in `info`. */
export type HdmvStart =
  | { readonly at: "first-play" }
  | { readonly at: "menu" }
  | { readonly at: "playlist"; readonly playlist: number; readonly title: number; readonly time: Ticks; readonly angle: number }
  | { readonly at: "place"; readonly place: HdmvPlace }

export type HdmvSessionOptions = ProgramOptions & {
  readonly bluray: BlurayDisc
  readonly info: DiscInfo
  readonly preferences: HdmvPreferences
}

/** A viewer's choice of subtitles, null: none, as the machine's registers have it. */
export const subtitleChoice = (subtitle: number | null): Partial<Pick<ChosenStreams, "pg" | "pgShown">> =>
  subtitle === null ? { pgShown: false } : { pg: subtitle, pgShown: true }
