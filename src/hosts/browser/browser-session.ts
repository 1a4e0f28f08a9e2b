import { DiscError, secondsFromTicks, ticksFromSeconds } from "../../base/index.ts"
import type { CodecName } from "../../mpeg/index.ts"
import type { Disc, HighlightItem, Item, PlayOptions, Session, StreamDescription } from "../../plugin/index.ts"
import { type Converter, type OutputItem, openConverter, warmUp } from "../../transcode/index.ts"
import type { HostContext } from "../host.ts"
import { StreamOutput } from "../stream-output.ts"
import { OverlayEncoder } from "./overlay-message.ts"
import type { ActRequest, HighlightMessage, HostMessage, PageMessage, PlayRequest } from "./protocol.ts"

/** How far ahead of the picture the session reads: enough that a slow moment of the machine is not seen. */
const AHEAD_SECONDS = 4
/** A session whose page never fetched its stream, or stopped fetching it, is freed after this. */
const STREAM_GRACE_MS = 5_000

/** What a browser session needs of the socket that it speaks over. */
export type Channel = {
  send(message: string | Uint8Array): void
  close(): void
}

/** What a session needs of the host. */
export type SessionContext = {
  readonly channel: Channel
  readonly claim: HostContext["claim"]
  /** Called once, when everything of the session is freed. */
  readonly release: () => void
}

/** One page that watches one disc: the disc's session on one side, a transport stream and a socket on the other. */
export class BrowserSession {
  readonly id: string
  readonly #channel: Channel
  readonly #session: Session
  readonly #converter: Promise<Converter>
  readonly #output: StreamOutput
  readonly #overlays = new OverlayEncoder()
  readonly #playable: ReadonlySet<CodecName>
  readonly #claim: HostContext["claim"]
  readonly #release: () => void
  /** Ends the counting of this session's converter; null while everything is copied. */
  #releaseConverter: (() => void) | null = null
  #timer: NodeJS.Timeout
  #closed = false
  #streaming = false
  #hasBegun = false

  private constructor(id: string, session: Session, request: PlayRequest, { channel, claim, release }: SessionContext) {
    const { videoCodecs, audioCodecs } = request
    this.id = id
    this.#channel = channel
    this.#session = session
    this.#playable = new Set([...videoCodecs, ...audioCodecs])
    this.#converter = openConverter({ video: { codecs: videoCodecs }, audio: { codecs: audioCodecs } })
    // The puller gets the error.
    this.#converter.catch(() => {})
    this.#claim = claim
    this.#release = release
    this.#output = new StreamOutput((base) => this.#send({ type: "base", time: secondsFromTicks(base) }))
    this.#timer = setTimeout(() => void this.close(), STREAM_GRACE_MS)
  }

  /** @throws DiscError what `Disc.play` throws at once */
  static start(id: string, disc: Disc, request: PlayRequest, context: SessionContext): BrowserSession {
    return new BrowserSession(id, disc.play(playOptions(request)), request, context)
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
    else if (message.type !== "play") {
      if (message.presented !== undefined) this.#session.presented(ticksFromSeconds(message.presented))
      await this.#act(message)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#output.close()
    await Promise.allSettled([this.#session.close(), this.#converter.then((converter) => converter.close())])
    this.#release()
    this.#releaseConverter?.()
    this.#channel.close()
    // The next title begins with a process at hand.
    if (this.#releaseConverter !== null) warmUp()
  }

  async #act(request: ActRequest): Promise<void> {
    try {
      const { outcome, by, flush, highlight, overlay } = await this.#perform(request)
      if (overlay !== undefined) this.#channel.send(this.#overlays.encode(overlay))
      const answer = {
        ...{ outcome, flush },
        ...(by === undefined ? {} : { by }),
        ...(highlight === undefined ? {} : { highlight: this.#highlight(highlight) }),
      }
      this.#send({ type: "answer", id: request.id, answer })
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      this.#send({ type: "error", id: request.id, code: error.code, message: error.message })
    }
  }

  #perform(request: ActRequest) {
    switch (request.type) {
      case "press":
        return this.#session.press(request.key)
      case "point":
        return this.#session.point(request.x, request.y, request.activate)
      case "menu":
        return this.#session.menu(request.name)
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
      for (const item of items) {
        if (item.type === "streams") this.#countConverter(item.streams)
        this.#tell(item)
      }
      await converter.push(items)
      // A key that has come meanwhile goes before what is read next.
      await new Promise(setImmediate)
    }
    if (!this.#closed) throw new DiscError("aborted", "the disc was closed; open it again")
  }

  /** A session counts among the converting ones from the first stream that this browser cannot play. @throws DiscError `limit` */
  #countConverter(streams: readonly StreamDescription[]): void {
    const converts = streams.some(({ kind, selected, codec }) => kind !== "subtitle" && selected && !this.#playable.has(codec))
    if (converts && !this.#closed) this.#releaseConverter ??= this.#claim("converter")
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
        return
      case "still":
        return this.#send({ ...item, at: secondsFromTicks(item.at) })
      case "highlight":
        return this.#send(this.#highlight(item))
      case "overlay":
        return this.#channel.send(this.#overlays.encode(item))
      case "sound":
        return this.#send({ ...item, at: secondsFromTicks(item.at), samples: Buffer.from(item.samples).toString("base64") })
      case "streams":
      case "caption":
      case "allowed":
        return this.#send({ ...item, at: secondsFromTicks(item.at) })
      case "discontinuity":
        // Until the page reports what it shows, the first moment of the stretch is what it waits to show. Where the disc went on by itself, the
        // page still shows what came before.
        if (item.flush || !this.#hasBegun) this.#session.presented(item.showFrom)
        this.#hasBegun = true
        return this.#send({ ...item, at: secondsFromTicks(item.at), showFrom: secondsFromTicks(item.showFrom) })
      case "position":
        return this.#send({ ...item, at: secondsFromTicks(item.at) })
      case "warning":
        return this.#send({ type: "notice", code: item.warning.code, message: item.warning.message })
      case "end":
        return this.#send({ type: "end", at: secondsFromTicks(item.at) })
    }
  }

  /** The pictures of its buttons go before it. */
  #highlight(item: HighlightItem): HighlightMessage {
    const { message, images } = this.#overlays.highlight(item)
    if (images !== null) this.#channel.send(images)
    return message
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

/** Languages chosen by hand for the titles, and the browser's own for the menus. */
function playOptions(request: PlayRequest): PlayOptions {
  const { start, audio, subtitle, menuLanguage, audioLanguage, subtitleLanguage } = request
  return {
    ...start,
    ...(audio === undefined ? {} : { audio }),
    ...(subtitle === undefined ? {} : { subtitle }),
    preferences: {
      ...(menuLanguage === undefined ? {} : { menuLanguage }),
      ...(audioLanguage === undefined ? {} : { audioLanguage }),
      ...(subtitleLanguage === undefined ? {} : { subtitleLanguage }),
    },
    aheadSeconds: AHEAD_SECONDS,
  }
}

function noticeOf(item: Extract<OutputItem, { type: "lowered" | "warning" }>): HostMessage {
  if (item.type === "warning") return { type: "notice", code: item.warning.code, message: item.warning.message }
  return { type: "notice", code: "lowered", message: `This computer converts slowly: the picture now has ${item.height} lines.` }
}
