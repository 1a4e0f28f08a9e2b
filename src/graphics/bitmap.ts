/** A picture in its plane's coordinates, with a palette of its own. */
export type Bitmap = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** One palette index a pixel, row by row from the top. */
  readonly indices: Uint8Array
  /** R, G, B, A (not premultiplied, sRGB) for each index, 4 bytes each; an index past its end is transparent. */
  readonly palette: Uint8Array
  /** Number of the menu's button that this is a picture of. */
  readonly button?: number
}

/** What a plane shows from a moment on: nothing, or bitmaps drawn in order. */
export type PlanePicture = {
  readonly planeWidth: number
  readonly planeHeight: number
  readonly bitmaps: readonly Bitmap[]
}
