import type { FontTable } from "./font-table.ts"

/** A closed outline as a polygon: x, y, x, y, ... in font units, y upwards. */
export type Contour = readonly number[]

/** Of one glyph, after curves became lines: ten times the most intricate ideographs. */
const MAX_POINTS = 20_000
/** A curve of `SPAN` font units (of an em of 1000) becomes one line more, within these bounds: at 200 pixels an em that is a tenth of a pixel off. */
const SPAN = 25
const MIN_LINES = 4
const MAX_LINES = 16

/** Takes a glyph's path and gives its contours as polygons. */
export class OutlinePen {
  readonly #table: FontTable
  readonly #span: number
  readonly #contours: number[][] = []
  #points = 0
  #x = 0
  #y = 0

  constructor(table: FontTable, unitsPerEm: number) {
    this.#table = table
    this.#span = (SPAN * unitsPerEm) / 1000
  }

  get contours(): readonly Contour[] {
    return this.#contours
  }

  moveTo(x: number, y: number): void {
    this.#contours.push([])
    this.lineTo(x, y)
  }

  /** @throws DiscError `limit` for a glyph without end */
  lineTo(x: number, y: number): void {
    if (++this.#points > MAX_POINTS) throw this.#table.error("limit", `a glyph has over ${MAX_POINTS} points`)
    if (this.#contours.length === 0) this.#contours.push([this.#x, this.#y])
    this.#contours.at(-1)?.push(x, y)
    this.#x = x
    this.#y = y
  }

  quadraticTo(cx: number, cy: number, x: number, y: number): void {
    const [x0, y0] = [this.#x, this.#y]
    this.#curve(Math.hypot(cx - x0, cy - y0) + Math.hypot(x - cx, y - cy), (t) => {
      const s = 1 - t
      return [s * s * x0 + 2 * s * t * cx + t * t * x, s * s * y0 + 2 * s * t * cy + t * t * y]
    })
  }

  cubicTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    const [x0, y0] = [this.#x, this.#y]
    this.#curve(Math.hypot(ax - x0, ay - y0) + Math.hypot(bx - ax, by - ay) + Math.hypot(x - bx, y - by), (t) => {
      const s = 1 - t
      const [p, q, r, u] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t]
      return [p * x0 + q * ax + r * bx + u * x, p * y0 + q * ay + r * by + u * y]
    })
  }

  #curve(length: number, at: (t: number) => readonly [number, number]): void {
    const lines = Math.min(Math.max(Math.ceil(length / this.#span), MIN_LINES), MAX_LINES)
    for (let line = 1; line <= lines; line++) this.lineTo(...at(line / lines))
  }
}
