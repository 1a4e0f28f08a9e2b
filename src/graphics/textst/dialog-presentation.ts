import type { ByteReader } from "../../base/index.ts"
import type { PaletteEntry } from "../display-set/palette.ts"
import { type CharacterStyle, type FontStyle, type OutlineThickness, readFontStyle, readOutlineThickness } from "./dialog-style.ts"
import { readPaletteEntries } from "./palette-entries.ts"

/** What a region's text is made of, in reading order. A change holds until the next of its kind or `reset`, over line ends too. */
export type TextElement =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "font"; readonly fontIdRef: number }
  | {
      readonly type: "style"
      readonly style: FontStyle & Pick<CharacterStyle, "outlineColor"> & { readonly outlineThickness: OutlineThickness }
    }
  | { readonly type: "size"; readonly fontSize: number }
  | { readonly type: "colour"; readonly fontColor: number }
  | { readonly type: "line-break" }
  /** Back to the region style's own. */
  | { readonly type: "reset" }
  | { readonly type: "unknown"; readonly code: number; readonly bytes: Uint8Array }

export type DialogRegion = {
  /** It goes on from the dialog before without a moment between: what is shown does not blink. */
  readonly continuousPresent: boolean
  /** Shown even to a viewer who has switched subtitles off. */
  readonly forcedOn: boolean
  readonly regionStyleIdRef: number
  readonly elements: readonly TextElement[]
}

/** Dialog Presentation Segment: what is shown from `startPts` to `endPts` (90 kHz, the play item's clock). */
export type DialogPresentation = {
  readonly startPts: number
  readonly endPts: number
  /** Entries that stand in for the style's while this dialog is shown. */
  readonly paletteUpdate: readonly PaletteEntry[]
  readonly regions: readonly DialogRegion[]
}

/** Regions of a dialog, as in the specification and libbluray. */
const MAX_REGIONS = 2
const ESCAPE = 0x1b
const ELEMENT = { text: 1, font: 2, style: 3, size: 4, colour: 5, lineBreak: 0x0a, reset: 0x0b }
const PALETTE_UPDATE = 0x80
const CONTINUOUS_PRESENT = 0x80
const FORCED_ON = 0x40

/** Layout: libbluray `textst_decode.c`. `segment` is the segment's content; `decode` turns strings into text. @throws DiscError `damaged` */
export function parseDialogPresentation(segment: ByteReader, decode: (bytes: Uint8Array) => string): DialogPresentation {
  const startPts = readPts(segment, "dialog_start_PTS")
  const endPts = readPts(segment, "dialog_end_PTS")
  const hasUpdate = (segment.u8("palette_update_flag") & PALETTE_UPDATE) !== 0
  const paletteUpdate = hasUpdate ? readPaletteEntries(segment) : []
  const count = segment.u8("number_of_regions")
  if (count > MAX_REGIONS) throw segment.error("damaged", "number_of_regions", `a dialog has ${count} regions; ${MAX_REGIONS} are the most`)
  const regions = Array.from({ length: count }, () => readRegion(segment, decode))
  return { startPts, endPts, paletteUpdate, regions }
}

/** Seven reserved bits and 33 of time. */
function readPts(segment: ByteReader, field: string): number {
  return (segment.u8(field) & 1) * 2 ** 32 + segment.u32(field)
}

function readRegion(segment: ByteReader, decode: (bytes: Uint8Array) => string): DialogRegion {
  const flags = segment.u8("continuous_present_flag, forced_on_flag")
  const regionStyleIdRef = segment.u8("region_style_id_ref")
  const body = segment.window(segment.u16("region_subtitle.length"), "region_subtitle")
  const elements: TextElement[] = []
  while (body.remaining > 0) {
    // libbluray, too, goes on at the next escape.
    if (body.u8("escape_code") !== ESCAPE) continue
    const code = body.u8("data_type")
    elements.push(readElement(code, body.window(body.u8("data_length"), "data"), decode))
  }
  return {
    continuousPresent: (flags & CONTINUOUS_PRESENT) !== 0,
    forcedOn: (flags & FORCED_ON) !== 0,
    regionStyleIdRef,
    elements,
  }
}

function readElement(code: number, data: ByteReader, decode: (bytes: Uint8Array) => string): TextElement {
  switch (code) {
    case ELEMENT.text:
      return { type: "text", text: decode(data.bytes(data.length, "char_data_byte")) }
    case ELEMENT.font:
      return { type: "font", fontIdRef: data.u8("font_id_ref") }
    case ELEMENT.style:
      return {
        type: "style",
        style: { ...readFontStyle(data), outlineColor: data.u8("outline_color"), outlineThickness: readOutlineThickness(data) },
      }
    case ELEMENT.size:
      return { type: "size", fontSize: data.u8("font_size") }
    case ELEMENT.colour:
      return { type: "colour", fontColor: data.u8("font_color") }
    case ELEMENT.lineBreak:
      return { type: "line-break" }
    case ELEMENT.reset:
      return { type: "reset" }
    default:
      return { type: "unknown", code, bytes: data.bytes(data.length, "data") }
  }
}

/** The words of a dialog, line by line, without how they look. */
export function dialogLines({ regions }: Pick<DialogPresentation, "regions">): readonly string[] {
  return regions.flatMap(({ elements }) => {
    const text = elements.map((element) => (element.type === "text" ? element.text : element.type === "line-break" ? "\n" : "")).join("")
    return text.split("\n").filter((line) => line.trim() !== "")
  })
}
