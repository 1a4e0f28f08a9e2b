/** Straight-edged glyphs in font units, y upwards: `[x, y, x, y, ...]` each. */
export type MadeGlyph = { readonly character: string; readonly advance: number; readonly contours: readonly (readonly number[])[] }
export type MadeFont = {
  readonly unitsPerEm?: number
  readonly ascender?: number
  readonly glyphs: readonly MadeGlyph[]
  readonly outlines?: "truetype" | "compact"
  readonly map?: 4 | 12
  /** Charstrings in place of those made from contours, by character. */
  readonly charStrings?: Readonly<Record<string, readonly number[]>>
  readonly subroutines?: readonly (readonly number[])[]
}

const u8 = (value: number): number[] => [value & 255]
const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)]
const text = (value: string): number[] => [...Buffer.from(value, "latin1")]
/** The left side bearing: FreeType moves a glyph there. */
const leftOf = (contours: MadeGlyph["contours"]): number =>
  contours.length === 0 ? 0 : Math.min(...contours.flatMap((contour) => contour.filter((_, at) => at % 2 === 0)))

/** Nothing, the first, the first two together, and so on. */
function sums(values: readonly number[]): number[] {
  let sum = 0
  return [0, ...values.map((value) => (sum += value))]
}

/** An OpenType file with the tables that drawing needs (ISO/IEC 14496-22), glyph 0 being empty. FreeType opens it, too. */
export function makeFont(font: MadeFont): Uint8Array {
  const { unitsPerEm = 1000, ascender = 800, outlines = "truetype", map = 4 } = font
  const glyphs = [{ character: "\0", advance: unitsPerEm, contours: [] }, ...font.glyphs.toSorted((a, b) => code(a) - code(b))]
  const head = [
    ...[u32(0x10000), u32(0x10000), u32(0), u32(0x5f0f3cf5), u16(3), u16(unitsPerEm), Array<number>(16).fill(0)],
    ...[u16(0), u16(-500), u16(unitsPerEm), u16(unitsPerEm), u16(0), u16(8), u16(2), u16(1), u16(0)],
  ].flat()
  const hhea = [u32(0x10000), u16(ascender), u16(-200), u16(0), u16(unitsPerEm), Array<number>(22).fill(0), u16(glyphs.length)].flat()
  const hmtx = glyphs.flatMap(({ advance, contours }) => [...u16(advance), ...u16(leftOf(contours))])
  const maxp = [u32(outlines === "compact" ? 0x5000 : 0x10000), u16(glyphs.length)].flat()
  if (outlines === "truetype") maxp.push(...[400, 40, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0, 0].flatMap(u16))
  const records = glyphs.map(trueTypeRecord)
  const drawn: [string, number[]][] =
    outlines === "compact"
      ? [["CFF ", compactTable(glyphs, font)]]
      : [
          // Instructions that push nothing: a font without any FreeType would hint by itself, and move its edges.
          ["fpgm", [0x40, 0]],
          ["glyf", records.flat()],
          ["loca", sums(records.map(({ length }) => length)).flatMap(u32)],
        ]
  const tables: [string, number[]][] = [
    ...drawn,
    ["cmap", map === 4 ? segmentMap(glyphs) : groupMap(glyphs)],
    ["head", head],
    ["hhea", hhea],
    ["hmtx", hmtx],
    ["maxp", maxp],
  ]
  return assemble(outlines === "compact" ? text("OTTO") : u32(0x10000), tables)
}

const code = ({ character }: MadeGlyph): number => character.codePointAt(0) ?? 0

function trueTypeRecord({ contours }: MadeGlyph): number[] {
  if (contours.length === 0) return []
  const points = contours.flatMap((contour) =>
    Array.from({ length: contour.length / 2 }, (_, i) => [contour[i * 2] ?? 0, contour[i * 2 + 1] ?? 0]),
  )
  const [xs, ys] = [points.map(([x = 0]) => x), points.map(([, y = 0]) => y)]
  const steps = (values: readonly number[]) => values.flatMap((value, i) => u16(value - (values[i - 1] ?? 0)))
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].flatMap(u16)
  const ends = sums(contours.map(({ length }) => length / 2))
    .slice(1)
    .flatMap((end) => u16(end - 1))
  const record = [...u16(contours.length), ...box, ...ends, ...u16(0), ...points.map(() => 1), ...steps(xs), ...steps(ys)]
  return [...record, ...Array<number>(-record.length & 3).fill(0)]
}

function segmentMap(glyphs: readonly MadeGlyph[]): number[] {
  const codes = glyphs.slice(1).map(code)
  const ends = [...codes, 0xffff]
  const deltas = [...codes.map((own, i) => i + 1 - own), 1]
  const body = [...u16(0), ...u16(ends.length * 2), ...u16(0), ...u16(0), ...u16(0), ...ends.flatMap(u16), ...u16(0), ...ends.flatMap(u16)]
  body.push(...deltas.flatMap(u16), ...ends.flatMap(() => u16(0)))
  return [...u16(0), ...u16(1), ...u16(3), ...u16(1), ...u32(12), ...u16(4), ...u16(body.length + 4), ...body]
}

function groupMap(glyphs: readonly MadeGlyph[]): number[] {
  const groups = glyphs.slice(1).flatMap((glyph, i) => [...u32(code(glyph)), ...u32(code(glyph)), ...u32(i + 1)])
  const body = [...u16(12), ...u16(0), ...u32(16 + groups.length), ...u32(0), ...u32(glyphs.length - 1), ...groups]
  return [...u16(0), ...u16(1), ...u16(3), ...u16(10), ...u32(12), ...body]
}

/** A number of a charstring or a dictionary. */
export const number = (value: number): number[] => [28, ...u16(value)]

function index(items: readonly (readonly number[])[]): number[] {
  if (items.length === 0) return u16(0)
  return [...u16(items.length), ...u8(2), ...sums(items.map(({ length }) => length)).flatMap((sum) => u16(sum + 1)), ...items.flat()]
}

function charString({ contours }: MadeGlyph): number[] {
  let [x, y] = [0, 0]
  const to = (nextX: number, nextY: number): number[] => {
    const step = [...number(nextX - x), ...number(nextY - y)]
    x = nextX
    y = nextY
    return step
  }
  const drawn = contours.flatMap((contour) =>
    Array.from({ length: contour.length / 2 }, (_, i) => [...to(contour[i * 2] ?? 0, contour[i * 2 + 1] ?? 0), i === 0 ? 21 : 5]).flat(),
  )
  return [...drawn, 14]
}

/** Adobe Technical Note 5176. */
function compactTable(glyphs: readonly MadeGlyph[], { charStrings = {}, subroutines = [] }: MadeFont): number[] {
  const long = (value: number) => [29, ...u32(value)]
  const strings = index(glyphs.map((glyph) => charStrings[glyph.character] ?? charString(glyph)))
  const names = index([text("made")])
  const own = index(subroutines)
  const privateDictionary = subroutines.length === 0 ? [] : [...long(6), 19]
  const top = (charStringsAt: number, privateAt: number) =>
    index([[...long(charStringsAt), 17, ...long(privateDictionary.length), ...long(privateAt), 18]])
  const before = 4 + names.length + top(0, 0).length + u16(0).length * 2
  const privateAt = before + strings.length
  const head = [1, 0, 4, 2, ...names, ...top(before, privateAt), ...u16(0), ...u16(0)]
  return [...head, ...strings, ...privateDictionary, ...own]
}

function assemble(version: readonly number[], tables: readonly (readonly [string, readonly number[]])[]): Uint8Array {
  const sorted = tables.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const padded = sorted.map(([, bytes]) => [...bytes, ...Array<number>(-bytes.length & 3).fill(0)])
  const offsets = sums(padded.map(({ length }) => length)).map((offset) => 12 + 16 * sorted.length + offset)
  const directory = sorted.flatMap(([tag, bytes], i) => [...text(tag), ...u32(0), ...u32(offsets[i] ?? 0), ...u32(bytes.length)])
  return Uint8Array.from([...version, ...u16(sorted.length), ...u16(0), ...u16(0), ...u16(0), ...directory, ...padded.flat()])
}
