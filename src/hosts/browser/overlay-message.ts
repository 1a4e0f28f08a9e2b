import { secondsFromTicks } from "../../base/index.ts"
import type { Bitmap } from "../../graphics/index.ts"
import type { OverlayItem } from "../../plugin/index.ts"
import type { OverlayHead } from "./protocol.ts"

/** What the page holds of pictures that may come again: the buttons of a menu with some hundred animation pictures. */
const MAX_HELD_BYTES = 32 * 1024 * 1024

/**
 * Overlays as binary messages of one session: 4 bytes little-endian length of a JSON head, the head, then palette and indices of each bitmap that the
 * page does not hold yet. A menu's buttons are the same pictures in each of its frames, and go over the wire once.
 */
export class OverlayEncoder {
  readonly #known = new WeakMap<Uint8Array, { readonly palette: Uint8Array; readonly image: number }>()
  /** By image, oldest first. */
  readonly #held = new Map<number, number>()
  #heldBytes = 0
  #images = 0

  encode(item: OverlayItem): Uint8Array {
    const { picture } = item
    const fresh: Bitmap[] = []
    const bitmaps = picture.bitmaps.map((bitmap) => {
      const { x, y, width, height, palette } = bitmap
      const known = this.#imageOf(bitmap)
      if (known !== null) return { x, y, width, height, image: known, paletteBytes: null }
      fresh.push(bitmap)
      return { x, y, width, height, image: this.#hold(bitmap), paletteBytes: palette.length }
    })
    const head: OverlayHead = {
      type: "overlay",
      plane: item.plane,
      at: secondsFromTicks(item.at),
      until: item.until === null ? null : secondsFromTicks(item.until),
      planeWidth: picture.planeWidth,
      planeHeight: picture.planeHeight,
      bitmaps,
      dropped: this.#drop(new Set(bitmaps.map(({ image }) => image))),
    }
    return messageOf(head, fresh)
  }

  #imageOf({ indices, palette }: Bitmap): number | null {
    const known = this.#known.get(indices)
    return known !== undefined && known.palette === palette && this.#held.has(known.image) ? known.image : null
  }

  #hold({ indices, palette }: Bitmap): number {
    const image = this.#images++
    this.#known.set(indices, { palette, image })
    this.#held.set(image, indices.length)
    this.#heldBytes += indices.length
    return image
  }

  /** Images that the page need not hold any more. */
  #drop(used: ReadonlySet<number>): readonly number[] {
    const dropped: number[] = []
    for (const [image, size] of this.#held) {
      if (this.#heldBytes <= MAX_HELD_BYTES) break
      if (used.has(image)) continue
      this.#held.delete(image)
      this.#heldBytes -= size
      dropped.push(image)
    }
    return dropped
  }
}

function messageOf(head: OverlayHead, bitmaps: readonly Bitmap[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head))
  const size = bitmaps.reduce((sum, { palette, indices }) => sum + palette.length + indices.length, 4 + json.length)
  const message = new Uint8Array(size)
  new DataView(message.buffer).setUint32(0, json.length, true)
  message.set(json, 4)
  let at = 4 + json.length
  for (const { palette, indices } of bitmaps) {
    message.set(palette, at)
    message.set(indices, at + palette.length)
    at += palette.length + indices.length
  }
  return message
}
