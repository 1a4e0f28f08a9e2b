import type { Ticks } from "../base/index.ts"

/** A run of a clip's bytes: whole 2048-byte packs (DVD), whole 192-byte source packets from aligned unit to aligned unit (Blu-ray). */
export type ByteRange = { readonly offset: number; readonly length: number }

/**
 * One stretch of a title on one system time clock: a DVD cell (one angle of it), a Blu-ray play item (one angle of it).
 * A title is a list of them; each knows where it falls on the title's own 90 kHz timeline, which begins at 0.
 * A segment goes on with the one before when the clip is the same and `inTime` is that one's `outTime`: then their ranges follow one another.
 */
export type Segment = {
  /** What `ranges` count in: "VTS_01" (all VOBs of a title set as one run of bytes) or a clip name, "00001". */
  readonly clip: string
  /** Empty where the disc names bytes that it does not have: the segment then takes time and shows nothing. */
  readonly ranges: readonly ByteRange[]
  /** Bytes of the ranges before the entry point that decoding begins with: what an aligned unit holds of the pictures before it. Default 0. */
  readonly lead?: number
  /** First and last presentation time of the segment on the clip's own clock (90 kHz, up to 2^33). DVD: vobu_s_ptm of the first, vobu_e_ptm of the last VOBU. */
  readonly inTime: Ticks
  readonly outTime: Ticks
  /** Where `inTime` falls on the title's timeline. The next segment begins at `start + outTime - inTime`. */
  readonly start: Ticks
  /** The disc says that this segment joins the one before without a gap (DVD seamless_play; Blu-ray connection condition 5 or 6). */
  readonly seamless: boolean
}

/** The title that segments make together: where it ends on its own timeline. */
export function titleDuration(segments: readonly Segment[]): Ticks {
  const last = segments.at(-1)
  return (last === undefined ? 0 : last.start + last.outTime - last.inTime) as Ticks
}

/** Whether `segment` goes on with the clock, the streams and the bytes of `before`. */
export function continuesSegment(before: Segment, segment: Segment): boolean {
  return segment.clip === before.clip && segment.inTime === before.outTime
}
