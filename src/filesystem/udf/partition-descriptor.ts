import type { ByteReader } from "../../base/index.ts"

export type PartitionDescriptor = {
  readonly partitionNumber: number
  /** Sector of the volume. */
  readonly startingLocation: number
  /** In sectors. */
  readonly length: number
}

/** Partition Descriptor, ECMA 167 3/10.5, from behind the tag and the sequence number. */
export function parsePartitionDescriptor(body: ByteReader): PartitionDescriptor {
  body.skip(2, "partitionFlags")
  const partitionNumber = body.u16le("partitionNumber")
  body.skip(32 + 128 + 4, "partitionContents to accessType")
  return {
    partitionNumber,
    startingLocation: body.u32le("partitionStartingLocation"),
    length: body.u32le("partitionLength"),
  }
}
