import type { ByteReader } from "../../base/index.ts"

/** A stretch of a clip on one arrival clock. */
export type AtcSequence = {
  readonly spnAtcStart: number
  /** stc_id of `stcSequences[0]`. */
  readonly offsetStcId: number
  readonly stcSequences: readonly StcSequence[]
}

/** A stretch of a clip on one system time clock. */
export type StcSequence = {
  readonly stcId: number
  readonly pcrPid: number
  /** First source packet on this clock. */
  readonly spnStcStart: number
  readonly presentationStartTime45k: number
  readonly presentationEndTime45k: number
}

const STC_SEQUENCE_SIZE = 14

/** SequenceInfo(). Layout: libbluray `_parse_sequence`. */
export function readSequenceInfo(area: ByteReader): readonly AtcSequence[] {
  const body = area.window(area.u32("SequenceInfo.length"), "SequenceInfo")
  body.skip(1, "reserved")
  return Array.from({ length: body.u8("number_of_ATC_sequences") }, () => readAtcSequence(body))
}

function readAtcSequence(body: ByteReader): AtcSequence {
  const spnAtcStart = body.u32("SPN_ATC_start")
  const count = body.u8("number_of_STC_sequences")
  const offsetStcId = body.u8("offset_STC_id")
  const stcSequences = body.list(count, STC_SEQUENCE_SIZE, "STC_sequence", (sequence, index) => ({
    stcId: offsetStcId + index,
    pcrPid: sequence.u16("PCR_PID"),
    spnStcStart: sequence.u32("SPN_STC_start"),
    presentationStartTime45k: sequence.u32("presentation_start_time"),
    presentationEndTime45k: sequence.u32("presentation_end_time"),
  }))
  return { spnAtcStart, offsetStcId, stcSequences }
}
