import type { Bitmap, PlanePicture } from "../bitmap.ts"
import { type ObjectPlace, placeObject } from "../display-set/place-object.ts"
import type { Button } from "./button.ts"
import type { InteractiveGraphics } from "./ig-decoder.ts"
import { findEffect, findPage } from "./menu-run.ts"
import type { ButtonLook, MenuState } from "./menu-state.ts"
import type { Effect, Page } from "./page.ts"

/**
 * What a menu shows: bitmaps in plane coordinates, in the order of its groups (which the specification keeps from overlapping); null: the plane is
 * clear. Pixels are shared with other pictures of the menu: they are not to be written to.
 */
export function renderMenu(graphics: InteractiveGraphics, state: MenuState): PlanePicture | null {
  if (!state.open) return null
  const { videoWidth, videoHeight } = graphics.composition
  const effect = findEffect(graphics, state.effect)
  const page = findPage(graphics, state.pageId)
  const bitmaps = effect !== null ? effectBitmaps(graphics, effect) : page === null ? [] : pageBitmaps(graphics, state, page)
  return bitmaps.length === 0 ? null : { planeWidth: videoWidth, planeHeight: videoHeight, bitmaps }
}

function effectBitmaps(graphics: InteractiveGraphics, effect: Effect): Bitmap[] {
  return effect.objects.flatMap((use) => bitmapOf(graphics, effect.paletteIdRef, use.objectIdRef, use))
}

function pageBitmaps(graphics: InteractiveGraphics, state: MenuState, page: Page): Bitmap[] {
  return state.groups.flatMap(({ drawn, objectId }, index) => {
    const button = page.buttonOverlapGroups[index]?.buttons.find(({ id }) => id === drawn?.buttonId)
    if (button === undefined || objectId === null) return []
    return buttonBitmap(graphics, page, button, objectId)
  })
}

/** What a button shows first in a look, as `renderMenu` gives it; null: nothing. Decodes it where that was not done yet. */
export function renderButton(graphics: InteractiveGraphics, page: Page, button: Button, look: ButtonLook): Bitmap | null {
  const { startObjectIdRef } = button[look]
  return startObjectIdRef === null ? null : (buttonBitmap(graphics, page, button, startObjectIdRef)[0] ?? null)
}

function buttonBitmap(graphics: InteractiveGraphics, { paletteIdRef }: Page, { id, x, y }: Button, objectId: number): Bitmap[] {
  return bitmapOf(graphics, paletteIdRef, objectId, { x, y, crop: null }).map((bitmap) => ({ ...bitmap, button: id }))
}

/** Nothing where the palette or the object is not there, or nothing of it is on the plane. */
function bitmapOf(graphics: InteractiveGraphics, paletteId: number, objectId: number, place: ObjectPlace): Bitmap[] {
  const palette = graphics.palettes.get(paletteId)
  const object = palette === undefined ? null : graphics.objects.decode(objectId)
  const bitmap = palette === undefined || object === null ? null : placeObject(object, place, graphics.composition, palette)
  return bitmap === null ? [] : [bitmap]
}
