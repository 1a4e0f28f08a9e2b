import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { Lifetime } from "./lifetime.ts"
import { readPieces, startsOf } from "./pieces.ts"
import { readableLength } from "./read-range.ts"

/** A run of a file's bytes: where it lies in the image, in bytes. `offset` null: a hole, reads as zeros. */
export type ByteExtent = { readonly offset: number | null; readonly length: number }

/** A file inside an image, made of extents. The image is not its own: closing the file leaves it open. */
export class ExtentSource implements Source {
  readonly name: string
  readonly size: number
  readonly #image: Source
  readonly #extents: readonly ByteExtent[]
  readonly #starts: Float64Array
  readonly #lifetime: Lifetime

  /** `extents` in file order; those that follow each other in the image are read as one. Whether they lie inside the image shows when they are read. */
  constructor(image: Source, extents: readonly ByteExtent[], name: string) {
    this.name = name
    this.#image = image
    this.#extents = joinNeighbours(extents)
    this.#starts = startsOf(this.#extents)
    this.size = this.#starts[this.#extents.length] ?? 0
    this.#lifetime = new Lifetime(name)
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    const inside = readableLength(this.name, this.size, offset, length)
    return this.#lifetime.run(options.signal, (signal) =>
      readPieces(this.#starts, offset, inside, (index, from, count) => this.#readExtent(index, from, count, signal)),
    )
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }

  async #readExtent(index: number, from: number, count: number, signal: AbortSignal): Promise<Uint8Array> {
    const start = this.#extents[index]?.offset ?? null
    if (start === null) return new Uint8Array(count)
    const bytes = await this.#image.read(start + from, count, { signal })
    if (bytes.length === count) return bytes
    const missing = `the file goes on at byte ${start + from + bytes.length} of the image, but that ends at ${this.#image.size}`
    throw new DiscError("read-failed", `${missing}: the image is cut off; copy it again`, {
      path: this.name,
      offset: (this.#starts[index] ?? 0) + from,
    })
  }
}

function joinNeighbours(extents: readonly ByteExtent[]): ByteExtent[] {
  const joined: ByteExtent[] = []
  for (const extent of extents) {
    if (extent.length <= 0) continue
    const last = joined.at(-1)
    if (last !== undefined && follows(last, extent))
      joined[joined.length - 1] = { offset: last.offset, length: last.length + extent.length }
    else joined.push(extent)
  }
  return joined
}

function follows(last: ByteExtent, next: ByteExtent): boolean {
  if (last.offset === null || next.offset === null) return last.offset === next.offset
  return last.offset + last.length === next.offset
}
