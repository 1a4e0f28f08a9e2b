// The frame code: which disc, title, angle and frame a picture is, drawn as a quiet strip along its top edge.
// README.md beside the samples states the format; test/support/frame-code.ts reads it and shares nothing with this file.

/** Cells across the strip, all of one width: 4 of the left mark, 46 of the code, 4 of the right mark. */
export const CELLS = 54
/** The strip's height as a part of the picture's. */
export const STRIP_PART = 1 / 48
/** Limited-range luma of a 0 and a 1: both dark, far enough apart to live through a coarse quantiser. */
const LUMA = [26, 78]
const LEFT_MARK = [1, 0, 1, 1]
const RIGHT_MARK = [1, 1, 0, 1]

/** CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff) over bits, first bit first. */
function crc16(bits) {
  let crc = 0xffff
  for (const bit of bits) {
    const top = (crc >> 15) ^ bit
    crc = (crc << 1) & 0xffff
    if (top) crc ^= 0x1021
  }
  return crc
}

const bitsOf = (value, count) => Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1)

/** The strip's cells for `disc` (0 to 15), `title` (0 to 63), `angle` (1 to 15; 0 where there are no angles), `frame` (0 to 65535). */
export function frameCodeCells({ disc, title, angle, frame }) {
  const code = [...bitsOf(disc, 4), ...bitsOf(title, 6), ...bitsOf(angle, 4), ...bitsOf(frame, 16)]
  return [...LEFT_MARK, ...code, ...bitsOf(crc16(code), 16), ...RIGHT_MARK]
}

/** Draws the strip over the top of a planar 4:2:0 picture. */
export function drawFrameCode(canvas, code) {
  const cells = frameCodeCells(code)
  const { width, height, y, u, v } = canvas
  const lines = Math.round(height * STRIP_PART)
  const row = Uint8Array.from({ length: width }, (_, x) => LUMA[cells[Math.floor((x * CELLS) / width)]])
  for (let line = 0; line < lines; line++) y.set(row, line * width)
  const chroma = Math.ceil(lines / 2) * (width / 2)
  u.fill(128, 0, chroma)
  v.fill(128, 0, chroma)
}
