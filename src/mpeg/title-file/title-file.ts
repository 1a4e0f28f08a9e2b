import { assert, concatBytes, DiscError, type ReadOptions, type Source, type Warnings } from "../../base/index.ts"
import { type Run, readRun } from "./run.ts"
import { readRunEnd } from "./run-end.ts"

/** How the units (packs or source packets) of a run are rewritten so that it joins the run before. */
export interface RunPlan {
  /** Rewrites whole units in place; `firstUnit` is the number in the run of the first. */
  rewrite(bytes: Uint8Array, firstUnit: number): void
}

/** Reads units of a run as the disc has them; those that cannot be read are zero. */
export type UnitReader = (firstUnit: number, count: number) => Promise<Uint8Array>

/** What the two kinds of title file do differently. `Scan` is what a look at a run's ends gave, `State` what a run leaves to the next. */
export interface TitleFormat<Scan, State> {
  readonly unitSize: number
  /** A unit of nothing. */
  readonly filler: Uint8Array
  readonly initial: State
  /** Looks at the first and last units of a run. Bounded: it never reads the middle of a long one. */
  scan(run: Run, read: UnitReader): Promise<Scan>
  /** What to change in a run, and what the next run must join. `read` is for the few units that are made anew. */
  plan(run: Run, scan: Scan, state: State, read: UnitReader): Promise<{ readonly plan: RunPlan; readonly state: State }>
}

/** Ends of runs that are looked at at the same time when a read lies behind many joins. */
const SCANS_AT_ONCE = 4

/**
 * A title as one file. Its bytes are a function of the disc alone: a read looks at the ends of the runs up to the one it lies in (each once),
 * then reads and rewrites the units around the range asked for. Nothing else is kept, so memory does not grow with the title's size.
 */
export class TitleFile<Scan, State> implements Source {
  readonly name: string
  readonly size: number
  readonly #runs: readonly Run[]
  readonly #format: TitleFormat<Scan, State>
  readonly #openClip: (run: Run) => Promise<Source>
  readonly #warnings: Warnings | null
  readonly #closing = new AbortController()
  readonly #scans: (Promise<Scan> | undefined)[] = []
  readonly #plans: (Promise<{ plan: RunPlan; state: State }> | undefined)[] = []

  /** `warnings`: where it is told that a run's end could not be read. */
  constructor(
    name: string,
    runs: readonly Run[],
    format: TitleFormat<Scan, State>,
    openClip: (run: Run) => Promise<Source>,
    warnings: Warnings | null,
  ) {
    this.name = name
    this.#runs = runs
    this.#format = format
    this.#openClip = openClip
    this.#warnings = warnings
    const last = runs.at(-1)
    this.size = last === undefined ? 0 : last.fileOffset + last.length
  }

  async read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> {
    assert(offset >= 0 && length >= 0, "a read goes forward from a place in the file")
    const end = Math.min(offset + length, this.size)
    const parts: Uint8Array[] = []
    for (let at = offset; at < end; ) {
      const run = this.#runAt(at)
      const to = Math.min(end, run.fileOffset + run.length)
      parts.push(await this.#readFrom(run, at - run.fileOffset, to - at, options))
      at = to
    }
    return concatBytes(parts)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#scans.length = 0
    this.#plans.length = 0
  }

  async #readFrom(run: Run, offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> {
    const { unitSize, filler } = this.#format
    this.#throwIfStopped(options)
    const { plan } = await this.#plan(run.index)
    this.#throwIfStopped(options)
    const first = Math.floor(offset / unitSize)
    const end = Math.ceil((offset + length) / unitSize)
    const clip = await this.#openClip(run)
    const bytes = await readRun(run, clip, first * unitSize, (end - first) * unitSize, filler, this.#readOptions(options))
    plan.rewrite(bytes, first)
    return bytes.subarray(offset - first * unitSize, offset - first * unitSize + length)
  }

  /** The plan of a run, after those of all runs before it. A failure is not kept: the next read tries again. */
  #plan(index: number): Promise<{ plan: RunPlan; state: State }> {
    const known = this.#plans[index]
    if (known !== undefined) return known
    const planned = this.#makePlans(index)
    this.#plans[index] = planned
    planned.catch(() => {
      if (this.#plans[index] === planned) this.#plans[index] = undefined
    })
    return planned
  }

  async #makePlans(index: number): Promise<{ plan: RunPlan; state: State }> {
    let next = index
    while (next > 0 && this.#plans[next - 1] === undefined) next--
    let state = next === 0 ? this.#format.initial : (await this.#plan(next - 1)).state
    for (; ; next++) {
      for (let ahead = next; ahead <= Math.min(index, next + SCANS_AT_ONCE - 1); ahead++) this.#scan(ahead)
      const run = this.#runs[next] as Run
      const made = await this.#format.plan(run, await this.#scan(next), state, this.#reader(run))
      this.#scans[next] = undefined
      if (next === index) return made
      state = made.state
      this.#plans[next] ??= Promise.resolve(made)
    }
  }

  #scan(index: number): Promise<Scan> {
    const known = this.#scans[index]
    if (known !== undefined) return known
    const run = this.#runs[index] as Run
    const scan = this.#format.scan(run, this.#reader(run))
    this.#scans[index] = scan
    scan.catch(() => {
      if (this.#scans[index] === scan) this.#scans[index] = undefined
    })
    return scan
  }

  #reader(run: Run): UnitReader {
    const { unitSize, filler } = this.#format
    return async (firstUnit, count) => {
      const clip = await this.#openClip(run)
      const { bytes, lostBytes } = await readRunEnd(run, clip, firstUnit * unitSize, count * unitSize, filler, this.#closing.signal)
      if (lostBytes > 0) this.#warn(run, lostBytes)
      return bytes
    }
  }

  #warn(run: Run, lostBytes: number): void {
    const message = `${lostBytes} bytes near a join cannot be read; the join is less exact`
    this.#warnings?.add("title-join-unreadable", message, { path: run.clip })
  }

  #runAt(offset: number): Run {
    let [low, high] = [0, this.#runs.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#runs[middle]?.fileOffset ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return this.#runs[low] as Run
  }

  #readOptions(options?: ReadOptions): ReadOptions {
    const { signal } = this.#closing
    return { signal: options?.signal === undefined ? signal : AbortSignal.any([signal, options.signal]) }
  }

  #throwIfStopped(options?: ReadOptions): void {
    if (this.#closing.signal.aborted) throw new DiscError("aborted", "the title's file was closed", { path: this.name })
    if (options?.signal?.aborted) throw new DiscError("aborted", "the read was given up", { path: this.name })
  }
}
