/** One field of a picture: every second line, from `firstLine` on. */
export type Field = {
  /** Where its pixel data begin. */
  readonly offset: number
  readonly firstLine: number
}

/** The part of a display area that is kept: pixels of a line behind `width` are decoded and dropped. */
export type Window = { readonly areaWidth: number; readonly width: number; readonly height: number }

/**
 * Decodes the run-length coded pixel data (PXD) of one field into `indices`, which has `window.width` pixels a line.
 * A code is 1 to 4 nibbles: the run's length and, in the last two bits, the pixel code; length 0 runs to the line's end. Lines begin at bytes.
 * @returns false when the data ended before the lines did; what is missing keeps its value
 */
export function decodeField(unit: Uint8Array, field: Field, window: Window, indices: Uint8Array): boolean {
  const { areaWidth, width, height } = window
  const end = unit.length * 2
  let nibble = field.offset * 2
  for (let line = field.firstLine; line < height; line += 2) {
    for (let x = 0; x < areaWidth; ) {
      let code = 0
      // Each nibble more quadruples the run: below 4, 16 and 64 the code is not complete yet.
      for (let limit = 1; code < limit && limit <= 64; limit *= 4) {
        if (nibble >= end) return false
        const byte = unit[nibble >> 1] ?? 0
        code = (code << 4) | (nibble & 1 ? byte & 0xf : byte >> 4)
        nibble++
      }
      const run = code >> 2
      const next = run === 0 ? areaWidth : Math.min(x + run, areaWidth)
      if (x < width) indices.fill(code & 3, line * width + x, line * width + Math.min(next, width))
      x = next
    }
    nibble += nibble & 1
  }
  return true
}
