import type { UserOperation, UserOperationMask } from "../../disc/bluray/index.ts"
import { type HdmvDisc, indexObject } from "./position.ts"
import { PSR } from "./registers.ts"
import type { HdmvState } from "./state.ts"

/** Who forbids an operation: the movie object, the title that is asked for, the playlist, its play item, or the menu's page. */
export type HdmvProhibition = "movie-object" | "title" | "playlist" | "play-item" | "page"

/** What else is known of the moment. */
export type OperationContext = {
  /** UO_mask_table of the menu's page that is shown. */
  readonly pageMask?: UserOperationMask | null
  /** The title that a title search asks for. */
  readonly title?: number
}

/** Who forbids a user operation now; null: it is allowed. */
export function hdmvProhibitedBy(
  disc: HdmvDisc,
  state: HdmvState,
  operation: UserOperation,
  context: OperationContext = {},
): HdmvProhibition | null {
  if (objectMask(disc, state).has(operation)) return "movie-object"
  if (operation === "titleSearch" && context.title !== undefined) {
    const entry = indexObject(disc, context.title)
    if (entry !== null && "searchProhibited" in entry && entry.searchProhibited) return "title"
  }
  if (state.playing !== null) {
    const playList = disc.title(state.psr[PSR.playlist] ?? 0)?.playList
    if (playList?.appInfo.userOperationMask.has(operation)) return "playlist"
    if (playList?.playItems[state.psr[PSR.playItem] ?? 0]?.userOperationMask.has(operation)) return "play-item"
  }
  return context.pageMask?.has(operation) ? "page" : null
}

/** Of the movie object that plays, else of the one that is suspended (libbluray `hdmv_vm_get_uo_mask`). */
function objectMask(disc: HdmvDisc, state: HdmvState): ReadonlySet<UserOperation> {
  const id = (state.playing ?? state.suspended)?.movieObjectId
  const object = id === undefined ? undefined : disc.movieObjects?.objects[id]
  const mask = new Set<UserOperation>()
  if (object?.menuCallMask) mask.add("menuCall")
  if (object?.titleSearchMask) mask.add("titleSearch")
  return mask
}
