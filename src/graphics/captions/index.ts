/** Closed captions of line 21: words to what each channel shows. */
export {
  type CaptionChange,
  type CaptionChannelNumber,
  type CaptionCue,
  CaptionDecoder,
  captionCues,
  type Line21,
} from "./caption-decoder.ts"
export type { CaptionColour, CaptionOpacity } from "./code.ts"
export type { CaptionLine, CaptionStyle } from "./memory.ts"
