import type { ByteReader } from "../../base/index.ts"
import type { PaletteEntry } from "../display-set/palette.ts"
import { readPaletteEntries } from "./palette-entries.ts"

/** In pixels: a region's on the plane, a text box's in its region. */
export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** How the next character and the next line follow. */
export type TextFlow = "left-to-right" | "right-to-left" | "top-to-bottom"
export type HorizontalAlignment = "left" | "centre" | "right"
export type VerticalAlignment = "top" | "middle" | "bottom"
export type OutlineThickness = "thin" | "medium" | "thick"

/** font_style; `outline` says whether there is one. */
export type FontStyle = { readonly bold: boolean; readonly italic: boolean; readonly outline: boolean }

/** How characters look. Colours are entries of the palette. */
export type CharacterStyle = FontStyle & {
  /** Place of the font in the clip's table of fonts, from 0. */
  readonly fontIdRef: number
  /** Pixels of an em. */
  readonly fontSize: number
  readonly fontColor: number
  readonly outlineColor: number
  readonly outlineThickness: OutlineThickness
}

/** region_style(): a place on the plane and how text stands in it. */
export type RegionStyle = {
  readonly regionStyleId: number
  readonly region: Rectangle
  readonly backgroundColor: number
  readonly textBox: Rectangle
  readonly textFlow: TextFlow
  readonly horizontalAlignment: HorizontalAlignment
  readonly verticalAlignment: VerticalAlignment
  /** Pixels from one line's baseline to the next one's. */
  readonly lineSpace: number
  readonly characters: CharacterStyle
}

/** user_changeable_style(): what a viewer may ask for instead, as differences from each region style, in pixels. */
export type UserStyle = {
  readonly userStyleId: number
  readonly regionHorizontalDelta: number
  readonly regionVerticalDelta: number
  readonly textBoxHorizontalDelta: number
  readonly textBoxVerticalDelta: number
  readonly textBoxWidthDelta: number
  readonly textBoxHeightDelta: number
  readonly fontSizeDelta: number
  readonly lineSpaceDelta: number
}

/** Dialog Style Segment: the first of a text subtitle stream, for all of it. */
export type DialogStyle = {
  /** The player may show text in styles of its own. */
  readonly playerStyleFlag: boolean
  readonly regionStyles: readonly RegionStyle[]
  readonly userStyles: readonly UserStyle[]
  readonly palette: readonly PaletteEntry[]
  /** Dialog presentation segments of the stream. */
  readonly numberOfDialogs: number
}

const REGION_STYLE_SIZE = 29
const USER_STYLE_SIZE = 15

/** Layout: libbluray `textst_decode.c` and `graphics_processor.c`. `segment` is the segment's content. @throws DiscError `damaged` */
export function parseDialogStyle(segment: ByteReader): DialogStyle {
  const playerStyleFlag = segment.u8("player_style_flag") >> 7 === 1
  segment.skip(1, "reserved")
  const regionStyleCount = segment.u8("number_of_region_styles")
  const userStyleCount = segment.u8("number_of_user_styles")
  const regionStyles = segment.list(regionStyleCount, REGION_STYLE_SIZE, "region_style", readRegionStyle)
  const userStyles = segment.list(userStyleCount, USER_STYLE_SIZE, "user_style", readUserStyle)
  const palette = readPaletteEntries(segment)
  return { playerStyleFlag, regionStyles, userStyles, palette, numberOfDialogs: segment.u16("number_of_dialogs") }
}

function readRegionStyle(item: ByteReader): RegionStyle {
  const regionStyleId = item.u8("region_style_id")
  const region = readRectangle(item, "region")
  const backgroundColor = item.u8("background_color")
  item.skip(1, "reserved")
  const textBox = readRectangle(item, "text_box")
  const textFlow = readTextFlow(item)
  const horizontalAlignment = readHorizontalAlignment(item)
  const verticalAlignment = readVerticalAlignment(item)
  const lineSpace = item.u8("line_space")
  const fontIdRef = item.u8("font_id_ref")
  const fontStyle = readFontStyle(item)
  const fontSize = item.u8("font_size")
  const fontColor = item.u8("font_color")
  const outlineColor = item.u8("outline_color")
  const outlineThickness = readOutlineThickness(item)
  const characters = { ...fontStyle, fontIdRef, fontSize, fontColor, outlineColor, outlineThickness }
  return { regionStyleId, region, backgroundColor, textBox, textFlow, horizontalAlignment, verticalAlignment, lineSpace, characters }
}

function readUserStyle(item: ByteReader): UserStyle {
  return {
    userStyleId: item.u8("user_style_id"),
    regionHorizontalDelta: signed(item.u16("region_horizontal_position_direction"), 15),
    regionVerticalDelta: signed(item.u16("region_vertical_position_direction"), 15),
    textBoxHorizontalDelta: signed(item.u16("text_box_horizontal_position_direction"), 15),
    textBoxVerticalDelta: signed(item.u16("text_box_vertical_position_direction"), 15),
    textBoxWidthDelta: signed(item.u16("text_box_width_change"), 15),
    textBoxHeightDelta: signed(item.u16("text_box_height_change"), 15),
    fontSizeDelta: signed(item.u8("font_size_change"), 7),
    lineSpaceDelta: signed(item.u8("line_space_change"), 7),
  }
}

/** A sign bit and `bits` bits of size; no number is minus zero. */
function signed(value: number, bits: number): number {
  const size = value & ((1 << bits) - 1)
  return value >> bits === 1 && size > 0 ? -size : size
}

function readRectangle(item: ByteReader, field: string): Rectangle {
  return {
    x: item.u16(`${field}_horizontal_position`),
    y: item.u16(`${field}_vertical_position`),
    width: item.u16(`${field}_width`),
    height: item.u16(`${field}_height`),
  }
}

/** One byte: bit 0 bold, bit 1 italic, bit 2 outline. */
export function readFontStyle(item: ByteReader): FontStyle {
  const flags = item.u8("font_style")
  return { bold: (flags & 1) !== 0, italic: (flags & 2) !== 0, outline: (flags & 4) !== 0 }
}

/** Values that no specification names are taken as libbluray takes them: as the first. */
export function readOutlineThickness(item: ByteReader): OutlineThickness {
  const value = item.u8("outline_thickness")
  return value === 3 ? "thick" : value === 2 ? "medium" : "thin"
}

function readTextFlow(item: ByteReader): TextFlow {
  const value = item.u8("text_flow")
  return value === 3 ? "top-to-bottom" : value === 2 ? "right-to-left" : "left-to-right"
}

function readHorizontalAlignment(item: ByteReader): HorizontalAlignment {
  const value = item.u8("text_horizontal_alignment")
  return value === 3 ? "right" : value === 2 ? "centre" : "left"
}

function readVerticalAlignment(item: ByteReader): VerticalAlignment {
  const value = item.u8("text_vertical_alignment")
  return value === 3 ? "bottom" : value === 2 ? "middle" : "top"
}
