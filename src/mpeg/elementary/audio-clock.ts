import { TICKS_PER_SECOND } from "../../base/index.ts"
import { wrapTimestamp } from "../pes.ts"

/** Times of audio units: counted in samples from the last time stamp, so that they never drift. */
export class AudioClock {
  #anchor: number | null = null
  #anchorRate = 1
  #samples = 0

  /** The time of a unit of `samples` at `rate` Hz; `stamp` is its own time stamp where it has one. null: none was seen yet. */
  time(stamp: number | null, samples: number, rate: number): number | null {
    if (stamp !== null) {
      this.#anchor = stamp
      this.#samples = 0
      this.#anchorRate = rate
    }
    if (this.#anchor === null) return null
    if (this.#anchorRate !== rate) {
      this.#anchor += (this.#samples * TICKS_PER_SECOND) / this.#anchorRate
      this.#samples = 0
      this.#anchorRate = rate
    }
    const time = this.#anchor + (this.#samples * TICKS_PER_SECOND) / rate
    this.#samples += samples
    return wrapTimestamp(Math.floor(time))
  }

  /** Something is missing: no time is known before the next stamp. */
  reset(): void {
    this.#anchor = null
  }
}
