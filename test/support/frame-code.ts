/**
 * Reads the frame code that the samples' pictures carry along their top edge (samples/README.md states the format). Shares nothing with the
 * drawing code: tests tell from a screenshot which frame of which title is shown.
 */
export type FrameCode = { readonly disc: number; readonly title: number; readonly angle: number; readonly frame: number }

const CELLS = 54
const LEFT_MARK = "1011"
const RIGHT_MARK = "1101"
/** The strip is 1/48 of the picture's height; the picture is 16:9, so at most this part of its width. */
const STRIP_OF_WIDTH = 9 / 16 / 48
/** Less than so many pixels across and cells run into one another. */
const LEAST_WIDTH = 160
/** Between the darkest bright and the brightest dark cell of the marks. */
const LEAST_CONTRAST = 12
/** Cells are drawn at 12 and 72 of 255. Much brighter than that is the picture below the strip, mixed in. */
const BRIGHTEST_DARK = 48
const BRIGHTEST = 110

/** Luma row by row, from 3 or 4 bytes a pixel (RGB or RGBA, full range). */
function lumaOf(pixels: Uint8Array | Uint8ClampedArray, width: number, height: number): Float32Array {
  const step = pixels.length / (width * height)
  if (step !== 3 && step !== 4) throw new Error(`${pixels.length} bytes are not ${width}x${height} RGB or RGBA pixels`)
  const luma = new Float32Array(width * height)
  for (let i = 0; i < luma.length; i++) {
    const at = i * step
    luma[i] = 0.2126 * (pixels[at] ?? 0) + 0.7152 * (pixels[at + 1] ?? 0) + 0.0722 * (pixels[at + 2] ?? 0)
  }
  return luma
}

/**
 * The code of the picture in a screenshot, wherever it lies in it: black or dark bars around it, any scale down to 160 pixels across.
 * `null` when there is none, or none whose CRC is right.
 */
export function readFrameCode(pixels: Uint8Array | Uint8ClampedArray, width: number, height: number): FrameCode | null {
  const luma = lumaOf(pixels, width, height)
  // The strip's rows have bright cells at both ends: the first and last rise in a row give the picture's edges.
  for (let row = 0; row < height; row++) {
    for (const [left, right] of edges(luma.subarray(row * width, (row + 1) * width))) {
      const lines = Math.max(1, Math.floor((right - left) * STRIP_OF_WIDTH))
      // The strip's edges may be mixed with what is beside them; its middle is clean.
      const from = row + Math.floor(lines / 4)
      const code = decode(luma, width, [from, Math.min(height, from + Math.ceil(lines / 2))], [left, right])
      if (code !== null) return code
    }
  }
  return null
}

/** Candidates for a picture's left and right edge in one row, in pixels (right: the first behind it). */
function* edges(line: Float32Array): Generator<Span> {
  yield [0, line.length]
  for (const threshold of [24, 36, 48]) {
    const left = line.findIndex((value) => value > threshold)
    const right = line.findLastIndex((value) => value > threshold) + 1
    if (left < 0 || right - left < LEAST_WIDTH) return
    // The last cell's edge is blurred where the picture was scaled: a pixel to either side.
    for (const [dl, dr] of [
      [0, 0],
      [-1, 1],
      [1, -1],
    ] as const)
      yield [left + dl, right + dr]
  }
}

type Span = readonly [from: number, to: number]

function decode(luma: Float32Array, width: number, rows: Span, [left, right]: Span): FrameCode | null {
  const cell = (right - left) / CELLS
  const means = Array.from({ length: CELLS }, (_, i) => {
    const from = Math.max(0, Math.round(left + (i + 0.3) * cell))
    const to = Math.max(from + 1, Math.round(left + (i + 0.7) * cell))
    let sum = 0
    for (let row = rows[0]; row < rows[1]; row++) for (let x = from; x < to; x++) sum += luma[row * width + x] ?? 0
    return sum / ((to - from) * (rows[1] - rows[0]))
  })
  const [bright, dark] = [
    [means[0], means.at(-1)],
    [means[1], means.at(-2)],
  ].map((pair) => pair.map(Number)) as [number[], number[]]
  if (Math.min(...bright) - Math.max(...dark) < LEAST_CONTRAST || Math.max(...dark) > BRIGHTEST_DARK || Math.max(...bright) > BRIGHTEST)
    return null
  const threshold = (mean(bright) + mean(dark)) / 2
  const bits = means.map((value) => (value > threshold ? "1" : "0")).join("")
  if (!bits.startsWith(LEFT_MARK) || !bits.endsWith(RIGHT_MARK)) return null
  const code = bits.slice(4, 34)
  if (crc16(code) !== Number.parseInt(bits.slice(34, 50), 2)) return null
  const field = (from: number, count: number): number => Number.parseInt(code.slice(from, from + count), 2)
  return { disc: field(0, 4), title: field(4, 6), angle: field(10, 4), frame: field(14, 16) }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** CRC-16/CCITT-FALSE by long division over the 30 bits. */
function crc16(bits: string): number {
  let rest = 0xffff
  for (const bit of bits) {
    const carry = ((rest & 0x8000) !== 0) !== (bit === "1")
    rest = ((rest << 1) & 0xffff) ^ (carry ? 0x1021 : 0)
  }
  return rest
}
