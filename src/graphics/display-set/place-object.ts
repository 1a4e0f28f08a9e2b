import type { Bitmap } from "../bitmap.ts"
import type { CropRectangle } from "./composition-object.ts"
import type { GraphicsObject } from "./object.ts"

/** Where an object lies on its plane, and what is seen of it. */
export type ObjectPlace = { readonly x: number; readonly y: number; readonly crop: CropRectangle | null }

/** An object at its place, cut at its cropping rectangle and at the plane's edge; `null` when nothing is left. `palette`: as in `Bitmap`. */
export function placeObject(
  object: GraphicsObject,
  place: ObjectPlace,
  plane: { readonly videoWidth: number; readonly videoHeight: number },
  palette: Uint8Array,
): Bitmap | null {
  const { x, y } = place
  const crop = place.crop ?? { x: 0, y: 0, width: object.width, height: object.height }
  const width = Math.min(crop.width, object.width - crop.x, plane.videoWidth - x)
  const height = Math.min(crop.height, object.height - crop.y, plane.videoHeight - y)
  if (width <= 0 || height <= 0) return null
  if (width === object.width && height === object.height) return { x, y, width, height, indices: object.indices, palette }
  const indices = new Uint8Array(width * height)
  for (let line = 0; line < height; line++) {
    const from = (crop.y + line) * object.width + crop.x
    indices.set(object.indices.subarray(from, from + width), line * width)
  }
  return { x, y, width, height, indices, palette }
}
