import type { ByteReader } from "../../base/index.ts"
import { readVolumeExtent, type VolumeExtent } from "./address.ts"
import { parseDescriptorTag, TAG, tagFault } from "./descriptor-tag.ts"

export type AnchorVolumeDescriptorPointer = {
  readonly mainVolumeDescriptorSequence: VolumeExtent
  readonly reserveVolumeDescriptorSequence: VolumeExtent
}

/**
 * Anchor Volume Descriptor Pointer, ECMA 167 3/10.2. `null` when the sector holds no good one: anchors are searched for, and a copied
 * sector carries the tag of the place it came from.
 */
export function parseAnchor(sector: ByteReader, sectorNumber: number): AnchorVolumeDescriptorPointer | null {
  const tag = parseDescriptorTag(sector)
  if (tag.identifier !== TAG.anchorVolumePointer || tag.location !== sectorNumber || tagFault(tag) !== null) return null
  return {
    mainVolumeDescriptorSequence: readVolumeExtent(sector, "mainVolumeDescriptorSequenceExtent"),
    reserveVolumeDescriptorSequence: readVolumeExtent(sector, "reserveVolumeDescriptorSequenceExtent"),
  }
}
