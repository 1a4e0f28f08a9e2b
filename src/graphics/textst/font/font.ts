import { DiscError } from "../../../base/index.ts"
import { charStringOutline } from "./char-string.ts"
import { readCharacterMap } from "./character-map.ts"
import { readCompactFont } from "./compact-font.ts"
import { FontTable } from "./font-table.ts"
import type { Contour } from "./outline.ts"
import { trueTypeOutline } from "./true-type-glyphs.ts"

/** An OpenType font as far as text is drawn with it. Lengths are in font units. */
export type Font = {
  readonly unitsPerEm: number
  /** From the baseline to the top of a line. */
  readonly ascender: number
  readonly isBold: boolean
  readonly isItalic: boolean
  /** 0: the font has no glyph for the character. */
  glyphOf(codePoint: number): number
  /** How far the next glyph stands to the right. */
  advanceOf(glyph: number): number
  /** Empty for a blank. @throws DiscError where the glyph's own data make no sense */
  outlineOf(glyph: number): readonly Contour[]
}

const TAG = { collection: "ttcf", compact: "OTTO", trueType: ["\0\x01\0\0", "true"] }
/** Fonts have about twenty tables. */
const MAX_TABLES = 128
/** ISO/IEC 14496-22 5.2.2. */
const MIN_UNITS_PER_EM = 16
const MAX_UNITS_PER_EM = 16_384
const BOLD = 1
const ITALIC = 2

/**
 * A font of the disc (AUXDATA/*.otf): ISO/IEC 14496-22, glyphs as TrueType (`glyf`) or compact font (`CFF `) outlines. Of a collection the first font.
 * Only sizes and outlines are read: hints, kerning and substitutions are not used.
 * @param path what errors name
 * @throws DiscError `damaged`, `unsupported`
 */
export function openFont(bytes: Uint8Array, path: string): Font {
  const file = new FontTable(bytes, "font", path)
  const start = tagAt(file, 0) === TAG.collection ? file.u32(12) : 0
  const version = tagAt(file, start)
  if (version !== TAG.compact && !TAG.trueType.includes(version)) {
    throw new DiscError("unsupported", "this is no OpenType font", { path })
  }
  const table = readDirectory(bytes, file, start, path)
  const head = table("head")
  const hhea = table("hhea")
  const hmtx = table("hmtx")
  const glyphs = table("maxp").u16(4)
  const unitsPerEm = head.u16(18)
  if (unitsPerEm < MIN_UNITS_PER_EM || unitsPerEm > MAX_UNITS_PER_EM) throw head.error("damaged", `an em of ${unitsPerEm} units`)
  const glyphOf = readCharacterMap(table("cmap"))
  const metrics = Math.max(hhea.u16(34), 1)
  const style = head.u16(44)
  return {
    unitsPerEm,
    ascender: hhea.i16(4),
    isBold: (style & BOLD) !== 0,
    isItalic: (style & ITALIC) !== 0,
    glyphOf: (codePoint) => {
      const glyph = glyphOf(codePoint)
      return glyph < glyphs ? glyph : 0
    },
    // Glyphs behind the last metric have its advance.
    advanceOf: (glyph) => hmtx.u16(Math.min(glyph, metrics - 1) * 4),
    outlineOf: version === TAG.compact ? compactOutlines(table("CFF "), unitsPerEm) : trueTypeOutlines(table, head, unitsPerEm),
  }
}

function tagAt(file: FontTable, offset: number): string {
  return String.fromCharCode(file.u8(offset), file.u8(offset + 1), file.u8(offset + 2), file.u8(offset + 3))
}

/** Looks tables up by their tag. */
function readDirectory(bytes: Uint8Array, file: FontTable, start: number, path: string): (tag: string) => FontTable {
  const places = new Map<string, readonly [offset: number, length: number]>()
  const count = Math.min(file.u16(start + 4), MAX_TABLES)
  for (let index = 0; index < count; index++) {
    const at = start + 12 + index * 16
    places.set(tagAt(file, at), [file.u32(at + 8), file.u32(at + 12)])
  }
  return (tag) => {
    const place = places.get(tag)
    if (place === undefined) throw new DiscError("damaged", `the font has no table "${tag}"`, { path })
    const [offset, length] = place
    // A last table that is cut short is used as far as it goes.
    return new FontTable(bytes.subarray(offset, offset + length), tag, path)
  }
}

function compactOutlines(table: FontTable, unitsPerEm: number): Font["outlineOf"] {
  const font = readCompactFont(table)
  return (glyph) => charStringOutline(font, glyph, unitsPerEm)
}

function trueTypeOutlines(table: (tag: string) => FontTable, head: FontTable, unitsPerEm: number): Font["outlineOf"] {
  const tables = { glyf: table("glyf"), loca: table("loca"), longOffsets: head.i16(50) !== 0, unitsPerEm }
  return (glyph) => trueTypeOutline(tables, glyph)
}
