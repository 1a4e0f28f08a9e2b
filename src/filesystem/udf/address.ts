import type { ByteReader } from "../../base/index.ts"

/** Extent Descriptor, ECMA 167 3/7.1: sectors of the volume. */
export type VolumeExtent = { readonly lengthBytes: number; readonly locationSector: number }

/** Recorded Address, ECMA 167 4/7.1: a logical block of a partition. The reference is an index into the partition maps. */
export type BlockAddress = { readonly block: number; readonly partitionReference: number }

/** A long allocation descriptor that points to one structure, ECMA 167 4/14.14.2. */
export type StructureAddress = BlockAddress & { readonly lengthBytes: number }

/** The low 30 bits of an extent length; the top two are its kind (ECMA 167 4/14.14.1.1). */
export const EXTENT_LENGTH_MASK = 0x3fff_ffff

export function readVolumeExtent(from: ByteReader, field: string): VolumeExtent {
  return { lengthBytes: from.u32le(`${field}.extentLength`), locationSector: from.u32le(`${field}.extentLocation`) }
}

export function readBlockAddress(from: ByteReader, field: string): BlockAddress {
  return { block: from.u32le(`${field}.logicalBlockNumber`), partitionReference: from.u16le(`${field}.partitionReferenceNumber`) }
}

/** 16 bytes; the implementation use (6 bytes) is passed over. */
export function readStructureAddress(from: ByteReader, field: string): StructureAddress {
  const lengthBytes = from.u32le(`${field}.extentLength`) & EXTENT_LENGTH_MASK
  const address = readBlockAddress(from, field)
  from.skip(6, `${field}.implementationUse`)
  return { lengthBytes, ...address }
}
