import type { FieldWriter } from "./write-fields.ts"

/** ExtensionData() of one block: length, address of the first block, count and the block's entry take 24 bytes. */
export function writeExtensionData(w: FieldWriter, id1: number, id2: number, write: () => void): void {
  w.sized(4, "ExtensionData", () => {
    w.u32(24, "data_block_start_address").zeros(3, "reserved").u8(1, "number_of_ext_data_entries")
    w.u16(id1, "ID1").u16(id2, "ID2").u32(24, "ext_data_start_address")
    const at = w.length
    w.u32(0, "ext_data_length")
    w.within(`${id1}.${id2}`, write)
    w.patch(at, 4, w.length - at - 4)
  })
}
