/**
 * What a device shows now, where it does not say: it plays what it was given at the rate of the clock, and stands still when it has nothing left. In ticks of the
 * output.
 */
export class PlayClock {
  readonly #now: () => number
  #position = 0
  #at: number | null = null

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** `given`: how far the output has come. */
  position(given: number): number {
    const now = this.#now()
    if (this.#at === null) {
      // It begins with the first picture.
      if (given > 0) this.#at = now
      return 0
    }
    this.#position = Math.min(Math.max(given, this.#position), this.#position + (now - this.#at) * TICKS_PER_MS)
    this.#at = now
    return this.#position
  }
}

const TICKS_PER_MS = 90
