/** Blu-ray Presentation Graphics: segments to timed bitmaps. */
export type { PlaneColours } from "../display-set/palette.ts"
export { PgDecoder, type PgPicture } from "./pg-decoder.ts"
