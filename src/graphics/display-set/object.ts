import type { ByteReader, Warnings } from "../../base/index.ts"
import { TRANSPARENT_INDEX } from "./palette.ts"

/** One Object Definition Segment: an object, or a part of a large one. */
export type ObjectFragment = {
  readonly id: number
  readonly version: number
  readonly first: boolean
  readonly last: boolean
  readonly data: ByteReader
}

/** A decoded object: one palette index a pixel, row by row. */
export type GraphicsObject = { readonly id: number; readonly width: number; readonly height: number; readonly indices: Uint8Array }

/** Layout: libbluray `pg_decode.c`. `segment` is the segment's content. @throws DiscError `damaged` */
export function parseObjectFragment(segment: ByteReader): ObjectFragment {
  const id = segment.u16("object_id")
  const version = segment.u8("object_version_number")
  const flags = segment.u8("first_in_sequence, last_in_sequence")
  return {
    id,
    version,
    first: (flags & 0x80) !== 0,
    last: (flags & 0x40) !== 0,
    data: segment.window(segment.remaining, "object_data_fragment"),
  }
}

/**
 * The joined fragments of an object. Pixels that the data do not reach are transparent, with a warning.
 * @param maxPixels more are refused before they are allocated
 * @throws DiscError `damaged`, `limit`
 */
export function decodeObject(id: number, joined: ByteReader, maxPixels: number, warnings: Warnings): GraphicsObject {
  const length = joined.u24("object_data_length")
  if (length !== joined.remaining) {
    warnings.add("pg-object-length", `object ${id} should have ${length} bytes and has ${joined.remaining}`, { path: joined.path })
  }
  const width = joined.u16("object_width")
  const height = joined.u16("object_height")
  if (width * height > maxPixels)
    throw joined.error("limit", "object_height", `object ${id} has ${width} by ${height} pixels, more than there is memory for`)
  const indices = new Uint8Array(width * height).fill(TRANSPARENT_INDEX)
  const whole = decodeRunLength(joined.bytes(joined.remaining, "object_data"), width, height, indices)
  if (!whole) warnings.add("pg-object-pixels", `the pixels of object ${id} are not as many as its size says`, { path: joined.path })
  return { id, width, height, indices }
}

const SHORT_RUN = 24

/**
 * Run-length code of Blu-ray graphics: a byte other than 0 is one pixel; 0 is followed by a length of 6 or 14 bits and, where bit 7 says so,
 * the colour; length 0 ends the line.
 * @returns false when a line is too long or short, or the data end early
 */
export function decodeRunLength(data: Uint8Array, width: number, height: number, indices: Uint8Array): boolean {
  let at = 0
  let line = 0
  let x = 0
  let whole = true
  while (line < height && at < data.length) {
    let colour = data[at++] ?? 0
    let run = 1
    if (colour === 0) {
      const flags = data[at++] ?? 0
      run = flags & 0x3f
      if (flags & 0x40) run = (run << 8) | (data[at++] ?? 0)
      if (flags & 0x80) colour = data[at++] ?? 0
      if (run === 0) {
        if (x !== width) whole = false
        line++
        x = 0
        continue
      }
    }
    if (x + run > width) whole = false
    const from = line * width + x
    x = Math.min(x + run, width)
    const to = line * width + x
    // Most runs are short, and a call for each takes longer than the pixels.
    if (run < SHORT_RUN) for (let pixel = from; pixel < to; pixel++) indices[pixel] = colour
    else indices.fill(colour, from, to)
  }
  // The last line's end mark may be missing.
  return whole && at <= data.length && (line === height || (line === height - 1 && x === width))
}
