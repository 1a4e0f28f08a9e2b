import { DiscError, type ReadOptions, type Source } from "../base/index.ts"
import { CachedSource, type CacheOptions } from "./cached-source.ts"
import { HttpClient, type HttpOptions } from "./http-client.ts"
import type { FileIdentity } from "./http-reply.ts"
import { Lifetime } from "./lifetime.ts"
import { readableLength } from "./read-range.ts"
import type { SourceStats } from "./stats.ts"

/** What opening asks for: ISO 9660's descriptors (sector 16 on) and UDF's main volume descriptor sequence (mostly sectors 32 to 47) lie in it. */
const FIRST_BYTES = 96 * 1024

/**
 * Opens an http(s) URL of a server that gives byte ranges. The one request that this costs also brings the first bytes into the cache.
 * Credentials in the URL go into an `Authorization` header and nowhere else.
 * @throws DiscError `no-ranges`, `not-found`, `not-permitted`, `read-failed`, `aborted`, `bad-argument`, `unsupported`
 */
export async function openHttp(url: string, options: HttpOptions = {}, cache: CacheOptions = {}): Promise<CachedSource> {
  const client = new HttpClient(url, options)
  const opening = new Lifetime(client.name)
  const first = await opening.run(options.signal, (signal) => client.get(0, FIRST_BYTES, null, signal))
  const cached = new CachedSource(new HttpSource(client, first.identity), { narrowRetry: false, ...cache })
  cached.seed(0, first.bytes)
  return cached
}

/** A file on a server that gives byte ranges. Every reply is checked to be of the file that was opened. */
class HttpSource implements Source {
  readonly name: string
  readonly size: number
  readonly #client: HttpClient
  readonly #file: FileIdentity
  readonly #lifetime: Lifetime
  #reads = 0

  /** `file`: what the first reply said it is. */
  constructor(client: HttpClient, file: FileIdentity) {
    this.name = client.name
    this.size = file.size
    this.#client = client
    this.#file = file
    this.#lifetime = new Lifetime(client.name)
  }

  get stats(): SourceStats {
    return { reads: this.#reads, bytes: this.#client.bytes, roundTrips: this.#client.requests, cacheHits: 0 }
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    this.#lifetime.check(options.signal)
    const inside = readableLength(this.name, this.size, offset, length)
    if (inside === 0) return new Uint8Array(0)
    this.#reads++
    const part = await this.#lifetime.run(options.signal, (signal) => this.#client.get(offset, inside, this.#file, signal))
    if (part.bytes.length === inside) return part.bytes
    throw new DiscError("read-failed", `the server gave ${part.bytes.length} bytes of ${inside}`, { path: this.name, offset })
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }
}
