import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import type { PacketItem, StillItem, StreamDescription } from "../../plugin/index.ts"
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
/** At a time: more would only take the machine from one another, and leave none to other players. */
const MAX_CONVERTERS = 3
/** Segments that wait for one; whoever comes then is told to try again. */
const MAX_WAITING = 64
/** Between the times of one piece of work and the next: a converter's time never goes back. */
const GAP = 900_000

/** A stretch of a title to convert by itself. Times are title times. */
export type Work = {
  /** A converter that was opened with the same is used again. */
  readonly options: ConverterOptions
  readonly stream: StreamDescription
  /** What comes out begins here. */
  readonly start: Ticks
  readonly end: Ticks
  /** Packets of the stream in their order, from a little before `start`; stills between them. */
  readonly items: AsyncIterable<PacketItem | StillItem>
}

export type Converted = { readonly packets: readonly PacketOutput[]; readonly parameters: ParametersOutput | null }

/** A few converters that make one segment after the other, each segment by itself: what comes out does not depend on what was made before. */
export class ConverterPool {
  readonly #claim: () => () => void
  readonly #members = new Set<Member>()
  readonly #waiting = new Set<() => void>()
  #opening = 0
  #closed = false

  /** `claim` counts a running converter; where it throws, work waits for one that runs, and without one it throws that too. */
  constructor(claim: () => () => void) {
    this.#claim = claim
  }

  /** @throws DiscError `limit`, `unavailable`, `unsupported`, `aborted`, and what reading throws */
  async convert(work: Work, signal: AbortSignal): Promise<Converted> {
    const member = await this.#take(JSON.stringify(work.options), work.options, signal)
    const abort = () => void this.#drop(member)
    signal.addEventListener("abort", abort, { once: true })
    try {
      return await member.convert(work)
    } catch (error) {
      await this.#drop(member)
      throw error
    } finally {
      signal.removeEventListener("abort", abort)
      if (this.#members.has(member)) member.rest()
      this.#wake()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
    await Promise.all([...this.#members].map((member) => this.#drop(member)))
  }

  async #take(kind: string, options: ConverterOptions, signal: AbortSignal): Promise<Member> {
    for (;;) {
      if (this.#closed || signal.aborted) throw new DiscError("aborted", "nobody waits for this segment any more")
      const free = [...this.#members].filter((member) => member.isFree)
      const same = free.find((member) => member.kind === kind)
      if (same !== undefined) {
        same.take()
        return same
      }
      const [other] = free
      if (other !== undefined && this.#isFull) {
        other.take()
        await this.#drop(other)
      }
      const release = this.#isFull ? null : this.#tryClaim(other)
      if (release !== null) return this.#open(kind, options, release)
      if (this.#waiting.size >= MAX_WAITING) throw new DiscError("limit", "too many segments are asked for at once; try again")
      await this.#turn(signal)
    }
  }

  get #isFull(): boolean {
    return this.#members.size + this.#opening >= MAX_CONVERTERS
  }

  /** Null: none is to be had before one that runs is done. */
  #tryClaim(other: Member | undefined): (() => void) | null {
    try {
      return this.#claim()
    } catch (error) {
      if (this.#members.size + this.#opening === 0) throw error
      // One that waits for work of another kind makes room; its end wakes us.
      if (other !== undefined) void this.#drop(other)
      return null
    }
  }

  async #open(kind: string, options: ConverterOptions, release: () => void): Promise<Member> {
    this.#opening++
    try {
      const member: Member = new Member(kind, await openConverter(options), release, () => void this.#drop(member))
      this.#members.add(member)
      if (this.#closed) await this.#drop(member)
      return member
    } catch (error) {
      release()
      throw error
    } finally {
      this.#opening--
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      const go = () => {
        this.#waiting.delete(go)
        signal.removeEventListener("abort", go)
        resolve()
      }
      this.#waiting.add(go)
      signal.addEventListener("abort", go, { once: true })
    })
  }

  /** All who wait look again: few do, and the first of them finds what there is. */
  #wake(): void {
    for (const go of [...this.#waiting]) go()
  }

  async #drop(member: Member): Promise<void> {
    if (!this.#members.delete(member)) return
    await member.close()
    this.#wake()
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
  readonly kind: string
  readonly #converter: Converter
  readonly #release: () => void
  readonly #onIdle: () => void
  #job: Job | null = null
  /** What the converter said last of its output; it says so again only after a change. */
  #parameters: ParametersOutput | null = null
  #offset = 0
  #idle: NodeJS.Timeout | null = null
  #isFree = false

  constructor(kind: string, converter: Converter, release: () => void, onIdle: () => void) {
    this.kind = kind
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
      if (item.type === "still") {
        await this.#converter.push([{ ...item, at: ticks(item.at + offset) }])
        continue
      }
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
