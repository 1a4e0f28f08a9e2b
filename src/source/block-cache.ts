/** Blocks of bytes by number, at most so many bytes of them; the block that nobody asked for longest goes first. */
export class BlockCache {
  readonly #maxBytes: number
  readonly #blocks = new Map<number, Uint8Array>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  has(block: number): boolean {
    return this.#blocks.has(block)
  }

  get(block: number): Uint8Array | undefined {
    const bytes = this.#blocks.get(block)
    if (bytes === undefined) return undefined
    // A Map keeps the order of insertion: what is used moves to its end.
    this.#blocks.delete(block)
    this.#blocks.set(block, bytes)
    return bytes
  }

  set(block: number, bytes: Uint8Array): void {
    this.#bytes += bytes.length - (this.#blocks.get(block)?.length ?? 0)
    this.#blocks.delete(block)
    this.#blocks.set(block, bytes)
    for (const [oldest, old] of this.#blocks) {
      if (this.#bytes <= this.#maxBytes) break
      this.#blocks.delete(oldest)
      this.#bytes -= old.length
    }
  }

  clear(): void {
    this.#blocks.clear()
    this.#bytes = 0
  }
}
