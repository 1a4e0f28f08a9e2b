import { type Ticks, ticks } from "../base/index.ts"
import type { PacketItem, StreamDescription } from "../plugin/items.ts"
import { AAC_FRAME_SAMPLES, adtsFrames } from "./adts.ts"
import { parameterSets } from "./annex-b.ts"
import { H264Marking } from "./h264-marking.ts"
import type { AudioParametersOutput, PacketOutput, ParametersOutput, VideoParametersOutput } from "./types.ts"

/** What a copied packet becomes: parameters where they change, then packets. */
export type Copied = readonly (ParametersOutput | PacketOutput)[]

/** Hands on H.264 or HEVC as the disc has it. */
export class VideoCopy {
  readonly #stream: StreamDescription
  readonly #codec: "h264" | "hevc"
  readonly #frameTicks: number
  readonly #marking: H264Marking | null
  #extradata = ""
  #begun = false
  /** The stretch's first key picture, and the last that is shown: pictures shown before them that come behind them lean on what is not there. */
  #firstKey = Number.NEGATIVE_INFINITY
  #shownKey = Number.NEGATIVE_INFINITY
  #lastDts = Number.NEGATIVE_INFINITY

  constructor(stream: StreamDescription, codec: "h264" | "hevc") {
    this.#stream = stream
    this.#codec = codec
    this.#marking = codec === "h264" ? new H264Marking() : null
    this.#frameTicks = frameTicks(stream.video?.frameRate ?? "")
  }

  /** A new stretch begins: at a key picture, with its parameters. */
  restart(): void {
    this.#begun = false
    this.#extradata = ""
    this.#marking?.restart()
  }

  push(item: PacketItem): Copied {
    if (!this.#begun && !item.key) return []
    if (this.#leads(item)) return []
    this.#begun = true
    const data = this.#marking?.rewrite(item.data) ?? item.data
    const parameters = item.key ? this.#parameters(data) : null
    const pts = item.pts ?? item.dts ?? this.#lastDts + this.#frameTicks
    if (!Number.isFinite(pts)) return []
    // Decode times never go back, even where two clips overlap at a join.
    const dts = Math.max(item.dts ?? pts, this.#lastDts + 1)
    this.#lastDts = dts
    const packet: PacketOutput = {
      type: "packet",
      stream: "video",
      data,
      pts: ticks(Math.max(Math.round(pts), Math.round(dts))),
      dts: ticks(Math.round(dts)),
      duration: ticks(Math.round(this.#frameTicks)),
      key: item.key,
      decodeOnly: item.decodeOnly,
    }
    return parameters === null ? [packet] : [parameters, packet]
  }

  /**
   * The first pictures of an open group are shown before its key picture and refer to the group before (H.264 7.4.1.2.4, recovery point). Where that was not
   * handed out, a decoder may end the whole film over them (Chromium's does), and nothing else refers to them.
   */
  #leads({ key, pts, decodeOnly }: PacketItem): boolean {
    if (pts === null) return false
    if (!key) return pts < this.#firstKey || (decodeOnly && pts < this.#shownKey)
    if (!this.#begun) this.#firstKey = pts
    this.#shownKey = decodeOnly ? Number.NEGATIVE_INFINITY : pts
    return false
  }

  #parameters(unit: Uint8Array): VideoParametersOutput | null {
    const extradata = parameterSets(this.#codec, unit)
    const text = Buffer.from(extradata).toString("hex")
    if (extradata.length === 0 || text === this.#extradata) return null
    this.#extradata = text
    const { width, height, frameRate } = this.#stream.video ?? { width: 0, height: 0, frameRate: "25" }
    return { type: "parameters", stream: "video", codec: this.#codec, extradata, width, height, frameRate, converted: false }
  }
}

/** Hands on sound that the host plays as it is; AAC without its ADTS headers. */
export class AudioCopy {
  readonly #stream: StreamDescription
  #config: string | null = null
  #expected: number | null = null

  constructor(stream: StreamDescription) {
    this.#stream = stream
  }

  restart(): void {
    this.#config = null
    this.#expected = null
  }

  /** Null: the packet is not what its codec says. */
  push(item: PacketItem): Copied | null {
    if (item.decodeOnly) return []
    const pts = item.pts ?? this.#expected
    if (pts === null) return []
    return this.#stream.codec === "aac" ? this.#aac(item.data, pts) : this.#whole(item.data, ticks(pts))
  }

  #aac(unit: Uint8Array, start: number): Copied | null {
    const frames = adtsFrames(unit)
    if (frames === null) return null
    const copied: (ParametersOutput | PacketOutput)[] = []
    let pts = start
    for (const { data, sampleRate, channels, config } of frames) {
      const text = config.join(" ")
      if (text !== this.#config) copied.push(this.#parameters(config, sampleRate, channels))
      this.#config = text
      const duration = (AAC_FRAME_SAMPLES * 90_000) / sampleRate
      copied.push(soundPacket(data, Math.round(pts), Math.round(duration)))
      pts += duration
    }
    this.#expected = pts
    return copied
  }

  #whole(data: Uint8Array, pts: Ticks): Copied {
    const packet = soundPacket(data, pts, 0)
    if (this.#config !== null) return [packet]
    this.#config = ""
    const { sampleRate, channels } = this.#stream.audio ?? { sampleRate: null, channels: null }
    return [this.#parameters(new Uint8Array(), sampleRate ?? 48_000, channels ?? 2), packet]
  }

  #parameters(extradata: Uint8Array, sampleRate: number, channels: number): AudioParametersOutput {
    return { type: "parameters", stream: "audio", codec: this.#stream.codec, extradata, sampleRate, channels, converted: false }
  }
}

function soundPacket(data: Uint8Array, pts: number, duration: number): PacketOutput {
  const time = ticks(pts)
  return { type: "packet", stream: "audio", data, pts: time, dts: time, duration: ticks(duration), key: true, decodeOnly: false }
}

/** Ticks of one picture at "25" or "24000/1001"; those of 25 when it is no rate. */
export function frameTicks(frameRate: string): number {
  const [num = 0, den = 1] = frameRate.split("/").map(Number)
  return num > 0 && den > 0 ? (90_000 * den) / num : 3600
}
