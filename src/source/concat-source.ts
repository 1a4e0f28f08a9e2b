import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { Lifetime } from "./lifetime.ts"
import { readPieces, startsOf } from "./pieces.ts"
import { readableLength } from "./read-range.ts"

/** Sources one after another as if they were one, such as VTS_01_1.VOB to VTS_01_9.VOB. It owns them: closing it closes them. */
export class ConcatSource implements Source {
  readonly name: string
  readonly size: number
  readonly #owned: readonly Source[]
  readonly #parts: readonly Source[]
  readonly #starts: Float64Array
  readonly #lifetime: Lifetime

  constructor(parts: readonly Source[], name: string) {
    this.name = name
    this.#owned = parts
    // An empty part holds no byte and would only stand in the way of the search.
    this.#parts = parts.filter((part) => part.size > 0)
    this.#starts = startsOf(this.#parts.map((part) => ({ length: part.size })))
    this.size = this.#starts[this.#parts.length] ?? 0
    this.#lifetime = new Lifetime(name)
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    const inside = readableLength(this.name, this.size, offset, length)
    return this.#lifetime.run(options.signal, (signal) =>
      readPieces(this.#starts, offset, inside, (index, from, count) => this.#readPart(index, from, count, signal)),
    )
  }

  async close(): Promise<void> {
    if (this.#lifetime.close()) await Promise.all(this.#owned.map((part) => part.close()))
  }

  async #readPart(index: number, from: number, count: number, signal: AbortSignal): Promise<Uint8Array> {
    const part = this.#parts[index]
    const bytes = await part?.read(from, count, { signal })
    if (part !== undefined && bytes?.length === count) return bytes
    throw new DiscError("read-failed", `gave ${bytes?.length ?? 0} bytes of ${count}`, { path: part?.name ?? this.name, offset: from })
  }
}
