import { AV_CHANNEL_ORDER_NATIVE, AV_CODEC_FLAG_GLOBAL_HEADER, AV_SAMPLE_FMT_FLTP } from "node-av/constants"
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from "node-av/lib"
import type { OutputChannels } from "./downmix.ts"
import { SAMPLE_RATE, type SoundBlock } from "./sound-grid.ts"

export type EncodedSound = "aac" | "ac3"

/** Samples of a frame. */
const FRAME_SAMPLES: Readonly<Record<EncodedSound, number>> = { aac: 1024, ac3: 1536 }
/** Transparent for nearly everything with FFmpeg's encoders; 448 kbit/s is what DVDs give 5.1 channels. */
const BIT_RATES: Readonly<Record<EncodedSound, Readonly<Record<OutputChannels, bigint>>>> = {
  aac: { 2: 192_000n, 6: 384_000n },
  ac3: { 2: 224_000n, 6: 448_000n },
}
/** What a decoder gives of a frame lies so far before the frame's block: half a transform of AC-3 (ATSC A/52 7.9). */
const AC3_DELAY_TICKS = (256 * 90_000) / SAMPLE_RATE
const SAMPLE = new Rational(1, SAMPLE_RATE)
const LAYOUTS = {
  2: { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: 2, mask: 3n },
  6: { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: 6, mask: 0x60fn },
}

export const blockSamples = (codec: EncodedSound): number => FRAME_SAMPLES[codec]
export const blockTicks = (codec: EncodedSound): number => (FRAME_SAMPLES[codec] * 90_000) / SAMPLE_RATE

/** Blocks of one frame's samples in, raw AAC-LC or AC-3 frames out. */
export class AudioEncoder {
  readonly #context = new CodecContext()
  readonly #packet = new Packet()
  readonly #onFrame: (data: Uint8Array, pts: number) => void
  readonly #channels: OutputChannels
  /** Times of the blocks inside. AAC's first packet carries what comes before the first block, so it has the time of none. */
  #inside: (number | null)[]
  readonly #delayTicks: number

  constructor(name: EncodedSound, channels: OutputChannels, onFrame: (data: Uint8Array, pts: number) => void) {
    this.#channels = channels
    this.#onFrame = onFrame
    this.#inside = name === "aac" ? [null] : []
    this.#delayTicks = name === "aac" ? 0 : AC3_DELAY_TICKS
    this.#packet.alloc()
    const codec = Codec.findEncoderByName(name as Parameters<typeof Codec.findEncoderByName>[0])
    if (codec === null) throw new Error(`this build of node-av has no ${name} encoder`)
    const context = this.#context
    context.allocContext3(codec)
    context.sampleRate = SAMPLE_RATE
    context.sampleFormat = AV_SAMPLE_FMT_FLTP
    context.channelLayout = LAYOUTS[channels]
    context.bitRate = BIT_RATES[name][channels]
    context.timeBase = SAMPLE
    context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
    if (name === "aac") context.setOption("aac_coder", "fast")
    const result = context.open2Sync(codec, null)
    if (result < 0) throw new Error(`the ${name} encoder does not open: ${FFmpegError.strerror(result)}`)
  }

  /** The AudioSpecificConfig. */
  get extradata(): Uint8Array {
    return new Uint8Array(this.#context.extraData ?? [])
  }

  encode(block: SoundBlock, pts: number): void {
    const frame = Frame.fromAudioBuffer(planes(block), {
      nbSamples: block[0]?.length ?? 0,
      format: AV_SAMPLE_FMT_FLTP,
      sampleRate: SAMPLE_RATE,
      channelLayout: LAYOUTS[this.#channels],
      timeBase: SAMPLE,
      pts: BigInt(Math.round((pts * SAMPLE_RATE) / 90_000)),
    })
    this.#inside.push(pts)
    const result = this.#context.sendFrameSync(frame)
    frame.free()
    if (result < 0) throw new Error(`the encoder refuses a block: ${FFmpegError.strerror(result)}`)
    this.#receive()
  }

  /** Hands out what is inside, if wanted, and ends. */
  close(isWanted: boolean): void {
    if (isWanted) {
      this.#context.sendFrameSync(null)
      this.#receive()
    }
    this.#context.freeContext()
    this.#packet.free()
  }

  #receive(): void {
    const packet = this.#packet
    while (this.#context.receivePacketSync(packet) >= 0) {
      const pts = this.#inside.shift() ?? null
      if (pts !== null && packet.data !== null) this.#onFrame(new Uint8Array(packet.data), pts - this.#delayTicks)
      packet.unref()
    }
  }
}

function planes(block: SoundBlock): Buffer {
  return Buffer.concat(block.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)))
}
