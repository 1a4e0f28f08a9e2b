import type { ByteReader } from "../../base/index.ts"
import { decodeUnlabelled, decodeUtf16Be } from "../text.ts"
import { bothEndian16, bothEndian32 } from "./both-endian.ts"
import { type DirectoryRecord, parseDirectoryRecord } from "./directory-record.ts"

/** A tree of the volume: the primary one, or one with other names for the same files. */
export type TreeDescriptor = {
  readonly volumeIdentifier: string
  /** In logical blocks, from the image's start. */
  readonly volumeSpaceSize: number
  /** In bytes: 512, 1024 or 2048. */
  readonly logicalBlockSize: number
  readonly root: DirectoryRecord
}

export type VolumeDescriptor =
  | ({ readonly kind: "primary" } & TreeDescriptor)
  /** UCS-2 names; the level is that of the escape sequence. */
  | ({ readonly kind: "joliet"; readonly level: 1 | 2 | 3 } & TreeDescriptor)
  /** ISO 9660:1999, "level 4": names of up to 207 bytes. */
  | ({ readonly kind: "enhanced" } & TreeDescriptor)
  | { readonly kind: "terminator" }
  /** Boot records, partitions, supplementary descriptors in other character sets. */
  | { readonly kind: "other"; readonly volumeDescriptorType: number }

/** Joliet Specification, "Escape Sequences": %/@ %/C %/E. */
const JOLIET_LEVELS: Record<string, 1 | 2 | 3> = { "%/@": 1, "%/C": 2, "%/E": 3 }

/** ECMA 119 8.4.18. Writers are known that count the fields behind it in, so its own length byte says nothing. */
const ROOT_RECORD_LENGTH = 34

/** Volume Descriptor, ECMA 119 8.1, 8.4, 8.5. `null` when the sector holds none. */
export function parseVolumeDescriptor(sector: ByteReader): VolumeDescriptor | null {
  const volumeDescriptorType = sector.u8("volumeDescriptorType")
  if (sector.ascii(5, "standardIdentifier") !== "CD001") return null
  const version = sector.u8("volumeDescriptorVersion")
  switch (volumeDescriptorType) {
    case 1:
      return { kind: "primary", ...parseTree(sector, false) }
    case 2: {
      if (version === 2) return { kind: "enhanced", ...parseTree(sector, false) }
      const level = JOLIET_LEVELS[sector.from(88, "escapeSequences").ascii(3, "escapeSequences")]
      if (level === undefined) return { kind: "other", volumeDescriptorType }
      return { kind: "joliet", level, ...parseTree(sector, true) }
    }
    case 255:
      return { kind: "terminator" }
    default:
      return { kind: "other", volumeDescriptorType }
  }
}

function parseTree(sector: ByteReader, isUcs2: boolean): TreeDescriptor {
  sector.skip(1 + 32, "volumeFlags, systemIdentifier")
  const label = sector.bytes(32, "volumeIdentifier")
  sector.skip(8, "unused")
  const volumeSpaceSize = bothEndian32(sector, "volumeSpaceSize").value
  sector.skip(32 + 4 + 4, "escapeSequences to volumeSequenceNumber")
  const blockSize = bothEndian16(sector, "logicalBlockSize").value
  if (blockSize !== 512 && blockSize !== 1024 && blockSize !== 2048) {
    throw sector.error("damaged", "logicalBlockSize", `${blockSize}; a logical block has 512, 1024 or 2048 bytes (ECMA 119 6.2.2)`)
  }
  const root = parseDirectoryRecord(sector.from(156, "rootDirectoryRecord"), ROOT_RECORD_LENGTH)
  if (root === null) throw sector.error("damaged", "rootDirectoryRecord", "the root directory record is empty")
  const volumeIdentifier = (isUcs2 ? decodeUtf16Be(label) : decodeUnlabelled(label)).replace(/[\0 ]+$/, "")
  return { volumeIdentifier, volumeSpaceSize, logicalBlockSize: blockSize, root }
}
