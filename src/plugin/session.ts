import type { Ticks } from "../base/index.ts"
import type { DvdPlace } from "./dvd/place.ts"
import type { HdmvPlace } from "./hdmv/place.ts"
import type { AllowedItem, HighlightItem, Item, OverlayItem, PositionItem, StillItem, StreamsItem } from "./items.ts"

/** A disc's menus, by what a remote control calls them. */
export type MenuName = "root" | "title" | "audio" | "subtitle" | "angle" | "chapter"

/** The keys of a remote control. */
export type Key =
  | "up"
  | "down"
  | "left"
  | "right"
  | "enter"
  | "next"
  | "previous"
  | "return"
  | "popup"
  | "audio"
  | "subtitle"
  | "angle"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | `digit-${number}`

/** Why a key was refused. */
export type Refusal = "uop-title" | "uop-pgc" | "uop-vobu" | "uop-playlist" | "uop-play-item" | "uop-page" | "no-menu"

/** What a person's act did, before the next item is pulled. */
export type Answer = {
  readonly outcome: "done" | "refused" | "nothing"
  readonly by?: Refusal
  readonly highlight?: HighlightItem
  /** The menu's plane as it is now, where the act has changed it. It comes as an item, too. */
  readonly overlay?: OverlayItem
  /** The old stretch is void: drop what is not yet shown and move on to the next discontinuity's `showFrom`. */
  readonly flush: boolean
}

/** What to change; what is left out stays as it is. */
export type Selection = {
  /** The disc's numbers, from 1. `null`: no subtitles but forced ones. */
  readonly audio?: number
  readonly subtitle?: number | null
  readonly angle?: number
}

/** Where a session begins. `time` is in seconds. */
export type PlayFrom =
  | { readonly from: "first-play" }
  | { readonly from: "main-title" }
  /** `program`: by the rules of the disc's program, so that its menus can be called; without it the title plays whatever the program says of it. */
  | { readonly title: number; readonly chapter?: number; readonly time?: number; readonly angle?: number; readonly program?: boolean }
  | { readonly menu: MenuName }
  | { readonly bookmark: Bookmark }

/** Fixed before the first command of the disc's program runs. */
export type Preferences = {
  readonly menuLanguage?: string
  readonly audioLanguage?: string
  readonly subtitleLanguage?: string
  readonly country?: string
  readonly parentalLevel?: number
  readonly region?: number
  readonly displayAspect?: "4:3" | "16:9"
}

/** Where to begin, and how; fixed before the first item. */
export type PlayOptions = PlayFrom & {
  /** How far beyond `presented` the session may read. Default 1. Without a call of `presented`, pulling alone drives it. */
  readonly aheadSeconds?: number
  /** `selected` (default): packets of the chosen video and audio, overlays of the chosen subtitle. `all`: packets of every stream, subtitles as packets too. */
  readonly streams?: "selected" | "all"
  readonly audio?: number
  readonly subtitle?: number | null
  readonly preferences?: Preferences
}

/** A place in a title that plays without the disc's program. `time` in seconds. */
export type TitleBookmark = {
  readonly version: 1
  readonly fingerprint: string
  readonly title: number
  readonly time: number
  readonly angle: number
  readonly audio: number | null
  readonly subtitle: number | null
}

/** A place of a running program, with the whole state of its machine. */
export type ProgramBookmark = { readonly version: 1; readonly fingerprint: string } & (
  | { readonly place: DvdPlace }
  | { readonly hdmv: HdmvPlace }
)

/** A place to come back to, in this process or another: plain values, the same after a way through JSON. Checked when it is used. */
export type Bookmark = TitleBookmark | ProgramBookmark

/** What `watch` tells: state, no packets. */
export type WatchedItem = PositionItem | HighlightItem | AllowedItem | StreamsItem | StillItem

/** A stream of timed items that one player pulls, and the keys that a person presses. */
export interface Session extends AsyncIterable<Item> {
  /**
   * All items that are ready, waiting for the first; `null` once the session is closed. For hosts that move many packets:
   * the same as the loop, but it goes on after `end`, because a key may start a new stretch.
   */
  batch(): Promise<readonly Item[] | null>
  press(key: Key): Promise<Answer>
  /** Pixels of the highlight's plane. */
  point(x: number, y: number, activate?: boolean): Promise<Answer>
  /** Seconds since the title's start. */
  seek(seconds: number): Promise<Answer>
  chapter(number: number): Promise<Answer>
  menu(name: MenuName): Promise<Answer>
  select(selection: Selection): Promise<Answer>
  /** The feed time that is on the screen now. */
  presented(feedTime: Ticks): void
  /** The latest state for a remote or a second screen, without packets. Returns what ends the watching. */
  watch(listener: (item: WatchedItem) => void): () => void
  bookmark(): Bookmark
  /** Ends a waiting `next()`, aborts reads and frees everything; later calls do nothing. */
  close(): Promise<void>
}
