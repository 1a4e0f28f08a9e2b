import { SECTOR_SIZE } from "../../base/index.ts"
import { PesHeader, readPesHeader, STREAM_ID } from "../pes.ts"
import type { FramedCodec } from "./audio-frames.ts"
import { type PackPacket, packetsOf } from "./pack.ts"
import { type Run, titleTime } from "./run.ts"

/** One packet of an elementary stream in a run's packs. */
export type Chunk = {
  /** Number of the pack in the run. */
  readonly pack: number
  readonly packet: PackPacket
  /** The stream's data, by index in the pack. */
  readonly dataStart: number
  readonly dataEnd: number
  readonly subHeader: Uint8Array
  /** On the title's timeline. */
  readonly pts: number | null
  readonly dts: number | null
}

/** Packs in a row, as the disc has them. */
export type PackWindow = { readonly first: number; readonly bytes: Uint8Array }

export type ProgramKind = "video" | "audio" | "subpicture"

/** Bytes of the sub-stream header before the data: DVD-Video private stream 1 (id, number of frames, pointer to the first; LPCM three more). */
const AUDIO_SUB_HEADER = 4
const LPCM_SUB_HEADER = 7

/** Kind and codec by stream key: the stream_id, or 0xbd00 and the sub-stream id. null: a stream that is not of a title. */
export function programStream(key: number): { readonly kind: ProgramKind; readonly codec: FramedCodec | null } | null {
  if (key >= STREAM_ID.firstVideo && key <= STREAM_ID.lastVideo) return { kind: "video", codec: null }
  if (key >= STREAM_ID.firstAudio && key <= STREAM_ID.lastAudio) return { kind: "audio", codec: "mpeg-audio" }
  switch (key & ~7) {
    case 0xbd80:
      return { kind: "audio", codec: "ac3" }
    case 0xbd88:
      return { kind: "audio", codec: "dts" }
    case 0xbda0:
      return { kind: "audio", codec: null }
    case 0xbd20:
    case 0xbd28:
    case 0xbd30:
    case 0xbd38:
      return { kind: "subpicture", codec: null }
    default:
      return null
  }
}

/** The chunks of every stream of a title in a window, by stream key, in order. */
export function chunksOf(run: Run, window: PackWindow): Map<number, Chunk[]> {
  const streams = new Map<number, Chunk[]>()
  const header = new PesHeader()
  for (let at = 0; at + SECTOR_SIZE <= window.bytes.length; at += SECTOR_SIZE) {
    const pack = window.bytes.subarray(at, at + SECTOR_SIZE)
    for (const packet of packetsOf(pack, 0)) {
      const isPrivate = packet.streamId === STREAM_ID.privateStream1
      if (!isPrivate && programStream(packet.streamId) === null) continue
      if (!readPesHeader(pack, packet.start, packet.end, header) || header.scrambling !== 0) continue
      const id = isPrivate ? 0xbd00 | (pack[header.payloadStart] ?? 0) : packet.streamId
      if (programStream(id) === null) continue
      const dataStart = header.payloadStart + subHeaderSize(id)
      if (dataStart > packet.end) continue
      const chunks = streams.get(id) ?? []
      if (chunks.length === 0) streams.set(id, chunks)
      chunks.push({
        pack: window.first + at / SECTOR_SIZE,
        packet,
        dataStart,
        dataEnd: packet.end,
        subHeader: pack.subarray(header.payloadStart, dataStart),
        pts: header.pts === null ? null : titleTime(run, header.pts),
        dts: header.dts === null ? null : titleTime(run, header.dts),
      })
    }
  }
  return streams
}

function subHeaderSize(id: number): number {
  if (id < 0xbd00) return 0
  if ((id & ~7) === 0xbda0) return LPCM_SUB_HEADER
  return id >= 0xbd80 ? AUDIO_SUB_HEADER : 1
}

/** The data of chunks as one run of bytes, and where in it each chunk begins. */
export function joinChunks(
  chunks: readonly Chunk[],
  window: PackWindow,
): { readonly data: Uint8Array; readonly starts: readonly number[] } {
  const starts: number[] = []
  const data = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.dataEnd - chunk.dataStart, 0))
  let at = 0
  for (const chunk of chunks) {
    const base = (chunk.pack - window.first) * SECTOR_SIZE
    starts.push(at)
    data.set(window.bytes.subarray(base + chunk.dataStart, base + chunk.dataEnd), at)
    at += chunk.dataEnd - chunk.dataStart
  }
  return { data, starts }
}
