import type { Button } from "./button.ts"
import type { InteractiveGraphics } from "./ig-decoder.ts"
import { findPage } from "./menu-run.ts"
import type { MenuState } from "./menu-state.ts"

/** A button that can be selected now, with the rectangle of its picture. */
export type ShownButton = {
  readonly button: Button
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly isSelected: boolean
}

/** The buttons that are on the plane, in the order of their groups; none while effects run. A button without a picture is left out. */
export function shownButtons(graphics: InteractiveGraphics, state: MenuState): readonly ShownButton[] {
  const page = findPage(graphics, state.pageId)
  if (page === null || !state.open || state.effect !== null) return []
  return state.groups.flatMap(({ enabledButtonId }, index) => {
    const button = page.buttonOverlapGroups[index]?.buttons.find(({ id }) => id === enabledButtonId)
    if (button === undefined) return []
    // Pictures of all looks have one size; a look may have none.
    const sizes = [button.selected, button.normal, button.activated].map(({ startObjectIdRef: id }) =>
      id === null ? null : graphics.objects.size(id),
    )
    const size = sizes.find((candidate) => candidate !== null)
    if (size === undefined || size === null) return []
    const { x, y } = button
    return [{ button, x, y, width: size.width, height: size.height, isSelected: button.id === state.selectedButtonId }]
  })
}

/** UO_mask_table of the page that is shown, 8 bytes as on the disc; null: nothing of the menu is shown, and it forbids nothing. */
export function menuUserOperationMask(graphics: InteractiveGraphics, state: MenuState): Uint8Array | null {
  return state.open ? (findPage(graphics, state.pageId)?.userOperationMask ?? null) : null
}

/** A key that moves or activates means this menu now. */
export const takesKeys = (state: MenuState): boolean => state.open && state.buttonsShown
