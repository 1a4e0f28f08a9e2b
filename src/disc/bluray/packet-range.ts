import type { ClipInformation } from "./clip-information.ts"
import type { StcSequence } from "./sequence-info.ts"

/** Bytes of a source packet: a transport packet with its arrival time before it. */
export const SOURCE_PACKET_SIZE = 192

/** Source packets of a clip, from `startSpn` to before `endSpn`. */
export type PacketRange = { readonly startSpn: number; readonly endSpn: number }

type ClipTimes = { readonly stcId: number; readonly inTime45k: number; readonly outTime45k: number }

/** The STC sequence with this id and the packet before which it ends; null when the clip has none of that id. */
export function stcSequenceOf(clip: ClipInformation, stcId: number): { readonly sequence: StcSequence; readonly endSpn: number } | null {
  const sequences = clip.atcSequences.flatMap((atc) => atc.stcSequences)
  const index = sequences.findIndex((sequence) => sequence.stcId === stcId)
  const sequence = sequences[index]
  if (sequence === undefined) return null
  return { sequence, endSpn: sequences[index + 1]?.spnStcStart ?? clip.clipInfo.numberOfSourcePackets }
}

/**
 * The packets that hold what is shown between two times: from the entry point at or before the in time to the one behind the out time. The first
 * entry point's range begins where its clock begins, so that the tables (PAT, PMT) before the first picture are there. A clip without entry points
 * counts whole. Times of entry points are kept to 256 ticks only, so that an out time on an entry point takes the group of pictures behind it along.
 */
export function packetRange(clip: ClipInformation, times: ClipTimes): PacketRange {
  const total = clip.clipInfo.numberOfSourcePackets
  const stc = stcSequenceOf(clip, times.stcId)
  const clockStart = Math.min(stc?.sequence.spnStcStart ?? 0, total)
  const clockEnd = Math.max(clockStart, Math.min(stc?.endSpn ?? total, total))
  const map = clip.cpi.epMaps[0]
  if (map === undefined || map.length === 0) return { startSpn: clockStart, endSpn: clockEnd }
  const from = map.countBeforeSpn(clockStart)
  const to = map.countBeforeSpn(clockEnd)
  const first = map.lastAtOrBefore(times.inTime45k, from, to)
  const last = map.lastAtOrBefore(times.outTime45k, from, to)
  const startSpn = first <= from ? clockStart : (map.at(first)?.spn ?? clockStart)
  const behind = last < 0 ? from : last + 1
  const endSpn = behind >= to ? clockEnd : (map.at(behind)?.spn ?? clockEnd)
  return { startSpn, endSpn: Math.max(startSpn, endSpn) }
}
