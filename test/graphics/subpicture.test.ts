import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { DiscError, Warnings } from "../../src/base/index.ts"
import type { Bitmap } from "../../src/graphics/bitmap.ts"
import {
  decodeSubpicture,
  highlightBitmap,
  highlightPalette,
  subpictureColours,
  type TimedPicture,
} from "../../src/graphics/subpicture/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { mutantsOf } from "../support/mutants.ts"
import { areaCommand, encodeFields, makeUnit, pixelCommand } from "../support/spu.ts"
import { readVobSub } from "../support/vobsub.ts"

/** Colour n is (n, 16 + n, 32 + n). */
const COLOURS = Uint8Array.from({ length: 48 }, (_, index) => Math.floor(index / 3) + (index % 3) * 16)
const rgba = (colour: number, contrast: number) => [colour, 16 + colour, 32 + colour, contrast * 17]

function decode(unit: Uint8Array, warnings = new Warnings({ strict: true })): readonly TimedPicture[] {
  return decodeSubpicture(unit, { colours: COLOURS, planeWidth: 720, planeHeight: 576, warnings })
}

const only = (pictures: readonly TimedPicture[], at = 0): Bitmap => {
  const bitmap = pictures[at]?.picture?.bitmaps[0]
  if (bitmap === undefined) throw new Error("no bitmap")
  return bitmap
}

const CODES = Uint8Array.of(0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 1, 1)
const [TOP, BOTTOM] = encodeFields(CODES, 4, 3, false)
const SETUP = [0x03, 0x76, 0x54, 0x04, 0xf8, 0x40, ...areaCommand(10, 20, 4, 3), ...pixelCommand(TOP.length)]

test("a picture is shown, then cleared", () => {
  const pictures = decode(
    makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP, 0x01],
        [100, 0x02],
      ],
    ),
  )
  expect(pictures).toMatchObject([
    { delayTicks: 0, forced: false, picture: { planeWidth: 720, planeHeight: 576 } },
    { delayTicks: 102_400, picture: null },
  ])
  expect(only(pictures)).toEqual({
    x: 10,
    y: 20,
    width: 4,
    height: 3,
    indices: CODES,
    palette: Uint8Array.from([...rgba(4, 0), ...rgba(5, 4), ...rgba(6, 8), ...rgba(7, 15)]),
  })
})

test("a forced start says so", () => {
  expect(decode(makeUnit([TOP, BOTTOM], [[5, ...SETUP, 0x00]]))).toMatchObject([{ delayTicks: 5120, forced: true }])
})

test("a fade changes contrasts and decodes the pixels once", () => {
  const pictures = decode(
    makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP, 0x01],
        [10, 0x04, 0x84, 0x20],
        [20, 0x03, 0x11, 0x11],
        [30, 0x02],
      ],
    ),
  )
  expect(pictures.map(({ delayTicks }) => delayTicks / 1024)).toEqual([0, 10, 20, 30])
  expect([...only(pictures, 1).palette].filter((_, index) => index % 4 === 3)).toEqual([0, 34, 68, 136])
  expect([...only(pictures, 2).palette.subarray(0, 8)]).toEqual([...rgba(1, 0), ...rgba(1, 2)])
  expect(only(pictures, 2).indices).toBe(only(pictures, 0).indices)
})

test("a picture that moves", () => {
  const pictures = decode(
    makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP, 0x01],
        [10, ...areaCommand(11, 30, 4, 3)],
      ],
    ),
  )
  expect(only(pictures, 1)).toMatchObject({ x: 11, y: 30, indices: CODES })
})

test("what is set while nothing is shown waits for the start", () => {
  const pictures = decode(
    makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP],
        [10, 0x04, 0xff, 0xff],
        [20, 0x01],
        [30, 0x02],
        [40, 0x04, 0, 0],
      ],
    ),
  )
  expect(pictures.map(({ delayTicks }) => delayTicks / 1024)).toEqual([20, 30])
  expect(only(pictures).palette[3]).toBe(255)
})

test("times never go back", () => {
  const pictures = decode(
    makeUnit(
      [TOP, BOTTOM],
      [
        [50, ...SETUP, 0x01],
        [10, 0x04, 0xff, 0xff],
      ],
    ),
  )
  expect(pictures).toHaveLength(1)
  expect(pictures[0]?.delayTicks).toBe(51_200)
})

describe("colours by line and column", () => {
  const colcon = (lines: readonly (readonly number[])[]) => {
    const body = [...lines.flat(), 0x0f, 0xff, 0xff, 0xff]
    return [0x07, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body]
  }
  const line = (start: number, end: number, ...pixels: [column: number, colours: number, contrasts: number][]) => [
    start >> 8,
    start & 0xff,
    (pixels.length << 4) | (end >> 8),
    end & 0xff,
    ...pixels.flatMap(([column, colours, contrasts]) => [
      column >> 8,
      column & 0xff,
      colours >> 8,
      colours & 0xff,
      contrasts >> 8,
      contrasts & 0xff,
    ]),
  ]
  const colourAt = (bitmap: Bitmap, x: number, y: number) => {
    const index = (bitmap.indices[y * bitmap.width + x] ?? 0) * 4
    return [...bitmap.palette.subarray(index, index + 4)]
  }

  test("change where they are told to, and codes stay", () => {
    const change = colcon([line(20, 20, [12, 0xba98, 0xffff], [13, 0x1111, 0x3333]), line(22, 22, [0, 0x2222, 0x2222])])
    const bitmap = only(decode(makeUnit([TOP, BOTTOM], [[0, ...SETUP, ...change, 0x01]])))
    expect([...bitmap.indices].map((index) => index & 3)).toEqual([...CODES])
    expect([0, 1, 2, 3].map((x) => colourAt(bitmap, x, 0))).toEqual([rgba(4, 0), rgba(5, 4), rgba(0xa, 15), rgba(1, 3)])
    expect(colourAt(bitmap, 0, 1)).toEqual(rgba(7, 15))
    expect(colourAt(bitmap, 3, 2)).toEqual(rgba(2, 2))
  })

  test("are bounded in number", () => {
    const codes = new Uint8Array(4 * 200)
    const [top, bottom] = encodeFields(codes, 4, 200, true)
    const many = colcon(Array.from({ length: 200 }, (_, index) => line(20 + index, 20 + index, [0, index, 0xffff])))
    const warnings = new Warnings()
    const setup = [...areaCommand(10, 20, 4, 200), ...pixelCommand(top.length)]
    const bitmap = only(decode(makeUnit([top, bottom], [[0, ...setup, ...many, 0x01]]), warnings))
    expect(bitmap.palette.length).toBe(63 * 16)
    expect(warnings.list.map(({ code }) => code)).toEqual(["subpicture-colours"])
    expect(highlightBitmap(bitmap, { left: 0, top: 0, right: 719, bottom: 575 }, new Uint8Array(16)).palette.length).toBe(64 * 16)
  })

  test("of lines that come twice are left out", () => {
    const change = colcon([line(20, 22, [10, 0x1111, 0xffff]), line(20, 22, [10, 0x2222, 0xffff])])
    expect(colourAt(only(decode(makeUnit([TOP, BOTTOM], [[0, ...SETUP, ...change, 0x01]]))), 0, 0)).toEqual(rgba(1, 15))
  })
})

describe("a highlight", () => {
  test("replaces colours inside its rectangle, and no more", () => {
    const bitmap = only(decode(makeUnit([TOP, BOTTOM], [[0, ...SETUP, 0x01]])))
    const palette = highlightPalette(0xfedc_89ab, COLOURS)
    expect([...palette]).toEqual([...rgba(0xc, 0xb), ...rgba(0xd, 0xa), ...rgba(0xe, 9), ...rgba(0xf, 8)])
    const lit = highlightBitmap(bitmap, { left: 11, top: 0, right: 12, bottom: 21 }, palette)
    expect([...lit.indices]).toEqual([0, 5, 6, 3, 3, 6, 5, 0, 1, 1, 1, 1])
    expect([...lit.palette]).toEqual([...bitmap.palette, ...palette])
    expect(bitmap.indices).toEqual(CODES)
  })

  test("outside the bitmap changes nothing", () => {
    const bitmap = only(decode(makeUnit([TOP, BOTTOM], [[0, ...SETUP, 0x01]])))
    for (const rectangle of [
      { left: 0, top: 0, right: 9, bottom: 575 },
      { left: 14, top: 20, right: 700, bottom: 22 },
      { left: 13, top: 22, right: 10, bottom: 20 },
    ]) {
      expect(highlightBitmap(bitmap, rectangle, new Uint8Array(16)).indices).toEqual(CODES)
    }
  })
})

test("the palette of a program chain in R, G, B", () => {
  const colours = subpictureColours([0x108080, 0xeb8080, 0x51f05a])
  // Black, white, and the red of BT.601 colour bars.
  expect([...colours.subarray(0, 6)]).toEqual([0, 0, 0, 255, 255, 255])
  const [r = 0, g = 0, b = 0] = colours.subarray(6, 9)
  expect(r).toBeGreaterThan(250)
  expect(Math.max(g, b)).toBeLessThan(5)
  expect(colours).toHaveLength(48)
})

test("any picture of any size comes back, cut at the plane's edge", () => {
  const shape = fc.record({
    width: fc.integer({ min: 1, max: 300 }),
    height: fc.integer({ min: 1, max: 12 }),
    left: fc.integer({ min: 0, max: 719 }),
    top: fc.integer({ min: 0, max: 575 }),
    runs: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 280 })), { minLength: 1, maxLength: 60 }),
    fill: fc.boolean(),
  })
  fc.assert(
    fc.property(shape, ({ width, height, left, top, runs, fill }) => {
      const codes = new Uint8Array(width * height)
      let at = 0
      for (let turn = 0; at < codes.length; turn++) {
        const [code, run] = runs[turn % runs.length] ?? [0, 1]
        codes.fill(code, at, at + run)
        at += run
      }
      const [first, second] = encodeFields(codes, width, height, fill)
      const unit = makeUnit([first, second], [[0, ...areaCommand(left, top, width, height), ...pixelCommand(first.length), 0x01]])
      const bitmap = only(decode(unit))
      expect([bitmap.width, bitmap.height]).toEqual([Math.min(width, 720 - left), Math.min(height, 576 - top)])
      for (let y = 0; y < bitmap.height; y++) {
        const line = bitmap.indices.subarray(y * bitmap.width, (y + 1) * bitmap.width)
        expect(Buffer.compare(line, codes.subarray(y * width, y * width + bitmap.width))).toBe(0)
      }
    }),
    { numRuns: 300 },
  )
})

describe("damage", () => {
  const codesOf = (unit: Uint8Array): [string[], readonly TimedPicture[]] => {
    const warnings = new Warnings()
    const pictures = decode(unit, warnings)
    return [warnings.list.map(({ code }) => code), pictures]
  }

  test("no unit at all, and HD DVD", () => {
    expect(() => decode(new Uint8Array(3))).toThrow(DiscError)
    expect(() => decode(Uint8Array.of(0, 0, 0, 0, 0, 9, 0, 0, 0, 9))).toThrow("HD DVD")
    expect(() => decode(Uint8Array.of(0, 8, 0, 2, 0, 0, 0, 0))).toThrow("into the header")
    expect(() => decode(Uint8Array.of(0, 8, 0, 20, 0, 0, 0, 0))).toThrow("past the end")
  })

  test("pixels that break off leave the rest empty", () => {
    const unit = makeUnit([TOP, BOTTOM], [[0, ...SETUP.slice(0, -5), 0x06, 0, 4, 0xff, 0xff, 0x01]])
    const [codes, pictures] = codesOf(unit)
    expect(codes).toEqual(["subpicture-truncated"])
    expect([...only(pictures).indices]).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 1, 1, 1, 1])
  })

  test("a cut-off unit is shown without its end", () => {
    const unit = makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP, 0x01],
        [10, 0x02],
      ],
    )
    const [codes, pictures] = codesOf(unit.subarray(0, unit.length - 6))
    expect(codes).toEqual(["subpicture-truncated", "subpicture-truncated"])
    expect(only(pictures).indices).toEqual(CODES)
  })

  test.each([
    ["an unknown command", [[0, ...SETUP, 0x01, 0x33, 0x02]], "subpicture-command"],
    ["no display area", [[0, ...pixelCommand(TOP.length), 0x01]], "subpicture-empty"],
    ["an area of no width", [[0, ...areaCommand(10, 10, 0, 5), ...pixelCommand(TOP.length), 0x01]], "subpicture-empty"],
    ["an area outside the picture", [[0, ...areaCommand(10, 576, 4, 3), ...pixelCommand(TOP.length), 0x01]], "subpicture-empty"],
  ])("%s", (_, sequences, code) => {
    const [codes, pictures] = codesOf(makeUnit([TOP, BOTTOM], sequences))
    expect(codes).toEqual([code])
    expect(pictures).toHaveLength(1)
  })

  test("a chain that goes back ends", () => {
    const unit = makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP, 0x01],
        [10, 0x02],
      ],
    )
    unit.set([0, 4], unit.length - 4)
    expect(decode(unit)).toHaveLength(2)
  })

  test("a unit that asks for gigabytes of pixels gets megabytes", () => {
    const scroll = Array.from({ length: 3000 }, (_, index) => [index, ...areaCommand(0, index % 2, 720, 570)])
    const [codes, pictures] = codesOf(makeUnit([TOP, BOTTOM], [[0, ...SETUP, 0x01], ...scroll]))
    expect(codes).toContain("subpicture-too-much")
    const arrays = new Set(pictures.flatMap(({ picture }) => picture?.bitmaps.map(({ indices }) => indices) ?? []))
    expect([...arrays].reduce((sum, each) => sum + each.length, 0)).toBeLessThanOrEqual(1 << 25)
  })

  test.skipIf(!hasData)("any damage to real units gives pictures or a DiscError, at once", () => {
    for (const file of ["subtile/example.sub", "subtile/tiny.sub"]) {
      const { units, width, height } = readVobSub(dataPath(file))
      for (const { unit } of units) {
        for (const mutant of mutantsOf(unit, 3000)) expectPictures(mutant, width, height)
      }
    }
  })

  test("any damage to a unit with every command does too", () => {
    const colcon = [0x07, 0, 18, 0, 20, 0x20, 22, 0, 10, 0x11, 0x11, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0, 0]
    const unit = makeUnit(
      [TOP, BOTTOM],
      [
        [0, ...SETUP, ...colcon, 0x00],
        [10, 0x04, 0x84, 0x20],
        [20, ...areaCommand(1, 1, 4, 3)],
        [30, 0x02],
      ],
    )
    for (const mutant of mutantsOf(unit)) expectPictures(mutant, 720, 576)
  })

  function expectPictures(unit: Uint8Array, planeWidth: number, planeHeight: number): void {
    const started = performance.now()
    try {
      for (const { picture } of decodeSubpicture(unit, { colours: COLOURS, planeWidth, planeHeight, warnings: new Warnings() })) {
        for (const { x, y, width, height, indices } of picture?.bitmaps ?? []) {
          if (x + width > planeWidth || y + height > planeHeight || indices.length !== width * height)
            throw new Error("a bitmap leaves its plane")
        }
      }
    } catch (error) {
      expect(error).toBeInstanceOf(DiscError)
    }
    expect(performance.now() - started).toBeLessThan(1000)
  }
})
