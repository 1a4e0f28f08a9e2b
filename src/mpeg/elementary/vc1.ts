import { BitReader, TICKS_PER_SECOND } from "../../base/index.ts"
import { aspectText, rateText, type VideoStreamParameters } from "../stream-parameters.ts"
import { DecodeClock } from "./decode-clock.ts"
import { orNull } from "./h264-parameters.ts"
import { EXTENDED_ASPECT, rbspOf, SAMPLE_ASPECTS } from "./rbsp.ts"
import { StartCodeSplitter } from "./start-code-splitter.ts"

/** Bitstream data unit types, SMPTE 421M annex G.5; slices (0x0b) and second fields (0x0c) go on with the frame. */
const END_OF_SEQUENCE = 0x0a
const FRAME = 0x0d
const ENTRY_POINT = 0x0e
const SEQUENCE_HEADER = 0x0f

const ADVANCED_PROFILE = 3
/** What is read of it ends within 25 bytes; only rate buckets come behind. */
const MAX_SEQUENCE_HEADER = 64

export type Vc1Sequence = { readonly parameters: VideoStreamParameters; readonly frameDuration: number | null }

/** VC-1, advanced profile: one unit is a frame (with its second field and slices) and the headers before it; it is a key where it has an entry point. */
export class Vc1Splitter extends StartCodeSplitter {
  readonly #clock = new DecodeClock()
  #sequence: Vc1Sequence | null = null
  #sequenceAt = -1
  #hasFrame = false
  #key = false

  protected needed(): number {
    return 4
  }

  protected startCode(code: number, at: number): void {
    if (this.#sequenceAt >= 0) this.#closeSequence(at)
    if (code === SEQUENCE_HEADER || code === ENTRY_POINT || code === FRAME) this.#headerAt(code, at)
    else if (code === END_OF_SEQUENCE && this.#hasFrame) this.cut(at + 4)
  }

  #headerAt(code: number, at: number): void {
    const position = this.headersAt(at, this.#hasFrame)
    if (code === SEQUENCE_HEADER) this.#sequenceAt = position
    else if (code === ENTRY_POINT) this.#key = true
    else this.#hasFrame = true
  }

  #closeSequence(at: number): void {
    const { bytes, start } = this.buffer
    this.#sequence = parseVc1Sequence(bytes, start + this.#sequenceAt + 4, start + at) ?? this.#sequence
    this.#sequenceAt = -1
  }

  protected complete(size: number): void {
    if (this.#hasFrame) {
      if (this.#sequence !== null) this.announce(this.#sequence.parameters)
      this.#clock.picture(this.stamps.take(this.buffer.offset), this.#sequence?.frameDuration ?? null, true)
      this.hand({ streamId: this.streamId, data: this.buffer.copy(size), pts: this.#clock.pts, dts: this.#clock.dts, key: this.#key })
    }
    this.reset()
  }

  protected reset(): void {
    this.#sequenceAt = -1
    this.#hasFrame = false
    this.#key = false
  }

  override flush(): void {
    super.flush()
    this.#clock.reset()
  }
}

/** FRAMERATENR and FRAMERATEDR, SMPTE 421M tables 8 and 9. */
const RATE_NUMERATORS: readonly (number | undefined)[] = [undefined, 24000, 25000, 30000, 50000, 60000, 48000, 72000]
const RATE_DENOMINATORS: readonly (number | undefined)[] = [undefined, 1000, 1001]

/** Sequence header of the advanced profile behind its start code, SMPTE 421M 6.1. null: another profile, or cut short. */
export function parseVc1Sequence(bytes: Uint8Array, from: number, to: number): Vc1Sequence | null {
  return orNull(() => readSequence(new BitReader(rbspOf(bytes, from, to, MAX_SEQUENCE_HEADER), "VC-1 sequence header")))
}

function readSequence(bits: BitReader): Vc1Sequence | null {
  if (bits.bits(2, "PROFILE") !== ADVANCED_PROFILE) return null
  const level = bits.bits(3, "LEVEL")
  bits.skip(2 + 3 + 5 + 1, "COLORDIFF_FORMAT, FRMRTQ_POSTPROC, BITRTQ_POSTPROC, POSTPROCFLAG")
  const width = (bits.bits(12, "MAX_CODED_WIDTH") + 1) * 2
  const height = (bits.bits(12, "MAX_CODED_HEIGHT") + 1) * 2
  bits.flag("PULLDOWN")
  const interlaced = bits.flag("INTERLACE")
  bits.skip(4, "TFCNTRFLAG, FINTERPFLAG, reserved, PSF")
  const display = orNull(() => (bits.flag("DISPLAY_EXT") ? readDisplay(bits, width, height) : null))
  const rate = display?.rate ?? null
  const frameRate = rate === null ? null : rateText(rate[0], rate[1])
  return {
    frameDuration: rate === null || frameRate === null ? null : (TICKS_PER_SECOND * rate[1]) / rate[0],
    parameters: {
      ...({ kind: "video", codec: "vc1", width, height, frameRate } as const),
      ...{ aspect: display?.aspect ?? null, interlaced, profile: ADVANCED_PROFILE, level },
    },
  }
}

type Display = { readonly aspect: string | null; readonly rate: readonly [number, number] | null }

function readDisplay(bits: BitReader, width: number, height: number): Display {
  bits.skip(28, "DISP_HORIZ_SIZE, DISP_VERT_SIZE")
  let sample: readonly [number, number] = [0, 0]
  if (bits.flag("ASPECT_RATIO_FLAG")) {
    const code = bits.bits(4, "ASPECT_RATIO")
    const told = code === (EXTENDED_ASPECT & 15)
    sample = told ? [bits.bits(8, "ASPECT_HORIZ_SIZE") + 1, bits.bits(8, "ASPECT_VERT_SIZE") + 1] : (SAMPLE_ASPECTS[code] ?? [0, 0])
  }
  return { aspect: aspectText(width * sample[0], height * sample[1]), rate: bits.flag("FRAMERATE_FLAG") ? readRate(bits) : null }
}

function readRate(bits: BitReader): readonly [number, number] | null {
  if (bits.flag("FRAMERATEIND")) return [bits.bits(16, "FRAMERATEEXP") + 1, 32]
  const numerator = RATE_NUMERATORS[bits.bits(8, "FRAMERATENR")]
  const denominator = RATE_DENOMINATORS[bits.bits(4, "FRAMERATEDR")]
  return numerator === undefined || denominator === undefined ? null : [numerator, denominator]
}
