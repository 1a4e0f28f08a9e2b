import { PesHeader, readPesHeader } from "../pes.ts"
import { beginsUnit, hasPayload, hasSync, isScrambled, payloadStart, SOURCE_PACKET_SIZE } from "../title-file/source-packet.ts"

/** The time stamps of the PES packet that begins in a 192-byte source packet; null where none does, or it has none. */
export function sourcePacketTimes(packet: Uint8Array): { readonly pts: number; readonly dts: number } | null {
  if (packet.length < SOURCE_PACKET_SIZE || !hasSync(packet, 0) || !hasPayload(packet, 0)) return null
  if (!beginsUnit(packet, 0) || isScrambled(packet, 0)) return null
  const start = payloadStart(packet, 0)
  const header = new PesHeader()
  if (packet[start] !== 0 || packet[start + 1] !== 0 || packet[start + 2] !== 1) return null
  if (!readPesHeader(packet, start, SOURCE_PACKET_SIZE, header) || header.pts === null) return null
  return { pts: header.pts, dts: header.dts ?? header.pts }
}
