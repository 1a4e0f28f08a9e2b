import { DiscError } from "../../base/index.ts"

/** character_code of a text subtitle's stream attributes, libbluray `bluray.h`; as TextDecoder calls them. */
const ENCODINGS: ReadonlyMap<number, string> = new Map([
  [1, "utf-8"],
  [2, "utf-16be"],
  [3, "shift_jis"],
  [4, "euc-kr"],
  [5, "gb18030"],
  [6, "gbk"],
  [7, "big5"],
])

/** Turns a string's bytes into text; bytes that are no text become U+FFFD. @throws DiscError `unsupported` for a code that no specification names */
export function textDecoderOf(characterCode: number): (bytes: Uint8Array) => string {
  const encoding = ENCODINGS.get(characterCode)
  if (encoding === undefined) {
    throw new DiscError("unsupported", `text subtitles in character code ${characterCode} cannot be read; choose another subtitle`, {
      field: "character_code",
    })
  }
  const decoder = new TextDecoder(encoding)
  return (bytes) => decoder.decode(bytes)
}
