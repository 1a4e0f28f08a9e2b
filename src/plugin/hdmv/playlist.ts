import { type Ticks, ticks, type Warnings } from "../../base/index.ts"
import type { BlurayDisc, BlurayTitle, Still } from "../../disc/bluray/index.ts"
import type { DiscInfo } from "../../disc/index.ts"
import type { InteractiveGraphics } from "../../graphics/ig/index.ts"
import type { PlayPosition } from "../../navigation/hdmv/index.ts"
import { openBlurayMedia } from "../bluray-media.ts"
import { KeptOpen } from "../open-clips.ts"
import type { TitleMedia } from "../title-media.ts"
import { readPreloadedMenu } from "./preloaded-menu.ts"

/** A playlist, ready to play. */
export type Playlist = {
  readonly title: BlurayTitle
  readonly media: TitleMedia
  /** The menu that comes in a clip of its own; null: none does. */
  readonly menu: InteractiveGraphics | null
  close(): Promise<void>
}

/** Menus loop, and go to a film and back: their playlists stay open. */
const MAX_OPEN = 4

/** The playlists of a disc that were played last. */
export class Playlists {
  readonly #bluray: BlurayDisc
  readonly #info: DiscInfo
  readonly #warnings: Warnings
  readonly #open = new KeptOpen<string, Playlist | null>(MAX_OPEN)

  constructor(bluray: BlurayDisc, info: DiscInfo, warnings: Warnings) {
    this.#bluray = bluray
    this.#info = info
    this.#warnings = warnings
  }

  /** null: there is no such playlist. @throws DiscError `damaged`, `protected`, `read-failed` */
  get(playlist: number, angle: number, menuStream: number, signal: AbortSignal): Promise<Playlist | null> {
    return this.#open.get(`${playlist}/${angle}/${menuStream}`, () => this.#read(playlist, angle, menuStream, signal))
  }

  close(): Promise<void> {
    return this.#open.close()
  }

  async #read(playlist: number, wantedAngle: number, menuStream: number, signal: AbortSignal): Promise<Playlist | null> {
    const title = this.#bluray.title(playlist)
    const info = this.#info.titles.find(({ number }) => number === title?.number)
    if (title === null || info === undefined) return null
    const angle = Math.min(Math.max(wantedAngle, 1), info.angles)
    const menu = readPreloadedMenu(this.#bluray, title.playList, 0, menuStream, this.#warnings, signal)
    const media = await openBlurayMedia(this.#bluray, this.#info, info, angle, this.#warnings)
    return { title, media, menu: await menu, close: () => media.close() }
  }
}

/** Where a place of a play item falls on the playlist's timeline. */
export function timeOfPosition({ media }: Playlist, { playItemId, time45k }: PlayPosition): Ticks {
  const segment = media.segments[playItemId]
  if (segment === undefined) return ticks(0)
  return ticks(segment.start + Math.min(Math.max(time45k * 2 - segment.inTime, 0), segment.outTime - segment.inTime))
}

/** The place of a play item at a time of the playlist. */
export function positionOfTime({ media }: Playlist, time: Ticks): PlayPosition {
  const found = media.segments.findLastIndex(({ start }) => start <= time)
  const playItemId = Math.max(found, 0)
  const { start = 0, inTime = 0, outTime = 0 } = media.segments[playItemId] ?? {}
  return { playItemId, time45k: Math.floor(Math.min(inTime + Math.max(0, time - start), outTime) / 2) }
}

/** The play item that a stretch from `first` on ends with: one that holds its last picture, else the last. */
export function lastItemFrom({ title }: Playlist, first: number): number {
  const { playItems } = title.playList
  const still = playItems.findIndex((item, index) => index >= first && item.still.mode !== "none")
  return still === -1 ? playItems.length - 1 : still
}

export const stillOf = ({ title }: Playlist, item: number): Still => title.playList.playItems[item]?.still ?? { mode: "none" }
