import type { ByteReader } from "../../base/index.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"
import { MAX_TITLE_SETS } from "./vmgi-mat.ts"

/** The video manager's copies of the attributes of each title set: `titleSets[0]` is title set 1. */
export type VtsAtrt = { readonly titleSets: readonly TitleSetAttributes[] }

export type TitleSetAttributes = {
  /** 1: karaoke. */
  readonly vtsCategory: number
  readonly menuStreams: StreamAttributes
  readonly titleStreams: StreamAttributes
}

/** From the category to the title streams: a copy of VTSI_MAT's bytes 0x100 to 0x1ff. */
const MENU_AREA = 0x100
/** Video, audio, reserved and count: less is no entry. */
const MIN_TITLE_AREA = 86

/** VMG_VTS_ATRT; layout: libdvdread `vts_atrt_t` and `vts_attributes_t`. */
export function parseVtsAtrt(table: ByteReader): VtsAtrt {
  const count = table.u16("nrOfVtss")
  if (count < 1 || count > MAX_TITLE_SETS)
    throw table.error("damaged", "nrOfVtss", `${count}; a disc has 1 to ${MAX_TITLE_SETS} title sets`)
  table.skip(2 + 4, "reserved, lastByte")
  const titleSets = table.list(count, 4, "vtsAtrtOffsets", (item) => {
    const start = table.from(item.u32("vtsAtrtOffset"), "vtsAtrtOffset")
    const lastByte = start.u32("lastByte")
    if (lastByte + 1 < 8 + MENU_AREA + MIN_TITLE_AREA) throw start.error("damaged", "lastByte", `${lastByte}, too small for an entry`)
    const entry = start.window(Math.min(lastByte + 1 - 4, start.remaining), "vtsAttributes")
    const vtsCategory = entry.u32("vtsCategory")
    const menuStreams = readStreamAttributes(entry.window(MENU_AREA, "vtsmAttributes"))
    return { vtsCategory, menuStreams, titleStreams: readStreamAttributes(entry) }
  })
  return { titleSets }
}
