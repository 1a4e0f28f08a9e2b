import { describe, expect, test } from "vitest"
import { ByteReader, Warnings } from "../../src/base/index.ts"
import type { Bitmap } from "../../src/graphics/bitmap.ts"
import { openFont } from "../../src/graphics/textst/font/font.ts"
import {
  decodeTextSubtitle,
  parseDialogPresentation,
  parseDialogStyle,
  renderDialog,
  type TextSubtitle,
} from "../../src/graphics/textst/index.ts"
import { mutantsOf } from "../support/mutants.ts"
import { makeFont } from "./support/make-font.ts"
import { CODE, dialogSegment, type MadeElement, type MadeRegionStyle, styleSegment } from "./support/textst-author.ts"

const content = (segment: Uint8Array): ByteReader => new ByteReader(segment.subarray(3), "made")
const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Black, white, red and half-seen green. Black is entry 0. */
const PALETTE = [
  [0, 16, 128, 128, 255],
  [1, 235, 128, 128, 255],
  [2, 81, 240, 90, 255],
  [3, 145, 34, 54, 128],
]
/** Entry 2 by BT.709. */
const RED = [255, 24, 0, 255]
const STYLE: MadeRegionStyle = { region: [100, 800, 600, 200], box: [50, 20, 500, 160], size: 100, lineSpace: 80 }
/** A block of half an em by half an em, an em wide. */
const FONT = makeFont({
  ascender: 500,
  glyphs: [
    { character: "a", advance: 1000, contours: [[0, 0, 0, 500, 500, 500, 500, 0]] },
    { character: "b", advance: 500, contours: [[0, 0, 0, 300, 300, 300, 300, 0]] },
    { character: " ", advance: 500, contours: [] },
  ],
})

function subtitle(
  elements: readonly MadeElement[],
  style: Partial<MadeRegionStyle> = {},
  options: Partial<Parameters<typeof dialogSegment>[0]> = {},
): TextSubtitle {
  const segments = [
    styleSegment([{ ...STYLE, ...style }], { palette: PALETTE }),
    dialogSegment({ from: 1000, to: 2000, regions: [{ elements }], ...options }),
  ]
  const decoded = decodeTextSubtitle(segments, 1, new Warnings({ strict: true }), "made")
  if (decoded === null) throw new Error("no style")
  return decoded
}

function draw(text: TextSubtitle, warnings = new Warnings({ strict: true }), font = FONT) {
  const [dialog] = text.dialogs
  if (dialog === undefined) throw new Error("no dialog")
  return renderDialog(text.style, dialog, { fonts: [openFont(font, "made.otf")], warnings, path: "made" })
}

/** What is not the background, in pixels of the bitmap; null: nothing. */
function ink({ width, indices }: Bitmap): { x0: number; y0: number; x1: number; y1: number; count: number } | null {
  const at = [...indices.keys()].filter((index) => indices[index] !== 0)
  if (at.length === 0) return null
  const xs = at.map((index) => index % width)
  const ys = at.map((index) => Math.floor(index / width))
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs) + 1, y1: Math.max(...ys) + 1, count: at.length }
}

function only(text: TextSubtitle, font = FONT): Bitmap {
  const { bitmaps } = draw(text, undefined, font).picture
  const [bitmap] = bitmaps
  if (bitmap === undefined || bitmaps.length !== 1) throw new Error(`${bitmaps.length} bitmaps`)
  return bitmap
}

const colourAt = ({ width, indices, palette }: Bitmap, x: number, y: number): number[] => {
  const at = (indices[y * width + x] ?? 0) * 4
  return [...palette.subarray(at, at + 4)]
}

describe("segments", () => {
  test("a style's every field", () => {
    const user = [7, 0x80, 5, 0, 6, 0x80, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff, 0x83, 0x02]
    const made = styleSegment(
      [
        {
          ...{ id: 9, region: [1, 2, 300, 400], box: [5, 6, 700, 800], background: 11, flow: 2, halign: 2, valign: 3, lineSpace: 12 },
          ...{ font: 13, fontStyle: 0b101, size: 14, colour: 15, outlineColour: 16, thickness: 3 },
        },
        { id: 10, region: [0, 0, 1, 1], box: [0, 0, 1, 1], flow: 3, halign: 3, valign: 2, fontStyle: 0b010, thickness: 2 },
      ],
      { palette: PALETTE, dialogs: 515, users: [user], playerStyle: true },
    )
    expect(parseDialogStyle(content(made))).toEqual({
      playerStyleFlag: true,
      regionStyles: [
        {
          ...{ regionStyleId: 9, region: { x: 1, y: 2, width: 300, height: 400 }, backgroundColor: 11 },
          ...{ textBox: { x: 5, y: 6, width: 700, height: 800 }, textFlow: "right-to-left", horizontalAlignment: "centre" },
          ...{ verticalAlignment: "bottom", lineSpace: 12 },
          characters: {
            ...{ fontIdRef: 13, bold: true, italic: false, outline: true, fontSize: 14, fontColor: 15, outlineColor: 16 },
            outlineThickness: "thick",
          },
        },
        expect.objectContaining({
          ...{ regionStyleId: 10, textFlow: "top-to-bottom", horizontalAlignment: "right", verticalAlignment: "middle" },
          characters: expect.objectContaining({ bold: false, italic: true, outline: false, outlineThickness: "medium" }),
        }),
      ],
      userStyles: [
        {
          ...{ userStyleId: 7, regionHorizontalDelta: -5, regionVerticalDelta: 6, textBoxHorizontalDelta: 0, textBoxVerticalDelta: 1 },
          ...{ textBoxWidthDelta: 32_767, textBoxHeightDelta: -32_767, fontSizeDelta: -3, lineSpaceDelta: 2 },
        },
      ],
      palette: PALETTE.map(([id, y, cr, cb, t]) => ({ id, y, cr, cb, t })),
      numberOfDialogs: 515,
    })
  })

  test("a dialog's every field, and text with each kind of change", () => {
    const made = dialogSegment({
      ...{ from: 2 ** 32 + 5, to: 2 ** 33 - 1, palette: [[3, 4, 5, 6, 7]] },
      regions: [
        {
          ...{ style: 8, continuous: true, forced: true },
          elements: [
            "Grüße",
            { code: CODE.font, data: [2] },
            { code: CODE.style, data: [0b110, 21, 2] },
            { code: CODE.size, data: [33] },
            { code: CODE.lineBreak },
            { code: CODE.colour, data: [44] },
            { code: CODE.reset },
            { code: 0x77, data: [1, 2] },
          ],
        },
        { elements: [] },
      ],
    })
    expect(parseDialogPresentation(content(made), utf8)).toEqual({
      startPts: 2 ** 32 + 5,
      endPts: 2 ** 33 - 1,
      paletteUpdate: [{ id: 3, y: 4, cr: 5, cb: 6, t: 7 }],
      regions: [
        {
          ...{ regionStyleIdRef: 8, continuousPresent: true, forcedOn: true },
          elements: [
            { type: "text", text: "Grüße" },
            { type: "font", fontIdRef: 2 },
            { type: "style", style: { bold: false, italic: true, outline: true, outlineColor: 21, outlineThickness: "medium" } },
            { type: "size", fontSize: 33 },
            { type: "line-break" },
            { type: "colour", fontColor: 44 },
            { type: "reset" },
            { type: "unknown", code: 0x77, bytes: Uint8Array.of(1, 2) },
          ],
        },
        { regionStyleIdRef: 0, continuousPresent: false, forcedOn: false, elements: [] },
      ],
    })
  })

  test("bytes between a region's parts that are no escape are stepped over", () => {
    const made = dialogSegment({ from: 0, to: 1, regions: [{ elements: ["x", "y"] }] })
    const text = Uint8Array.from([
      ...made.subarray(0, 15),
      made[15] ?? 0,
      made[16] ?? 0,
      0,
      10,
      0x1b,
      1,
      1,
      0x78,
      0xaa,
      0xbb,
      0x1b,
      1,
      1,
      0x79,
    ])
    text.set([0, text.length - 3], 1)
    expect(parseDialogPresentation(content(text), utf8).regions[0]?.elements).toEqual([
      { type: "text", text: "x" },
      { type: "text", text: "y" },
    ])
  })

  test.each([
    [1, [0xe6, 0xbc, 0xa2, 0xc3, 0xa9], "漢é"],
    [2, [0x6f, 0x22, 0x00, 0xe9], "漢é"],
    [3, [0x8a, 0xbf, 0xb1], "漢ｱ"],
    [4, [0xb0, 0xa1, 0x41], "가A"],
    [5, [0xba, 0xba, 0x81, 0x30, 0x81, 0x30], "汉\u0080"],
    [6, [0xba, 0xba], "汉"],
    [7, [0xba, 0x7e], "漢"],
  ])("character code %i", (code, bytes, text) => {
    const segments = [
      styleSegment([STYLE], { palette: PALETTE }),
      dialogSegment({ from: 0, to: 1, regions: [{ elements: [Uint8Array.from(bytes)] }] }),
    ]
    const decoded = decodeTextSubtitle(segments, code, new Warnings({ strict: true }), "made")
    expect(decoded?.dialogs[0]?.regions[0]?.elements).toEqual([{ type: "text", text }])
  })

  test("an unknown character code is refused by name", () => {
    expect(() => decodeTextSubtitle([], 9, new Warnings(), "made")).toThrow(expect.objectContaining({ code: "unsupported" }))
  })

  test("dialogs come in the order of their times; a damaged one is left out with a warning", () => {
    const dialog = (from: number, to = from + 5) => dialogSegment({ from, to, regions: [{ elements: ["a"] }] })
    const warnings = new Warnings()
    const segments = [styleSegment([STYLE], { palette: PALETTE }), dialog(90), dialog(50).subarray(0, 14), dialog(20), dialog(70, 70)]
    const decoded = decodeTextSubtitle(segments, 1, warnings, "made")
    expect(decoded?.dialogs.map(({ startPts }) => startPts)).toEqual([20, 90])
    expect(warnings.list.map(({ code }) => code)).toEqual(["text-subtitle-segment"])
    expect(decodeTextSubtitle([dialog(1)], 1, new Warnings(), "made")).toBeNull()
  })

  test("three regions in a dialog are damage", () => {
    const made = dialogSegment({ from: 0, to: 1, regions: [{ elements: [] }, { elements: [] }, { elements: [] }] })
    expect(() => parseDialogPresentation(content(made), utf8)).toThrow(expect.objectContaining({ code: "damaged" }))
  })

  test("every damaged copy gives text that can be drawn, or a DiscError", () => {
    const style = styleSegment(
      [{ ...STYLE, region: [10, 10, 120, 60], box: [4, 4, 110, 50], size: 20, lineSpace: 20, fontStyle: 0b111 }, STYLE],
      { palette: PALETTE, users: [Array<number>(15).fill(3)] },
    )
    const dialog = dialogSegment({
      ...{ from: 1, to: 2, palette: [[1, 2, 3, 4, 5]] },
      regions: [
        { elements: ["ab", { code: CODE.size, data: [20] }, { code: CODE.lineBreak }, { code: CODE.style, data: [7, 2, 3] }, "b"] },
      ],
    })
    const fonts = [openFont(FONT, "made.otf")]
    let drawn = 0
    const attempt = (segments: readonly Uint8Array[]) => {
      const decoded = decodeTextSubtitle(segments, 1, new Warnings(), "made")
      for (const each of decoded?.dialogs ?? []) {
        renderDialog(decoded?.style ?? parseDialogStyle(content(style)), each, { fonts, warnings: new Warnings(), path: "made" })
        drawn++
      }
    }
    for (const mutant of mutantsOf(style, 400)) attempt([mutant, dialog])
    for (const mutant of mutantsOf(dialog, 400)) attempt([style, mutant])
    expect(drawn).toBeGreaterThan(200)
  })
})

describe("pictures", () => {
  test("a region is a bitmap of its size over its background, in the text's colours", () => {
    const bitmap = only(subtitle(["a"]))
    expect(bitmap).toMatchObject({ x: 100, y: 800, width: 600, height: 200 })
    // From the ascender (half an em) down to the baseline.
    expect(ink(bitmap)).toEqual({ x0: 50, y0: 20, x1: 100, y1: 70, count: 2500 })
    expect(colourAt(bitmap, 0, 0)).toEqual([0, 0, 0, 255])
    expect(colourAt(bitmap, 60, 30)).toEqual([255, 255, 255, 255])
  })

  test.each([
    [{ halign: 2 }, 50 + 200, 20],
    [{ halign: 3 }, 50 + 400, 20],
    [{ valign: 2 }, 50, 20 + 40],
    [{ valign: 3 }, 50, 20 + 80],
    [{ halign: 3, flow: 2 }, 50 + 400, 20],
  ])("alignment %j", (style, x0, y0) => {
    expect(ink(only(subtitle(["a"], style)))).toMatchObject({ x0, y0 })
  })

  test("right to left, the second character is left of the first", () => {
    const bitmap = only(subtitle(["ab"], { flow: 2, halign: 3 }))
    // "a" ends at the right edge of its advance (100), "b" (50) before it.
    expect(ink(bitmap)).toMatchObject({ x0: 50 + 500 - 150, x1: 50 + 500 - 50 })
    expect(colourAt(bitmap, 50 + 500 - 100, 21)).toEqual([255, 255, 255, 255])
  })

  test("lines are lineSpace apart; changes hold over their ends until reset", () => {
    const bitmap = only(
      subtitle([
        { code: CODE.colour, data: [2] },
        { code: CODE.size, data: [60] },
        "a",
        { code: CODE.lineBreak },
        "a",
        { code: CODE.reset },
        "a",
      ]),
    )
    expect(colourAt(bitmap, 55, 25)).toEqual(RED)
    // The second line's highest letter has 100 pixels: its baseline is 50 below the line's top.
    expect(colourAt(bitmap, 55, 20 + 80 + 21)).toEqual(RED)
    expect(colourAt(bitmap, 55, 20 + 80 + 19)).toEqual([0, 0, 0, 255])
    expect(colourAt(bitmap, 50 + 60 + 5, 20 + 80 + 1)).toEqual([255, 255, 255, 255])
  })

  test("text is cut where its box, its region and the plane end", () => {
    expect(ink(only(subtitle(["aaaaaaaa"])))).toMatchObject({ x1: 500 })
    expect(ink(only(subtitle(["aaaaaaaa"], { box: [50, 20, 210, 160] })))).toMatchObject({ x1: 260 })
    expect(only(subtitle(["a"], { region: [1900, 1070, 600, 200] }))).toMatchObject({ width: 20, height: 10 })
    expect(draw(subtitle(["a"], { region: [1920, 0, 10, 10] })).picture.bitmaps).toEqual([])
  })

  test("soft edges are shades between the two colours, by how much of a pixel is covered", () => {
    // 50 em-hundredths of 45 pixels: 22.5.
    const bitmap = only(subtitle(["a"], { size: 45 }))
    const edge = colourAt(bitmap, 50 + 22, 40)
    expect(edge[0]).toBeGreaterThan(110)
    expect(edge[0]).toBeLessThan(145)
    expect(edge[3]).toBe(255)
    const clear = only(subtitle(["a"], { size: 45, background: 9 }))
    expect(colourAt(clear, 0, 0)).toEqual([0, 0, 0, 0])
    expect(colourAt(clear, 50 + 22, 40)).toEqual([255, 255, 255, expect.closeTo(128, -1)])
  })

  test.each([
    [1, 100 / 28],
    [2, 100 / 18],
    [3, 100 / 12],
  ])("an edge of thickness %i lies around the letter in its own colour", (thickness, width) => {
    const bitmap = only(subtitle(["a"], { fontStyle: 4, outlineColour: 2, thickness, valign: 2, halign: 2 }))
    const { x0 = 0, x1 = 0 } = ink(bitmap) ?? {}
    expect(Math.abs(x1 - x0 - (50 + 2 * width))).toBeLessThanOrEqual(2)
    expect(colourAt(bitmap, 50 + 200 + 10, 20 + 40 + 10)).toEqual([255, 255, 255, 255])
    expect(colourAt(bitmap, 50 + 200 - 2, 20 + 40 + 25)).toEqual(RED)
    // Rounded at the corner.
    expect(colourAt(bitmap, x0, ink(bitmap)?.y0 ?? 0)).toEqual([0, 0, 0, 255])
  })

  test("bold letters are a twenty-fourth of an em wider, italic ones lean", () => {
    const bold = ink(only(subtitle(["a"], { fontStyle: 1, halign: 2, valign: 2 })))
    expect((bold?.x1 ?? 0) - (bold?.x0 ?? 0)).toBeGreaterThanOrEqual(54)
    expect((bold?.x1 ?? 0) - (bold?.x0 ?? 0)).toBeLessThanOrEqual(56)
    const italic = only(subtitle(["a"], { fontStyle: 2 }))
    expect(ink(italic)).toMatchObject({ x0: 50, x1: Math.ceil(100 + 50 * 0.2126) })
    expect(colourAt(italic, 52, 22)).toEqual([0, 0, 0, 255])
    expect(colourAt(italic, 52, 68)).toEqual([255, 255, 255, 255])
  })

  test("a palette update holds for its own dialog", () => {
    const update = [[1, 81, 240, 90, 255]]
    const segments = [
      styleSegment([STYLE], { palette: PALETTE, dialogs: 2 }),
      dialogSegment({ from: 1, to: 2, palette: update, regions: [{ elements: ["a"] }] }),
      dialogSegment({ from: 3, to: 4, regions: [{ elements: ["a"] }] }),
    ]
    const decoded = decodeTextSubtitle(segments, 1, new Warnings({ strict: true }), "made")
    const options = { fonts: [openFont(FONT, "made.otf")], warnings: new Warnings({ strict: true }), path: "made" }
    const colours = decoded?.dialogs.map((dialog) => {
      const [bitmap] = renderDialog(decoded.style, dialog, options).picture.bitmaps
      return bitmap === undefined ? null : colourAt(bitmap, 60, 30)
    })
    expect(colours).toEqual([RED, [255, 255, 255, 255]])
  })

  test("forced regions are a picture of their own", () => {
    const regions = [{ elements: ["a"] }, { style: 1, forced: true, elements: ["b"] }]
    const segments = [
      styleSegment([STYLE, { ...STYLE, id: 1, region: [100, 100, 600, 200] }], { palette: PALETTE }),
      dialogSegment({ from: 1, to: 2, regions }),
    ]
    const decoded = decodeTextSubtitle(segments, 1, new Warnings({ strict: true }), "made")
    if (decoded === null) throw new Error("no style")
    const { picture, forcedPicture } = draw(decoded)
    expect(picture.bitmaps.map(({ y }) => y)).toEqual([800, 100])
    expect(forcedPicture?.bitmaps.map(({ y }) => y)).toEqual([100])
    expect(draw(subtitle(["a"])).forcedPicture).toBeNull()
  })

  test("text from top to bottom and unknown styles are named", () => {
    const warnings = new Warnings()
    expect(draw(subtitle(["a"], { flow: 3 }), warnings).picture.bitmaps).toEqual([])
    expect(draw(subtitle(["a"], {}, { regions: [{ style: 5, elements: ["a"] }] }), warnings).picture.bitmaps).toEqual([])
    expect(warnings.list.map(({ code }) => code)).toEqual(["text-subtitle-flow", "text-subtitle-style"])
  })

  test("a letter that the font lacks, or whose outline is damaged, does not take the others with it", () => {
    const damaged = makeFont({
      ...{ outlines: "compact", ascender: 500, charStrings: { b: [5, 14, 14] } },
      glyphs: [
        { character: "a", advance: 1000, contours: [[0, 0, 0, 500, 500, 500, 500, 0]] },
        { character: "b", advance: 500, contours: [] },
      ],
    })
    expect(ink(only(subtitle(["aza"]), damaged))).toMatchObject({ x0: 50, x1: 50 + 250 })
    const looping = makeFont({
      ...{ outlines: "compact", ascender: 500, charStrings: { b: [28, 255, 149, 10] }, subroutines: [[28, 255, 149, 10]] },
      glyphs: [
        { character: "a", advance: 1000, contours: [[0, 0, 0, 500, 500, 500, 500, 0]] },
        { character: "b", advance: 500, contours: [] },
      ],
    })
    const warnings = new Warnings()
    const { bitmaps } = draw(subtitle(["ba"]), warnings, looping).picture
    expect(bitmaps[0] === undefined ? null : ink(bitmaps[0])).toMatchObject({ x0: 100, x1: 150, count: 2500 })
    expect(warnings.list.map(({ code, message }) => [code, message])).toEqual([["text-subtitle-glyph", expect.stringContaining("deep")]])
  })

  test("more text than any disc has is cut, by name, and takes no time without end", () => {
    const long = "a".repeat(250)
    const warnings = new Warnings()
    const begin = performance.now()
    const font = makeFont({
      ascender: 500,
      glyphs: [{ character: "a", advance: 10, contours: Array.from({ length: 30 }, (_, i) => [0, 0, i, 900, 900, 900 - i, 900, 0]) }],
    })
    draw(
      subtitle(Array<string>(240).fill(long), {
        region: [0, 0, 1920, 1080],
        box: [0, 0, 1920, 1080],
        size: 255,
        fontStyle: 7,
        thickness: 3,
      }),
      warnings,
      font,
    )
    expect(warnings.list.map(({ code }) => code)).toEqual(["text-subtitle-limit"])
    expect(performance.now() - begin).toBeLessThan(10_000)
  })
})
