/** DVD sub-pictures: units to timed bitmaps, and their buttons' highlights. */
export { decodeSubpicture, type TimedPicture } from "./decode-subpicture.ts"
export { type HighlightRectangle, highlightBitmap } from "./highlight.ts"
export { highlightPalette, subpictureColours } from "./palette.ts"
export { parseSubpictureUnit, type SubpictureCommand } from "./spu.ts"
