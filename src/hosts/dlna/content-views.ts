import type { Source } from "../../base/index.ts"
import { PLAIN_PACKET, TIMESTAMPED_PACKET } from "./resources.ts"

type Content = Pick<Source, "size" | "read">

/** Bytes before each packet of a Blu-ray's stream: when it arrives. */
const STAMP = TIMESTAMPED_PACKET - PLAIN_PACKET

/** A transport stream of 192-byte packets as one of 188-byte packets: the time stamps are left out. Readable at any offset. */
export function plainPackets(content: Content): Content {
  return {
    size: Math.floor(content.size / TIMESTAMPED_PACKET) * PLAIN_PACKET,
    read: async (offset, length, options) => {
      const first = Math.floor(offset / PLAIN_PACKET)
      const end = Math.ceil((offset + length) / PLAIN_PACKET)
      const bytes = await content.read(first * TIMESTAMPED_PACKET, (end - first) * TIMESTAMPED_PACKET, options)
      const packets = Math.floor(bytes.length / TIMESTAMPED_PACKET)
      const plain = new Uint8Array(packets * PLAIN_PACKET)
      for (let packet = 0; packet < packets; packet++) {
        const at = packet * TIMESTAMPED_PACKET + STAMP
        plain.set(bytes.subarray(at, at + PLAIN_PACKET), packet * PLAIN_PACKET)
      }
      const skip = offset - first * PLAIN_PACKET
      return plain.subarray(skip, skip + length)
    },
  }
}
