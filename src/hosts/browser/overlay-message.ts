import { secondsFromTicks } from "../../base/index.ts"
import type { OverlayItem } from "../../plugin/index.ts"
import type { OverlayHead } from "./protocol.ts"

/** One overlay as one binary message: 4 bytes little-endian length of a JSON head, the head, then each bitmap's palette and indices. */
export function encodeOverlay(item: OverlayItem): Uint8Array {
  const { picture } = item
  const head: OverlayHead = {
    type: "overlay",
    plane: item.plane,
    at: secondsFromTicks(item.at),
    until: item.until === null ? null : secondsFromTicks(item.until),
    planeWidth: picture.planeWidth,
    planeHeight: picture.planeHeight,
    bitmaps: picture.bitmaps.map(({ x, y, width, height, palette }) => ({ x, y, width, height, paletteBytes: palette.length })),
  }
  const json = new TextEncoder().encode(JSON.stringify(head))
  const size = picture.bitmaps.reduce((sum, bitmap) => sum + bitmap.palette.length + bitmap.indices.length, 4 + json.length)
  const message = new Uint8Array(size)
  new DataView(message.buffer).setUint32(0, json.length, true)
  message.set(json, 4)
  let at = 4 + json.length
  for (const { palette, indices } of picture.bitmaps) {
    message.set(palette, at)
    message.set(indices, at + palette.length)
    at += palette.length + indices.length
  }
  return message
}
