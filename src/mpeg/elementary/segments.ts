import type { Splitter, SplitterSink } from "./splitter.ts"
import { StampQueue } from "./stamp-queue.ts"
import { UnitBuffer } from "./unit-buffer.ts"

/** segment_type and segment_length. */
const HEADER_SIZE = 3

/** Blu-ray graphics (PG, IG) and text subtitle segments: a unit is one segment with its three header bytes. On discs each is one PES packet. */
export class SegmentSplitter implements Splitter {
  readonly #streamId: number
  readonly #sink: SplitterSink
  readonly #buffer = new UnitBuffer()
  readonly #stamps = new StampQueue()

  constructor(streamId: number, sink: SplitterSink) {
    this.#streamId = streamId
    this.#sink = sink
  }

  begin(pts: number | null, dts: number | null): void {
    // A packet with times of its own begins a segment, so that one cut short cannot shift all that come behind it.
    if (pts !== null && this.#buffer.length > 0) this.#abandon()
    this.#stamps.begin(this.#buffer.offset + this.#buffer.length, pts, dts)
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    const buffer = this.#buffer
    buffer.append(bytes, from, to)
    while (buffer.length >= HEADER_SIZE) {
      const size = HEADER_SIZE + (((buffer.bytes[buffer.start + 1] as number) << 8) | (buffer.bytes[buffer.start + 2] as number))
      if (buffer.length < size) return
      const stamp = this.#stamps.take(buffer.offset)
      const data = buffer.copy(size)
      buffer.drop(size)
      this.#sink.unit({ streamId: this.#streamId, data, pts: stamp?.pts ?? null, dts: stamp?.dts ?? null, key: true })
    }
  }

  end(): void {}

  gap(): void {
    this.#buffer.drop(this.#buffer.length)
  }

  flush(): void {
    if (this.#buffer.length > 0) this.#abandon()
    this.#buffer.clear()
    this.#stamps.clear()
  }

  #abandon(): void {
    this.#sink.damage("mpeg-bad-unit", "a graphics segment is shorter than its length says", this.#streamId)
    this.#buffer.drop(this.#buffer.length)
  }
}
