/** As much as the host is ever ahead of the picture, with room. */
const MAX_WAITING = 512
/** Media times are rounded on their way: what begins now may seem to begin in a moment. In seconds. */
const ROUNDING = 0.001

/** What the host tells ahead of the picture: each holds from its moment of feed time on, in seconds, until the next. */
export class Timed<T extends { readonly at: number }> {
  #told: T[] = []

  /** What was told for the same moment and later is void: the host has begun anew from there. */
  add(item: T): void {
    const void_ = this.#told.findIndex(({ at }) => at >= item.at)
    if (void_ >= 0) this.#told.splice(void_)
    this.#told.push(item)
    if (this.#told.length > MAX_WAITING) this.#told.shift()
  }

  at(feedTime: number): T | null {
    return this.#told.findLast(({ at }) => at <= feedTime + ROUNDING) ?? null
  }

  /** A person's act made void what is not on the screen yet; what was told already of the new stretch, which begins at `next`, stays. */
  dropAfter(feedTime: number, next = Number.POSITIVE_INFINITY): void {
    this.#told = this.#told.filter(({ at }) => at <= feedTime + ROUNDING || at >= next)
  }

  clear(): void {
    this.#told = []
  }
}
