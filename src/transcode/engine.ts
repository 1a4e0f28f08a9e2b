import { DiscError, type Ticks, ticks } from "../base/index.ts"
import type { HighlightItem, OverlayItem } from "../plugin/items.ts"
import { PlanesLog } from "./planes-log.ts"
import { type ConverterProcess, takeProcess } from "./process.ts"
import type { AudioInput, FromWorker, ToWorker, VideoInput, VideoTarget, WorkerOutput } from "./protocol.ts"
import { ReplayLog } from "./replay-log.ts"

/** Deaths without a picture or sound in between: after the first the input is said again, after the second it is skipped, after the third it is over. */
const MAX_DEATHS = 3

/** A packet takes some milliseconds; a process that is silent this long over one hangs. */
const HANGS_AFTER_MS = 8000

type EngineListener = {
  readonly output: (item: WorkerOutput) => void
  /** Input was taken in: there may be room. */
  readonly progress: () => void
  /** The process died and another goes on. */
  readonly restarted: (reason: string, isSkipping: boolean) => void
  readonly failed: (error: DiscError) => void
}

type PacketMessage = Extract<ToWorker, { type: "packet" }>

/** A converter process and what it takes to put another in its place at the same feed time. It starts with the first thing to convert. */
export class Engine {
  readonly #listener: EngineListener
  readonly #target: VideoTarget
  readonly #log = new ReplayLog()
  readonly #planes = new PlanesLog()
  #process: ConverterProcess | null = null
  #video: VideoInput | null = null
  #audio: AudioInput | null = null
  #epoch = 0
  #videoFrom: number = Number.NEGATIVE_INFINITY
  #audioFrom: number | null = null
  #videoEnd: number = Number.NEGATIVE_INFINITY
  #audioEnd: number = Number.NEGATIVE_INFINITY
  /** Sizes of what the process has not taken in yet. */
  #underWay: number[] = []
  #bytesUnderWay = 0
  #answeredJoins = 0
  #isEnding = false
  #deaths = 0
  #restarts = 0
  #speed: number | null = null
  #isClosed = false
  #watchdog: NodeJS.Timeout | null = null

  constructor(listener: EngineListener, target: VideoTarget) {
    this.#listener = listener
    this.#target = target
  }

  get queuedBytes(): number {
    return this.#bytesUnderWay
  }

  get isIdle(): boolean {
    return this.#underWay.length === 0
  }

  get restarts(): number {
    return this.#restarts
  }

  get speed(): number | null {
    return this.#speed
  }

  get processId(): number | null {
    return this.#process?.id ?? null
  }

  /** Where the sound that came out ends, in ticks. */
  get audioEnd(): number {
    return this.#audioEnd
  }

  configure(video: VideoInput | null, audio: AudioInput | null): void {
    const isSame = JSON.stringify([video, audio]) === JSON.stringify([this.#video, this.#audio])
    if (isSame) return
    this.#video = video
    this.#audio = audio
    // What went before is of other codecs.
    this.#log.clear()
    if (this.#process !== null || video !== null || audio !== null) this.#say(this.#configuration())
  }

  /** Drops everything under way; pictures from `videoFrom`, sound from `audioFrom` (null: where it begins). */
  begin(videoFrom: Ticks, audioFrom: Ticks | null): void {
    this.#log.clear()
    this.#isEnding = false
    this.#videoFrom = videoFrom
    this.#audioFrom = audioFrom
    this.#videoEnd = Number.NEGATIVE_INFINITY
    this.#audioEnd = Number.NEGATIVE_INFINITY
    this.#start()
  }

  packet(message: PacketMessage, key: boolean): void {
    this.#log.add(message, key)
    this.#say(message)
  }

  join(at: Ticks): void {
    const message = { type: "join", at } as const
    this.#log.addJoin(message)
    this.#say(message)
  }

  /** What is drawn above the picture. */
  plane(item: OverlayItem | HighlightItem): void {
    this.#planes.trim(this.#videoEnd)
    const message = this.#planes.add(item)
    // A process that starts later hears of it then.
    if (this.#process !== null) this.#say(message)
  }

  clearPlanes(): void {
    this.#planes.clear()
    if (this.#process !== null) this.#say({ type: "clear-planes" })
  }

  /** Silence up to `until`, `hold`s and ends are not said again to another process: they follow from the tracks. */
  fill(from: Ticks, until: Ticks): void {
    this.#say({ type: "fill", from, until })
  }

  hold(until: Ticks): void {
    this.#say({ type: "hold", until, isPause: false })
  }

  freeze(until: Ticks): void {
    this.#say({ type: "hold", until, isPause: true })
  }

  end(): void {
    this.#isEnding = true
    this.#say({ type: "end" })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#watch()
    this.#log.clear()
    const process = this.#process
    this.#process = null
    await process?.kill()
  }

  #configuration(): ToWorker {
    return { type: "configure", video: this.#video, audio: this.#audio, target: this.#target }
  }

  /** A new epoch: what the process says of the old one is not heard. */
  #start(): void {
    this.#epoch++
    this.#underWay = []
    this.#bytesUnderWay = 0
    this.#answeredJoins = 0
    if (this.#process === null) return
    const audioFrom = this.#audioFrom === null ? null : ticks(this.#audioFrom)
    this.#say({ type: "begin", epoch: this.#epoch, videoFrom: ticks(this.#videoFrom), audioFrom })
  }

  #say(message: ToWorker): void {
    if (this.#isClosed) return
    if (this.#process === null) this.#launch()
    const size = message.type === "packet" ? message.data.length : 0
    this.#underWay.push(size)
    this.#bytesUnderWay += size
    this.#process?.send(message)
    if (this.#watchdog === null) this.#watch()
  }

  /** Begins to wait for a sign of life, if one is due. */
  #watch(): void {
    if (this.#watchdog !== null) clearTimeout(this.#watchdog)
    this.#watchdog = null
    if (this.#isClosed || this.#underWay.length === 0) return
    this.#watchdog = setTimeout(() => this.#process?.abort(), HANGS_AFTER_MS)
    this.#watchdog.unref()
  }

  #launch(): void {
    const process = takeProcess()
    this.#process = process
    process.listen({
      message: (message) => this.#hear(message),
      gone: (reason) => this.#died(process, reason),
    })
    this.#say(this.#configuration())
    this.#start()
    for (const message of this.#planes.replay()) this.#say(message)
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "ready":
      case "picture":
        return
      case "unavailable":
        this.#fail("unavailable", `${UNAVAILABLE} (${message.reason})`)
        return
      case "unsupported":
        this.#fail("unsupported", `the converter cannot play this: ${message.reason}`)
        return
      case "output":
        if (message.epoch === this.#epoch) this.#outputs(message)
        return
    }
  }

  #outputs({ done, items, speed }: Extract<FromWorker, { type: "output" }>): void {
    for (const size of this.#underWay.splice(0, done)) this.#bytesUnderWay -= size
    this.#speed = speed
    this.#watch()
    for (const item of items) this.#take(item)
    this.#listener.progress()
  }

  #take(item: WorkerOutput): void {
    if (item.type === "mark") {
      // Another process says again what the first one said already.
      if (this.#answeredJoins > 0) {
        this.#answeredJoins--
        return
      }
      this.#log.marked()
    }
    if (item.type === "ended") this.#isEnding = false
    if (item.type === "packet") this.#took(item)
    this.#listener.output(item)
  }

  #took({ track, pts, duration, key }: Extract<WorkerOutput, { type: "packet" }>): void {
    this.#deaths = 0
    if (track === "video") this.#videoEnd = pts + 1
    else this.#audioEnd = pts + duration
    if (key && (track === "video" || this.#video === null)) this.#log.trim(this.#videoEnd, this.#audioEnd)
  }

  #died(process: ConverterProcess, reason: string): void {
    if (process !== this.#process || this.#isClosed) return
    this.#process = null
    this.#underWay = []
    this.#watch()
    this.#deaths++
    this.#restarts++
    if (this.#deaths >= MAX_DEATHS) {
      this.#fail("unavailable", `the converter ended again and again (${reason}); play another part, or report the disc`)
      return
    }
    const isSkipping = this.#deaths > 1
    if (isSkipping) this.#log.clear()
    this.#videoFrom = Math.max(this.#videoFrom, this.#videoEnd)
    if (this.#audioEnd > Number.NEGATIVE_INFINITY) this.#audioFrom = this.#audioEnd
    const { messages, marked } = this.#log.replay()
    this.#launch()
    this.#answeredJoins = marked
    for (const message of messages) this.#say(message)
    if (this.#isEnding) this.#say({ type: "end" })
    this.#listener.restarted(reason, isSkipping)
  }

  #fail(code: "unavailable" | "unsupported", message: string): void {
    const process = this.#process
    this.#process = null
    this.#isClosed = true
    this.#watch()
    void process?.kill()
    this.#listener.failed(new DiscError(code, message))
  }
}

const UNAVAILABLE =
  "converting needs the optional package node-av, which is not installed here or has no binary for this system: run `npm install node-av` " +
  "on Linux with glibc, macOS or Windows; discs with H.264 video play without it"
