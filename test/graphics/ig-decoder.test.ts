import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { rgbFromPq } from "../../src/graphics/colour-pq.ts"
import {
  decodeInteractiveGraphics,
  IgDecoder,
  type InteractiveGraphics,
  openMenu,
  renderMenu,
  runMenu,
} from "../../src/graphics/ig/index.ts"
import { mutantsOf } from "../support/mutants.ts"
import { encodeRuns, endSegment, objectSegments, paletteSegment } from "../support/sup.ts"
import { displaySet, MADE_COLOURS, type MadeMenu, madeObject, madePicture, menuSegments } from "./support/ig-author.ts"

const MENU: MadeMenu = {
  number: 7,
  pages: [
    {
      id: 0,
      rate: 1,
      groups: [
        {
          buttons: [
            { id: 1, x: 100, y: 50, right: 2, normal: 10, selected: [20, 23, true], activated: 30, commands: [new Uint8Array(12)] },
          ],
        },
        { buttons: [{ id: 2, x: 200, y: 50, left: 1, normal: 11, selected: 21 }] },
      ],
    },
    { id: 1, entering: [{ ticks: 900, uses: [{ object: 10, x: 5, y: 6, crop: [1, 1, 3, 2] }] }], groups: [] },
  ],
}
const OBJECTS = [10, 11, 20, 21, 22, 23, 30]
const SET = displaySet(MENU, OBJECTS)

function decode(
  segments: readonly Uint8Array[],
  warnings = new Warnings({ strict: true }),
  decoder = new IgDecoder(warnings),
): InteractiveGraphics[] {
  return segments.flatMap((segment, index) => [...decoder.push(segment, index)])
}

function only(sets: readonly InteractiveGraphics[]): InteractiveGraphics {
  const [set] = sets
  if (set === undefined || sets.length > 1) throw new Error(`${sets.length} display sets`)
  return set
}

const codes = (warnings: Warnings) => warnings.list.map(({ code }) => code)

test("a display set: composition, palettes, objects", () => {
  const set = only(decode(SET))
  expect(set.pts).toBe(0)
  expect(set.composition).toMatchObject({ compositionNumber: 7, compositionState: "epoch-start", pages: [{ id: 0 }, { id: 1 }] })
  expect([...set.palettes.keys()]).toEqual([0])
  // Colour 5 is white.
  expect([...(set.palettes.get(0)?.subarray(20, 24) ?? [])]).toEqual([255, 255, 255, 255])
  expect(set.objects.size(20)).toMatchObject({ width: 40, height: 24 })
  expect(set.objects.size(12)).toBeNull()
  expect(set.objects.decode(12)).toBeNull()
  expect(set.objects.decode(20)?.indices).toEqual(madePicture(20, 40, 24))
  // Decoded once.
  expect(set.objects.decode(20)).toBe(set.objects.decode(20))
})

test("a preloaded menu's clip gives the same", () => {
  const sets = decodeInteractiveGraphics(
    SET.map((data) => ({ data, pts: null })),
    new Warnings({ strict: true }),
  )
  expect(only(sets)).toMatchObject({ pts: null, composition: only(decode(SET)).composition })
})

test("beside HDR pictures colours are those of BT.2020 and PQ", () => {
  const colour = (colours: "sdr" | "bt2020-pq") =>
    only(decode(SET, undefined, new IgDecoder(new Warnings({ strict: true }), "menu", colours)))
      .palettes.get(0)
      ?.subarray(28, 32)
  // Colour 7: Y 106, Cr 222, Cb 202, T 200.
  expect([...(colour("sdr") ?? [])]).toEqual([255, 39, 255, 200])
  expect([...(colour("bt2020-pq") ?? [])]).toEqual([...rgbFromPq(106, 222, 202), 200])
})

test("several segments may come at once, and packets are not kept", () => {
  const all = Buffer.concat(SET)
  const set = only(decode([all]))
  all.fill(0xee)
  expect(set.objects.decode(23)?.indices).toEqual(madePicture(23, 40, 24))
})

test("a display set is being read from its composition to its end", () => {
  const decoder = new IgDecoder(new Warnings({ strict: true }))
  const reading = SET.map((segment) => {
    decoder.push(segment, 0)
    return decoder.isReading
  })
  expect(reading).toEqual([...SET.slice(1).map(() => true), false])
  for (const segment of SET.slice(0, 2)) decoder.push(segment, 0)
  decoder.reset()
  expect(decoder.isReading).toBe(false)
})

test("compositions and objects in parts", () => {
  const parts = menuSegments(MENU, 40)
  const object = madeObject(20, 40, 24, 100)
  expect(parts.length).toBeGreaterThan(4)
  expect(object.length).toBeGreaterThan(3)
  const set = only(decode([...parts, paletteSegment(0, MADE_COLOURS), ...object, endSegment()]))
  expect(set.composition).toEqual(only(decode(SET)).composition)
  expect(set.objects.decode(20)?.indices).toEqual(madePicture(20, 40, 24))
  const warnings = new Warnings()
  expect(decode([...parts.slice(1), paletteSegment(0, MADE_COLOURS), endSegment()], warnings)).toEqual([])
  expect(new Set(codes(warnings))).toEqual(new Set(["ig-segment"]))
  // The parts that were there go with the next first one.
  expect(decode([...parts.slice(0, 2), ...SET], warnings)).toHaveLength(1)
})

describe("epochs", () => {
  const normal = { ...MENU, state: 0, number: 8 }

  test("nothing is known before one", () => {
    expect(decode(displaySet(normal, OBJECTS))).toEqual([])
    expect(decode(displaySet({ ...MENU, state: 1 }, OBJECTS))).toHaveLength(1)
    expect(decode([paletteSegment(0, MADE_COLOURS), ...madeObject(1, 2, 2), endSegment()])).toEqual([])
  })

  test("a normal display set adds to it, and what was handed out stays as it was", () => {
    const changed = objectSegments(20, 2, 1, encodeRuns(Uint8Array.of(3, 4), 2, 1))
    const update = [...menuSegments(normal), paletteSegment(0, [[1, 16, 128, 128, 9]]), ...changed, endSegment()]
    const [before, after] = decode([...SET, ...update])
    expect(after?.objects.decode(20)).toMatchObject({ width: 2, height: 1, indices: Uint8Array.of(3, 4) })
    expect(after?.objects.decode(10)).toBe(before?.objects.decode(10))
    expect(before?.objects.size(20)).toMatchObject({ width: 40 })
    // Colour 1 changes, 5 does not.
    expect([...(after?.palettes.get(0)?.subarray(4, 8) ?? [])]).toEqual([0, 0, 0, 9])
    expect(after?.palettes.get(0)?.[23]).toBe(255)
    expect(before?.palettes.get(0)?.[7]).toBe(255)
  })

  test("an acquisition point brings whole palettes, a start forgets everything", () => {
    const palette = paletteSegment(0, [[1, 16, 128, 128, 9]])
    const [, acquired, started] = decode([
      ...SET,
      ...[...menuSegments({ ...MENU, state: 1 }), palette, endSegment()],
      ...[...menuSegments(MENU), endSegment()],
    ])
    expect(acquired?.palettes.get(0)?.[23]).toBe(0)
    expect(acquired?.objects.size(10)).not.toBeNull()
    expect(started?.palettes.size).toBe(0)
    expect(started?.objects.size(10)).toBeNull()
  })

  test("an acquisition point that repeats objects decodes none again", () => {
    const [before, after] = decode([...SET, ...displaySet({ ...MENU, state: 1 }, OBJECTS)])
    const decoded = before?.objects.decode(20)
    expect(after?.objects.decode(20) === decoded).toBe(true)
    expect(decoded?.indices).toEqual(madePicture(20, 40, 24))
  })

  test("a jump forgets everything", () => {
    const decoder = new IgDecoder(new Warnings({ strict: true }))
    decode(SET, undefined, decoder)
    expect(decoder.heldBytes).toBeGreaterThan(1000)
    decoder.reset()
    expect(decoder.heldBytes).toBe(0)
    expect(decode(displaySet(normal, OBJECTS), undefined, decoder)).toEqual([])
  })
})

describe("bounds", () => {
  test("decoded pixels are dropped, the longest unused ones first, and come back", () => {
    const width = 1920
    const height = 1080
    const flat = (id: number) => objectSegments(id, width, height, encodeRuns(new Uint8Array(width * height).fill(id), width, height))
    const ids = Array.from({ length: 12 }, (_, id) => id + 1)
    const decoder = new IgDecoder(new Warnings({ strict: true }))
    const set = only(decode([...menuSegments(MENU), ...ids.flatMap(flat), endSegment()], undefined, decoder))
    const first = set.objects.decode(1)
    for (const id of ids) expect(set.objects.decode(id)?.indices[12345]).toBe(id)
    expect(decoder.heldBytes).toBeLessThan(17 * 1024 * 1024)
    const last = set.objects.decode(12)
    expect(set.objects.decode(12) === last).toBe(true)
    expect(set.objects.decode(1) === first).toBe(false)
    expect(Buffer.compare(set.objects.decode(1)?.indices ?? new Uint8Array(0), first?.indices ?? new Uint8Array(1))).toBe(0)
  })

  test("sizes, parts and counts", () => {
    const warned = (segments: readonly Uint8Array[]) => {
      const warnings = new Warnings()
      decode([...menuSegments(MENU), ...segments, endSegment()], warnings)
      return new Set(codes(warnings))
    }
    expect(warned(objectSegments(1, 65_535, 65_535, new Uint8Array(4)))).toEqual(new Set(["ig-segment"]))
    expect(warned(objectSegments(1, 3, 3, new Uint8Array(9_000_000)))).toEqual(new Set(["ig-segment"]))
    const many = Array.from({ length: 4097 }, (_, id) => objectSegments(id, 1, 1, Uint8Array.of(1, 0, 0))).flat()
    expect(warned(many)).toEqual(new Set(["ig-segment"]))
    expect(warned(many.slice(0, 4096))).toEqual(new Set())
    expect(warned([Uint8Array.of(0x16, 0, 0)])).toEqual(new Set(["ig-segment"]))
    const warnings = new Warnings()
    const sets = decodeInteractiveGraphics(Array.from({ length: 70 }, () => SET.map((data) => ({ data, pts: 0 }))).flat(), warnings)
    expect([sets.length, codes(warnings)]).toEqual([64, ["ig-display-sets"]])
  })

  test("any damage gives warnings, and menus that can be run and drawn, at once", () => {
    for (const mutant of mutantsOf(Buffer.concat(SET), 4000)) expectBounded(mutant)
  })

  test("so do any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SET, Uint8Array.of(0x18, 0, 4, 1, 2, 3, 4)), { maxLength: 20 }), (segments) =>
        expectBounded(Buffer.concat(segments)),
      ),
    )
  })

  function expectBounded(stream: Uint8Array): void {
    const started = performance.now()
    const decoder = new IgDecoder(new Warnings())
    for (const graphics of decoder.push(stream, 0)) {
      const menu = { graphics }
      let { state } = openMenu(menu, 0)
      const keys = ["right", "activate", "down"] as const
      for (let at = 0; at < 20_000; at += 2500) {
        for (const action of [
          { type: "advance" },
          { type: "popup", shown: true },
          { type: "key", key: keys[(at / 2500) % 3] ?? "up" },
        ] as const) {
          state = runMenu(menu, state, at, action).state
        }
        state = runMenu(menu, state, at, { type: "set-button-page", button: null, page: 1, skipOutEffects: false }).state
        const picture = renderMenu(graphics, state)
        for (const { x, y, width, height, indices } of picture?.bitmaps ?? []) {
          if (x + width > (picture?.planeWidth ?? 0) || y + height > (picture?.planeHeight ?? 0) || indices.length !== width * height) {
            throw new Error("a bitmap leaves its plane")
          }
        }
      }
    }
    expect(decoder.heldBytes).toBeLessThan(1 << 26)
    expect(performance.now() - started).toBeLessThan(1000)
  }
})
