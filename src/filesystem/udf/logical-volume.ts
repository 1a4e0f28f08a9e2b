import type { ByteReader } from "../../base/index.ts"
import { decodeLatin1 } from "../text.ts"
import { readStructureAddress, type StructureAddress } from "./address.ts"
import { decodeDstring } from "./osta-text.ts"
import { type PartitionMap, parsePartitionMap } from "./partition-map.ts"

export type LogicalVolumeDescriptor = {
  readonly logicalVolumeIdentifier: string
  /** In bytes. */
  readonly logicalBlockSize: number
  /** As it stands in the domain identifier, 0x0250 for UDF 2.50; `null` when the domain is not OSTA's. */
  readonly udfRevision: number | null
  readonly fileSetDescriptorSequence: StructureAddress
  /** In the order of the partition reference numbers. */
  readonly partitionMaps: readonly PartitionMap[]
}

/** UDF 2.1.5.2. */
const OSTA_DOMAIN = "*OSTA UDF Compliant"
/** UDF 2.2.4 needs two at most (three with a virtual partition); the table's own length bounds the rest. */
const MAX_PARTITION_MAPS = 64

/** Logical Volume Descriptor, ECMA 167 3/10.6, from behind the tag and the sequence number. */
export function parseLogicalVolume(body: ByteReader): LogicalVolumeDescriptor {
  body.skip(64, "descriptorCharacterSet")
  const logicalVolumeIdentifier = decodeDstring(body.bytes(128, "logicalVolumeIdentifier"))
  const logicalBlockSize = body.u32le("logicalBlockSize")
  body.skip(1, "domainIdentifier.flags")
  const domain = decodeLatin1(body.bytes(23, "domainIdentifier")).replace(/\0.*$/s, "")
  const revision = body.u16le("domainIdentifier.udfRevision")
  body.skip(6, "domainIdentifier.suffix")
  const fileSetDescriptorSequence = readStructureAddress(body, "logicalVolumeContentsUse")
  const mapTableLength = body.u32le("mapTableLength")
  const count = body.u32le("numberOfPartitionMaps")
  if (count > MAX_PARTITION_MAPS) {
    throw body.error("damaged", "numberOfPartitionMaps", `${count}; a volume has at most ${MAX_PARTITION_MAPS}`)
  }
  body.skip(32 + 128 + 8, "implementationIdentifier to integritySequenceExtent")
  const maps = body.window(mapTableLength, "partitionMaps")
  const partitionMaps = Array.from({ length: count }, () => parsePartitionMap(maps))
  const udfRevision = domain === OSTA_DOMAIN ? revision : null
  return { logicalVolumeIdentifier, logicalBlockSize, udfRevision, fileSetDescriptorSequence, partitionMaps }
}
