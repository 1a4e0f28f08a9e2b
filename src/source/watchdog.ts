/** A signal that fires when another does, and when nothing was reported for too long. */
export class Watchdog {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #limitMs: number
  readonly #giveUp = () => this.#controller.abort()
  #timer: ReturnType<typeof setTimeout> | undefined
  #barked = false

  constructor(outer: AbortSignal, limitMs: number) {
    this.#outer = outer
    this.#limitMs = limitMs
    outer.addEventListener("abort", this.#giveUp)
    this.feed()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** True when the time ran out. */
  get barked(): boolean {
    return this.#barked
  }

  /** Something came: the time starts anew. */
  feed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#barked = true
      this.#controller.abort()
    }, this.#limitMs)
  }

  /** Stops the clock, and with the signal whatever still hangs on it. */
  end(): void {
    clearTimeout(this.#timer)
    this.#outer.removeEventListener("abort", this.#giveUp)
    this.#controller.abort()
  }
}

/** Waits; ends early, without an error, when the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener("abort", end)
    if (signal.aborted) end()
  })
}
