import { DiscError } from "../../base/index.ts"

/** Made at the same time: a segment of a Blu-ray is held whole, some 30 MB of it. */
const MAX_AT_ONCE = 8

type Bytes = Uint8Array<ArrayBuffer>
type Making = { readonly made: Promise<Bytes>; readonly stop: AbortController; waiting: number }

/** Segments that were made lately, and those that are being made: who asks for the same one waits for the same work. */
export class SegmentCache {
  readonly #maxBytes: number
  readonly #kept = new Map<string, Bytes>()
  readonly #making = new Map<string, Making>()
  readonly #turns: (() => void)[] = []
  #running = 0
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Work that nobody waits for any more (all their signals are aborted) is stopped. @throws what `make` throws; DiscError `aborted` */
  async get(key: string, make: (signal: AbortSignal) => Promise<Bytes>, signal: AbortSignal): Promise<Bytes> {
    const known = this.#kept.get(key)
    if (known !== undefined) {
      this.#keep(key, known)
      return known
    }
    const making = this.#making.get(key) ?? this.#begin(key, make)
    making.waiting++
    try {
      return await Promise.race([making.made, aborted(signal)])
    } finally {
      making.waiting--
      if (making.waiting === 0 && this.#making.get(key) === making) {
        this.#making.delete(key)
        making.stop.abort()
      }
    }
  }

  /** Forgets everything and stops what is being made. */
  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
    for (const { stop } of this.#making.values()) stop.abort()
    this.#making.clear()
  }

  #begin(key: string, make: (signal: AbortSignal) => Promise<Bytes>): Making {
    const stop = new AbortController()
    const made = this.#inTurn(make, stop.signal).then((bytes) => {
      if (this.#making.get(key)?.made === made) this.#making.delete(key)
      this.#keep(key, bytes)
      return bytes
    })
    made.catch(() => {
      if (this.#making.get(key)?.made === made) this.#making.delete(key)
    })
    const making = { made, stop, waiting: 0 }
    this.#making.set(key, making)
    return making
  }

  async #inTurn(make: (signal: AbortSignal) => Promise<Bytes>, signal: AbortSignal): Promise<Bytes> {
    while (this.#running >= MAX_AT_ONCE && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#turns.push(resolve)
        signal.addEventListener("abort", () => resolve(), { once: true })
      })
    }
    if (signal.aborted) throw new DiscError("aborted", "nobody waits for this segment any more")
    this.#running++
    try {
      return await make(signal)
    } finally {
      this.#running--
      for (const look of this.#turns.splice(0)) look()
    }
  }

  #keep(key: string, bytes: Bytes): void {
    const before = this.#kept.get(key)
    if (before !== undefined) this.#forget(key, before)
    if (bytes.length > this.#maxBytes / 2) return
    this.#kept.set(key, bytes)
    this.#bytes += bytes.length
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return
      this.#forget(oldest, old)
    }
  }

  #forget(key: string, bytes: Bytes): void {
    this.#kept.delete(key)
    this.#bytes -= bytes.length
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new DiscError("aborted", "the client has gone"))
    if (signal.aborted) fail()
    else signal.addEventListener("abort", fail, { once: true })
  })
}
