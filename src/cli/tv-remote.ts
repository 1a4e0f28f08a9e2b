import { createInterface } from "node:readline"
import { DiscError } from "../base/index.ts"
import { actOn, type Playback, type PlaybackStatus, parseAct } from "../hosts/dlna/renderer/index.ts"
import { clock, write } from "./output.ts"

/** Saved so often while it plays: the machine may lose its power. */
const SAVE_MS = 10_000
const STEP_SECONDS = 10
const LEAP_SECONDS = 60
const STEP_VOLUME = 5

export type TvRemoteOptions = {
  /** The renderer's. */
  readonly name: string
  /** The title's, in seconds. */
  readonly duration: number
  readonly json: boolean
  /** Where the title is, in seconds; told now and then, and at the end. */
  readonly onPlace: (time: number) => Promise<void>
}

/** The terminal as remote control of what plays on a renderer: shows where it is, takes keys; for machines, lines of JSON. */
export class TvRemote {
  readonly #options: TvRemoteOptions
  readonly #isTerminal = process.stdout.isTTY === true
  #playback: Playback | null = null
  #shown = ""
  #savedMs = Date.now()
  /** Where the keys lead that were pressed while the renderer still seeks. */
  #target: number | null = null

  constructor(options: TvRemoteOptions) {
    this.#options = options
  }

  /** Until the title ends or is stopped. @throws DiscError what went wrong on the renderer */
  async run(begin: (onStatus: (status: PlaybackStatus) => void) => Promise<Playback>): Promise<void> {
    this.#playback = await begin((status) => this.#show(status))
    const release = this.#listen()
    try {
      await this.#playback.done
    } finally {
      release()
      if (this.#isTerminal && !this.#options.json) await write("\n")
      await this.#save(this.#playback.status)
    }
  }

  /** Keys, lines and signals; the returned function ends that. */
  #listen(): () => void {
    const stop = () => void this.#playback?.stop()
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
    for (const signal of signals) process.once(signal, stop)
    const end = this.#options.json ? this.#takeLines() : this.#takeKeys()
    return () => {
      end()
      for (const signal of signals) process.off(signal, stop)
    }
  }

  #takeLines(): () => void {
    const lines = createInterface({ input: process.stdin })
    lines.on("line", (line) => {
      const act = parseAct(line)
      if (act === null) return this.#complain("not an act: give what POST /api/renderers/:id takes")
      if (this.#playback !== null) this.#try(actOn(this.#playback, act))
    })
    return () => {
      lines.close()
      process.stdin.unref?.()
    }
  }

  #takeKeys(): () => void {
    const { stdin } = process
    if (stdin.isTTY !== true) return () => {}
    // Keys pressed at once come in one piece.
    const take = (bytes: Buffer) => {
      for (const key of keysIn(bytes.toString("latin1"))) this.#press(key)
    }
    stdin.setRawMode(true).resume().on("data", take)
    return () => {
      stdin.off("data", take).setRawMode(false).pause()
    }
  }

  #press(key: string): void {
    const playback = this.#playback
    if (playback === null) return
    const { state, volume } = playback.status
    switch (key) {
      case " ":
        return this.#try(state === "paused" ? playback.resume() : playback.pause())
      case "\u001b[D":
        return this.#skip(-STEP_SECONDS)
      case "\u001b[C":
        return this.#skip(STEP_SECONDS)
      case "\u001b[B":
        return this.#skip(-LEAP_SECONDS)
      case "\u001b[A":
        return this.#skip(LEAP_SECONDS)
      case "+":
      case "=":
        return this.#try(playback.setVolume((volume ?? 0) + STEP_VOLUME))
      case "-":
        return this.#try(playback.setVolume((volume ?? 0) - STEP_VOLUME))
      case "s":
      case "q":
      // Ctrl-C: the terminal does not turn it into a signal while keys are read one by one.
      case "\u0003":
        return void playback.stop()
    }
  }

  /** Keys pressed on and on add up to one seek. */
  #skip(by: number): void {
    const playback = this.#playback
    if (playback === null) return
    const isSeeking = this.#target !== null
    const from = this.#target ?? playback.status.time ?? 0
    this.#target = Math.min(Math.max(0, from + by), Math.max(0, this.#options.duration - STEP_SECONDS))
    if (!isSeeking) this.#try(this.#seekToTarget(playback))
  }

  async #seekToTarget(playback: Playback): Promise<void> {
    try {
      for (let done: number | null = null; this.#target !== null && done !== this.#target; ) {
        done = this.#target
        await playback.seek(done)
      }
    } finally {
      this.#target = null
    }
  }

  /** What a renderer refuses is told; the title goes on. */
  #try(act: Promise<void>): void {
    act.catch((error: unknown) => {
      if (!(error instanceof DiscError)) throw error
      if (error.code !== "aborted") this.#complain(error.message)
    })
  }

  #complain(message: string): void {
    process.stderr.write(`${this.#isTerminal ? "\r\u001b[K" : ""}opentray: ${message}\n`)
  }

  #show(status: PlaybackStatus): void {
    const { state, time, volume } = status
    const { duration, name, json } = this.#options
    if (Date.now() - this.#savedMs > SAVE_MS) void this.#save(status)
    if (json) {
      const error = status.error === null ? null : { code: status.error.code, message: status.error.message }
      return void write(`${JSON.stringify({ state, time, duration, volume, error })}\n`)
    }
    const place = time === null ? "" : ` ${clock(time)} of ${clock(duration)}`
    const loudness = volume === null ? "" : `  volume ${volume}`
    // What is no terminal gets a line for each state, not for each second.
    const text = this.#isTerminal ? `${state}${place} on ${name}${loudness}` : `${state}${place} on ${name}`
    const isNews = this.#isTerminal ? text !== this.#shown : !this.#shown.startsWith(`${state} `)
    this.#shown = text
    if (isNews) void write(this.#isTerminal ? `\r\u001b[K${text}` : `${text}\n`)
  }

  async #save({ time }: PlaybackStatus): Promise<void> {
    this.#savedMs = Date.now()
    if (time !== null) await this.#options.onPlace(time)
  }
}

/** What a terminal sends for one key: a character, or a sequence of three for an arrow. */
function* keysIn(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const key = text.slice(at, at + (text.startsWith("\u001b[", at) ? 3 : 1))
    yield key
    at += key.length
  }
}
