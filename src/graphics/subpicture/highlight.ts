import type { Bitmap } from "../bitmap.ts"

/** One palette for the four pixel codes takes 16 bytes; an index is 4 × palette + code, so a byte has room for so many. */
export const MAX_CODE_PALETTES = 64

/** Edges are inclusive, as in the navigation pack. */
export type HighlightRectangle = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/**
 * A decoded sub-picture with the pixels inside a button's rectangle in the highlight's colours. Highlights replace colour and contrast, also
 * where the sub-picture itself is transparent; pixels outside the bitmap have no code and so no highlight.
 * @param palette from `highlightPalette`
 */
export function highlightBitmap(bitmap: Bitmap, rectangle: HighlightRectangle, palette: Uint8Array): Bitmap {
  const count = Math.min(bitmap.palette.length >> 4, MAX_CODE_PALETTES - 1)
  const joined = new Uint8Array((count + 1) * 16)
  joined.set(bitmap.palette.subarray(0, count * 16))
  joined.set(palette.subarray(0, 16), count * 16)

  const indices = bitmap.indices.slice()
  const left = Math.max(0, rectangle.left - bitmap.x)
  const right = Math.min(bitmap.width, rectangle.right + 1 - bitmap.x)
  const bottom = Math.min(bitmap.height, rectangle.bottom + 1 - bitmap.y)
  for (let y = Math.max(0, rectangle.top - bitmap.y); y < bottom; y++) {
    for (let at = y * bitmap.width + left; at < y * bitmap.width + right; at++) indices[at] = count * 4 + ((indices[at] ?? 0) & 3)
  }
  return { ...bitmap, indices, palette: joined }
}
