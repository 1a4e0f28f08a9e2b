import { DiscError, type Warnings } from "../../base/index.ts"
import type { Bitmap, PlanePicture } from "../bitmap.ts"
import { rgbaPalette } from "../display-set/palette.ts"
import { fillPolygons, type Polygon, strokePolygons } from "./coverage.ts"
import type { DialogPresentation, DialogRegion } from "./dialog-presentation.ts"
import type { CharacterStyle, DialogStyle, OutlineThickness, Rectangle, RegionStyle } from "./dialog-style.ts"
import type { Font } from "./font/font.ts"
import { BOLD_STRENGTH, layOutText, type PlacedGlyph } from "./layout.ts"
import { Shades } from "./shades.ts"

/** Text subtitles have this plane, whatever the film's size. */
const PLANE_WIDTH = 1920
const PLANE_HEIGHT = 1080
/** Lines of all outlines of a region: two hundred ideographs. */
const MAX_LINES = 100_000
/** Pixels looked at for the edges of a region's letters: a hundred times those of the plane would take seconds. */
const MAX_STROKE_WORK = 20_000_000
/** Different looks (colours, edge, weight) of one region, each of which takes a picture of its own while it is drawn. */
const MAX_LOOKS = 32
/** By which letters lean that have to be made italic: the tangent of 12 degrees, as FreeType has it. */
const SLANT = 0.2126
/** Width of an edge as a part of an em. The specification leaves it to the player. */
const EDGE: Readonly<Record<OutlineThickness, number>> = { thin: 1 / 28, medium: 1 / 18, thick: 1 / 12 }
const MIN_EDGE = 1

/** Where a dialog's text comes from, and where what is wrong with it goes. */
export type DialogOptions = {
  /** In the order of the clip's table of fonts; null: cannot be used. One of them must not be null, or no text is drawn. */
  readonly fonts: readonly (Font | null)[]
  readonly warnings: Warnings
  /** What warnings name. */
  readonly path: string
}

/** What the plane shows during a dialog; `forcedPicture`: what of it a viewer sees who has switched subtitles off, null for nothing. */
export type DialogPicture = { readonly picture: PlanePicture; readonly forcedPicture: PlanePicture | null }

/**
 * Draws a dialog: a bitmap for each region, as wide and high as the region. Text from top to bottom is not drawn (warning `text-subtitle-flow`), nor are letters
 * whose outlines are damaged (`text-subtitle-glyph`) or regions of a style that is not there (`text-subtitle-style`).
 */
export function renderDialog(style: DialogStyle, dialog: DialogPresentation, options: DialogOptions): DialogPicture {
  const palette = rgbaPalette([...style.palette, ...dialog.paletteUpdate], PLANE_HEIGHT)
  const drawn = dialog.regions.flatMap((region) => {
    const regionStyle = style.regionStyles.find(({ regionStyleId }) => regionStyleId === region.regionStyleIdRef)
    if (regionStyle === undefined) {
      const message = `a dialog is in region style ${region.regionStyleIdRef}, which is not there`
      options.warnings.add("text-subtitle-style", message, { path: options.path })
      return []
    }
    const bitmap = drawRegion(region, regionStyle, palette, options)
    return bitmap === null ? [] : [{ bitmap, forced: region.forcedOn }]
  })
  const plane = { planeWidth: PLANE_WIDTH, planeHeight: PLANE_HEIGHT }
  const forced = drawn.filter((region) => region.forced)
  return {
    picture: { ...plane, bitmaps: drawn.map(({ bitmap }) => bitmap) },
    forcedPicture: forced.length === 0 ? null : { ...plane, bitmaps: forced.map(({ bitmap }) => bitmap) },
  }
}

function drawRegion(region: DialogRegion, style: RegionStyle, palette: Uint8Array, options: DialogOptions): Bitmap | null {
  const place = intersection(style.region, { x: 0, y: 0, width: PLANE_WIDTH, height: PLANE_HEIGHT })
  if (place === null) return null
  if (style.textFlow === "top-to-bottom") {
    options.warnings.add("text-subtitle-flow", "text from top to bottom is not supported; it is left out", { path: options.path })
    return null
  }
  const looks = groupLooks(layOutText(region.elements, style, options.fonts))
  const shades = new Shades(colourAt(palette, style.backgroundColor), countRamps(looks))
  const indices = new Uint8Array(place.width * place.height)
  const box = { ...style.textBox, x: style.textBox.x + style.region.x, y: style.textBox.y + style.region.y }
  const shown = intersection(place, box)
  if (shown !== null) drawText({ looks, style, palette, shades, indices, place, box, shown, options })
  return { ...place, indices, palette: shades.palette }
}

type Look = { readonly style: CharacterStyle; readonly glyphs: PlacedGlyph[] }

/** Characters that are drawn alike, in the order of their first. */
function groupLooks(glyphs: readonly PlacedGlyph[]): readonly Look[] {
  const looks = new Map<string, Look>()
  for (const glyph of glyphs) {
    const { bold, outline, fontColor, outlineColor, outlineThickness, fontSize } = glyph.style
    const key = `${fontColor} ${bold} ${fontSize} ${outline ? `${outlineColor} ${outlineThickness}` : ""}`
    const known = looks.get(key) ?? (looks.size < MAX_LOOKS ? null : looks.values().next().value) ?? null
    if (known === null) looks.set(key, { style: glyph.style, glyphs: [glyph] })
    else known.glyphs.push(glyph)
  }
  return [...looks.values()]
}

/** From the background to a letter's edge and from there to the letter, or to the letter at once. */
function countRamps(looks: readonly Look[]): number {
  const ramps = looks.flatMap(({ style: { outline, fontColor, outlineColor } }) =>
    outline ? [`edge ${outlineColor}`, `${outlineColor} ${fontColor}`] : [`edge ${fontColor}`],
  )
  return new Set(ramps).size
}

type Drawing = {
  readonly looks: readonly Look[]
  readonly style: RegionStyle
  readonly palette: Uint8Array
  readonly shades: Shades
  /** Of `place`. */
  readonly indices: Uint8Array
  /** On the plane: the region, its text box, and what of the box is in the region. */
  readonly place: Rectangle
  readonly box: Rectangle
  readonly shown: Rectangle
  readonly options: DialogOptions
}

function drawText(drawing: Drawing): void {
  const { looks, shown } = drawing
  const budget = { lines: MAX_LINES, work: MAX_STROKE_WORK }
  for (const { style, glyphs } of looks) {
    const boldRadius = style.bold ? (style.fontSize * BOLD_STRENGTH) / 2 : 0
    const width = style.outline ? Math.max(MIN_EDGE, style.fontSize * EDGE[style.outlineThickness]) : 0
    const drawn = glyphs.map((glyph) => ({ isBold: style.bold && !glyph.font.isBold, polygons: polygonsOf(drawing, glyph, budget) }))
    // Only what the look touches is drawn: a line of text, not the plane.
    const area = intersection(
      shown,
      boundsOf(
        drawn.flatMap(({ polygons }) => polygons),
        boldRadius + width + 1,
      ),
    )
    if (area === null) continue
    const moved = (wanted: boolean) =>
      drawn.flatMap(({ isBold, polygons }) => (isBold === wanted ? polygons.map((points) => relativeTo(area, points)) : []))
    const [bold, plain] = [moved(true), moved(false)]
    const fill = fillPolygons([...bold, ...plain], area.width, area.height)
    budget.work = strokePolygons(fill, bold, boldRadius, budget.work)
    if (!style.outline) {
      compose(drawing, style, area, fill.values, null)
      continue
    }
    const edge = { ...fill, values: fill.values.slice() }
    budget.work = strokePolygons(edge, plain, width, budget.work)
    budget.work = strokePolygons(edge, bold, width + boldRadius, budget.work)
    compose(drawing, style, area, fill.values, edge.values)
  }
  if (budget.lines < 0 || budget.work === 0) {
    const { warnings, path } = drawing.options
    warnings.add("text-subtitle-limit", "a region's text is more than any disc has; a part of it is left out", { path })
  }
}

function boundsOf(polygons: readonly Polygon[], margin: number): Rectangle {
  let [left, top, right, bottom] = [PLANE_WIDTH, PLANE_HEIGHT, 0, 0]
  for (const points of polygons) {
    for (let at = 0; at < points.length; at += 2) {
      const [x = 0, y = 0] = [points[at], points[at + 1]]
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  }
  const [x, y] = [Math.floor(left - margin), Math.floor(top - margin)]
  return { x, y, width: Math.ceil(right + margin) - x, height: Math.ceil(bottom + margin) - y }
}

const relativeTo = ({ x, y }: Rectangle, points: Polygon): Polygon => points.map((value, at) => value - (at % 2 === 0 ? x : y))

/** A glyph's outline in pixels of the plane. */
function polygonsOf(
  { box, options }: Drawing,
  { font, glyph, x, baseline, style }: PlacedGlyph,
  budget: { lines: number },
): readonly Polygon[] {
  const scale = style.fontSize / font.unitsPerEm
  const slant = style.italic && !font.isItalic ? SLANT : 0
  const [left, top] = [box.x + x, box.y + baseline]
  let polygons: readonly Polygon[]
  try {
    polygons = font.outlineOf(glyph)
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    options.warnings.add("text-subtitle-glyph", error.message, error.place)
    return []
  }
  budget.lines -= polygons.reduce((sum, { length }) => sum + length / 2, 0)
  if (budget.lines < 0) return []
  return polygons.map((points) =>
    points.map((value, at) => (at % 2 === 0 ? left + (value + slant * (points[at + 1] ?? 0)) * scale : top - value * scale)),
  )
}

/** Draws one look into the region; what is barely touched stays what it is where other letters are. */
function compose(drawing: Drawing, style: CharacterStyle, area: Rectangle, fill: Float32Array, edge: Float32Array | null): void {
  const { palette, shades, indices, place } = drawing
  const background = colourAt(palette, drawing.style.backgroundColor)
  const letter = colourAt(palette, style.fontColor)
  const around = edge === null ? background : colourAt(palette, style.outlineColor)
  const inner = shades.ramp(around, letter)
  const outer = edge === null ? inner : shades.ramp(background, around)
  for (let row = 0; row < area.height; row++) {
    const to = (area.y - place.y + row) * place.width + area.x - place.x
    for (let column = 0; column < area.width; column++) {
      const covered = fill[row * area.width + column] ?? 0
      const reached = edge === null ? covered : (edge[row * area.width + column] ?? 0)
      if (reached < 0.5 && indices[to + column] !== 0) continue
      const index = inner.indexOf(covered) ?? (edge === null ? null : outer.indexOf(reached))
      if (index !== null) indices[to + column] = index
    }
  }
}

function colourAt(palette: Uint8Array, index: number): readonly [number, number, number, number] {
  const at = index * 4
  return [palette[at] ?? 0, palette[at + 1] ?? 0, palette[at + 2] ?? 0, palette[at + 3] ?? 0]
}

function intersection(a: Rectangle, b: Rectangle): Rectangle | null {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)]
  const width = Math.min(a.x + a.width, b.x + b.width) - x
  const height = Math.min(a.y + a.height, b.y + b.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}
