import type { ByteReader } from "../../base/index.ts"
import { decodeLatin1 } from "../text.ts"

/** ECMA 167 3/10.7 and UDF 2.2.8 to 2.2.10. A partition reference is an index into the list of these. */
export type PartitionMap =
  | { readonly kind: "physical"; readonly partitionNumber: number }
  | {
      readonly kind: "metadata"
      readonly partitionNumber: number
      /** Logical blocks of the partition the map lies on. */
      readonly metadataFileLocation: number
      /** `null`: no mirror is recorded. */
      readonly metadataMirrorFileLocation: number | null
    }
  | { readonly kind: "virtual"; readonly partitionNumber: number }
  | { readonly kind: "sparable"; readonly partitionNumber: number }
  | { readonly kind: "unknown"; readonly partitionMapType: number; readonly identifier: string }

/** UDF 2.2.8, 2.2.9, 2.2.10: the entity identifiers of type 2 maps. */
const VIRTUAL = "*UDF Virtual Partition"
const SPARABLE = "*UDF Sparable Partition"
const METADATA = "*UDF Metadata Partition"
const NOT_RECORDED = 0xffff_ffff

/** One map; the reader moves past its whole length, whatever is in it. */
export function parsePartitionMap(maps: ByteReader): PartitionMap {
  const partitionMapType = maps.u8("partitionMapType")
  const length = maps.u8("partitionMapLength")
  if (length < 2) throw maps.error("damaged", "partitionMapLength", `${length}; a map has at least 2 bytes`)
  const map = maps.window(length - 2, "partitionMap")
  if (partitionMapType === 1) {
    map.skip(2, "volumeSequenceNumber")
    return { kind: "physical", partitionNumber: map.u16le("partitionNumber") }
  }
  return partitionMapType === 2 ? parseTypeTwo(map) : { kind: "unknown", partitionMapType, identifier: "" }
}

function parseTypeTwo(map: ByteReader): PartitionMap {
  map.skip(2, "reserved")
  map.skip(1, "partitionTypeIdentifier.flags")
  const identifier = decodeLatin1(map.bytes(23, "partitionTypeIdentifier")).replace(/\0.*$/s, "")
  map.skip(8 + 2, "partitionTypeIdentifier.suffix, volumeSequenceNumber")
  const partitionNumber = map.u16le("partitionNumber")
  switch (identifier) {
    case VIRTUAL:
      return { kind: "virtual", partitionNumber }
    case SPARABLE:
      return { kind: "sparable", partitionNumber }
    case METADATA: {
      const metadataFileLocation = map.u32le("metadataFileLocation")
      const mirror = map.u32le("metadataMirrorFileLocation")
      return {
        kind: "metadata",
        partitionNumber,
        metadataFileLocation,
        metadataMirrorFileLocation: mirror === NOT_RECORDED ? null : mirror,
      }
    }
    default:
      return { kind: "unknown", partitionMapType: 2, identifier }
  }
}
