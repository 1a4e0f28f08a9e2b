import type { CompactFont, CompactIndex } from "./compact-font.ts"
import type { FontTable } from "./font-table.ts"
import { type Contour, OutlinePen } from "./outline.ts"

/** Of Adobe Technical Note 5177, appendix B. */
const MAX_DEPTH = 10
const MAX_OPERANDS = 48
/** Numbers and operators of one glyph: subroutines that call each other twice could go on for years. */
const MAX_STEPS = 100_000

/** A glyph of a compact font: charstring of type 2. Hints are skipped. @throws DiscError `damaged`, `limit`, `unsupported` */
export function charStringOutline(font: CompactFont, glyph: number, unitsPerEm: number): readonly Contour[] {
  const run = new CharString(font, glyph, unitsPerEm)
  run.run(font.charStrings.item(glyph), 0)
  return run.pen.contours
}

class CharString {
  readonly pen: OutlinePen
  readonly #font: CompactFont
  readonly #local: CompactIndex | null
  #stack: number[] = []
  #x = 0
  #y = 0
  #hints = 0
  #steps = 0
  #ended = false
  /** The first operator may have the glyph's width before its own operands. */
  #widthRead = false

  constructor(font: CompactFont, glyph: number, unitsPerEm: number) {
    this.#font = font
    this.#local = font.localSubroutines(glyph)
    this.pen = new OutlinePen(font.table, unitsPerEm)
  }

  run(code: FontTable, depth: number): void {
    if (depth > MAX_DEPTH) throw code.error("limit", `subroutines of a glyph call each other over ${MAX_DEPTH} deep`)
    for (let at = 0; at < code.length && !this.#ended; ) {
      if (++this.#steps > MAX_STEPS) throw code.error("limit", `a glyph has over ${MAX_STEPS} operators`)
      const byte = code.u8(at++)
      if (byte === 28 || byte >= 32) {
        at = this.#operand(code, byte, at)
        continue
      }
      if (byte === 11) return
      if (byte === 10) this.run(subroutine(this.#local, this.#pop(code), code), depth + 1)
      else if (byte === 29) this.run(subroutine(this.#font.globalSubroutines, this.#pop(code), code), depth + 1)
      else if (byte === 19 || byte === 20) {
        this.#stems()
        at += (this.#hints + 7) >> 3
      } else if (byte === 12) this.#flex(code.u8(at++), code)
      else this.#operator(byte, code)
    }
  }

  /** Pushes a number; gives where the next byte is. */
  #operand(code: FontTable, byte: number, at: number): number {
    if (this.#stack.length >= MAX_OPERANDS) throw code.error("damaged", `a glyph has over ${MAX_OPERANDS} numbers before an operator`)
    const push = (value: number, length: number) => {
      this.#stack.push(value)
      return at + length
    }
    if (byte === 28) return push(code.i16(at), 2)
    if (byte <= 246) return push(byte - 139, 0)
    if (byte <= 250) return push((byte - 247) * 256 + code.u8(at) + 108, 1)
    if (byte <= 254) return push(-(byte - 251) * 256 - code.u8(at) - 108, 1)
    return push(code.i32(at) / 65_536, 4)
  }

  #pop(code: FontTable): number {
    const value = this.#stack.pop()
    if (value === undefined) throw code.error("damaged", "an operator of a glyph lacks its numbers")
    return value
  }

  /** The operator's numbers; `count`: how many it has, so that one more is the width. */
  #take(count: number | "even"): readonly number[] {
    const values = this.#stack
    this.#stack = []
    const hasWidth = !this.#widthRead && (count === "even" ? values.length % 2 === 1 : values.length > count)
    this.#widthRead = true
    return hasWidth ? values.slice(1) : values
  }

  #stems(): void {
    this.#hints += this.#take("even").length >> 1
  }

  #operator(byte: number, code: FontTable): void {
    switch (byte) {
      case 1:
      case 3:
      case 18:
      case 23:
        return this.#stems()
      case 4:
        return this.#move(0, this.#take(1)[0] ?? 0)
      case 21: {
        const [dx = 0, dy = 0] = this.#take(2)
        return this.#move(dx, dy)
      }
      case 22:
        return this.#move(this.#take(1)[0] ?? 0, 0)
      case 14:
        // Four numbers: an accented letter put together of two others by their names.
        if (this.#stack.length >= 4)
          throw code.error("unsupported", "a glyph is put together by the names of others, which is not supported")
        this.#ended = true
        return
      default:
        return this.#draw(byte, this.#take(MAX_OPERANDS), code)
    }
  }

  #draw(byte: number, values: readonly number[], code: FontTable): void {
    switch (byte) {
      case 5:
        return this.#lines(values, 0, values.length)
      case 6:
        return this.#alternatingLines(values, true)
      case 7:
        return this.#alternatingLines(values, false)
      case 8:
        return this.#curves(values, 0, values.length)
      case 24:
        this.#curves(values, 0, values.length - 2)
        return this.#lines(values, values.length - 2, values.length)
      case 25:
        this.#lines(values, 0, values.length - 6)
        return this.#curves(values, values.length - 6, values.length)
      case 26:
        return this.#alignedCurves(values, false)
      case 27:
        return this.#alignedCurves(values, true)
      case 30:
        return this.#alternatingCurves(values, false)
      case 31:
        return this.#alternatingCurves(values, true)
      default:
        throw code.error("unsupported", `a glyph uses operator ${byte}, which is not supported`)
    }
  }

  #move(dx: number, dy: number): void {
    this.#x += dx
    this.#y += dy
    this.pen.moveTo(this.#x, this.#y)
  }

  #line(dx: number, dy: number): void {
    this.#x += dx
    this.#y += dy
    this.pen.lineTo(this.#x, this.#y)
  }

  #curve(dxa: number, dya: number, dxb: number, dyb: number, dx: number, dy: number): void {
    const [ax, ay] = [this.#x + dxa, this.#y + dya]
    const [bx, by] = [ax + dxb, ay + dyb]
    this.#x = bx + dx
    this.#y = by + dy
    this.pen.cubicTo(ax, ay, bx, by, this.#x, this.#y)
  }

  #lines(values: readonly number[], from: number, to: number): void {
    for (let at = from; at + 2 <= to; at += 2) this.#line(values[at] ?? 0, values[at + 1] ?? 0)
  }

  #alternatingLines(values: readonly number[], horizontalFirst: boolean): void {
    values.forEach((value, index) => {
      if ((index % 2 === 0) === horizontalFirst) this.#line(value, 0)
      else this.#line(0, value)
    })
  }

  #curves(values: readonly number[], from: number, to: number): void {
    for (let at = from; at + 6 <= to; at += 6) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values.slice(at, at + 6)
      this.#curve(a, b, c, d, e, f)
    }
  }

  /** hhcurveto, vvcurveto: both ends go one way; a number more at the start is the other way of the first. */
  #alignedCurves(values: readonly number[], horizontal: boolean): void {
    let across = values.length % 4 === 1 ? (values[0] ?? 0) : 0
    for (let at = values.length % 4 === 1 ? 1 : 0; at + 4 <= values.length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = values.slice(at, at + 4)
      if (horizontal) this.#curve(a, across, b, c, d, 0)
      else this.#curve(across, a, b, c, 0, d)
      across = 0
    }
  }

  /** hvcurveto, vhcurveto: curves begin horizontal and vertical by turns; a number more at the end is the other way of the last. */
  #alternatingCurves(values: readonly number[], horizontalFirst: boolean): void {
    let horizontal = horizontalFirst
    for (let at = 0; at + 4 <= values.length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = values.slice(at, at + 4)
      const last = values.length - at === 5 ? (values[at + 4] ?? 0) : 0
      if (horizontal) this.#curve(a, 0, b, c, last, d)
      else this.#curve(0, a, b, c, d, last)
      horizontal = !horizontal
    }
  }

  /** Two curves that are nearly a line. */
  #flex(second: number, code: FontTable): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0, k = 0, l = 0] = this.#take(MAX_OPERANDS)
    switch (second) {
      case 34:
        this.#curve(a, 0, b, c, d, 0)
        return this.#curve(e, 0, f, -c, g, 0)
      case 35:
        this.#curve(a, b, c, d, e, f)
        return this.#curve(g, h, i, j, k, l)
      case 36:
        this.#curve(a, b, c, d, e, 0)
        return this.#curve(f, 0, g, h, i, -(b + d + h))
      case 37: {
        const [dx, dy] = [a + c + e + g + i, b + d + f + h + j]
        this.#curve(a, b, c, d, e, f)
        return Math.abs(dx) > Math.abs(dy) ? this.#curve(g, h, i, j, k, -dy) : this.#curve(g, h, i, j, -dx, k)
      }
      default:
        throw code.error("unsupported", `a glyph uses operator 12 ${second}, which is not supported`)
    }
  }
}

/** Numbers of subroutines are counted from the middle, so that most are short. */
function subroutine(index: CompactIndex | null, number: number, code: FontTable): FontTable {
  if (index === null) throw code.error("damaged", "a glyph calls a subroutine, and there are none")
  const bias = index.count < 1240 ? 107 : index.count < 33_900 ? 1131 : 32_768
  return index.item(number + bias)
}
