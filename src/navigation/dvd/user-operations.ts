import { type DvdDisc, USER_OPERATIONS } from "../../disc/dvd/index.ts"
import { currentPgc } from "./chains.ts"
import { type DvdState, SPRM } from "./state.ts"

export type UserOperation = (typeof USER_OPERATIONS)[number]

/** Who forbids an operation: the title as a whole, its program chain, or the stretch that is playing. */
export type Prohibition = "title" | "pgc" | "vobu"

/** Who forbids a user operation now; null: it is allowed. `vobuUopCtl`: the mask of the navigation pack that is on the screen, 0 for none. */
export function prohibitedBy(dvd: DvdDisc, state: DvdState, vobuUopCtl: number, operation: UserOperation): Prohibition | null {
  const bit = 1 << USER_OPERATIONS.indexOf(operation)
  if ((titleMask(dvd, state) & bit) !== 0) return "title"
  if (((currentPgc(dvd, state)?.prohibitedOps ?? 0) & bit) !== 0) return "pgc"
  return (vobuUopCtl & bit) !== 0 ? "vobu" : null
}

/** All operations that are forbidden now, as a mask (bit n: user operation n), without the title's own. */
export const prohibitedOps = (dvd: DvdDisc, state: DvdState, vobuUopCtl: number): number =>
  ((currentPgc(dvd, state)?.prohibitedOps ?? 0) | vobuUopCtl) >>> 0

/** A title's playback type forbids user operations 0 and 1 in it. */
function titleMask(dvd: DvdDisc, state: DvdState): number {
  if (state.domain !== "title") return 0
  const type = dvd.vmg.ttSrpt?.titles[(state.sprm[SPRM.title] ?? 0) - 1]?.playbackType
  return (type?.titleOrTimePlayForbidden ? 1 : 0) | (type?.chapterSearchOrPlayForbidden ? 2 : 0)
}
