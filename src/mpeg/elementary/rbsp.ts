/** The payload of a NAL unit from `from` to `to` without emulation prevention bytes (00 00 03), at most `limit` bytes of it: ITU-T H.264 7.3.1, H.265 7.3.1.1. */
export function rbspOf(bytes: Uint8Array, from: number, to: number, limit: number): Uint8Array {
  const result = new Uint8Array(Math.min(to - from, limit))
  let length = 0
  let zeros = 0
  for (let i = from; i < to && length < limit; i++) {
    const byte = bytes[i] as number
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    result[length++] = byte
  }
  return result.subarray(0, length)
}

/** More than any parameter set or header has. */
export const MAX_PARAMETER_SET = 4096

/** Sample aspect ratios of aspect_ratio_idc, ITU-T H.264 table E-1, H.265 table E.1; 255 is told in the stream. */
export const SAMPLE_ASPECTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
]
export const EXTENDED_ASPECT = 255
