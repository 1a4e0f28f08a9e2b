import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const PACKET = 192
const PACKETS_PER_UNIT = 32
const IG_PID = 0x1400

const pidOf = (packet: Uint8Array): number => (((packet[5] ?? 0) & 0x1f) << 8) | (packet[6] ?? 0)

/**
 * A copy of the rig's disc whose menu (playlist 0, clip 0) is this display set. Packets behind the old menu's first make room.
 * @returns how many aligned units lie before the one that ends the display set
 */
export function writeMenuDisc(rig: string, root: string, segments: readonly Uint8Array[]): number {
  cpSync(rig, root, { recursive: true })
  const path = join(root, "BDMV/STREAM/00000.m2ts")
  const clip = readFileSync(path)
  const packets = Array.from({ length: clip.length / PACKET }, (_, index) => clip.subarray(index * PACKET, (index + 1) * PACKET))
  const first = packets.findIndex((packet) => pidOf(packet) === IG_PID)
  const stamp = packets[first]?.subarray(17, 27) ?? new Uint8Array(10)
  const ours = segments.flatMap((segment) => transportPackets(pesPacket(segment, stamp)))
  let counter = 0
  for (const [index, packet] of packets.entries()) {
    if (index < first || (index >= first + ours.length && pidOf(packet) !== IG_PID)) continue
    const content = ours[index - first]
    if (content === undefined) packet.set([0x47, 0x1f, 0xff, 0x10], 4)
    else {
      packet.set(content, 4)
      packet[7] = ((packet[7] ?? 0) & 0xf0) | counter
      counter = (counter + 1) & 15
    }
  }
  if (first < 0 || first + ours.length > packets.length) throw new Error("the menu does not fit into the clip")
  writeFileSync(path, clip)
  return Math.floor((first + ours.length - 1) / PACKETS_PER_UNIT)
}

/** `stamp`: the 10 bytes of PTS and DTS. */
function pesPacket(segment: Uint8Array, stamp: Uint8Array): Uint8Array {
  const length = segment.length + 13
  return Uint8Array.from([0, 0, 1, 0xbd, length >> 8, length & 0xff, 0x81, 0xc0, 10, ...stamp, ...segment])
}

function transportPackets(pes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(pes.length / 184) }, (_, index) => {
    const part = pes.subarray(index * 184, (index + 1) * 184)
    const room = 184 - part.length
    const stuffing = room === 0 ? [] : room === 1 ? [0] : [room - 1, 0, ...Array<number>(room - 2).fill(0xff)]
    const start = index === 0 ? 0x40 : 0
    return Uint8Array.from([0x47, start | (IG_PID >> 8), IG_PID & 0xff, room > 0 ? 0x30 : 0x10, ...stuffing, ...part])
  })
}
