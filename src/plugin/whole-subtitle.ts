import { type Ticks, ticks } from "../base/index.ts"
import type { TrackOverlay } from "./subtitle-track.ts"
import type { ReadWholeSubtitle, WholeSubtitle } from "./title-media.ts"

/** The whole subtitles of one stretch. */
export class WholeTracks {
  readonly #read: ReadWholeSubtitle | null
  readonly #feedOffset: number
  readonly #tracks = new Map<number, WholeTrack | null>()

  /** `read`: null where the disc has none. `feedOffset`: feed time minus title time. */
  constructor(read: ReadWholeSubtitle | null, feedOffset: number) {
    this.#read = read
    this.#feedOffset = feedOffset
  }

  /** Reads a stream that is going to be shown; a second call takes no time. It is shown from `time` of the title on. */
  async open(stream: number | null, time: Ticks): Promise<void> {
    if (stream === null || this.#read === null || this.#tracks.has(stream)) return
    const subtitle = await this.#read(stream)
    if (this.#tracks.has(stream)) return
    this.#tracks.set(stream, subtitle === null ? null : new WholeTrack(subtitle, this.#feedOffset))
    this.restart(stream, time)
  }

  /** What is told next is what is shown at `time` of the title, and what comes after it. */
  restart(stream: number | null, time: Ticks): void {
    if (stream !== null) this.#tracks.get(stream)?.restart(time)
  }

  /** What begins before `until` of the title and was not told yet. */
  advance(stream: number | null, until: number): readonly TrackOverlay[] {
    return (stream === null ? null : this.#tracks.get(stream))?.advance(until) ?? []
  }
}

class WholeTrack {
  readonly #subtitle: WholeSubtitle
  readonly #feedOffset: number
  /** The first cue that was not told yet. */
  #next = 0
  #from = 0

  constructor(subtitle: WholeSubtitle, feedOffset: number) {
    this.#subtitle = subtitle
    this.#feedOffset = feedOffset
  }

  restart(time: Ticks): void {
    const found = this.#subtitle.cues.findIndex(({ end }) => end > time)
    this.#next = found === -1 ? this.#subtitle.cues.length : found
    this.#from = time
  }

  advance(until: number): readonly TrackOverlay[] {
    const overlays: TrackOverlay[] = []
    for (;;) {
      const cue = this.#subtitle.cues[this.#next]
      if (cue === undefined || cue.start >= until) return overlays
      const { picture, forcedPicture } = this.#subtitle.draw(this.#next++)
      const at = ticks(Math.max(cue.start, this.#from) + this.#feedOffset)
      const shown = { type: "overlay", plane: this.#subtitle.plane, at, until: ticks(cue.end + this.#feedOffset) } as const
      overlays.push({
        full: { ...shown, picture, forced: forcedPicture !== null },
        forced: forcedPicture === null ? null : { ...shown, picture: forcedPicture, forced: true },
      })
    }
  }
}
