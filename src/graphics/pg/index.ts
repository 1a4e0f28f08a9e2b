/** Blu-ray Presentation Graphics: segments to timed bitmaps. */
export { PgDecoder, type PgPicture } from "./pg-decoder.ts"
