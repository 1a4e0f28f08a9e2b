import type { PlayList } from "../../disc/bluray/index.ts"

/** The play items of a random or shuffled playlist, one after another. A place that is resumed begins a new one: a player does not remember either. */
export class PlayOrder {
  readonly #random: () => number
  /** Shuffled: the items not yet played; random: null. */
  #rest: number[] | null
  #left: number
  readonly #items: number

  /** null: the playlist is played in the order of its items. */
  static of({ appInfo, playItems }: PlayList, random: () => number): PlayOrder | null {
    const { playbackType, playbackCount } = appInfo
    if (playbackType !== "random" && playbackType !== "shuffle") return null
    return new PlayOrder(playItems.length, playbackCount ?? playItems.length, playbackType === "shuffle", random)
  }

  /** `random`: 0 and more, less than 1. */
  private constructor(items: number, count: number, isShuffled: boolean, random: () => number) {
    this.#items = items
    this.#left = isShuffled ? Math.min(count, items) : count
    this.#rest = isShuffled ? Array.from({ length: items }, (_, index) => index) : null
    this.#random = random
  }

  /** The item to play next; null: enough were played. */
  next(): number | null {
    if (this.#left <= 0) return null
    this.#left--
    const chance = Math.floor(this.#random() * (this.#rest?.length ?? this.#items))
    return this.#rest === null ? chance : (this.#rest.splice(chance, 1)[0] ?? null)
  }
}
