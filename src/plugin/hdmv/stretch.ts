import { type Ticks, ticks, type Warnings } from "../../base/index.ts"
import { IgDecoder } from "../../graphics/ig/index.ts"
import {
  chosenStreams,
  currentTitle,
  type HdmvEvent,
  type HdmvState,
  TITLE_FIRST_PLAYBACK,
  TITLE_TOP_MENU,
} from "../../navigation/hdmv/index.ts"
import type { Item, StreamsItem } from "../items.ts"
import { type ChosenNumbers, feedSelection, followingNumber, indexOfStream, streamsItem } from "../stream-descriptions.ts"
import { type FeedSelection, positionItem, TitleFeed } from "../title-feed.ts"
import type { Entry } from "../title-media.ts"
import type { WarningTeller } from "../warning-teller.ts"
import { hasMuxedMenu } from "./look-back.ts"
import type { MenuTrack } from "./menu-track.ts"
import { lastItemFrom, type Playlist } from "./playlist.ts"

type StretchOptions = {
  readonly playlist: Playlist
  /** The entry point that reading begins at, and the time of the playlist that is shown first, at feed time `showFrom`. */
  readonly entry: Entry
  readonly time: Ticks
  readonly showFrom: Ticks
  readonly machine: HdmvState
  readonly menu: MenuTrack
  /** It ends with its first play item, whatever follows on the disc. */
  readonly isAlone: boolean
  readonly cameBy: Arrival
  readonly everything: boolean
  readonly warnings: Warnings
  readonly teller: WarningTeller
  readonly signal: AbortSignal
}

/** Why a stretch begins: a person acted, the play item before it ended, or the program played a playlist when the one before ended. */
export type Arrival = { readonly by: "act" | "item" } | { readonly by: "program"; readonly position: PlayEvent }
export type PlayEvent = Extract<HdmvEvent, { type: "play-playlist" }>

/** A picture is held from a feed time on, until another or (null) until a key. */
export type Hold = { readonly from: Ticks; readonly until: Ticks | null }

/** A run of a playlist, from a place in it to its end or to a play item that holds its last picture. */
export class Stretch {
  readonly playlist: Playlist
  readonly menu: MenuTrack
  readonly showFrom: Ticks
  readonly cameBy: Arrival
  /** Number of the play item (from 0) that it ends with. */
  readonly lastItem: number
  readonly feed: TitleFeed
  /** The machine while this plays. Its place in the playlist and its menu's are kept up when it runs. */
  machine: HdmvState
  held: Hold | null = null
  readonly #offset: number
  readonly #everything: boolean
  readonly #decoder: IgDecoder
  #heldTo: Ticks

  constructor(options: StretchOptions) {
    const { playlist, entry, time, showFrom, machine, menu, isAlone, cameBy, everything, warnings, teller, signal } = options
    this.playlist = playlist
    this.menu = menu
    this.showFrom = showFrom
    this.machine = machine
    this.cameBy = cameBy
    this.#heldTo = showFrom
    this.#everything = everything
    this.#offset = showFrom - time
    this.#decoder = new IgDecoder(warnings, playlist.title.fileName)
    this.lastItem = isAlone ? entry.segment : lastItemFrom(playlist, entry.segment)
    this.feed = new TitleFeed(playlist.media, entry, time, this.#offset, this.#selection(), {
      signal,
      teller,
      lastSegment: this.lastItem,
      onMenuUnit: (menuStream, data, at, feedOffset) => this.#takeMenu(menuStream, data, at, feedOffset),
    })
  }

  /** Feed time at which its last picture ends. */
  get end(): Ticks {
    const { start = 0, inTime = 0, outTime = 0 } = this.playlist.media.segments[this.lastItem] ?? {}
    return ticks(Math.max(start + outTime - inTime + this.#offset, this.showFrom))
  }

  /** Feed time that has been handed out. */
  get reached(): Ticks {
    return ticks(Math.max(this.feed.highest, this.#heldTo))
  }

  /** Time of the playlist at a feed time. */
  timeAt(feedTime: Ticks): Ticks {
    const { duration } = this.playlist.media
    const moving = Math.min(feedTime, this.held?.from ?? this.end)
    return ticks(Math.min(Math.max(moving - this.#offset, 0), Math.max(duration - 1, 0)))
  }

  /** Feed time goes on to `to` while a picture is held. */
  hold(to: Ticks): Item {
    this.#heldTo = ticks(Math.max(this.#heldTo, to))
    return this.position(to)
  }

  /** Feed time minus the playlist's time. */
  get offset(): number {
    return this.#offset
  }

  /** Takes one block. */
  step(): readonly Item[] {
    return this.feed.step().map((item) => (item.type === "position" ? this.#located(item) : item))
  }

  takeItems(): readonly Item[] {
    return this.feed.takeItems().map((item) => (item.type === "position" ? this.#located(item) : item))
  }

  position(at: Ticks): Item {
    return this.#located(positionItem(this.playlist.media, this.timeAt(at), at))
  }

  streamsItem(at: Ticks): StreamsItem {
    return streamsItem(this.playlist.media.streams, this.selected, this.#everything, at)
  }

  /** Numbers of what is heard and read; null: none. */
  get selected(): ChosenNumbers {
    const { streams } = this.playlist.media
    const chosen = chosenStreams(this.machine)
    const isThere = (kind: "audio" | "subtitle", number: number) => indexOfStream(streams, kind, number) !== null
    return {
      audio: isThere("audio", chosen.audio) ? chosen.audio : followingNumber(streams, "audio", null),
      subtitle: chosen.pgShown && isThere("subtitle", chosen.pg) ? chosen.pg : null,
    }
  }

  /** Makes ready what the machine has chosen, so that `selectSubtitle` shows it at once. */
  readSubtitle(): Promise<void> {
    return this.feed.readSubtitle(this.#selection().subtitle)
  }

  /** The machine has chosen other subtitles: what is due of them at what is on the screen. */
  selectSubtitle(presented: Ticks): readonly Item[] {
    return this.feed.selectSubtitle(this.#selection().subtitle, presented)
  }

  #selection(): FeedSelection {
    return feedSelection(this.playlist.media.streams, this.selected, this.#everything)
  }

  /**
   * Before the first title, and in a menu that stands for itself, no title plays. A film that the top menu's own movie object plays is a title
   * all the same.
   */
  #located(item: Extract<Item, { type: "position" }>): Item {
    const title = currentTitle(this.machine)
    if (title !== TITLE_FIRST_PLAYBACK && title !== TITLE_TOP_MENU) return item
    if (this.#hasAlwaysOnMenu(item.at)) return { ...item, domain: "menu", title: null, chapter: null }
    return title === TITLE_TOP_MENU ? item : { ...item, domain: "first-play", title: null, chapter: null }
  }

  /** A multiplexed menu is known only once it was read; what has none, and no pop-up, is taken for one that is to come. */
  #hasAlwaysOnMenu(at: Ticks): boolean {
    if (this.menu.popupShown(at) !== null) return false
    if (this.menu.stateAt(at) !== null || this.playlist.menu !== null) return true
    const { playItems } = this.playlist.title.playList
    return playItems.some((_, item) => hasMuxedMenu(this.playlist, item, chosenMenu(this.machine)))
  }

  #takeMenu(menuStream: number, data: Uint8Array, at: Ticks | null, feedOffset: number): void {
    if (menuStream !== chosenMenu(this.machine)) return
    for (const graphics of this.#decoder.push(data, at)) {
      const shownAt = ticks(graphics.pts ?? this.showFrom)
      // What the menu was before this stretch it still is.
      if (shownAt >= this.showFrom || this.menu.stateAt(this.showFrom) === null) {
        this.menu.add(graphics, ticks(Math.max(shownAt, this.showFrom)), feedOffset)
      }
    }
  }
}

/** The menu stream, from 1 (PSR 0). */
export const chosenMenu = (machine: HdmvState): number => Math.max(chosenStreams(machine).ig, 1)
