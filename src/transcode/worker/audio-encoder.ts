import { AV_CHANNEL_ORDER_NATIVE, AV_CODEC_FLAG_GLOBAL_HEADER, AV_SAMPLE_FMT_FLTP } from "node-av/constants"
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from "node-av/lib"
import { SAMPLE_RATE, type StereoBlock } from "./sound-grid.ts"

/** AAC-LC's frame. */
export const BLOCK_SAMPLES = 1024
export const BLOCK_TICKS = (BLOCK_SAMPLES * 90_000) / SAMPLE_RATE
/** Transparent for nearly everything with FFmpeg's AAC-LC encoder. */
const BIT_RATE = 192_000n
const SAMPLE = new Rational(1, SAMPLE_RATE)
const STEREO = { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: 2, mask: 3n }

/** Blocks of 1024 stereo samples in, raw AAC-LC frames out. */
export class AudioEncoder {
  readonly #context = new CodecContext()
  readonly #packet = new Packet()
  readonly #onFrame: (data: Uint8Array, pts: number) => void
  /** Times of the blocks inside. The encoder's first packet carries what comes before the first block, so it has the time of none. */
  #inside: (number | null)[] = [null]

  constructor(onFrame: (data: Uint8Array, pts: number) => void) {
    this.#onFrame = onFrame
    this.#packet.alloc()
    const codec = Codec.findEncoderByName("aac" as Parameters<typeof Codec.findEncoderByName>[0])
    if (codec === null) throw new Error("this build of node-av has no AAC encoder")
    const context = this.#context
    context.allocContext3(codec)
    context.sampleRate = SAMPLE_RATE
    context.sampleFormat = AV_SAMPLE_FMT_FLTP
    context.channelLayout = STEREO
    context.bitRate = BIT_RATE
    context.timeBase = SAMPLE
    context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
    context.setOption("aac_coder", "fast")
    const result = context.open2Sync(codec, null)
    if (result < 0) throw new Error(`the AAC encoder does not open: ${FFmpegError.strerror(result)}`)
  }

  /** The AudioSpecificConfig. */
  get extradata(): Uint8Array {
    return new Uint8Array(this.#context.extraData ?? [])
  }

  encode({ left, right }: StereoBlock, pts: number): void {
    const frame = Frame.fromAudioBuffer(planes(left, right), {
      nbSamples: left.length,
      format: AV_SAMPLE_FMT_FLTP,
      sampleRate: SAMPLE_RATE,
      channelLayout: STEREO,
      timeBase: SAMPLE,
      pts: BigInt(Math.round((pts * SAMPLE_RATE) / 90_000)),
    })
    this.#inside.push(pts)
    const result = this.#context.sendFrameSync(frame)
    frame.free()
    if (result < 0) throw new Error(`the AAC encoder refuses a block: ${FFmpegError.strerror(result)}`)
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
      if (pts !== null && packet.data !== null) this.#onFrame(new Uint8Array(packet.data), pts)
      packet.unref()
    }
  }
}

function planes(left: Float32Array, right: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(left.byteLength + right.byteLength)
  bytes.set(new Uint8Array(left.buffer, left.byteOffset, left.byteLength), 0)
  bytes.set(new Uint8Array(right.buffer, right.byteOffset, right.byteLength), left.byteLength)
  return bytes
}
