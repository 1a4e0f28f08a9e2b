/** One axis of a picture that is made larger or smaller: for each pixel of the result, which pixels it is made of and how much of each. */
export type Axis = {
  /** The result's first pixel and how many. */
  readonly start: number
  readonly count: number
  /** For each pixel of the result: the first source pixel, counted from the window's start. */
  readonly first: Int32Array
  /** `taps` weights for each pixel of the result; those outside the window are 0. */
  readonly weights: Float32Array
  readonly taps: number
}

/**
 * From a window of a line of `length` pixels to the pixels it touches of a line of `target`. Pixels are areas, as screens have them; a triangle filter
 * joins neighbours, wider where the line becomes shorter. `start` and the end are even, for chroma has every second pixel.
 */
export function axisOf(length: number, target: number, windowStart: number, windowLength: number): Axis {
  const scale = target / length
  const radius = Math.max(1, 1 / scale)
  const start = 2 * Math.floor(Math.max(0, Math.floor((windowStart + 0.5 - radius) * scale)) / 2)
  const wanted = Math.ceil((windowStart + windowLength - 0.5 + radius) * scale)
  const end = Math.min(2 * Math.ceil(target / 2), 2 * Math.ceil(Math.max(wanted, start) / 2))
  const count = Math.max(0, end - start)
  const taps = Math.ceil(2 * radius) + 1
  const first = new Int32Array(count)
  const weights = new Float32Array(count * taps)
  for (let i = 0; i < count; i++) {
    const centre = (start + i + 0.5) / scale - 0.5
    const from = Math.max(0, Math.ceil(centre - radius))
    const to = Math.min(length - 1, Math.floor(centre + radius))
    let sum = 0
    for (let j = from; j <= to; j++) sum += radius - Math.abs(j - centre)
    // The window begins where its first tap inside does.
    const inside = Math.min(Math.max(from - windowStart, 0), Math.max(0, windowLength - 1))
    first[i] = inside
    for (let tap = 0; tap < taps; tap++) {
      const j = windowStart + inside + tap
      const isInside = j >= from && j <= to && inside + tap < windowLength
      weights[i * taps + tap] = isInside && sum > 0 ? (radius - Math.abs(j - centre)) / sum : 0
    }
  }
  return { start, count, first, weights, taps }
}

const CHANNELS = 4

/** A window of RGBA (premultiplied, 0 to 255) along both axes: `down.count` rows of `across.count` pixels. */
export function resample(pixels: Uint8Array, width: number, height: number, across: Axis, down: Axis): Float32Array {
  const rows = new Float32Array(height * across.count * CHANNELS)
  for (let y = 0; y < height; y++) acrossRow(pixels, y * width * CHANNELS, rows, y * across.count * CHANNELS, across)
  const out = new Float32Array(down.count * across.count * CHANNELS)
  const rowSize = across.count * CHANNELS
  for (let y = 0; y < down.count; y++) {
    for (let tap = 0; tap < down.taps; tap++) {
      const weight = down.weights[y * down.taps + tap] as number
      if (weight === 0) continue
      const from = ((down.first[y] as number) + tap) * rowSize
      const to = y * rowSize
      for (let i = 0; i < rowSize; i++) out[to + i] = (out[to + i] as number) + weight * (rows[from + i] as number)
    }
  }
  return out
}

function acrossRow(pixels: Uint8Array, from: number, rows: Float32Array, to: number, { count, first, weights, taps }: Axis): void {
  for (let x = 0; x < count; x++) {
    let [r, g, b, a] = [0, 0, 0, 0]
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[x * taps + tap] as number
      if (weight === 0) continue
      const at = from + ((first[x] as number) + tap) * CHANNELS
      r += weight * (pixels[at] as number)
      g += weight * (pixels[at + 1] as number)
      b += weight * (pixels[at + 2] as number)
      a += weight * (pixels[at + 3] as number)
    }
    const at = to + x * CHANNELS
    rows[at] = r
    rows[at + 1] = g
    rows[at + 2] = b
    rows[at + 3] = a
  }
}
