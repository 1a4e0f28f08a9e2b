import type { ByteReader } from "../../base/index.ts"
import { type Ticks, ticks } from "../../base/index.ts"

/** A playback time of an IFO: BCD hours, minutes, seconds, frames; the rate is in the top two bits of the last byte. */
export type DvdTime = {
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly frames: number
  /** 25 or 29.97 frames a second; null where the field states none (the frames then count for nothing). */
  readonly rate: 25 | 29.97 | null
}

/** libdvdread `dvd_time_t`; the two other values of the rate's bits are not assigned. */
const RATES: readonly (25 | 29.97 | null)[] = [null, 25, null, 29.97]
const TICKS_PER_FRAME = { 25: 3600, 29.97: 3003 } as const

/** Four bytes. A digit over 9 counts as what it is (10 to 15), as libdvdread's users read it. */
export function readDvdTime(reader: ByteReader, field: string): DvdTime {
  const hours = bcd(reader.u8(field))
  const minutes = bcd(reader.u8(field))
  const seconds = bcd(reader.u8(field))
  const last = reader.u8(field)
  return { hours, minutes, seconds, frames: bcd(last & 0x3f), rate: RATES[last >> 6] ?? null }
}

/** Length in 90 kHz ticks. Hours, minutes and seconds count as real ones also at 29.97, as lsdvd and libdvdnav take them. */
export function ticksFromDvdTime(time: DvdTime): Ticks {
  const wholeSeconds = (time.hours * 60 + time.minutes) * 60 + time.seconds
  const frames = time.rate === null ? 0 : time.frames * TICKS_PER_FRAME[time.rate]
  return ticks(wholeSeconds * 90_000 + frames)
}

const bcd = (byte: number): number => (byte >> 4) * 10 + (byte & 0x0f)
