/** NAL unit types of parameter sets: H.264 7.4.1 (SPS, PPS), H.265 7.4.2.2 (VPS, SPS, PPS). */
const H264_PARAMETER_SETS = new Set([7, 8])
const HEVC_PARAMETER_SETS = new Set([32, 33, 34])
/** An access unit of a disc has a few hundred NAL units at most. */
const MAX_NAL_UNITS = 4096

/** The parameter sets in an access unit in Annex B form, each with a 4-byte start code; empty when there are none. */
export function parameterSets(codec: "h264" | "hevc", unit: Uint8Array): Uint8Array {
  const sets: Uint8Array[] = []
  let length = 0
  let start = nextStartCode(unit, 0)
  for (let count = 0; count < MAX_NAL_UNITS && start < unit.length; count++) {
    const begin = start + 3
    start = nextStartCode(unit, begin)
    const first = unit[begin] ?? 0
    if (isPicture(codec, first)) break
    const isWanted = codec === "h264" ? H264_PARAMETER_SETS.has(first & 0x1f) : HEVC_PARAMETER_SETS.has((first >> 1) & 0x3f)
    if (!isWanted) continue
    const set = withoutTrailingZeros(unit.subarray(begin, start))
    sets.push(set)
    length += 4 + set.length
  }
  const joined = new Uint8Array(length)
  let at = 0
  for (const set of sets) {
    joined.set([0, 0, 0, 1], at)
    joined.set(set, at + 4)
    at += 4 + set.length
  }
  return joined
}

/** Parameter sets stand in front of the first slice. */
function isPicture(codec: "h264" | "hevc", first: number): boolean {
  const type = codec === "h264" ? first & 0x1f : (first >> 1) & 0x3f
  return codec === "h264" ? type >= 1 && type <= 5 : type < 32
}

/** Where the next 00 00 01 begins, or the unit's length. */
function nextStartCode(unit: Uint8Array, from: number): number {
  for (let at = from; at + 2 < unit.length; at++) {
    if (unit[at] === 0 && unit[at + 1] === 0 && unit[at + 2] === 1) return at
  }
  return unit.length
}

/** What follows a NAL unit up to the next start code is zeros; the unit itself never ends in one. */
function withoutTrailingZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}
