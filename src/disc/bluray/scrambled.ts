import { DiscError, type ReadOptions, type Source } from "../../base/index.ts"
import type { ProtectionMark } from "../disc-info.ts"
import type { ProtectionMarks } from "../protection-marks.ts"
import type { BlurayDisc, BlurayTitle } from "./bluray-disc.ts"
import { packetRange, SOURCE_PACKET_SIZE } from "./packet-range.ts"

/** AACS scrambles 32 source packets at a time, counted from the stream file's start; the first 16 bytes of each unit stay clear. */
export const ALIGNED_UNIT_SIZE = 6144
const SYNC_BYTE = 0x47
/** TP_extra_header comes before the transport packet. */
const SYNC_OFFSET = 4
const COPY_PERMISSION_INDICATOR = 0xc0
/** The parts of a clip that are looked at: beginnings are often logos in the clear, and scrambling changes with clips. */
const PLACES = [0.02, 0.35, 0.5, 0.8]
/** Clips of a title that are looked at, the longest first. */
const MAX_CLIPS = 4
/** Units at each place: one bad sector must not decide. */
const UNITS = 2

/**
 * Whether a title's packets are scrambled: copy_permission_indicator is set and 0x47 is missing where packets begin. Either alone says nothing: decrypted
 * copies often keep the indicator, damage also loses sync bytes. Reads at most 16 pieces of 12 KiB. What is found joins the disc's marks.
 * @returns null: none of its stream files is there or long enough to tell
 */
export async function isBlurayTitleScrambled(disc: BlurayDisc, title: BlurayTitle, options?: ReadOptions): Promise<boolean | null> {
  let looked = false
  for (const { clip, startByte, endByte } of await longestClips(disc, title, options)) {
    const entry = await disc.findClip(clip, options)
    if (entry === null || entry.type !== "file") continue
    const stream = await disc.openClip(clip, options)
    try {
      const verdict = await lookAtPlaces(stream, startByte, Math.min(endByte, stream.size), disc.protection, options)
      if (verdict === true) disc.protection.add(SCRAMBLED)
      if (verdict === true) return true
      looked ||= verdict === false
    } finally {
      await stream.close()
    }
  }
  return looked ? false : null
}

const SCRAMBLED: ProtectionMark = { kind: "aacs", detail: "scrambled units (AACS)" }

type ClipStretch = { readonly clip: string; readonly startByte: number; readonly endByte: number }

async function longestClips(disc: BlurayDisc, title: BlurayTitle, options?: ReadOptions): Promise<readonly ClipStretch[]> {
  const items = [...title.playList.playItems].sort((a, b) => b.outTime45k - b.inTime45k - (a.outTime45k - a.inTime45k))
  const stretches = new Map<string, ClipStretch>()
  for (const { angles, inTime45k, outTime45k } of items) {
    if (stretches.size >= MAX_CLIPS) break
    const { clipInformationFileName: clip, stcId } = angles[0]
    if (stretches.has(clip)) continue
    const range = await disc.clipInformation(clip, options).then(
      (information) => packetRange(information, { stcId, inTime45k, outTime45k }),
      // Without its clip information the whole stream file is looked at.
      () => ({ startSpn: 0, endSpn: Number.MAX_SAFE_INTEGER / SOURCE_PACKET_SIZE }),
    )
    stretches.set(clip, { clip, startByte: range.startSpn * SOURCE_PACKET_SIZE, endByte: range.endSpn * SOURCE_PACKET_SIZE })
  }
  return [...stretches.values()]
}

async function lookAtPlaces(
  stream: Source,
  startByte: number,
  endByte: number,
  marks: ProtectionMarks,
  options?: ReadOptions,
): Promise<boolean | null> {
  let answer: boolean | null = null
  for (const place of PLACES) {
    const unit = Math.floor((startByte + (endByte - startByte) * place) / ALIGNED_UNIT_SIZE)
    const verdict = await lookAt(stream, unit * ALIGNED_UNIT_SIZE, marks, options)
    if (verdict === true) return true
    answer ??= verdict
  }
  return answer
}

async function lookAt(stream: Source, offset: number, marks: ProtectionMarks, options?: ReadOptions): Promise<boolean | null> {
  const bytes = await stream.read(offset, UNITS * ALIGNED_UNIT_SIZE, options).catch(unreadable)
  const verdicts: boolean[] = []
  for (let at = 0; at + ALIGNED_UNIT_SIZE <= bytes.length; at += ALIGNED_UNIT_SIZE) {
    const unit = bytes.subarray(at, at + ALIGNED_UNIT_SIZE)
    verdicts.push(isUnitScrambled(unit))
    const mark = copyPermission(unit)
    if (mark !== null) marks.add(mark)
  }
  return verdicts.length === 0 ? null : verdicts.every(Boolean)
}

/** A bad sector says nothing of scrambling; the other places do. */
function unreadable(error: unknown): Uint8Array {
  if (error instanceof DiscError && error.code === "read-failed") return new Uint8Array(0)
  throw error
}

/** By copy_permission_indicator; 0: nothing is said against copying. */
const COPYING = [null, "no more copies", "copying of one generation", "copying never permitted"] as const

/** What the first TP_extra_header of an aligned unit says of copying; null: nothing, or these are no source packets. */
export function copyPermission(unit: Uint8Array): ProtectionMark | null {
  if (unit[SYNC_OFFSET] !== SYNC_BYTE) return null
  const copying = COPYING[((unit[0] ?? 0) >> 6) as 0 | 1 | 2 | 3]
  return copying === null ? null : { kind: "copy-management", detail: `stream files are marked: ${copying}` }
}

/** Whether one aligned unit is scrambled: its first packet carries the mark, and most of the others do not begin with a sync byte. */
export function isUnitScrambled(unit: Uint8Array): boolean {
  if (((unit[0] ?? 0) & COPY_PERMISSION_INDICATOR) === 0) return false
  let packets = 0
  let missing = 0
  for (let at = SOURCE_PACKET_SIZE; at + SOURCE_PACKET_SIZE <= unit.length; at += SOURCE_PACKET_SIZE) {
    packets++
    if (unit[at + SYNC_OFFSET] !== SYNC_BYTE) missing++
  }
  // Chance puts 0x47 at one place of 256.
  return missing > packets / 2
}
