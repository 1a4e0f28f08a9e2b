import { readTimestamp, wrapTimestamp, writeTimestamp } from "../pes.ts"

/*
 * Times in the header of a PES packet in MPEG-2 form (ISO/IEC 13818-1 2.4.3.6) that begins at `start`. Nothing is touched where the packet has no such
 * header, or where its fields do not fit before `end`: a header split over two packets does not occur on discs.
 */

const NO_HEADER = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff])

/** PTS_DTS_flags in the top two bits; -1: the packet has no header with flags. */
function flagsAt(bytes: Uint8Array, start: number, end: number): number {
  if (start + 9 > end || bytes[start] !== 0 || bytes[start + 1] !== 0 || bytes[start + 2] !== 1) return -1
  if (NO_HEADER.has(bytes[start + 3] as number) || ((bytes[start + 6] as number) & 0xc0) !== 0x80) return -1
  return bytes[start + 7] as number
}

const sizeOfTimes = (flags: number): number => (flags >> 6 === 3 ? 10 : flags >> 6 === 2 ? 5 : 0)

/** Adds `offset` (90 kHz, 0 to 2^33) to PTS, DTS and ESCR. */
export function shiftPesTimes(bytes: Uint8Array, start: number, end: number, offset: number): void {
  const flags = flagsAt(bytes, start, end)
  if (flags === -1) return
  const size = sizeOfTimes(flags)
  const last = Math.min(end, start + 9 + (bytes[start + 8] as number))
  for (let field = start + 9; field + 5 <= Math.min(last, start + 9 + size); field += 5) {
    writeTimestamp(bytes, field, (bytes[field] as number) >> 4, wrapTimestamp(readTimestamp(bytes, field) + offset))
  }
  const escr = start + 9 + size
  if ((flags & 0x20) !== 0 && escr + 6 <= last) shiftEscr(bytes, escr, offset)
}

/** Sets PTS and, where the header has one, DTS. */
export function writePesTimes(bytes: Uint8Array, start: number, end: number, pts: number, dts: number): void {
  const flags = flagsAt(bytes, start, end)
  const size = flags === -1 ? 0 : sizeOfTimes(flags)
  if (size === 0 || start + 9 + size > end || (bytes[start + 8] as number) < size) return
  writeTimestamp(bytes, start + 9, flags >> 6, pts)
  if (size === 10) writeTimestamp(bytes, start + 14, 1, dts)
}

/** The base of the elementary stream clock reference: 33 bits in groups of 3, 15 and 15 with marker bits, from the third bit of the field on. */
function shiftEscr(bytes: Uint8Array, at: number, offset: number): void {
  const b = (i: number): number => bytes[at + i] as number
  const high = (b(0) >> 3) & 7
  const middle = ((b(0) & 3) << 13) | (b(1) << 5) | (b(2) >> 3)
  const low = ((b(2) & 3) << 13) | (b(3) << 5) | (b(4) >> 3)
  writeSplitClock(bytes, at, wrapTimestamp(high * 2 ** 30 + middle * 2 ** 15 + low + offset), b(0) & 0xc0, b(4) & 3)
}

/** Writes a 33-bit base in ESCR and SCR form; `before` are the two bits before it, `behind` the two top bits of the extension, both in place. */
export function writeSplitClock(bytes: Uint8Array, at: number, base: number, before: number, behind: number): void {
  const high = Math.floor(base / 2 ** 30) & 7
  const middle = Math.floor(base / 2 ** 15) & 0x7fff
  const low = base % 2 ** 15
  bytes[at] = before | (high << 3) | 4 | (middle >> 13)
  bytes[at + 1] = (middle >> 5) & 0xff
  bytes[at + 2] = ((middle & 0x1f) << 3) | 4 | (low >> 13)
  bytes[at + 3] = (low >> 5) & 0xff
  bytes[at + 4] = ((low & 0x1f) << 3) | 4 | behind
}
