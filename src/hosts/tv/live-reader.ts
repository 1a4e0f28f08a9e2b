import { type LiveTracks, LiveWriter } from "./live-writer.ts"
import type { LiveUnit } from "./output-clock.ts"

/** Bytes given to a connection and not yet taken, before everything waits for it: the device's own buffer is what is counted on. */
const HIGH_WATER_BYTES = 256 * 1024

/** One device that reads the endless transport stream. It begins with a key picture. */
export class LiveReader {
  readonly body: ReadableStream<Uint8Array>
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null
  #writer: LiveWriter | null = null
  #tracks: LiveTracks | null = null
  #hasKey = false
  #isClosed = false
  #wake: () => void = () => {}
  /** Since when it has taken nothing, in ms; null: it has room. */
  #fullSince: number | null = null

  constructor(onGone: () => void) {
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#taken(),
        cancel: () => {
          this.close()
          onGone()
        },
      },
      { highWaterMark: HIGH_WATER_BYTES, size: (chunk) => chunk.length },
    )
  }

  /** How long it has taken nothing though there is something, in ms. */
  get stalledFor(): number {
    return this.#fullSince === null ? 0 : performance.now() - this.#fullSince
  }

  tracks(tracks: LiveTracks): void {
    this.#tracks = tracks
    this.#writer?.setTracks(tracks)
  }

  unit(unit: LiveUnit): void {
    if (this.#isClosed || this.#tracks === null) return
    if (unit.track === "video" && unit.key) this.#hasKey = true
    if (!this.#hasKey) return
    this.#writer ??= new LiveWriter(this.#tracks)
    this.#controller?.enqueue(this.#writer.write(unit))
    if ((this.#controller?.desiredSize ?? 1) <= 0) this.#fullSince ??= performance.now()
  }

  /** Resolves when the connection takes more, or is gone. */
  async room(): Promise<void> {
    while (!this.#isClosed && (this.#controller?.desiredSize ?? 1) <= 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#wake()
    try {
      this.#controller?.close()
    } catch {
      // The connection has ended it already.
    }
  }

  #taken(): void {
    this.#fullSince = null
    this.#wake()
  }
}
