import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import type { Item, StreamDescription } from "../../plugin/index.ts"
import {
  type Converter,
  type ConverterOptions,
  type OutputItem,
  openConverter,
  type PacketOutput,
  type ParametersOutput,
  warmUp,
} from "../../transcode/index.ts"

/** A converter that waits longer ends. */
const IDLE_MS = 6_000
/** Of one kind at a time: more would only take the machine from one another. */
const MAX_CONVERTERS = 2
/** Segments that wait for one; whoever comes then is told to try again. */
const MAX_WAITING = 64
/** Between the times of one piece of work and the next: a converter's time never goes back. */
const GAP = 900_000

/** A stretch of a title to convert by itself. Times are title times. */
export type Work = {
  readonly stream: StreamDescription
  /** What comes out begins here. */
  readonly start: Ticks
  readonly end: Ticks
  /** Packets of the stream in their order, from a little before `start`. */
  readonly items: AsyncIterable<Item>
}

export type Converted = { readonly packets: readonly PacketOutput[]; readonly parameters: ParametersOutput | null }

/** A few converters that make one segment after the other, each segment by itself: what comes out does not depend on what was made before. */
export class ConverterPool {
  readonly #options: ConverterOptions
  readonly #claim: () => () => void
  readonly #members = new Set<Member>()
  readonly #waiting: (() => void)[] = []
  #closed = false

  /** `claim` counts a running converter; what it throws is thrown to those who would need it. */
  constructor(options: ConverterOptions, claim: () => () => void) {
    this.#options = options
    this.#claim = claim
  }

  /** @throws DiscError `limit`, `unavailable`, `unsupported`, `aborted`, and what reading throws */
  async convert(work: Work, signal: AbortSignal): Promise<Converted> {
    const member = await this.#take(signal)
    const abort = () => void this.#drop(member)
    signal.addEventListener("abort", abort, { once: true })
    try {
      return await member.convert(work)
    } catch (error) {
      await this.#drop(member)
      throw error
    } finally {
      signal.removeEventListener("abort", abort)
      this.#giveBack(member)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const wake of this.#waiting.splice(0)) wake()
    await Promise.all([...this.#members].map((member) => this.#drop(member)))
  }

  async #take(signal: AbortSignal): Promise<Member> {
    for (;;) {
      if (this.#closed || signal.aborted) throw new DiscError("aborted", "nobody waits for this segment any more")
      const free = [...this.#members].find((member) => member.isFree)
      if (free !== undefined) {
        free.take()
        return free
      }
      if (this.#members.size < MAX_CONVERTERS) return this.#open()
      if (this.#waiting.length >= MAX_WAITING) throw new DiscError("limit", "too many segments are asked for at once; try again")
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async #open(): Promise<Member> {
    const release = this.#claim()
    const placeholder = new Member(await openConverter(this.#options), release, () => void this.#drop(placeholder))
    this.#members.add(placeholder)
    placeholder.take()
    return placeholder
  }

  #giveBack(member: Member): void {
    if (this.#members.has(member)) member.rest()
    this.#waiting.shift()?.()
  }

  async #drop(member: Member): Promise<void> {
    if (!this.#members.delete(member)) return
    await member.close()
    if (!this.#closed) warmUp()
  }
}

type Job = {
  readonly packets: PacketOutput[]
  parameters: ParametersOutput | null
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

class Member {
  readonly #converter: Converter
  readonly #release: () => void
  readonly #onIdle: () => void
  #job: Job | null = null
  /** What the converter said last of its output; it says so again only after a change. */
  #parameters: ParametersOutput | null = null
  #offset = 0
  #idle: NodeJS.Timeout | null = null
  #isFree = false

  constructor(converter: Converter, release: () => void, onIdle: () => void) {
    this.#converter = converter
    this.#release = release
    this.#onIdle = onIdle
    void this.#read()
  }

  get isFree(): boolean {
    return this.#isFree
  }

  take(): void {
    this.#isFree = false
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
  }

  rest(): void {
    this.#isFree = true
    this.#idle = setTimeout(this.#onIdle, IDLE_MS)
    this.#idle.unref()
  }

  async convert({ stream, start, end, items }: Work): Promise<Converted> {
    const offset = Math.max(0, this.#offset - start)
    const over = new Promise<void>((resolve, reject) => {
      this.#job = { packets: [], parameters: null, done: resolve, failed: reject }
    })
    // It may fail while packets are still handed in.
    over.catch(() => {})
    const job = this.#job as Job | null
    const at = ticks(start + offset)
    await this.#converter.push([
      { type: "streams", at, streams: [{ ...stream, selected: true }] },
      { type: "discontinuity", at, flush: true, showFrom: at },
    ])
    let highest: number = end
    for await (const item of items) {
      if (item.type !== "packet") continue
      highest = Math.max(highest, item.pts ?? 0)
      await this.#converter.push([{ ...item, pts: later(item.pts, offset), dts: later(item.dts, offset) }])
    }
    this.#offset = onGrid(highest + offset + GAP)
    await this.#converter.push([{ type: "end", at: ticks(end + offset) }])
    await over
    const packets = (job?.packets ?? []).map((packet) => ({ ...packet, pts: ticks(packet.pts - offset), dts: ticks(packet.dts - offset) }))
    return { packets, parameters: job?.parameters ?? this.#parameters }
  }

  async close(): Promise<void> {
    this.take()
    this.#job?.failed(new DiscError("aborted", "nobody waits for this segment any more"))
    this.#job = null
    this.#release()
    await this.#converter.close()
  }

  async #read(): Promise<void> {
    try {
      for await (const item of this.#converter.output) this.#take(item)
    } catch (error) {
      this.#job?.failed(error)
    }
  }

  #take(item: OutputItem): void {
    const job = this.#job
    if (item.type === "parameters") this.#parameters = item
    if (job === null) return
    if (item.type === "parameters") job.parameters = item
    else if (item.type === "packet") job.packets.push(item)
    else if (item.type === "end") {
      this.#job = null
      job.done()
    }
  }
}

const later = (time: Ticks | null, offset: number): Ticks | null => (time === null ? null : ticks(time + offset))

/** Offsets are whole AAC frames and whole pictures of the usual rates: no time is rounded another way for them. */
const onGrid = (time: number): number => Math.ceil(time / OFFSET_GRID) * OFFSET_GRID
const OFFSET_GRID = 2_702_700
