import { type ByteReader, type Sector, sector } from "../../base/index.ts"

/** Where each piece of each cell stands in the VOBs; an interleaved cell has several pieces. VTS_C_ADT, VTSM_C_ADT, VMGM_C_ADT. */
export type CAdt = { readonly nrOfVobs: number; readonly cells: readonly CellAddress[] }

/** `lastSector` belongs to the piece. */
export type CellAddress = { readonly vobId: number; readonly cellId: number; readonly startSector: Sector; readonly lastSector: Sector }

const CELL_ADDRESS_SIZE = 12

/** Cell address table; layout: libdvdread `c_adt_t`. `nrOfVobs` is wrong on some discs; the number of addresses comes from the length. */
export function parseCAdt(table: ByteReader): CAdt {
  const nrOfVobs = table.u16("nrOfVobs")
  table.skip(2, "reserved")
  const lastByte = table.u32("lastByte")
  if (lastByte + 1 < 8) throw table.error("damaged", "lastByte", `${lastByte}; the head alone has 8 bytes`)
  const count = Math.floor((lastByte + 1 - 8) / CELL_ADDRESS_SIZE)
  const cells = table.list(count, CELL_ADDRESS_SIZE, "cellAddresses", (item) => {
    const vobId = item.u16("vobId")
    const cellId = item.u8("cellId")
    item.skip(1, "reserved")
    const startSector = sector(item.u32("startSector"))
    return { vobId, cellId, startSector, lastSector: sector(item.u32("lastSector")) }
  })
  return { nrOfVobs, cells }
}
