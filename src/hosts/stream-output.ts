import { DiscError, type Ticks, ticks } from "../base/index.ts"
import { TransportStreamWriter, type WriterStream } from "../mpeg/index.ts"
import type { AudioParametersOutput, OutputItem, PacketOutput, ParametersOutput, VideoParametersOutput } from "../transcode/index.ts"

function audioStream({ codec, extradata }: AudioParametersOutput): WriterStream {
  switch (codec) {
    case "aac":
      return { codec, config: extradata }
    case "ac3":
    case "eac3":
      return { codec }
    default:
      throw new DiscError("unsupported", `${codec} sound cannot go into a transport stream as it is`)
  }
}

const VIDEO = 0
const AUDIO = 1

/** Bytes written and not yet taken by the connection, before the converter has to wait. */
const HIGH_WATER_BYTES = 512 * 1024

type Media = Exclude<OutputItem, { type: "lowered" | "warning" }>

/** The converter's output as one endless transport stream on one connection, with its back-pressure. */
export class StreamOutput {
  readonly #onBase: (base: Ticks) => void
  #writer: TransportStreamWriter | null = null
  #parameters: { video: VideoParametersOutput | null; audio: AudioParametersOutput | null } = { video: null, audio: null }
  /** Packets from before both tracks were known. */
  #early: PacketOutput[] = []
  #firsts: { video: Ticks | null; audio: Ticks | null } = { video: null, audio: null }
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null
  #wake: () => void = () => {}
  #closed = false

  /** `onBase` hears the first decoding time of the stream, once: the media element counts from there. */
  constructor(onBase: (base: Ticks) => void) {
    this.#onBase = onBase
  }

  open(onCancel: () => void): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#wake(),
        cancel: () => {
          this.close()
          onCancel()
        },
      },
      { highWaterMark: HIGH_WATER_BYTES, size: (chunk) => chunk.length },
    )
  }

  /** Resolves when the connection has room for more. */
  async write(item: Media): Promise<void> {
    if (item.type === "parameters") this.#setParameters(item)
    else if (item.type === "packet") this.#packet(item)
    while (!this.#closed && (this.#controller?.desiredSize ?? 1) <= 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** What is written is still taken; then the stream ends. */
  close(): void {
    this.#end((controller) => controller.close())
  }

  /** Ends the connection with an error: its reader must not take what it has for the whole. */
  fail(error: unknown): void {
    this.#end((controller) => controller.error(error))
  }

  #end(act: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    if (this.#closed) return
    this.#closed = true
    this.#wake()
    try {
      if (this.#controller !== null) act(this.#controller)
    } catch {
      // The connection has ended it already.
    }
  }

  #setParameters(item: ParametersOutput): void {
    if (item.stream === "video") this.#parameters.video = item
    else this.#parameters.audio = item
    const streams = this.#streams()
    if (streams === null) return
    if (this.#writer === null) this.#writer = new TransportStreamWriter({ streams })
    else this.#writer.setStreams(streams)
  }

  #streams(): readonly [WriterStream, WriterStream] | null {
    const { video, audio } = this.#parameters
    if (video === null || audio === null) return null
    return [{ codec: video.codec, parameterSets: video.extradata }, audioStream(audio)]
  }

  #packet(packet: PacketOutput): void {
    const { stream, dts } = packet
    if (this.#firsts[stream] === null) {
      this.#firsts[stream] = dts
      const { video, audio } = this.#firsts
      if (video !== null && audio !== null) this.#onBase(ticks(Math.min(video, audio)))
    }
    if (this.#writer === null) {
      this.#early.push(packet)
      return
    }
    for (const early of this.#early.splice(0)) this.#send(early)
    this.#send(packet)
  }

  #send({ stream, data, pts, dts, key }: PacketOutput): void {
    const bytes = this.#writer?.write(stream === "video" ? VIDEO : AUDIO, { data, pts, dts, key })
    if (bytes !== undefined && !this.#closed) this.#controller?.enqueue(bytes)
  }
}
