/** How a stream's units are kept or dropped at joins: pictures by decoding order, sound by frames, graphics by whole display sets. */
export type TitleStreamKind = "video" | "audio" | "graphics"

/** One elementary stream of a title's transport stream file. */
export type TitleStream = {
  /** The PID it has in the file. */
  readonly pid: number
  readonly kind: TitleStreamKind
  /** stream_type of ISO/IEC 13818-1 table 2-34, with Blu-ray's values from 0x80: the disc's stream_coding_type. */
  readonly streamType: number
  /** ISO 639-2, three letters; null: none. */
  readonly language: string | null
}
