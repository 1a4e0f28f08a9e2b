import type { ByteReader } from "../../base/index.ts"

/** One block of an ExtensionData(): `id1`.`id2` name its meaning, `block` is a window on its bytes. */
export type ExtensionBlock = { readonly id1: number; readonly id2: number; readonly block: ByteReader }

const ENTRY_SIZE = 12

/**
 * ExtensionData(), the same in index.bdmv, .mpls and .clpi. Layout: libbluray `extdata_parse.c`, tsMuxer `parseExtensionData`.
 * `startAddress` counts from the file's start; 0 means that there is none.
 */
export function readExtensionData(file: ByteReader, startAddress: number): readonly ExtensionBlock[] {
  if (startAddress === 0) return []
  const area = file.from(startAddress, "ExtensionData_start_address")
  const length = area.u32("ExtensionData.length")
  if (length === 0) return []
  area.skip(4 + 3, "data_block_start_address, reserved")
  const entries = area.list(area.u8("number_of_ext_data_entries"), ENTRY_SIZE, "ext_data_entries", (entry) => ({
    id1: entry.u16("ID1"),
    id2: entry.u16("ID2"),
    startAddress: entry.u32("ext_data_start_address"),
    length: entry.u32("ext_data_length"),
  }))
  return entries.map(({ id1, id2, startAddress: offset, length: blockLength }) => ({
    id1,
    id2,
    block: area.from(offset, `ext_data ${id1}.${id2}`).window(blockLength, `ext_data ${id1}.${id2}`),
  }))
}
