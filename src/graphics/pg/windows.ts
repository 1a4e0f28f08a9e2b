import type { ByteReader } from "../../base/index.ts"

/** A part of the plane that the compositions of an epoch draw in. */
export type PgWindow = { readonly id: number; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** window_id, and four numbers of 16 bits. */
const WINDOW_SIZE = 9

/** Window Definition Segment. Layout: libbluray `pg_decode.c`. `segment` is the segment's content, without type and length. @throws DiscError `damaged` */
export function parseWindowDefinition(segment: ByteReader): readonly PgWindow[] {
  return segment.list(segment.u8("number_of_windows"), WINDOW_SIZE, "windows", (window) => ({
    id: window.u8("window_id"),
    x: window.u16("window_horizontal_position"),
    y: window.u16("window_vertical_position"),
    width: window.u16("window_width"),
    height: window.u16("window_height"),
  }))
}
