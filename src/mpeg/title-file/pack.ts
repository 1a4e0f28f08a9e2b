import { SECTOR_SIZE } from "../../base/index.ts"
import { STREAM_ID } from "../pes.ts"
import { packPayloadStart } from "../program-stream/pack.ts"
import { writeSplitClock } from "./pes-times.ts"

/** One packet of a pack: from its start code to its end. */
export type PackPacket = { readonly streamId: number; readonly start: number; readonly end: number }

/** A pack has room for three packets (audio, sub-picture, padding); a header and two for navigation. */
const MAX_PACKETS = 8

/** The packets of the pack of 2048 bytes at `at`; empty when no pack begins there. */
export function packetsOf(bytes: Uint8Array, at: number): PackPacket[] {
  const packets: PackPacket[] = []
  const end = at + SECTOR_SIZE
  let start = packPayloadStart(bytes, at)
  while (start !== -1 && start + 6 <= end && packets.length < MAX_PACKETS) {
    if (bytes[start] !== 0 || bytes[start + 1] !== 0 || bytes[start + 2] !== 1) break
    const next = start + 6 + (((bytes[start + 4] as number) << 8) | (bytes[start + 5] as number))
    packets.push({ streamId: bytes[start + 3] as number, start, end: Math.min(next, end) })
    start = next
  }
  return packets
}

/** Writes the system clock reference of an MPEG-2 pack header, in 27 MHz ticks. */
export function writePackClock(bytes: Uint8Array, at: number, clock: number): void {
  const extension = clock % 300
  writeSplitClock(bytes, at + 4, Math.floor(clock / 300), 0x40, extension >> 7)
  bytes[at + 9] = ((extension & 0x7f) << 1) | 1
}

/** A pack of nothing. */
export function paddingPack(): Uint8Array {
  const pack = new Uint8Array(SECTOR_SIZE).fill(0xff)
  // Pack header, ISO/IEC 13818-1 2.5.3.3: clock 0, program_mux_rate 25200 x 50 bytes a second, no stuffing.
  pack.set([0, 0, 1, STREAM_ID.pack, 0x44, 0, 4, 0, 4, 1, 1, 0x89, 0xc3, 0xf8])
  writePadding(pack, 14, SECTOR_SIZE)
  return pack
}

const PACKET_HEAD = 6

/** A padding packet from `start` to `end`, which lie at least its head apart. */
export function writePadding(bytes: Uint8Array, start: number, end: number): void {
  const length = end - start - PACKET_HEAD
  bytes.set([0, 0, 1, STREAM_ID.padding, length >> 8, length & 0xff], start)
  bytes.fill(0xff, start + PACKET_HEAD, end)
}

/** What a packet of a pack keeps of itself. */
export type PacketRemainder = {
  readonly packet: PackPacket
  /** Index of the first byte of the stream's data: behind the packet's header and, in private stream 1, the sub-stream's. */
  readonly dataStart: number
  /** The sub-stream's header; empty outside private stream 1. */
  readonly subHeader: Uint8Array
  /** What is kept of the data, by index in the pack, in order. */
  readonly kept: readonly (readonly [number, number])[]
  /** `false`: the time stamp belonged to something that is gone. */
  readonly keepsTimes: boolean
}

/**
 * The pack without some of the data of its one packet: the room is filled by a padding packet. The packet is gone when nothing of it is kept.
 * null: the pack has other packets, or there is no way to fill the room.
 */
export function shortenPack(pack: Uint8Array, remainder: PacketRemainder): Uint8Array | null {
  const { packet, subHeader, kept } = remainder
  const others = packetsOf(pack, 0).filter(({ start, streamId }) => start !== packet.start && streamId !== STREAM_ID.padding)
  if (others.length > 0 || pack.length !== SECTOR_SIZE) return null
  const result = pack.slice()
  const size = kept.reduce((sum, [from, to]) => sum + to - from, 0)
  if (size === 0) {
    writePadding(result, packet.start, SECTOR_SIZE)
    return result
  }
  const header = headerOf(pack, packet, remainder)
  const room = SECTOR_SIZE - packet.start - header.length - subHeader.length - size
  if (room < 0) return null
  const stuffing = room < PACKET_HEAD ? room : 0
  if ((header[8] as number) + stuffing > 255) return null
  header[8] = (header[8] as number) + stuffing
  result.set(header, packet.start)
  let at = packet.start + header.length
  result.fill(0xff, at, at + stuffing)
  at += stuffing
  result.set(subHeader, at)
  at += subHeader.length
  for (const [from, to] of kept) {
    result.set(pack.subarray(from, to), at)
    at += to - from
  }
  const length = at - packet.start - PACKET_HEAD
  result[packet.start + 4] = length >> 8
  result[packet.start + 5] = length & 0xff
  if (at < SECTOR_SIZE) writePadding(result, at, SECTOR_SIZE)
  return result
}

/** The packet's header, with its time stamps turned into stuffing where they are not kept. */
function headerOf(pack: Uint8Array, packet: PackPacket, { dataStart, subHeader, keepsTimes }: PacketRemainder): Uint8Array {
  const header = pack.slice(packet.start, dataStart - subHeader.length)
  const flags = header[7] as number
  if (keepsTimes || (flags & 0x80) === 0) return header
  const size = flags >> 6 === 3 ? 10 : 5
  header[7] = flags & 0x3f
  header.copyWithin(9, 9 + size)
  header.fill(0xff, header.length - size)
  return header
}
