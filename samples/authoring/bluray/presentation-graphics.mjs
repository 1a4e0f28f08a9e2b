// Presentation graphics: a bitmap with words as a display set, and the set that takes it away.
// Layout and meaning of the fields as libbluray's pg_decode.c and FFmpeg's pgssubdec.c read them; times as a decoder of the rates below needs them.
import { join, sized, u8, u16, u24, zeros } from "./bytes.mjs"

const SEGMENT = { palette: 0x14, object: 0x15, composition: 0x16, window: 0x17, end: 0x80 }
const STATE = { normal: 0x00, epochStart: 0x80 }
/** What a decoder fills at (bytes a second): objects, and the plane they are drawn to. */
const DECODE_RATE = 16_000_000
const DRAW_RATE = 32_000_000
const TICKS = 90_000
const ticks = (bytes, rate) => Math.ceil((bytes * TICKS) / rate)

/** Run lengths of one picture, `pixels` being palette indices row by row. */
export function runLengths(pixels, width, height) {
  const out = []
  for (let row = 0; row < height; row++) {
    const end = (row + 1) * width
    for (let at = row * width; at < end; ) {
      const colour = pixels[at]
      let length = 1
      while (at + length < end && pixels[at + length] === colour && length < 16_383) length++
      at += length
      pushRun(out, colour, length)
    }
    out.push(0, 0)
  }
  return Buffer.from(out)
}

function pushRun(out, colour, length) {
  const flag = colour === 0 ? 0 : 0x80
  if (colour !== 0 && length < 3) for (let i = 0; i < length; i++) out.push(colour)
  else {
    if (length < 64) out.push(0, flag | length)
    else out.push(0, flag | 0x40 | (length >> 8), length & 255)
    if (colour !== 0) out.push(colour)
  }
}

const segment = (type, ...body) => join(u8(type), sized(u16, ...body))

/** The largest part of an object that fits a segment's 16-bit length beside its own fields. */
const MAX_PART = 65_000

function objectSegments(width, height, data) {
  const parts = []
  for (let at = 0; at < data.length; at += MAX_PART) parts.push(data.subarray(at, at + MAX_PART))
  return parts.map((part, i) => {
    const first = i === 0
    const flags = (first ? 0x80 : 0) | (i === parts.length - 1 ? 0x40 : 0)
    const head = first ? join(u24(data.length + 4), u16(width), u16(height)) : zeros(0)
    return segment(SEGMENT.object, u16(0), u8(0), u8(flags), head, part)
  })
}

const windowDefinition = ({ x, y, width, height }) => segment(SEGMENT.window, u8(1), u8(0), u16(x), u16(y), u16(width), u16(height))

function composition(plane, number, state, objects) {
  const head = join(u16(plane.width), u16(plane.height), u8(plane.rateCode << 4), u16(number), u8(state), u8(0), u8(0), u8(objects.length))
  return segment(SEGMENT.composition, head, ...objects.map(({ x, y }) => join(u16(0), u8(0), u8(0), u16(x), u16(y))))
}

/**
 * The segments that show a picture from `from` to `to` (90 kHz): `[{ data, pts, dts }]`, one for each PES packet. `picture`: `{ x, y, width,
 * height, pixels, palette: [[Y, Cr, Cb, opacity], ...] }`, entry 0 of the palette being see-through. `plane`: `{ width, height, rateCode }`.
 */
export function showPicture(plane, picture, from, to, number) {
  const data = runLengths(picture.pixels, picture.width, picture.height)
  const area = picture.width * picture.height
  const decode = ticks(area, DECODE_RATE)
  const draw = ticks(area, DRAW_RATE)
  const clear = ticks(plane.width * plane.height, DRAW_RATE)
  // An epoch starts with a cleared plane; the object is decoded meanwhile; then the window is drawn.
  const start = from - Math.max(clear, decode) - draw
  const palette = segment(SEGMENT.palette, u8(0), u8(0), ...picture.palette.map((entry, i) => Buffer.from([i, ...entry])))
  const end = segment(SEGMENT.end)
  const decoded = start + decode
  return [
    { data: composition(plane, number, STATE.epochStart, [picture]), pts: from, dts: start },
    { data: windowDefinition(picture), pts: from - draw, dts: start },
    { data: palette, pts: start, dts: start },
    ...objectSegments(picture.width, picture.height, data).map((part) => ({ data: part, pts: decoded, dts: start })),
    { data: end, pts: decoded, dts: decoded },
    { data: composition(plane, number + 1, STATE.normal, []), pts: to, dts: to - draw },
    { data: windowDefinition(picture), pts: to - draw, dts: to - draw },
    { data: end, pts: to - draw, dts: to - draw },
  ]
}
