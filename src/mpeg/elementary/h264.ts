import { BitReader } from "../../base/index.ts"
import { DecodeClock } from "./decode-clock.ts"
import { type H264Pps, type H264Sps, orNull, parseH264Pps, parseH264Sps } from "./h264-parameters.ts"
import { rbspOf } from "./rbsp.ts"
import { StartCodeSplitter } from "./start-code-splitter.ts"

const SLICE = 1
const SLICE_DATA_A = 2
const IDR_SLICE = 5
const SEI = 6
const SPS = 7
const PPS = 8
const AUD = 9
const END_OF_SEQUENCE = 10
const END_OF_STREAM = 11
/** NAL unit types 14 to 18 begin a new access unit as 6 to 9 do, ITU-T H.264 7.4.1.2.3. */
const FIRST_PREFIX = 14
const LAST_PREFIX = 18

const RECOVERY_POINT = 6
/** Start code, NAL header and the slice header's fields that are looked at, with emulation prevention. */
const SLICE_LOOKAHEAD = 24

/** What tells the slices of one picture from those of the next, 7.4.1.2.4. */
type SliceHead = {
  readonly firstMb: number
  readonly frameNum: number
  readonly field: boolean
  readonly bottom: boolean
  readonly idr: boolean
  readonly reference: boolean
}

/** H.264: one unit is a frame or a complementary field pair with all that comes before its first slice. */
export class H264Splitter extends StartCodeSplitter {
  readonly #clock = new DecodeClock()
  readonly #spsById = new Map<number, H264Sps>()
  readonly #ppsById = new Map<number, H264Pps>()
  #active: H264Sps | null = null

  // Of the unit that is being assembled; positions are -1 where nothing was found yet.
  /** A parameter set or SEI whose end is not known yet. */
  #openAt = -1
  #openType = 0
  #slice: SliceHead | null = null
  #paired = false
  /** Where the next unit begins unless the slices behind turn out to be the second field. */
  #boundary = -1
  #recoveryPoint = false
  /** The same behind `#boundary`. */
  #nextRecoveryPoint = false
  #key = false
  #startCodeAt = 0

  protected needed(code: number): number {
    return isSlice(code & 31) ? SLICE_LOOKAHEAD : 4
  }

  protected startCode(code: number, at: number, available: number): void {
    const type = code & 31
    this.#close(at)
    if (isSlice(type)) this.#sliceAt(code, at, available)
    else if ((type >= SEI && type <= AUD) || (type >= FIRST_PREFIX && type <= LAST_PREFIX)) this.#prefixAt(at, type)
    else if ((type === END_OF_SEQUENCE || type === END_OF_STREAM) && this.#slice !== null) this.cut(at + 4)
  }

  #prefixAt(at: number, type: number): void {
    let from = at
    if (!this.started) from = this.#startAt(at)
    else if (this.#slice !== null && this.#boundary < 0) {
      if (this.#slice.field && !this.#paired) this.#boundary = withZeroByte(this.buffer.bytes, this.buffer.start, at)
      else from = this.#next(at)
    }
    if (type !== SEI && type !== SPS && type !== PPS) return
    this.#openAt = from + 3
    this.#openType = type
  }

  #sliceAt(code: number, at: number, available: number): void {
    const { bytes, start } = this.buffer
    const slice = this.#readSlice(code, bytes, start + at + 4, start + at + available)
    if (slice === null) return
    if (!this.started) {
      if (slice.firstMb !== 0) return
      this.#startAt(at)
    } else if (this.#slice !== null && isNewPicture(this.#slice, slice)) {
      if (isSecondField(this.#slice, slice) && !this.#paired) this.#paired = true
      else this.#next(this.#boundary < 0 ? at : this.#boundary)
    }
    // A field pair is a key where its first field is.
    if (this.#slice === null) this.#key = slice.idr || this.#recoveryPoint
    this.#boundary = -1
    this.#slice = slice
  }

  #next(at: number): number {
    const from = withZeroByte(this.buffer.bytes, this.buffer.start, at)
    const recoveryPoint = this.#nextRecoveryPoint
    this.cut(from)
    this.start(0)
    this.#startCodeAt = at - from
    this.#recoveryPoint = recoveryPoint
    return at - from
  }

  #startAt(at: number): number {
    const from = withZeroByte(this.buffer.bytes, this.buffer.start, at)
    this.start(from)
    this.#startCodeAt = at - from
    return at - from
  }

  /** A parameter set or SEI ends where the next start code begins. */
  #close(at: number): void {
    if (this.#openAt < 0) return
    const { bytes, start } = this.buffer
    const from = start + this.#openAt
    const to = start + at
    this.#openAt = -1
    if (this.#openType === SPS) {
      const sps = parseH264Sps(bytes, from, to)
      if (sps !== null) this.#spsById.set(sps.id, sps)
    } else if (this.#openType === PPS) {
      const pps = parseH264Pps(bytes, from, to)
      if (pps !== null) this.#ppsById.set(pps.id, pps)
    } else if (hasRecoveryPoint(bytes, from + 1, to)) {
      if (this.#boundary < 0) this.#recoveryPoint = true
      else this.#nextRecoveryPoint = true
    }
  }

  /** The first fields of a slice header, 7.3.3. null: damaged. */
  #readSlice(code: number, bytes: Uint8Array, from: number, to: number): SliceHead | null {
    return orNull(() => {
      const bits = new BitReader(rbspOf(bytes, from, to, SLICE_LOOKAHEAD), "H.264 slice")
      const firstMb = bits.ue("first_mb_in_slice")
      bits.ue("slice_type")
      const pps = this.#ppsById.get(bits.ue("pic_parameter_set_id"))
      const sps = pps === undefined ? undefined : this.#spsById.get(pps.spsId)
      const common = { firstMb, idr: (code & 31) === IDR_SLICE, reference: (code & 0x60) !== 0 }
      if (sps === undefined) return { ...common, frameNum: 0, field: false, bottom: false }
      this.#active = sps
      if (sps.separateColourPlanes) bits.skip(2, "colour_plane_id")
      const frameNum = bits.bits(sps.frameNumBits, "frame_num")
      const field = !sps.frameMbsOnly && bits.flag("field_pic_flag")
      return { ...common, frameNum, field, bottom: field && bits.flag("bottom_field_flag") }
    })
  }

  protected complete(size: number): void {
    if (this.#slice !== null) this.#hand(size)
    this.reset()
  }

  #hand(size: number): void {
    const sps = this.#active
    if (sps !== null) this.announce(sps.parameters)
    const stamp = this.stamps.take(this.buffer.offset + this.#startCodeAt)
    const lone = this.#slice?.field === true && !this.#paired
    const duration = sps?.frameDuration ?? null
    this.#clock.picture(stamp, duration === null ? null : lone ? duration / 2 : duration, sps?.reorders ?? true)
    this.hand({ streamId: this.streamId, data: this.buffer.copy(size), pts: this.#clock.pts, dts: this.#clock.dts, key: this.#key })
  }

  protected reset(): void {
    this.#openAt = -1
    this.#slice = null
    this.#paired = false
    this.#boundary = -1
    this.#recoveryPoint = false
    this.#nextRecoveryPoint = false
    this.#key = false
    this.#startCodeAt = 0
  }

  override flush(): void {
    super.flush()
    this.#clock.reset()
  }
}

const isSlice = (type: number): boolean => type === SLICE || type === SLICE_DATA_A || type === IDR_SLICE

/** Slices of redundant pictures and arbitrary slice order are not allowed on discs, so that a slice that does not go on downwards begins a picture. */
function isNewPicture(last: SliceHead, slice: SliceHead): boolean {
  return (
    slice.firstMb <= last.firstMb ||
    slice.frameNum !== last.frameNum ||
    slice.field !== last.field ||
    slice.bottom !== last.bottom ||
    slice.idr !== last.idr ||
    slice.reference !== last.reference
  )
}

/** Complementary field pairs, ITU-T H.264 3.30 and 3.31: the second field is never an IDR picture. */
function isSecondField(first: SliceHead, second: SliceHead): boolean {
  return first.field && second.field && first.bottom !== second.bottom && first.frameNum === second.frameNum && !second.idr
}

/** A zero before the start code is its zero_byte (Annex B) and belongs to the unit that begins there. */
export function withZeroByte(bytes: Uint8Array, start: number, at: number): number {
  return at > 0 && bytes[start + at - 1] === 0 ? at - 1 : at
}

/** SEI messages, 7.3.2.3.1: looks for a recovery point. */
function hasRecoveryPoint(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at + 2 < to) {
    let type = 0
    while (at < to && bytes[at] === 0xff) {
      type += 255
      at++
    }
    type += bytes[at++] ?? 0
    let size = 0
    while (at < to && bytes[at] === 0xff) {
      size += 255
      at++
    }
    size += bytes[at++] ?? 0
    if (type === RECOVERY_POINT && at < to) return true
    at += size
  }
  return false
}
