// Fields that UDF structures share: text, times, identifiers, addresses. Clauses are those of ECMA-167 and UDF 2.50.

/** Every structure carries this moment, so that authoring twice gives the same bytes. */
const MOMENT = { year: 2026, month: 1, day: 1 }

/** A structure under construction: fields are set one after another. Little-endian throughout. */
export class Fields {
  /** @param {number} size in bytes; what is not set stays zero */
  constructor(size) {
    this.bytes = Buffer.alloc(size)
    this.at = 0
  }

  /** @param {number} value */
  u8(value) {
    this.at = this.bytes.writeUInt8(value, this.at)
    return this
  }

  /** @param {number} value */
  u16(value) {
    this.at = this.bytes.writeUInt16LE(value, this.at)
    return this
  }

  /** @param {number} value */
  u32(value) {
    this.at = this.bytes.writeUInt32LE(value, this.at)
    return this
  }

  /** @param {number} value */
  u64(value) {
    this.at = this.bytes.writeBigUInt64LE(BigInt(value), this.at)
    return this
  }

  /** @param {Uint8Array} value */
  put(value) {
    this.bytes.set(value, this.at)
    this.at += value.length
    return this
  }

  /** @param {number} count */
  zeros(count) {
    this.at += count
    return this
  }
}

/**
 * OSTA compressed Unicode (UDF 2.1.1): one byte a character where all fit, else two, high byte first.
 * @param {string} text
 */
export function compressedUnicode(text) {
  if (text === "") return Buffer.alloc(0)
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
  if (units.every((unit) => unit < 256)) return Buffer.from([8, ...units])
  return Buffer.from([16, ...units.flatMap((unit) => [unit >> 8, unit & 255])])
}

/**
 * A dstring (ECMA-167 1/7.2.12): the last byte counts those used.
 * @param {string} text
 * @param {number} size of the whole field
 */
export function dstring(text, size) {
  const used = compressedUnicode(text)
  if (used.length > size - 1) throw new Error(`"${text}" does not fit into ${size} bytes`)
  const field = Buffer.alloc(size)
  used.copy(field)
  field[size - 1] = used.length
  return field
}

/** The character set of every text here (UDF 2.1.2). */
export function characterSet() {
  const field = Buffer.alloc(64)
  field.write("OSTA Compressed Unicode", 1, "latin1")
  return field
}

/** A timestamp in UTC (ECMA-167 1/7.3). */
export function timestamp() {
  return new Fields(12)
    .u16(1 << 12)
    .u16(MOMENT.year)
    .u8(MOMENT.month)
    .u8(MOMENT.day)
    .zeros(6).bytes
}

/**
 * An entity identifier (ECMA-167 1/7.4).
 * @param {string} name
 * @param {Uint8Array} suffix at most 8 bytes
 */
export function entity(name, suffix = new Uint8Array(0)) {
  const field = Buffer.alloc(32)
  field.write(name, 1, "latin1")
  field.set(suffix, 24)
  return field
}

/** Who wrote it. */
export const implementation = () => entity("*opentray author")

/** @param {number} revision 0x0250 for UDF 2.50 */
export const udfEntity = (name, revision) => entity(name, new Fields(2).u16(revision).bytes)

/** The volume is read-only (UDF 2.1.5.3: hard write protect). @param {number} revision */
export const domain = (revision) => entity("*OSTA UDF Compliant", new Fields(3).u16(revision).u8(1).bytes)

/**
 * Extent descriptor (ECMA-167 3/7.1).
 * @param {number} lengthBytes
 * @param {number} sector
 */
export const extent = (lengthBytes, sector) => new Fields(8).u32(lengthBytes).u32(sector).bytes

/**
 * Long allocation descriptor (ECMA-167 4/14.14.2).
 * @param {number} length with the kind in the top two bits
 * @param {number} block
 * @param {number} partition the reference number
 * @param {number} uniqueId for the implementation use of file identifiers (UDF 2.3.4.3)
 */
export const longAddress = (length, block, partition, uniqueId = 0) =>
  new Fields(16).u32(length).u32(block).u16(partition).zeros(2).u32(uniqueId).bytes
