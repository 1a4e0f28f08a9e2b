import { type Ticks, ticks } from "../../base/index.ts"
import {
  type InteractiveGraphics,
  type Menu,
  type MenuAction,
  type MenuEvent,
  type MenuResult,
  type MenuState,
  menuUserOperationMask,
  nextMenuChange,
  openMenu,
  renderMenu,
  resumeMenu,
  runMenu,
  type ShownButton,
  shownButtons,
  takesKeys,
  updateMenu,
} from "../../graphics/ig/index.ts"
import type { Button, HighlightItem, Item, OverlayItem } from "../items.ts"

/** What the menu is from a feed time on. */
type Moment = { readonly at: Ticks; readonly menu: Menu; readonly state: MenuState }

/** A display set that waits for its time. */
type Coming = { readonly at: Ticks; readonly graphics: InteractiveGraphics; readonly feedOffset: number }

/** What the menu wants at a time that nobody has pressed a key at: an auto-action, a time-out. */
export type MenuWish = { readonly at: Ticks; readonly events: readonly MenuEvent[] }

/** Moments between the screen and the moment read last: a menu with 24 pictures a second has 100 in 4 seconds. */
const MAX_MOMENTS = 1024
/** Steps of one `advance`: pictures come at most 60 times a second. */
const MAX_STEPS = 2048
const CLEARED = { planeWidth: 0, planeHeight: 0, bitmaps: [] }

/**
 * A playlist's menu over feed time: animations run ahead with the picture, keys go back to what is on the screen. What it does by itself (an
 * auto-action, a time-out) stops it until the screen is there.
 */
export class MenuTrack {
  #moments: Moment[] = []
  #coming: Coming[] = []
  #wish: MenuWish | null = null

  /** The menu's page, the buttons that are enabled on it and the selected one; null: there is no menu. */
  stateAt(at: Ticks): MenuState | null {
    return this.#momentAt(at)?.state ?? null
  }

  takesKeys(at: Ticks): boolean {
    const moment = this.#momentAt(at)
    return moment !== null && takesKeys(moment.state)
  }

  /** Whether the pop-up menu is on the screen; null: there is none. */
  popupShown(at: Ticks): boolean | null {
    const moment = this.#momentAt(at)
    return moment?.menu.graphics.composition.userInterfaceModel === "pop-up" ? moment.state.popupShown : null
  }

  /** UO_mask_table of the page that is shown, as on the disc; null: none. */
  maskAt(at: Ticks): Uint8Array | null {
    const moment = this.#momentAt(at)
    return moment === null ? null : menuUserOperationMask(moment.menu.graphics, moment.state)
  }

  get wish(): MenuWish | null {
    return this.#wish
  }

  /** A display set of the stream. `feedOffset`: feed time minus the time that the set counts in. */
  add(graphics: InteractiveGraphics, at: Ticks, feedOffset: number): void {
    this.#coming.push({ at, graphics, feedOffset })
    this.#coming.sort((a, b) => a.at - b.at)
  }

  /** The menu as a playlist begins with it, or goes on with it where one was left. */
  open(graphics: InteractiveGraphics, at: Ticks, selectedButtonId: number | null, left: MenuState | null): readonly Item[] {
    const menu = { graphics }
    const options = { selectedButtonId }
    const result = left === null ? openMenu(menu, at, options) : resumeMenu(menu, left, at, options)
    return this.#take(menu, at, result, true)
  }

  /** A new stretch begins at `to`: what the menu was at `from` it is there, and all its times move with it. Sets that waited come again. */
  move(from: Ticks, to: Ticks): readonly Item[] {
    const moment = this.#momentAt(from)
    this.#coming = []
    this.#wish = null
    this.#moments = []
    if (moment === null) return []
    const state = shifted(moment.state, to - from)
    this.#moments.push({ at: to, menu: moment.menu, state })
    return [overlay(moment.menu, state, to), highlight(moment.menu, state, to)]
  }

  /** Time goes on to `to`: gives what is drawn meanwhile, up to where the menu wants something. */
  advance(to: Ticks): readonly Item[] {
    const items: Item[] = []
    for (let steps = 0; steps < MAX_STEPS && this.#wish === null; steps++) {
      const last = this.#moments.at(-1) ?? null
      const change = last === null ? null : nextMenuChange(last.menu, last.state)
      const coming = this.#coming[0]
      const setAt = coming?.at ?? Number.POSITIVE_INFINITY
      const changeAt = Math.max(change ?? Number.POSITIVE_INFINITY, last?.at ?? 0)
      if (Math.min(setAt, changeAt) > to) break
      if (coming !== undefined && setAt <= changeAt) {
        this.#coming.shift()
        items.push(...this.#show(coming, last))
      } else if (last !== null) {
        const at = ticks(changeAt)
        items.push(...this.#take(last.menu, at, runMenu(last.menu, last.state, at, { type: "advance" })))
      }
    }
    return items
  }

  /** What a key or a command would do at `at`; null: there is no menu. */
  trial(at: Ticks, action: MenuAction): MenuResult | null {
    const moment = this.#momentAt(at)
    return moment === null ? null : runMenu(moment.menu, moment.state, at, action)
  }

  /** Does it; what comes later is drawn anew by `advance`. The events are the caller's. */
  act(at: Ticks, action: MenuAction): { readonly result: MenuResult; readonly items: readonly Item[] } | null {
    const moment = this.#momentAt(at)
    const result = this.trial(at, action)
    if (moment === null || result === null || result.outcome === "nothing") return null
    this.#moments = this.#moments.filter((other) => other.at < at)
    this.#wish = null
    this.#moments.push({ at, menu: moment.menu, state: result.state })
    return { result, items: [overlay(moment.menu, result.state, at), highlight(moment.menu, result.state, at)] }
  }

  /** A state that was kept, with the times of then: what it was at `from` the menu is at `to`. */
  restore(left: MenuState, from: Ticks, to: Ticks): readonly Item[] {
    const last = this.#moments.at(-1)
    if (last === undefined) return []
    const state = shifted(left, to - from)
    this.#moments = [{ at: to, menu: last.menu, state }]
    this.#wish = null
    return [overlay(last.menu, state, to), highlight(last.menu, state, to)]
  }

  /** What the menu wanted is done. */
  wishDone(): void {
    this.#wish = null
  }

  /** What was shown before `at` is no place for keys any more. */
  forget(at: Ticks): void {
    const current = this.#moments.findLastIndex((moment) => moment.at <= at)
    if (current > 0) this.#moments.splice(0, current)
  }

  #momentAt(at: Ticks): Moment | null {
    return this.#moments.findLast((moment) => moment.at <= at) ?? this.#moments[0] ?? null
  }

  #show({ at, graphics, feedOffset }: Coming, last: Moment | null): readonly Item[] {
    const time = ticks(Math.max(at, last?.at ?? at))
    if (last === null || graphics.composition.compositionState === "epoch-start") {
      const selectedButtonId = last?.state.selectedButtonId ?? null
      return this.#take({ graphics }, time, openMenu({ graphics }, time, { selectedButtonId, feedOffset }), true)
    }
    return this.#take({ graphics }, time, updateMenu(last.menu, last.state, graphics, time))
  }

  #take(menu: Menu, at: Ticks, { state, events, changed }: MenuResult, isNew = false): readonly Item[] {
    const before = this.#moments.at(-1)
    this.#moments.push({ at, menu, state })
    if (this.#moments.length > MAX_MOMENTS) this.#moments.splice(0, this.#moments.length - MAX_MOMENTS)
    if (events.length > 0) this.#wish = { at, events }
    const items: Item[] = []
    if (changed || isNew) items.push(overlay(menu, state, at))
    if (isNew || before === undefined || !hasSameButtons(before.state, state)) items.push(highlight(menu, state, at))
    return items
  }
}

/** Cheaper than drawing them: animation pictures change nothing that a key looks at. */
const hasSameButtons = (a: MenuState, b: MenuState): boolean =>
  a.open === b.open &&
  a.buttonsShown === b.buttonsShown &&
  a.pageId === b.pageId &&
  a.selectedButtonId === b.selectedButtonId &&
  (a.effect === null) === (b.effect === null) &&
  a.groups.every((group, index) => group.enabledButtonId === b.groups[index]?.enabledButtonId)

function shifted(state: MenuState, by: number): MenuState {
  const later = (time: number | null): number | null => (time === null ? null : time + by)
  return {
    ...state,
    stepAt: state.stepAt + by,
    userTimeOutAt: later(state.userTimeOutAt),
    selectionTimeOutAt: later(state.selectionTimeOutAt),
    compositionTimeOutAt: later(state.compositionTimeOutAt),
  }
}

function overlay({ graphics }: Menu, state: MenuState, at: Ticks): OverlayItem {
  return { type: "overlay", plane: "ig", at, until: null, picture: renderMenu(graphics, state) ?? CLEARED, forced: false }
}

/** No menu from a feed time on. */
export const clearedMenu = (at: Ticks): readonly Item[] => [cleared(at), noButtons(at)]

const cleared = (at: Ticks): OverlayItem => ({ type: "overlay", plane: "ig", at, until: null, picture: CLEARED, forced: false })
const noButtons = (at: Ticks): HighlightItem => ({
  type: "highlight",
  at,
  until: null,
  planeWidth: 0,
  planeHeight: 0,
  buttons: [],
  selected: null,
})

function highlight({ graphics }: Menu, state: MenuState, at: Ticks): HighlightItem {
  const shown = takesKeys(state) ? shownButtons(graphics, state) : []
  const { videoWidth, videoHeight } = graphics.composition
  return {
    type: "highlight",
    at,
    until: null,
    planeWidth: videoWidth,
    planeHeight: videoHeight,
    buttons: shown.map(buttonOf),
    selected: shown.find(({ isSelected }) => isSelected)?.button.id ?? null,
  }
}

function buttonOf({ button, x, y, width, height }: ShownButton): Button {
  return {
    number: button.id,
    x,
    y,
    width,
    height,
    up: button.upperButtonIdRef ?? button.id,
    down: button.lowerButtonIdRef ?? button.id,
    left: button.leftButtonIdRef ?? button.id,
    right: button.rightButtonIdRef ?? button.id,
    autoAction: button.autoAction,
    selectedPalette: null,
    activatedPalette: null,
  }
}
