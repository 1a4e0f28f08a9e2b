import type { OverlayHead } from "../../hosts/browser/protocol.ts"

type Bitmap = { readonly x: number; readonly y: number; readonly image: ImageData }
type Overlay = {
  readonly at: number
  readonly until: number | null
  readonly width: number
  readonly height: number
  readonly bitmaps: readonly Bitmap[]
}

/** As many as the host is ever ahead of the picture, with room. */
const MAX_WAITING = 256

/** Planes above the picture: each shows its latest overlay that is due. */
export class Overlays {
  readonly #canvas: HTMLCanvasElement
  /** `putImageData` replaces what lies below; through this one, pictures lie over one another. */
  readonly #scratch = document.createElement("canvas")
  readonly #planes = new Map<string, Overlay[]>()
  #shown = ""

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  /** A binary message of the host. */
  take(message: ArrayBuffer): void {
    const { head, overlay } = decode(message)
    const waiting = this.#planes.get(head.plane) ?? []
    waiting.push(overlay)
    waiting.sort((a, b) => a.at - b.at)
    if (waiting.length > MAX_WAITING) waiting.shift()
    this.#planes.set(head.plane, waiting)
  }

  clear(): void {
    this.#planes.clear()
  }

  /** Draws what is due at `feedTime`, when that is something else than what is there. */
  draw(feedTime: number): void {
    const due: Overlay[] = []
    for (const waiting of this.#planes.values()) {
      const index = waiting.findLastIndex(({ at }) => at <= feedTime)
      if (index > 0) waiting.splice(0, index)
      const overlay = index < 0 ? undefined : waiting[0]
      if (overlay !== undefined && (overlay.until === null || overlay.until > feedTime)) due.push(overlay)
    }
    const key = due.map(({ at, bitmaps }) => `${at}/${bitmaps.length}`).join(" ")
    if (key === this.#shown) return
    this.#shown = key
    this.#paint(due)
  }

  #paint(due: readonly Overlay[]): void {
    const canvas = this.#canvas
    const filled = due.filter(({ bitmaps }) => bitmaps.length > 0)
    canvas.dataset["overlays"] = String(filled.length)
    // Words at the foot make room for the controls while those are there.
    canvas.dataset["low"] = String(filled.every(({ height, bitmaps }) => bitmaps.every(({ y }) => y > height / 2)))
    const width = Math.max(1, ...filled.map((overlay) => overlay.width))
    const height = Math.max(1, ...filled.map((overlay) => overlay.height))
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext("2d")
    if (context === null) return
    for (const overlay of filled) {
      context.setTransform(width / overlay.width, 0, 0, height / overlay.height, 0, 0)
      for (const bitmap of overlay.bitmaps) this.#paintBitmap(context, bitmap)
    }
  }

  #paintBitmap(context: CanvasRenderingContext2D, { x, y, image }: Bitmap): void {
    this.#scratch.width = image.width
    this.#scratch.height = image.height
    this.#scratch.getContext("2d")?.putImageData(image, 0, 0)
    context.drawImage(this.#scratch, x, y)
  }
}

function decode(message: ArrayBuffer): { head: OverlayHead; overlay: Overlay } {
  const headLength = new DataView(message).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, headLength))) as OverlayHead
  let at = 4 + headLength
  const bitmaps = head.bitmaps.map(({ x, y, width, height, paletteBytes }): Bitmap => {
    const palette = new Uint8Array(message, at, paletteBytes)
    const indices = new Uint8Array(message, at + paletteBytes, width * height)
    at += paletteBytes + width * height
    return { x, y, image: new ImageData(colour(indices, palette), width, height) }
  })
  return { head, overlay: { at: head.at, until: head.until, width: head.planeWidth, height: head.planeHeight, bitmaps } }
}

function colour(indices: Uint8Array, palette: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(indices.length * 4)
  for (let i = 0; i < indices.length; i++) {
    const entry = (indices[i] ?? 0) * 4
    if (entry + 4 <= palette.length) pixels.set(palette.subarray(entry, entry + 4), i * 4)
  }
  return pixels
}
