import { writeTimestamp } from "../../src/mpeg/pes.ts"

/** One PES packet of a made program stream. */
export type MadePacket = {
  readonly id: number
  readonly payload: Uint8Array
  readonly pts?: number
  readonly dts?: number
  readonly scrambling?: number
}

const PACK_SIZE = 2048
const PACK_HEADER = [0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 1, 0x89, 0xc3, 0xf8]
/** What one pack can hold of a PES packet's payload, beside both headers. */
export const ROOM = PACK_SIZE - PACK_HEADER.length - 19

/** One PES packet in MPEG-2 form. */
export function pes(packet: MadePacket): Uint8Array {
  const { payload, pts, dts } = packet
  const stamps = pts === undefined ? 0 : dts === undefined ? 5 : 10
  const bytes = new Uint8Array(9 + stamps + payload.length)
  const length = bytes.length - 6
  bytes.set([
    0,
    0,
    1,
    packet.id,
    length >> 8,
    length & 0xff,
    0x80 | ((packet.scrambling ?? 0) << 4),
    stamps === 0 ? 0 : stamps === 5 ? 0x80 : 0xc0,
    stamps,
  ])
  if (pts !== undefined) writeTimestamp(bytes, 9, dts === undefined ? 2 : 3, pts)
  if (dts !== undefined) writeTimestamp(bytes, 14, 1, dts)
  bytes.set(payload, 9 + stamps)
  return bytes
}

/** One pack that holds the packet and padding. */
export function pack(packet: MadePacket): Uint8Array {
  const bytes = new Uint8Array(PACK_SIZE).fill(0xff)
  bytes.set(PACK_HEADER)
  const inner = pes(packet)
  bytes.set(inner, PACK_HEADER.length)
  const rest = PACK_HEADER.length + inner.length
  const left = PACK_SIZE - rest
  // Fewer than 6 bytes cannot be a packet: they stay 0xff, which no start code begins with.
  if (left >= 6) bytes.set([0, 0, 1, 0xbe, (left - 6) >> 8, (left - 6) & 0xff], rest)
  return bytes
}

/** An elementary stream spread over packs; the first packet alone has times, unless `stamp` says others. */
export function packs(
  id: number,
  stream: Uint8Array,
  stamp: (offset: number) => { pts: number; dts?: number } | null,
  room = ROOM,
  prefix: readonly number[] = [],
): Uint8Array {
  const all: Uint8Array[] = []
  const step = room - prefix.length
  for (let at = 0; at < stream.length; at += step) {
    const piece = stream.subarray(at, at + step)
    const payload = new Uint8Array(prefix.length + piece.length)
    payload.set(prefix)
    payload.set(piece, prefix.length)
    all.push(pack({ id, payload, ...(stamp(at) ?? {}) }))
  }
  return Buffer.concat(all)
}
