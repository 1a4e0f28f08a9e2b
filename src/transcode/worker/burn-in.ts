import { Frame } from "node-av/lib"
import { type FilmArea, type LumaWeights, type PlaneLayer, planeLayer } from "./plane-layer.ts"
import type { Layer, Scene } from "./scene.ts"

type Prepared = { readonly layer: Layer; readonly film: FilmArea; readonly weights: LumaWeights; readonly made: PlaneLayer | null }

/** Draws the planes into pictures on their way to the encoder; the pictures themselves stay as they are. */
export class BurnIn {
  readonly #scene: Scene
  readonly #drawn = new Frame()
  #prepared: readonly Prepared[] = []

  constructor(scene: Scene) {
    this.#scene = scene
    this.#drawn.alloc()
  }

  /** The picture (8-bit 4:2:0) with what lies above it at `time`, good until the next call; itself where nothing does. */
  draw(picture: Frame, time: number, film: FilmArea, weights: LumaWeights): Frame {
    const prepared = this.#scene.at(time).map((layer) => this.#prepare(layer, film, weights))
    this.#prepared = prepared
    const layers = prepared.flatMap(({ made }) => (made === null ? [] : [made]))
    if (layers.length === 0) return picture
    const drawn = this.#drawn
    drawn.unref()
    // The decoder and a still hold the same memory: it is copied before it is drawn into.
    if (drawn.ref(picture) < 0 || drawn.makeWritable() < 0) return picture
    for (const layer of layers) blend(drawn, layer)
    return drawn
  }

  /** Something else is to be drawn at `time` than what was drawn last. */
  isStale(time: number): boolean {
    const layers = this.#scene.at(time)
    return layers.length !== this.#prepared.length || layers.some((layer, index) => layer !== this.#prepared[index]?.layer)
  }

  close(): void {
    this.#drawn.free()
  }

  #prepare(layer: Layer, film: FilmArea, weights: LumaWeights): Prepared {
    const known = this.#prepared.find((one) => one.layer === layer && isSame(one.film, film) && one.weights === weights)
    return known ?? { layer, film, weights, made: planeLayer(layer.picture, film, weights) }
  }
}

function isSame(a: FilmArea, b: FilmArea): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height
}

function blend(frame: Frame, { x, y, width, height, luma, cb, cr }: PlaneLayer): void {
  const [lines, data] = [frame.linesize, frame.data ?? []]
  const wide = Math.min(width, frame.width - x)
  const high = Math.min(height, frame.height - y)
  const halfWide = Math.min(width >> 1, (frame.width + 1 - x) >> 1)
  const halfHigh = Math.min(height >> 1, (frame.height + 1 - y) >> 1)
  const planes = [
    { samples: luma, shift: 0, wide, high },
    { samples: cb, shift: 1, wide: halfWide, high: halfHigh },
    { samples: cr, shift: 1, wide: halfWide, high: halfHigh },
  ]
  for (const [index, { samples, shift, wide, high }] of planes.entries()) {
    const [target, stride] = [data[index], lines[index] ?? 0]
    if (target === undefined) continue
    for (let row = 0; row < high; row++) {
      blendRow(target, ((y >> shift) + row) * stride + (x >> shift), samples.add, samples.keep, row * (width >> shift), wide)
    }
  }
}

/** `value / 255` rounded, for products of two bytes, without a division. */
function blendRow(target: Uint8Array, at: number, add: Uint8Array, keep: Uint8Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const kept = keep[from + i] as number
    if (kept === 255) continue
    target[at + i] = (add[from + i] as number) + ((((target[at + i] as number) * kept + 127) * 257) >> 16)
  }
}
