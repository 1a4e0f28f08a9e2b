import { type Bitmap, highlightBitmap, type PlanePicture } from "../../graphics/index.ts"
import type { OverlayPlane } from "../../plugin/items.ts"
import type { HighlightMessage, OverlayMessage } from "../protocol.ts"

/** From the picture up: text lies below menus. */
const ORDER: readonly OverlayPlane[] = ["subpicture", "pg", "ig"]
/** As much as a session is ever ahead of the picture, with room. */
const MAX_TOLD = 512

type Overlay = { readonly at: number; readonly until: number | null; readonly picture: PlanePicture }

/** One plane as it is drawn: the same object as long as it shows the same. */
export type Layer = { readonly plane: OverlayPlane; readonly picture: PlanePicture }

/** What holds from its time on, until the next. */
class Told<T extends { readonly at: number; readonly until: number | null }> {
  #told: T[] = []

  add(item: T): void {
    this.#told = this.#told.filter(({ at }) => at < item.at)
    this.#told.push(item)
    if (this.#told.length > MAX_TOLD) this.#told.shift()
  }

  at(time: number): T | null {
    const index = this.#told.findLastIndex(({ at }) => at <= time)
    const found = this.#told[index]
    // Pictures come in the order of their times: what is before is over.
    if (index > 0) this.#told.splice(0, index)
    return found === undefined || (found.until !== null && found.until <= time) ? null : found
  }

  /** The next moment behind `time` at which something begins or ends. */
  changeAfter(time: number): number {
    const moments = this.#told.flatMap(({ at, until }) => [at, until ?? Number.POSITIVE_INFINITY])
    return Math.min(Number.POSITIVE_INFINITY, ...moments.filter((moment) => moment > time))
  }

  clear(): void {
    this.#told = []
  }
}

/** The planes over feed time: what lies above the picture at each moment. */
export class Scene {
  readonly #images = new Map<number, Pick<Bitmap, "indices" | "palette">>()
  readonly #planes = new Map<OverlayPlane, Told<Overlay>>()
  readonly #highlights = new Told<HighlightMessage>()
  readonly #layers = new Map<OverlayPlane, { readonly of: PlanePicture; readonly area: HighlightMessage["area"]; readonly layer: Layer }>()

  overlay({ plane, at, until, planeWidth, planeHeight, bitmaps, fresh, dropped }: OverlayMessage): void {
    for (const { image, indices, palette } of fresh) this.#images.set(image, { indices, palette })
    const shown = bitmaps.flatMap(({ image, ...place }): Bitmap[] => {
      const held = this.#images.get(image)
      return held === undefined ? [] : [{ ...place, ...held }]
    })
    for (const image of dropped) this.#images.delete(image)
    const told = this.#planes.get(plane) ?? new Told<Overlay>()
    this.#planes.set(plane, told)
    told.add({ at, until, picture: { planeWidth, planeHeight, bitmaps: shown } })
  }

  highlight(message: HighlightMessage): void {
    this.#highlights.add(message)
  }

  clear(): void {
    for (const told of this.#planes.values()) told.clear()
    this.#highlights.clear()
  }

  /** What is to be drawn at `time`, in the order of drawing. Times must not go back. */
  at(time: number): readonly Layer[] {
    const area = this.#highlights.at(time)?.area ?? null
    return ORDER.flatMap((plane) => {
      const picture = this.#planes.get(plane)?.at(time)?.picture
      if (picture === undefined || picture.bitmaps.length === 0) return []
      return [this.#layer(plane, picture, plane === "subpicture" ? area : null)]
    })
  }

  /** The next moment behind `time` at which the planes change, as far as was told. */
  changeAfter(time: number): number {
    const planes = [...this.#planes.values()].map((told) => told.changeAfter(time))
    return Math.min(this.#highlights.changeAfter(time), ...planes)
  }

  #layer(plane: OverlayPlane, picture: PlanePicture, area: HighlightMessage["area"]): Layer {
    const known = this.#layers.get(plane)
    if (known !== undefined && isSamePicture(known.of, picture) && isSameArea(known.area, area)) return known.layer
    const bitmaps = area === null ? picture.bitmaps : picture.bitmaps.map((bitmap) => highlightBitmap(bitmap, area, area.palette))
    const layer = { plane, picture: { ...picture, bitmaps } }
    this.#layers.set(plane, { of: picture, area, layer })
    return layer
  }
}

/** Discs tell the same again and again. */
function isSamePicture(a: PlanePicture, b: PlanePicture): boolean {
  if (a === b) return true
  if (a.planeWidth !== b.planeWidth || a.planeHeight !== b.planeHeight || a.bitmaps.length !== b.bitmaps.length) return false
  return a.bitmaps.every((one, index) => {
    const other = b.bitmaps[index]
    return other !== undefined && one.indices === other.indices && one.palette === other.palette && one.x === other.x && one.y === other.y
  })
}

function isSameArea(a: HighlightMessage["area"], b: HighlightMessage["area"]): boolean {
  if (a === null || b === null) return a === b
  const isSamePlace = a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom
  return isSamePlace && a.palette.every((value, index) => value === b.palette[index])
}
