import type { ByteReader } from "../../base/index.ts"
import { readStructureAddress, type StructureAddress } from "./address.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"

/** Indirect Entry, ECMA 167 4/14.7: the newer ICB of a strategy 4096 list. `null` when the block holds no good one: the list ends here. */
export function parseIndirectEntry(block: ByteReader): StructureAddress | null {
  const tag = parseDescriptorTag(block)
  if (tag.identifier !== TAG.indirectEntry || tagFault(tag) !== null) return null
  block.skip(20, "icbTag")
  const indirectIcb = readStructureAddress(block, "indirectICB")
  return indirectIcb.lengthBytes === 0 ? null : indirectIcb
}
