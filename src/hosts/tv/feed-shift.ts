import { type Ticks, ticks } from "../../base/index.ts"

/** Pauses that are remembered: those before are no longer on any screen. */
const MAX_PAUSES = 32

/**
 * Makes room for pauses in a session's feed time. A device that plays live cannot be stopped: while a person pauses, its stream shows the last picture on,
 * and everything that follows comes later by as much.
 */
export class FeedShift {
  #shift = 0
  /** `from` and `until` in shifted time, `shift` before it. */
  #pauses: { readonly from: number; until: number; readonly shift: number }[] = []
  #isPaused = false

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** What is pushed from here on, in shifted time. */
  shifted(feedTime: Ticks): Ticks {
    return ticks(feedTime + this.#shift)
  }

  /** The session's own time of what is pushed now. */
  unshifted(shifted: number): number {
    return shifted - this.#shift
  }

  /** The film stands still from `at` (shifted) on. */
  pause(at: Ticks): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#pauses.push({ from: at, until: at, shift: this.#shift })
    if (this.#pauses.length > MAX_PAUSES) this.#pauses.shift()
  }

  /** It has stood still up to `until` (shifted). */
  stand(until: Ticks): void {
    const pause = this.#pauses.at(-1)
    if (this.#isPaused && pause !== undefined) pause.until = Math.max(pause.until, until)
  }

  resume(): void {
    const pause = this.#pauses.at(-1)
    if (!this.#isPaused || pause === undefined) return
    this.#isPaused = false
    this.#shift += pause.until - pause.from
  }

  /** The feed time of a moment of shifted time: that of the last picture while it stands. */
  feedAt(shifted: number): Ticks {
    const pause = this.#pauses.findLast(({ from }) => from <= shifted)
    if (pause === undefined) return ticks(Math.round(shifted - (this.#pauses[0]?.shift ?? this.#shift)))
    if (shifted <= pause.until || (this.#isPaused && pause === this.#pauses.at(-1))) return ticks(Math.round(pause.from - pause.shift))
    return ticks(Math.round(shifted - pause.shift - (pause.until - pause.from)))
  }
}
