import { sectionCrc } from "../transport-stream/sections.ts"
import { SOURCE_PACKET_SIZE } from "./source-packet.ts"
import type { TitleStream } from "./title-stream.ts"

/** PIDs of the tables and the clock in every Blu-ray clip; the title's file keeps them. */
export const PAT_PID = 0
export const PMT_PID = 0x100
export const PCR_PID = 0x1001

const PROGRAM_NUMBER = 1
/** ISO/IEC 13818-1 2.4.4.9: section_length of a program map is at most this. */
const MAX_SECTION_LENGTH = 1021
const PAYLOAD_SIZE = 184
const REGISTRATION_DESCRIPTOR = 5
const LANGUAGE_DESCRIPTOR = 10

/** The payloads of the packets that carry a table, a power of two of them: packet n of the PID carries payload n modulo their count. */
export type TablePayloads = readonly Uint8Array[]

/** The program association table: one program. */
export function associationPayloads(): TablePayloads {
  return packetize(section(0, 1, [PROGRAM_NUMBER >> 8, PROGRAM_NUMBER & 0xff, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]))
}

/**
 * The program map table of the whole title, registered as HDMV, so that readers take stream types from 0x80 for Blu-ray's.
 * Languages are left out when the section has no room for them; streams that it has no room for are not in it.
 */
export function mapPayloads(streams: readonly TitleStream[], pcrPid: number): TablePayloads {
  const head = [0xe0 | (pcrPid >> 8), pcrPid & 0xff, 0xf0, 6, REGISTRATION_DESCRIPTOR, 4, ...ascii("HDMV")]
  const withLanguages = streams.flatMap((stream) => streamEntry(stream, true))
  const room = MAX_SECTION_LENGTH - 9 - head.length
  const entries = withLanguages.length <= room ? withLanguages : streams.flatMap((stream) => streamEntry(stream, false))
  return packetize(section(2, PROGRAM_NUMBER, [...head, ...entries.slice(0, Math.floor(room / 5) * 5)]))
}

function streamEntry({ pid, streamType, language }: TitleStream, withLanguage: boolean): number[] {
  const descriptors = withLanguage && language !== null ? [LANGUAGE_DESCRIPTOR, 4, ...ascii(language.slice(0, 3)), 0] : []
  return [streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, descriptors.length, ...descriptors]
}

/** A section of version 0 that is the only one of its table. */
function section(tableId: number, extension: number, body: readonly number[]): Uint8Array {
  const length = 5 + body.length + 4
  const bytes = Uint8Array.from([
    tableId,
    0xb0 | (length >> 8),
    length & 0xff,
    extension >> 8,
    extension & 0xff,
    0xc1,
    0,
    0,
    ...body,
    0,
    0,
    0,
    0,
  ])
  new DataView(bytes.buffer).setUint32(bytes.length - 4, sectionCrc(bytes, 0, bytes.length - 4))
  return bytes
}

function packetize(bytes: Uint8Array): TablePayloads {
  let count = 1
  while (count * PAYLOAD_SIZE < bytes.length + 1) count *= 2
  const whole = new Uint8Array(count * PAYLOAD_SIZE).fill(0xff)
  whole[0] = 0
  whole.set(bytes, 1)
  return Array.from({ length: count }, (_, index) => whole.subarray(index * PAYLOAD_SIZE, (index + 1) * PAYLOAD_SIZE))
}

/** Makes the packet at `at`, whose PID and counter are set, carry its part of the table. */
export function writeTablePacket(bytes: Uint8Array, at: number, payloads: TablePayloads): void {
  const index = ((bytes[at + 7] as number) & 15) % payloads.length
  bytes[at + 5] = ((bytes[at + 5] as number) & 0x1f) | (index === 0 ? 0x40 : 0)
  bytes[at + 7] = ((bytes[at + 7] as number) & 15) | 0x10
  bytes.set((payloads[index] as Uint8Array).subarray(0, SOURCE_PACKET_SIZE - 8), at + 8)
}

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0) & 0xff)
