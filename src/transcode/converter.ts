import { DiscError, type Ticks, ticks } from "../base/index.ts"
import type { DiscontinuityItem, Item, PacketItem, StreamDescription } from "../plugin/items.ts"
import { AudioCopy, type Copied, VideoCopy } from "./copy.ts"
import { Engine } from "./engine.ts"
import { Interleaver } from "./interleaver.ts"
import type { TrackName, VideoInput, WorkerOutput } from "./protocol.ts"
import { SILENT_CHANNELS, SILENT_CONFIG, SILENT_FRAME_TICKS, SILENT_SAMPLE_RATE, SilentTrack } from "./silence.ts"
import type { Converter, ConverterOptions, ConverterStats, OutputItem, PacketOutput, ParametersOutput } from "./types.ts"

/** Input that waits for the process, and output that waits for the reader: beyond this `push` waits. */
const MAX_QUEUED_BYTES = 2 << 20
/** Memory for each converter: 1.7 s of a Blu-ray at 40 Mbit/s. */
const MAX_READY_BYTES = 8 << 20
/** Three seconds: enough to bridge a slow moment, little enough to throw away at a seek. */
const MAX_READY_TICKS = 270_000
/** Sound comes at most a second after the picture it belongs to (the buffer model of ISO/IEC 13818-1 2.4.2); later it is missing. */
const SOUND_IS_MISSING = 135_000
/** Where nothing comes any more, less is enough: a host that holds one second would wait for ever. */
const SOUND_IS_MISSING_WHEN_QUIET = 72_000
const SOUND_LEFT_OPEN = 36_000
const QUIET_MS = 300
/** A damaged disc has thousands; these say where it begins and that it goes on. */
const MAX_BAD_PACKET_WARNINGS = 20

type VideoMode = { readonly kind: "none" | "converted" } | { readonly kind: "copied"; readonly copy: VideoCopy }
type AudioMode = { readonly kind: "none" | "converted" | "silent" } | { readonly kind: "copied"; readonly copy: AudioCopy }

const NONE = { kind: "none" } as const

/** The parent's side: what is copied goes straight through, what is not goes through the engine, and both come out interleaved. */
export class ItemConverter implements Converter {
  readonly #options: ConverterOptions
  readonly #engine: Engine
  readonly #interleaver = new Interleaver((item) => this.#emit(item))
  readonly #silence = new SilentTrack()
  readonly #onClose: () => void
  #streams: readonly StreamDescription[] = []
  /** The `streams` item that is not acted on yet: a flush may follow, and then nothing old need be played out. */
  #planNext: readonly StreamDescription[] | null = null
  #video: VideoMode = NONE
  #audio: AudioMode = NONE
  #videoIndex: number | null = null
  #audioIndex: number | null = null
  #isConverterHere = true
  #parameters: Record<TrackName, ParametersOutput | null> = { video: null, audio: null }
  #isAnnounced: Record<TrackName, boolean> = { video: false, audio: false }
  /** A stretch was begun, by a discontinuity or by the first packet. */
  #hasBegun = false
  #start: number = 0
  #joins: DiscontinuityItem[] = []
  #ending: Ticks | null = null
  #isStill = false
  #videoEnd = Number.NEGATIVE_INFINITY
  #filledUntil = Number.NEGATIVE_INFINITY
  #quiet: NodeJS.Timeout | null = null
  #ready: OutputItem[] = []
  #readyBytes = 0
  #badPackets = 0
  #error: DiscError | null = null
  #isClosed = false
  #isRead = false
  #wakeReader: () => void = () => {}
  #wakePushers: (() => void)[] = []

  constructor(options: ConverterOptions, onClose: () => void) {
    this.#options = options
    this.#onClose = onClose
    this.#engine = new Engine(
      {
        output: (item) => this.#converted(item),
        progress: () => this.#moved(),
        restarted: (reason, isSkipping) => this.#restarted(reason, isSkipping),
        failed: (error) => this.#engineFailed(error),
      },
      {
        maxHeight: options.video.maxHeight ?? 1080,
        isSteady: options.video.isSteady ?? false,
        isMain: options.video.isMain ?? false,
        canvas: options.video.canvas ?? null,
        isLive: options.video.isLive ?? false,
      },
    )
  }

  readonly output: AsyncIterable<OutputItem> = { [Symbol.asyncIterator]: () => this.#read() }

  get stats(): ConverterStats {
    return {
      video: this.#video.kind,
      audio: this.#audio.kind,
      queuedBytes: this.#engine.queuedBytes,
      restarts: this.#engine.restarts,
      badPackets: this.#badPackets,
      speed: this.#engine.speed,
      processId: this.#engine.processId,
    }
  }

  async push(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      if (this.#isClosed || this.#error !== null) return
      this.#take(item)
    }
    this.#moved()
    if (!this.#hasRoom()) await new Promise<void>((resolve) => this.#wakePushers.push(resolve))
  }

  freeze(until: Ticks): void {
    if (this.#isClosed || this.#error !== null || !this.#hasBegun) return
    if (this.#video.kind === "converted") this.#engine.freeze(until)
    this.#soundUntil(until)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#ready = []
    this.#interleaver.clear()
    this.#cancelQuiet()
    this.#wakeReader()
    this.#releasePushers()
    this.#onClose()
    await this.#engine.close()
  }

  #take(item: Item): void {
    switch (item.type) {
      case "streams":
        this.#planNext = item.streams
        return
      case "packet":
        this.#plan()
        this.#packet(item)
        return
      case "discontinuity":
        if (item.flush) this.#flush(item)
        else this.#join(item)
        return
      case "still":
        this.#still(item.at)
        return
      case "position":
        if (this.#isStill) this.#hold(item.at)
        return
      case "end":
        this.#end(item.at)
        return
      case "warning":
        this.#emit({ type: "warning", at: item.at, warning: item.warning })
        return
      case "overlay":
      case "highlight":
        if (this.#options.burnIn === true) this.#engine.plane(item)
        return
      case "allowed":
        return
    }
  }

  /** Decides what becomes of each track. */
  #plan(): void {
    const streams = this.#planNext
    if (streams === null) return
    this.#planNext = null
    this.#streams = streams
    const video = streams.find((stream) => stream.kind === "video" && stream.selected) ?? null
    const audio = streams.find((stream) => stream.kind === "audio" && stream.selected) ?? null
    this.#videoIndex = video?.index ?? null
    this.#audioIndex = audio?.index ?? null
    const videoMode = this.#videoMode(video)
    const audioMode = this.#audioMode(audio, video)
    if (videoMode.kind !== this.#video.kind || videoMode.kind === "copied") this.#isAnnounced.video = false
    if (audioMode.kind !== this.#audio.kind || audioMode.kind === "copied") this.#isAnnounced.audio = false
    this.#video = videoMode
    this.#audio = audioMode
    this.#interleaver.activate("video", videoMode.kind !== "none")
    this.#interleaver.activate("audio", audioMode.kind !== "none")
    this.#engine.configure(
      videoMode.kind === "converted" && video !== null ? videoInput(video) : null,
      audioMode.kind === "converted" && audio !== null ? { codec: audio.codec, encodeAs: this.#options.audio.encodeAs ?? "aac" } : null,
    )
  }

  #videoMode(stream: StreamDescription | null): VideoMode {
    if (stream === null) return NONE
    const { video, burnIn } = this.#options
    const isCopied = video.codecs.includes(stream.codec) && video.convertsAll !== true && burnIn !== true
    if (isCopied && (stream.codec === "h264" || stream.codec === "hevc"))
      return { kind: "copied", copy: new VideoCopy(stream, stream.codec) }
    return { kind: "converted" }
  }

  #audioMode(stream: StreamDescription | null, video: StreamDescription | null): AudioMode {
    if (stream === null) return video === null ? NONE : { kind: "silent" }
    if (this.#options.audio.codecs.includes(stream.codec)) return { kind: "copied", copy: new AudioCopy(stream) }
    return this.#isConverterHere ? { kind: "converted" } : { kind: "silent" }
  }

  #packet(item: PacketItem): void {
    const isVideo = item.stream === this.#videoIndex
    if (!isVideo && item.stream !== this.#audioIndex) return
    if (!this.#hasBegun) {
      if (item.pts === null || item.decodeOnly) return
      this.#begin(item.pts)
    }
    this.#cancelQuiet()
    if (isVideo) {
      this.#isStill = false
      if (this.#video.kind === "copied") this.#copied("video", this.#video.copy.push(item))
      else this.#toEngine("video", item)
      return
    }
    if (this.#audio.kind === "copied") this.#copied("audio", this.#audio.copy.push(item))
    else if (this.#audio.kind === "converted") this.#toEngine("audio", item)
  }

  #toEngine(track: TrackName, { data, pts, dts, key, decodeOnly }: PacketItem): void {
    this.#engine.packet({ type: "packet", track, data, pts, dts, decodeOnly }, key)
  }

  #copied(track: TrackName, copied: Copied | null): void {
    if (copied === null) this.#badPacket(null, track, "it is not what its codec says")
    for (const item of copied ?? []) {
      if (item.type === "packet") this.#put(track, item)
      else this.#announce(track, item)
    }
  }

  /** Sound from `from` on; picture from there too. */
  #begin(from: number): void {
    this.#hasBegun = true
    this.#start = from
    this.#videoEnd = Number.NEGATIVE_INFINITY
    this.#filledUntil = Number.NEGATIVE_INFINITY
    this.#isStill = false
    this.#silence.restart(from)
    this.#engine.begin(ticks(from), ticks(from))
  }

  #flush(item: DiscontinuityItem): void {
    this.#ready = this.#ready.filter((ready) => ready.type === "warning")
    this.#readyBytes = 0
    this.#interleaver.clear()
    this.#joins = []
    this.#ending = null
    this.#isAnnounced = { video: false, audio: false }
    if (this.#video.kind === "copied") this.#video.copy.restart()
    if (this.#audio.kind === "copied") this.#audio.copy.restart()
    if (this.#options.burnIn === true) this.#engine.clearPlanes()
    // The new streams are planned after the old input is forgotten: nothing of it is played out.
    this.#begin(item.showFrom)
    this.#plan()
    this.#emit(item)
    this.#releasePushers()
  }

  /** The disc came here by itself: what went before is played out first. */
  #join(item: DiscontinuityItem): void {
    if (!this.#hasBegun) {
      this.#plan()
      this.#begin(item.showFrom)
      this.#emit(item)
      return
    }
    const hadVideo = this.#video.kind
    if (hadVideo === "converted") {
      this.#joins.push(item)
      this.#engine.join(item.at)
    } else if (this.#audio.kind === "converted") this.#engine.join(item.at)
    if (hadVideo === "copied") this.#interleaver.put("video", item.at, item)
    if (hadVideo === "none") this.#interleaver.put("audio", item.at, item)
    this.#plan()
  }

  #still(at: Ticks): void {
    this.#plan()
    if (this.#video.kind === "none") return
    this.#isStill = true
    this.#hold(at)
  }

  /** A picture that stands still is repeated, and silence with it. A copied picture cannot be repeated: its host shows it on. */
  #hold(until: Ticks): void {
    if (this.#video.kind === "converted") this.#engine.hold(until)
    this.#soundUntil(until)
  }

  #soundUntil(until: number): void {
    this.#filledUntil = Math.max(this.#filledUntil, until)
    if (this.#audio.kind === "converted") this.#engine.fill(ticks(this.#start), ticks(Math.round(until)))
    else if (this.#audio.kind === "silent") this.#beSilent(until)
  }

  #end(at: Ticks): void {
    this.#plan()
    this.#ending = at
    if (this.#video.kind === "converted" || this.#audio.kind === "converted") this.#engine.end()
    else this.#finish()
  }

  #finish(): void {
    const at = this.#ending
    if (at === null) return
    this.#ending = null
    this.#interleaver.release()
    this.#emit({ type: "end", at })
    // Whatever follows an end is a stretch of its own.
    this.#hasBegun = false
    this.#isAnnounced = { video: false, audio: false }
    this.#interleaver.clear()
  }

  #converted(item: WorkerOutput): void {
    switch (item.type) {
      case "packet": {
        const [pts, duration] = [ticks(item.pts), ticks(item.duration)]
        this.#put(item.track, {
          type: "packet",
          stream: item.track,
          data: item.data,
          pts,
          dts: pts,
          duration,
          key: item.key,
          decodeOnly: false,
        })
        return
      }
      case "video-parameters": {
        const { extradata, width, height, frameRate } = item
        this.#announce("video", {
          type: "parameters",
          stream: "video",
          codec: "h264",
          extradata,
          width,
          height,
          frameRate,
          converted: true,
        })
        return
      }
      case "audio-parameters": {
        const { codec, extradata, sampleRate, channels } = item
        this.#announce("audio", { type: "parameters", stream: "audio", codec, extradata, sampleRate, channels, converted: true })
        return
      }
      case "mark": {
        const join = this.#joins.shift()
        if (join !== undefined) this.#interleaver.put("video", join.at, join)
        return
      }
      case "lowered":
        this.#emit({ ...item, at: ticks(item.at) })
        return
      case "bad-packet":
        this.#badPacket(item.at, item.track, item.reason)
        return
      case "ended":
        this.#finish()
        return
    }
  }

  #announce(track: TrackName, parameters: ParametersOutput): void {
    this.#parameters[track] = parameters
    this.#isAnnounced[track] = false
  }

  #put(track: TrackName, packet: PacketOutput): void {
    const parameters = this.#parameters[track]
    if (!this.#isAnnounced[track] && parameters !== null) {
      this.#interleaver.put(track, packet.dts, parameters)
      this.#isAnnounced[track] = true
    }
    this.#interleaver.put(track, packet.dts, packet)
    if (track === "audio") return
    const end = packet.pts + packet.duration
    this.#videoEnd = Math.max(this.#videoEnd, end)
    if (this.#audio.kind === "silent") this.#beSilent(end)
  }

  #beSilent(until: number): void {
    for (const { data, pts } of this.#silence.upTo(until, this.#start)) {
      if (!this.#isAnnounced.audio) this.#announce("audio", SILENT_PARAMETERS)
      const [time, duration] = [ticks(Math.round(pts)), ticks(SILENT_FRAME_TICKS)]
      this.#put("audio", { type: "packet", stream: "audio", data, pts: time, dts: time, duration, key: true, decodeOnly: false })
    }
  }

  /** After each change: is the reader to be woken, is there room, does one track wait for the other in vain? */
  #moved(): void {
    if (this.#hasRoom()) this.#releasePushers()
    const { missing } = this.#interleaver
    if (missing === null || this.#isClosed) return this.#cancelQuiet()
    if (missing === "audio") {
      if (this.#soundIsBehind() > SOUND_IS_MISSING) this.#fillSound(SOUND_IS_MISSING_WHEN_QUIET)
    } else if (this.#interleaver.span > SOUND_IS_MISSING && this.#engine.isIdle) this.#interleaver.release()
    this.#quiet ??= setTimeout(() => this.#wasQuiet(), QUIET_MS)
  }

  /** Nothing came for a while and everything is worked through. */
  #wasQuiet(): void {
    this.#quiet = null
    if (!this.#engine.isIdle) return this.#moved()
    if (this.#interleaver.missing === "audio" && this.#soundIsBehind() > SOUND_IS_MISSING_WHEN_QUIET) this.#fillSound(SOUND_LEFT_OPEN)
    else if (this.#isAnnounced.audio && this.#isAnnounced.video) this.#interleaver.release()
  }

  #soundIsBehind(): number {
    return this.#videoEnd - Math.max(this.#engine.audioEnd, this.#filledUntil, this.#start)
  }

  #fillSound(leaveOpen: number): void {
    if (this.#audio.kind === "converted") this.#soundUntil(this.#videoEnd - leaveOpen)
    else this.#interleaver.release()
  }

  #restarted(reason: string, isSkipping: boolean): void {
    const skipped = isSkipping ? "; the pictures at which it ended are left out" : ""
    const warning = { code: "converter-restarted", message: `the converter was replaced (${reason})${skipped}`, place: {} }
    this.#emit({ type: "warning", at: this.#now(), warning })
  }

  #engineFailed(error: DiscError): void {
    // The picture plays on without its sound when only that needs the converter.
    if (error.code === "unavailable" && this.#video.kind !== "converted" && this.#isConverterHere) {
      this.#isConverterHere = false
      this.#audio = { kind: "silent" }
      this.#isAnnounced.audio = false
      this.#emit({
        type: "warning",
        at: this.#now(),
        warning: { code: "no-sound", message: `there is no sound: ${error.message}`, place: {} },
      })
      if (this.#videoEnd > Number.NEGATIVE_INFINITY) this.#beSilent(this.#videoEnd)
      if (this.#ending !== null) this.#finish()
      this.#moved()
      return
    }
    this.#error = error
    this.#cancelQuiet()
    this.#wakeReader()
    this.#releasePushers()
  }

  #badPacket(at: number | null, track: TrackName, reason: string): void {
    this.#badPackets++
    if (this.#badPackets > MAX_BAD_PACKET_WARNINGS) return
    const warning = { code: "bad-packet", message: `a damaged ${track} packet was left out: ${reason}`, place: {} }
    this.#emit({ type: "warning", at: ticks(at ?? this.#now()), warning })
  }

  #now(): Ticks {
    return ticks(Math.round(Math.max(this.#start, this.#videoEnd)))
  }

  #emit(item: OutputItem): void {
    this.#ready.push(item)
    if (item.type === "packet") this.#readyBytes += item.data.length
    this.#wakeReader()
  }

  #hasRoom(): boolean {
    if (this.#isClosed || this.#error !== null) return true
    const packets = this.#ready.filter((item) => item.type === "packet")
    const span = (packets.at(-1)?.dts ?? 0) - (packets[0]?.dts ?? 0)
    return this.#engine.queuedBytes < MAX_QUEUED_BYTES && this.#readyBytes < MAX_READY_BYTES && span < MAX_READY_TICKS
  }

  #releasePushers(): void {
    const waiting = this.#wakePushers
    this.#wakePushers = []
    for (const wake of waiting) wake()
  }

  #cancelQuiet(): void {
    if (this.#quiet !== null) clearTimeout(this.#quiet)
    this.#quiet = null
  }

  async *#read(): AsyncGenerator<OutputItem> {
    if (this.#isRead) throw new DiscError("bad-argument", "a converter's output has one reader")
    this.#isRead = true
    while (!this.#isClosed) {
      const item = this.#ready.shift()
      if (item !== undefined) {
        if (item.type === "packet") this.#readyBytes -= item.data.length
        if (this.#wakePushers.length > 0 && this.#hasRoom()) this.#releasePushers()
        yield item
        continue
      }
      if (this.#error !== null) throw this.#error
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve
      })
    }
  }
}

const SILENT_PARAMETERS: ParametersOutput = {
  type: "parameters",
  stream: "audio",
  codec: "aac",
  extradata: SILENT_CONFIG,
  sampleRate: SILENT_SAMPLE_RATE,
  channels: SILENT_CHANNELS,
  converted: true,
}

function videoInput({ codec, video }: StreamDescription): VideoInput {
  const { width = 0, height = 0, frameRate = "", interlaced = false, aspect = "" } = video ?? {}
  return { codec, width, height, frameRate, interlaced, aspect }
}
