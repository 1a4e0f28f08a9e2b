import type { DvdNavigator, UserOperation as DvdOperation } from "../../navigation/dvd/index.ts"
import type { UserOperation } from "../items.ts"

/** What a person calls an operation, and the disc's own name for it. */
const DVD_OPERATIONS: Readonly<Record<UserOperation, DvdOperation>> = {
  seek: "time-or-chapter-search",
  next: "next-program-search",
  previous: "previous-or-top-program-search",
  pause: "pause-on",
  "menu-root": "root-menu-call",
  "menu-title": "title-menu-call",
  "menu-audio": "audio-menu-call",
  "menu-subtitle": "subpicture-menu-call",
  "menu-angle": "angle-menu-call",
  "menu-chapter": "chapter-menu-call",
  "menu-popup": "root-menu-call",
  resume: "resume",
  "select-audio": "audio-stream-change",
  "select-subtitle": "subpicture-stream-change",
  "select-angle": "angle-change",
  "select-button": "button-select-or-activate",
  "activate-button": "button-select-or-activate",
  stop: "stop",
}
const NAMES = Object.keys(DVD_OPERATIONS) as UserOperation[]

/** The user operations that neither the disc forbids now nor the place rules out. */
export function allowedOperations(navigator: DvdNavigator): readonly UserOperation[] {
  const isTitle = navigator.state.machine.domain === "title"
  const isPossible = (operation: UserOperation) => {
    // A DVD has none.
    if (operation === "menu-popup") return false
    if (operation === "select-angle") return navigator.angles.count > 1
    if (operation === "select-button" || operation === "activate-button") return navigator.buttons.length > 0
    if (operation === "resume") return !isTitle && navigator.state.machine.resume !== null
    if (operation === "seek" || operation === "select-audio" || operation === "select-subtitle") return isTitle
    return true
  }
  return NAMES.filter((operation) => isPossible(operation) && navigator.prohibitedBy(DVD_OPERATIONS[operation]) === null)
}
