import { type AnimationRules, type AnimationStep, animationInterval, libblurayStep, playerStep } from "./animation.ts"
import type { Button } from "./button.ts"
import { findEffect, type MenuRun } from "./menu-run.ts"
import type { ButtonLook, GroupState } from "./menu-state.ts"
import type { Page } from "./page.ts"
import { resetUserTimeOut } from "./selection.ts"

/** What asks for a drawing. */
export type DrawOptions = {
  readonly activatedButtonId?: number | null
  /** The animations' clock: the next pictures. */
  readonly step?: boolean
  /** False while a button's program runs: it is not interrupted by another's. */
  readonly autoAction?: boolean
}

/** Brings what is shown up to date: the running effect, or the page with each button's look; then the selected button's auto-action. */
export function drawMenu(run: MenuRun, options: DrawOptions = {}): void {
  if (run.isHidden) {
    run.open = false
    run.buttonsShown = false
    return
  }
  if (findEffect(run.graphics, run.effect) !== null) {
    run.open = true
    run.buttonsShown = false
    resetUserTimeOut(run)
    return
  }
  run.effect = null
  const { page } = run
  if (page === null || !run.graphics.palettes.has(page.paletteIdRef)) return
  run.open = true
  drawPage(run, page, options)
}

function drawPage(run: MenuRun, page: Page, options: DrawOptions): void {
  const wasAnimated = isAnimated(run)
  const isAnimatedPage = animationInterval(run.graphics.composition, page, run.rules) !== null
  let autoAction: Button | null = null
  for (const index of page.buttonOverlapGroups.keys()) {
    const group = run.group(index)
    const button = run.enabledButton(page, index)
    if (button === null) {
      // In libbluray an animation that is taken away never ends, and the page takes no key any more.
      run.groups[index] = { ...group, drawn: null, objectId: null, finishing: group.finishing && run.rules === "libbluray" }
      continue
    }
    const hasAutoAction = button.id === run.selectedButtonId && button.autoAction && !run.autoActionDone
    const isActivated = button.id === options.activatedButtonId
    if (hasAutoAction && !isActivated) autoAction = button
    const look = isActivated || hasAutoAction ? "activated" : button.id === run.selectedButtonId ? "selected" : "normal"
    const drawn = drawButton(run, group, button, { look, step: options.step === true, isAnimatedPage })
    run.groups[index] = drawn
    // Buttons without pictures take keys too; libbluray's page takes none until something is drawn.
    if (drawn.objectId !== null || run.rules === "player") run.buttonsShown = true
  }
  if (!wasAnimated && isAnimated(run) && run.rules === "player") run.stepAt = run.at
  // An animation that runs once is seen to its end before the button acts by itself.
  if (autoAction === null || options.autoAction === false || run.groups.some(({ finishing }) => finishing)) return
  run.autoActionDone = true
  activate(run, page, autoAction)
}

/** Some button's picture changes with time. libbluray's clock runs on for groups that show nothing. */
export const isAnimated = ({ groups, rules }: { readonly groups: readonly GroupState[]; readonly rules: AnimationRules }): boolean =>
  groups.some(({ drawn, nextPicture }) => nextPicture !== null && (drawn !== null || rules === "libbluray"))

type ButtonDrawing = { readonly look: ButtonLook; readonly step: boolean; readonly isAnimatedPage: boolean }

function drawButton(run: MenuRun, group: GroupState, button: Button, { look, step, isAnimatedPage }: ButtonDrawing): GroupState {
  const drawn = { buttonId: button.id, look }
  const result = nextStep(run, group, button, { look, step, isAnimatedPage })
  if (result === null) return group
  const { objectIdRef, next, finishing } = result
  // An object that the stream does not have is nothing to see; the button can be selected all the same.
  const objectId = objectIdRef !== null && run.graphics.objects.size(objectIdRef) !== null ? objectIdRef : null
  return { ...group, drawn, objectId, nextPicture: next, finishing }
}

/** `null`: the picture stays. */
function nextStep(run: MenuRun, group: GroupState, button: Button, { look, step, isAnimatedPage }: ButtonDrawing): AnimationStep | null {
  const pictures = look === "activated" ? { ...button.activated, repeat: false } : button[look]
  if (run.rules === "libbluray") return libblurayStep(pictures, group.nextPicture)
  const isSame = group.drawn?.buttonId === button.id && group.drawn.look === look
  if (!isSame) return playerStep(pictures, 0, isAnimatedPage)
  return step && group.nextPicture !== null ? playerStep(pictures, group.nextPicture, isAnimatedPage) : null
}

/** Asks for the button's program to be run. */
export function activate(run: MenuRun, page: Page, button: Button): void {
  // libbluray runs no program without commands, and the button stays as it looks.
  if (button.navigationCommands.length === 0 && run.rules === "libbluray") return
  const { startObjectIdRef: start, endObjectIdRef: end } = button.activated
  const interval = animationInterval(run.graphics.composition, page, run.rules)
  const pictures = start === null || end === null || interval === null ? 0 : Math.abs(end - start) + 1
  const pictureTicks = pictures > 1 ? Math.ceil(pictures * (interval ?? 0)) : 0
  run.events.push({ type: "run", buttonId: button.id, commands: button.navigationCommands, pictureTicks })
}
