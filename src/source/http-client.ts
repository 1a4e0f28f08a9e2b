import { DiscError } from "../base/index.ts"
import { Gate } from "./gate.ts"
import { type FileIdentity, type HttpRange, ifRangeOf, PassingFailure, readReply } from "./http-reply.ts"
import { type HttpAddress, parseHttpUrl } from "./http-url.ts"
import { pause, Watchdog } from "./watchdog.ts"

/** How patiently a server is asked. */
export type HttpOptions = {
  /** A server that sends less than a kilobyte in so long is given up on, and asked again. Default 15,000. */
  readonly stallTimeoutMs?: number
  /** How often one range is asked for before the read fails. Default 4. */
  readonly maxAttempts?: number
  /** The wait before the second attempt; it doubles with each. Default 300. */
  readonly retryDelayMs?: number
  /** Requests at once; further reads wait. Default 4. */
  readonly maxRequests?: number
  /** Gives up opening. */
  readonly signal?: AbortSignal
}

/** A range of a file, and what the server says the file is. */
type HttpPart = { readonly bytes: Uint8Array; readonly identity: FileIdentity }

const DEFAULT_STALL_TIMEOUT_MS = 15_000
const DEFAULT_MAX_ATTEMPTS = 4
const DEFAULT_RETRY_DELAY_MS = 300
const DEFAULT_MAX_REQUESTS = 4

/** The longest wait that a server may ask for by `Retry-After`. */
const MAX_RETRY_DELAY_MS = 10_000

/** Less than this in the stall time is a stall: a server that drips single bytes would hold a read for days. */
const MIN_PROGRESS_BYTES = 1024

/** A server may send less than it was asked for, but not so little that a read becomes thousands of requests. */
const MIN_PARTIAL_REPLY_BYTES = 16 * 1024

/** Where a redirected address may have stopped working: the original is asked again. */
const EXPIRED_STATUSES: readonly number[] = [401, 403, 404, 410]

/** What one `get` has so far. */
type Progress = { readonly offset: number; bytes: Uint8Array; filled: number; identity: FileIdentity | null }

/** Asks one URL for ranges: redirects, several attempts, a bounded number of requests at once. */
export class HttpClient {
  readonly name: string
  readonly #address: HttpAddress
  readonly #options: HttpOptions
  readonly #gate: Gate
  /** Where redirects led; asked directly from then on. */
  #target: HttpAddress
  #requests = 0
  #bytes = 0

  /** @throws DiscError `bad-argument`, `unsupported` */
  constructor(url: string, options: HttpOptions) {
    this.#address = parseHttpUrl(url)
    this.#target = this.#address
    this.#options = options
    this.#gate = new Gate(options.maxRequests ?? DEFAULT_MAX_REQUESTS)
    this.name = this.#address.name
  }

  /** Requests sent, with those repeated and without redirects. */
  get requests(): number {
    return this.#requests
  }

  /** Bytes received. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * `length` bytes at `offset`, fewer only where the file ends. `file`: what it was when it was opened, null when that is asked now.
   * @throws DiscError `source-changed`, `no-ranges`, `not-found`, `not-permitted`, `read-failed`
   */
  get(offset: number, length: number, file: FileIdentity | null, signal: AbortSignal): Promise<HttpPart> {
    return this.#gate.pass(signal, () => this.#attempts({ offset, bytes: new Uint8Array(length), filled: 0, identity: file }, signal))
  }

  async #attempts(progress: Progress, signal: AbortSignal): Promise<HttpPart> {
    for (let failures = 0; ; ) {
      try {
        const identity = await this.#request(progress, signal)
        if (progress.filled === progress.bytes.length) return { bytes: progress.bytes, identity }
      } catch (cause) {
        if (!(cause instanceof PassingFailure)) throw cause
        failures++
        if (signal.aborted || failures >= (this.#options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS)) throw cause.error
        const delay = cause.after ?? (this.#options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS) * 2 ** (failures - 1)
        await pause(Math.min(delay, MAX_RETRY_DELAY_MS), signal)
      }
    }
  }

  /** One request for what is still missing. What came before a failure stays in `progress`. */
  async #request(progress: Progress, signal: AbortSignal): Promise<FileIdentity> {
    const stallMs = this.#options.stallTimeoutMs ?? DEFAULT_STALL_TIMEOUT_MS
    const watchdog = new Watchdog(signal, stallMs)
    const start = progress.offset + progress.filled
    try {
      const response = await this.#send(start, progress.offset + progress.bytes.length, progress.identity, watchdog.signal)
      watchdog.feed()
      const range = readReply(response, start, progress.identity, this.name)
      await this.#receive(response, range, progress, watchdog)
      return range.identity
    } catch (cause) {
      if (cause instanceof DiscError || cause instanceof PassingFailure) throw cause
      const what = watchdog.barked ? `the server sent next to nothing for ${stallMs / 1000} s` : `the connection failed: ${reasonOf(cause)}`
      throw new PassingFailure(new DiscError("read-failed", what, { path: this.name, offset: start }, { cause }))
    } finally {
      watchdog.end()
    }
  }

  async #send(start: number, end: number, file: FileIdentity | null, signal: AbortSignal): Promise<Response> {
    const target = this.#target
    const headers = new Headers({ Range: `bytes=${start}-${end - 1}` })
    const ifRange = file === null ? null : ifRangeOf(file)
    if (ifRange !== null) headers.set("If-Range", ifRange)
    const authorization = target.authorization ?? (target.origin === this.#address.origin ? this.#address.authorization : null)
    if (authorization !== null) headers.set("Authorization", authorization)
    this.#requests++
    const response = await fetch(target.url, { headers, signal })
    if (response.redirected && response.status === 206) this.#target = parseHttpUrl(response.url)
    if (target !== this.#address && EXPIRED_STATUSES.includes(response.status)) {
      this.#target = this.#address
      const error = new DiscError("read-failed", `the address that the server led to has expired (HTTP status ${response.status})`, {
        path: this.name,
      })
      throw new PassingFailure(error, 0)
    }
    return response
  }

  /** The body, as far as `range` says, into `progress`. A body that is longer or shorter than announced is a failure. */
  async #receive(response: Response, range: HttpRange, progress: Progress, watchdog: Watchdog): Promise<void> {
    progress.identity = range.identity
    const available = Math.min(progress.bytes.length, range.identity.size - progress.offset)
    if (available < progress.bytes.length) progress.bytes = progress.bytes.subarray(0, available)
    const goal = Math.min(range.end - progress.offset, available)
    const place = { path: this.name, offset: range.start }
    let sinceFed = 0
    for await (const chunk of chunksOf(response)) {
      const count = Math.min(chunk.length, goal - progress.filled)
      progress.bytes.set(chunk.subarray(0, count), progress.filled)
      progress.filled += count
      this.#bytes += chunk.length
      if (count < chunk.length) {
        // Whatever is wrong there, what came before is not to be trusted.
        progress.filled = range.start - progress.offset
        throw new PassingFailure(new DiscError("read-failed", "the server sent more bytes than it announced", place))
      }
      sinceFed += count
      if (sinceFed >= MIN_PROGRESS_BYTES) {
        watchdog.feed()
        sinceFed = 0
      }
    }
    if (progress.filled < goal) throw new PassingFailure(new DiscError("read-failed", "the server closed the connection early", place))
    if (goal < available && goal - (range.start - progress.offset) < MIN_PARTIAL_REPLY_BYTES) {
      throw new PassingFailure(new DiscError("read-failed", "the server sends ranges in pieces that are too small", place))
    }
  }
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

/** Node says only "fetch failed"; the reason is its cause. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (!(inner instanceof Error)) return "no reason given"
  return "code" in inner && typeof inner.code === "string" ? `${inner.message || "refused"} (${inner.code})` : inner.message
}
