import type { Splitter, SplitterSink } from "../elementary/splitter.ts"

/** SPDSZ is 16 bits wide. */
const MAX_SPU_SIZE = 0xffff
/** SPDSZ and SP_DCSQTA. */
const MIN_SPU_SIZE = 4

/** Puts DVD sub-picture units (SPU) together from the packets they are spread over, by their size field. A unit begins with a packet that has a time stamp. */
export class SubpictureAssembler implements Splitter {
  readonly #streamId: number
  readonly #sink: SplitterSink
  #unit: Uint8Array | null = null
  #filled = 0
  #pts: number | null = null
  /** A unit may begin with the packet that begins now. */
  #fresh = false

  constructor(streamId: number, sink: SplitterSink) {
    this.#streamId = streamId
    this.#sink = sink
  }

  begin(pts: number | null, _dts: number | null): void {
    this.#fresh = false
    if (pts === null) return
    if (this.#unit !== null) this.#abandon("a sub-picture unit begins before the last one is whole")
    this.#pts = pts
    this.#fresh = true
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    if (this.#unit === null) {
      // Bytes behind a whole unit are stuffing: units begin only with a packet.
      if (!this.#fresh || to - from < 2) return
      this.#fresh = false
      const size = ((bytes[from] as number) << 8) | (bytes[from + 1] as number)
      if (size < MIN_SPU_SIZE) {
        this.#abandon(`a sub-picture unit of ${size} bytes`)
        return
      }
      this.#unit = new Uint8Array(Math.min(size, MAX_SPU_SIZE))
      this.#filled = 0
    }
    const unit = this.#unit
    const take = Math.min(to - from, unit.length - this.#filled)
    unit.set(bytes.subarray(from, from + take), this.#filled)
    this.#filled += take
    if (this.#filled < unit.length) return
    this.#unit = null
    this.#sink.unit({ streamId: this.#streamId, data: unit, pts: this.#pts, dts: this.#pts, key: true })
  }

  end(): void {}

  gap(): void {
    this.#unit = null
  }

  flush(): void {
    this.#unit = null
    this.#fresh = false
  }

  #abandon(message: string): void {
    this.#sink.damage("mpeg-bad-unit", message, this.#streamId)
    this.#unit = null
  }
}
