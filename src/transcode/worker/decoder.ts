import { AV_NOPTS_VALUE, FF_THREAD_FRAME, FF_THREAD_SLICE } from "node-av/constants"
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from "node-av/lib"
import type { CodecName } from "../../mpeg/access-unit.ts"
import { vc1Headers } from "./vc1-headers.ts"

/** FFmpeg's decoder for each codec whose name is another. */
const DECODER_NAMES: Readonly<Partial<Record<CodecName, string>>> = { dts: "dca", mp1: "mp1float", mp2: "mp2float", mp3: "mp3float" }
const FEED_TIME_BASE = new Rational(1, 90_000)
/** A decoder that gives more frames than this for one packet is broken: the longest real case is a packet of 20 TrueHD units. */
const MAX_FRAMES_PER_PACKET = 512

/** Thrown when FFmpeg has no such decoder or it does not open: nothing that another packet could change. */
export class UnsupportedCodec extends Error {}

/** One open FFmpeg decoder. Times are feed ticks in and out. */
export class Decoder {
  readonly codec: CodecName
  readonly #threads: number
  readonly #packet = new Packet()
  readonly #frame = new Frame()
  #context: CodecContext | null = null

  constructor(codec: CodecName, threads: number) {
    this.codec = codec
    this.#threads = threads
    this.#packet.alloc()
    this.#frame.alloc()
  }

  /** Pictures or sample blocks in presentation order go to `onFrame`, which must not keep the frame. Gives what was wrong with the packet, or null. */
  decode(data: Uint8Array, pts: number | null, dts: number | null, onFrame: (frame: Frame) => void): string | null {
    const context = this.#open(data)
    // Null: the headers that this codec needs before its first packet have not come yet.
    if (context === null) return null
    const packet = this.#packet
    packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    packet.pts = pts === null ? AV_NOPTS_VALUE : BigInt(pts)
    packet.dts = dts === null ? AV_NOPTS_VALUE : BigInt(dts)
    const sent = context.sendPacketSync(packet)
    packet.unref()
    const problem = this.#receive(context, onFrame)
    if (sent < 0) return FFmpegError.strerror(sent)
    return problem
  }

  /** Everything that is still inside; afterwards the decoder is as new. */
  drain(onFrame: (frame: Frame) => void): void {
    const context = this.#context
    if (context === null) return
    context.sendPacketSync(null)
    this.#receive(context, onFrame)
    context.flushBuffers()
  }

  /** Forgets what is inside. */
  flush(): void {
    this.#context?.flushBuffers()
  }

  /** As the stream says: pictures a second; 0 when it does not. */
  get frameRate(): number {
    const rate = this.#context?.framerate
    return rate === undefined || rate.num <= 0 || rate.den <= 0 ? 0 : rate.num / rate.den
  }

  close(): void {
    this.#context?.freeContext()
    this.#context = null
    this.#frame.free()
    this.#packet.free()
  }

  #receive(context: CodecContext, onFrame: (frame: Frame) => void): string | null {
    for (let count = 0; count < MAX_FRAMES_PER_PACKET; count++) {
      const result = context.receiveFrameSync(this.#frame)
      if (result < 0) {
        const error = new FFmpegError(result)
        return error.isEAGAIN || error.isEOF ? null : error.message
      }
      onFrame(this.#frame)
      this.#frame.unref()
    }
    return `more than ${MAX_FRAMES_PER_PACKET} frames of one packet`
  }

  #open(firstPacket: Uint8Array): CodecContext | null {
    if (this.#context !== null) return this.#context
    const codec = Codec.findDecoderByName((DECODER_NAMES[this.codec] ?? this.codec) as Parameters<typeof Codec.findDecoderByName>[0])
    if (codec === null) throw new UnsupportedCodec(`there is no decoder for ${this.codec}`)
    const context = new CodecContext()
    context.allocContext3(codec)
    context.pktTimebase = FEED_TIME_BASE
    context.threadCount = this.#threads
    // Frame threads hold pictures back; MPEG-2 is quick enough with slices.
    context.threadType = this.codec === "h264" || this.codec === "hevc" ? FF_THREAD_FRAME : FF_THREAD_SLICE
    if (this.codec === "vc1") {
      const headers = vc1Headers(firstPacket)
      if (headers === null) return null
      context.extraData = Buffer.from(headers)
    }
    const result = context.open2Sync(codec, null)
    if (result < 0) {
      context.freeContext()
      throw new UnsupportedCodec(`the decoder for ${this.codec} does not open: ${FFmpegError.strerror(result)}`)
    }
    this.#context = context
    return context
  }
}
