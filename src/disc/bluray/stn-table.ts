import type { ByteReader } from "../../base/index.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"

/** Where a stream of a play item lies. `pid` is its PID in that transport stream. */
export type StreamEntry =
  /** Type 1: in the play item's own clip. */
  | { readonly type: "main-clip"; readonly pid: number }
  /** Type 2: in a clip of its own, which a sub path names. */
  | { readonly type: "sub-clip"; readonly pid: number; readonly subPathId: number; readonly subClipEntryId: number }
  /** Type 3: in the play item's own clip, but played by a sub path (in-mux picture in picture). */
  | { readonly type: "main-clip-sub-path"; readonly pid: number; readonly subPathId: number }
  /** Type 4: the same for a Dolby Vision enhancement layer. */
  | { readonly type: "enhancement-layer"; readonly pid: number; readonly subPathId: number }
  | { readonly type: "unknown"; readonly streamType: number }

export type StnStream = { readonly entry: StreamEntry; readonly attributes: StreamAttributes }

/** `primaryAudioRefs`: the primary audio streams (from 0) that may be mixed with this one. */
export type SecondaryAudioStream = StnStream & { readonly primaryAudioRefs: readonly number[] }

/** The secondary audio and PiP subtitle streams (from 0) that may go with this one. */
export type SecondaryVideoStream = StnStream & {
  readonly secondaryAudioRefs: readonly number[]
  readonly pipPgRefs: readonly number[]
}

/** STN_table(): the streams that a player may choose from during a play item. The number that a player shows is the place in its list, from 1. */
export type StnTable = {
  readonly video: readonly StnStream[]
  readonly audio: readonly StnStream[]
  /** Presentation graphics and text subtitles. */
  readonly pg: readonly StnStream[]
  /** Those for the picture in picture; their numbers go on behind `pg`. */
  readonly pipPg: readonly StnStream[]
  readonly ig: readonly StnStream[]
  readonly secondaryAudio: readonly SecondaryAudioStream[]
  readonly secondaryVideo: readonly SecondaryVideoStream[]
  readonly dolbyVision: readonly StnStream[]
}

/** Tables that were read already, by their bytes: on most discs the items of a playlist have one and the same. */
export type StnTableCache = Map<string, StnTable>

/** Beyond this, tables are made anew: a hostile disc must not fill memory with keys. */
const MAX_CACHED_TABLES = 512

/** STN_table(). Layout: libbluray `_parse_stn`. */
export function readStnTable(reader: ByteReader, cache: StnTableCache): StnTable {
  const length = reader.u16("STN_table.length")
  const key = latin1(reader.from(reader.position, "STN_table").bytes(length, "STN_table"))
  const body = reader.window(length, "STN_table")
  const same = cache.get(key)
  if (same !== undefined) return same
  const table = readBody(body)
  if (cache.size < MAX_CACHED_TABLES) cache.set(key, table)
  return table
}

function readBody(body: ByteReader): StnTable {
  body.skip(2, "reserved")
  const videoCount = body.u8("number_of_primary_video_stream_entries")
  const audioCount = body.u8("number_of_primary_audio_stream_entries")
  const pgCount = body.u8("number_of_PG_textST_stream_entries")
  const igCount = body.u8("number_of_IG_stream_entries")
  const secondaryAudioCount = body.u8("number_of_secondary_audio_stream_entries")
  const secondaryVideoCount = body.u8("number_of_secondary_video_stream_entries")
  const pipPgCount = body.u8("number_of_PiP_PG_textST_stream_entries_plus")
  const dolbyVisionCount = body.u8("number_of_DolbyVision_stream_entries")
  body.skip(4, "reserved")
  // The order in which the properties are evaluated is the order on the disc.
  return {
    video: times(videoCount, () => readStream(body)),
    audio: times(audioCount, () => readStream(body)),
    pg: times(pgCount, () => readStream(body)),
    pipPg: times(pipPgCount, () => readStream(body)),
    ig: times(igCount, () => readStream(body)),
    secondaryAudio: times(secondaryAudioCount, () => ({ ...readStream(body), primaryAudioRefs: readRefs(body, "primary_audio_ref") })),
    secondaryVideo: times(secondaryVideoCount, () => ({
      ...readStream(body),
      secondaryAudioRefs: readRefs(body, "secondary_audio_ref"),
      pipPgRefs: readRefs(body, "PiP_PG_textST_ref"),
    })),
    dolbyVision: times(dolbyVisionCount, () => readStream(body)),
  }
}

function readStream(body: ByteReader): StnStream {
  return { entry: readStreamEntry(body), attributes: readStreamAttributes(body, "playlist") }
}

/** stream_entry(): a length byte and that many bytes. */
export function readStreamEntry(reader: ByteReader): StreamEntry {
  const body = reader.window(reader.u8("stream_entry.length"), "stream_entry")
  const streamType = body.u8("stream_entry.type")
  switch (streamType) {
    case 1:
      return { type: "main-clip", pid: body.u16("ref_to_stream_PID") }
    case 2: {
      const subPathId = body.u8("ref_to_SubPath_id")
      const subClipEntryId = body.u8("ref_to_subClip_entry_id")
      return { type: "sub-clip", pid: body.u16("ref_to_stream_PID"), subPathId, subClipEntryId }
    }
    case 3:
    case 4: {
      const subPathId = body.u8("ref_to_SubPath_id")
      const pid = body.u16("ref_to_stream_PID")
      return { type: streamType === 3 ? "main-clip-sub-path" : "enhancement-layer", pid, subPathId }
    }
    default:
      return { type: "unknown", streamType }
  }
}

/** A count, a byte to align, the numbers, and a byte to align again where their count is odd. */
function readRefs(body: ByteReader, field: string): readonly number[] {
  const count = body.u8(`number_of_${field}_entries`)
  body.skip(1, "reserved")
  const refs = [...body.bytes(count, field)]
  if (count % 2 === 1) body.skip(1, "reserved")
  return refs
}

/** Counts are bytes on the disc, and each read takes at least two bytes of the window. */
const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read)

function latin1(bytes: Uint8Array): string {
  let text = ""
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
