/** Code 0x7f, and what a character that fails parity is shown as (47 CFR 15.119 (j)(1)). */
export const SOLID_BLOCK = "\u2588"

/** Where the basic set, 0x20 to 0x7f, is not ASCII (CTA-608-E table 50). */
const BASIC_EXCEPTIONS: Readonly<Record<number, string>> = {
  39: "\u2019",
  42: "á",
  92: "é",
  94: "í",
  95: "ó",
  96: "ú",
  123: "ç",
  124: "÷",
  125: "Ñ",
  126: "ñ",
  127: SOLID_BLOCK,
}

/** Second byte 0x30 to 0x3f behind 0x11 (CTA-608-E table 49); 0x39 is the transparent space. */
const SPECIAL = "®°½¿™¢£♪à\u00a0èâêîôû"

/** Second byte 0x20 to 0x3f behind 0x12 and 0x13 (CTA-608-E tables 5 to 10). */
const EXTENDED: readonly [spanishAndFrench: string, portugueseGermanDanish: string] = [
  "ÁÉÓÚÜü\u2018¡*'\u2014©\u2120\u2022\u201c\u201dÀÂÇÈÊËëÎÏïÔÙùÛ«»",
  "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘",
]

/** @param code 0x20 to 0x7f */
export function basicCharacter(code: number): string {
  return BASIC_EXCEPTIONS[code] ?? String.fromCharCode(code)
}

/** @param code 0x30 to 0x3f */
export function specialCharacter(code: number): string {
  return SPECIAL[code - 0x30] ?? SOLID_BLOCK
}

/** @param set the first byte, 0x12 or 0x13; @param code 0x20 to 0x3f */
export function extendedCharacter(set: number, code: number): string {
  return EXTENDED[set === 0x12 ? 0 : 1][code - 0x20] ?? SOLID_BLOCK
}
