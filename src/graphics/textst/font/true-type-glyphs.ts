import type { FontTable } from "./font-table.ts"
import { type Contour, OutlinePen } from "./outline.ts"

/** Glyphs of glyphs of glyphs: real fonts need two. */
const MAX_DEPTH = 8
/** Parts of one composed glyph, those of its parts counted: an accented letter has two or three. */
const MAX_PARTS = 64
const MAX_GLYPH_POINTS = 10_000

/** Point flags. */
const ON_CURVE = 0x01
const SHORT_X = 0x02
const SHORT_Y = 0x04
const REPEAT = 0x08
const SAME_OR_POSITIVE_X = 0x10
const SAME_OR_POSITIVE_Y = 0x20

/** Component flags. */
const WORD_ARGUMENTS = 0x0001
const ARGUMENTS_ARE_OFFSETS = 0x0002
const ONE_SCALE = 0x0008
const MORE_PARTS = 0x0020
const TWO_SCALES = 0x0040
const TWO_BY_TWO = 0x0080

type Tables = { readonly glyf: FontTable; readonly loca: FontTable; readonly longOffsets: boolean; readonly unitsPerEm: number }
/** a, b, c, d, e, f: x' = a x + c y + e, y' = b x + d y + f. */
type Transform = readonly [number, number, number, number, number, number]
type Run = { readonly tables: Tables; readonly pen: OutlinePen; parts: number }

/** Outlines of `glyf`, ISO/IEC 14496-22 5.3.3. Hints are not run. @throws DiscError `damaged`, `limit`, `unsupported` */
export function trueTypeOutline(tables: Tables, glyph: number): readonly Contour[] {
  const pen = new OutlinePen(tables.glyf, tables.unitsPerEm)
  draw({ tables, pen, parts: 0 }, glyph, [1, 0, 0, 1, 0, 0], 0)
  return pen.contours
}

function draw(run: Run, glyph: number, transform: Transform, depth: number): void {
  const { glyf, loca, longOffsets } = run.tables
  if (depth > MAX_DEPTH || ++run.parts > MAX_PARTS) throw glyf.error("limit", `glyph ${glyph} is made of glyphs without end`)
  const [start, end] = longOffsets ? [loca.u32(glyph * 4), loca.u32(glyph * 4 + 4)] : [loca.u16(glyph * 2) * 2, loca.u16(glyph * 2 + 2) * 2]
  if (end <= start) return
  const data = glyf.slice(start, end - start)
  const contours = data.i16(0)
  if (contours < 0) drawParts(run, data, transform, depth)
  else drawPoints(run.pen, data, contours, transform)
}

function drawParts(run: Run, data: FontTable, outer: Transform, depth: number): void {
  let at = 10
  for (let flags = MORE_PARTS; (flags & MORE_PARTS) !== 0; ) {
    flags = data.u16(at)
    const glyph = data.u16(at + 2)
    at += 4
    if ((flags & ARGUMENTS_ARE_OFFSETS) === 0)
      throw data.error("unsupported", "a glyph's parts are joined by points, which is not supported")
    const words = (flags & WORD_ARGUMENTS) !== 0
    const [x, y] = words ? [data.i16(at), data.i16(at + 2)] : [data.i8(at), data.i8(at + 1)]
    at += words ? 4 : 2
    const scales = (flags & ONE_SCALE) !== 0 ? 1 : (flags & TWO_SCALES) !== 0 ? 2 : (flags & TWO_BY_TWO) !== 0 ? 4 : 0
    const values = Array.from({ length: scales }, (_, index) => data.i16(at + index * 2) / 0x4000)
    at += scales * 2
    const [a = 1, second = a, c = 0, d = second] = values
    const inner: Transform = scales === 4 ? [a, second, c, d, x, y] : [a, 0, 0, second, x, y]
    draw(run, glyph, combined(outer, inner), depth + 1)
  }
}

function combined([a, b, c, d, e, f]: Transform, [g, h, i, j, k, l]: Transform): Transform {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

type Point = { readonly x: number; readonly y: number; readonly onCurve: boolean }

function drawPoints(pen: OutlinePen, data: FontTable, contours: number, [a, b, c, d, e, f]: Transform): void {
  const ends = Array.from({ length: contours }, (_, index) => data.u16(10 + index * 2))
  const points = readPoints(data, 10 + contours * 2, (ends.at(-1) ?? -1) + 1)
  let first = 0
  for (const end of ends) {
    const own = points.slice(first, end + 1).map(({ x, y, onCurve }) => ({ x: a * x + c * y + e, y: b * x + d * y + f, onCurve }))
    first = Math.max(first, end + 1)
    drawContour(pen, own)
  }
}

function readPoints(data: FontTable, instructions: number, count: number): readonly Point[] {
  if (count > MAX_GLYPH_POINTS) throw data.error("limit", `a glyph has ${count} points`)
  let at = instructions + 2 + data.u16(instructions)
  const flags: number[] = []
  while (flags.length < count) {
    const flag = data.u8(at++)
    const more = (flag & REPEAT) === 0 ? 0 : data.u8(at++)
    for (let times = 0; times <= more && flags.length < count; times++) flags.push(flag)
  }
  const coordinates = (short: number, sameOrPositive: number) => {
    let value = 0
    return flags.map((flag) => {
      if ((flag & short) !== 0) value += (flag & sameOrPositive) === 0 ? -data.u8(at++) : data.u8(at++)
      else if ((flag & sameOrPositive) === 0) {
        value += data.i16(at)
        at += 2
      }
      return value
    })
  }
  const xs = coordinates(SHORT_X, SAME_OR_POSITIVE_X)
  const ys = coordinates(SHORT_Y, SAME_OR_POSITIVE_Y)
  return flags.map((flag, index) => ({ x: xs[index] ?? 0, y: ys[index] ?? 0, onCurve: (flag & ON_CURVE) !== 0 }))
}

/** Between two points off the curve lies one on it, half way. */
function drawContour(pen: OutlinePen, points: readonly Point[]): void {
  const last = points.at(-1)
  const first = points[0]
  if (first === undefined || last === undefined) return
  const start = first.onCurve ? first : last.onCurve ? last : between(last, first)
  pen.moveTo(start.x, start.y)
  let control: Point | null = null
  for (const point of [...(start === first ? points.slice(1) : points), start]) {
    if (control === null) {
      if (point.onCurve) pen.lineTo(point.x, point.y)
      else control = point
      continue
    }
    const to: Point = point.onCurve ? point : between(control, point)
    pen.quadraticTo(control.x, control.y, to.x, to.y)
    control = point.onCurve ? null : point
  }
}

const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, onCurve: true })
