import type { ByteReader } from "../../base/index.ts"
import { readStructureAddress, type StructureAddress } from "./address.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"
import { decodeCs0 } from "./osta-text.ts"

export type FileIdentifier = {
  readonly isDirectory: boolean
  readonly isDeleted: boolean
  readonly isParent: boolean
  /** `null`: a compression ID that UDF does not know. */
  readonly name: string | null
  readonly icb: StructureAddress
  /** What a checksum says against it, in words. */
  readonly fault: string | null
}

/** Without the implementation use, the name and the padding. */
const FIXED_LENGTH = 38

/** File Identifier Descriptor, ECMA 167 4/14.4. The reader moves past it and its padding. `null` at the end of the directory (no descriptor). */
export function parseFileIdentifier(directory: ByteReader): FileIdentifier | null {
  if (directory.remaining < FIXED_LENGTH) return null
  const start = directory.position
  const tag = parseDescriptorTag(directory)
  if (tag.identifier !== TAG.fileIdentifier) {
    if (tag.identifier === 0) return null
    throw directory.error("damaged", "tagIdentifier", `${tag.identifier}; a directory holds ${TAG.fileIdentifier} only`)
  }
  directory.skip(2, "fileVersionNumber")
  const characteristics = directory.u8("fileCharacteristics")
  const lengthOfFileIdentifier = directory.u8("lengthOfFileIdentifier")
  const icb = readStructureAddress(directory, "icb")
  directory.skip(directory.u16le("lengthOfImplementationUse"), "implementationUse")
  const name = decodeCs0(directory.bytes(lengthOfFileIdentifier, "fileIdentifier"))
  const padding = -(directory.position - start) & 3
  directory.skip(Math.min(padding, directory.remaining), "padding")
  return {
    isDirectory: (characteristics & 0x02) !== 0,
    isDeleted: (characteristics & 0x04) !== 0,
    isParent: (characteristics & 0x08) !== 0,
    name,
    icb,
    fault: tagFault(tag),
  }
}
