import { unreachable } from "../../base/index.ts"
import { advanceClock } from "./clock.ts"
import { drawMenu } from "./draw.ts"
import type { InteractiveGraphics } from "./ig-decoder.ts"
import { type MenuKey, pointAt, pressKey, pressNumber } from "./input.ts"
import { findPage, type Menu, type MenuEvent, MenuRun } from "./menu-run.ts"
import type { MenuState } from "./menu-state.ts"
import { enableButton, selectAfterProgram, selectPage, setButtonPage } from "./selection.ts"

/**
 * What happens to a menu. `set-button-page`, `enable-button`, `disable-button` and `popup-off` are the HDMV machine's events as they are.
 * Prohibitions are not looked at here: see `menuUserOperationMask`.
 */
export type MenuAction =
  | { readonly type: "key"; readonly key: MenuKey }
  | { readonly type: "number"; readonly value: number }
  /** In pixels of the plane. */
  | { readonly type: "point"; readonly x: number; readonly y: number }
  /** The pop-up key, or a wish to have it on or off. */
  | { readonly type: "popup"; readonly shown: boolean | "toggle" }
  /** Time has come to where it is now: see `nextMenuChange`. */
  | { readonly type: "advance" }
  | { readonly type: "set-button-page"; readonly button: number | null; readonly page: number | null; readonly skipOutEffects: boolean }
  | { readonly type: "enable-button" | "disable-button"; readonly button: number }
  | { readonly type: "popup-off" }
  /** A button's program has run to its end, and the playlist still plays. */
  | { readonly type: "program-ended" }

export type MenuResult = {
  readonly state: MenuState
  readonly events: readonly MenuEvent[]
  /** What `renderMenu` gives is not what it was. */
  readonly changed: boolean
  /** `nothing`: there is nothing that the key, place or command means now. */
  readonly outcome: "done" | "nothing"
}

export type OpenOptions = {
  /** PSR 10; null (there 65535): none. */
  readonly selectedButtonId?: number | null
  /** What a time of the menu's stream is more in the caller's time: places the time-outs of a multiplexed menu. Without it there are none. */
  readonly feedOffset?: number
}

/** A menu's first page: for a display set that starts an epoch, and when a playlist starts. A pop-up menu is not shown until it is asked for. */
export function openMenu(menu: Menu, at: number, options: OpenOptions = {}): MenuResult {
  const run = new MenuRun(menu, { ...CLOSED, selectedButtonId: options.selectedButtonId ?? null, stepAt: at }, at)
  placeTimeOuts(run, options.feedOffset)
  selectPage(run, 0, false)
  drawMenu(run)
  return { state: run.state, events: run.events, changed: run.open, outcome: "done" }
}

const CLOSED: MenuState = {
  pageId: 0,
  selectedButtonId: null,
  successorId: null,
  groups: [],
  effect: null,
  popupShown: false,
  open: false,
  buttonsShown: false,
  pointed: false,
  autoActionDone: false,
  stepAt: 0,
  userTimeOutAt: null,
  selectionTimeOutAt: null,
  compositionTimeOutAt: null,
  ended: false,
}

function placeTimeOuts(run: MenuRun, feedOffset: number | undefined): void {
  const { timeOuts } = run.graphics.composition
  if (timeOuts === null || feedOffset === undefined || run.rules === "libbluray") return
  const placed = (pts: number): number | null => (pts === 0 ? null : pts + feedOffset)
  run.selectionTimeOutAt = placed(timeOuts.selectionTimeOutPts)
  run.compositionTimeOutAt = placed(timeOuts.compositionTimeOutPts)
}

/**
 * A display set that goes on with an epoch (its state is not `epoch-start`). An acquisition point that repeats the menu changes nothing but what
 * it is drawn from; a page of a new version begins anew. (libbluray goes back to page 0 at each display set, also at repetitions.)
 */
export function updateMenu(menu: Menu, state: MenuState, graphics: InteractiveGraphics, at: number): MenuResult {
  const run = new MenuRun({ ...menu, graphics }, state, at)
  const before = findPage(menu.graphics, state.pageId)
  const after = findPage(graphics, state.pageId)
  const isNew = menu.graphics.composition.compositionNumber !== graphics.composition.compositionNumber
  if (after === null) selectPage(run, 0, false)
  else if (isNew && before?.version !== after.version) selectPage(run, state.pageId, false)
  drawMenu(run)
  return resultOf(run, state, true, isNew)
}

/**
 * The menu of a playlist that is resumed: the page that was shown when it was left, its buttons enabled as they were, without effects. A pop-up
 * menu begins hidden.
 */
export function resumeMenu(menu: Menu, left: MenuState, at: number, options: OpenOptions = {}): MenuResult {
  const opened = openMenu(menu, at, options)
  const page = findPage(menu.graphics, left.pageId)
  if (page === null) return opened
  const run = new MenuRun(menu, opened.state, at)
  run.pageId = left.pageId
  run.groups = page.buttonOverlapGroups.map((_, index) => ({
    enabledButtonId: left.groups[index]?.enabledButtonId ?? null,
    drawn: null,
    objectId: null,
    nextPicture: 0,
    finishing: false,
  }))
  run.selectedButtonId = left.selectedButtonId
  run.autoActionDone = left.autoActionDone
  run.effect = null
  run.buttonsShown = false
  drawMenu(run)
  return { state: run.state, events: run.events, changed: run.open, outcome: "done" }
}

/** One step of the menu. Nothing is read and nothing is waited for; `state` is not changed. `at`: feed time now, 90 kHz ticks. */
export function runMenu(menu: Menu, state: MenuState, at: number, action: MenuAction): MenuResult {
  const run = new MenuRun(menu, state, at)
  return resultOf(run, state, act(run, action))
}

function resultOf(run: MenuRun, before: MenuState, done: boolean, isRedrawn = false): MenuResult {
  const { state } = run
  return { state, events: run.events, changed: isRedrawn || !showsSame(before, state), outcome: done ? "done" : "nothing" }
}

function act(run: MenuRun, action: MenuAction): boolean {
  switch (action.type) {
    case "key":
      return pressKey(run, action.key)
    case "number":
      return pressNumber(run, action.value)
    case "point":
      return pointAt(run, action.x, action.y)
    case "popup":
      return showPopup(run, action.shown === "toggle" ? !run.popupShown : action.shown)
    case "popup-off":
      return showPopup(run, false)
    case "advance":
      advanceClock(run)
      return true
    case "set-button-page":
      if (run.ended || !setButtonPage(run, action)) return false
      // Its own program has not ended: an auto-action waits for that.
      drawMenu(run, { autoAction: false })
      return true
    case "enable-button":
    case "disable-button":
      enableButton(run, action.button, action.type === "enable-button")
      return true
    case "program-ended":
      selectAfterProgram(run)
      drawMenu(run)
      return true
    default:
      return unreachable(action)
  }
}

function showPopup(run: MenuRun, shown: boolean): boolean {
  if (!run.isPopup || run.ended) return false
  run.popupShown = shown
  if (shown) selectPage(run, 0, false)
  drawMenu(run)
  return true
}

/** Both states give the same picture of one display set. */
function showsSame(a: MenuState, b: MenuState): boolean {
  if (a.open !== b.open) return false
  if (!b.open) return true
  if (a.effect !== null || b.effect !== null) {
    return a.effect?.kind === b.effect?.kind && a.effect?.pageId === b.effect?.pageId && a.effect?.index === b.effect?.index
  }
  return (
    a.pageId === b.pageId &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, index) => {
      const other = b.groups[index]
      return group.objectId === other?.objectId && (group.objectId === null || group.drawn?.buttonId === other.drawn?.buttonId)
    })
  )
}
