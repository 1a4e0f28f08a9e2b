import type { Ticks } from "../../base/index.ts"
import {
  type InteractiveGraphics,
  type Menu,
  type MenuState,
  renderButton,
  renderMenu,
  type ShownButton,
  shownButtons,
  takesKeys,
} from "../../graphics/ig/index.ts"
import type { Button, ButtonPictures, HighlightItem, Item, OverlayItem } from "../items.ts"
import { clearedPlane, NO_PICTURE } from "../plane-overlays.ts"

/** Pixels of a page's pictures that are told ahead: half of what the menu's decoder keeps, so that they are decoded once. */
const MAX_TOLD_PIXELS = 8 * 1024 * 1024

/** What a menu shows from a feed time on. */
export function menuOverlay({ graphics }: Menu, state: MenuState, at: Ticks): OverlayItem {
  return { type: "overlay", plane: "ig", at, until: null, picture: renderMenu(graphics, state) ?? NO_PICTURE, forced: false }
}

/** No menu from a feed time on. */
export const clearedMenu = (at: Ticks): readonly Item[] => [clearedPlane("ig", at), noButtons(at)]

const noButtons = (at: Ticks): HighlightItem => ({
  type: "highlight",
  at,
  until: null,
  planeWidth: 0,
  planeHeight: 0,
  buttons: [],
  selected: null,
})

/** Its buttons that can be selected. */
export function menuHighlight({ graphics }: Menu, state: MenuState, at: Ticks): HighlightItem {
  const shown = takesKeys(state) ? shownButtons(graphics, state) : []
  const { videoWidth, videoHeight } = graphics.composition
  const pixels = shown.reduce((sum, { width, height }) => sum + 3 * width * height, 0)
  const tellsPictures = pixels <= MAX_TOLD_PIXELS && !isFinishing(state)
  return {
    type: "highlight",
    at,
    until: null,
    planeWidth: videoWidth,
    planeHeight: videoHeight,
    buttons: shown.map((one) => ({ ...buttonOf(one), ...(tellsPictures ? picturesOf(graphics, state, one) : {}) })),
    selected: shown.find(({ isSelected }) => isSelected)?.button.id ?? null,
  }
}

/** An animation that is seen to its end is under way: the page takes no key. */
export const isFinishing = ({ groups }: MenuState): boolean => groups.some(({ finishing }) => finishing)

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

function picturesOf(graphics: InteractiveGraphics, { pageId }: MenuState, { button }: ShownButton): { readonly pictures?: ButtonPictures } {
  const page = graphics.composition.pages.find(({ id }) => id === pageId)
  if (page === undefined) return {}
  const [normal, selected, activated] = (["normal", "selected", "activated"] as const).map((look) =>
    renderButton(graphics, page, button, look),
  )
  return { pictures: { normal: normal ?? null, selected: selected ?? null, activated: activated ?? null } }
}
