/** Lets only so many in at once; the others wait their turn. */
export class Gate {
  #free: number
  readonly #queue = new Set<() => void>()

  constructor(places: number) {
    this.#free = places
  }

  /** Runs `work` when a place is free; when the signal fires before, `work` runs at once, to find that out by itself. */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    while (this.#free === 0 && !signal.aborted) await this.#turn(signal)
    this.#free--
    try {
      return await work()
    } finally {
      this.#free++
      const [next] = this.#queue
      next?.()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#queue.delete(go)
        signal.removeEventListener("abort", go)
        resolve()
      }
      this.#queue.add(go)
      signal.addEventListener("abort", go)
    })
  }
}
