import { AV_BUFFERSRC_FLAG_KEEP_REF, AV_BUFFERSRC_FLAG_PUSH, type AVBufferSrcFlag } from "node-av/constants"
import { FFmpegError, Filter, type FilterContext, FilterGraph, Frame } from "node-av/lib"

export type Deinterlacing = "none" | "frame" | "field" | "one-field"

/** What the pictures are to become; `fullRange`: as JPEG has it. `canvas`: black around them, up to its size. */
export type Shape = {
  readonly width: number
  readonly height: number
  readonly deinterlacing: Deinterlacing
  readonly fullRange: boolean
  readonly canvas?: { readonly width: number; readonly height: number; readonly x: number; readonly y: number }
}

const KEEP_AND_PUSH = (AV_BUFFERSRC_FLAG_KEEP_REF | AV_BUFFERSRC_FLAG_PUSH) as AVBufferSrcFlag

/** FFmpeg returns as many pictures as it was given, twice that from fields. More is a broken filter. */
const MAX_PICTURES = 8

/** The filters between decoder and encoder: deinterlace, scale to square pixels, 8-bit 4:2:0. Made anew when the pictures that come in change. */
export class Shaper {
  readonly #threads: number
  readonly #out = new Frame()
  #graph: FilterGraph | null = null
  #source: FilterContext | null = null
  #sink: FilterContext | null = null
  #made = ""

  constructor(threads: number) {
    this.#threads = threads
    this.#out.alloc()
  }

  /** `frame.pts` must be set, in ticks. `onPicture` gets pictures whose `pts` is in half ticks, and must not keep them. */
  push(frame: Frame, shape: Shape, onPicture: (picture: Frame) => void): void {
    const { sampleAspectRatio: sar } = frame
    const needed = `${frame.width}x${frame.height} ${frame.format} ${frame.colorSpace} ${frame.colorRange} ${sar.num}/${sar.den} ${JSON.stringify(shape)}`
    if (needed !== this.#made) {
      this.drain(onPicture)
      this.#make(frame, shape)
      this.#made = needed
    }
    check(this.#source?.buffersrcAddFrameSync(frame, KEEP_AND_PUSH) ?? 0, "a picture is refused")
    this.#pull(onPicture)
  }

  /** The picture that a deinterlacer holds back; afterwards there is no graph. */
  drain(onPicture: (picture: Frame) => void): void {
    if (this.#source === null) return
    this.#source.buffersrcAddFrameSync(null, AV_BUFFERSRC_FLAG_PUSH)
    this.#pull(onPicture)
    this.flush()
  }

  flush(): void {
    this.#graph?.free()
    this.#graph = null
    this.#source = null
    this.#sink = null
    this.#made = ""
  }

  close(): void {
    this.flush()
    this.#out.free()
  }

  #pull(onPicture: (picture: Frame) => void): void {
    for (let count = 0; count < MAX_PICTURES; count++) {
      if (this.#sink === null || this.#sink.buffersinkGetFrameSync(this.#out) < 0) return
      const { num, den } = this.#sink.buffersinkGetTimeBase()
      this.#out.pts = (this.#out.pts * BigInt(num) * 180_000n) / BigInt(den)
      onPicture(this.#out)
      this.#out.unref()
    }
  }

  #make(frame: Frame, shape: Shape): void {
    const graph = new FilterGraph()
    graph.alloc()
    graph.nbThreads = this.#threads
    const source = graph.allocFilter(filter("buffer"), "in")
    if (source === null) throw new Error("the picture source is not made")
    source.buffersrcParametersSet({
      width: frame.width,
      height: frame.height,
      format: frame.format,
      timeBase: { num: 1, den: 90_000 },
      sampleAspectRatio: frame.sampleAspectRatio,
      colorSpace: frame.colorSpace,
      colorRange: frame.colorRange,
    })
    check(source.init(null), "the picture source does not start")
    let last = source
    for (const [name, args] of chain(shape)) {
      const next = graph.createFilter(filter(name), name, args)
      if (next === null) throw new Error(`the filter ${name} (${args}) is not made`)
      check(last.link(0, next, 0), `the filter ${name} is not linked`)
      last = next
    }
    check(graph.configSync(), "the filters do not fit together")
    this.#graph = graph
    this.#source = source
    this.#sink = last
  }
}

function chain({ width, height, deinterlacing, fullRange, canvas }: Shape): readonly (readonly [name: string, args: string])[] {
  const scale = ["scale", `w=${width}:h=${height}:flags=bicubic${fullRange ? ":out_range=pc" : ""}`] as const
  const format = ["format", `pix_fmts=${fullRange ? "yuvj420p" : "yuv420p"}`] as const
  const { width: w = 0, height: h = 0, x = 0, y = 0 } = canvas ?? {}
  const pad = canvas === undefined ? [] : [["pad", `w=${w}:h=${h}:x=${x}:y=${y}`] as const]
  const end = [scale, format, ...pad, ["setsar", "1"], ["buffersink", ""]] as const
  switch (deinterlacing) {
    case "none":
      return end
    case "one-field":
      return [["field", "type=top"], ...end]
    case "frame":
      return [["bwdif", "mode=send_frame:parity=auto:deint=interlaced"], ...end]
    case "field":
      return [["bwdif", "mode=send_field:parity=auto:deint=interlaced"], ...end]
  }
}

function filter(name: string): Filter {
  const found = Filter.getByName(name)
  if (found === null) throw new Error(`there is no filter ${name}`)
  return found
}

function check(result: number, problem: string): void {
  if (result < 0) throw new Error(`${problem}: ${FFmpegError.strerror(result)}`)
}
