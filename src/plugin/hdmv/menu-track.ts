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
  resumeMenu,
  runMenu,
  takesKeys,
  updateMenu,
} from "../../graphics/ig/index.ts"
import type { Item } from "../items.ts"
import { clearedMenu, isFinishing, menuHighlight, menuOverlay } from "./menu-items.ts"

/** What the menu is from a feed time on. */
type Moment = { readonly at: Ticks; readonly menu: Menu; readonly state: MenuState }

/**
 * A display set at the feed time from which it is shown. `feedOffset`: feed time minus the time that the set counts in; null: a preloaded menu counts in
 * none. `left`: the menu as it was when its playlist was left, which it goes on with.
 */
type TimedSet = {
  readonly at: Ticks
  readonly graphics: InteractiveGraphics
  readonly feedOffset: number | null
  readonly left: MenuState | null
}

/** What the menu wants at a time that nobody has pressed a key at: an auto-action, a time-out, a button whose activated pictures have been seen. */
type MenuWish = { readonly at: Ticks; readonly events: readonly MenuEvent[] }

/** Moments between the screen and the moment read last: a menu with 24 pictures a second has 100 in 4 seconds. */
const MAX_MOMENTS = 1024
/** Steps of one `advance`: pictures come at most 60 times a second. */
const MAX_STEPS = 2048
/** Display sets between the screen and the moment read last: multiplexed menus repeat theirs once a second or less often. */
const MAX_SETS = 64

/**
 * A playlist's menu over feed time: animations run ahead with the picture, keys go back to what is on the screen. What it does by itself (an
 * auto-action, a time-out) stops it until the screen is there.
 */
export class MenuTrack {
  readonly #from: Ticks
  #firstButton: number | null
  #moments: Moment[] = []
  /** Those that were shown since `forget` come first, `#coming` is where the others begin. */
  #sets: TimedSet[] = []
  #coming = 0
  #wish: MenuWish | null = null

  /** `firstButton`: PSR 10 when the playlist begins at feed time `from`; null: none. */
  constructor(from: Ticks, firstButton: number | null) {
    this.#from = from
    this.#firstButton = firstButton
  }

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

  /** A display set of a multiplexed menu. `feedOffset`: feed time minus the time that the set counts in. */
  add(graphics: InteractiveGraphics, at: Ticks, feedOffset: number): void {
    this.#enqueue({ at, graphics, feedOffset, left: null })
  }

  /** The menu as its playlist begins with it, or goes on with it where one was left. */
  open(graphics: InteractiveGraphics, left: MenuState | null, feedOffset: number | null = null): void {
    this.#enqueue({ at: this.#from, graphics, feedOffset, left })
  }

  #enqueue(set: TimedSet): void {
    const behind = this.#sets.findIndex(({ at }, index) => index >= this.#coming && at > set.at)
    this.#sets.splice(behind === -1 ? this.#sets.length : behind, 0, set)
    if (this.#sets.length <= MAX_SETS) return
    this.#sets.shift()
    this.#coming = Math.max(0, this.#coming - 1)
  }

  /** The playlist begins with another button, while the screen is still before it; `advance` draws it anew. */
  restart(firstButton: number | null): readonly Item[] {
    this.#firstButton = firstButton
    this.#moments = []
    this.#coming = 0
    this.#wish = null
    return clearedMenu(this.#from)
  }

  /** A new stretch begins at `to`: what the menu was at `from` it is there, and all its times move with it. Sets that waited come again. */
  move(from: Ticks, to: Ticks): readonly Item[] {
    const moment = this.#momentAt(from)
    const wish = this.#wish
    this.#sets = []
    this.#coming = 0
    // A button that is being activated still is.
    this.#wish = wish === null || wish.at <= from ? null : { ...wish, at: ticks(wish.at + to - from) }
    this.#moments = []
    if (moment === null) return []
    const state = shifted(moment.state, to - from)
    this.#moments.push({ at: to, menu: moment.menu, state })
    return [menuOverlay(moment.menu, state, to), menuHighlight(moment.menu, state, to)]
  }

  /** Time goes on to `to`: gives what is drawn meanwhile, up to where the menu wants something. */
  advance(to: Ticks): readonly Item[] {
    const items: Item[] = []
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const last = this.#moments.at(-1) ?? null
      const change = last === null ? null : nextMenuChange(last.menu, last.state)
      const coming = this.#sets[this.#coming]
      const setAt = coming?.at ?? Number.POSITIVE_INFINITY
      const changeAt = Math.max(change ?? Number.POSITIVE_INFINITY, last?.at ?? 0)
      const at = Math.min(setAt, changeAt)
      if (at > to || (this.#wish !== null && at >= this.#wish.at)) break
      if (coming !== undefined && setAt <= changeAt) {
        this.#coming++
        items.push(...this.#show(coming, last))
      } else if (last !== null) {
        items.push(...this.#take(last.menu, ticks(at), runMenu(last.menu, last.state, at, { type: "advance" })))
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
    // Sets that were drawn ahead come again.
    while (this.#coming > 0 && (this.#sets[this.#coming - 1]?.at ?? 0) > at) this.#coming--
    this.#wish = null
    this.#moments.push({ at, menu: moment.menu, state: result.state })
    return { result, items: [menuOverlay(moment.menu, result.state, at), menuHighlight(moment.menu, result.state, at)] }
  }

  /** A state that was kept, with the times of then: what it was at `from` the menu is at `to`. */
  restore(left: MenuState, from: Ticks, to: Ticks): readonly Item[] {
    const last = this.#moments.at(-1)
    if (last === undefined) return []
    const state = shifted(left, to - from)
    this.#moments = [{ at: to, menu: last.menu, state }]
    this.#wish = null
    return [menuOverlay(last.menu, state, to), menuHighlight(last.menu, state, to)]
  }

  /** What is to be done when the screen has come to a time; null: what was wanted is done. */
  setWish(wish: MenuWish | null): void {
    this.#wish = wish
  }

  /** What was shown before `at` is no place for keys any more. */
  forget(at: Ticks): void {
    const current = this.#moments.findLastIndex((moment) => moment.at <= at)
    if (current > 0) this.#moments.splice(0, current)
    const shown = this.#sets.findLastIndex((set, index) => index < this.#coming && set.at <= at) + 1
    this.#sets.splice(0, shown)
    this.#coming -= shown
  }

  #momentAt(at: Ticks): Moment | null {
    return this.#moments.findLast((moment) => moment.at <= at) ?? this.#moments[0] ?? null
  }

  #show({ at, graphics, feedOffset, left }: TimedSet, last: Moment | null): readonly Item[] {
    const time = ticks(Math.max(at, last?.at ?? at))
    // A pop-up menu that is on goes on where its epoch begins once more behind a jump, as libbluray has it.
    const goesOn = last !== null && (graphics.composition.compositionState !== "epoch-start" || last.state.popupShown)
    if (goesOn) {
      return this.#take({ graphics }, time, updateMenu(last.menu, last.state, graphics, time))
    }
    const selectedButtonId = last === null ? this.#firstButton : last.state.selectedButtonId
    const options = { selectedButtonId, ...(feedOffset === null ? {} : { feedOffset }) }
    const result = left === null ? openMenu({ graphics }, time, options) : resumeMenu({ graphics }, left, time, options)
    return this.#take({ graphics }, time, result, true)
  }

  #take(menu: Menu, at: Ticks, { state, events, changed }: MenuResult, isNew = false): readonly Item[] {
    const before = this.#moments.at(-1)
    this.#moments.push({ at, menu, state })
    if (this.#moments.length > MAX_MOMENTS) this.#moments.splice(0, this.#moments.length - MAX_MOMENTS)
    if (events.length > 0) this.#wish = { at, events }
    const items: Item[] = []
    if (changed || isNew) items.push(menuOverlay(menu, state, at))
    if (isNew || before === undefined || !hasSameButtons(before.state, state)) items.push(menuHighlight(menu, state, at))
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
  isFinishing(a) === isFinishing(b) &&
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
