/** How a button looks. */
export type ButtonLook = "normal" | "selected" | "activated"

/** What a button overlap group shows. */
export type GroupState = {
  /** The one button of the group that can be seen and selected; null: none. */
  readonly enabledButtonId: number | null
  /** How the button was drawn last; null: not yet. */
  readonly drawn: { readonly buttonId: number; readonly look: ButtonLook } | null
  /** The object that is shown; null: nothing. */
  readonly objectId: number | null
  /** Number of the animation's next picture; null: it stands still. */
  readonly nextPicture: number | null
  /** An animation that runs once is under way. */
  readonly finishing: boolean
}

/** Effects that run: the leaving page's first, then the new page's. */
export type EffectState = { readonly kind: "in" | "out"; readonly pageId: number; readonly index: number }

/**
 * Where a menu stands: plain values only, never changed in place. It can be copied by holding it, saved as JSON, and tried on a copy. Times are
 * those the caller gives (feed time, 90 kHz ticks).
 */
export type MenuState = {
  /** PSR 11. */
  readonly pageId: number
  /** PSR 10; null there is 65535. */
  readonly selectedButtonId: number | null
  /** A button that its program has enabled in the selected one's place: it is selected when the program ends. */
  readonly successorId: number | null
  /** In the order of the page's button overlap groups. */
  readonly groups: readonly GroupState[]
  /** Running effects; null: the page itself is shown. */
  readonly effect: EffectState | null
  /** A pop-up menu is on; always-on menus do not look at it. */
  readonly popupShown: boolean
  /** Something of the menu is on its plane. */
  readonly open: boolean
  /** The page's buttons are there, not its effects: keys are taken. */
  readonly buttonsShown: boolean
  /** The pointer is over the selected button. */
  readonly pointed: boolean
  /** The selected button's auto-action has run. */
  readonly autoActionDone: boolean
  /** When the effect or animation picture that is shown began. */
  readonly stepAt: number
  /** Without a key until then the menu goes back to its first page, or away; null: never. */
  readonly userTimeOutAt: number | null
  /** When the default button is activated; null: never. */
  readonly selectionTimeOutAt: number | null
  /** When the menu goes away for good; null: never. */
  readonly compositionTimeOutAt: number | null
  /** The menu has gone away for good. */
  readonly ended: boolean
}

/** A page has at most so many groups: their count has 8 bits. */
const MAX_GROUPS = 255

/** A state that was saved as JSON; null where the value is none. What it says of the menu is checked when it is used. */
export function readMenuState(value: unknown): MenuState | null {
  if (!isRecord(value)) return null
  const { pageId, selectedButtonId, successorId, groups, effect, stepAt } = value
  if (!isId(pageId) || !isIdOrNull(selectedButtonId) || !isIdOrNull(successorId) || !isTime(stepAt)) return null
  if (!Array.isArray(groups) || groups.length > MAX_GROUPS || !groups.every(isGroup)) return null
  if (effect !== null && !isEffect(effect)) return null
  if (!["userTimeOutAt", "selectionTimeOutAt", "compositionTimeOutAt"].every((key) => value[key] === null || isTime(value[key])))
    return null
  const flags = ["popupShown", "open", "buttonsShown", "pointed", "autoActionDone", "ended"]
  return flags.every((key) => typeof value[key] === "boolean") ? (value as MenuState) : null
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value)
const isId = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff
const isIdOrNull = (value: unknown): boolean => value === null || isId(value)
const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value)
const isEffect = (value: unknown): boolean =>
  isRecord(value) && (value["kind"] === "in" || value["kind"] === "out") && isId(value["pageId"]) && isId(value["index"])

function isGroup(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { enabledButtonId, drawn, objectId, nextPicture, finishing } = value
  if (!isIdOrNull(enabledButtonId) || !isIdOrNull(objectId) || typeof finishing !== "boolean") return false
  if (nextPicture !== null && !(Number.isSafeInteger(nextPicture) && Number(nextPicture) >= 0)) return false
  return (
    drawn === null || (isRecord(drawn) && isId(drawn["buttonId"]) && ["normal", "selected", "activated"].includes(String(drawn["look"])))
  )
}
