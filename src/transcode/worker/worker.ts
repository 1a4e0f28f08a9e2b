import { availableParallelism } from "node:os"
import { AV_LOG_QUIET } from "node-av/constants"
import { Log } from "node-av/lib"
import type { FromWorker, ToWorker, WorkerOutput } from "../protocol.ts"
import { AudioTrack } from "./audio-track.ts"
import { UnsupportedCodec } from "./decoder.ts"
import { jpegOf } from "./picture.ts"
import { SpeedMeter } from "./quality.ts"
import { Scene } from "./scene.ts"
import { VideoTrack } from "./video-track.ts"

/** Messages are looked for at least this often while there is work, so that a jump is seen at once. */
const YIELD_AFTER_MS = 4

/** What is heard even when a jump overtakes it. */
const ALWAYS: ReadonlySet<ToWorker["type"]> = new Set(["configure", "picture", "overlay", "highlight", "clear-planes"])

/** Works through the parent's messages one by one. A `begin` overtakes all that wait: they belong to what was left. */
export class Worker {
  readonly #send: (message: FromWorker) => void
  readonly #video: VideoTrack
  readonly #audio: AudioTrack
  readonly #meter = new SpeedMeter()
  readonly #scene = new Scene()
  #inbox: ToWorker[] = []
  #items: WorkerOutput[] = []
  #epoch = 0
  #done = 0
  #isRunning = false
  #converts: "video" | "audio" = "video"

  constructor(send: (message: FromWorker) => void) {
    // What FFmpeg would print is told as values.
    Log.setLevel(AV_LOG_QUIET)
    this.#send = send
    const output = (item: WorkerOutput) => this.#items.push(item)
    this.#video = new VideoTrack({ output }, availableParallelism(), this.#scene)
    this.#audio = new AudioTrack(output)
  }

  take(message: ToWorker): void {
    if (message.type === "begin") this.#inbox = this.#inbox.filter((waiting) => ALWAYS.has(waiting.type))
    this.#inbox.push(message)
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    let since = performance.now()
    for (let message = this.#inbox.shift(); message !== undefined; message = this.#inbox.shift()) {
      const started = performance.now()
      this.#handle(message)
      const now = performance.now()
      this.#measure(now - started)
      this.#report()
      if (now - since > YIELD_AFTER_MS) {
        await new Promise((resolve) => setImmediate(resolve))
        since = performance.now()
      }
    }
    this.#isRunning = false
  }

  #handle(message: ToWorker): void {
    this.#done++
    try {
      this.#act(message)
    } catch (error) {
      if (!(error instanceof UnsupportedCodec)) throw error
      this.#send({ type: "unsupported", reason: error.message })
    }
  }

  #act(message: ToWorker): void {
    switch (message.type) {
      case "configure":
        this.#video.configure(message.video, message.target)
        this.#audio.configure(message.audio, message.audio?.encodeAs ?? "aac")
        this.#converts = message.video === null ? "audio" : "video"
        return
      case "begin":
        this.#begin(message)
        return
      case "join":
        this.#audio.join()
        this.#video.join(message.at)
        return
      case "packet":
        if (message.track === "video") this.#video.packet(message.data, message.pts, message.dts, message.decodeOnly)
        else this.#audio.packet(message.data, message.pts, message.decodeOnly)
        return
      case "fill":
        this.#audio.fill(message.from, message.until)
        return
      case "overlay":
        this.#scene.overlay(message)
        this.#planesChanged()
        return
      case "highlight":
        this.#scene.highlight(message)
        this.#planesChanged()
        return
      case "clear-planes":
        this.#scene.clear()
        return
      case "hold":
        this.#video.hold(message.until, message.isPause)
        return
      case "end":
        this.#video.end()
        this.#audio.end()
        this.#items.push({ type: "ended" })
        return
      case "picture":
        this.#send({ type: "picture", ...jpegOf(message.picture, message.width) })
        return
    }
  }

  /** What belongs together comes together: a menu's picture and its selected button are one change. */
  #planesChanged(): void {
    const [next] = this.#inbox
    if (next?.type !== "overlay" && next?.type !== "highlight") this.#video.planesChanged()
  }

  #begin({ epoch, videoFrom, audioFrom }: Extract<ToWorker, { type: "begin" }>): void {
    this.#items = []
    this.#epoch = epoch
    this.#meter.reset()
    this.#video.begin(videoFrom)
    this.#audio.begin(audioFrom)
  }

  /** The overload rule: work is counted, waiting is not; when work falls behind, the picture is made smaller from the next one on. */
  #measure(milliseconds: number): void {
    const [video, audio] = [this.#video.takeTicks(), this.#audio.takeTicks()]
    this.#meter.add(this.#converts === "video" ? video : audio, milliseconds)
    const { speed } = this.#meter
    if (this.#converts === "video" && speed !== null && this.#meter.isTooSlow && this.#video.lower(speed)) this.#meter.reset()
  }

  #report(): void {
    const items = this.#items
    this.#items = []
    const done = this.#done
    this.#done = 0
    this.#send({ type: "output", epoch: this.#epoch, done, items, speed: this.#meter.speed })
  }
}
