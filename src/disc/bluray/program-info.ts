import type { ByteReader } from "../../base/index.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"

/** A stretch of a clip with one set of streams. */
export type ProgramSequence = {
  readonly spnProgramSequenceStart: number
  readonly programMapPid: number
  readonly numberOfGroups: number
  readonly streams: readonly ProgramStream[]
}

export type ProgramStream = { readonly pid: number; readonly attributes: StreamAttributes }

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
  const streams = Array.from({ length: count }, () => ({ pid: body.u16("stream_PID"), attributes: readStreamAttributes(body, "clip") }))
  return { spnProgramSequenceStart, programMapPid, numberOfGroups, streams }
}
