import { DiscError, secondsFromTicks, ticksFromSeconds } from "../../base/index.ts"
import type { Item, PlayOptions, Session } from "../../plugin/index.ts"
import { type Converter, type OutputItem, openConverter } from "../../transcode/index.ts"
import type { OpenDisc } from "../host.ts"
import { encodeOverlay } from "./overlay-message.ts"
import type { ActRequest, HostMessage, PageMessage, PlayRequest } from "./protocol.ts"
import { StreamOutput } from "./stream-output.ts"

/** How far ahead of the picture the session reads: enough that a slow moment of the machine is not seen. */
const AHEAD_SECONDS = 4
/** A session whose page never fetched its stream, or stopped fetching it, is freed after this. */
const STREAM_GRACE_MS = 5_000

/** What a browser session needs of the socket that it speaks over. */
export type Channel = {
  send(message: string | Uint8Array): void
  close(): void
}

/** One page that watches one title: the disc's session on one side, a transport stream and a socket on the other. */
export class BrowserSession {
  readonly id: string
  readonly #channel: Channel
  readonly #session: Session
  readonly #converter: Promise<Converter>
  readonly #output: StreamOutput
  readonly #release: () => void
  #timer: NodeJS.Timeout
  #closed = false
  #streaming = false

  private constructor(id: string, channel: Channel, session: Session, converter: Promise<Converter>, release: () => void) {
    this.id = id
    this.#channel = channel
    this.#session = session
    this.#converter = converter
    this.#release = release
    this.#output = new StreamOutput((base) => this.#send({ type: "base", time: secondsFromTicks(base) }))
    this.#timer = setTimeout(() => void this.close(), STREAM_GRACE_MS)
  }

  /** @throws DiscError what `Disc.play` throws at once */
  static start(id: string, { disc }: OpenDisc, request: PlayRequest, channel: Channel, release: () => void): BrowserSession {
    const options: PlayOptions = {
      title: request.title,
      time: request.time,
      ...(request.angle === undefined ? {} : { angle: request.angle }),
      ...(request.audio === undefined ? {} : { audio: request.audio }),
      ...(request.subtitle === undefined ? {} : { subtitle: request.subtitle }),
      aheadSeconds: AHEAD_SECONDS,
    }
    const session = disc.play(options)
    const converter = openConverter({ video: { codecs: request.videoCodecs }, audio: { codecs: request.audioCodecs } })
    converter.catch(() => {})
    return new BrowserSession(id, channel, session, converter, release)
  }

  /** The transport stream; a session has one for its whole life. Null when it was taken before. */
  stream(): ReadableStream<Uint8Array> | null {
    if (this.#streaming || this.#closed) return null
    this.#streaming = true
    clearTimeout(this.#timer)
    void this.#guarded(() => this.#pullSession())
    void this.#guarded(() => this.#pullConverter())
    return this.#output.open(() => void this.close())
  }

  async take(message: PageMessage): Promise<void> {
    if (message.type === "presented") this.#session.presented(ticksFromSeconds(message.time))
    else if (message.type !== "play") await this.#act(message)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#output.close()
    this.#release()
    await Promise.allSettled([this.#session.close(), this.#converter.then((converter) => converter.close())])
    this.#channel.close()
  }

  async #act(request: ActRequest): Promise<void> {
    try {
      const { outcome, by, flush } = await this.#perform(request)
      this.#send({ type: "answer", id: request.id, answer: { outcome, flush, ...(by === undefined ? {} : { by }) } })
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      this.#send({ type: "error", id: request.id, code: error.code, message: error.message })
    }
  }

  #perform(request: ActRequest) {
    switch (request.type) {
      case "press":
        return this.#session.press(request.key)
      case "seek":
        return this.#session.seek(request.time)
      case "chapter":
        return this.#session.chapter(request.chapter)
      case "select":
        return this.#session.select({
          ...(request.audio === undefined ? {} : { audio: request.audio }),
          ...(request.subtitle === undefined ? {} : { subtitle: request.subtitle }),
          ...(request.angle === undefined ? {} : { angle: request.angle }),
        })
    }
  }

  /** Session items to the page (state) and to the converter (packets and what orders them). */
  async #pullSession(): Promise<void> {
    const converter = await this.#converter
    for (let items = await this.#session.batch(); items !== null; items = await this.#session.batch()) {
      for (const item of items) this.#tell(item)
      await converter.push(items)
    }
  }

  async #pullConverter(): Promise<void> {
    const converter = await this.#converter
    for await (const item of converter.output) {
      if (item.type === "lowered" || item.type === "warning") this.#send(noticeOf(item))
      else await this.#output.write(item)
    }
  }

  #tell(item: Item): void {
    switch (item.type) {
      case "packet":
      case "still":
      case "highlight":
        return
      case "overlay":
        return this.#channel.send(encodeOverlay(item))
      case "streams":
        return this.#send({ type: "streams", streams: item.streams })
      case "allowed":
        return this.#send({ type: "allowed", operations: item.operations })
      case "discontinuity":
        // Until the page reports what it shows, the first moment of the stretch is what it waits to show.
        this.#session.presented(item.showFrom)
        return this.#send({ ...item, at: secondsFromTicks(item.at), showFrom: secondsFromTicks(item.showFrom) })
      case "position":
        return this.#send({ ...item, at: secondsFromTicks(item.at) })
      case "warning":
        return this.#send({ type: "notice", code: item.warning.code, message: item.warning.message })
      case "end":
        return this.#send({ type: "end", at: secondsFromTicks(item.at) })
    }
  }

  #send(message: HostMessage): void {
    if (!this.#closed) this.#channel.send(JSON.stringify(message))
  }

  /** An error ends the session after the page has heard of it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (this.#closed) return
      const known = error instanceof DiscError
      this.#send({
        type: "error",
        code: known ? error.code : "internal",
        message: known ? error.message : "something is wrong in opentray itself",
      })
      await this.close()
    }
  }
}

function noticeOf(item: Extract<OutputItem, { type: "lowered" | "warning" }>): HostMessage {
  if (item.type === "warning") return { type: "notice", code: item.warning.code, message: item.warning.message }
  return { type: "notice", code: "lowered", message: `This computer converts slowly: the picture now has ${item.height} lines.` }
}
