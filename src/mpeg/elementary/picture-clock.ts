import type { AccessUnit } from "../access-unit.ts"
import { wrapTimestamp } from "../pes.ts"
import type { Stamp } from "./stamp-queue.ts"

/** More pictures than any group without a further reference picture has; beyond it a picture without a time stays so. */
const MAX_HELD = 64

type Timed = Omit<AccessUnit, "pts" | "dts">

/**
 * Gives pictures in decoding order their times where their packets have none. A picture that others refer to is shown when the next such picture is decoded, any other when
 * it is decoded itself, and decoding takes as long as the picture that is shown meanwhile (ISO/IEC 13818-2 annex C.9 to C.12).
 * So a reference picture without a time waits, with those behind it, for the next one.
 */
export class PictureClock {
  readonly #hand: (unit: AccessUnit) => void
  readonly #held: { readonly unit: Timed; readonly dts: number | null; readonly pts: number | null }[] = []
  /** The decoding time of the next picture, in ticks and their binary fractions; null: no time was seen yet. */
  #next: number | null = null
  #referenceDuration: number | null = null
  #reorders = true

  constructor(hand: (unit: AccessUnit) => void) {
    this.#hand = hand
  }

  /** `duration` in ticks (a fraction is kept), null where the stream has not said it; `reference`: others may refer to it; `lowDelay`: nothing is reordered. */
  picture(unit: Timed, stamp: Stamp | null, reference: boolean, duration: number | null, lowDelay: boolean): void {
    if (stamp !== null) {
      this.#next = stamp.dts ?? stamp.pts
      if (reference && stamp.pts !== null) this.#reorders = stamp.pts !== this.#next
    }
    const dts = this.#next
    if (reference) this.#release(dts)
    const late = reference && this.#reorders && !lowDelay
    const pts = stamp !== null ? stamp.pts : late ? null : dts
    const shownMeanwhile = late ? (this.#referenceDuration ?? duration) : duration
    this.#next = dts === null || shownMeanwhile === null ? null : dts + shownMeanwhile
    if (reference) this.#referenceDuration = duration
    if (this.#held.length > 0 || (pts === null && dts !== null)) this.#held.push({ unit, dts, pts })
    else this.#give(unit, dts, pts)
    if (this.#held.length > MAX_HELD) this.#release(null)
  }

  /** No picture follows. */
  flush(): void {
    this.#release(this.#next)
    this.#next = null
    this.#referenceDuration = null
    this.#reorders = true
  }

  #release(shown: number | null): void {
    for (const { unit, dts, pts } of this.#held) this.#give(unit, dts, pts ?? shown)
    this.#held.length = 0
  }

  #give(unit: Timed, dts: number | null, pts: number | null): void {
    this.#hand({
      streamId: unit.streamId,
      data: unit.data,
      pts: pts === null ? null : wrapTimestamp(Math.floor(pts)),
      dts: dts === null ? null : wrapTimestamp(Math.floor(dts)),
      key: unit.key,
    })
  }
}
