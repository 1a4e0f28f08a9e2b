import type { HostMessage } from "../../hosts/browser/protocol.ts"
import type { CaptionLine } from "../../plugin/items.ts"
import { Timed } from "./timed.ts"

type CaptionMessage = Extract<HostMessage, { type: "caption" }>

const NONE: readonly CaptionLine[] = []

/** Closed captions of all channels, and the one that the person reads. */
export class Captions {
  #told = new Map<number, Timed<CaptionMessage>>()
  #channels: readonly number[] = []
  /** Goes on from one session to the next: who reads captions reads them on every title. */
  #chosen: number | null = null

  /** The channels that have said something so far. */
  get channels(): readonly number[] {
    return this.#channels
  }

  get chosen(): number | null {
    return this.#chosen
  }

  choose(channel: number | null): void {
    this.#chosen = channel
  }

  add(message: CaptionMessage): void {
    const told = this.#told.get(message.channel) ?? new Timed<CaptionMessage>()
    told.add(message)
    if (!this.#told.has(message.channel)) this.#channels = [...this.#channels, message.channel].sort((a, b) => a - b)
    this.#told.set(message.channel, told)
  }

  at(feedTime: number): readonly CaptionLine[] {
    const told = this.#chosen === null ? undefined : this.#told.get(this.#chosen)
    return told?.at(feedTime)?.lines ?? NONE
  }

  /** What was said before a jump is not for what comes after it. */
  flush(showFrom: number): void {
    for (const [channel, told] of this.#told) {
      told.clear()
      told.add({ type: "caption", at: showFrom, channel: channel as CaptionMessage["channel"], lines: NONE })
    }
  }

  /** The session is over. */
  clear(): void {
    this.#told = new Map()
    this.#channels = []
  }
}
