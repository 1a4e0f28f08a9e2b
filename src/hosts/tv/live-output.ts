import {
  type AudioParametersOutput,
  type OutputItem,
  SILENT_FRAME,
  SILENT_FRAME_TICKS,
  type VideoParametersOutput,
} from "../../transcode/index.ts"
import { LiveHls } from "./live-hls.ts"
import { LiveReader } from "./live-reader.ts"
import type { LiveTracks } from "./live-writer.ts"
import { type LiveUnit, OutputClock } from "./output-clock.ts"

/** Key pictures on their way to the screen: two a second. */
const MAX_KEYS = 32
/** Units since the last key picture, for a reader that joins: half a second has some fifty. */
const MAX_RECENT = 1024

/** One session's output: on one clock without gaps, to everyone who reads it. */
export class LiveOutput {
  readonly clock = new OutputClock()
  readonly hls = new LiveHls()
  readonly #readers = new Set<LiveReader>()
  #video: VideoParametersOutput | null = null
  #audio: AudioParametersOutput | null = null
  /** From before both tracks were known. */
  #early: LiveUnit[] = []
  #recent: LiveUnit[] = []
  #keys: { readonly at: number; readonly data: Uint8Array }[] = []

  get readers(): readonly LiveReader[] {
    return [...this.#readers]
  }

  /** Another device for the endless stream: it begins at the last key picture. */
  read(): LiveReader {
    const reader = new LiveReader(() => this.#readers.delete(reader))
    this.#readers.add(reader)
    const tracks = this.#tracks()
    if (tracks !== null) reader.tracks(tracks)
    for (const unit of this.#recent) reader.unit(unit)
    return reader
  }

  drop(reader: LiveReader): void {
    this.#readers.delete(reader)
    reader.close()
  }

  /** Resolves when every device has taken enough for more. */
  async take(item: OutputItem): Promise<void> {
    if (item.type === "parameters") this.#setParameters(item)
    else if (item.type === "discontinuity") {
      this.clock.discontinuity(item)
      while (this.clock.missingSound > 0) this.#give(this.clock.silence(SILENT_FRAME, SILENT_FRAME_TICKS))
    } else if (item.type === "packet") {
      const unit = this.clock.place(item)
      if (unit !== null) this.#give(unit)
    }
    for (const reader of this.#readers) await reader.room()
  }

  /** The newest key picture that is on the screen at an output time; null: none yet. */
  keyAt(output: number): { readonly at: number; readonly data: Uint8Array } | null {
    return this.#keys.findLast(({ at }) => at <= output) ?? null
  }

  close(): void {
    for (const reader of this.#readers) reader.close()
    this.#readers.clear()
    this.hls.end(this.clock.end)
  }

  #setParameters(item: VideoParametersOutput | AudioParametersOutput): void {
    if (item.stream === "video") this.#video = item
    else this.#audio = item
    const tracks = this.#tracks()
    if (tracks === null) return
    this.hls.tracks(tracks)
    for (const reader of this.#readers) reader.tracks(tracks)
    for (const early of this.#early.splice(0)) this.#give(early)
  }

  #tracks(): LiveTracks | null {
    return this.#video === null || this.#audio === null ? null : { video: this.#video, audio: this.#audio }
  }

  #give(unit: LiveUnit): void {
    if (this.#tracks() === null) {
      this.#early.push(unit)
      return
    }
    if (unit.track === "video" && unit.key) {
      this.#recent = []
      this.#keys.push({ at: unit.pts, data: unit.data })
      if (this.#keys.length > MAX_KEYS) this.#keys.shift()
    }
    this.#recent.push(unit)
    if (this.#recent.length > MAX_RECENT) this.#recent.shift()
    this.hls.unit(unit)
    for (const reader of this.#readers) reader.unit(unit)
  }
}
