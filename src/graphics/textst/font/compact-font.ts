import type { FontTable } from "./font-table.ts"

/** INDEX: offsets of its items, count + 1 of them, counted from `table`'s start. */
export type CompactIndex = { readonly count: number; readonly end: number; item(index: number): FontTable }

/** What glyphs of a `CFF ` table are drawn with (Adobe Technical Note 5176). */
export type CompactFont = {
  readonly table: FontTable
  readonly charStrings: CompactIndex
  readonly globalSubroutines: CompactIndex
  /** Of the glyph's font dictionary; null: it has none. */
  localSubroutines(glyph: number): CompactIndex | null
}

/** Keys of dictionaries; those of two bytes are 0x0c00 and the second. */
const KEY = { private: 18, subroutines: 19, charStrings: 17, charStringType: 0x0c06, fonts: 0x0c24, fontOfGlyph: 0x0c25 }
/** Font dictionaries of a CID-keyed font: FDSelect has a byte for their number. */
const MAX_FONTS = 256
/** A dictionary has some twenty entries. */
const MAX_DICTIONARY_BYTES = 4096
/** A real number's digits and signs. */
const MAX_REAL_BYTES = 32

/** @throws DiscError `damaged`, `unsupported` */
export function readCompactFont(table: FontTable): CompactFont {
  const names = readIndex(table, table.u8(2))
  const dictionaries = readIndex(table, names.end)
  const strings = readIndex(table, dictionaries.end)
  const globalSubroutines = readIndex(table, strings.end)
  const top = readDictionary(dictionaries.item(0))
  const [type = 2] = top.get(KEY.charStringType) ?? []
  if (type !== 2) throw table.error("unsupported", `glyphs are charstrings of type ${type}; only type 2 is supported`)
  const charStrings = readIndex(table, offsetOf(table, top, KEY.charStrings))
  const fontsAt = top.get(KEY.fonts)?.[0]
  const fonts = fontsAt === undefined ? [top] : readFonts(readIndex(table, fontsAt))
  const subroutines = fonts.map((font) => readSubroutines(table, font))
  const selectAt = top.get(KEY.fontOfGlyph)?.[0]
  const fontOf = selectAt === undefined || fontsAt === undefined ? () => 0 : readSelection(table.slice(selectAt), charStrings.count)
  return { table, charStrings, globalSubroutines, localSubroutines: (glyph) => subroutines[fontOf(glyph)] ?? null }
}

function readIndex(table: FontTable, at: number): CompactIndex {
  const count = table.u16(at)
  if (count === 0) {
    const none = () => {
      throw table.error("damaged", "an item of an empty index is asked for")
    }
    return { count, end: at + 2, item: none }
  }
  const size = table.u8(at + 2)
  if (size < 1 || size > 4) throw table.error("damaged", `offsets of ${size} bytes`)
  const data = at + 3 + (count + 1) * size - 1
  const offset = (index: number): number => {
    let value = 0
    for (let byte = 0; byte < size; byte++) value = value * 256 + table.u8(at + 3 + index * size + byte)
    return data + value
  }
  const item = (index: number): FontTable => {
    if (!(index >= 0 && index < count)) throw table.error("damaged", `item ${index} of an index of ${count}`)
    const start = offset(index)
    return table.slice(start, offset(index + 1) - start)
  }
  return { count, end: offset(count), item }
}

type Dictionary = ReadonlyMap<number, readonly number[]>

function readDictionary(data: FontTable): Dictionary {
  if (data.length > MAX_DICTIONARY_BYTES) throw data.error("limit", `a dictionary of ${data.length} bytes`)
  const entries = new Map<number, readonly number[]>()
  let operands: number[] = []
  for (let at = 0; at < data.length; ) {
    const byte = data.u8(at++)
    if (byte <= 21) {
      const key = byte === 12 ? 0x0c00 | data.u8(at++) : byte
      entries.set(key, operands)
      operands = []
    } else if (byte === 28) {
      operands.push(data.i16(at))
      at += 2
    } else if (byte === 29) {
      operands.push(data.i32(at))
      at += 4
    } else if (byte === 30) {
      at = behindReal(data, at)
      // No entry that is looked at has one.
      operands.push(Number.NaN)
    } else if (byte >= 32 && byte <= 246) operands.push(byte - 139)
    else if (byte >= 247 && byte <= 250) operands.push((byte - 247) * 256 + data.u8(at++) + 108)
    else if (byte >= 251 && byte <= 254) operands.push(-(byte - 251) * 256 - data.u8(at++) - 108)
    else throw data.error("damaged", `a dictionary has a ${byte}, which means nothing`)
  }
  return entries
}

/** Its digits are half bytes, the last of them 15. */
function behindReal(data: FontTable, at: number): number {
  for (let index = 0; index < MAX_REAL_BYTES; index++) if ((data.u8(at + index) & 0x0f) === 0x0f) return at + index + 1
  throw data.error("damaged", "a number without end")
}

function offsetOf(table: FontTable, dictionary: Dictionary, key: number): number {
  const offset = dictionary.get(key)?.at(-1)
  if (offset === undefined) throw table.error("damaged", `its dictionary has no entry ${key}`)
  return offset
}

function readFonts(index: CompactIndex): readonly Dictionary[] {
  return Array.from({ length: Math.min(index.count, MAX_FONTS) }, (_, font) => readDictionary(index.item(font)))
}

function readSubroutines(table: FontTable, font: Dictionary): CompactIndex | null {
  const [size, offset] = font.get(KEY.private) ?? []
  if (size === undefined || offset === undefined) return null
  const own = readDictionary(table.slice(offset, size)).get(KEY.subroutines)?.[0]
  return own === undefined ? null : readIndex(table, offset + own)
}

/** FDSelect: a byte for each glyph (format 0), or ranges (format 3). */
function readSelection(select: FontTable, glyphs: number): (glyph: number) => number {
  const format = select.u8(0)
  if (format === 0) return (glyph) => (glyph < glyphs ? select.u8(1 + glyph) : 0)
  if (format !== 3) throw select.error("unsupported", `fonts of glyphs in format ${format}`)
  const count = select.u16(1)
  return (glyph) => {
    let [low, high] = [0, count]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (select.u16(3 + middle * 3) > glyph) high = middle
      else low = middle + 1
    }
    return low === 0 ? 0 : select.u8(3 + (low - 1) * 3 + 2)
  }
}
