import { describe, expect, test } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { type Font, openFont } from "../../src/graphics/textst/font/font.ts"
import { mutantsOf } from "../support/mutants.ts"
import { makeFont, number } from "./support/make-font.ts"

const SQUARE = [0, 0, 0, 500, 500, 500, 500, 0]
const HOLE = [100, 100, 400, 100, 400, 400, 100, 400]
const GLYPHS = [
  { character: "a", advance: 600, contours: [SQUARE, HOLE] },
  { character: "é", advance: 500, contours: [[-50, -10, 0, 10, 20, -30]] },
  { character: "漢", advance: 1000, contours: [SQUARE] },
  { character: " ", advance: 250, contours: [] },
]

const outline = (font: Font, character: string) => font.outlineOf(font.glyphOf(character.codePointAt(0) ?? 0))
/** Without a last point that is the first one again. */
const closed = (contour: readonly number[]) =>
  contour.at(-2) === contour[0] && contour.at(-1) === contour[1] ? contour.slice(0, -2) : [...contour]
const signedArea = (points: readonly number[]): number => {
  let sum = 0
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length
    sum += (points[at] ?? 0) * (points[next + 1] ?? 0) - (points[next] ?? 0) * (points[at + 1] ?? 0)
  }
  return sum / 2
}

describe.each(["truetype", "compact"] as const)("a %s font", (outlines) => {
  test.each([4, 12] as const)("characters by a map of format %i, advances, outlines", (map) => {
    const font = openFont(makeFont({ glyphs: GLYPHS, outlines, map }), "made.otf")
    expect(font).toMatchObject({ unitsPerEm: 1000, ascender: 800, isBold: false, isItalic: false })
    for (const { character, advance, contours } of GLYPHS) {
      const glyph = font.glyphOf(character.codePointAt(0) ?? 0)
      expect(glyph, character).toBeGreaterThan(0)
      expect(font.advanceOf(glyph)).toBe(advance)
      expect(outline(font, character).map(closed)).toEqual(contours)
    }
    for (const character of ["b", "z", "\u{1f600}", "\uffff"]) expect(font.glyphOf(character.codePointAt(0) ?? 0)).toBe(0)
  })

  test("every damaged copy gives outlines or a DiscError, soon", () => {
    const bytes = makeFont({ glyphs: GLYPHS, outlines, subroutines: outlines === "compact" ? [[11]] : [] })
    const begin = performance.now()
    let opened = 0
    for (const mutant of mutantsOf(bytes, 6000)) {
      try {
        const font = openFont(mutant, "made.otf")
        opened++
        for (const { character } of GLYPHS) {
          const glyph = font.glyphOf(character.codePointAt(0) ?? 0)
          font.advanceOf(glyph)
          font.outlineOf(glyph)
        }
      } catch (error) {
        if (!(error instanceof DiscError)) throw error
      }
    }
    expect(opened).toBeGreaterThan(500)
    expect(performance.now() - begin).toBeLessThan(20_000)
  })
})

/** One glyph "a" drawn by these bytes. */
function drawn(code: readonly number[], subroutines: readonly (readonly number[])[] = []): readonly (readonly number[])[] {
  const glyphs = [{ character: "a", advance: 600, contours: [] }]
  const font = openFont(makeFont({ outlines: "compact", glyphs, charStrings: { a: code }, subroutines }), "made.otf")
  return outline(font, "a")
}
const n = (...values: readonly number[]): number[] => values.flatMap(number)
const END = 14

describe("charstrings of type 2", () => {
  test.each<[string, readonly number[], readonly (readonly number[])[]]>([
    ["rmoveto with a width before it", [...n(77, 10, 20), 21, ...n(5, 6), 5, END], [[10, 20, 15, 26]]],
    [
      "hmoveto, vmoveto",
      [...n(10), 22, ...n(1, 1), 5, ...n(20), 4, ...n(2, 2), 5, END],
      [
        [10, 0, 11, 1],
        [11, 21, 13, 23],
      ],
    ],
    ["hlineto by turns", [...n(0, 0), 21, ...n(10, 20, 30), 6, END], [[0, 0, 10, 0, 10, 20, 40, 20]]],
    ["vlineto by turns", [...n(0, 0), 21, ...n(10, 20, 30), 7, END], [[0, 0, 0, 10, 20, 10, 20, 40]]],
    ["stems and masks are stepped over", [...n(1, 2), 18, ...n(3, 4), 19, 0x1b, ...n(0, 0), 21, ...n(9, 9), 5, END], [[0, 0, 9, 9]]],
    ["small and large numbers", [139, 139, 21, 247, 0, 251, 0, 5, 255, 0, 1, 0x80, 0, 139, 5, END], [[0, 0, 108, -108, 109.5, -108]]],
    ["a subroutine", [...n(0, 0), 21, ...n(7, 8, -107), 10, END], [[0, 0, 7, 8]]],
  ])("%s", (_, code, expected) => {
    expect(drawn(code, [[5, 11]])).toEqual(expected)
  })

  /** Where a curve ends, and the area between it and its chord, which its control points decide. */
  test.each<[string, readonly number[], readonly number[]]>([
    ["rrcurveto", [...n(0, 100, 100, 0, 0, -100), 8], [0, 100, 100, 100, 100, 0]],
    ["vhcurveto", [...n(100, 100, 0, 50), 30], [0, 100, 100, 100, 150, 100]],
    ["vhcurveto with a last number", [...n(100, 100, 0, 50, -20), 30], [0, 100, 100, 100, 150, 80]],
    ["hvcurveto", [...n(100, 0, 100, 50), 31], [100, 0, 100, 100, 100, 150]],
    ["hvcurveto with a last number", [...n(100, 0, 100, 50, -20), 31], [100, 0, 100, 100, 80, 150]],
    ["hhcurveto", [...n(100, 200, 300, 400), 27], [100, 0, 300, 300, 700, 300]],
    ["hhcurveto with a first number", [...n(50, 100, 200, 300, 400), 27], [100, 50, 300, 350, 700, 350]],
    ["vvcurveto", [...n(100, 200, 300, 400), 26], [0, 100, 200, 400, 200, 800]],
    ["vvcurveto with a first number", [...n(50, 100, 200, 300, 400), 26], [50, 100, 250, 400, 250, 800]],
  ])("%s", (_, code, [ax = 0, ay = 0, bx = 0, by = 0, x = 0, y = 0]) => {
    const [contour = []] = drawn([...n(0, 0), 21, ...code, END])
    expect(contour.slice(-2)).toEqual([x, y])
    const exact = Array.from({ length: 2001 }, (_, i) => {
      const t = i / 2000
      const [p, q, r] = [3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t ** 3]
      return [p * ax + q * bx + r * x, p * ay + q * by + r * y]
    }).flat()
    expect(Math.abs(signedArea(contour) - signedArea(exact))).toBeLessThan(0.02 * Math.abs(signedArea(exact)))
  })

  test.each<[string, readonly number[], readonly number[]]>([
    ["rcurveline", [...n(1, 2, 3, 4, 5, 6, 7, 8), 24], [16, 20]],
    ["rlinecurve", [...n(7, 8, 1, 2, 3, 4, 5, 6), 25], [16, 20]],
    ["flex", [...n(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 50), 12, 35], [36, 42]],
    ["hflex", [...n(1, 2, 3, 4, 5, 6, 7), 12, 34], [25, 0]],
    ["hflex1", [...n(1, 2, 3, 4, 5, 6, 7, 8, 9), 12, 36], [1 + 3 + 5 + 6 + 7 + 9, 0]],
    ["flex1, mostly to the right", [...n(10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10), 12, 37], [60, 0]],
    ["flex1, mostly up", [...n(1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 10), 12, 37], [0, 60]],
  ])("%s ends where it should", (_, code, end) => {
    expect(drawn([...n(0, 0), 21, ...code, END])[0]?.slice(-2)).toEqual(end)
  })

  test.each<[string, readonly number[], string]>([
    ["an operator of another type", [...n(0, 0), 21, 12, 9, END], "unsupported"],
    ["letters put together by name", [...n(1, 2, 3, 4), END], "unsupported"],
    ["a subroutine that is not there", [...n(5), 10, END], "damaged"],
    ["too many numbers", [...n(...Array<number>(49).fill(1)), 5, END], "damaged"],
  ])("%s is named", (_, code, error) => {
    expect(() => drawn(code, [[11]])).toThrow(expect.objectContaining({ code: error }))
  })

  test("subroutines that call each other twice end with a named error, soon", () => {
    const twice = (number: number): number[] => [...n(number - 107), 10, ...n(number - 107), 10, 11]
    const chain = [...Array.from({ length: 8 }, (_, i) => twice(i + 1)), Array.from({ length: 600 }, () => n(1, 1).concat(5)).flat()]
    const begin = performance.now()
    expect(() => drawn([...n(0, 0), 21, ...n(-107), 10, END], chain)).toThrow(expect.objectContaining({ code: "limit" }))
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})

test("a file that is no font is refused by name", () => {
  for (const bytes of [Uint8Array.of(), new TextEncoder().encode("wOF2 and more"), new Uint8Array(200)]) {
    expect(() => openFont(bytes, "made.otf")).toThrow(DiscError)
  }
})
