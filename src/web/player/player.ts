import type { ActRequest, AnswerMessage, HostMessage, PlayRequest } from "../../hosts/browser/protocol.ts"
import type { CaptionLine, StreamDescription, UserOperation } from "../../plugin/items.ts"
import type { Key, MenuName, Refusal } from "../../plugin/session.ts"
import { type Arrow, Buttons } from "./buttons.ts"
import { mediaSource, playableCodecs } from "./capabilities.ts"
import { Captions } from "./captions.ts"
import { Overlays } from "./overlays.ts"
import { Playhead } from "./playhead.ts"
import { Sounds } from "./sounds.ts"
import { Timed } from "./timed.ts"
import { type Position, Timeline } from "./timeline.ts"

export type Problem = { readonly code: string; readonly message: string }

/** What the controls show. */
export type PlayerState = {
  readonly status: "idle" | "opening" | "playing" | "ended" | "failed"
  readonly position: Position | null
  readonly streams: readonly StreamDescription[]
  /** What the person's keys may do now. */
  readonly allowed: readonly UserOperation[]
  /** The disc has buttons on the screen. */
  readonly hasButtons: boolean
  /** Closed captions: the channels that there are, the one that is read, and what it says now. */
  readonly captionChannels: readonly number[]
  readonly captionChannel: number | null
  readonly captions: readonly CaptionLine[]
  /** The disc holds the picture. */
  readonly isStill: boolean
  /** The last key that was refused; `count` tells one from the next. */
  readonly refused: { readonly count: number; readonly by: Refusal | null } | null
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

/** What to play; the player adds what this browser can take. */
export type OpenRequest = Omit<PlayRequest, "type" | "videoCodecs" | "audioCodecs">

const IDLE: PlayerState = {
  status: "idle",
  position: null,
  streams: [],
  allowed: [],
  hasButtons: false,
  captionChannels: [],
  captionChannel: null,
  captions: [],
  isStill: false,
  refused: null,
  paused: true,
  waiting: false,
  blocked: false,
  volume: 1,
  muted: false,
  problem: null,
  notice: null,
}

/** The host hears this often what is on the screen, in ms. */
const REPORT_EVERY = 200
/** The controls show a position that is this much older, in seconds. */
const POSITION_STEP = 0.04

/** Plays one session of the host in a video element: picture and sound from one endless stream, everything else over a socket. */
export class Player {
  readonly #video: HTMLVideoElement
  readonly #overlays: Overlays
  readonly #sounds: Sounds
  readonly #captions = new Captions()
  readonly #buttons = new Buttons()
  readonly #listeners = new Set<(state: PlayerState) => void>()
  readonly #streams = new Timed<Extract<HostMessage, { type: "streams" }>>()
  readonly #allowed = new Timed<Extract<HostMessage, { type: "allowed" }>>()
  #state: PlayerState = IDLE
  #timeline = new Timeline()
  #socket: WebSocket | null = null
  #playhead: Playhead | null = null
  #request: OpenRequest | null = null
  #acts = 0
  #timer = 0
  #frame = 0

  constructor(video: HTMLVideoElement, canvas: HTMLCanvasElement) {
    this.#video = video
    this.#overlays = new Overlays(canvas)
    this.#sounds = new Sounds(video)
    for (const event of ["play", "pause", "volumechange"]) video.addEventListener(event, () => this.#readElement())
    video.addEventListener("waiting", () => this.#set({ waiting: !this.#state.isStill }))
    for (const event of ["playing", "seeked"])
      video.addEventListener(event, () => this.#set({ waiting: this.#playhead?.isWaiting ?? false }))
  }

  get state(): PlayerState {
    return this.#state
  }

  subscribe(listener: (state: PlayerState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Starts the disc or one of its titles; whatever played before ends. */
  open(request: OpenRequest): void {
    this.close()
    this.#request = request
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
    this.#timer = window.setInterval(() => this.#report(), REPORT_EVERY)
    const draw = () => {
      this.#frame = requestAnimationFrame(draw)
      this.#tick()
    }
    this.#frame = requestAnimationFrame(draw)
  }

  close(): void {
    clearInterval(this.#timer)
    cancelAnimationFrame(this.#frame)
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    this.#playhead?.close()
    this.#playhead = null
    this.#timeline = new Timeline()
    this.#streams.clear()
    this.#allowed.clear()
    this.#buttons.clear()
    this.#overlays.clear()
    this.#captions.clear()
    this.#sounds.close()
    this.#overlays.draw(0, null)
    this.#set(IDLE)
  }

  togglePlay(): void {
    if (this.#state.status === "ended") this.#playAgain()
    else if (this.#video.paused) this.#playhead?.play()
    else if (this.may("pause")) this.#video.pause()
    else this.refuse(null)
  }

  /** Whether the disc permits this now; before it has said so, everything is. */
  may(operation: UserOperation): boolean {
    return this.#state.position === null || this.#state.allowed.includes(operation)
  }

  /** Whether there is a pop-up menu for this film, on the screen or to be called. */
  get hasPopUp(): boolean {
    return this.#state.allowed.includes("menu-popup")
  }

  /** Says that a key is not allowed. */
  refuse(by: Refusal | null): void {
    this.#set({ refused: { count: (this.#state.refused?.count ?? 0) + 1, by } })
  }

  seek(time: number): void {
    this.#act({ type: "seek", time })
  }

  chapter(chapter: number): void {
    this.#act({ type: "chapter", chapter })
  }

  select(selection: { audio?: number; subtitle?: number | null; angle?: number }): void {
    this.#act({ type: "select", ...selection })
  }

  menu(name: MenuName): void {
    if (this.#video.paused) this.#playhead?.play()
    this.#act({ type: "menu", name })
  }

  press(key: Key): void {
    const { feedTime, clock } = this.#now()
    if (key === "enter" && this.#state.hasButtons && this.#video.paused) this.#playhead?.play()
    const act = this.#act({ type: "press", key })
    if (!this.#mayGuess()) return
    if (key === "enter") this.#buttons.guessEnter(act, feedTime, clock)
    else if (isArrow(key)) this.#buttons.guessArrow(key, act, feedTime, clock)
    this.#draw()
  }

  /**
   * A pointer at a place of the picture, both from 0 to 1; true where a button lies there. `activate`: it was pressed. A button that is selected
   * already is not selected again.
   */
  point(x: number, y: number, activate: boolean): boolean {
    const { feedTime, clock } = this.#now()
    const shown = this.#buttons.shown(feedTime, clock)
    if (shown === null || this.#playhead?.isJumping === true) return false
    const [column, row] = [x * shown.highlight.planeWidth, y * shown.highlight.planeHeight]
    const button = this.#buttons.buttonAt(column, row, feedTime)
    if (button === null) return false
    if (!activate && button.number === shown.selected) return true
    if (activate && this.#video.paused) this.#playhead?.play()
    const act = this.#act({ type: "point", x: column, y: row, activate })
    if (this.#mayGuess()) this.#buttons.guessPoint(button, activate, act, clock)
    this.#draw()
    return true
  }

  /** Closed captions of a channel, or none. */
  showCaptions(channel: number | null): void {
    this.#captions.choose(channel)
    this.#draw()
  }

  setVolume(volume: number): void {
    this.#video.volume = Math.min(1, Math.max(0, volume))
    this.#video.muted = false
  }

  toggleMute(): void {
    this.#video.muted = !this.#video.muted
  }

  /** A title from its beginning; a disc that has stopped, as it was begun. */
  #playAgain(): void {
    if (this.#state.position?.domain === "title" && this.may("seek")) this.seek(0)
    else if (this.#request !== null) this.open(this.#request)
  }

  /** Gives the act's id, which its answer carries back. */
  #act(act: DistributedOmit<ActRequest, "id">): number {
    // A film that has come to its end goes on from wherever the person goes.
    if (this.#state.status === "ended" && act.type !== "select") this.#playhead?.play()
    // A key acts on what is on the screen when it is pressed.
    const presented = this.#presented()
    this.#acts++
    this.#send({ ...act, id: this.#acts, ...(presented === null ? {} : { presented }) })
    return this.#acts
  }

  /** What the disc's answer will be is known while its buttons are on the screen and may be used. */
  #mayGuess(): boolean {
    return this.#playhead?.isJumping === false && this.may("select-button")
  }

  #now(): { readonly feedTime: number; readonly clock: number } {
    return { feedTime: this.#playhead?.feedTime ?? 0, clock: performance.now() }
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
        return this.#playhead?.begin()
      case "streams":
        return this.#streams.add(message)
      case "allowed":
        return this.#allowed.add(message)
      case "position":
        return this.#timeline.addPosition(message)
      case "highlight":
        this.#overlays.keep(message)
        return this.#buttons.add(message)
      case "caption":
        return this.#captions.add(message)
      case "sound":
        return this.#sounds.play(message)
      case "still":
        return this.#timeline.addStill(message)
      case "discontinuity":
        return this.#discontinuity(message)
      case "answer":
        return this.#answer(message.id, message.answer)
      case "notice":
        return this.#set({ notice: message })
      case "end":
        return this.#playhead?.end(message.at)
      case "error":
        if (message.id === undefined) return this.#fail(message)
        // An act that failed leaves the disc playing.
        this.#buttons.answer(message.id, null, false, this.#now().feedTime)
        return this.#set({ notice: message })
    }
  }

  #answer(id: number, { outcome, by, highlight }: AnswerMessage): void {
    if (highlight !== undefined) this.#overlays.keep(highlight)
    this.#buttons.answer(id, highlight ?? null, outcome === "done", this.#now().feedTime)
    if (outcome === "refused") this.refuse(by ?? null)
    this.#draw()
  }

  #openStream(url: string): void {
    const playhead: Playhead = new Playhead(this.#video, this.#timeline, new URL(url, document.baseURI).href, {
      onFail: (message) => this.#playhead === playhead && this.#fail({ code: "stream", message }),
      onLanded: () => this.#set({ status: "playing" }),
      onEnded: () => this.#ended(),
      onBlocked: (blocked) => this.#set(blocked ? { blocked, paused: true, waiting: false } : { blocked }),
    })
    this.#playhead = playhead
  }

  #discontinuity({ at, flush, showFrom }: { readonly at: number; readonly flush: boolean; readonly showFrom: number }): void {
    if (flush) {
      const { feedTime } = this.#now()
      // The old picture stands until the new one is there, with all that belongs to it.
      this.#overlays.flush(feedTime, showFrom)
      this.#captions.flush(showFrom)
      this.#buttons.flush(feedTime, showFrom)
      this.#timeline.flush(feedTime)
      this.#streams.dropAfter(feedTime, at)
      this.#allowed.dropAfter(feedTime, at)
      this.#set({ status: "playing", waiting: true })
    }
    this.#timeline.addStretch(at)
    if (flush || this.#playhead?.hasBegun === false) this.#playhead?.moveTo(showFrom)
  }

  #tick(): void {
    this.#playhead?.tick()
    this.#draw()
  }

  /** What is due goes onto the screen. */
  #draw(): void {
    const feedTime = this.#playhead?.feedTime ?? null
    if (feedTime === null) return
    const { clock } = this.#now()
    const buttons = this.#buttons.shown(feedTime, clock)
    this.#overlays.draw(feedTime, buttons)
    const position = this.#timeline.positionAt(feedTime)
    const next = {
      streams: this.#streams.at(feedTime)?.streams ?? this.#state.streams,
      allowed: this.#allowed.at(feedTime)?.operations ?? this.#state.allowed,
      hasButtons: buttons !== null,
      captionChannels: this.#captions.channels,
      captionChannel: this.#captions.chosen,
      captions: this.#captions.at(feedTime),
      isStill: this.#timeline.isStillAt(feedTime),
      position: isSamePlace(position, this.#state.position) ? this.#state.position : position,
    }
    const isSame = (Object.keys(next) as (keyof typeof next)[]).every((key) => next[key] === this.#state[key])
    if (!isSame) this.#set(next.isStill ? { ...next, waiting: this.#playhead?.isWaiting ?? false } : next)
  }

  #ended(): void {
    if (this.#state.status === "ended") return
    this.#video.pause()
    this.#set({ status: "ended", waiting: false })
  }

  #report(): void {
    // A tab that is not seen draws no frames: jumps and the end are looked after here, too.
    this.#tick()
    if (this.#playhead === null || this.#playhead.isJumping) return
    if (this.#state.status === "playing" && this.#playhead.isStuck()) this.#leaveStuckPlace()
    this.#sayPresented()
  }

  #sayPresented(): void {
    const time = this.#presented()
    if (time !== null) this.#send({ type: "presented", time })
  }

  /** Feed time of what is on the screen; null: nothing of the stretch is yet. */
  #presented(): number | null {
    return this.#playhead?.isJumping === false ? this.#playhead.feedTime : null
  }

  /** A new stretch from the same moment begins with a key picture, which any decoder takes; in a menu there is no such thing. */
  #leaveStuckPlace(): void {
    const { position } = this.#state
    if (position?.domain === "title" && this.may("seek")) this.seek(position.time)
    else this.#playhead?.nudge()
  }

  #readElement(): void {
    const { paused, volume, muted } = this.#video
    this.#set({ paused, volume, muted })
  }

  #fail(problem: Problem): void {
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    const playhead = this.#playhead
    this.#playhead = null
    // It may be the stream itself that tells of the failure: it does not outlive being destroyed meanwhile.
    setTimeout(() => playhead?.close())
    this.#set({ status: "failed", problem, waiting: false })
  }

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener(this.#state)
  }
}

const isArrow = (key: Key): key is Arrow => key === "up" || key === "down" || key === "left" || key === "right"

/** The same as far as the controls tell. */
function isSamePlace(a: Position | null, b: Position | null): boolean {
  if (a === null || b === null) return a === b
  const isSame = a.domain === b.domain && a.title === b.title && a.chapter === b.chapter && a.angle === b.angle && a.duration === b.duration
  return isSame && Math.abs(a.time - b.time) <= POSITION_STEP
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
