import type { TrackName } from "./protocol.ts"
import type { OutputItem } from "./types.ts"

type Entry = { readonly at: number; readonly item: OutputItem }

const TRACKS: readonly TrackName[] = ["video", "audio"]

/** Joins the two tracks by decode time: an item is handed on when nothing earlier can come on the other track. */
export class Interleaver {
  readonly #emit: (item: OutputItem) => void
  #queues: Record<TrackName, Entry[]> = { video: [], audio: [] }
  /** Decode time of what came last; the next is not before it. */
  #reached: Record<TrackName, number> = { video: Number.NEGATIVE_INFINITY, audio: Number.NEGATIVE_INFINITY }
  #active: Record<TrackName, boolean> = { video: false, audio: false }

  constructor(emit: (item: OutputItem) => void) {
    this.#emit = emit
  }

  /** A track that is not there holds nobody up. */
  activate(track: TrackName, isActive: boolean): void {
    this.#active[track] = isActive
    this.#drain()
  }

  put(track: TrackName, at: number, item: OutputItem): void {
    this.#queues[track].push({ at, item })
    this.#reached[track] = Math.max(this.#reached[track], at)
    this.#drain()
  }

  /** The track whose absence holds the other one up. */
  get missing(): TrackName | null {
    if (this.#queues.video.length > 0 && this.#queues.audio.length === 0) return "audio"
    return this.#queues.audio.length > 0 && this.#queues.video.length === 0 ? "video" : null
  }

  /** Ticks between the first and the last item that is held up. */
  get span(): number {
    const entries = TRACKS.map((track) => this.#queues[track]).find((queue) => queue.length > 0) ?? []
    return (entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)
  }

  /** Hands on everything that is held up. */
  release(): void {
    for (let track = this.#earliest(); track !== null; track = this.#earliest()) this.#hand(track)
  }

  clear(): void {
    this.#queues = { video: [], audio: [] }
    this.#reached = { video: Number.NEGATIVE_INFINITY, audio: Number.NEGATIVE_INFINITY }
  }

  #drain(): void {
    for (let track = this.#earliest(); track !== null; track = this.#earliest()) {
      const other = track === "video" ? "audio" : "video"
      const at = this.#queues[track][0]?.at ?? 0
      if (this.#queues[other].length === 0 && this.#active[other] && this.#reached[other] < at) return
      this.#hand(track)
    }
  }

  #earliest(): TrackName | null {
    const [video, audio] = [this.#queues.video[0], this.#queues.audio[0]]
    if (video === undefined) return audio === undefined ? null : "audio"
    return audio === undefined || video.at <= audio.at ? "video" : "audio"
  }

  #hand(track: TrackName): void {
    const entry = this.#queues[track].shift()
    if (entry !== undefined) this.#emit(entry.item)
  }
}
