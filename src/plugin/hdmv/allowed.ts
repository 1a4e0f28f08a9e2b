import { ByteReader, type Ticks } from "../../base/index.ts"
import { type UserOperation as BlurayOperation, readUserOperationMask, type UserOperationMask } from "../../disc/bluray/index.ts"
import { type HdmvDisc, type HdmvProhibition, type HdmvState, hdmvProhibitedBy } from "../../navigation/hdmv/index.ts"
import type { AllowedItem, UserOperation } from "../items.ts"
import type { Refusal } from "../session.ts"
import type { Stretch } from "./stretch.ts"

/** What a person calls an operation, and the disc's own name for it. */
const BLURAY_OPERATIONS: Readonly<Record<UserOperation, BlurayOperation>> = {
  seek: "timeSearch",
  next: "skipToNextPoint",
  previous: "skipBackToPreviousPoint",
  pause: "pauseOn",
  "menu-root": "menuCall",
  "menu-title": "menuCall",
  "menu-audio": "menuCall",
  "menu-subtitle": "menuCall",
  "menu-angle": "menuCall",
  "menu-chapter": "menuCall",
  "menu-popup": "popUpOn",
  resume: "resume",
  "select-audio": "primaryAudioStreamNumberChange",
  "select-subtitle": "pgTextStStreamNumberChange",
  "select-angle": "angleNumberChange",
  "select-button": "selectButton",
  "activate-button": "activateButton",
  stop: "stop",
}
const REFUSALS: Readonly<Record<HdmvProhibition, Refusal>> = {
  "movie-object": "uop-title",
  title: "uop-title",
  playlist: "uop-playlist",
  "play-item": "uop-play-item",
  page: "uop-page",
}
/** The arrow keys by the disc's names. */
export const MOVES = {
  up: "moveUpSelectedButton",
  down: "moveDownSelectedButton",
  left: "moveLeftSelectedButton",
  right: "moveRightSelectedButton",
} as const
const NAMES = Object.keys(BLURAY_OPERATIONS) as UserOperation[]

/** What the moment has, besides what the disc forbids. */
type Moment = {
  readonly hasButtons: boolean
  readonly hasPopup: boolean
  readonly angles: number
  /** UO_mask_table of the menu's page, as on the disc. */
  readonly pageMask: Uint8Array | null
}

const maskOf = (bytes: Uint8Array | null): UserOperationMask | null =>
  bytes === null ? null : readUserOperationMask(new ByteReader(bytes, "UO_mask_table"))

/** Who refuses an operation now; null: it is allowed. */
export function refusalOf(disc: HdmvDisc, state: HdmvState, operation: BlurayOperation, pageMask: Uint8Array | null): Refusal | null {
  const by = hdmvProhibitedBy(disc, state, operation, { pageMask: maskOf(pageMask) })
  return by === null ? null : REFUSALS[by]
}

/** The user operations that neither the disc forbids now nor the place rules out. */
function allowedOperations(disc: HdmvDisc, state: HdmvState, moment: Moment): readonly UserOperation[] {
  const pageMask = maskOf(moment.pageMask)
  const isPossible = (operation: UserOperation) => {
    if (operation === "select-button" || operation === "activate-button") return moment.hasButtons
    if (operation === "menu-popup") return moment.hasPopup
    if (operation === "select-angle") return moment.angles > 1
    if (operation === "resume") return state.suspended !== null
    return true
  }
  return NAMES.filter(
    (operation) => isPossible(operation) && hdmvProhibitedBy(disc, state, BLURAY_OPERATIONS[operation], { pageMask }) === null,
  )
}

/** Tells the permitted user operations where they change: with a menu's page and pop-up, and with each play item. */
export class AllowedTeller {
  readonly #disc: HdmvDisc
  /** In feed order; what a redrawn menu makes void is forgotten. */
  #told: { readonly at: Ticks; readonly operations: string }[] = []
  /** Something was forgotten that a player may have heard. */
  #isUnsure = false

  constructor(disc: HdmvDisc) {
    this.#disc = disc
  }

  /** `machine`: as of `at` in the stretch. */
  tell(machine: HdmvState, { menu, playlist }: Stretch, at: Ticks): readonly AllowedItem[] {
    const moment = {
      hasButtons: menu.takesKeys(at),
      hasPopup: menu.popupShown(at) !== null,
      angles: playlist.media.angles,
      pageMask: menu.maskAt(at),
    }
    const operations = allowedOperations(this.#disc, machine, moment)
    const key = operations.join()
    if (!this.#isUnsure && this.#told.at(-1)?.operations === key) return []
    this.#isUnsure = false
    this.#told.push({ at, operations: key })
    if (this.#told.length > MAX_TOLD) this.#told.shift()
    return [{ type: "allowed", at, operations }]
  }

  /** What was told for `at` and later is void. */
  forgetFrom(at: Ticks): void {
    const kept = this.#told.filter((told) => told.at < at)
    this.#isUnsure ||= kept.length < this.#told.length
    this.#told = kept
  }
}

/** Changes between the screen and what was read: more than a menu has pictures there. */
const MAX_TOLD = 256
