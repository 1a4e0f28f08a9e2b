import { ByteReader, DiscError } from "../../base/index.ts"

/** segment_type of the segments that a display set is made of (libbluray `graphics_processor.c`). */
export const SEGMENT = { palette: 0x14, object: 0x15, presentation: 0x16, windows: 0x17, interactive: 0x18, end: 0x80 } as const

/** segment_type and segment_length. */
const HEAD_SIZE = 3

/** What is done with each segment, and with what is wrong in one. */
export type SegmentTaker = {
  readonly take: (type: number, segment: ByteReader) => void
  readonly damaged: (error: DiscError) => void
}

/** Gives each segment (type, length, content) of what one PES packet brings. After a damaged one the next is taken. */
export function forEachSegment(segments: Uint8Array, path: string, { take, damaged }: SegmentTaker): void {
  const reader = new ByteReader(segments, path)
  while (reader.remaining > 0) {
    try {
      const type = reader.u8("segment_type")
      // A segment that is cut off is read as far as it goes; its own fields say what is missing.
      const length = Math.min(reader.u16("segment_length"), reader.remaining)
      take(type, reader.window(length, "segment"))
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      damaged(error)
      // The reader is behind the damaged segment, unless not even its head was there.
      if (reader.remaining < HEAD_SIZE) break
    }
  }
}
