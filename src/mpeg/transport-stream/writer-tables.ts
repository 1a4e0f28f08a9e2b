import { sectionCrc } from "./sections.ts"
import { isVideo, REGISTRATIONS, STREAM_TYPES, type WriterStream } from "./writer-streams.ts"

export const PROGRAM_MAP_PID = 0x1000
export const FIRST_STREAM_PID = 0x100
const PROGRAM_NUMBER = 1
const TRANSPORT_STREAM_ID = 1

/** A program association section that names the one program. ISO/IEC 13818-1 2.4.4.3. */
export function writeProgramAssociation(version: number): Uint8Array {
  const body = [PROGRAM_NUMBER >> 8, PROGRAM_NUMBER & 0xff, 0xe0 | (PROGRAM_MAP_PID >> 8), PROGRAM_MAP_PID & 0xff]
  return section(0x00, TRANSPORT_STREAM_ID, version, body)
}

/** A program map section for the streams, whose PIDs follow one another. ISO/IEC 13818-1 2.4.4.8. */
export function writeProgramMap(version: number, pcrPid: number, streams: readonly WriterStream[]): Uint8Array {
  const body = [0xe0 | (pcrPid >> 8), pcrPid & 0xff, 0xf0, 0]
  for (const [index, stream] of streams.entries()) {
    const pid = FIRST_STREAM_PID + index
    const descriptors = describe(stream)
    body.push(STREAM_TYPES[stream.codec], 0xe0 | (pid >> 8), pid & 0xff, 0xf0, descriptors.length, ...descriptors)
  }
  return section(0x02, PROGRAM_NUMBER, version, body)
}

function describe(stream: WriterStream): number[] {
  const descriptors: number[] = []
  const registration = REGISTRATIONS[stream.codec]
  if (registration !== undefined) descriptors.push(0x05, 4, ...ascii(registration))
  if (!isVideo(stream.codec) && "language" in stream && stream.language !== undefined && /^[a-z]{3}$/.test(stream.language)) {
    descriptors.push(0x0a, 4, ...ascii(stream.language), 0)
  }
  return descriptors
}

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0))

function section(table: number, extension: number, version: number, body: readonly number[]): Uint8Array {
  const length = 5 + body.length + 4
  const bytes = new Uint8Array(3 + length)
  bytes.set([table, 0xb0 | (length >> 8), length & 0xff, extension >> 8, extension & 0xff, 0xc1 | ((version & 31) << 1), 0, 0])
  bytes.set(body, 8)
  new DataView(bytes.buffer).setUint32(bytes.length - 4, sectionCrc(bytes, 0, bytes.length - 4))
  return bytes
}
