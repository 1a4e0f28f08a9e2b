import { type Bitmap, highlightBitmap } from "../../graphics/index.ts"
import type { HighlightMessage, ImagesHead, OverlayHead, SentImage } from "../../hosts/browser/protocol.ts"
import { buttonOf, type ShownButtons } from "./buttons.ts"
import { type Image, PressedButtons } from "./pressed-buttons.ts"
import { Timed } from "./timed.ts"

type Overlay = {
  readonly at: number
  readonly until: number | null
  readonly width: number
  readonly height: number
  readonly bitmaps: readonly Bitmap[]
}

/** One button's place in the colours that the disc gives it now. */
type Highlight = { readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly palette: string }

/** What is drawn in one plane, and the picture of it in the plane's own pixels. */
type Drawn = { readonly plane: string; readonly overlay: Overlay; readonly highlight: string; readonly canvas: HTMLCanvasElement }

/** Planes above the picture: each shows its latest overlay that is due; those with a menu's buttons also which one is selected. */
export class Overlays {
  readonly #canvas: HTMLCanvasElement
  /** By the host's number: pictures that may come again. */
  readonly #images = new Map<number, Image>()
  readonly #pressed = new PressedButtons()
  /** One for each plane, drawn anew when the plane changes. */
  readonly #canvases = new Map<string, HTMLCanvasElement>()
  readonly #pictures = new WeakMap<Uint8Array, HTMLCanvasElement>()
  readonly #planes = new Map<string, Timed<Overlay>>()
  #drawn: readonly Drawn[] = []
  /** What the canvas takes of the page. */
  #box = { width: 1, height: 1 }

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    new ResizeObserver(([entry]) => {
      const box = entry?.contentBoxSize[0]
      this.#box = { width: box?.inlineSize ?? 1, height: box?.blockSize ?? 1 }
    }).observe(canvas)
  }

  /** A binary message of the host. */
  take(message: ArrayBuffer): void {
    const headLength = new DataView(message).getUint32(0, true)
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, headLength))) as OverlayHead | ImagesHead
    this.#takeImages(head.bitmaps, message, 4 + headLength)
    if (head.type === "overlay") {
      const told = this.#planes.get(head.plane) ?? new Timed<Overlay>()
      told.add(this.#overlayOf(head))
      this.#planes.set(head.plane, told)
    }
    for (const image of head.dropped) this.#images.delete(image)
  }

  /** Buttons that the host tells of, whose images it has sent. */
  keep(highlight: HighlightMessage): void {
    this.#pressed.keep(highlight, this.#images)
  }

  /** The session is over. */
  clear(): void {
    this.#planes.clear()
    this.#images.clear()
  }

  /** What is shown stands until the new stretch is on the screen, at `showFrom`; what was told for later is void. */
  flush(feedTime: number, showFrom: number): void {
    for (const told of this.#planes.values()) {
      told.dropAfter(feedTime)
      const overlay = told.at(feedTime)
      if (overlay !== null) told.add({ ...overlay, until: Math.min(overlay.until ?? showFrom, showFrom) })
    }
  }

  /** Draws what is due at `feedTime`, when that is something else than what is there. */
  draw(feedTime: number, buttons: ShownButtons | null): void {
    const highlight = buttons === null ? null : highlightOf(buttons)
    const key = highlight === null ? "" : Object.values(highlight).join(" ")
    const due = [...this.#planes].flatMap(([plane, told]) => {
      const latest = told.at(feedTime)
      if (latest === null || (latest.until !== null && latest.until <= feedTime)) return []
      const bitmaps = plane === "ig" ? this.#pressed.shown(latest.bitmaps, buttons) : latest.bitmaps
      if (bitmaps.length === 0) return []
      return [{ plane, overlay: { ...latest, bitmaps }, highlight: plane === "subpicture" ? key : "" }]
    })
    const isSame =
      due.length === this.#drawn.length &&
      due.every(
        ({ overlay, highlight }, i) => this.#drawn[i]?.overlay.bitmaps === overlay.bitmaps && this.#drawn[i]?.highlight === highlight,
      )
    this.#canvas.dataset["selected"] = String(buttons?.selected ?? "")
    const { width, height } = this.#size()
    if (isSame && width === this.#canvas.width && height === this.#canvas.height) return
    this.#drawn = due.map(
      (one) => this.#drawnAlready(one) ?? { ...one, canvas: this.#pictureOf(one, one.highlight === "" ? null : highlight) },
    )
    this.#paint(buttons !== null)
  }

  /** A plane that shows what it showed, while another has changed. */
  #drawnAlready({ plane, overlay, highlight }: Omit<Drawn, "canvas">): Drawn | undefined {
    return this.#drawn.find((one) => one.plane === plane && one.overlay.bitmaps === overlay.bitmaps && one.highlight === highlight)
  }

  /** In the screen's own pixels, of which a page that was moved to another screen has more or fewer. */
  #size(): { readonly width: number; readonly height: number } {
    const inPixels = (length: number) => Math.max(1, Math.round(length * devicePixelRatio))
    return { width: inPixels(this.#box.width), height: inPixels(this.#box.height) }
  }

  #paint(hasButtons: boolean): void {
    const canvas = this.#canvas
    canvas.dataset["overlays"] = String(this.#drawn.length)
    // Words at the foot make room for the controls while those are there; a menu stays where the disc has it.
    const isLow = this.#drawn.every(({ overlay }) => overlay.bitmaps.every(({ y }) => y > overlay.height / 2))
    canvas.dataset["low"] = String(isLow && this.#drawn.length > 0 && !hasButtons)
    const { width, height } = this.#size()
    const context = cleared(canvas, width, height)
    if (context === null) return
    context.imageSmoothingQuality = "high"
    for (const drawn of this.#drawn) context.drawImage(drawn.canvas, 0, 0, canvas.width, canvas.height)
  }

  #takeImages(sent: readonly SentImage[], message: ArrayBuffer, from: number): void {
    let at = from
    for (const { width, height, image, paletteBytes } of sent) {
      if (paletteBytes === null) continue
      const palette = new Uint8Array(message, at, paletteBytes)
      this.#images.set(image, { palette, indices: new Uint8Array(message, at + paletteBytes, width * height) })
      at += paletteBytes + width * height
    }
  }

  #overlayOf({ at, until, planeWidth, planeHeight, bitmaps }: OverlayHead): Overlay {
    const held = bitmaps.flatMap(({ x, y, width, height, image, button }): Bitmap[] => {
      const known = this.#images.get(image)
      return known === undefined ? [] : [{ x, y, width, height, ...known, ...(button === undefined ? {} : { button }) }]
    })
    return { at, until, width: planeWidth, height: planeHeight, bitmaps: held }
  }

  /** The plane's picture, with one button's place in its own colours. */
  #pictureOf({ plane, overlay }: Omit<Drawn, "canvas">, highlight: Highlight | null): HTMLCanvasElement {
    const canvas = this.#canvases.get(plane) ?? document.createElement("canvas")
    this.#canvases.set(plane, canvas)
    const context = cleared(canvas, overlay.width, overlay.height)
    for (const bitmap of overlay.bitmaps) {
      const picture = highlight === null ? this.#keptPicture(bitmap) : pictureOf(highlighted(bitmap, highlight))
      context?.drawImage(picture, bitmap.x, bitmap.y)
    }
    return canvas
  }

  /** A menu shows the same pictures again and again. */
  #keptPicture(bitmap: Bitmap): HTMLCanvasElement {
    const known = this.#pictures.get(bitmap.indices)
    if (known !== undefined) return known
    const picture = pictureOf(bitmap)
    this.#pictures.set(bitmap.indices, picture)
    return picture
  }
}

/** Null where no button is selected, or where overlays draw the buttons themselves. */
function highlightOf({ highlight, selected, isActivated }: ShownButtons): Highlight | null {
  const button = buttonOf(highlight, selected)
  const palette = (isActivated ? button?.activatedPalette : button?.selectedPalette) ?? null
  if (button === null || palette === null) return null
  return { x: button.x, y: button.y, width: button.width, height: button.height, palette }
}

function highlighted(bitmap: Bitmap, { x, y, width, height, palette }: Highlight): Bitmap {
  const rectangle = { left: x, top: y, right: x + width - 1, bottom: y + height - 1 }
  const bytes = Uint8Array.from(palette.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  return highlightBitmap(bitmap, rectangle, bytes)
}

/** An empty canvas of a size. To set the size again, even to the same, makes a new picture of many megabytes. */
function cleared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const context = canvas.getContext("2d")
  if (canvas.width === width && canvas.height === height) {
    context?.clearRect(0, 0, width, height)
    return context
  }
  canvas.width = width
  canvas.height = height
  return context
}

/** `putImageData` replaces what lies below; a canvas of its own lies over it. */
function pictureOf(bitmap: Bitmap): HTMLCanvasElement {
  const image = imageOf(bitmap)
  const canvas = document.createElement("canvas")
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext("2d")?.putImageData(image, 0, 0)
  return canvas
}

function imageOf({ width, height, indices, palette }: Bitmap): ImageData {
  // An index past the palette's end is transparent.
  const colours = new Uint32Array(256)
  new Uint8Array(colours.buffer).set(palette.subarray(0, colours.byteLength))
  const pixels = new Uint32Array(width * height)
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[indices[i] ?? 0] ?? 0
  return new ImageData(new Uint8ClampedArray(pixels.buffer), width, height)
}
