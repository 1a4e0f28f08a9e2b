import { type AudioStreamParameters, sameParameters } from "../stream-parameters.ts"
import { AudioClock } from "./audio-clock.ts"
import { MAX_UNIT_SIZE, type Splitter, type SplitterSink } from "./splitter.ts"
import { StampQueue } from "./stamp-queue.ts"
import { UnitBuffer } from "./unit-buffer.ts"

/** What `measure` answers instead of a size: more bytes are needed, or no frame begins here. */
export const NEED_MORE = 0
export const NO_FRAME = -1

/**
 * What the audio splitters share: frames that say their own size. A frame is taken for one only when the next begins where it ends (or nothing follows) until the
 * stream is locked.
 */
export abstract class FrameSplitter implements Splitter {
  protected readonly streamId: number
  protected readonly sink: SplitterSink
  /** Samples per channel and rate of the frame measured last. */
  protected samples = 0
  protected sampleRate = 0
  /** The stream that the frame measured last belongs to: one PID may hold two. */
  protected lane: Lane
  readonly #buffer = new UnitBuffer()
  readonly #stamps = new StampQueue()
  #locked = false

  constructor(streamId: number, sink: SplitterSink) {
    this.streamId = streamId
    this.sink = sink
    this.lane = new Lane(streamId)
  }

  /** First byte of each frame; null: it varies. */
  protected abstract readonly syncByte: number | null
  /** Size of the frame at `at`, or NEED_MORE, or NO_FRAME; `last`: nothing comes behind `end`. Sets `samples` and `sampleRate`. */
  protected abstract measure(bytes: Uint8Array, at: number, end: number, last: boolean): number
  /** Reads the parameters of the whole frame at `at`; called where its describing bytes may have changed. */
  protected abstract describe(bytes: Uint8Array, at: number, end: number): AudioStreamParameters | null
  /** Decoding can begin with the frame at `at`. */
  protected isKey(_bytes: Uint8Array, _at: number): boolean {
    return true
  }

  protected resetClocks(): void {
    this.lane.clock.reset()
  }

  begin(pts: number | null, dts: number | null): void {
    this.#stamps.begin(this.#buffer.offset + this.#buffer.length, pts, dts)
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    if (this.#buffer.length + (to - from) > MAX_UNIT_SIZE) {
      this.sink.damage("mpeg-unit-too-large", `no audio frame ends within ${MAX_UNIT_SIZE} bytes`, this.streamId)
      this.#restart()
    }
    this.#buffer.append(bytes, from, to)
    this.#cut(false)
  }

  end(): void {}

  gap(): void {
    this.#buffer.drop(this.#buffer.length)
    this.#locked = false
    this.resetClocks()
  }

  flush(): void {
    this.#cut(true)
    this.#restart()
  }

  #restart(): void {
    this.#buffer.clear()
    this.#stamps.clear()
    this.#locked = false
    this.resetClocks()
  }

  #cut(last: boolean): void {
    const buffer = this.#buffer
    for (;;) {
      if (buffer.length === 0) return
      const { bytes, start, end } = buffer
      const size = this.measure(bytes, start, end, last)
      if (size === NO_FRAME) {
        this.#skip()
        continue
      }
      if (size === NEED_MORE || start + size > end) return
      if (!this.#locked) {
        const next = start + size === end ? NEED_MORE : this.measure(bytes, start + size, end, last)
        if (next === NO_FRAME) {
          this.#skip()
          continue
        }
        if (next === NEED_MORE && !last) return
        this.#locked = true
        this.measure(bytes, start, end, last)
      }
      this.#hand(size)
    }
  }

  /** Goes on to the next byte where a frame may begin. */
  #skip(): void {
    if (this.#locked) {
      this.sink.damage("mpeg-bad-unit", "no audio frame begins where the last one ended", this.streamId)
      this.resetClocks()
    }
    this.#locked = false
    const { bytes, start, end } = this.#buffer
    let at = start + 1
    if (this.syncByte !== null) while (at < end && bytes[at] !== this.syncByte) at++
    this.#buffer.drop(at - start)
  }

  #hand(size: number): void {
    const buffer = this.#buffer
    const { bytes, start } = buffer
    this.#announce(this.describe(bytes, start, start + size))
    const stamp = this.#stamps.take(buffer.offset)
    const pts = this.lane.clock.time(stamp?.pts ?? null, this.samples, this.sampleRate)
    const unit = { streamId: this.lane.streamId, data: buffer.copy(size), pts, dts: pts, key: this.isKey(bytes, start) }
    buffer.drop(size)
    this.sink.unit(unit)
  }

  #announce(parameters: AudioStreamParameters | null): void {
    const lane = this.lane
    if (parameters === null || sameParameters(lane.current, parameters)) return
    lane.current = parameters
    this.sink.parameters(lane.streamId, parameters)
  }
}

/** One stream's clock and parameters. */
export class Lane {
  readonly streamId: number
  readonly clock = new AudioClock()
  current: AudioStreamParameters | null = null

  constructor(streamId: number) {
    this.streamId = streamId
  }
}
