/** Landing farther from the moment asked for is wrong. In seconds. */
const TOLERANCE = 1
/** Reading so much before it is right: decoding begins at a key picture, and what is decoded before the moment is not shown. */
const LEAD = 2
/** Renderers that hold the moment in their buffer read nothing. */
const FIRST_READ_MS = 1_200
/** Some look elsewhere first, at the file's end for example: the last of several reads counts. */
const NEXT_READ_MS = 300
/** Positions told right after a seek are still those that were asked for. */
const BELIEVE_FROM_MS = 1_200
/** By then what is told is the position of what is shown. */
const BELIEVE_UNTIL_MS = 6_000

/**
 * Whether a renderer's own seek came where it was asked to. Program and transport streams have no index: renderers guess the byte from an average bit rate,
 * and one that guessed too far shows its last picture until its clock has come to the first new one, all the while telling the position asked for. What it
 * reads gives it away.
 */
export class Landing {
  /** In seconds of the title. */
  readonly wanted: number
  readonly #timeAt: ((offset: number) => Promise<number>) | null
  readonly #begunMs = Date.now()
  #lastRead: number | null = null
  #onRead: () => void = () => {}
  #closed = false

  constructor(wanted: number, timeAt: ((offset: number) => Promise<number>) | null) {
    this.wanted = wanted
    this.#timeAt = timeAt
  }

  /** The renderer asks for bytes from here on. */
  read(offset: number): void {
    this.#lastRead = offset
    this.#onRead()
  }

  /** Waits a moment for what the renderer reads: whether decoding from there comes to the moment asked for. */
  async isWrongBefore(signal: AbortSignal): Promise<boolean> {
    if (this.#timeAt === null) return false
    if (this.#lastRead === null) await this.#nextRead(FIRST_READ_MS, signal)
    let seen: number | null
    do {
      seen = this.#lastRead
      if (seen !== null) await this.#nextRead(NEXT_READ_MS, signal)
    } while (seen !== this.#lastRead && Date.now() - this.#begunMs < BELIEVE_UNTIL_MS)
    if (seen === null || signal.aborted || this.#closed) return false
    const time = await this.#timeAt(seen)
    return time > this.wanted + TOLERANCE || time < this.wanted - LEAD
  }

  /** Whether a position that the renderer tells now shows that it landed elsewhere. */
  isWrongAt(time: number | null): boolean {
    const elapsedMs = Date.now() - this.#begunMs
    if (time === null || this.#closed || elapsedMs < BELIEVE_FROM_MS || elapsedMs > BELIEVE_UNTIL_MS) return false
    // Whole seconds are told, cut off; and it may have waited for its buffer.
    return time < this.wanted - TOLERANCE || time > this.wanted + elapsedMs / 1000 + TOLERANCE
  }

  close(): void {
    this.#closed = true
    this.#onRead()
  }

  #nextRead(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener("abort", done)
        this.#onRead = () => {}
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#onRead = done
      signal.addEventListener("abort", done, { once: true })
    })
  }
}
