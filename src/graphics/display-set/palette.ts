import type { ByteReader } from "../../base/index.ts"
import { rgbFromYCrCb } from "../colour.ts"
import { rgbFromPq } from "../colour-pq.ts"

/** One colour: limited-range Y, Cr, Cb, and T from 0 (transparent) to 255 (opaque). */
export type PaletteEntry = { readonly id: number; readonly y: number; readonly cr: number; readonly cb: number; readonly t: number }

/** Palette Definition Segment. */
export type PaletteDefinition = { readonly id: number; readonly version: number; readonly entries: readonly PaletteEntry[] }

const ENTRY_SIZE = 5

/** Always transparent, whatever a palette says of it. */
export const TRANSPARENT_INDEX = 0xff

/** Layout: libbluray `pg_decode.c`. `segment` is the segment's content. A last entry that is not whole is left out. @throws DiscError `damaged` */
export function parsePaletteDefinition(segment: ByteReader): PaletteDefinition {
  const id = segment.u8("palette_id")
  const version = segment.u8("palette_version_number")
  const entries = segment.list(Math.floor(segment.remaining / ENTRY_SIZE), ENTRY_SIZE, "palette_entry", (entry) => ({
    id: entry.u8("palette_entry_id"),
    y: entry.u8("Y_value"),
    cr: entry.u8("Cr_value"),
    cb: entry.u8("Cb_value"),
    t: entry.u8("T_value"),
  }))
  return { id, version, entries }
}

/** What a stream's colours are in: `sdr`, BT.601 or BT.709 by the plane's height; `bt2020-pq` beside HDR pictures of UHD discs. */
export type PlaneColours = "sdr" | "bt2020-pq"

/** 256 times R, G, B, A, as `entries` (later ones win) give them on a plane of this height. */
export function rgbaPalette(entries: Iterable<PaletteEntry>, planeHeight: number, colours: PlaneColours = "sdr"): Uint8Array {
  const palette = new Uint8Array(256 * 4)
  for (const { id, y, cr, cb, t } of entries) {
    // A transparent colour is no colour: all four values are 0.
    if (id === TRANSPARENT_INDEX || t === 0) palette.fill(0, id * 4, id * 4 + 4)
    else palette.set([...(colours === "sdr" ? rgbFromYCrCb(y, cr, cb, planeHeight) : rgbFromPq(y, cr, cb)), t], id * 4)
  }
  return palette
}
