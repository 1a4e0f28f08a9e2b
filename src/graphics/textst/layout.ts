import type { TextElement } from "./dialog-presentation.ts"
import type { CharacterStyle, RegionStyle } from "./dialog-style.ts"
import type { Font } from "./font/font.ts"

/** A character in its place: where its baseline begins, in pixels of the text box, y downwards. */
export type PlacedGlyph = {
  readonly font: Font
  readonly glyph: number
  readonly x: number
  readonly baseline: number
  readonly style: CharacterStyle
}

/** Characters of a region: a screen full of the smallest text that can be read. More are left out. */
export const MAX_CHARACTERS = 4000
/** Of an em, by which a font grows that has to be made bold; FreeType does the same. */
export const BOLD_STRENGTH = 1 / 24

type Character = { readonly font: Font; readonly glyph: number; readonly style: CharacterStyle; readonly advance: number }
type Line = { readonly characters: Character[]; readonly width: number; readonly ascent: number }

/**
 * Puts a region's text in its place. Lines are `lineSpace` apart from baseline to baseline, the first one's is the font's ascender below the top, as libbluray
 * has it. What is too wide runs out of the box: the author breaks lines.
 */
export function layOutText(elements: readonly TextElement[], style: RegionStyle, fonts: readonly (Font | null)[]): readonly PlacedGlyph[] {
  const lines = measureLines(elements, style.characters, fonts)
  const { textBox, lineSpace, horizontalAlignment, verticalAlignment, textFlow } = style
  const free = textBox.height - lines.length * lineSpace
  const top = verticalAlignment === "bottom" ? free : verticalAlignment === "middle" ? Math.trunc(free / 2) : 0
  return lines.flatMap(({ characters, width, ascent }, index) => {
    const room = textBox.width - width
    const left = horizontalAlignment === "right" ? room : horizontalAlignment === "centre" ? room / 2 : 0
    const baseline = top + index * lineSpace + ascent
    let x = Math.floor(textFlow === "right-to-left" ? left + width : left)
    return characters.map(({ font, glyph, style: own, advance }) => {
      if (textFlow === "right-to-left") x -= advance
      const placed = { font, glyph, x, baseline, style: own }
      if (textFlow !== "right-to-left") x += advance
      return placed
    })
  })
}

function measureLines(elements: readonly TextElement[], base: CharacterStyle, fonts: readonly (Font | null)[]): readonly Line[] {
  const lines: Character[][] = [[]]
  let style = base
  let room = MAX_CHARACTERS
  for (const element of elements) {
    switch (element.type) {
      case "text": {
        const characters = charactersOf(element.text.slice(0, room), style, fonts)
        room -= element.text.length
        lines.at(-1)?.push(...characters)
        if (room <= 0) return lines.map(measured)
        break
      }
      case "line-break":
        if (lines.length < MAX_CHARACTERS) lines.push([])
        break
      case "reset":
        style = base
        break
      case "unknown":
        break
      default:
        style = changed(style, element)
    }
  }
  return lines.map(measured)
}

function changed(style: CharacterStyle, element: Extract<TextElement, { type: "font" | "style" | "size" | "colour" }>): CharacterStyle {
  switch (element.type) {
    case "font":
      return { ...style, fontIdRef: element.fontIdRef }
    case "style":
      return { ...style, ...element.style }
    case "size":
      return { ...style, fontSize: element.fontSize }
    case "colour":
      return { ...style, fontColor: element.fontColor }
  }
}

/** A font that is not there gives way to the first that is, and so does one without the character. */
function charactersOf(text: string, style: CharacterStyle, fonts: readonly (Font | null)[]): readonly Character[] {
  const own = fonts[style.fontIdRef] ?? fonts.find((font) => font !== null) ?? null
  if (own === null || style.fontSize === 0) return []
  return Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0
    const font = own.glyphOf(codePoint) !== 0 ? own : (fonts.find((other) => other !== null && other.glyphOf(codePoint) !== 0) ?? own)
    const glyph = font.glyphOf(codePoint)
    const widened = style.bold && !font.isBold ? BOLD_STRENGTH : 0
    return { font, glyph, style, advance: (font.advanceOf(glyph) / font.unitsPerEm + widened) * style.fontSize }
  })
}

function measured(characters: Character[]): Line {
  return {
    characters,
    width: characters.reduce((sum, { advance }) => sum + advance, 0),
    ascent: characters.reduce((most, { font, style }) => Math.max(most, Math.ceil((font.ascender * style.fontSize) / font.unitsPerEm)), 0),
  }
}
