/** Blu-ray text subtitles (TextST): a stream's segments to dialogs, and dialogs to bitmaps with the disc's own fonts. */
export {
  type DialogPresentation,
  type DialogRegion,
  dialogLines,
  parseDialogPresentation,
  type TextElement,
} from "./dialog-presentation.ts"
export { type CharacterStyle, type DialogStyle, parseDialogStyle, type RegionStyle, type UserStyle } from "./dialog-style.ts"
export { type Font, openFont } from "./font/font.ts"
export { type DialogOptions, type DialogPicture, renderDialog } from "./render-dialog.ts"
export { decodeTextSubtitle, type TextSubtitle } from "./text-subtitle.ts"
