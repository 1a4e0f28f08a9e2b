import { extendedCharacter, specialCharacter } from "./characters.ts"

export type CaptionColour = "white" | "green" | "blue" | "cyan" | "red" | "yellow" | "magenta" | "black"

/** One control code of line 21, or a character of two bytes. */
export type CaptionCode =
  /** Preamble address code: row and column from 1, and how text from there on looks. */
  | {
      readonly op: "preamble-address"
      readonly row: number
      readonly column: number
      readonly colour: CaptionColour
      readonly italics: boolean
      readonly underline: boolean
    }
  /** `colour` null: italics, in the colour so far. */
  | { readonly op: "mid-row"; readonly colour: CaptionColour | null; readonly underline: boolean }
  | { readonly op: "background"; readonly colour: CaptionColour | null; readonly opacity: CaptionOpacity }
  | { readonly op: "black"; readonly underline: boolean }
  | { readonly op: "special"; readonly text: string }
  /** Takes the place of the character before it, which is for decoders that have no such character. */
  | { readonly op: "extended"; readonly text: string }
  | { readonly op: "tab-offset"; readonly columns: number }
  | { readonly op: "roll-up"; readonly rows: number }
  | { readonly op: Miscellaneous }
  | { readonly op: "unknown" }

export type CaptionOpacity = "opaque" | "translucent" | "transparent"

type Miscellaneous =
  | "resume-caption-loading"
  | "backspace"
  | "delete-to-end-of-row"
  | "flash-on"
  | "resume-direct-captioning"
  | "text-restart"
  | "resume-text-display"
  | "erase-displayed-memory"
  | "carriage-return"
  | "erase-non-displayed-memory"
  | "end-of-caption"
  | "transparent-space"

/** By three bits; the last is italics where there are seven colours and black where there are eight. */
const COLOURS: readonly CaptionColour[] = ["white", "green", "blue", "cyan", "red", "yellow", "magenta", "black"]
const ITALICS = 7

/** By the first byte's three low bits and the second's bit 5; 0x10 has one row. */
const ROWS = [11, 11, 1, 2, 3, 4, 12, 13, 14, 15, 5, 6, 7, 8, 9, 10]

const MISCELLANEOUS: readonly (Miscellaneous | null)[] = [
  "resume-caption-loading",
  "backspace",
  // Formerly alarm off and alarm on.
  ...[null, null],
  "delete-to-end-of-row",
  ...[null, null, null],
  "flash-on",
  "resume-direct-captioning",
  "text-restart",
  "resume-text-display",
  "erase-displayed-memory",
  "carriage-return",
  "erase-non-displayed-memory",
  "end-of-caption",
]

/**
 * A control code of either data channel. Layout: 47 CFR 15.119 (d) to (i), CTA-608-E 6.2 to 6.4 and annex F.
 * @param first 0x10 to 0x1f without parity; bit 3 is the data channel and does not matter here
 * @param second 0x20 to 0x7f without parity
 */
export function decodeCaptionCode(first: number, second: number): CaptionCode {
  const group = first & 7
  if (second >= 0x40) return group === 0 && second >= 0x60 ? { op: "unknown" } : preambleAddress(group, second)
  const low = second & 0x0f
  const underline = (second & 1) !== 0
  const colour = COLOURS[low >> 1] ?? "white"
  if (group === 2 || group === 3) return { op: "extended", text: extendedCharacter(0x10 + group, second) }
  if (second >= 0x30) {
    if (group !== 1) return { op: "unknown" }
    return second === 0x39 ? { op: "transparent-space" } : { op: "special", text: specialCharacter(second) }
  }
  switch (group) {
    case 0:
      return { op: "background", colour, opacity: underline ? "translucent" : "opaque" }
    case 1:
      return { op: "mid-row", colour: low >> 1 === ITALICS ? null : colour, underline }
    case 4:
    // The same in field 2.
    case 5:
      return miscellaneous(low)
    case 7:
      return extendedControl(low)
    default:
      return { op: "unknown" }
  }
}

function preambleAddress(group: number, second: number): CaptionCode {
  const row = ROWS[group * 2 + ((second >> 5) & 1)] ?? 15
  const underline = (second & 1) !== 0
  const value = (second >> 1) & 7
  const plain = { op: "preamble-address", row, colour: "white", italics: false, underline } as const
  if ((second & 0x10) !== 0) return { ...plain, column: 1 + value * 4 }
  if (value === ITALICS) return { ...plain, column: 1, italics: true }
  return { ...plain, column: 1, colour: COLOURS[value] ?? "white" }
}

function miscellaneous(low: number): CaptionCode {
  if (low >= 5 && low <= 7) return { op: "roll-up", rows: low - 3 }
  const op = MISCELLANEOUS[low] ?? null
  return op === null ? { op: "unknown" } : { op }
}

function extendedControl(low: number): CaptionCode {
  if (low >= 1 && low <= 3) return { op: "tab-offset", columns: low }
  if (low === 0xd) return { op: "background", colour: null, opacity: "transparent" }
  // The others choose character sets of other countries.
  return low >= 0xe ? { op: "black", underline: low === 0xf } : { op: "unknown" }
}
