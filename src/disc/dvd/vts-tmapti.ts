import { type ByteReader, type Sector, sector } from "../../base/index.ts"

/** Time maps by program chain: `maps[0]` belongs to PGC 1. */
export type VtsTmapti = { readonly maps: readonly TimeMap[] }

/** Entry i is for time (i + 1) x unitSeconds of the chain. */
export type TimeMap = { readonly unitSeconds: number; readonly entries: readonly TimeMapEntry[] }

/** The VOBU that is shown at the entry's time, and whether the time before it and after it belong to different system clocks. */
export type TimeMapEntry = { readonly sector: Sector; readonly discontinuity: boolean }

/** Time map table; layout: libdvdread `vts_tmapt_t`. */
export function parseVtsTmapti(table: ByteReader): VtsTmapti {
  const count = table.u16("nrOfTmaps")
  table.skip(2, "reserved")
  const lastByte = table.u32("lastByte")
  if (lastByte + 1 < 8 + count * 4) throw table.error("damaged", "lastByte", `${lastByte}, too small for ${count} maps`)
  // Maps do not overlap: together they cannot have more entries than the table has room for.
  let entriesLeft = table.length / 4
  const maps = table.list(count, 4, "tmapOffsets", (item) => {
    const map = parseTimeMap(table.from(item.u32("tmapOffset"), "tmapOffset"))
    entriesLeft -= map.entries.length
    if (entriesLeft < 0) throw item.error("damaged", "tmapOffset", "the time maps overlap one another")
    return map
  })
  return { maps }
}

function parseTimeMap(map: ByteReader): TimeMap {
  const unitSeconds = map.u8("timeUnit")
  map.skip(1, "reserved")
  const count = map.u16("nrOfEntries")
  const entries = map.list(count, 4, "mapEntries", (item) => {
    const value = item.u32("mapEntry")
    return { sector: sector(value & 0x7fffffff), discontinuity: value >>> 31 === 1 }
  })
  return { unitSeconds, entries }
}
