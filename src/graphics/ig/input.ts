import type { Button } from "./button.ts"
import { activate, drawMenu } from "./draw.ts"
import { findButton, type MenuRun } from "./menu-run.ts"
import type { Page } from "./page.ts"
import { resetUserTimeOut, selectButton } from "./selection.ts"

/** A key that a menu takes. `activate-pointed`: a click, which activates only what the pointer is over. */
export type MenuKey = "up" | "down" | "left" | "right" | "activate" | "activate-pointed"

const NEIGHBOURS = {
  up: "upperButtonIdRef",
  down: "lowerButtonIdRef",
  left: "leftButtonIdRef",
  right: "rightButtonIdRef",
} as const

/** @returns false where the key does nothing now */
export function pressKey(run: MenuRun, key: MenuKey): boolean {
  const page = pageForKeys(run)
  if (page === null || (key === "activate-pointed" && !run.pointed)) return false
  if (!run.isEnabled(run.selectedButtonId)) return false
  const selected = findButton(page, run.selectedButtonId)?.button
  if (selected === undefined) return false
  if (key === "activate" || key === "activate-pointed") {
    playSound(run, selected.activated.soundIdRef)
    selectButton(run, selected.id)
    // An activation is all that its auto-action would do; libbluray runs the commands once more.
    run.autoActionDone = run.rules === "player"
    drawMenu(run, { activatedButtonId: selected.id, autoAction: false })
    activate(run, page, selected)
    return true
  }
  return moveTo(run, page, selected[NEIGHBOURS[key]])
}

/** Selects the button with this number on the keypad. @returns false where there is none */
export function pressNumber(run: MenuRun, value: number): boolean {
  const page = pageForKeys(run)
  if (page === null) return false
  let wanted = run.selectedButtonId
  for (const index of page.buttonOverlapGroups.keys()) {
    const button = run.enabledButton(page, index)
    if (button?.numericSelectValue === value) wanted = button.id
  }
  // libbluray is silent here.
  return moveTo(run, page, wanted, run.rules === "libbluray")
}

/** The pointer is at a place of the plane. @returns false where no button is */
export function pointAt(run: MenuRun, x: number, y: number): boolean {
  run.pointed = false
  const { page } = run
  if (page === null || !run.buttonsShown || isBusy(run)) return false
  const button = buttonAt(run, page, x, y)
  if (button === null) return false
  run.pointed = true
  if (button.id === run.selectedButtonId) return true
  playSound(run, button.selected.soundIdRef)
  selectButton(run, button.id)
  drawMenu(run)
  resetUserTimeOut(run)
  return true
}

/** The page, where keys are taken now: not while effects or animations that run once are under way. */
function pageForKeys(run: MenuRun): Page | null {
  if (run.isHidden || !run.open || !run.buttonsShown) return null
  resetUserTimeOut(run)
  return isBusy(run) ? null : run.page
}

const isBusy = (run: MenuRun): boolean => run.groups.some(({ finishing }) => finishing)

/** A button without a neighbour, or whose neighbour is disabled, stays selected; libbluray selects what cannot be seen then. */
function moveTo(run: MenuRun, page: Page, buttonId: number | null, isSilent = false): boolean {
  if (buttonId === run.selectedButtonId) return false
  if (!run.isEnabled(buttonId) && run.rules === "player") return false
  if (!isSilent) playSound(run, findButton(page, buttonId)?.button.selected.soundIdRef ?? null)
  selectButton(run, buttonId)
  drawMenu(run)
  return true
}

/** The enabled button whose selected picture covers a place; one that has none cannot be pointed at. */
function buttonAt(run: MenuRun, page: Page, x: number, y: number): Button | null {
  for (const index of page.buttonOverlapGroups.keys()) {
    const button = run.enabledButton(page, index)
    const id = button?.selected.startObjectIdRef ?? null
    const size = id === null ? null : run.graphics.objects.size(id)
    if (button === null || size === null) continue
    if (x >= button.x && y >= button.y && x < button.x + size.width && y < button.y + size.height) return button
  }
  return null
}

function playSound(run: MenuRun, soundIdRef: number | null): void {
  if (soundIdRef !== null) run.events.push({ type: "sound", soundIdRef })
}
