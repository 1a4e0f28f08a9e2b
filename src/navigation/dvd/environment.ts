import type { Ticks } from "../../base/index.ts"

/** What the machine takes from outside, so that two runs on the same disc are the same. */
export type DvdEnvironment = {
  /** A clock that goes on with what is shown; counters and the navigation timer run on it. */
  readonly now: () => Ticks
  /** 0 and more, less than 1; for `rnd` and for random and shuffled chains. */
  readonly random: () => number
  /** Whether SetTmpPML may raise the parental level; by default only where there is none or it is not raised. */
  readonly grantParentalLevel?: (level: number) => boolean
  /** Commands and links that one call may run before it is stopped. */
  readonly budget?: number
}
