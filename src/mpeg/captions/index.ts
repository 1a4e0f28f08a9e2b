/** Closed captions as MPEG video carries them: line 21's words with their field and time. */
export { type CaptionPair, CaptionReader } from "./caption-reader.ts"
export { type CaptionWord, parseCaptionUserData, type UserDataCaptions } from "./user-data.ts"
