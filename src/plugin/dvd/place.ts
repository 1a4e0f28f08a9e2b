import type { Ticks } from "../../base/index.ts"
import type { NavigatorState } from "../../navigation/dvd/index.ts"

/** A moment of a running program: its whole state, the clock of its timers, and how far into the VOBU that is read first. */
export type DvdPlace = { readonly navigator: NavigatorState; readonly clock: Ticks; readonly into: Ticks }
