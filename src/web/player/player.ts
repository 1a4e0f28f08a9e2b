import mpegts from "mpegts.js"
import type { ActRequest, HostMessage, PlayRequest } from "../../hosts/browser/protocol.ts"
import type { StreamDescription, UserOperation } from "../../plugin/items.ts"
import { mediaSource, playableCodecs } from "./capabilities.ts"
import { Overlays } from "./overlays.ts"
import { type Position, Timeline } from "./timeline.ts"

export type Problem = { readonly code: string; readonly message: string }

/** What the controls show. */
export type PlayerState = {
  readonly status: "idle" | "opening" | "playing" | "ended" | "failed"
  readonly position: Position | null
  readonly streams: readonly StreamDescription[]
  /** What the person's keys may do now. */
  readonly allowed: readonly UserOperation[]
  readonly paused: boolean
  /** The picture waits for data. */
  readonly waiting: boolean
  /** The browser wants a touch before it plays sound. */
  readonly blocked: boolean
  readonly volume: number
  readonly muted: boolean
  readonly problem: Problem | null
  readonly notice: Problem | null
}

const IDLE: PlayerState = {
  status: "idle",
  position: null,
  streams: [],
  allowed: [],
  paused: true,
  waiting: false,
  blocked: false,
  volume: 1,
  muted: false,
  problem: null,
  notice: null,
}

// What mpegts.js has to say is for those who work on it.
mpegts.LoggingControl.applyConfig({ enableAll: false })

/** The picture moves on once this much of a new stretch is there, in seconds. */
const JUMP_READY = 0.08
/** The last pictures of a title are held back by the demuxer, which waits for the next: a stop this near the end is the end, in seconds. */
const END_SLACK = 2
/** Played film that stays in memory, in seconds: a Blu-ray has 5 MB each. */
const KEPT_BEHIND = { autoCleanupMaxBackwardDuration: 40, autoCleanupMinBackwardDuration: 15 }
/** Chromium at times waits for ever in the middle of its buffer, above all where the picture's size has changed: so many reports, and so much ahead, in seconds. */
const STUCK_REPORTS = 5
const STUCK_AHEAD = 0.5
/** Times in the buffer are rounded: a moment before a key picture, the browser would decode the whole group before it. In seconds. */
const AFTER_KEY = 0.004
/** The first picture shows at once and moves when this much is there, in seconds: a converter that has just begun finds its speed meanwhile. */
const START_CUSHION = 0.6
/** The host hears this often what is on the screen, in ms. */
const REPORT_EVERY = 200
/** A hole in the buffer up to this long is stepped over, in seconds. */
const MAX_HOLE = 1

/** Plays one session of the host in a video element: picture and sound from one endless stream, everything else over a socket. */
export class Player {
  readonly #video: HTMLVideoElement
  readonly #overlays: Overlays
  readonly #listeners = new Set<(state: PlayerState) => void>()
  #state: PlayerState = IDLE
  #timeline = new Timeline()
  #socket: WebSocket | null = null
  #stream: mpegts.Player | null = null
  /** Media time to move to as soon as the buffer has it. */
  #jump: number | null = null
  #showFrom: number | null = null
  #endAt: number | null = null
  #acts = 0
  /** The title has not begun to move yet. */
  #awaitsStart = false
  /** Media time at the last report, and how many reports it has been the same with film ahead. */
  #reported = { time: -1, stuck: 0 }
  #timers: number[] = []
  #frame = 0

  constructor(video: HTMLVideoElement, canvas: HTMLCanvasElement) {
    this.#video = video
    this.#overlays = new Overlays(canvas)
    for (const event of ["play", "pause", "volumechange"]) video.addEventListener(event, () => this.#readElement())
    video.addEventListener("waiting", () => this.#set({ waiting: true }))
    for (const event of ["playing", "seeked"])
      video.addEventListener(event, () => this.#set({ waiting: this.#jump !== null || this.#awaitsStart }))
  }

  get state(): PlayerState {
    return this.#state
  }

  subscribe(listener: (state: PlayerState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Starts a title; whatever played before ends. */
  open(request: Omit<PlayRequest, "type" | "videoCodecs" | "audioCodecs">): void {
    this.close()
    const source = mediaSource()
    if (source === null) return this.#fail({ code: "no-media-source", message: "" })
    this.#set({ ...IDLE, status: "opening", waiting: true, volume: this.#video.volume, muted: this.#video.muted })
    const socket = new WebSocket(new URL("api/session", document.baseURI.replace(/^http/, "ws")))
    socket.binaryType = "arraybuffer"
    this.#socket = socket
    socket.onopen = () => this.#send({ type: "play", ...request, ...playableCodecs(source) })
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") this.#overlays.take(data as ArrayBuffer)
      else this.#take(JSON.parse(data) as HostMessage)
    }
    socket.onclose = () => {
      if (this.#socket === socket && this.#state.status !== "failed") this.#fail({ code: "connection", message: "" })
    }
    this.#timers = [window.setInterval(() => this.#report(), REPORT_EVERY)]
    const draw = () => {
      this.#frame = requestAnimationFrame(draw)
      this.#tick()
    }
    this.#frame = requestAnimationFrame(draw)
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    cancelAnimationFrame(this.#frame)
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    this.#stream?.destroy()
    this.#stream = null
    this.#timeline = new Timeline()
    this.#overlays.clear()
    this.#overlays.draw(0)
    this.#jump = null
    this.#showFrom = null
    this.#endAt = null
    this.#awaitsStart = false
    this.#set(IDLE)
  }

  togglePlay(): void {
    if (this.#state.status === "ended") this.seek(0)
    else if (this.#video.paused) this.#play()
    else this.#video.pause()
  }

  seek(time: number): void {
    this.#act({ type: "seek", time })
  }

  chapter(chapter: number): void {
    this.#act({ type: "chapter", chapter })
  }

  press(key: "next" | "previous" | "audio" | "subtitle" | "angle"): void {
    this.#act({ type: "press", key })
  }

  select(selection: { audio?: number; subtitle?: number | null; angle?: number }): void {
    this.#act({ type: "select", ...selection })
  }

  setVolume(volume: number): void {
    this.#video.volume = Math.min(1, Math.max(0, volume))
    this.#video.muted = false
  }

  toggleMute(): void {
    this.#video.muted = !this.#video.muted
  }

  #act(act: DistributedOmit<ActRequest, "id">): void {
    // A film that has come to its end goes on from wherever the person goes.
    if (this.#state.status === "ended" && act.type !== "select") this.#play()
    this.#acts++
    this.#send({ ...act, id: this.#acts })
  }

  #send(message: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #take(message: HostMessage): void {
    switch (message.type) {
      case "session":
        return this.#openStream(message.stream)
      case "base":
        this.#timeline.base = message.time
        if (this.#showFrom !== null) this.#moveTo(this.#showFrom)
        return
      case "streams":
        // What the host sent ahead of the old subtitle is not to be shown.
        if (selectedSubtitle(message.streams) !== selectedSubtitle(this.#state.streams)) this.#overlays.clear()
        return this.#set({ streams: message.streams })
      case "allowed":
        return this.#set({ allowed: message.operations })
      case "position":
        return this.#timeline.add({ ...message, chapter: message.chapter ?? 1 })
      case "discontinuity":
        return this.#discontinuity(message)
      case "notice":
        return this.#set({ notice: message })
      case "end":
        this.#endAt = message.at
        return
      case "error":
        // An act that failed leaves the title playing.
        return message.id === undefined ? this.#fail(message) : this.#set({ notice: message })
    }
  }

  #openStream(url: string): void {
    const stream = mpegts.createPlayer(
      { type: "mpegts", isLive: true, url: new URL(url, document.baseURI).href, hasAudio: true, hasVideo: true },
      { enableStashBuffer: false, lazyLoad: false, deferLoadAfterSourceOpen: false, autoCleanupSourceBuffer: true, ...KEPT_BEHIND },
    )
    this.#stream = stream
    stream.on(mpegts.Events.ERROR, (type: string, detail: string, info: { msg?: string } | undefined) => {
      if (this.#stream === stream) this.#fail({ code: "stream", message: this.#video.error?.message ?? info?.msg ?? `${type}: ${detail}` })
    })
    stream.attachMediaElement(this.#video)
    stream.load()
    this.#awaitsStart = true
  }

  #play(): void {
    this.#awaitsStart = false
    this.#video.play()?.then(
      () => this.#set({ blocked: false }),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") this.#set({ blocked: true, paused: true, waiting: false })
      },
    )
  }

  #discontinuity({ flush, showFrom }: { flush: boolean; showFrom: number }): void {
    if (flush) {
      this.#overlays.clear()
      this.#endAt = null
      this.#set({ status: "playing", waiting: true })
    }
    if (flush || this.#showFrom === null) {
      this.#showFrom = showFrom
      if (this.#timeline.base !== null) this.#moveTo(showFrom)
    }
  }

  #moveTo(feedTime: number): void {
    this.#jump = this.#timeline.mediaTime(feedTime)
    this.#tryJump()
  }

  /** Moves the playhead when the new stretch is there; also steps over a hole that the playhead stands before. */
  #tryJump(): void {
    const video = this.#video
    const { buffered } = video
    for (let i = 0; i < buffered.length; i++) {
      const [start, end] = [buffered.start(i), buffered.end(i)]
      if (this.#jump !== null) {
        if (start > this.#jump + MAX_HOLE || end < this.#jump + JUMP_READY) continue
        video.currentTime = Math.max(this.#jump, start) + AFTER_KEY
        this.#jump = null
        this.#set({ status: "playing" })
        return
      }
      if (start > video.currentTime && start - video.currentTime < MAX_HOLE && video.readyState <= HTMLMediaElement.HAVE_CURRENT_DATA) {
        video.currentTime = start + 0.001
        return
      }
    }
  }

  #tick(): void {
    if (this.#timeline.base === null) return
    this.#tryJump()
    if (this.#jump !== null) return this.#endInsteadOfJump(this.#jump)
    if (this.#awaitsStart && (this.#endAt !== null || this.#hasFilm(START_CUSHION))) this.#play()
    const now = this.#timeline.feedTime(this.#video.currentTime)
    this.#overlays.draw(now)
    const position = this.#timeline.positionAt(now)
    if (position !== null && Math.abs(position.time - (this.#state.position?.time ?? -1)) > 0.04) this.#set({ position })
    const { readyState } = this.#video
    const isStopped = readyState <= HTMLMediaElement.HAVE_CURRENT_DATA && now > (this.#endAt ?? 0) - END_SLACK
    if (this.#endAt !== null && (now >= this.#endAt - 0.08 || isStopped)) this.#ended()
  }

  /** Who jumps to the very end finds nothing to show there. */
  #endInsteadOfJump(jump: number): void {
    if (this.#endAt !== null && this.#timeline.mediaTime(this.#endAt) < jump + JUMP_READY) this.#ended()
  }

  #ended(): void {
    if (this.#state.status === "ended") return
    this.#jump = null
    this.#video.pause()
    this.#set({ status: "ended", waiting: false })
  }

  #report(): void {
    // A tab that is not seen draws no frames: jumps and the end are looked after here, too.
    this.#tick()
    if (this.#timeline.base === null || this.#jump !== null) return
    this.#leaveStuckPlace()
    this.#send({ type: "presented", time: this.#timeline.feedTime(this.#video.currentTime) })
  }

  /** A new stretch from the same moment begins with a key picture, which any decoder takes. */
  #leaveStuckPlace(): void {
    const { currentTime, paused, seeking } = this.#video
    const isStuck =
      !paused && !seeking && this.#hasFilm(STUCK_AHEAD) && currentTime === this.#reported.time && this.#state.status === "playing"
    this.#reported = { time: currentTime, stuck: isStuck ? this.#reported.stuck + 1 : 0 }
    if (this.#reported.stuck < STUCK_REPORTS) return
    this.#reported = { time: -1, stuck: 0 }
    const position = this.#timeline.positionAt(this.#timeline.feedTime(currentTime))
    if (position !== null) this.seek(position.time)
  }

  /** Whether the buffer goes on for this long behind the playhead. */
  #hasFilm(seconds: number): boolean {
    const { currentTime, buffered } = this.#video
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= currentTime && buffered.end(i) > currentTime + seconds) return true
    }
    return false
  }

  #readElement(): void {
    const { paused, volume, muted } = this.#video
    this.#set({ paused, volume, muted })
  }

  #fail(problem: Problem): void {
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    const stream = this.#stream
    this.#stream = null
    // It may be the stream itself that tells of the failure: it does not outlive being destroyed meanwhile.
    setTimeout(() => stream?.destroy())
    this.#set({ status: "failed", problem, waiting: false })
  }

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener(this.#state)
  }
}

const selectedSubtitle = (streams: readonly StreamDescription[]): number | null =>
  streams.find(({ kind, selected }) => kind === "subtitle" && selected)?.number ?? null

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
