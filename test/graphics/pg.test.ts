import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { PgDecoder, type PgPicture } from "../../src/graphics/pg/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { mutantsOf } from "../support/mutants.ts"
import { compositionSegment, encodeRuns, endSegment, objectSegments, paletteSegment, readSup } from "../support/sup.ts"

const INDICES = Uint8Array.of(1, 2, 3, 1, 1, 1, 0, 0, 2)
const PALETTE = paletteSegment(0, [
  [1, 235, 128, 128, 255],
  [2, 16, 128, 128, 100],
  [3, 81, 240, 90, 0],
  [255, 235, 128, 128, 255],
])
const OBJECT = objectSegments(7, 3, 3, encodeRuns(INDICES, 3, 3))

function decode(
  segments: readonly Uint8Array[],
  warnings = new Warnings({ strict: true }),
  decoder = new PgDecoder(warnings),
): PgPicture[] {
  return segments.flatMap((segment, index) => [...decoder.push(segment, index)])
}

const codes = (warnings: Warnings) => warnings.list.map(({ code }) => code)
const only = (pictures: readonly PgPicture[]): PgPicture => {
  const [picture] = pictures
  if (picture === undefined || pictures.length > 1) throw new Error(`${pictures.length} pictures`)
  return picture
}

test("a display set is a picture at the composition's time", () => {
  const picture = only(decode([new Uint8Array(0), compositionSegment({ uses: [{ id: 7, x: 5, y: 6 }] }), PALETTE, ...OBJECT, endSegment()]))
  expect(picture).toMatchObject({ pts: 1, forced: false, forcedPicture: null, picture: { planeWidth: 1920, planeHeight: 1080 } })
  const [bitmap] = picture.picture.bitmaps
  expect(bitmap).toMatchObject({ x: 5, y: 6, width: 3, height: 3, indices: INDICES })
  expect([...(bitmap?.palette.subarray(0, 16) ?? [])]).toEqual([0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 100, 0, 0, 0, 0])
  // Index 255 is transparent, whatever the palette says.
  expect(bitmap?.palette).toHaveLength(1024)
  expect([...(bitmap?.palette.subarray(1020) ?? [])]).toEqual([0, 0, 0, 0])
})

test("several segments may come at once", () => {
  const all = Buffer.concat([
    compositionSegment({ uses: [{ id: 7, x: 0, y: 0 }] }),
    PALETTE,
    ...OBJECT,
    endSegment(),
    compositionSegment({ state: 0 }),
    endSegment(),
  ])
  expect(decode([all]).map(({ picture }) => picture.bitmaps.length)).toEqual([1, 0])
})

test("a fade changes colours and keeps the pixels", () => {
  const pictures = decode([
    ...[compositionSegment({ uses: [{ id: 7, x: 0, y: 0 }] }), PALETTE, ...OBJECT, endSegment()],
    ...[
      compositionSegment({ state: 0, paletteUpdate: true, uses: [{ id: 7, x: 0, y: 0 }] }),
      paletteSegment(0, [[1, 235, 128, 128, 50]]),
      endSegment(),
    ],
  ])
  const [before, after] = pictures.map(({ picture }) => picture.bitmaps[0])
  expect(after?.indices).toBe(before?.indices)
  expect([...(after?.palette.subarray(4, 12) ?? [])]).toEqual([255, 255, 255, 50, 0, 0, 0, 100])
  // What was handed out does not change under the host's hands.
  expect(before?.palette[7]).toBe(255)
})

test("an object in parts", () => {
  const indices = Uint8Array.from({ length: 64 * 40 }, (_, at) => (at * at) % 200)
  const parts = objectSegments(1, 64, 40, encodeRuns(indices, 64, 40), 100)
  expect(parts.length).toBeGreaterThan(10)
  const picture = only(decode([compositionSegment({ uses: [{ id: 1, x: 0, y: 0 }] }), PALETTE, ...parts, endSegment()]))
  expect(picture.picture.bitmaps[0]?.indices).toEqual(indices)
})

test("cropping, and the plane's edge", () => {
  const shown = (use: { x: number; y: number; crop?: readonly [number, number, number, number] }) =>
    only(decode([compositionSegment({ uses: [{ id: 7, ...use }] }), PALETTE, ...OBJECT, endSegment()])).picture.bitmaps[0]
  expect(shown({ x: 9, y: 9, crop: [1, 1, 2, 1] })).toMatchObject({ x: 9, y: 9, width: 2, height: 1, indices: Uint8Array.of(1, 1) })
  expect(shown({ x: 9, y: 9, crop: [1, 2, 50, 50] })).toMatchObject({ width: 2, height: 1, indices: Uint8Array.of(0, 2) })
  expect(shown({ x: 9, y: 9, crop: [3, 0, 1, 1] })).toBeUndefined()
  expect(shown({ x: 1919, y: 1078 })).toMatchObject({ width: 1, height: 2, indices: Uint8Array.of(1, 1) })
  expect(shown({ x: 1920, y: 0 })).toBeUndefined()
})

test("what is forced, and what is not", () => {
  const both = [
    compositionSegment({
      uses: [
        { id: 7, x: 0, y: 0, forced: true },
        { id: 7, x: 100, y: 0 },
      ],
    }),
    PALETTE,
    ...OBJECT,
    endSegment(),
  ]
  expect(only(decode(both))).toMatchObject({
    forced: false,
    picture: { bitmaps: [{ x: 0 }, { x: 100 }] },
    forcedPicture: { bitmaps: [{ x: 0 }] },
  })
  const one = [compositionSegment({ uses: [{ id: 7, x: 0, y: 0, forced: true }] }), PALETTE, ...OBJECT, endSegment()]
  expect(only(decode(one))).toMatchObject({ forced: true })
})

describe("epochs", () => {
  const show = (state: number) => compositionSegment({ state, uses: [{ id: 7, x: 0, y: 0 }] })

  test("nothing is shown before one is known", () => {
    expect(decode([show(0), PALETTE, ...OBJECT, endSegment()])).toEqual([])
    expect(decode([show(1), PALETTE, ...OBJECT, endSegment()])).toHaveLength(1)
    expect(decode([PALETTE, ...OBJECT, endSegment()])).toEqual([])
  })

  test("a start forgets objects and palettes", () => {
    const warnings = new Warnings()
    expect(decode([show(2), PALETTE, ...OBJECT, endSegment(), show(2), ...OBJECT, endSegment()], warnings)).toHaveLength(1)
    expect(codes(warnings)).toEqual(["pg-palette"])
    const [, second] = decode([show(2), PALETTE, ...OBJECT, endSegment(), show(2), PALETTE, endSegment()], warnings)
    expect(second?.picture.bitmaps).toEqual([])
    expect(codes(warnings)).toEqual(["pg-palette", "pg-object"])
  })

  test("an acquisition point brings whole palettes, others change them", () => {
    const update = paletteSegment(0, [[1, 16, 128, 128, 9]])
    const alpha = (state: number) =>
      decode([show(2), PALETTE, ...OBJECT, endSegment(), show(state), update, endSegment()])[1]
        ?.picture.bitmaps[0]?.palette.filter((_, at) => at % 4 === 3)
        .subarray(0, 3)
    expect(alpha(0)).toEqual(Uint8Array.of(0, 9, 100))
    expect(alpha(1)).toEqual(Uint8Array.of(0, 9, 0))
  })

  test("a jump forgets everything", () => {
    const decoder = new PgDecoder(new Warnings())
    decode([show(2), PALETTE, ...OBJECT, endSegment()], undefined, decoder)
    expect(decoder.heldBytes).toBe(9)
    decoder.reset()
    expect(decoder.heldBytes).toBe(0)
    expect(decode([show(0), endSegment()], undefined, decoder)).toEqual([])
  })
})

test("run-length code of any picture", () => {
  const shape = fc.record({
    width: fc.integer({ min: 1, max: 400 }),
    height: fc.integer({ min: 1, max: 6 }),
    runs: fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 500 })), { minLength: 1 }),
  })
  fc.assert(
    fc.property(shape, ({ width, height, runs }) => {
      const indices = new Uint8Array(width * height)
      for (let at = 0, turn = 0; at < indices.length; turn++) {
        const [colour, run] = runs[turn % runs.length] ?? [0, 1]
        indices.fill(colour, at, at + run)
        at += run
      }
      const object = objectSegments(7, width, height, encodeRuns(indices, width, height), 50)
      const picture = only(decode([compositionSegment({ uses: [{ id: 7, x: 0, y: 0 }] }), PALETTE, ...object, endSegment()]))
      expect(Buffer.compare(picture.picture.bitmaps[0]?.indices ?? indices.subarray(1), indices)).toBe(0)
    }),
  )
})

describe("damage", () => {
  const use = compositionSegment({ uses: [{ id: 7, x: 0, y: 0 }] })
  const shown = (segments: readonly Uint8Array[]): [string[], (Uint8Array | undefined)[]] => {
    const warnings = new Warnings()
    const pictures = decode([use, PALETTE, ...segments, endSegment()], warnings)
    return [codes(warnings), pictures.map(({ picture }) => picture.bitmaps[0]?.indices)]
  }

  test("lines too long, too short, missing", () => {
    const object = (runs: readonly number[]) => objectSegments(7, 3, 3, Uint8Array.from(runs))
    expect(shown(object([1, 1, 1, 1, 0, 0, 2, 0, 0, 3, 3, 3, 0, 0]))).toEqual([
      ["pg-object-pixels"],
      [Uint8Array.of(1, 1, 1, 2, 255, 255, 3, 3, 3)],
    ])
    expect(shown(object([1, 1, 1, 0, 0, 0, 0x43]))).toEqual([["pg-object-pixels"], [Uint8Array.of(1, 1, 1, 0, 0, 0, 255, 255, 255)]])
    expect(shown(object([0, 0xc3, 0xe8, 9]))).toEqual([["pg-object-pixels"], [Uint8Array.of(9, 9, 9, 255, 255, 255, 255, 255, 255)]])
    // Without its last end mark a picture is whole.
    expect(shown(object([0, 3, 0, 0, 0, 3, 0, 0, 0, 3]))).toEqual([[], [new Uint8Array(9)]])
  })

  test("parts that are missing, and a length that is a lie", () => {
    const [first, , third] = objectSegments(7, 3, 3, encodeRuns(INDICES, 3, 3), 8)
    expect(shown([third ?? use])).toEqual([["pg-segment", "pg-object"], [undefined]])
    expect(shown([first ?? use])).toEqual([["pg-object"], [undefined]])
    expect(shown([first ?? use, third ?? use])[0]).toContain("pg-object-length")
  })

  test("a segment of no type, and one cut off", () => {
    expect(shown([Uint8Array.of(0x42, 0, 1, 0), ...OBJECT])).toEqual([["pg-segment"], [INDICES]])
    expect(shown([Uint8Array.of(0x15, 0)])[0]).toEqual(["pg-segment", "pg-object"])
    expect(shown([Uint8Array.of(0x15, 0, 9, 0), ...OBJECT])).toEqual([["pg-segment"], [INDICES]])
    // Two windows where there is none.
    expect(shown([Uint8Array.of(0x17, 0, 1, 2), ...OBJECT])).toEqual([["pg-segment"], [INDICES]])
    expect(shown([Uint8Array.of(0x17, 0, 1, 0), ...OBJECT])).toEqual([[], [INDICES]])
  })

  test("a composition without a time, or without an end", () => {
    const warnings = new Warnings()
    const decoder = new PgDecoder(warnings)
    expect([use, PALETTE, ...OBJECT, endSegment()].flatMap((segment) => decoder.push(segment, null))).toEqual([])
    expect(codes(warnings)).toEqual(["pg-segment"])
    expect(decode([use, PALETTE, ...OBJECT, use, PALETTE, ...OBJECT, endSegment()])).toHaveLength(1)
  })

  test("sizes, objects, parts and palettes are bounded", () => {
    const codesOf = (segments: readonly Uint8Array[]) => [...new Set(shown(segments)[0])]
    expect(codesOf(objectSegments(7, 65_535, 65_535, new Uint8Array(4)))).toEqual(["pg-segment", "pg-object"])
    expect(
      codesOf(Array.from({ length: 70 }, (_, id) => objectSegments(100 + id, 1, 1, encodeRuns(Uint8Array.of(1), 1, 1))).flat()),
    ).toEqual(["pg-segment", "pg-object"])
    expect(codesOf(Array.from({ length: 9 }, (_, id) => paletteSegment(id, [])))).toEqual(["pg-segment", "pg-object"])
    expect(codesOf([...objectSegments(7, 3, 3, new Uint8Array(5_000_000))])).toEqual(["pg-segment", "pg-object"])
    const warnings = new Warnings()
    const three = compositionSegment({ uses: [1, 2, 3].map((x) => ({ id: 7, x, y: 0 })) })
    expect(only(decode([three, PALETTE, ...OBJECT, endSegment()], warnings)).picture.bitmaps).toHaveLength(2)
    expect(codes(warnings)).toEqual(["pg-objects"])
  })

  test("any damage gives warnings, at once and in bounded memory", () => {
    const stream = Buffer.concat([
      compositionSegment({
        uses: [
          { id: 7, x: 5, y: 6, crop: [1, 1, 2, 2] },
          { id: 8, x: 50, y: 60, forced: true },
        ],
      }),
      PALETTE,
      ...OBJECT,
      ...objectSegments(8, 3, 3, encodeRuns(INDICES, 3, 3), 9),
      endSegment(),
      compositionSegment({ state: 0, uses: [{ id: 7, x: 5, y: 6 }] }),
      paletteSegment(0, [[1, 2, 3, 4, 5]]),
      endSegment(),
    ])
    for (const mutant of mutantsOf(stream)) expectBounded(mutant)
  })

  test.skipIf(!hasData)("to real streams too", () => {
    for (const file of ["libpgs-js/test.sup", "subtile/only_one.sup"]) {
      const stream = Buffer.concat(readSup(readFileSync(dataPath(file))).map(({ segment }) => segment))
      for (const mutant of mutantsOf(stream, 3000)) expectBounded(mutant)
    }
  })

  function expectBounded(stream: Uint8Array): void {
    const started = performance.now()
    const decoder = new PgDecoder(new Warnings())
    for (const { picture } of decoder.push(stream, 0)) {
      for (const { x, y, width, height, indices } of picture.bitmaps) {
        if (x + width > picture.planeWidth || y + height > picture.planeHeight || indices.length !== width * height)
          throw new Error("a bitmap leaves its plane")
      }
    }
    expect(decoder.heldBytes).toBeLessThanOrEqual(1 << 24)
    expect(performance.now() - started).toBeLessThan(1000)
  }
})
