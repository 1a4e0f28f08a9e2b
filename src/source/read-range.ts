import { DiscError } from "../base/index.ts"

/** One read answers with one array: longer runs are read piece by piece, so that a damaged length field cannot take all memory. */
const MAX_READ_LENGTH = 1 << 30

/** How many of the bytes asked for lie inside a source of `size` bytes. @throws DiscError `bad-argument`, `limit` */
export function readableLength(name: string, size: number, offset: number, length: number): number {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new DiscError("bad-argument", `cannot read ${length} bytes at ${offset}`, { path: name })
  }
  const inside = Math.max(0, Math.min(length, size - offset))
  if (inside > MAX_READ_LENGTH) {
    throw new DiscError("limit", `${inside} bytes in one read; at most ${MAX_READ_LENGTH} are given at once`, { path: name, offset })
  }
  return inside
}
