import type { ByteReader } from "../../base/index.ts"
import type { PaletteEntry } from "../display-set/palette.ts"

const ENTRY_SIZE = 5

/** palette(): its length in bytes and entries of five. Layout: libbluray `textst_decode.c`. A last entry that is not whole is left out. */
export function readPaletteEntries(segment: ByteReader): readonly PaletteEntry[] {
  const body = segment.window(segment.u16("palette.length"), "palette")
  return body.list(Math.floor(body.length / ENTRY_SIZE), ENTRY_SIZE, "palette_entry", (entry) => ({
    id: entry.u8("palette_entry_id"),
    y: entry.u8("Y_value"),
    cr: entry.u8("Cr_value"),
    cb: entry.u8("Cb_value"),
    t: entry.u8("T_value"),
  }))
}
