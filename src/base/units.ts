declare const unit: unique symbol

/** A point or length of time on a 90 kHz clock; an integer. */
export type Ticks = number & { readonly [unit]: "ticks" }
/** A logical sector number or count of sectors (2048 bytes each). */
export type Sector = number & { readonly [unit]: "sector" }

/** Of the 90 kHz clock of MPEG time stamps. */
export const TICKS_PER_SECOND = 90_000
/** Bytes in a logical sector of every video disc. */
export const SECTOR_SIZE = 2048

/** Says that a number counts 90 kHz ticks. */
export const ticks = (value: number): Ticks => value as Ticks
/** Says that a number counts 2048-byte sectors. */
export const sector = (value: number): Sector => value as Sector

/** Seconds are floats and exist only at the outermost edge (CLI, JSON, page). */
export const secondsFromTicks = (value: Ticks): number => value / TICKS_PER_SECOND
export const ticksFromSeconds = (seconds: number): Ticks => Math.round(seconds * TICKS_PER_SECOND) as Ticks
