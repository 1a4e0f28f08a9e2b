import type { AnimationRules } from "./animation.ts"
import type { Button } from "./button.ts"
import type { InteractiveGraphics } from "./ig-decoder.ts"
import type { EffectState, GroupState, MenuState } from "./menu-state.ts"
import type { Effect, Page } from "./page.ts"

/** The menu that a state is of. `rules`: `player` where nothing is said. */
export type Menu = { readonly graphics: InteractiveGraphics; readonly rules?: AnimationRules }

/** What the menu wants of the session, in this order. */
export type MenuEvent =
  /**
   * Run the button's commands (12 bytes each), then tell `program-ended` unless they have led elsewhere. `pictureTicks`: for so long its
   * activated pictures run.
   */
  | { readonly type: "run"; readonly buttonId: number; readonly commands: readonly Uint8Array[]; readonly pictureTicks: number }
  /** Play a sound of sound.bdmv. */
  | { readonly type: "sound"; readonly soundIdRef: number }

const NO_BUTTON_DRAWN: GroupState = { enabledButtonId: null, drawn: null, objectId: null, nextPicture: null, finishing: false }

/** One operation on a menu: the state it works on and what it tells. */
export class MenuRun {
  readonly graphics: InteractiveGraphics
  readonly rules: AnimationRules
  /** The time of the operation. */
  readonly at: number
  readonly events: MenuEvent[] = []
  pageId: number
  selectedButtonId: number | null
  successorId: number | null
  groups: GroupState[]
  effect: EffectState | null
  popupShown: boolean
  open: boolean
  buttonsShown: boolean
  pointed: boolean
  autoActionDone: boolean
  stepAt: number
  userTimeOutAt: number | null
  selectionTimeOutAt: number | null
  compositionTimeOutAt: number | null
  ended: boolean

  constructor(menu: Menu, state: MenuState, at: number) {
    this.graphics = menu.graphics
    this.rules = menu.rules ?? "player"
    this.at = at
    this.pageId = state.pageId
    this.selectedButtonId = state.selectedButtonId
    this.successorId = state.successorId
    this.groups = [...state.groups]
    this.effect = state.effect
    this.popupShown = state.popupShown
    this.open = state.open
    this.buttonsShown = state.buttonsShown
    this.pointed = state.pointed
    this.autoActionDone = state.autoActionDone
    this.stepAt = state.stepAt
    this.userTimeOutAt = state.userTimeOutAt
    this.selectionTimeOutAt = state.selectionTimeOutAt
    this.compositionTimeOutAt = state.compositionTimeOutAt
    this.ended = state.ended
  }

  get state(): MenuState {
    return {
      pageId: this.pageId,
      selectedButtonId: this.selectedButtonId,
      successorId: this.successorId,
      groups: [...this.groups],
      effect: this.effect,
      popupShown: this.popupShown,
      open: this.open,
      buttonsShown: this.buttonsShown,
      pointed: this.pointed,
      autoActionDone: this.autoActionDone,
      stepAt: this.stepAt,
      userTimeOutAt: this.userTimeOutAt,
      selectionTimeOutAt: this.selectionTimeOutAt,
      compositionTimeOutAt: this.compositionTimeOutAt,
      ended: this.ended,
    }
  }

  get isPopup(): boolean {
    return this.graphics.composition.userInterfaceModel === "pop-up"
  }

  /** A pop-up menu that is off, or a menu that is over: nothing of it can be seen. */
  get isHidden(): boolean {
    return this.ended || (this.isPopup && !this.popupShown)
  }

  get page(): Page | null {
    return findPage(this.graphics, this.pageId)
  }

  group(index: number): GroupState {
    return this.groups[index] ?? NO_BUTTON_DRAWN
  }

  /** The button that is enabled in a group; null: none. */
  enabledButton(page: Page, index: number): Button | null {
    const id = this.group(index).enabledButtonId
    return page.buttonOverlapGroups[index]?.buttons.find((button) => button.id === id) ?? null
  }

  isEnabled(buttonId: number | null): boolean {
    return buttonId !== null && this.groups.some(({ enabledButtonId }) => enabledButtonId === buttonId)
  }
}

export function findPage(graphics: InteractiveGraphics, pageId: number): Page | null {
  return graphics.composition.pages.find(({ id }) => id === pageId) ?? null
}

/** A page's button by its number, whatever group it is in. */
export function findButton(page: Page, buttonId: number | null): { readonly button: Button; readonly group: number } | null {
  for (const [group, { buttons }] of page.buttonOverlapGroups.entries()) {
    const button = buttons.find(({ id }) => id === buttonId)
    if (button !== undefined) return { button, group }
  }
  return null
}

/** The effect that runs; null: none, or it is not there. */
export function findEffect(graphics: InteractiveGraphics, effect: EffectState | null): Effect | null {
  if (effect === null) return null
  const page = findPage(graphics, effect.pageId)
  return (effect.kind === "in" ? page?.inEffects : page?.outEffects)?.effects[effect.index] ?? null
}
