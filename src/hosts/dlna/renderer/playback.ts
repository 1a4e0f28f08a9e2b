import { DiscError } from "../../../base/index.ts"
import type { RendererControl, Transport } from "./control.ts"
import { Landing } from "./landing.ts"
import { DeviceRefusal } from "./soap.ts"

/** How a title is given to a renderer. */
export type PlayForm = {
  /** For people: what is tried, and refused. */
  readonly label: string
  /** The address of the title from about `seconds` on, and what the renderer is told of it. */
  load(seconds: number): Promise<Loaded>
}

export type Loaded = {
  readonly uri: string
  /** DIDL-Lite. */
  readonly metadata: string
  /** The title's time at the stream's beginning, in seconds. */
  readonly startsAt: number
  /** Made as it is shown: there is no other time to go to. */
  readonly isLive?: boolean
  /** The title's time at a byte of the stream; absent where bytes say nothing of it. */
  timeAt?(offset: number): Promise<number>
}

export type PlaybackState = "playing" | "paused" | "stopped" | "transitioning" | "gone"

/** Times in seconds of the title. */
export type PlaybackStatus = {
  readonly state: PlaybackState
  readonly time: number | null
  /** 0 to 100; null where the renderer has none, or has not said yet. */
  readonly volume: number | null
  readonly error: DiscError | null
}

export type PlaybackOptions = {
  /** In the order in which they are tried. */
  readonly forms: readonly PlayForm[]
  /** Where to begin, in seconds. */
  readonly time?: number
  readonly onStatus?: (status: PlaybackStatus) => void
  /** Tells of each request of the renderer for the stream at `uri`: the byte that it begins with. The returned function ends the telling. */
  readonly watchReads?: (uri: string, onRead: (offset: number) => void) => () => void
}

/** Whoever answers nothing for so long is gone. With the question under way, a viewer hears of it within 10 s. */
const GONE_MS = 5_000
const POLL_MS = 1_000
const POLL_STARTING_MS = 300
/** A renderer that has not begun by then never will: converting has begun by then on slow machines too. */
const START_MS = 20_000
/** Renderers stand still for a moment between being told to play and beginning. */
const STOPPED_MS = 2_500
/** Where no position is told, playing so long counts as having begun. */
const PLAYING_MS = 3_000
/** Times nearer than this are the same. */
const SAME_SECONDS = 0.05
/** Volume is asked for every so many polls: people turn it on the device itself. */
const POLLS_PER_VOLUME = 5

type Outcome = { readonly started: true } | { readonly started: false; readonly why: string }

/** One title on one renderer: begins it in the first form that plays, follows it, and takes what a viewer does. */
export class Playback {
  /** Resolves when it has ended or was stopped, and fails with what went wrong. */
  readonly done: Promise<void>
  readonly #control: RendererControl
  readonly #options: PlaybackOptions
  readonly #closing = new AbortController()
  #status: PlaybackStatus = { state: "transitioning", time: null, volume: null, error: null }
  #form: PlayForm | null = null
  #loaded: Loaded | null = null
  /** Seconds between what the renderer counts and the title's time; null until it has said its first position. */
  #offset: number | null = null
  #uri: string | null = null
  #silentSince: number | null = null
  /** Acts run one after another; what is polled meanwhile is not believed. */
  #acts: Promise<unknown> = Promise.resolve()
  #acting = 0
  #landing: Landing | null = null
  #stopReads: () => void = () => {}
  /** Its own seeking was seen to land elsewhere: the title is given to it anew instead. */
  #seeksWrong = false

  constructor(control: RendererControl, options: PlaybackOptions) {
    this.#control = control
    this.#options = options
    this.#status = { ...this.#status, time: options.time ?? 0 }
    this.done = this.#run()
    this.done.catch(() => {})
  }

  get status(): PlaybackStatus {
    return this.#status
  }

  pause(): Promise<void> {
    return this.#act(async (options) => {
      await this.#control.pause(options)
      this.#say({ state: "paused" })
    })
  }

  resume(): Promise<void> {
    return this.#act(async (options) => {
      await this.#control.play(options)
      this.#say({ state: "playing" })
    })
  }

  /** Ends the title. Never fails: a renderer that is gone does not play either. */
  async stop(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#end()
    await this.#control.stop({ timeoutMs: 2_000 }).catch(() => {})
  }

  /** Another playback has this renderer now: it is told nothing more. */
  release(): void {
    if (!this.#closing.signal.aborted) this.#end()
  }

  /** 0 to 100. */
  setVolume(volume: number): Promise<void> {
    return this.#act(async (options) => {
      await this.#control.setVolume(volume, options)
      this.#say({ volume: await this.#control.volume(options) })
    })
  }

  /** In seconds of the title. */
  seek(time: number): Promise<void> {
    return this.#act(async () => {
      if (this.#loaded?.isLive) throw new DiscError("not-permitted", "menus have no time to go to; use the remote control")
      await this.#seek(Math.max(0, time))
    })
  }

  async #run(): Promise<void> {
    try {
      // What a viewer does meanwhile waits for it.
      await this.#act(() => this.#begin(this.#options.forms))
      await this.#follow()
    } catch (error) {
      if (this.#closing.signal.aborted) return
      const known = this.#explained(error)
      this.#say({ state: known.code === "read-failed" ? "gone" : "stopped", error: known })
      this.#end()
      throw known
    }
  }

  #end(): void {
    this.#closing.abort()
    this.#landing?.close()
    this.#stopReads()
    if (this.#status.state !== "gone") this.#say({ state: "stopped" })
  }

  async #begin(forms: readonly PlayForm[]): Promise<void> {
    const refusals: string[] = []
    for (const form of forms) {
      const outcome = await this.#try(form, this.#options.time ?? 0)
      if (outcome.started) return
      refusals.push(`${form.label}: ${outcome.why}`)
    }
    const { name } = this.#control.description
    throw new DiscError("unsupported", `${name} plays the title in none of its forms (${refusals.join("; ")})`)
  }

  /** Loads a form and waits until it plays. */
  async #try(form: PlayForm, time: number): Promise<Outcome> {
    this.#form = form
    try {
      await this.#load(form, time)
      return await this.#started()
    } catch (error) {
      if (error instanceof DeviceRefusal) return { started: false, why: error.message }
      throw error
    }
  }

  async #load(form: PlayForm, time: number): Promise<void> {
    const loaded = await form.load(time)
    this.#landing?.close()
    this.#landing = null
    this.#stopReads()
    this.#loaded = loaded
    this.#offset = null
    this.#uri = null
    this.#stopReads = this.#options.watchReads?.(loaded.uri, (offset) => this.#landing?.read(offset)) ?? (() => {})
    // Loading while something else plays is refused by some. Whatever they say to this, loading tells.
    await this.#control.stop(this.#callOptions).catch(passRefusal(undefined))
    await this.#control.load(loaded.uri, loaded.metadata, this.#callOptions)
    await this.#control.play(this.#callOptions)
  }

  async #started(): Promise<Outcome> {
    const begun = Date.now()
    let stillSince = begun
    let playingSince: number | null = null
    while (Date.now() - begun < START_MS) {
      await this.#wait(POLL_STARTING_MS)
      const transport = await this.#question(() => this.#control.transport(this.#callOptions))
      if (transport === null) continue
      if (!transport.isOk) return { started: false, why: "the device reports an error" }
      if (transport.state !== "stopped" && transport.state !== "none") stillSince = Date.now()
      else if (Date.now() - stillSince > STOPPED_MS) return { started: false, why: "the device stopped before anything was shown" }
      if (transport.state !== "playing") continue
      playingSince ??= Date.now()
      const position = await this.#question(() => this.#control.position(this.#callOptions))
      if (position === null) continue
      const hasBegun = position.seconds === null ? Date.now() - playingSince > PLAYING_MS : position.seconds > 0
      if (!hasBegun) continue
      this.#uri = position.uri
      this.#take("playing", position.seconds)
      return { started: true }
    }
    return { started: false, why: `the device did not begin within ${START_MS / 1000} s` }
  }

  /** Until the title ends, is stopped, or the renderer goes. */
  async #follow(): Promise<void> {
    for (let poll = 0; ; poll++) {
      if (poll % POLLS_PER_VOLUME === 0) await this.#readVolume()
      await this.#wait(POLL_MS)
      const before = this.#acts
      const transport = await this.#question(() => this.#control.transport(this.#callOptions))
      const position = transport === null ? null : await this.#question(() => this.#control.position(this.#callOptions))
      // What was asked while an act ran may tell of before or after it.
      if (this.#acting > 0 || before !== this.#acts || transport === null || position === null) continue
      if (!transport.isOk) throw new DiscError("unsupported", `${this.#control.description.name} reports an error and has stopped`)
      const isElses = this.#uri !== null && position.uri !== null && position.uri !== this.#uri
      if (isElses || transport.state === "stopped" || transport.state === "none") return this.#end()
      this.#take(transport.state, position.seconds)
      if (this.#landing?.isWrongAt(this.#status.time)) await this.#act(() => this.#giveAnew(this.#landing?.wanted ?? 0))
    }
  }

  async #readVolume(): Promise<void> {
    const volume = await this.#question(() => this.#control.volume(this.#callOptions).catch(passRefusal(null)))
    if (volume !== null && volume !== this.#status.volume) this.#say({ volume })
  }

  async #seek(time: number): Promise<void> {
    const { startsAt } = this.#loaded ?? { startsAt: 0 }
    const isPaused = this.#status.state === "paused"
    const relative = this.#offset === 0 ? time : time - startsAt
    this.#say({ state: "transitioning", time })
    if (this.#seeksWrong || time < startsAt) return this.#giveAnew(time, isPaused)
    const landing = new Landing(time, this.#loaded?.timeAt ?? null)
    this.#landing?.close()
    this.#landing = landing
    // Whole seconds are asked for, and renderers come to the key picture before: rounding down would add to that.
    const refused = await this.#control.seek(Math.ceil(relative - SAME_SECONDS), this.#callOptions).then(() => false, passRefusal(true))
    if (refused || (await landing.isWrongBefore(this.#closing.signal))) await this.#giveAnew(time, isPaused)
  }

  /** For a renderer that cannot seek, or whose seeking lands elsewhere: a stream that begins there. */
  async #giveAnew(time: number, isPaused = false): Promise<void> {
    const form = this.#form
    if (form === null) return
    this.#seeksWrong = true
    this.#say({ state: "transitioning", time })
    await this.#load(form, time)
    const outcome = await this.#started()
    if (!outcome.started) throw new DiscError("unsupported", `${this.#control.description.name} does not go on: ${outcome.why}`)
    if (isPaused) await this.#control.pause(this.#callOptions)
  }

  #take(state: Transport["state"], seconds: number | null): void {
    const startsAt = this.#loaded?.startsAt ?? 0
    if (seconds !== null && seconds > 0) {
      // Most count from the stream's beginning, some go by the times in it, which are the title's.
      this.#offset ??= Math.abs(seconds - startsAt) < seconds ? 0 : startsAt
    }
    const time = seconds === null ? null : seconds + (this.#offset ?? startsAt)
    this.#say({ state: state === "none" ? "stopped" : state, time })
  }

  #act(work: (options: { readonly signal: AbortSignal }) => Promise<void>): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(new DiscError("not-permitted", "nothing of ours plays there any more"))
    const run = async () => {
      if (this.#closing.signal.aborted) throw new DiscError("aborted", "the title was stopped before")
      this.#acting++
      try {
        await work(this.#callOptions)
      } finally {
        this.#acting--
      }
    }
    const act = this.#acts.then(run, run)
    this.#acts = act.catch(() => {})
    return act
  }

  /** Null: no answer this time. @throws DiscError `read-failed` when there was none for too long */
  async #question<T>(ask: () => Promise<T>): Promise<T | null> {
    const askedMs = Date.now()
    try {
      const answer = await ask()
      this.#silentSince = null
      return answer
    } catch (error) {
      if (!(error instanceof DiscError) || error.code !== "read-failed") throw error
      this.#silentSince ??= askedMs
      if (Date.now() - this.#silentSince > GONE_MS) throw error
      return null
    }
  }

  get #callOptions(): { readonly signal: AbortSignal } {
    return { signal: this.#closing.signal }
  }

  #explained(error: unknown): DiscError {
    if (!(error instanceof DiscError)) return new DiscError("read-failed", "something is wrong in opentray itself", {}, { cause: error })
    if (error.code !== "read-failed") return error
    const { name } = this.#control.description
    return new DiscError("read-failed", `${name} does not answer any more; is it switched off?`, {}, { cause: error })
  }

  #say(change: Partial<PlaybackStatus>): void {
    this.#status = { ...this.#status, ...change }
    this.#options.onStatus?.(this.#status)
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this.#closing
      const end = () => {
        clearTimeout(timer)
        reject(new DiscError("aborted", "the title was stopped"))
      }
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", end)
        resolve()
      }, ms)
      if (signal.aborted) end()
      else signal.addEventListener("abort", end, { once: true })
    })
  }
}

/** A refusal counts as `value`; everything else is passed on. */
function passRefusal<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof DeviceRefusal) return value
    throw error
  }
}
