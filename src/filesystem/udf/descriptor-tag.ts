import type { ByteReader } from "../../base/index.ts"
import { crc16 } from "./crc16.ts"

/** Tag identifiers, ECMA 167 3/7.2.1 and 4/7.2.1. */
export const TAG = {
  primaryVolume: 1,
  anchorVolumePointer: 2,
  volumePointer: 3,
  partition: 5,
  logicalVolume: 6,
  terminating: 8,
  fileSet: 256,
  fileIdentifier: 257,
  allocationExtent: 258,
  indirectEntry: 259,
  terminalEntry: 260,
  fileEntry: 261,
  extendedAttributeHeader: 262,
  extendedFileEntry: 266,
} as const

const TAG_LENGTH = 16

type DescriptorTag = {
  readonly identifier: number
  /** Sector number (volume structures) or logical block (file structures) the descriptor says it lies at. */
  readonly location: number
  readonly checksumGood: boolean
  /** False too when the CRC covers more bytes than are here. */
  readonly crcGood: boolean
}

/** Descriptor Tag, ECMA 167 3/7.2. The reader is at the descriptor's start and moves past the tag. */
export function parseDescriptorTag(descriptor: ByteReader): DescriptorTag {
  const body = descriptor.from(descriptor.position + TAG_LENGTH, "descriptor")
  const bytes = descriptor.bytes(TAG_LENGTH, "descriptorTag")
  let sum = 0
  for (let i = 0; i < TAG_LENGTH; i++) if (i !== 4) sum = (sum + (bytes[i] ?? 0)) & 0xff

  const view = new DataView(bytes.buffer, bytes.byteOffset, TAG_LENGTH)
  const crc = view.getUint16(8, true)
  const crcLength = view.getUint16(10, true)
  return {
    identifier: view.getUint16(0, true),
    location: view.getUint32(12, true),
    checksumGood: sum === bytes[4],
    crcGood: crcLength <= body.remaining && crc16(body.bytes(crcLength, "descriptorCRC")) === crc,
  }
}

/** What is wrong with a tag, in words; `null` when nothing is. */
export function tagFault(tag: DescriptorTag): string | null {
  if (!tag.checksumGood) return "the tag checksum does not match"
  return tag.crcGood ? null : "the descriptor CRC does not match"
}
