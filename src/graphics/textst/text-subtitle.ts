import { ByteReader, DiscError, type Warnings } from "../../base/index.ts"
import { textDecoderOf } from "./character-code.ts"
import { type DialogPresentation, parseDialogPresentation } from "./dialog-presentation.ts"
import { type DialogStyle, parseDialogStyle } from "./dialog-style.ts"

/** A whole text subtitle stream. */
export type TextSubtitle = {
  readonly style: DialogStyle
  /** In the order of their times. */
  readonly dialogs: readonly DialogPresentation[]
}

const SEGMENT = { style: 0x81, presentation: 0x82 }
/** number_of_dialogs has 16 bits. */
const MAX_DIALOGS = 0xffff

/**
 * Decodes a stream whole: a player reads it before the playlist starts. A damaged dialog is left out with a warning (`text-subtitle-segment`).
 * @param segments whole ones, type and length first, in the stream's order
 * @param characterCode of the stream's attributes
 * @param path what warnings and errors name
 * @returns null: the stream has no style, and so nothing that could be shown
 * @throws DiscError `unsupported` for an unknown character code
 */
export function decodeTextSubtitle(
  segments: Iterable<Uint8Array>,
  characterCode: number,
  warnings: Warnings,
  path: string,
): TextSubtitle | null {
  const decode = textDecoderOf(characterCode)
  let style: DialogStyle | null = null
  const dialogs: DialogPresentation[] = []
  for (const bytes of segments) {
    try {
      const reader = new ByteReader(bytes, path)
      const type = reader.u8("segment_type")
      const segment = reader.window(reader.u16("segment_length"), "segment")
      if (type === SEGMENT.style) style ??= parseDialogStyle(segment)
      else if (type === SEGMENT.presentation) dialogs.push(parseDialogPresentation(segment, decode))
      else throw reader.error("unsupported", "segment_type", `a text subtitle has no segment of type ${type}`)
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      warnings.add("text-subtitle-segment", error.message, error.place)
    }
    if (dialogs.length >= MAX_DIALOGS) break
  }
  if (style === null) return null
  const shown = dialogs.filter(({ startPts, endPts }) => endPts > startPts)
  return { style, dialogs: shown.sort((a, b) => a.startPts - b.startPts) }
}
