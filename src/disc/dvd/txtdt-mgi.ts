import type { ByteReader } from "../../base/index.ts"
import { readLanguageCode } from "./language-code.ts"

/** Text data: names of the volume, of titles and of chapters, by language. Few discs have it. */
export type TxtdtMgi = {
  /** Identifier of the text data, up to 12 characters. */
  readonly textId: string
  readonly languageUnits: readonly TextLanguageUnit[]
}

export type TextLanguageUnit = {
  readonly language: string | null
  readonly characterSet: CharacterSet
  readonly items: readonly TextItem[]
}

type CharacterSet = "unicode" | "iso-646" | "jis" | "iso-8859-1" | "shift-jis" | "unknown"

/**
 * In the disc's order: a structure item (volume, title 1, its parts, title 2, ...) and the contents that belong to it.
 * `content` is 0x30 for the name; other numbers (performer, comment, ...) are kept as they are.
 */
export type TextItem =
  | {
      readonly type: "structure"
      readonly level: "volume" | "title" | "parent" | "part" | "cell" | "stream" | "other"
      readonly code: number
    }
  | { readonly type: "content"; readonly code: number; readonly text: string }

const CHARACTER_SETS: Readonly<Record<number, CharacterSet>> = { 0: "unicode", 1: "iso-646", 16: "jis", 17: "iso-8859-1", 18: "shift-jis" }
const LEVELS = { 1: "volume", 2: "title", 3: "parent", 4: "part", 5: "cell", 6: "stream" } as const
/** Codes below it say what the next contents are about. */
const FIRST_CONTENT_CODE = 0x30
export const TEXT_GENERAL_NAME = 0x30

const LANGUAGE_UNIT_POINTER_SIZE = 8
/** One unit for each language a disc is sold in; a table that says more is broken. */
const MAX_LANGUAGES = 99
/** Length of the unit, and the 100 start addresses of the volume's and the titles' items, which the items' order says again. */
const ITEMS_OFFSET = 4 + 200
/** Texts end with a tab; one that does not is cut here. */
const MAX_TEXT_BYTES = 1024
/** Titles of a series share a text or two; overlapping texts could make megabytes of a table of 64 KiB. */
const MAX_SHARING = 4
const END_OF_TEXT = 0x09

/**
 * TXTDT_MGI. No public specification; head: libdvdread `txtdt_mgi_t`, `txtdt_lu_t`; items: a count, then four bytes each
 * (code, reserved, offset of the text from the count; 0: no text), as two independent readers made from disc dumps have them.
 */
export function parseTxtdtMgi(table: ByteReader): TxtdtMgi {
  const textId = table.ascii(12, "textId").replace(/[\0 ]+$/, "")
  table.skip(2, "reserved")
  const count = table.u16("nrOfLanguageUnits")
  if (count > MAX_LANGUAGES) throw table.error("damaged", "nrOfLanguageUnits", `${count} language units`)
  table.skip(4, "lastByte")
  const languageUnits = table.list(count, LANGUAGE_UNIT_POINTER_SIZE, "languageUnits", (item) => {
    const language = readLanguageCode(item, "languageCode")
    item.skip(1, "reserved")
    const characterSet = CHARACTER_SETS[item.u8("characterSet")] ?? "unknown"
    const unit = table.from(item.u32("txtdtStartByte"), "txtdtStartByte")
    return { language, characterSet, items: parseItems(unit.from(ITEMS_OFFSET, "items"), characterSet) }
  })
  return { textId, languageUnits }
}

function parseItems(area: ByteReader, characterSet: CharacterSet): TextItem[] {
  const count = area.u16("nrOfItems")
  area.skip(2, "reserved")
  // Texts may be shared, but not so often that a small table becomes a large value.
  let bytesLeft = MAX_SHARING * area.length
  return area.list(count, 4, "items", (item) => {
    const code = item.u8("itemCode")
    item.skip(1, "reserved")
    const offset = item.u16("textOffset")
    if (code < FIRST_CONTENT_CODE) return { type: "structure", level: levelOf(code), code }
    const text = offset === 0 ? "" : readText(area.from(offset, "textOffset"), characterSet)
    bytesLeft -= text.length
    if (bytesLeft < 0) throw item.error("damaged", "textOffset", "the texts overlap one another")
    return { type: "content", code, text }
  })
}

const levelOf = (code: number) => LEVELS[code as keyof typeof LEVELS] ?? "other"

function readText(from: ByteReader, characterSet: CharacterSet): string {
  const bytes = from.bytes(Math.min(MAX_TEXT_BYTES, from.remaining), "text")
  const wide = characterSet === "unicode"
  let end = 0
  const step = wide ? 2 : 1
  while (end + step <= bytes.length && !isEnd(bytes, end, wide)) end += step
  return new TextDecoder(DECODERS[characterSet]).decode(bytes.subarray(0, end)).trim()
}

/** Labels of the Encoding standard; its `iso-8859-1` and `ascii` are windows-1252, which differs only in control characters. */
const DECODERS: Readonly<Record<CharacterSet, string>> = {
  unicode: "utf-16be",
  "iso-646": "ascii",
  jis: "shift_jis",
  "iso-8859-1": "iso-8859-1",
  "shift-jis": "shift_jis",
  unknown: "ascii",
}

function isEnd(bytes: Uint8Array, at: number, wide: boolean): boolean {
  const value = wide ? ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0) : bytes[at]
  return value === END_OF_TEXT || value === 0
}
