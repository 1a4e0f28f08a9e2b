/** Codes that stand for no language. DVD authoring tools write `xx`. */
const NONE = new Set(["xx", "zz", "und", "mis"])

/**
 * BCP 47 tag of a language code as a disc has it: ISO 639-1 (DVD), ISO 639-2 bibliographic or terminologic (Blu-ray), case ignored.
 * `ger` and `deu` give `de`; withdrawn codes give their successors (`iw` he, `in` id, `ji` yi, `mo` ro, `sh` sr-Latn). null: no language.
 * The mapping is the Unicode CLDR alias data that ECMA-402 has every engine carry.
 */
export function languageTag(code: string | null): string | null {
  if (code === null || !/^[a-z]{2,3}$/i.test(code)) return null
  if (NONE.has(code.toLowerCase())) return null
  return Intl.getCanonicalLocales(code)[0] ?? null
}
