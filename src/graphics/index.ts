/** Discs' graphics, decoded to palettes and bitmaps. */
export type { Bitmap, PlanePicture } from "./bitmap.ts"
export * from "./captions/index.ts"
export type { PlaneColours } from "./display-set/palette.ts"
export { HeldImages } from "./held-images.ts"
export * from "./ig/index.ts"
export * from "./pg/index.ts"
export * from "./subpicture/index.ts"
export * from "./textst/index.ts"
