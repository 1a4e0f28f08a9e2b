// The frame code along the top edge of the samples' pictures (samples/README.md states it), from a line of luma that spans the picture.
const CELLS = 54
const LEFT = "1011"
const RIGHT = "1101"

/** `{ disc, title, angle, frame }`, or null where the line carries no code whose CRC is right. */
export function readCode(line) {
  const cell = line.length / CELLS
  const means = Array.from({ length: CELLS }, (_, i) => {
    const [from, to] = [Math.round((i + 0.3) * cell), Math.round((i + 0.7) * cell)]
    return line.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from)
  })
  const threshold = (means[0] + means[1]) / 2
  const bits = means.map((value) => (value > threshold ? "1" : "0")).join("")
  if (means[0] - means[1] < 12 || !bits.startsWith(LEFT) || !bits.endsWith(RIGHT)) return null
  const code = bits.slice(4, 34)
  if (crc16(code) !== Number.parseInt(bits.slice(34, 50), 2)) return null
  const field = (from, count) => Number.parseInt(code.slice(from, from + count), 2)
  return { disc: field(0, 4), title: field(4, 6), angle: field(10, 4), frame: field(14, 16) }
}

function crc16(bits) {
  let rest = 0xffff
  for (const bit of bits) rest = ((rest << 1) & 0xffff) ^ (rest >> 15 !== Number(bit) ? 0x1021 : 0)
  return rest
}
