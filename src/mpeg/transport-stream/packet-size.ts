export type PacketSize = 188 | 192

export const SYNC_BYTE = 0x47
export const TS_PACKET_SIZE = 188
/** Bytes before the sync byte of a 192-byte source packet: copy_permission_indicator and arrival_time_stamp. */
export const SOURCE_PACKET_EXTRA = 4

/** Sync bytes in a row that settle the packet size. */
const ENOUGH = 8
/** Bytes that are looked at: any offset of the first packet, and enough packets behind it. */
export const PROBE_SIZE = 192 * (ENOUGH + 1)

/** Where the first packet begins (for 192 bytes, its arrival time stamp) and how large packets are; null: no run of sync bytes lies in the bytes. */
export function probePacketSize(bytes: Uint8Array): { readonly size: PacketSize; readonly offset: number } | null {
  let best: { size: PacketSize; offset: number; run: number } | null = null
  for (const size of [192, 188] as const) {
    const aligned = size === 192 ? SOURCE_PACKET_EXTRA : 0
    // The aligned place first: arrival time stamps may hold the same byte.
    for (let i = 0; i < size; i++) {
      const sync = (aligned + i) % size
      if (sync >= bytes.length) continue
      const run = runOf(bytes, sync, size)
      // Two packets agree by chance once in 256 places.
      const enough = Math.min(ENOUGH, Math.floor((bytes.length - sync - 1) / size) + 1)
      if (run < enough || (best !== null && run <= best.run)) continue
      const start = size === 192 ? sync - SOURCE_PACKET_EXTRA : sync
      best = { size, offset: start < 0 ? start + size : start, run }
    }
  }
  return best === null ? null : { size: best.size, offset: best.offset }
}

function runOf(bytes: Uint8Array, from: number, size: number): number {
  let run = 0
  for (let at = from; at < bytes.length && run < ENOUGH && bytes[at] === SYNC_BYTE; at += size) run++
  return run
}
