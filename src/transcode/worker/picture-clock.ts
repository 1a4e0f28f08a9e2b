/** A decoded picture's place in time, in ticks. */
type PictureTime = { readonly pts: number; readonly duration: number }

/**
 * Gives each decoded picture, in presentation order, its time: the stream's own where it has one, else the one before plus how long that was shown.
 * `repeatFields` counts the fields shown again (MPEG-2 repeat_first_field, H.264 pic_struct): soft telecine shows film frames for 2 and 3 fields in turn.
 */
export class PictureClock {
  /** Where the next picture falls if nothing says otherwise; a fraction, so that 23.976 does not drift. */
  #expected: number | null = null
  #last = Number.NEGATIVE_INFINITY

  /** Null when no time is known yet, or the picture's time was used already. `frameDuration` in ticks, may be a fraction. */
  next(stamp: number | null, repeatFields: number, frameDuration: number): PictureTime | null {
    const duration = frameDuration * (1 + Math.min(Math.max(repeatFields, 0), MAX_REPEAT_FIELDS) / 2)
    const isUsable = stamp !== null && stamp > this.#last
    const pts = isUsable ? stamp : this.#expected
    if (pts === null) return null
    // Within a tick the fraction is the better clock.
    const exact = this.#expected !== null && Math.abs(this.#expected - pts) <= 1 ? this.#expected : pts
    this.#expected = exact + duration
    const rounded = Math.round(pts)
    if (rounded <= this.#last) return null
    this.#last = rounded
    return { pts: rounded, duration: Math.max(1, Math.round(this.#expected - pts)) }
  }

  /** A new stretch begins: nothing is expected, but time still never goes back. */
  restart(): void {
    this.#expected = null
  }
}

/** Frame tripling at 60 Hz, the most that MPEG-2 knows (H.262 table 6-21: 6 fields). */
const MAX_REPEAT_FIELDS = 4
