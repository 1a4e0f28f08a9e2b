import { concatBytes, DiscError } from "../../base/index.ts"
import { type LivePart, type LiveSegment, livePlaylist, PART_TARGET_SECONDS, TARGET_SECONDS } from "./live-playlist.ts"
import { type LiveTracks, LiveWriter } from "./live-writer.ts"
import type { LiveUnit } from "./output-clock.ts"

/** A person who comes in begins six seconds behind; players want three target durations at least. */
const LISTED_SEGMENTS = 8
/** Segments that have left the playlist are kept for those who are just about to ask. */
const KEPT_SEGMENTS = 12
/** A segment with less before a key picture is made longer, unless it would become too long. */
const LEAST_SEGMENT = 81_000
const PART_TARGET = PART_TARGET_SECONDS * 90_000
/** A jump can begin a group at any moment: the next segment begins there when this one is as long as it may become. */
const MOST_SEGMENT = (TARGET_SECONDS - 0.5) * 90_000
/** A request for what is not there yet waits no longer (RFC 8216bis 6.2.5.2: three target durations). */
const MAX_WAIT_MS = 3 * TARGET_SECONDS * 1000
/** Requests that wait: more come of no player. */
const MAX_WAITING = 64

type Building = { readonly number: number; readonly parts: LivePart[]; startTicks: number }

/** The output as low-latency HLS: parts as they come, segments of one second, a window that slides. */
export class LiveHls {
  #writer: LiveWriter | null = null
  #tracks: LiveTracks | null = null
  #whole: LiveSegment[] = []
  #building: Building | null = null
  /** Packets of the part that is being filled. */
  #chunks: Uint8Array[] = []
  #partStart = 0
  #partHasKey = false
  #isEnded = false
  readonly #waiting = new Set<() => void>()

  tracks(tracks: LiveTracks): void {
    this.#tracks = tracks
    this.#writer?.setTracks(tracks)
  }

  unit(unit: LiveUnit): void {
    if (this.#tracks === null || this.#isEnded) return
    if (unit.track === "video") this.#picture(unit)
    if (this.#building === null) return
    this.#writer ??= new LiveWriter(this.#tracks)
    this.#chunks.push(this.#writer.write(unit))
  }

  /** Nothing follows: the playlist ends. */
  end(at: number): void {
    if (this.#isEnded) return
    this.#endPart(at)
    this.#endSegment()
    this.#isEnded = true
    this.#wake()
  }

  /** Requests that wait are answered. */
  close(): void {
    this.#isEnded = true
    this.#wake()
  }

  /**
   * The playlist; with `_HLS_msn` and `_HLS_part` when that part is there.
   * @throws DiscError `bad-argument` (a part of the far future), `unavailable` (it did not come in time)
   */
  async playlist(segment: number | null, part: number | null): Promise<string> {
    if (segment !== null && segment > this.#nextSegment + 1) {
      throw new DiscError("bad-argument", `segment ${segment} is more than one ahead of the newest, ${this.#nextSegment}`)
    }
    // A first playlist without a segment is an error to most players.
    await this.#until(() => (segment === null ? this.#whole.length > 0 : this.#isThere(segment, part)))
    const { number, parts } = this.#building ?? { number: 0, parts: [] }
    const open = parts.length > 0 ? [{ number, parts, isWhole: false }] : []
    return livePlaylist([...this.#whole.slice(-LISTED_SEGMENTS), ...open], this.#isEnded)
  }

  /** Null: it is gone. @throws DiscError `unavailable` (it did not come in time) */
  async part(segment: number, part: number): Promise<Uint8Array | null> {
    if (segment > this.#nextSegment + 1) return null
    await this.#until(() => this.#isThere(segment, part) || this.#isPast(segment))
    return this.#find(segment)?.parts[part]?.bytes ?? null
  }

  async segment(segment: number): Promise<Uint8Array | null> {
    if (segment > this.#nextSegment + 1) return null
    await this.#until(() => this.#isPast(segment))
    const found = this.#whole.find(({ number }) => number === segment)
    return found === undefined ? null : concatBytes(found.parts.map(({ bytes }) => bytes))
  }

  /** The segment that is being filled, or will be. */
  get #nextSegment(): number {
    return this.#building?.number ?? (this.#whole.at(-1)?.number ?? -1) + 1
  }

  #picture({ dts, duration, key }: LiveUnit): void {
    const building = this.#building
    if (building === null) {
      if (key) this.#beginSegment(0, dts)
      return
    }
    const length = dts - building.startTicks
    const beginsSegment = key && (length >= LEAST_SEGMENT || length + LEAST_SEGMENT > MOST_SEGMENT)
    if (beginsSegment) {
      this.#endPart(dts)
      this.#endSegment()
      this.#beginSegment(building.number + 1, dts)
      this.#wake()
    } else if (dts - this.#partStart + duration > PART_TARGET + 1) {
      this.#endPart(dts)
      this.#partHasKey = key
      this.#wake()
    }
  }

  #beginSegment(number: number, at: number): void {
    this.#building = { number, parts: [], startTicks: at }
    this.#partStart = at
    this.#partHasKey = true
  }

  #endPart(at: number): void {
    const building = this.#building
    if (building === null || this.#chunks.length === 0) return
    building.parts.push({ durationTicks: at - this.#partStart, isIndependent: this.#partHasKey, bytes: concatBytes(this.#chunks) })
    this.#chunks = []
    this.#partStart = at
    this.#partHasKey = false
  }

  #endSegment(): void {
    const building = this.#building
    this.#building = null
    if (building === null || building.parts.length === 0) return
    this.#whole.push({ number: building.number, parts: building.parts, isWhole: true })
    if (this.#whole.length > KEPT_SEGMENTS) this.#whole.shift()
  }

  #find(segment: number): { readonly parts: readonly LivePart[] } | undefined {
    if (this.#building?.number === segment) return this.#building
    return this.#whole.find(({ number }) => number === segment)
  }

  #isPast(segment: number): boolean {
    return segment < this.#nextSegment
  }

  #isThere(segment: number, part: number | null): boolean {
    if (this.#isPast(segment)) return true
    return part !== null && this.#building?.number === segment && this.#building.parts.length > part
  }

  async #until(isThere: () => boolean): Promise<void> {
    const deadline = performance.now() + MAX_WAIT_MS
    while (!isThere() && !this.#isEnded) {
      const left = deadline - performance.now()
      if (left <= 0) throw new DiscError("unavailable", "the stream does not go on; the disc may be hard to read")
      if (this.#waiting.size >= MAX_WAITING) throw new DiscError("limit", "too many requests wait for this stream")
      await this.#change(left)
    }
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      this.#waiting.add(done)
    })
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
