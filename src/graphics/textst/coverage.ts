/** A polygon in pixels: x, y, x, y, ..., y downwards; closed. */
export type Polygon = readonly number[]

/** How much of each pixel is covered, 0 to 1, row by row. */
export type Coverage = { readonly width: number; readonly height: number; readonly values: Float32Array }

/** Cells behind a row's last pixel, for what a line at its edge adds. */
const SPARE = 2

/**
 * Fills polygons. Those that lie over one another and turn the same way cover once, one that turns the other way is a hole. Each line adds to the cells it
 * crosses what of them lies right of it; the sums along a row are the coverage.
 */
export function fillPolygons(polygons: Iterable<Polygon>, width: number, height: number): Coverage {
  const stride = width + SPARE
  const cells = new Float32Array(stride * height)
  for (const polygon of polygons) {
    const { length } = polygon
    for (let at = 0; at < length; at += 2) {
      const next = (at + 2) % length
      addLine(cells, width, height, polygon[at] ?? 0, polygon[at + 1] ?? 0, polygon[next] ?? 0, polygon[next + 1] ?? 0)
    }
  }
  const values = new Float32Array(width * height)
  for (let row = 0; row < height; row++) {
    let sum = 0
    for (let column = 0; column < width; column++) {
      sum += cells[row * stride + column] ?? 0
      values[row * width + column] = Math.min(1, Math.abs(sum))
    }
  }
  return { width, height, values }
}

function addLine(cells: Float32Array, width: number, height: number, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return
  const direction = y0 < y1 ? 1 : -1
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0]
  const slope = (bottomX - topX) / (bottomY - topY)
  const end = Math.min(height, Math.ceil(bottomY))
  for (let row = Math.max(0, Math.floor(topY)); row < end; row++) {
    const from = Math.max(row, topY)
    const to = Math.min(row + 1, bottomY)
    const a = Math.min(Math.max(topX + (from - topY) * slope, 0), width)
    const b = Math.min(Math.max(topX + (to - topY) * slope, 0), width)
    addToRow(cells, row * (width + SPARE), Math.min(a, b), Math.max(a, b), (to - from) * direction)
  }
}

/** A line that goes from `left` to `right` in a row and covers `height` of it. */
function addToRow(cells: Float32Array, row: number, left: number, right: number, height: number): void {
  const first = Math.floor(left)
  const last = Math.max(Math.ceil(right) - 1, first)
  let before = 0
  for (let column = first; column <= last; column++) {
    // The area of this cell that lies right of the line, on the way through it.
    const from = Math.max(left, column)
    const to = Math.min(right, column + 1)
    const share = right > left ? (to - from) / (right - left) : 1
    const inCell = height * share * (column + 1 - (from + to) / 2)
    cells[row + column] = (cells[row + column] ?? 0) + before + inCell
    before = height * share - inCell
  }
  cells[row + last + 1] = (cells[row + last + 1] ?? 0) + before
}

/**
 * Adds all that lies within `radius` of the polygons' lines, with a soft edge one pixel wide.
 * @param work pixels that may be looked at; what would take more is left out
 * @returns what is left of `work`
 */
export function strokePolygons({ width, height, values }: Coverage, polygons: Iterable<Polygon>, radius: number, work: number): number {
  let left = work
  const reach = radius + 0.5
  for (const polygon of polygons) {
    for (let at = 0; at < polygon.length; at += 2) {
      const next = (at + 2) % polygon.length
      const [ax, ay, bx, by] = [polygon[at] ?? 0, polygon[at + 1] ?? 0, polygon[next] ?? 0, polygon[next + 1] ?? 0]
      const x0 = Math.max(0, Math.floor(Math.min(ax, bx) - reach))
      const x1 = Math.min(width, Math.ceil(Math.max(ax, bx) + reach))
      const y0 = Math.max(0, Math.floor(Math.min(ay, by) - reach))
      const y1 = Math.min(height, Math.ceil(Math.max(ay, by) + reach))
      if (x1 <= x0 || y1 <= y0) continue
      left -= (x1 - x0) * (y1 - y0)
      if (left < 0) return 0
      stroke(values, width, { ax, ay, dx: bx - ax, dy: by - ay, x0, x1, y0, y1 }, reach)
    }
  }
  return left
}

/** A line from `ax`, `ay` by `dx`, `dy`, and the pixels it may reach. */
type Line = Readonly<Record<"ax" | "ay" | "dx" | "dy" | "x0" | "x1" | "y0" | "y1", number>>

/** The inner loop of all edges: plain numbers only. */
function stroke(values: Float32Array, width: number, { ax, ay, dx, dy, x0, x1, y0, y1 }: Line, reach: number): void {
  const squared = dx * dx + dy * dy || 1
  for (let y = y0; y < y1; y++) {
    const py = y + 0.5 - ay
    for (let x = x0; x < x1; x++) {
      const px = x + 0.5 - ax
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / squared))
      const ex = px - along * dx
      const ey = py - along * dy
      const covered = reach - Math.sqrt(ex * ex + ey * ey)
      const index = y * width + x
      if (covered > (values[index] ?? 1)) values[index] = Math.min(1, covered)
    }
  }
}
