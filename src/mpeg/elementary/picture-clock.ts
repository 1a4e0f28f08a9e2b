import type { AccessUnit } from "../access-unit.ts"
import { wrapTimestamp } from "../pes.ts"
import type { Stamp } from "./stamp-queue.ts"

/** More pictures than any group has without a further reference picture; beyond it a picture without a time stays so. */
const MAX_HELD = 64

type Timed = Omit<AccessUnit, "pts" | "dts">

/** A picture that waits for the next reference picture. Times are in ticks and their binary fractions. */
type Held = { readonly unit: Timed; readonly dts: number | null; readonly pts: number | null; readonly duration: number }

/**
 * Gives pictures in decoding order their times where their packets have none. A picture that others refer to is shown when the next such picture is decoded, any other when
 * it is decoded itself, and decoding takes as long as the picture that is shown meanwhile (ISO/IEC 13818-2 annex C.9 to C.12).
 * So a reference picture without a time waits, with those behind it, for the next one.
 */
export class PictureClock {
  readonly #hand: (unit: AccessUnit) => void
  #held: Held[] = []
  /** When the next picture is decoded; null: no time was seen yet. */
  #next: number | null = null
  /** Of the last reference picture; null: not known. */
  #referenceDuration: number | null = null
  #referencePts: number | null = null
  #reorders = true
  /** What is shown while the first pictures are decoded came before them: their times are counted back from the next reference picture. */
  #leading = false

  constructor(hand: (unit: AccessUnit) => void) {
    this.#hand = hand
  }

  /** `duration` in ticks (a fraction is kept), null where the stream has not said it; `reference`: others may refer to it; `lowDelay`: nothing is reordered. */
  picture(unit: Timed, stamp: Stamp | null, reference: boolean, duration: number | null, lowDelay: boolean): void {
    if (stamp !== null) {
      this.#next = stamp.dts ?? stamp.pts
      if (reference) this.#reorders = stamp.pts !== this.#next
    }
    const late = reference && this.#reorders && !lowDelay
    if (stamp === null && late && this.#referencePts !== null) this.#next = this.#referencePts
    const dts = this.#next
    if (reference || (this.#leading && stamp !== null)) this.#release(dts)
    if (this.#leading && duration !== null) {
      this.#hold({ unit, dts: null, pts: null, duration })
      return
    }
    const pts = stamp !== null ? stamp.pts : late ? null : dts
    this.#goOn(dts, duration, late)
    if (reference) this.#remember(duration, stamp?.pts ?? null, late)
    if (this.#held.length > 0 || (pts === null && dts !== null)) this.#hold({ unit, dts, pts, duration: 0 })
    else this.#give(unit, dts, pts)
  }

  /** No picture follows. */
  flush(): void {
    this.#release(this.#leading ? this.#referencePts : this.#next)
    this.#next = null
    this.#referenceDuration = null
    this.#referencePts = null
    this.#reorders = true
  }

  #goOn(dts: number | null, duration: number | null, late: boolean): void {
    const shownMeanwhile = late ? (this.#referenceDuration ?? duration) : duration
    this.#next = dts === null || shownMeanwhile === null ? null : dts + shownMeanwhile
  }

  #remember(duration: number | null, pts: number | null, late: boolean): void {
    this.#leading = late && this.#referenceDuration === null && pts !== null
    this.#referenceDuration = duration
    this.#referencePts = pts
  }

  #hold(held: Held): void {
    this.#held.push(held)
    if (this.#held.length > MAX_HELD) this.#release(null)
  }

  /** The next reference picture is decoded, and the last one shown, at `shown`. */
  #release(shown: number | null): void {
    const held = this.#held
    this.#held = []
    let start = shown
    for (const { duration } of held) if (start !== null) start -= duration
    for (const { unit, dts, pts, duration } of held) {
      if (duration === 0) this.#give(unit, dts, pts ?? shown)
      else this.#give(unit, start, start)
      if (start !== null) start += duration
    }
    this.#leading = false
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
