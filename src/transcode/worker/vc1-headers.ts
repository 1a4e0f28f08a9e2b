/** Start code suffixes, SMPTE 421M Annex E. */
const SEQUENCE_HEADER = 0x0f
const FRAME = 0x0d
const FIELD = 0x0c
const SLICE = 0x0b
/** FFmpeg refuses shorter ones. */
const MIN_SIZE = 16

/** The sequence header and entry point header in front of an access unit's picture, which FFmpeg wants before it opens the decoder; null: there are none. */
export function vc1Headers(unit: Uint8Array): Uint8Array | null {
  let start = -1
  for (let at = 0; at + 3 < unit.length; at++) {
    if (unit[at] !== 0 || unit[at + 1] !== 0 || unit[at + 2] !== 1) continue
    const suffix = unit[at + 3]
    if (suffix === SEQUENCE_HEADER && start < 0) start = at
    if (start >= 0 && (suffix === FRAME || suffix === FIELD || suffix === SLICE)) return padded(unit.subarray(start, at))
    at += 3
  }
  return null
}

function padded(headers: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.max(headers.length, MIN_SIZE))
  bytes.set(headers)
  return bytes
}
