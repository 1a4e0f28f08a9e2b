/** A sub-picture unit made by hand. Offsets in `SET_DSPXA` are given by field; sequences are `[delay, ...command bytes]` without CMD_END. */
export function makeUnit(fields: readonly Uint8Array[], sequences: readonly (readonly number[])[]): Uint8Array {
  const pixels = fields.flatMap((field) => [...field])
  const table = 4 + pixels.length
  const bytes: number[] = []
  sequences.forEach(([delay = 0, ...commands], index) => {
    const here = table + bytes.length
    const next = index === sequences.length - 1 ? here : here + 5 + commands.length
    bytes.push(delay >> 8, delay & 0xff, next >> 8, next & 0xff, ...commands, 0xff)
  })
  const size = table + bytes.length
  return Uint8Array.from([size >> 8, size & 0xff, table >> 8, table & 0xff, ...pixels, ...bytes])
}

/** SET_DAREA of a rectangle, edges inclusive. */
export function areaCommand(left: number, top: number, width: number, height: number): number[] {
  const [right, bottom] = [left + width - 1, top + height - 1]
  const pair = (from: number, to: number) => [from >> 4, ((from & 15) << 4) | (to >> 8), to & 0xff]
  return [0x05, ...pair(left, right), ...pair(top, bottom)]
}

/** SET_DSPXA for two fields that begin behind the header. */
export function pixelCommand(topLength: number, top = 4): number[] {
  const bottom = top + topLength
  return [0x06, top >> 8, top & 0xff, bottom >> 8, bottom & 0xff]
}

/** The two fields of a picture of codes 0 to 3, run-length coded; a run to the line's end uses length 0 where `fill` says so. */
export function encodeFields(codes: Uint8Array, width: number, height: number, fill: boolean): [Uint8Array, Uint8Array] {
  return [encodeField(codes, width, height, 0, fill), encodeField(codes, width, height, 1, fill)]
}

function encodeField(codes: Uint8Array, width: number, height: number, first: number, fill: boolean): Uint8Array {
  const bytes: number[] = []
  for (let line = first; line < height; line += 2) {
    const nibbles: number[] = []
    for (let x = 0; x < width; ) {
      const code = codes[line * width + x] ?? 0
      let run = 1
      while (run < 255 && x + run < width && codes[line * width + x + run] === code) run++
      const toEnd = fill && codes.subarray(line * width + x, (line + 1) * width).every((each) => each === code)
      const value = ((toEnd ? 0 : run) << 2) | code
      const count = toEnd || value >= 256 ? 4 : value >= 64 ? 3 : value >= 16 ? 2 : 1
      for (let at = count - 1; at >= 0; at--) nibbles.push((value >> (at * 4)) & 15)
      x = toEnd ? width : x + run
    }
    if (nibbles.length % 2 === 1) nibbles.push(0)
    for (let at = 0; at < nibbles.length; at += 2) bytes.push(((nibbles[at] ?? 0) << 4) | (nibbles[at + 1] ?? 0))
  }
  return Uint8Array.from(bytes)
}
