/** A system clock reference: 90 kHz base and 27 MHz extension (0 to 299). */
export type PackClock = { readonly base: number; readonly extension: number }

/** Index of the first byte behind the pack header at `at`: ISO/IEC 13818-1 2.5.3.3 (MPEG-2, 14 bytes and stuffing) or 11172-1 2.4.3.2 (MPEG-1, 12 bytes); -1: none begins there. */
export function packPayloadStart(bytes: Uint8Array, at: number): number {
  if (at + 14 > bytes.length) return -1
  if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1 || bytes[at + 3] !== 0xba) return -1
  const mark = bytes[at + 4] as number
  if ((mark & 0xc0) === 0x40) return at + 14 + ((bytes[at + 13] as number) & 7)
  return (mark & 0xf0) === 0x20 ? at + 12 : -1
}

/** The system clock reference of the pack header at `at`, which `packPayloadStart` has accepted. */
export function readPackClock(bytes: Uint8Array, at: number): PackClock {
  const b = (i: number): number => bytes[at + i] as number
  if ((b(4) & 0xc0) === 0x40) {
    const high = ((b(4) >> 3) & 7) * 2 ** 30
    const middle = ((((b(4) & 3) << 13) | (b(5) << 5) | (b(6) >> 3)) & 0x7fff) * 2 ** 15
    const low = ((b(6) & 3) << 13) | (b(7) << 5) | (b(8) >> 3)
    return { base: high + middle + low, extension: ((b(8) & 3) << 7) | (b(9) >> 1) }
  }
  const low = (b(5) << 22) | ((b(6) & 0xfe) << 14) | (b(7) << 7) | (b(8) >> 1)
  return { base: ((b(4) >> 1) & 7) * 2 ** 30 + low, extension: 0 }
}
