import type { ByteReader } from "../../base/index.ts"

/** A number that is recorded twice, little-endian first (ECMA 119 7.2.3 and 7.3.3). The copies differ where one of them was written wrongly. */
type BothEndian = { readonly value: number; readonly agree: boolean }

/**
 * The little-endian copy holds: every known system reads it. Where it is zero and the other is not, a big-endian writer left it out.
 */
export function bothEndian16(from: ByteReader, field: string): BothEndian {
  return choose(from.u16le(field), from.u16(field))
}

export function bothEndian32(from: ByteReader, field: string): BothEndian {
  return choose(from.u32le(field), from.u32(field))
}

function choose(little: number, big: number): BothEndian {
  return { value: little === 0 ? big : little, agree: little === big }
}
