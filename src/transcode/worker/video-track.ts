import {
  AV_FRAME_FLAG_INTERLACED,
  AV_NOPTS_VALUE,
  AVCOL_PRI_BT470BG,
  AVCOL_PRI_BT709,
  AVCOL_PRI_SMPTE170M,
  AVCOL_PRI_UNSPECIFIED,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_CL,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_BT709,
  AVCOL_TRC_SMPTE170M,
  AVCOL_TRC_UNSPECIFIED,
} from "node-av/constants"
import { Frame } from "node-av/lib"
import { parameterSets } from "../annex-b.ts"
import type { VideoInput, VideoTarget, WorkerOutput } from "../protocol.ts"
import { BurnIn } from "./burn-in.ts"
import { Decoder } from "./decoder.ts"
import { PictureClock } from "./picture-clock.ts"
import type { FilmArea, LumaWeights } from "./plane-layer.ts"
import { choose, costOf, LEAST_SPEED, ladder, type Quality, type Source, takesOneField } from "./quality.ts"
import type { Scene } from "./scene.ts"
import { type Deinterlacing, type Shape, Shaper } from "./shaper.ts"
import { type Color, type EncodedPicture, VideoEncoder } from "./video-encoder.ts"

/** A picture that stands still is sent again this often, so that the host's stream never dries out. */
const HOLD_EVERY = 18_000
/** Decode-only pictures whose times are remembered. More than a decoder can hold. */
const MAX_HIDDEN = 256
/** Pictures that are away from one another by more than this have a gap between them, not a long duration. */
const MAX_DURATION = 90_000

type VideoSink = { readonly output: (item: WorkerOutput) => void }

/** Coded pictures of any codec in, H.264 out: decoder, clock, filters and encoder in a row. */
export class VideoTrack {
  readonly #sink: VideoSink
  readonly #threads: number
  readonly #shaper: Shaper
  readonly #clock = new PictureClock()
  readonly #last = new Frame()
  #hasLast = false
  #input: VideoInput | null = null
  #target: VideoTarget = { maxHeight: 1080, canvas: null, isLive: false }
  #decoder: Decoder | null = null
  #encoder: VideoEncoder | null = null
  #encoderMade = ""
  #parameters = ""
  #quality: Quality | null = null
  readonly #cores: number
  #capacity: number
  #interlacedSeen = false
  #from = Number.NEGATIVE_INFINITY
  #hidden = new Set<number>()
  #durations = new Map<number, number>()
  #keyNext = true
  #lastPts = Number.NEGATIVE_INFINITY
  #ticks = 0
  readonly #scene: Scene
  readonly #burnIn: BurnIn
  /** Where the film is in the picture that was shaped last. */
  #film: FilmArea = { x: 0, y: 0, width: 0, height: 0 }
  /** The picture stands still up to here; null: it does not. */
  #heldUntil: number | null = null

  constructor(sink: VideoSink, cores: number, scene: Scene) {
    this.#sink = sink
    this.#scene = scene
    this.#burnIn = new BurnIn(scene)
    this.#threads = Math.min(cores, MAX_THREADS)
    this.#cores = cores
    this.#capacity = cores
    this.#shaper = new Shaper(this.#threads)
    this.#last.alloc()
  }

  /** Ticks of video that were decoded since the last call: what the speed is measured by. */
  takeTicks(): number {
    const ticks = this.#ticks
    this.#ticks = 0
    return ticks
  }

  configure(input: VideoInput | null, target: VideoTarget): void {
    const isSame = JSON.stringify([input, target]) === JSON.stringify([this.#input, this.#target])
    if (isSame) return
    this.#playOut()
    if (this.#decoder !== null && this.#decoder.codec !== input?.codec) {
      this.#decoder.close()
      this.#decoder = null
    }
    this.#input = input
    this.#target = target
    this.#quality = null
    this.#interlacedSeen = false
    if (input === null) this.#closeEncoder()
    else this.#decoder ??= new Decoder(input.codec, this.#threads)
  }

  begin(from: number): void {
    // The parent drops what it holds, parameters too.
    this.#parameters = ""
    this.#decoder?.flush()
    this.#shaper.flush()
    this.#encoder?.forget()
    this.#startStretch(from)
    // A jump is the moment to look whether the machine has become freer: a new picture size costs nothing there.
    this.#capacity = Math.min(this.#cores, this.#capacity * RECOVERY)
    this.#quality = null
  }

  /** The stretch so far is played out; the next one's pictures begin at `at`. */
  join(at: number): void {
    this.#playOut()
    this.#startStretch(at)
    if (this.#encoder === null) this.#sink.output({ type: "mark" })
    else this.#encoder.mark()
  }

  packet(data: Uint8Array, pts: number | null, dts: number | null, decodeOnly: boolean): void {
    this.#heldUntil = null
    if (decodeOnly && pts !== null && this.#hidden.size < MAX_HIDDEN) this.#hidden.add(pts)
    const problem = this.#decoder?.decode(data, pts, dts, (frame) => this.#decoded(frame)) ?? null
    if (problem !== null) this.#sink.output({ type: "bad-packet", track: "video", at: pts, reason: problem })
  }

  /** Everything that is inside comes out; a later picture opens the encoder anew. */
  end(): void {
    this.#playOut()
    this.#closeEncoder()
  }

  /** Shows the last picture on, up to `until`. */
  hold(until: number, isPause: boolean): void {
    // The decoder goes on after a pause: what it holds is needed then.
    if (this.#heldUntil === null && !isPause) this.#playOut()
    this.#heldUntil = until
    // A still picture needs its own first packet at once: nothing follows that would push it out of the encoder.
    this.#pushOut()
    if (!this.#hasLast) return
    const every = this.#target.isLive ? this.#outputTicks() : HOLD_EVERY
    for (let pts = this.#nextHeld(every); pts <= until; pts = this.#nextHeld(every)) this.#encode(this.#last, pts, every)
    this.#pushOut()
  }

  /** Something else lies above the picture: one that stands still is sent again at once. */
  planesChanged(): void {
    if (this.#heldUntil === null || !this.#hasLast) return
    if (!this.#burnIn.isStale(this.#lastPts)) return this.hold(this.#heldUntil, true)
    const duration = this.#outputTicks()
    this.#encode(this.#last, this.#lastPts + duration, duration)
    this.#pushOut()
  }

  /** A held picture is sent again when its time has come or the planes change. */
  #nextHeld(every: number): number {
    const change = Math.max(this.#scene.changeAfter(this.#lastPts), this.#lastPts + LEAST_STEP)
    return Math.ceil(Math.min(this.#lastPts + every, change))
  }

  /** What the encoder holds comes out; a live one holds nothing. */
  #pushOut(): void {
    if (!this.#target.isLive) this.#closeEncoder()
  }

  /** The next cheaper picture than now, from the next one on; false when there is none. */
  lower(speed: number): boolean {
    const [source, quality] = [this.#source(), this.#quality]
    if (source === null || quality === null || this.#target.isSteady === true) return false
    // What the machine gave while it was too slow, as the cost table counts.
    this.#capacity = Math.min(this.#capacity, costOf(source, quality) * speed)
    const rungs = ladder(source, this.#target)
    const next = rungs.slice(rungs.findIndex((rung) => same(rung, quality)) + 1).find((rung, index, rest) => {
      return index === rest.length - 1 || costOf(source, rung) * LEAST_SPEED <= this.#capacity
    })
    if (next === undefined) return false
    this.#shaper.drain((picture) => this.#shaped(picture))
    this.#quality = next
    const at = Math.max(this.#lastPts, 0)
    this.#sink.output({ type: "lowered", at, height: next.height, doubleRate: next.doubleRate && source.interlaced, speed })
    return true
  }

  close(): void {
    this.#closeEncoder(false)
    this.#decoder?.close()
    this.#shaper.close()
    this.#last.free()
    this.#burnIn.close()
  }

  #startStretch(from: number): void {
    this.#clock.restart()
    this.#hidden.clear()
    this.#durations.clear()
    this.#hasLast = false
    this.#heldUntil = null
    this.#from = from
    this.#keyNext = true
  }

  #playOut(): void {
    this.#decoder?.drain((frame) => this.#decoded(frame))
    this.#shaper.drain((picture) => this.#shaped(picture))
  }

  #closeEncoder(isWanted = true): void {
    this.#encoder?.close(isWanted)
    this.#encoder = null
    this.#encoderMade = ""
    this.#keyNext = true
  }

  #decoded(frame: Frame): void {
    const stamp = frame.pts === AV_NOPTS_VALUE ? null : Number(frame.pts)
    const time = this.#clock.next(stamp, frame.repeatPict, 90_000 / this.#frameRate())
    if (time === null) return
    this.#ticks += time.duration
    const isHidden = stamp !== null && this.#hidden.delete(stamp)
    if (isHidden || time.pts < this.#from) return
    if ((frame.flags & AV_FRAME_FLAG_INTERLACED) !== 0) this.#interlacedSeen = true
    this.#quality ??= this.#chooseQuality()
    const shape = this.#shape(frame)
    if (shape === null) return
    this.#durations.set(time.pts * 2, time.duration)
    frame.pts = BigInt(time.pts)
    this.#shaper.push(frame, shape, (picture) => this.#shaped(picture))
  }

  /** `picture.pts` in half ticks. */
  #shaped(picture: Frame): void {
    const halfTicks = Number(picture.pts)
    const own = this.#durations.get(halfTicks)
    // A second field's time lies between two pictures: it is shown for the rest of the first one.
    const first = own ?? this.#durationBefore(halfTicks)
    for (const pts of this.#durations.keys()) if (pts < halfTicks) this.#durations.delete(pts)
    const isField = this.#quality?.doubleRate === true && (own === undefined || (picture.flags & AV_FRAME_FLAG_INTERLACED) !== 0)
    const duration = Math.max(1, Math.round(isField ? first / 2 : first))
    this.#last.unref()
    this.#last.ref(picture)
    this.#hasLast = true
    this.#encode(picture, Math.round(halfTicks / 2), Math.min(duration, MAX_DURATION))
  }

  #durationBefore(halfTicks: number): number {
    let found = 90_000 / this.#frameRate()
    for (const [pts, duration] of this.#durations) if (pts <= halfTicks) found = duration
    return found
  }

  #encode(picture: Frame, pts: number, duration: number): void {
    if (pts <= this.#lastPts) return
    this.#lastPts = pts
    const encoder = this.#openEncoder(picture)
    const drawn = this.#burnIn.draw(picture, pts, this.#film, lumaWeights(this.#color(picture).matrix))
    encoder.encode(drawn, pts, duration, this.#keyNext)
    this.#keyNext = false
  }

  #openEncoder(picture: Frame): VideoEncoder {
    const preset = this.#quality?.preset ?? "veryfast"
    const frameRate = this.#outputRate()
    const settings = {
      width: picture.width,
      height: picture.height,
      preset,
      frameRate,
      threads: this.#threads,
      color: this.#color(picture),
      isLive: this.#target.isLive,
      isMain: this.#target.isMain === true,
    }
    const needed = JSON.stringify(settings)
    if (this.#encoder !== null && this.#encoderMade === needed) return this.#encoder
    this.#closeEncoder()
    this.#encoder = new VideoEncoder(
      settings,
      (encoded) => this.#encoded(encoded, settings),
      () => this.#sink.output({ type: "mark" }),
    )
    this.#encoderMade = needed
    this.#keyNext = true
    return this.#encoder
  }

  #encoded({ data, pts, duration, key }: EncodedPicture, { width, height, frameRate }: ParameterFacts): void {
    if (key) this.#report(data, { width, height, frameRate })
    this.#sink.output({ type: "packet", track: "video", data, pts, duration, key })
  }

  #report(keyPicture: Uint8Array, { width, height, frameRate }: ParameterFacts): void {
    const extradata = parameterSets("h264", keyPicture)
    const parameters = `${width}x${height} ${Buffer.from(extradata).toString("hex")}`
    if (parameters === this.#parameters) return
    this.#parameters = parameters
    const rate = frameRate.den === 1 ? `${frameRate.num}` : `${frameRate.num}/${frameRate.den}`
    this.#sink.output({ type: "video-parameters", extradata, width, height, frameRate: rate })
  }

  #frameRate(): number {
    const rate = this.#input === null ? 0 : quotient(this.#input.frameRate, "/")
    if (rate > 0) return rate
    const ofStream = this.#decoder?.frameRate ?? 0
    return ofStream > 0 ? ofStream : 25
  }

  #outputRate(): { readonly num: number; readonly den: number } {
    const factor = this.#quality?.doubleRate === true && this.#interlacedSeen ? 2 : 1
    const [num = 0, den = 1] = (this.#input?.frameRate ?? "").split("/").map(Number)
    return num > 0 && den > 0 ? { num: num * factor, den } : { num: Math.round(this.#frameRate() * factor * 1000), den: 1000 }
  }

  #source(): Source | null {
    const input = this.#input
    if (input === null) return null
    const { codec, width, height, interlaced } = input
    return { codec, width, height, frameRate: this.#frameRate(), interlaced, aspect: quotient(input.aspect, ":") || width / height }
  }

  #chooseQuality(): Quality | null {
    const source = this.#source()
    return source === null ? null : choose(source, this.#target, this.#capacity)
  }

  #shape(frame: Frame): Shape | null {
    const [source, quality] = [this.#source(), this.#quality]
    if (source === null || quality === null) return null
    const deinterlacing = this.#deinterlacing({ ...source, interlaced: true, height: frame.height }, quality)
    const film = this.#filmArea(frame, quality)
    this.#film = film
    const { canvas } = this.#target
    const { width, height, x, y } = film
    return { width, height, deinterlacing, fullRange: false, ...(canvas === null ? {} : { canvas: { ...canvas, x, y } }) }
  }

  #filmArea(frame: Frame, quality: Quality): FilmArea {
    const { canvas } = this.#target
    const aspect = this.#aspect(frame)
    if (canvas === null) {
      const height = even(Math.min(quality.height, frame.height))
      return { x: 0, y: 0, width: even(height * aspect), height }
    }
    const height = even(Math.min(canvas.height, canvas.width / aspect))
    const width = even(Math.min(canvas.width, height * aspect))
    return { x: 2 * Math.floor((canvas.width - width) / 4), y: 2 * Math.floor((canvas.height - height) / 4), width, height }
  }

  #outputTicks(): number {
    const { num, den } = this.#outputRate()
    return (90_000 * den) / num
  }

  /** Nothing until the first interlaced picture: film needs no filter, which would hold a picture back. */
  #deinterlacing(source: Source, quality: Quality): Deinterlacing {
    if (!this.#interlacedSeen) return "none"
    if (takesOneField(source, quality)) return "one-field"
    return quality.doubleRate ? "field" : "frame"
  }

  /** Standard definition has the aspect of the disc's tables, as players take it; high definition that of its own samples. */
  #aspect(frame: Frame): number {
    const ofTables = quotient(this.#input?.aspect ?? "", ":")
    if (frame.height <= 576 && ofTables > 0) return ofTables
    const { num, den } = frame.sampleAspectRatio
    const aspect = (frame.width / frame.height) * (num > 0 && den > 0 ? num / den : 1)
    return Math.min(Math.max(aspect, 1 / MAX_ASPECT), MAX_ASPECT)
  }

  /** Colours as the stream says, else as its lines tell: a host would guess from the size of *our* picture. */
  #color(picture: Frame): Color {
    const lines = this.#input?.height ?? picture.height
    const guess = lines > 576 ? HD : lines === 480 ? NTSC : PAL
    const known = (value: number, unknown: number, fallback: number) => (value === unknown || value === 0 ? fallback : value)
    return {
      primaries: known(picture.colorPrimaries, AVCOL_PRI_UNSPECIFIED, guess.primaries),
      transfer: known(picture.colorTrc, AVCOL_TRC_UNSPECIFIED, guess.transfer),
      matrix: known(picture.colorSpace, AVCOL_SPC_UNSPECIFIED, guess.matrix),
      range: picture.colorRange === AVCOL_RANGE_JPEG ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG,
    }
  }
}

type ParameterFacts = {
  readonly width: number
  readonly height: number
  readonly frameRate: { readonly num: number; readonly den: number }
}

const HD = { primaries: AVCOL_PRI_BT709, transfer: AVCOL_TRC_BT709, matrix: AVCOL_SPC_BT709 }
const PAL = { primaries: AVCOL_PRI_BT470BG, transfer: AVCOL_TRC_SMPTE170M, matrix: AVCOL_SPC_BT470BG }
const NTSC = { primaries: AVCOL_PRI_SMPTE170M, transfer: AVCOL_TRC_SMPTE170M, matrix: AVCOL_SPC_SMPTE170M }

/** So near to one another two pictures of a still may be. */
const LEAST_STEP = 900

/** ISO/IEC 23091-2 8.3. */
const BT601: LumaWeights = { red: 0.299, blue: 0.114 }
const BT709: LumaWeights = { red: 0.2126, blue: 0.0722 }
const BT2020: LumaWeights = { red: 0.2627, blue: 0.0593 }

function lumaWeights(matrix: number): LumaWeights {
  if (matrix === AVCOL_SPC_BT709) return BT709
  return matrix === AVCOL_SPC_BT2020_NCL || matrix === AVCOL_SPC_BT2020_CL ? BT2020 : BT601
}

/** More encoder threads hold more pictures back than they gain. */
const MAX_THREADS = 6
/** How much more is tried after each jump, once it was too much. */
const RECOVERY = 1.2
/** Of a damaged header; the widest film is 2.76. */
const MAX_ASPECT = 4

const even = (value: number): number => Math.max(2, 2 * Math.round(value / 2))

function same(a: Quality, b: Quality): boolean {
  return a.height === b.height && a.doubleRate === b.doubleRate && a.preset === b.preset
}

/** "24000/1001" or "16:9" as a number; 0 when it is none. */
function quotient(text: string, mark: string): number {
  const [a = 0, b = 1] = text.split(mark).map(Number)
  return a > 0 && b > 0 ? a / b : 0
}
