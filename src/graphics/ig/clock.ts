import { animationInterval } from "./animation.ts"
import { activate, drawMenu, isAnimated } from "./draw.ts"
import { findButton, findEffect, findPage, type Menu, type MenuRun } from "./menu-run.ts"
import type { MenuState } from "./menu-state.ts"
import { selectPage } from "./selection.ts"

/** default_activated_button_id_ref that names the button which is selected (libblu `hdmv_check.c`). */
const SELECTED_BUTTON = 0xfffe

/** Steps made up for at once: effects of two pages are at most 510. An animation that is further behind goes on from now. */
const MAX_STEPS = 1000

/** Time has come to `run.at`: effects and animations go on, and what has run out runs out. */
export function advanceClock(run: MenuRun): void {
  if (run.compositionTimeOutAt !== null && run.at >= run.compositionTimeOutAt) {
    run.ended = true
    drawMenu(run)
    return
  }
  if (!run.open) return
  advancePictures(run)
  if (run.events.length > 0) return
  runOutOfTime(run)
  if (run.events.length === 0) runOutOfSelectionTime(run)
}

/** One step after the other, until a button wants its program run. libbluray makes one step for each read. */
function advancePictures(run: MenuRun): void {
  const most = run.rules === "libbluray" ? 1 : MAX_STEPS
  for (let steps = 0; run.events.length === 0; steps++) {
    const duration = stepDuration(run, run)
    if (duration === null || run.at < run.stepAt + duration) return
    if (steps >= most) {
      if (run.rules === "player") run.stepAt = run.at
      return
    }
    run.stepAt += duration
    if (run.effect !== null) nextEffect(run)
    drawMenu(run, { step: true })
  }
}

/** How long the effect or picture that is shown lasts; null: for ever. */
function stepDuration(menu: Pick<MenuRun, "graphics" | "rules">, state: Pick<MenuState, "effect" | "groups" | "pageId">): number | null {
  const effect = findEffect(menu.graphics, state.effect)
  if (effect !== null) return effect.duration
  const page = findPage(menu.graphics, state.pageId)
  if (page === null || !isAnimated({ groups: state.groups, rules: menu.rules })) return null
  return animationInterval(menu.graphics.composition, page, menu.rules)
}

/** The next effect, or the new page's first behind the leaving one's last, or the page itself. */
function nextEffect(run: MenuRun): void {
  if (run.effect === null) return
  const next = { ...run.effect, index: run.effect.index + 1 }
  if (findEffect(run.graphics, next) !== null) {
    run.effect = next
    return
  }
  const first = { kind: "in", pageId: run.pageId, index: 0 } as const
  run.effect = run.effect.kind === "out" && findEffect(run.graphics, first) !== null ? first : null
}

/** Nobody has pressed a key: a pop-up menu goes away, an always-on one goes back to its first page. */
function runOutOfTime(run: MenuRun): void {
  if (run.userTimeOutAt === null || run.at <= run.userTimeOutAt) return
  run.userTimeOutAt = null
  if (run.isPopup) run.popupShown = false
  else if (run.pageId === 0) return
  else selectPage(run, 0, false)
  drawMenu(run)
}

/** Nobody has chosen: the page's default button is activated. */
function runOutOfSelectionTime(run: MenuRun): void {
  if (run.selectionTimeOutAt === null || run.at < run.selectionTimeOutAt) return
  run.selectionTimeOutAt = null
  const { page } = run
  if (page === null || run.isHidden) return
  const wanted = page.defaultActivatedButtonIdRef === SELECTED_BUTTON ? run.selectedButtonId : page.defaultActivatedButtonIdRef
  const button = run.isEnabled(wanted) ? findButton(page, wanted)?.button : undefined
  if (button === undefined) return
  run.effect = null
  drawMenu(run, { activatedButtonId: button.id, autoAction: false })
  activate(run, page, button)
}

/** When `advance` has something to do next: a new picture, or a time that runs out; null: never, if no key comes. */
export function nextMenuChange(menu: Menu, state: MenuState): number | null {
  if (state.ended) return null
  const times: number[] = []
  if (state.compositionTimeOutAt !== null) times.push(state.compositionTimeOutAt)
  if (state.open) {
    const duration = stepDuration({ graphics: menu.graphics, rules: menu.rules ?? "player" }, state)
    if (duration !== null) times.push(Math.ceil(state.stepAt + duration))
    if (state.userTimeOutAt !== null) times.push(state.userTimeOutAt + 1)
    if (state.selectionTimeOutAt !== null) times.push(state.selectionTimeOutAt)
  }
  return times.length === 0 ? null : Math.min(...times)
}
