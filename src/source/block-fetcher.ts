import type { BlockCache } from "./block-cache.ts"

/** Blocks fetched in one read at most: a run longer than this is asked for in several at once. */
const MAX_RUN_BLOCKS = 128

/** One block that is wanted or under way. */
type Slot = {
  readonly block: number
  /** Callers who wait for it; read-ahead is nobody. */
  readers: number
  /** Fetched even when nobody waits for it any more. */
  kept: boolean
  run: Run | null
}

/** One read of the source, for blocks that follow each other. */
type Run = {
  readonly first: number
  readonly slots: readonly (Slot | null)[]
  readonly controller: AbortController
  /** One array for each slot. */
  readonly blocks: Promise<readonly Uint8Array[]>
}

/** What one caller waits for. */
export type Fetch = {
  /** The blocks in order. */
  blocks(): Promise<Uint8Array[]>
  /** The caller gives up: a read that nobody else waits for is stopped. */
  leave(): void
}

/**
 * Turns wanted blocks into as few reads of the source as it can: all that is asked for in one go of the event loop is sorted and joined, and
 * a block under way is not asked for again.
 */
export class BlockFetcher {
  readonly #read: (first: number, count: number, signal: AbortSignal) => Promise<Uint8Array>
  readonly #cache: BlockCache
  readonly #blockSize: number
  readonly #joinGap: number
  readonly #slots = new Map<number, Slot>()
  readonly #runs = new Set<Run>()
  #queue: Slot[] = []
  #flushed: Promise<void> | null = null

  /** `read` gives `count` whole blocks from `first`, the last one shorter at the source's end. `joinGap`: blocks read along to join two runs. */
  constructor(options: {
    readonly read: (first: number, count: number, signal: AbortSignal) => Promise<Uint8Array>
    readonly cache: BlockCache
    readonly blockSize: number
    readonly joinGap: number
  }) {
    this.#read = options.read
    this.#cache = options.cache
    this.#blockSize = options.blockSize
    this.#joinGap = options.joinGap
  }

  /** True when the block is in the cache or on its way there. */
  knows(block: number): boolean {
    return this.#cache.has(block) || this.#slots.has(block)
  }

  /** Blocks that somebody will want soon. */
  expect(blocks: readonly number[]): void {
    for (const block of blocks) this.#slot(block).kept = true
  }

  /** The blocks `first` to `last`, from the cache as far as they are there. */
  want(first: number, last: number): Fetch {
    const parts = Array.from({ length: last - first + 1 }, (_, index) => this.#cache.get(first + index) ?? this.#slot(first + index))
    const slots = parts.filter((part): part is Slot => !(part instanceof Uint8Array))
    for (const slot of slots) slot.readers++
    const flushed = this.#flushed
    let waits = true
    const leave = () => {
      if (waits) for (const slot of slots) this.#leave(slot)
      waits = false
    }
    const blocks = async () => {
      try {
        await flushed
        return await Promise.all(parts.map((part) => (part instanceof Uint8Array ? part : blockOf(part))))
      } finally {
        leave()
      }
    }
    return { blocks, leave }
  }

  /** Stops everything under way. */
  close(): void {
    this.#queue = []
    for (const run of this.#runs) run.controller.abort()
  }

  #slot(block: number): Slot {
    const known = this.#slots.get(block)
    if (known !== undefined) return known
    const slot: Slot = { block, readers: 0, kept: false, run: null }
    this.#slots.set(block, slot)
    this.#queue.push(slot)
    // A turn of the microtask queue later, so that reads made together are joined.
    this.#flushed ??= Promise.resolve().then(() => this.#flush())
    return slot
  }

  #leave(slot: Slot): void {
    slot.readers--
    const run = slot.run
    if (run === null || !this.#runs.has(run)) return
    if (run.slots.some((each) => each !== null && (each.readers > 0 || each.kept))) return
    this.#forget(run)
    run.controller.abort()
  }

  #flush(): void {
    this.#flushed = null
    const queue = this.#queue.sort((a, b) => a.block - b.block)
    this.#queue = []
    let run: (Slot | null)[] = []
    let next = 0
    for (const slot of queue) {
      if (slot.readers === 0 && !slot.kept) {
        this.#slots.delete(slot.block)
        continue
      }
      const gap = slot.block - next
      if (run.length > 0 && (gap > this.#joinGap || run.length + gap >= MAX_RUN_BLOCKS)) {
        this.#start(next - run.length, run)
        run = []
      }
      if (run.length > 0) for (let block = next; block < slot.block; block++) run.push(this.#passenger(block))
      run.push(slot)
      next = slot.block + 1
    }
    if (run.length > 0) this.#start(next - run.length, run)
  }

  /** A block in the gap between two wanted ones: worth keeping if it is not there yet. */
  #passenger(block: number): Slot | null {
    if (this.knows(block)) return null
    const slot: Slot = { block, readers: 0, kept: false, run: null }
    this.#slots.set(block, slot)
    return slot
  }

  #start(first: number, slots: readonly (Slot | null)[]): void {
    const controller = new AbortController()
    const blocks = this.#read(first, slots.length, controller.signal).then((bytes) => {
      const each = splitBlocks(bytes, slots.length, this.#blockSize)
      slots.forEach((slot, index) => {
        const block = each[index]
        if (slot !== null && block !== undefined) this.#cache.set(slot.block, block)
      })
      return each
    })
    const run: Run = { first, slots, controller, blocks }
    for (const slot of slots) if (slot !== null) slot.run = run
    this.#runs.add(run)
    const forget = () => this.#forget(run)
    // Read-ahead that fails is nobody's error: who needs the block will ask again.
    blocks.then(forget, forget)
  }

  #forget(run: Run): void {
    this.#runs.delete(run)
    for (const slot of run.slots) if (slot !== null && this.#slots.get(slot.block) === slot) this.#slots.delete(slot.block)
  }
}

async function blockOf(slot: Slot): Promise<Uint8Array> {
  const run = slot.run
  const blocks = await run?.blocks
  return blocks?.[slot.block - (run?.first ?? 0)] ?? new Uint8Array(0)
}

/** Copies, so that a block kept for long does not hold the whole run in memory with it. */
function splitBlocks(bytes: Uint8Array, count: number, size: number): Uint8Array[] {
  if (count === 1) return [bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()]
  return Array.from({ length: count }, (_, index) => bytes.slice(index * size, (index + 1) * size))
}
