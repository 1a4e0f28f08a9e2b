import type { HostMessage } from "../../hosts/browser/protocol.ts"
import { Timed } from "./timed.ts"

/** Where the disc stands at a moment of feed time; all in seconds. */
export type Position = Omit<Extract<HostMessage, { type: "position" }>, "type">
type Still = Omit<Extract<HostMessage, { type: "still" }>, "type">

/** Feed time (what the stream carries) to media time (what the video element counts) and to title time (what people see). */
export class Timeline {
  /** Feed time at media time 0; null until the host has said. */
  base: number | null = null
  readonly #positions = new Timed<Position>()
  /** Stills, and null where one is over because something else begins. */
  readonly #stills = new Timed<{ readonly at: number; readonly still: Still | null }>()

  addPosition(position: Position): void {
    this.#positions.add(position)
  }

  addStill(still: Still): void {
    this.#stills.add({ at: still.at, still })
  }

  /** A new stretch: no still goes on into it. */
  addStretch(at: number): void {
    this.#stills.add({ at, still: null })
  }

  /** What was told for later than now is void. */
  flush(feedTime: number): void {
    this.#positions.dropAfter(feedTime)
    this.#stills.dropAfter(feedTime)
  }

  mediaTime(feedTime: number): number {
    return feedTime - (this.base ?? 0)
  }

  feedTime(mediaTime: number): number {
    return mediaTime + (this.base ?? 0)
  }

  /** What is on the screen at `feedTime`: the last position said for it, carried on. */
  positionAt(feedTime: number): Position | null {
    const position = this.#positions.at(feedTime)
    if (position === null) return null
    return { ...position, time: Math.min(position.time + feedTime - position.at, position.duration) }
  }

  /** The picture is held by the disc. */
  isStillAt(feedTime: number): boolean {
    const still = this.#stills.at(feedTime)?.still ?? null
    return still !== null && (still.seconds === "until-key" || feedTime < still.at + still.seconds)
  }
}
