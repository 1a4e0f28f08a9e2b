import type { Bitmap, PlanePicture } from "../../graphics/index.ts"
import { type Axis, axisOf, resample } from "./resample.ts"

/** Where in the encoder's picture the film is; planes lie over the film and not over bars beside it. All numbers are even. */
export type FilmArea = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Weights of red and blue in luma (ISO/IEC 23091-2 8.3). */
export type LumaWeights = { readonly red: number; readonly blue: number }

/** A plane's picture ready to be blended into 8-bit 4:2:0 of limited range: `picture = picture * keep / 255 + add`. */
export type PlaneLayer = {
  /** In the encoder's picture; even. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly luma: Samples
  readonly cb: Samples
  readonly cr: Samples
}

type Samples = { readonly add: Uint8Array; readonly keep: Uint8Array }

/** No disc has a larger plane (UHD graphics are HD's). */
const MAX_PLANE = 4096

/** Draws a plane, makes it as large as the film and turns it into the encoder's colours; null where nothing is to be seen. */
export function planeLayer(picture: PlanePicture, film: FilmArea, weights: LumaWeights): PlaneLayer | null {
  const { planeWidth, planeHeight } = picture
  if (planeWidth < 1 || planeHeight < 1 || planeWidth > MAX_PLANE || planeHeight > MAX_PLANE) return null
  const window = windowOf(picture)
  if (window === null) return null
  const pixels = composed(picture.bitmaps, window)
  const across = axisOf(planeWidth, film.width, window.x, window.width)
  const down = axisOf(planeHeight, film.height, window.y, window.height)
  if (across.count === 0 || down.count === 0) return null
  return inColours(resample(pixels, window.width, window.height, across, down), across, down, film, weights)
}

/** The part of the plane in which something is drawn. */
function windowOf({ planeWidth, planeHeight, bitmaps }: PlanePicture): FilmArea | null {
  const left = Math.max(0, Math.min(...bitmaps.map(({ x }) => x)))
  const top = Math.max(0, Math.min(...bitmaps.map(({ y }) => y)))
  const right = Math.min(planeWidth, Math.max(...bitmaps.map(({ x, width }) => x + width)))
  const bottom = Math.min(planeHeight, Math.max(...bitmaps.map(({ y, height }) => y + height)))
  return right <= left || bottom <= top ? null : { x: left, y: top, width: right - left, height: bottom - top }
}

/** The bitmaps one over the other, R, G, B premultiplied with A. */
function composed(bitmaps: readonly Bitmap[], window: FilmArea): Uint8Array {
  const pixels = new Uint8Array(window.width * window.height * 4)
  for (const bitmap of bitmaps) drawOver(pixels, bitmap, window)
  return pixels
}

function drawOver(pixels: Uint8Array, { x, y, width, height, indices, palette }: Bitmap, window: FilmArea): void {
  const colours = premultiplied(palette)
  const left = Math.max(x, window.x)
  const right = Math.min(x + width, window.x + window.width)
  const bottom = Math.min(y + height, window.y + window.height)
  for (let row = Math.max(y, window.y); row < bottom; row++) {
    let from = (row - y) * width + left - x
    let to = ((row - window.y) * window.width + left - window.x) * 4
    for (let column = left; column < right; column++, from++, to += 4) {
      const colour = (indices[from] as number) * 4
      const alpha = colours[colour + 3] as number
      if (alpha === 0) continue
      const keep = 255 - alpha
      for (let channel = 0; channel < 4; channel++) {
        const below = keep === 0 ? 0 : Math.round(((pixels[to + channel] as number) * keep) / 255)
        pixels[to + channel] = (colours[colour + channel] as number) + below
      }
    }
  }
}

/** For all 256 indices; one past the palette's end is transparent. */
function premultiplied(palette: Uint8Array): Uint8Array {
  const colours = new Uint8Array(1024)
  for (let at = 0; at + 3 < Math.min(palette.length, colours.length); at += 4) {
    const alpha = palette[at + 3] as number
    for (let channel = 0; channel < 3; channel++) colours[at + channel] = Math.round(((palette[at + channel] as number) * alpha) / 255)
    colours[at + 3] = alpha
  }
  return colours
}

/** Limited range: luma 16 to 235, chroma 16 to 240 about 128. */
function inColours(pixels: Float32Array, across: Axis, down: Axis, film: FilmArea, { red, blue }: LumaWeights): PlaneLayer {
  const [width, height] = [across.count, down.count]
  const luma = samples(width * height)
  const [cb, cr] = [samples((width * height) / 4), samples((width * height) / 4)]
  const half = width / 2
  const sums = new Float32Array(4)
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      sums.fill(0)
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [r, g, b, a] = [pixels[at * 4], pixels[at * 4 + 1], pixels[at * 4 + 2], pixels[at * 4 + 3]] as [
          number,
          number,
          number,
          number,
        ]
        const bright = red * r + (1 - red - blue) * g + blue * b
        luma.add[at] = (16 * a + 219 * bright) / 255 + 0.5
        luma.keep[at] = 255.5 - a
        sums[0] = (sums[0] as number) + bright
        sums[1] = (sums[1] as number) + b
        sums[2] = (sums[2] as number) + r
        sums[3] = (sums[3] as number) + a
      }
      const [bright, b, r, a] = [sums[0], sums[1], sums[2], sums[3]].map((sum) => (sum as number) / 4) as [number, number, number, number]
      const at = (y / 2) * half + x / 2
      cb.add[at] = (128 * a + (112 * (b - bright)) / (1 - blue)) / 255 + 0.5
      cr.add[at] = (128 * a + (112 * (r - bright)) / (1 - red)) / 255 + 0.5
      cb.keep[at] = cr.keep[at] = 255.5 - a
    }
  }
  return { x: film.x + across.start, y: film.y + down.start, width, height, luma, cb, cr }
}

function samples(count: number): Samples {
  return { add: new Uint8Array(count), keep: new Uint8Array(count) }
}
