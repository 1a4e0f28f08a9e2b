import { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P, AV_PROFILE_H264_MAIN } from "node-av/constants"
import { Codec, CodecContext, FFmpegError, type Frame, Packet, Rational } from "node-av/lib"
import type { Preset } from "./quality.ts"

export type EncodedPicture = { readonly data: Uint8Array; readonly pts: number; readonly duration: number; readonly key: boolean }

type EncoderSettings = {
  readonly width: number
  readonly height: number
  readonly frameRate: { readonly num: number; readonly den: number }
  readonly preset: Preset
  readonly threads: number
  readonly color: Color
  /** Each picture comes out before the next goes in: threads share a picture instead of holding one each. */
  readonly isLive: boolean
  /** H.264 Main: what High has beyond it is left out. */
  readonly isMain: boolean
}

/** As FFmpeg numbers them (ISO/IEC 23091-2). */
export type Color = {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  readonly range: number
}

/** From key picture to key picture. Who joins a live stream, or looks at it now and then, waits for one. */
const KEY_SECONDS = 1
const LIVE_KEY_SECONDS = 0.5
/** Near what the eye can tell from the disc at a normal distance; smaller numbers are better. */
const QUALITY_CRF = 20
const TICK = new Rational(1, 90_000)
const SQUARE = new Rational(1, 1)

/**
 * x264 without B-pictures and look-ahead: what goes in comes out one or two pictures later, in the same order, so that a jump needs no restart.
 * It is never drained but to be closed: once drained its frame threads do not start again.
 */
export class VideoEncoder {
  readonly #context = new CodecContext()
  readonly #packet = new Packet()
  /** Durations of the pictures inside, and `null` for marks between them. */
  #inside: ({ readonly pts: number; readonly duration: number } | null)[] = []
  readonly #onPicture: (picture: EncodedPicture) => void
  readonly #onMark: () => void

  constructor(settings: EncoderSettings, onPicture: (picture: EncodedPicture) => void, onMark: () => void) {
    this.#onPicture = onPicture
    this.#onMark = onMark
    this.#packet.alloc()
    const codec = Codec.findEncoderByName("libx264" as Parameters<typeof Codec.findEncoderByName>[0])
    if (codec === null) throw new Error("this build of node-av has no x264")
    const context = this.#context
    context.allocContext3(codec)
    configure(context, settings)
    const result = context.open2Sync(codec, null)
    if (result < 0) throw new Error(`x264 does not open: ${FFmpegError.strerror(result)}`)
  }

  /** `pts` in ticks, above that of the picture before. */
  encode(frame: Frame, pts: number, duration: number, key: boolean): void {
    frame.pts = BigInt(pts)
    frame.pictType = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    const result = this.#context.sendFrameSync(frame)
    if (result < 0) throw new Error(`x264 refuses a picture: ${FFmpegError.strerror(result)}`)
    this.#inside.push({ pts, duration })
    this.#receive()
  }

  /** `onMark` is called between the pictures before and after this moment. */
  mark(): void {
    this.#inside.push(null)
    this.#reportMarks()
  }

  /** Pictures inside are void: they are dropped as they come out. */
  forget(): void {
    this.#inside = this.#inside.filter((entry) => entry !== null).map(() => VOID)
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
      const entry = this.#inside.shift()
      const { data } = packet
      if (entry !== undefined && entry !== null && entry !== VOID && data !== null) {
        this.#onPicture({ data: new Uint8Array(data), pts: entry.pts, duration: entry.duration, key: packet.isKeyframe })
      }
      packet.unref()
      this.#reportMarks()
    }
  }

  #reportMarks(): void {
    while (this.#inside[0] === null) {
      this.#inside.shift()
      this.#onMark()
    }
  }
}

const VOID = { pts: -1, duration: 0 }

function configure(context: CodecContext, { width, height, frameRate, preset, threads, color, isLive, isMain }: EncoderSettings): void {
  const rate = frameRate.num / frameRate.den
  context.width = width
  context.height = height
  context.pixelFormat = AV_PIX_FMT_YUV420P
  context.timeBase = TICK
  context.framerate = new Rational(frameRate.num, frameRate.den)
  context.sampleAspectRatio = SQUARE
  context.gopSize = Math.max(1, Math.round(rate * (isLive ? LIVE_KEY_SECONDS : KEY_SECONDS)))
  context.maxBFrames = 0
  if (isMain) context.profile = AV_PROFILE_H264_MAIN
  context.threadCount = threads
  context.colorPrimaries = color.primaries as typeof context.colorPrimaries
  context.colorTrc = color.transfer as typeof context.colorTrc
  context.colorSpace = color.matrix as typeof context.colorSpace
  context.colorRange = color.range as typeof context.colorRange
  // A page on the same network takes this; without a bound, film grain would not pass a wireless one.
  const peak = BigInt(Math.round(width * height * rate * PEAK_BITS_PER_PIXEL + 2_000_000))
  context.rcMaxRate = peak
  context.rcBufferSize = Number(peak)
  context.setOption("preset", preset)
  context.setOption("crf", QUALITY_CRF)
  context.setOption("forced-idr", true)
  // With frames of any length x264 holds one back to see how long it is.
  const delay = isLive ? "sliced-threads=1:force-cfr=1" : "sliced-threads=0"
  context.setOption("x264-params", `rc-lookahead=0:sync-lookahead=0:mbtree=0:scenecut=0:bframes=0:aud=1:${delay}`)
}

const PEAK_BITS_PER_PIXEL = 0.25
