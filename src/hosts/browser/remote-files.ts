import { DiscError, type ReadOptions, type Source } from "../../base/index.ts"
import type { FileAnswer, FileRequest, SharedFile } from "./file-protocol.ts"

/** One answer of the page; longer reads are asked for in pieces. */
export const MAX_PIECE_BYTES = 1024 * 1024
/** Reads waiting for the page at once: the cache above asks for far fewer. */
const MAX_WAITING = 256
/** A page that reads a local file answers in milliseconds; a drive that spins up takes seconds. */
const ANSWER_WITHIN_MS = 30_000

type Waiting = {
  readonly length: number
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: DiscError) => void
}

/** Files that lie with a page (a person chose or dropped them there): their bytes are asked for range by range. */
export class RemoteFiles {
  readonly #ask: (request: FileRequest) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #closed = false

  /** `ask` sends a request to the page, whose answers go to `answer`. */
  constructor(ask: (request: FileRequest) => void) {
    this.#ask = ask
  }

  /** The page's file number `index`. */
  source(index: number, { path, size }: SharedFile): Source {
    let isOpen = true
    return {
      name: path,
      size,
      read: async (offset, length, options = {}) => {
        if (!isOpen) throw new DiscError("aborted", "reading was cancelled", { path })
        return this.#read(index, path, offset, Math.max(0, Math.min(length, size - offset)), options)
      },
      close: async () => {
        isOpen = false
      },
    }
  }

  /** What the page said to one of the requests. An answer that nobody waits for is passed over: its reader gave up. */
  answer({ id, result }: FileAnswer): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    if (result === "changed") {
      waiting.reject(new DiscError("source-changed", "the file was changed or taken away since it was chosen; choose it again"))
    } else if (result === "failed" || result.length !== waiting.length) {
      const what =
        result === "failed" ? "the browser could not read the file" : `the browser gave ${result.length} bytes of ${waiting.length}`
      waiting.reject(new DiscError("read-failed", `${what}; choose it again`))
    } else waiting.resolve(result)
  }

  /** The page has gone: whoever waits hears of it. */
  close(): void {
    this.#closed = true
    for (const { reject } of [...this.#waiting.values()]) reject(goneError())
  }

  async #read(file: number, path: string, offset: number, length: number, { signal }: ReadOptions): Promise<Uint8Array> {
    if (length <= MAX_PIECE_BYTES) return this.#piece(file, path, offset, length, signal)
    const whole = new Uint8Array(length)
    for (let at = 0; at < length; at += MAX_PIECE_BYTES) {
      whole.set(await this.#piece(file, path, offset + at, Math.min(MAX_PIECE_BYTES, length - at), signal), at)
    }
    return whole
  }

  #piece(file: number, path: string, offset: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    if (this.#closed) throw goneError()
    if (signal?.aborted) throw new DiscError("aborted", "reading was cancelled", { path })
    if (length === 0) return Promise.resolve(new Uint8Array(0))
    if (this.#waiting.size >= MAX_WAITING) throw new DiscError("limit", `${MAX_WAITING} reads wait for the page already`, { path })
    this.#lastId = (this.#lastId + 1) >>> 0
    const id = this.#lastId
    return new Promise<Uint8Array>((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(id)
        clearTimeout(timer)
        signal?.removeEventListener("abort", stop)
      }
      const waiting: Waiting = {
        length,
        resolve: (bytes) => {
          settle()
          resolve(bytes)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      const stop = () => waiting.reject(new DiscError("aborted", "reading was cancelled", { path }))
      const late = () =>
        waiting.reject(new DiscError("read-failed", `the page gave no bytes within ${ANSWER_WITHIN_MS / 1000} s`, { path, offset }))
      const timer = setTimeout(late, ANSWER_WITHIN_MS)
      signal?.addEventListener("abort", stop)
      this.#waiting.set(id, waiting)
      this.#ask({ type: "read", id, file, offset, length })
    })
  }
}

function goneError(): DiscError {
  return new DiscError("read-failed", "the page that holds the file was closed; open the disc again there")
}
