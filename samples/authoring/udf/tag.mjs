/**
 * CRC of ECMA-167 3/7.2.6, polynomial 0x1021, bit by bit.
 * @param {Uint8Array} bytes
 */
function crc(bytes) {
  let value = 0
  for (const byte of bytes) {
    value ^= byte << 8
    for (let bit = 0; bit < 8; bit++) value = ((value << 1) ^ (value & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return value
}

/**
 * Writes the descriptor tag (ECMA-167 3/7.2) into the first 16 bytes of a structure, whose other bytes must be final.
 * @param {Buffer} structure
 * @param {{ identifier: number, location: number, revision: number, covers?: number }} tag `covers`: the structure's bytes without padding
 */
export function seal(structure, { identifier, location, revision, covers = structure.length }) {
  structure.writeUInt16LE(identifier, 0)
  structure.writeUInt16LE(revision < 0x0200 ? 2 : 3, 2)
  structure.writeUInt8(0, 4)
  structure.writeUInt16LE(1, 6)
  structure.writeUInt16LE(crc(structure.subarray(16, covers)), 8)
  structure.writeUInt16LE(covers - 16, 10)
  structure.writeUInt32LE(location, 12)
  let sum = 0
  for (let index = 0; index < 16; index++) sum += structure[index] ?? 0
  structure.writeUInt8(sum & 0xff, 4)
  return structure
}
