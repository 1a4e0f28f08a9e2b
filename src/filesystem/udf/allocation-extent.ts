import type { ByteReader } from "../../base/index.ts"
import { type AllocationDescriptor, type AllocationForm, parseAllocationDescriptors } from "./allocation-descriptor.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"

export type AllocationExtent = { readonly descriptors: readonly AllocationDescriptor[]; readonly fault: string | null }

/** Allocation Extent Descriptor, ECMA 167 4/14.5: further allocation descriptors of a file. @throws DiscError `damaged` for another block */
export function parseAllocationExtent(block: ByteReader, form: AllocationForm): AllocationExtent {
  const tag = parseDescriptorTag(block)
  if (tag.identifier !== TAG.allocationExtent) {
    throw block.error("damaged", "tagIdentifier", `${tag.identifier}; the file's extents should go on here (${TAG.allocationExtent})`)
  }
  block.skip(4, "previousAllocationExtentLocation")
  const area = block.window(block.u32le("lengthOfAllocationDescriptors"), "allocationDescriptors")
  return { descriptors: parseAllocationDescriptors(area, form), fault: tagFault(tag) }
}
