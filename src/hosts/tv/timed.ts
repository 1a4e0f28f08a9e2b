/** As much as a session is ever ahead of the screen, with room. */
const MAX_WAITING = 512

/** What a session tells ahead of the picture: each holds from its moment of feed time on until the next, and voids what was told for its moment and later. */
export class Timed<T extends { readonly at: number }> {
  #told: T[] = []

  add(item: T): void {
    const voided = this.#told.findIndex(({ at }) => at >= item.at)
    if (voided >= 0) this.#told.splice(voided)
    this.#told.push(item)
    if (this.#told.length > MAX_WAITING) this.#told.shift()
  }

  at(feedTime: number): T | null {
    return this.#told.findLast(({ at }) => at <= feedTime) ?? null
  }
}
