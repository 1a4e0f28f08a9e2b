/** Where the title stands at a moment of feed time; all in seconds. */
export type Position = {
  readonly at: number
  readonly time: number
  readonly duration: number
  readonly chapter: number
  readonly angle: number
}

/** As many as the host is ever ahead of the picture, with room. */
const MAX_POSITIONS = 400

/** Feed time (what the stream carries) to media time (what the video element counts) and to title time (what people see). */
export class Timeline {
  /** Feed time at media time 0; null until the host has said. */
  base: number | null = null
  #positions: Position[] = []

  add(position: Position): void {
    this.#positions.push(position)
    if (this.#positions.length > MAX_POSITIONS) this.#positions.shift()
  }

  mediaTime(feedTime: number): number {
    return feedTime - (this.base ?? 0)
  }

  feedTime(mediaTime: number): number {
    return mediaTime + (this.base ?? 0)
  }

  /** What is on the screen at `feedTime`: the last position said for it, carried on. */
  positionAt(feedTime: number): Position | null {
    const position = this.#positions.findLast(({ at }) => at <= feedTime + 0.001)
    if (position === undefined) return null
    return { ...position, time: Math.min(position.time + feedTime - position.at, position.duration) }
  }
}
