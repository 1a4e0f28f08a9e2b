declare const unit: unique symbol

/** A point or length of time on a 90 kHz clock; an integer. */
export type Ticks = number & { readonly [unit]: "ticks" }
/** A logical sector number or count of sectors (2048 bytes each). */
export type Sector = number & { readonly [unit]: "sector" }

export const TICKS_PER_SECOND = 90_000
export const SECTOR_SIZE = 2048

export const ticks = (value: number): Ticks => value as Ticks
export const sector = (value: number): Sector => value as Sector

/** Seconds are floats and exist only at the outermost edge (CLI, JSON, page). */
export const secondsFromTicks = (value: Ticks): number => value / TICKS_PER_SECOND
export const ticksFromSeconds = (seconds: number): Ticks => Math.round(seconds * TICKS_PER_SECOND) as Ticks
