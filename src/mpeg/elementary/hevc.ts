import { DecodeClock } from "./decode-clock.ts"
import { withZeroByte } from "./h264.ts"
import { type HevcSps, parseHevcSps } from "./hevc-parameters.ts"
import { StartCodeSplitter } from "./start-code-splitter.ts"

/** nal_unit_type, ITU-T H.265 table 7-1: slices are 0 to 31, those one can begin with 16 to 23. */
const LAST_SLICE = 31
const FIRST_RANDOM_ACCESS = 16
const LAST_RANDOM_ACCESS = 23
const VPS = 32
const SPS = 33
const AUD = 35
const END_OF_SEQUENCE = 36
const END_OF_BITSTREAM = 37
const PREFIX_SEI = 39

/** Start code, NAL header, first_slice_segment_in_pic_flag. */
const SLICE_LOOKAHEAD = 6

/** HEVC: one unit is a coded picture with all that comes before its first slice segment. Layers but the base one belong to the unit they lie in. */
export class HevcSplitter extends StartCodeSplitter {
  readonly #clock = new DecodeClock()
  readonly #spsById = new Map<number, HevcSps>()
  #active: HevcSps | null = null
  #spsAt = -1
  #hasSlice = false
  #key = false
  #startCodeAt = 0

  protected needed(): number {
    return SLICE_LOOKAHEAD
  }

  protected startCode(code: number, at: number, available: number): void {
    this.#closeSps(at)
    if (available < SLICE_LOOKAHEAD - 1) return
    const { bytes, start } = this.buffer
    const type = (code >> 1) & 63
    const layer = ((code & 1) << 5) | ((bytes[start + at + 4] as number) >> 3)
    if (layer !== 0) return
    if (type <= LAST_SLICE) this.#sliceAt(type, at, available > 5 && ((bytes[start + at + 5] as number) & 0x80) !== 0)
    else if (beginsUnit(type)) this.#prefixAt(type, at)
    else if ((type === END_OF_SEQUENCE || type === END_OF_BITSTREAM) && this.#hasSlice) this.cut(at + 5)
  }

  #prefixAt(type: number, at: number): void {
    const from = !this.started || this.#hasSlice ? this.#beginAt(at) : at
    if (type === SPS) this.#spsAt = from + 3
  }

  #sliceAt(type: number, at: number, first: boolean): void {
    if (!first && !this.started) return
    if (first && (!this.started || this.#hasSlice)) this.#beginAt(at)
    if (!this.#hasSlice) this.#key = type >= FIRST_RANDOM_ACCESS && type <= LAST_RANDOM_ACCESS
    this.#hasSlice = true
  }

  /** A unit begins at the start code `at`; gives its place in the new unit. */
  #beginAt(at: number): number {
    const from = withZeroByte(this.buffer.bytes, this.buffer.start, at)
    this.headersAt(from, true)
    this.#startCodeAt = at - from
    return at - from
  }

  #closeSps(at: number): void {
    if (this.#spsAt < 0) return
    const { bytes, start } = this.buffer
    const sps = parseHevcSps(bytes, start + this.#spsAt, start + at)
    this.#spsAt = -1
    if (sps === null) return
    this.#spsById.set(sps.id, sps)
    this.#active = sps
  }

  protected complete(size: number): void {
    if (this.#hasSlice) {
      const sps = this.#active
      if (sps !== null) this.announce(sps.parameters)
      this.#clock.picture(this.stamps.take(this.buffer.offset + this.#startCodeAt), sps?.frameDuration ?? null, sps?.reorders ?? true)
      this.hand({ streamId: this.streamId, data: this.buffer.copy(size), pts: this.#clock.pts, dts: this.#clock.dts, key: this.#key })
    }
    this.reset()
  }

  protected reset(): void {
    this.#spsAt = -1
    this.#hasSlice = false
    this.#key = false
    this.#startCodeAt = 0
  }

  override flush(): void {
    super.flush()
    this.#clock.reset()
  }
}

/** NAL unit types that begin an access unit behind a picture's last slice, ITU-T H.265 7.4.2.4.4. */
function beginsUnit(type: number): boolean {
  return (type >= VPS && type <= AUD) || type === PREFIX_SEI || (type >= 41 && type <= 44) || (type >= 48 && type <= 55)
}
