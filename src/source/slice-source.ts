import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { Lifetime } from "./lifetime.ts"
import { readableLength } from "./read-range.ts"

/** A run of bytes of another source, which it does not own: closing the slice leaves that open. */
export class SliceSource implements Source {
  readonly name: string
  readonly size: number
  readonly #base: Source
  readonly #start: number
  readonly #lifetime: Lifetime

  /** Bytes `start` to `start + length` of `base`. @throws DiscError `bad-argument` when they are not all inside it */
  constructor(base: Source, start: number, length: number, name: string = base.name) {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(length) || start < 0 || length < 0 || start + length > base.size) {
      throw new DiscError("bad-argument", `bytes ${start} to ${start + length} are not inside the ${base.size} bytes of it`, {
        path: base.name,
      })
    }
    this.name = name
    this.size = length
    this.#base = base
    this.#start = start
    this.#lifetime = new Lifetime(name)
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    const inside = readableLength(this.name, this.size, offset, length)
    return this.#lifetime.run(options.signal, (signal) => this.#base.read(this.#start + offset, inside, { signal }))
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }
}
