import { findButton, findPage, type MenuRun } from "./menu-run.ts"
import type { GroupState } from "./menu-state.ts"
import type { Page } from "./page.ts"

/**
 * Goes to a page: its groups as they are at first, the button it begins with, and the effects of leaving and entering. Rules: libbluray
 * `graphics_controller.c`, which names clause 5.9.8.3 of the specification for the button.
 */
export function selectPage(run: MenuRun, pageId: number, withOutEffects: boolean): void {
  const leaving = run.pageId
  run.pageId = pageId
  const page = run.page
  run.groups = page === null ? [] : firstGroups(page)
  run.effect = null
  run.pointed = false
  run.buttonsShown = false
  resetUserTimeOut(run)
  selectButton(run, page === null ? null : buttonToBeginWith(run, page))
  if (withOutEffects && findPage(run.graphics, leaving)?.outEffects.effects.length) {
    run.effect = { kind: "out", pageId: leaving, index: 0 }
  } else if (page?.inEffects.effects.length) {
    run.effect = { kind: "in", pageId, index: 0 }
  }
  if (run.effect !== null) run.stepAt = run.at
}

const firstGroups = (page: Page): GroupState[] =>
  page.buttonOverlapGroups.map(({ defaultValidButtonIdRef }) => ({
    enabledButtonId: defaultValidButtonIdRef,
    drawn: null,
    objectId: null,
    nextPicture: 0,
    finishing: false,
  }))

/** The page's default button where it is enabled, else the one that PSR 10 names, else the first that is enabled. */
function buttonToBeginWith(run: MenuRun, page: Page): number | null {
  for (const wanted of [page.defaultSelectedButtonIdRef, run.selectedButtonId]) {
    if (run.isEnabled(wanted) && findButton(page, wanted) !== null) return wanted
  }
  for (const index of page.buttonOverlapGroups.keys()) {
    const button = run.enabledButton(page, index)
    if (button !== null) return button.id
  }
  return null
}

/** Selects a button; its animation starts anew, and its auto-action is to be done. */
export function selectButton(run: MenuRun, buttonId: number | null): void {
  const found = run.page === null ? null : findButton(run.page, buttonId)
  if (found !== null) {
    run.groups[found.group] = { ...run.group(found.group), nextPicture: 0 }
    if (run.rules === "libbluray") run.stepAt = run.at
  }
  run.selectedButtonId = buttonId
  run.successorId = null
  run.autoActionDone = false
}

/** A button's program enables a button in its group, or disables it. What is selected then shows when the program ends. */
export function enableButton(run: MenuRun, buttonId: number, enable: boolean): void {
  const found = run.page === null ? null : findButton(run.page, buttonId)
  if (found === null) return
  const group = run.group(found.group)
  if (enable) {
    // libbluray selects a selected button anew, which makes an auto-action that enables its own button run for ever.
    if (group.enabledButtonId === buttonId && run.rules === "player") return
    if (group.enabledButtonId === run.selectedButtonId && run.successorId === null) {
      run.selectedButtonId = null
      run.successorId = buttonId
    }
    run.groups[found.group] = { ...group, enabledButtonId: buttonId, nextPicture: 0 }
    return
  }
  if (group.enabledButtonId === buttonId) run.groups[found.group] = { ...group, enabledButtonId: null }
  if (run.selectedButtonId === buttonId) run.selectedButtonId = null
  if (run.successorId === buttonId) run.successorId = null
}

/** A button's program is over: where it has disabled the selected button, another is selected. */
export function selectAfterProgram(run: MenuRun): void {
  if (run.successorId !== null) selectButton(run, run.successorId)
  else if (run.selectedButtonId === null && run.page !== null) selectButton(run, buttonToBeginWith(run, run.page))
}

/** @returns false where the command says nothing new or names what is not there (clause 10.4.3.4 D, as libbluray names it) */
export function setButtonPage(run: MenuRun, wanted: { button: number | null; page: number | null; skipOutEffects: boolean }): boolean {
  if (wanted.page !== null) {
    if (wanted.page === run.pageId || findPage(run.graphics, wanted.page) === null) return false
    selectPage(run, wanted.page, !wanted.skipOutEffects)
  } else if (wanted.button === null || wanted.button === run.selectedButtonId) {
    return false
  }
  const found = run.page === null ? null : findButton(run.page, wanted.button)
  if (found === null) return wanted.page !== null
  run.groups[found.group] = { ...run.group(found.group), enabledButtonId: found.button.id }
  selectButton(run, found.button.id)
  return true
}

/** The time without a key begins anew. The first page of an always-on menu has none. */
export function resetUserTimeOut(run: MenuRun): void {
  const duration = run.graphics.composition.userTimeOutDuration
  run.userTimeOutAt = duration > 0 && (run.isPopup || run.pageId !== 0) ? run.at + duration : null
}
