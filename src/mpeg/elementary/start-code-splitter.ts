import type { AccessUnit } from "../access-unit.ts"
import { sameParameters, type VideoStreamParameters } from "../stream-parameters.ts"
import { MAX_UNIT_SIZE, type Splitter, type SplitterSink } from "./splitter.ts"
import { StampQueue } from "./stamp-queue.ts"
import { UnitBuffer } from "./unit-buffer.ts"

/**
 * What the video splitters share: the search for start codes (00 00 01) over a growing unit. Positions are counted from the unit's first byte.
 * A subclass says at each start code whether the unit ends there.
 */
export abstract class StartCodeSplitter implements Splitter {
  protected readonly streamId: number
  protected readonly sink: SplitterSink
  protected readonly buffer = new UnitBuffer()
  protected readonly stamps = new StampQueue()
  /** A unit has begun at position 0; before that bytes belong to nothing and are dropped. */
  protected started = false
  protected current: VideoStreamParameters | null = null
  #scanned = 0

  constructor(streamId: number, sink: SplitterSink) {
    this.streamId = streamId
    this.sink = sink
  }

  /** Bytes from a start code's first zero that `startCode` looks at. */
  protected abstract needed(code: number): number
  /** A start code lies at `at`, its code byte is `code`; `available` bytes are here from `at` on, fewer than needed only at the end. */
  protected abstract startCode(code: number, at: number, available: number): void
  /** The unit of `size` bytes is whole: hand it out. */
  protected abstract complete(size: number): void
  /** The bytes before the next start code belong to nothing that came before. */
  protected abstract reset(): void

  begin(pts: number | null, dts: number | null): void {
    this.stamps.begin(this.buffer.offset + this.buffer.length, pts, dts)
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    if (this.buffer.length + (to - from) > MAX_UNIT_SIZE) {
      this.sink.damage("mpeg-unit-too-large", `no picture ends within ${MAX_UNIT_SIZE} bytes`, this.streamId)
      this.#restart()
    }
    this.buffer.append(bytes, from, to)
    this.#scan(false)
  }

  end(): void {}

  gap(): void {}

  flush(): void {
    this.#scan(true)
    if (this.started && this.buffer.length > 0) this.complete(this.buffer.length)
    this.#restart()
  }

  /** The unit ends before `at`, and nothing begins there yet. */
  protected cut(at: number): void {
    this.complete(at)
    this.dropTo(at)
    this.started = false
  }

  /** A unit begins at `at`; what lies before it is dropped. */
  protected start(at: number): void {
    this.dropTo(at)
    this.started = true
  }

  /** Headers lie at `at`: the unit before them ends here if it is `whole`, that is, has its picture. Gives their place in the unit they belong to. */
  protected headersAt(at: number, whole: boolean): number {
    if (this.started && !whole) return at
    if (this.started) {
      this.cut(at)
      this.start(0)
    } else {
      this.start(at)
    }
    return 0
  }

  protected announce(parameters: VideoStreamParameters): void {
    if (sameParameters(this.current, parameters)) return
    this.current = parameters
    this.sink.parameters(this.streamId, parameters)
  }

  protected hand(unit: AccessUnit): void {
    this.sink.unit(unit)
  }

  protected dropTo(at: number): void {
    this.buffer.drop(at)
    this.#scanned -= at
  }

  #restart(): void {
    this.buffer.clear()
    this.stamps.clear()
    this.started = false
    this.#scanned = 0
    this.reset()
  }

  #scan(last: boolean): void {
    const buffer = this.buffer
    for (;;) {
      const at = findStartCode(buffer.bytes, buffer.start + this.#scanned, buffer.end) - buffer.start
      this.#scanned = at
      const available = buffer.length - at
      if (available < 4) break
      const code = buffer.bytes[buffer.start + at + 3] as number
      if (available < this.needed(code) && !last) break
      this.#scanned = at + 4
      this.startCode(code, at, available)
    }
    // What lies before the place where a start code may still begin belongs to nothing, but for a zero_byte.
    if (!this.started && this.#scanned > 1) this.dropTo(this.#scanned - 1)
  }
}

/** Index of the first 00 00 01 in `from` to `end` that has a byte behind it; else the first index where one may still begin. */
export function findStartCode(bytes: Uint8Array, from: number, end: number): number {
  let i = from
  const last = end - 3
  while (i < last) {
    const third = bytes[i + 2] as number
    if (third > 1) i += 3
    else if (third === 0) i += 1
    else if (bytes[i] === 0 && bytes[i + 1] === 0) return i
    else i += 3
  }
  return Math.max(from, Math.min(i, last))
}
