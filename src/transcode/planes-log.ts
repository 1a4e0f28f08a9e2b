import { type Bitmap, HeldImages } from "../graphics/index.ts"
import type { HighlightItem, OverlayItem, OverlayPlane } from "../plugin/items.ts"
import type { HighlightMessage, OverlayMessage, PlanesMessage } from "./protocol.ts"

/** As much as a session is ever ahead of the picture, with room. */
const MAX_TOLD = 512

type Told = OverlayItem | HighlightItem

/** What was told of the planes and is not over, for the process that draws them: it gets each picture once, and another process all of them again. */
export class PlanesLog {
  #told: Told[] = []
  #images = new HeldImages()

  /** What to tell the process of an item. */
  add(item: Told): PlanesMessage {
    const plane = planeOf(item)
    this.#told = this.#told.filter((told) => planeOf(told) !== plane || told.at < item.at)
    this.#told.push(item)
    if (this.#told.length > MAX_TOLD) this.#told.shift()
    return this.#message(item)
  }

  /** Forgets what is not needed to go on from a feed time. */
  trim(from: number): void {
    const latest = new Map<string, Told>()
    for (const told of this.#told) if (told.at <= from) latest.set(planeOf(told), told)
    this.#told = this.#told.filter((told) => told.at > from || latest.get(planeOf(told)) === told)
  }

  clear(): void {
    this.#told = []
  }

  /** Everything again, for a process that knows nothing. */
  replay(): readonly PlanesMessage[] {
    this.#images = new HeldImages()
    return this.#told.map((item) => this.#message(item))
  }

  #message(item: Told): PlanesMessage {
    return item.type === "highlight" ? highlightMessage(item) : this.#overlayMessage(item)
  }

  #overlayMessage({ plane, at, until, picture }: OverlayItem): OverlayMessage {
    const fresh: { readonly image: number; readonly indices: Uint8Array; readonly palette: Uint8Array }[] = []
    const bitmaps = picture.bitmaps.map((bitmap: Bitmap) => {
      const { x, y, width, height, indices, palette } = bitmap
      const { image, isFresh } = this.#images.hold(bitmap)
      if (isFresh) fresh.push({ image, indices, palette })
      return { x, y, width, height, image }
    })
    const dropped = this.#images.drop(new Set(bitmaps.map(({ image }) => image)))
    const { planeWidth, planeHeight } = picture
    return { type: "overlay", plane, at, until, planeWidth, planeHeight, bitmaps, fresh, dropped }
  }
}

const planeOf = (item: Told): OverlayPlane | "buttons" => (item.type === "highlight" ? "buttons" : item.plane)

/** Of the buttons only the selected one's place and colours are drawn; where overlays draw the buttons there is nothing to do. */
function highlightMessage({ at, until, buttons, selected }: HighlightItem): HighlightMessage {
  const button = buttons.find(({ number }) => number === selected)
  const palette = button?.selectedPalette ?? null
  if (button === undefined || palette === null) return { type: "highlight", at, until, area: null }
  const { x, y, width, height } = button
  return { type: "highlight", at, until, area: { left: x, top: y, right: x + width - 1, bottom: y + height - 1, palette } }
}
