import type { ByteReader } from "../../base/index.ts"
import { readLanguageCode } from "./language-code.ts"

/** Six bytes. Layout: libdvdread `subp_attr_t`. */
export type SubpictureAttributes = {
  readonly codingMode: "run-length" | "other"
  /** ISO 639-1, lower case; null where the field states none. */
  readonly language: string | null
  readonly codeExtension: SubpictureCodeExtension
  /** The fields as the disc has them. */
  readonly raw: { readonly codingMode: number; readonly languageType: number; readonly codeExtension: number }
}

/** What a sub-picture stream is for. `other` keeps its number in `raw.codeExtension`. */
export type SubpictureCodeExtension =
  | "none"
  | "normal"
  | "large"
  | "children"
  | "normal-captions"
  | "large-captions"
  | "children-captions"
  | "forced"
  | "director"
  | "large-director"
  | "children-director"
  | "other"

/** By number; null is reserved. libdvdread `ifo_print_subp_attributes`. */
const CODE_EXTENSIONS: readonly (SubpictureCodeExtension | null)[] = [
  "none",
  "normal",
  "large",
  "children",
  null,
  "normal-captions",
  "large-captions",
  "children-captions",
  null,
  "forced",
  null,
  null,
  null,
  "director",
  "large-director",
  "children-director",
]

export function readSubpictureAttributes(reader: ByteReader, field: string): SubpictureAttributes {
  const first = reader.u8(field)
  reader.skip(1, field)
  const language = readLanguageCode(reader, field)
  reader.skip(1, field)
  const codeExtension = reader.u8(field)
  return {
    codingMode: first >> 5 === 0 ? "run-length" : "other",
    language,
    codeExtension: CODE_EXTENSIONS[codeExtension] ?? "other",
    raw: { codingMode: first >> 5, languageType: first & 3, codeExtension },
  }
}
