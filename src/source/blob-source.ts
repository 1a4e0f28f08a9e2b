import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { Lifetime } from "./lifetime.ts"
import { readableLength } from "./read-range.ts"

/** A `Blob` or a `File` that a person picked or dropped. */
export class BlobSource implements Source {
  readonly name: string
  readonly size: number
  readonly #blob: Blob
  readonly #lifetime: Lifetime

  /** `name` defaults to the file's own. */
  constructor(blob: Blob, name?: string) {
    this.name = name ?? ("name" in blob && typeof blob.name === "string" ? blob.name : "blob")
    this.size = blob.size
    this.#blob = blob
    this.#lifetime = new Lifetime(this.name)
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    this.#lifetime.check(options.signal)
    const inside = readableLength(this.name, this.size, offset, length)
    const bytes = await this.#lifetime.run(options.signal, () => this.#slice(offset, inside))
    if (bytes.length === inside) return bytes
    throw new DiscError("read-failed", `the browser gave ${bytes.length} bytes of ${inside}; choose the file again`, {
      path: this.name,
      offset,
    })
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }

  async #slice(offset: number, length: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#blob.slice(offset, offset + length).arrayBuffer())
    } catch (cause) {
      // A browser gives NotReadableError when the file behind a File was changed, moved or unplugged since it was picked.
      const changed = cause instanceof Error && cause.name === "NotReadableError"
      throw new DiscError(
        changed ? "source-changed" : "read-failed",
        changed ? "the file was changed or taken away since it was chosen; choose it again" : "the browser could not read the file",
        { path: this.name, offset },
        { cause },
      )
    }
  }
}
