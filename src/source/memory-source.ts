import type { ReadOptions, Source } from "../base/index.ts"
import { Lifetime } from "./lifetime.ts"
import { readableLength } from "./read-range.ts"

/** Bytes already in memory. Reads are views of them. */
export class MemorySource implements Source {
  readonly name: string
  readonly size: number
  readonly #lifetime: Lifetime
  #bytes: Uint8Array

  constructor(bytes: Uint8Array, name = "memory") {
    this.name = name
    this.size = bytes.length
    this.#bytes = bytes
    this.#lifetime = new Lifetime(name)
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    this.#lifetime.check(options.signal)
    return this.#bytes.subarray(offset, offset + readableLength(this.name, this.size, offset, length))
  }

  async close(): Promise<void> {
    this.#lifetime.close()
    this.#bytes = new Uint8Array(0)
  }
}
