import type { ByteReader } from "../../base/index.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"

/** A stretch of a clip with one set of streams. */
export type ProgramSequence = {
  readonly spnProgramSequenceStart: number
  readonly programMapPid: number
  readonly numberOfGroups: number
  readonly streams: readonly ProgramStream[]
}

export type ProgramStream = {
  readonly pid: number
  readonly attributes: StreamAttributes
  /** International Standard Recording Code: 12 characters, on most discs the digit 0 twelve times. null: the disc has none. */
  readonly isrc: string | null
}

/** ISRC() (libbluray `clpi_data.h` names it) lies at one place in StreamCodingInfo(), whatever kind of stream that describes. */
const ISRC_OFFSET = 5
const ISRC_SIZE = 12

/** ProgramInfo(), and ProgramInfo_SS() of 3D, which is the same. Layout: libbluray `_parse_program`. */
export function readProgramInfo(area: ByteReader): readonly ProgramSequence[] {
  const body = area.window(area.u32("ProgramInfo.length"), "ProgramInfo")
  body.skip(1, "reserved")
  return Array.from({ length: body.u8("number_of_program_sequences") }, () => readProgramSequence(body))
}

function readProgramSequence(body: ByteReader): ProgramSequence {
  const spnProgramSequenceStart = body.u32("SPN_program_sequence_start")
  const programMapPid = body.u16("program_map_PID")
  const count = body.u8("number_of_streams_in_ps")
  const numberOfGroups = body.u8("number_of_groups")
  const streams = Array.from({ length: count }, () => readStream(body))
  return { spnProgramSequenceStart, programMapPid, numberOfGroups, streams }
}

function readStream(body: ByteReader): ProgramStream {
  const pid = body.u16("stream_PID")
  const info = body.from(body.position, "StreamCodingInfo")
  return { pid, attributes: readStreamAttributes(body, "clip"), isrc: readIsrc(info.window(info.u8("StreamCodingInfo.length"), "ISRC")) }
}

function readIsrc(info: ByteReader): string | null {
  if (info.length < ISRC_OFFSET + ISRC_SIZE) return null
  info.skip(ISRC_OFFSET, "stream attributes")
  const isrc = info.ascii(ISRC_SIZE, "ISRC")
  return /^[0-9A-Z]{12}$/.test(isrc) ? isrc : null
}
