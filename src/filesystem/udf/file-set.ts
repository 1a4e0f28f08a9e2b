import type { ByteReader } from "../../base/index.ts"
import { readStructureAddress, type StructureAddress } from "./address.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"
import { decodeDstring } from "./osta-text.ts"

export type FileSetDescriptor = {
  readonly fileSetDescriptorNumber: number
  readonly fileSetIdentifier: string
  readonly rootDirectoryIcb: StructureAddress
  /** Where the sequence goes on; `null` at its end. */
  readonly nextExtent: StructureAddress | null
  /** What a checksum says against it, in words. */
  readonly fault: string | null
}

/** File Set Descriptor, ECMA 167 4/14.1. `null` when the block holds none: that ends the sequence. */
export function parseFileSet(block: ByteReader): FileSetDescriptor | null {
  const tag = parseDescriptorTag(block)
  if (tag.identifier !== TAG.fileSet) return null
  block.skip(12 + 2 + 2 + 4 + 4 + 4, "recordingDateAndTime to fileSetNumber")
  const fileSetDescriptorNumber = block.u32le("fileSetDescriptorNumber")
  block.skip(64 + 128 + 64, "logicalVolumeIdentifier, fileSetCharacterSet")
  const fileSetIdentifier = decodeDstring(block.bytes(32, "fileSetIdentifier"))
  block.skip(32 + 32, "copyrightFileIdentifier, abstractFileIdentifier")
  const rootDirectoryIcb = readStructureAddress(block, "rootDirectoryICB")
  block.skip(32, "domainIdentifier")
  const next = readStructureAddress(block, "nextExtent")
  return {
    fileSetDescriptorNumber,
    fileSetIdentifier,
    rootDirectoryIcb,
    nextExtent: next.lengthBytes === 0 ? null : next,
    fault: tagFault(tag),
  }
}
