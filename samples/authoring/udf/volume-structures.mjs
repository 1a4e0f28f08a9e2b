// The structures of the volume: recognition sequence, anchors, volume descriptor sequences, integrity.
import { characterSet, domain, dstring, entity, extent, Fields, implementation, longAddress, timestamp, udfEntity } from "./fields.mjs"
import { seal } from "./tag.mjs"

/**
 * @typedef {object} VolumeFacts
 * @property {string} label
 * @property {number} revision
 * @property {number} blockSize
 * @property {number} partitionStart sector
 * @property {number} partitionBlocks
 * @property {{ partition: number, lengthBytes: number }} fileSet
 * @property {{ file: number, mirror: number, unitBlocks: number } | null} metadata blocks of the two metadata files
 * @property {{ files: number, directories: number, nextUniqueId: number }} counts
 * @property {{ main: number, reserve: number, integrity: number, anchors: number[] }} sectors
 */

const SEQUENCE_SECTORS = 16

/** Volume recognition sequence (ECMA-167 2/8.3, UDF 2.1.7). @param {VolumeFacts} facts @returns {Map<number, Buffer>} by byte offset */
export function recognitionSequence({ revision, blockSize }) {
  const step = Math.max(2048, blockSize)
  const names = ["BEA01", revision < 0x0200 ? "NSR02" : "NSR03", "TEA01"]
  return new Map(
    names.map((name, index) => {
      const sector = Buffer.alloc(2048)
      sector.write(name, 1, "latin1")
      sector.writeUInt8(1, 6)
      return [32768 + index * step, sector]
    }),
  )
}

/** Anchor volume descriptor pointer (ECMA-167 3/10.2). @param {VolumeFacts} facts @param {number} sector */
export function anchor({ revision, blockSize, sectors }, sector) {
  const { bytes } = new Fields(blockSize)
    .zeros(16)
    .put(extent(SEQUENCE_SECTORS * blockSize, sectors.main))
    .put(extent(SEQUENCE_SECTORS * blockSize, sectors.reserve))
  return seal(bytes, { identifier: 2, location: sector, revision, covers: 512 })
}

/** One volume descriptor sequence (ECMA-167 3/8.4.2): a buffer of whole sectors. @param {VolumeFacts} facts @param {number} start its first sector */
export function volumeDescriptorSequence(facts, start) {
  const { revision, blockSize } = facts
  const builders = [
    { identifier: 1, body: primaryVolume(facts), covers: 512 },
    { identifier: 4, body: volumeInformation(facts), covers: 512 },
    { identifier: 5, body: partition(facts), covers: 512 },
    { identifier: 6, body: logicalVolume(facts), covers: 440 + partitionMaps(facts).length },
    { identifier: 7, body: Buffer.alloc(4), covers: 24 },
    { identifier: 8, body: Buffer.alloc(0), covers: 512 },
  ]
  const sequence = Buffer.alloc(SEQUENCE_SECTORS * blockSize)
  for (const [index, { identifier, body, covers }] of builders.entries()) {
    const sector = sequence.subarray(index * blockSize, (index + 1) * blockSize)
    if (identifier !== 8) sector.writeUInt32LE(index, 16)
    sector.set(body, 20)
    seal(sector, { identifier, location: start + index, revision, covers })
  }
  return sequence
}

/** ECMA-167 3/10.1. */
function primaryVolume({ label }) {
  const identifier = label.slice(0, 15)
  return new Fields(492)
    .zeros(4)
    .put(dstring(identifier, 32))
    .u16(1)
    .u16(1)
    .u16(2)
    .u16(2)
    .u32(1)
    .u32(1)
    .put(dstring(`0123456789abcdef${identifier}`, 128))
    .put(characterSet())
    .put(characterSet())
    .zeros(16)
    .put(entity("*opentray"))
    .put(timestamp())
    .put(implementation()).bytes
}

/** Implementation use volume descriptor "*UDF LV Info" (UDF 2.2.7). */
function volumeInformation({ label, revision }) {
  return new Fields(492)
    .put(udfEntity("*UDF LV Info", revision))
    .put(characterSet())
    .put(dstring(label, 128))
    .zeros(3 * 36)
    .put(implementation()).bytes
}

/** ECMA-167 3/10.5: a read-only partition. */
function partition({ revision, partitionStart, partitionBlocks }) {
  return new Fields(492)
    .u16(1)
    .u16(0)
    .put(entity(revision < 0x0200 ? "+NSR02" : "+NSR03"))
    .zeros(128)
    .u32(1)
    .u32(partitionStart)
    .u32(partitionBlocks)
    .put(implementation()).bytes
}

/** ECMA-167 3/10.6. */
function logicalVolume(facts) {
  const maps = partitionMaps(facts)
  return new Fields(420 + maps.length)
    .put(characterSet())
    .put(dstring(facts.label, 128))
    .u32(facts.blockSize)
    .put(domain(facts.revision))
    .put(longAddress(facts.fileSet.lengthBytes, 0, facts.fileSet.partition))
    .u32(maps.length)
    .u32(facts.metadata === null ? 1 : 2)
    .put(implementation())
    .zeros(128)
    .put(extent(2 * facts.blockSize, facts.sectors.integrity))
    .put(maps).bytes
}

/** A type 1 map (ECMA-167 3/10.7.2), and behind it the metadata partition's (UDF 2.2.10). */
function partitionMaps({ revision, metadata }) {
  const physical = new Fields(6).u8(1).u8(6).u16(1).u16(0).bytes
  if (metadata === null) return physical
  const second = new Fields(64)
    .u8(2)
    .u8(64)
    .zeros(2)
    .put(udfEntity("*UDF Metadata Partition", revision))
    .u16(1)
    .u16(0)
    .u32(metadata.file)
    .u32(metadata.mirror)
    .u32(0xffffffff)
    .u32(metadata.unitBlocks)
    .u16(metadata.unitBlocks)
    .u8(1).bytes
  return Buffer.concat([physical, second])
}

/** Logical volume integrity descriptor, closed (ECMA-167 3/10.10, UDF 2.2.6), and the terminator behind it. @param {VolumeFacts} facts */
export function integritySequence({ revision, blockSize, partitionBlocks, metadata, counts, sectors }) {
  const partitions = metadata === null ? 1 : 2
  const { bytes, at } = new Fields(blockSize)
    .zeros(16)
    .put(timestamp())
    .u32(1)
    .zeros(8)
    .u64(counts.nextUniqueId)
    .zeros(24)
    .u32(partitions)
    .u32(46)
    .zeros(4 * partitions)
    .u32(partitionBlocks)
    .put(metadata === null ? new Uint8Array(0) : new Fields(4).u32(metadata.blocks).bytes)
    .put(implementation())
    .u32(counts.files)
    .u32(counts.directories)
    .u16(revision)
    .u16(revision)
    .u16(revision)
  seal(bytes, { identifier: 9, location: sectors.integrity, revision, covers: at })
  const end = seal(Buffer.alloc(blockSize), { identifier: 8, location: sectors.integrity + 1, revision, covers: 512 })
  return Buffer.concat([bytes, end])
}
