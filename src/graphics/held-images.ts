import type { Bitmap } from "./bitmap.ts"

/** What the other side holds of pictures that may come again: the buttons of a menu with some hundred animation pictures. */
const MAX_HELD_BYTES = 32 * 1024 * 1024

/** Which pictures whoever draws them holds already: a menu's buttons are the same in each of its frames, and are sent once. */
export class HeldImages {
  readonly #known = new WeakMap<Uint8Array, { readonly palette: Uint8Array; readonly image: number }>()
  /** By image, oldest first. */
  readonly #held = new Map<number, number>()
  #heldBytes = 0
  #images = 0

  /** The image's number, and whether the other side has not got it yet. */
  hold(bitmap: Bitmap): { readonly image: number; readonly isFresh: boolean } {
    const { indices, palette } = bitmap
    const known = this.#known.get(indices)
    if (known !== undefined && known.palette === palette && this.#held.has(known.image)) return { image: known.image, isFresh: false }
    const image = this.#images++
    this.#known.set(indices, { palette, image })
    this.#held.set(image, indices.length)
    this.#heldBytes += indices.length
    return { image, isFresh: true }
  }

  /** Images that the other side need not hold any more; those in `used` stay. */
  drop(used: ReadonlySet<number>): readonly number[] {
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
