import { secondsFromTicks } from "../../base/index.ts"
import { type Bitmap, HeldImages } from "../../graphics/index.ts"
import type { ButtonPictures, HighlightItem, OverlayItem } from "../../plugin/index.ts"
import { highlightMessage } from "./highlight-message.ts"
import type { HighlightMessage, ImagesHead, OverlayHead, PictureMessage } from "./protocol.ts"

/**
 * Overlays as binary messages of one session: 4 bytes little-endian length of a JSON head, the head, then palette and indices of each bitmap that the
 * page does not hold yet. A menu's buttons are the same pictures in each of its frames, and go over the wire once.
 */
export class OverlayEncoder {
  readonly #images = new HeldImages()

  encode(item: OverlayItem): Uint8Array {
    const { picture } = item
    const fresh: Bitmap[] = []
    const bitmaps = picture.bitmaps.map((bitmap) => {
      const { x, y, width, height, palette, button } = bitmap
      const { image, isFresh } = this.#images.hold(bitmap)
      if (isFresh) fresh.push(bitmap)
      const paletteBytes = isFresh ? palette.length : null
      return { x, y, width, height, image, paletteBytes, ...(button === undefined ? {} : { button }) }
    })
    const head: OverlayHead = {
      type: "overlay",
      plane: item.plane,
      at: secondsFromTicks(item.at),
      until: item.until === null ? null : secondsFromTicks(item.until),
      planeWidth: picture.planeWidth,
      planeHeight: picture.planeHeight,
      bitmaps,
      dropped: this.#images.drop(new Set(bitmaps.map(({ image }) => image))),
    }
    return messageOf(head, fresh)
  }

  /** `images`: what is to be sent before the message, for its buttons' pictures; null: the page holds them all. */
  highlight(item: HighlightItem): { readonly message: HighlightMessage; readonly images: Uint8Array | null } {
    const fresh = new Map<number, Bitmap>()
    const used = new Set<number>()
    const pictureOf = (bitmap: Bitmap | null): PictureMessage | null => {
      if (bitmap === null) return null
      const { x, y, width, height } = bitmap
      const { image, isFresh } = this.#images.hold(bitmap)
      if (isFresh) fresh.set(image, bitmap)
      used.add(image)
      return { x, y, width, height, image }
    }
    const message = highlightMessage(item, ({ normal, selected, activated }: ButtonPictures) => ({
      normal: pictureOf(normal),
      selected: pictureOf(selected),
      activated: pictureOf(activated),
    }))
    if (fresh.size === 0) return { message, images: null }
    const bitmaps = [...fresh].map(([image, { width, height, palette }]) => ({ width, height, image, paletteBytes: palette.length }))
    return { message, images: messageOf({ type: "images", bitmaps, dropped: this.#images.drop(used) }, [...fresh.values()]) }
  }
}

function messageOf(head: OverlayHead | ImagesHead, bitmaps: readonly Bitmap[]): Uint8Array {
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
