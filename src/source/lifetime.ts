import { DiscError } from "../base/index.ts"

/** What the user can do is nothing: the caller itself gave up. */
function abortedError(name: string): DiscError {
  return new DiscError("aborted", "reading was cancelled", { path: name })
}

/** The life of one source: `close()` ends what waits, and every wait can be cancelled by a signal too. */
export class Lifetime {
  readonly #name: string
  readonly #stops = new Set<() => void>()
  /** One listener for each signal, however many reads it can cancel: a title in a thousand pieces is read with one signal. */
  readonly #listening = new Map<AbortSignal, { readonly stops: Set<() => void>; readonly listener: () => void }>()
  #closed = false

  constructor(name: string) {
    this.#name = name
  }

  get closed(): boolean {
    return this.#closed
  }

  /** @throws DiscError `aborted` when the source is closed or the caller has given up already. */
  check(signal?: AbortSignal): void {
    if (this.#closed || signal?.aborted) throw abortedError(this.#name)
  }

  /**
   * Runs `work` with a signal of its own that fires on `close()` and on the caller's signal. The promise settles at once then, even when
   * the work itself cannot be stopped.
   * @throws DiscError `aborted`, and whatever the work throws
   */
  run<T>(outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.check(outer)
      const inner = new AbortController()
      const stop = () => {
        leave()
        reject(abortedError(this.#name))
        inner.abort()
      }
      const leave = () => {
        this.#stops.delete(stop)
        if (outer !== undefined) this.#forget(outer, stop)
      }
      this.#stops.add(stop)
      if (outer !== undefined) this.#listen(outer, stop)
      work(inner.signal).then(resolve, reject).finally(leave)
    })
  }

  #listen(signal: AbortSignal, stop: () => void): void {
    const known = this.#listening.get(signal)
    if (known !== undefined) return void known.stops.add(stop)
    const stops = new Set([stop])
    const listener = () => {
      for (const each of [...stops]) each()
    }
    this.#listening.set(signal, { stops, listener })
    signal.addEventListener("abort", listener)
  }

  #forget(signal: AbortSignal, stop: () => void): void {
    const known = this.#listening.get(signal)
    if (known === undefined || !known.stops.delete(stop) || known.stops.size > 0) return
    this.#listening.delete(signal)
    signal.removeEventListener("abort", known.listener)
  }

  /** True the first time. */
  close(): boolean {
    if (this.#closed) return false
    this.#closed = true
    for (const stop of [...this.#stops]) stop()
    return true
  }
}
