import type { ByteReader } from "../../base/index.ts"
import { readVolumeExtent, type VolumeExtent } from "./address.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"
import { type LogicalVolumeDescriptor, parseLogicalVolume } from "./logical-volume.ts"
import { type PartitionDescriptor, parsePartitionDescriptor } from "./partition-descriptor.ts"
import { type PrimaryVolumeDescriptor, parsePrimaryVolume } from "./primary-volume.ts"

/** One sector of a volume descriptor sequence, ECMA 167 3/8.4.2. Of two of a kind the higher sequence number holds. */
export type VolumeDescriptor =
  | { readonly kind: "primary"; readonly sequenceNumber: number; readonly descriptor: PrimaryVolumeDescriptor }
  | { readonly kind: "partition"; readonly sequenceNumber: number; readonly descriptor: PartitionDescriptor }
  | { readonly kind: "logical"; readonly sequenceNumber: number; readonly descriptor: LogicalVolumeDescriptor }
  | { readonly kind: "pointer"; readonly sequenceNumber: number; readonly next: VolumeExtent }
  | { readonly kind: "terminating" }
  /** Descriptors that nothing here needs (implementation use, unallocated space). */
  | { readonly kind: "other"; readonly identifier: number }
  /** No descriptor, or one whose checksum, CRC or location is wrong. */
  | { readonly kind: "bad"; readonly fault: string }

/** @throws DiscError `damaged` when a descriptor with good checksums still breaks its layout. */
export function parseVolumeDescriptor(sector: ByteReader, sectorNumber: number): VolumeDescriptor {
  const tag = parseDescriptorTag(sector)
  const fault = tagFault(tag)
  if (fault !== null) return { kind: "bad", fault }
  if (tag.identifier === 0) return { kind: "bad", fault: "the sector holds no descriptor" }
  if (tag.location !== sectorNumber) return { kind: "bad", fault: `the tag is that of sector ${tag.location}` }
  if (tag.identifier === TAG.terminating) return { kind: "terminating" }

  const sequenceNumber = sector.u32le("volumeDescriptorSequenceNumber")
  switch (tag.identifier) {
    case TAG.primaryVolume:
      return { kind: "primary", sequenceNumber, descriptor: parsePrimaryVolume(sector) }
    case TAG.partition:
      return { kind: "partition", sequenceNumber, descriptor: parsePartitionDescriptor(sector) }
    case TAG.logicalVolume:
      return { kind: "logical", sequenceNumber, descriptor: parseLogicalVolume(sector) }
    case TAG.volumePointer:
      return { kind: "pointer", sequenceNumber, next: readVolumeExtent(sector, "nextVolumeDescriptorSequenceExtent") }
    default:
      return { kind: "other", identifier: tag.identifier }
  }
}
