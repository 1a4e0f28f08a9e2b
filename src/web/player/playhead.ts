import mpegts from "mpegts.js"
import type { Timeline } from "./timeline.ts"

// What mpegts.js has to say is for those who work on it.
mpegts.LoggingControl.applyConfig({ enableAll: false })

/** The picture moves on once this much of a new stretch is there, in seconds. */
const JUMP_READY = 0.08
/** So often it is looked whether it is there, in ms: a display's frame would be half of what a jump takes. */
const LOOK_EVERY = 4
/** The last pictures of a title are held back by the demuxer, which waits for the next: a stop this near the end is the end, in seconds. */
const END_SLACK = 2
/** Played film that stays in memory, in seconds: a Blu-ray has 5 MB each. */
const KEPT_BEHIND = { autoCleanupMaxBackwardDuration: 40, autoCleanupMinBackwardDuration: 15 }
/** Chromium at times waits for ever in the middle of its buffer, above all where the picture's size has changed: so many looks, and so much ahead, in seconds. */
const STUCK_LOOKS = 5
const STUCK_AHEAD = 0.5
/** Times in the buffer are rounded: a moment before a key picture, the browser would decode the whole group before it. In seconds. */
const AFTER_KEY = 0.004
/** The first picture shows at once and moves when this much is there, in seconds: a converter that has just begun finds its speed meanwhile. */
const START_CUSHION = 0.6
/** A hole in the buffer up to this long is stepped over, in seconds. */
const MAX_HOLE = 1

/** What the playhead tells of. */
export type PlayheadEvents = {
  readonly onFail: (message: string) => void
  /** A new stretch is on the screen. */
  readonly onLanded: () => void
  readonly onEnded: () => void
  /** The browser wants a touch before it plays sound; or had it. */
  readonly onBlocked: (isBlocked: boolean) => void
}

/** The video element on its one endless stream: where it stands in feed time, and how it gets from one stretch to the next. */
export class Playhead {
  readonly #video: HTMLVideoElement
  readonly #timeline: Timeline
  readonly #events: PlayheadEvents
  readonly #stream: mpegts.Player
  /** Feed time at which the stretch begins that is to be shown. */
  #showFrom: number | null = null
  /** Media time to move to as soon as the buffer has it. */
  #jump: number | null = null
  #looking = 0
  #endAt: number | null = null
  /** Nothing has moved yet. */
  #awaitsStart = true
  /** In a still whose picture nobody repeats, time goes on without the element: since when, in ms, and from which feed time. */
  #held: { readonly clock: number; readonly feedTime: number } | null = null
  /** Media time at the last look, and how many looks it has been the same with film ahead. */
  #looked = { time: -1, stuck: 0 }

  constructor(video: HTMLVideoElement, timeline: Timeline, url: string, events: PlayheadEvents) {
    this.#video = video
    this.#timeline = timeline
    this.#events = events
    this.#stream = mpegts.createPlayer(
      { type: "mpegts", isLive: true, url, hasAudio: true, hasVideo: true },
      { enableStashBuffer: false, lazyLoad: false, deferLoadAfterSourceOpen: false, autoCleanupSourceBuffer: true, ...KEPT_BEHIND },
    )
    this.#stream.on(mpegts.Events.ERROR, (type: string, detail: string, info: { msg?: string } | undefined) =>
      events.onFail(video.error?.message ?? info?.msg ?? `${type}: ${detail}`),
    )
    this.#stream.attachMediaElement(video)
    this.#stream.load()
  }

  close(): void {
    clearInterval(this.#looking)
    this.#stream.destroy()
  }

  /** Neither a first picture nor the one after a jump is there yet. */
  get isWaiting(): boolean {
    return this.#awaitsStart || this.#jump !== null
  }

  get isJumping(): boolean {
    return this.#jump !== null
  }

  /** Feed time of what is on the screen; null before anything is. */
  get feedTime(): number | null {
    if (this.#timeline.base === null) return null
    return this.#heldTime() ?? this.#timeline.feedTime(this.#video.currentTime)
  }

  /** A stretch begins: the first, or one that a person's act made. */
  moveTo(showFrom: number): void {
    this.#endAt = null
    this.#held = null
    this.#showFrom = showFrom
    if (this.#timeline.base !== null) this.#beginJump(showFrom)
  }

  /** The host has said where media time begins. */
  begin(): void {
    if (this.#showFrom !== null) this.#beginJump(this.#showFrom)
  }

  get hasBegun(): boolean {
    return this.#showFrom !== null
  }

  /** Nothing follows after this feed time. */
  end(at: number): void {
    this.#endAt = at
  }

  play(): void {
    this.#awaitsStart = false
    this.#video.play()?.then(
      () => this.#events.onBlocked(false),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") this.#events.onBlocked(true)
      },
    )
  }

  /** To be called for each frame and, in a tab that draws none, several times a second. */
  tick(): void {
    if (this.#timeline.base === null) return
    this.#tryJump()
    if (this.#jump !== null) return this.#endInsteadOfJump(this.#jump)
    if (this.#awaitsStart && (this.#endAt !== null || this.#filmAhead() > START_CUSHION)) this.play()
    this.#hold()
    if (this.#endAt === null) return
    const now = this.feedTime ?? 0
    const isStopped = this.#isDry() && now > this.#endAt - END_SLACK
    if (now >= this.#endAt - 0.08 || isStopped) this.#finish()
  }

  /** Whether the element waits for ever with film ahead; to be asked a few times a second while something plays. */
  isStuck(): boolean {
    const { currentTime, paused, seeking } = this.#video
    const isStill = !paused && !seeking && currentTime === this.#looked.time && this.#hasFilm(STUCK_AHEAD)
    this.#looked = { time: currentTime, stuck: isStill ? this.#looked.stuck + 1 : 0 }
    if (this.#looked.stuck < STUCK_LOOKS) return false
    this.#looked = { time: -1, stuck: 0 }
    return true
  }

  /** A step so small that nobody sees it makes the decoder begin anew. */
  nudge(): void {
    this.#video.currentTime += AFTER_KEY
  }

  #beginJump(showFrom: number): void {
    this.#jump = this.#timeline.mediaTime(showFrom)
    this.#tryJump()
    clearInterval(this.#looking)
    if (this.#jump !== null) this.#looking = window.setInterval(() => this.#tryJump(), LOOK_EVERY)
  }

  /** Moves when the new stretch is there; also steps over a hole that the element stands before. */
  #tryJump(): void {
    const video = this.#video
    const { buffered } = video
    for (let i = 0; i < buffered.length; i++) {
      const [start, end] = [buffered.start(i), buffered.end(i)]
      if (this.#jump !== null) {
        if (start > this.#jump + MAX_HOLE || end < this.#jump + JUMP_READY) continue
        video.currentTime = Math.max(this.#jump, start) + AFTER_KEY
        this.#jump = null
        clearInterval(this.#looking)
        return this.#events.onLanded()
      }
      const isBehindStill = this.#timeline.feedTime(start) <= (this.#heldTime() ?? 0)
      if (start > video.currentTime && (start - video.currentTime < MAX_HOLE || isBehindStill) && this.#isDry()) {
        this.#held = null
        video.currentTime = start + 0.001
        return
      }
    }
  }

  /** Who jumps to the very end finds nothing to show there. */
  #endInsteadOfJump(jump: number): void {
    if (this.#endAt !== null && this.#timeline.mediaTime(this.#endAt) < jump + JUMP_READY) this.#finish()
  }

  #finish(): void {
    this.#jump = null
    clearInterval(this.#looking)
    this.#events.onEnded()
  }

  /** Begins and ends the time that goes on without the element; it stands once the still is over, until there is more film. */
  #hold(): void {
    if (!this.#isDry()) this.#held = null
    if (!this.#isDry() || this.#awaitsStart) return
    const feedTime = this.#heldTime() ?? this.#timeline.feedTime(this.#video.currentTime)
    const isStill = this.#timeline.isStillAt(feedTime)
    if (this.#held === null ? isStill : !isStill || this.#video.paused) this.#held = { clock: performance.now(), feedTime }
  }

  #heldTime(): number | null {
    if (this.#held === null) return null
    const elapsed = this.#video.paused ? 0 : (performance.now() - this.#held.clock) / 1000
    return this.#held.feedTime + elapsed
  }

  #isDry(): boolean {
    return this.#video.readyState <= HTMLMediaElement.HAVE_CURRENT_DATA
  }

  /** Seconds up to the end of all that is there: holes on the way are stepped over. */
  #filmAhead(): number {
    const { currentTime, buffered } = this.#video
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime
  }

  /** Whether the buffer goes on for this long behind the element's place without a hole. */
  #hasFilm(seconds: number): boolean {
    const { currentTime, buffered } = this.#video
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= currentTime && buffered.end(i) > currentTime + seconds) return true
    }
    return false
  }
}
