import { type ReadOptions, SECTOR_SIZE, type Source } from "../../base/index.ts"
import { STREAM_ID } from "../pes.ts"
import { packetsOf, writePadding } from "./pack.ts"

/** Sub-streams of private stream 1 that are sound: AC-3, DTS, SDDS, LPCM (DVD-Video; libdvdread and FFmpeg count them alike). */
const FIRST_CODED_SOUND = 0x80
const LAST_CODED_SOUND = 0x9f
const FIRST_LPCM = 0xa0
const LAST_LPCM = 0xaf

/**
 * A program stream of 2048-byte packs with one sound track alone: the packets of the others become padding, so that nothing moves. Players that take the
 * first sound that they meet take this one. `id`: the stream's (0xc0) or, in private stream 1, the sub-stream's (0x80).
 */
export function withOneSound(file: Source, id: number): Source {
  const read = async (offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> => {
    const start = Math.floor(offset / SECTOR_SIZE) * SECTOR_SIZE
    const end = Math.ceil((offset + length) / SECTOR_SIZE) * SECTOR_SIZE
    // A copy: what was read may be somebody else's too.
    const bytes = (await file.read(start, end - start, options)).slice()
    for (let at = 0; at + SECTOR_SIZE <= bytes.length; at += SECTOR_SIZE) silenceOthers(bytes, at, id)
    return bytes.subarray(offset - start, offset - start + length)
  }
  return { name: file.name, size: file.size, read, close: () => file.close() }
}

function silenceOthers(bytes: Uint8Array, at: number, id: number): void {
  for (const { streamId, start, end } of packetsOf(bytes, at)) {
    const sound = soundOf(bytes, streamId, start, end)
    if (sound !== null && sound !== id) writePadding(bytes, start, end)
  }
}

/** The identifier of a packet's sound; null: it has none. */
function soundOf(bytes: Uint8Array, streamId: number, start: number, end: number): number | null {
  if (streamId >= STREAM_ID.firstAudio && streamId <= STREAM_ID.lastAudio) return streamId
  if (streamId !== STREAM_ID.privateStream1 || start + 9 > end) return null
  // PES_header_data_length, ISO/IEC 13818-1 2.4.3.6; the sub-stream's number follows the header.
  const subStart = start + 9 + (bytes[start + 8] as number)
  const sub = subStart < end ? (bytes[subStart] as number) : 0
  return (sub >= FIRST_CODED_SOUND && sub <= LAST_CODED_SOUND) || (sub >= FIRST_LPCM && sub <= LAST_LPCM) ? sub : null
}
