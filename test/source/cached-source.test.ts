import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { DiscError, type ReadOptions, type Source } from "../../src/base/index.ts"
import { CachedSource, MemorySource } from "../../src/source/index.ts"

const KIB = 1024

const sample = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) * 17) & 0xff)

/** A source that notes each read, and waits with the answer until it is let go where `held`. */
class Recorder implements Source {
  readonly name = "recorder"
  readonly size: number
  readonly reads: { offset: number; length: number; signal: AbortSignal | undefined }[] = []
  readonly #bytes: Uint8Array
  readonly bad: (offset: number, length: number) => DiscError | null
  gate: Promise<void> = Promise.resolve()
  closed = false

  constructor(bytes: Uint8Array, bad: (offset: number, length: number) => DiscError | null = () => null) {
    this.#bytes = bytes
    this.size = bytes.length
    this.bad = bad
  }

  async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    this.reads.push({ offset, length, signal: options.signal })
    await this.gate
    const error = this.bad(offset, length)
    if (error !== null) throw error
    return this.#bytes.slice(offset, offset + length)
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

describe("any pattern of reads", () => {
  const shape = fc.record({
    size: fc.integer({ min: 0, max: 20_000 }),
    blockSize: fc.constantFrom(1, 100, 512, 4096),
    maxBytes: fc.constantFrom(0, 1000, 8192, 1 << 20),
    maxReadAhead: fc.constantFrom(0, 1000, 6000),
    largeRead: fc.constantFrom(700, 5000, 1 << 20),
    reads: fc.array(
      fc.record({
        offset: fc.integer({ min: 0, max: 21_000 }),
        length: fc.integer({ min: 0, max: 6000 }),
        wait: fc.boolean(),
        next: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
  })

  test("gives the bytes of the source beneath, in bounded memory and round trips", async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ size, reads, ...options }) => {
        const bytes = sample(size)
        const recorder = new Recorder(bytes)
        const cached = new CachedSource(recorder, options)
        let pending: Promise<void>[] = []
        let position = 0
        for (const { offset, length, wait, next } of reads) {
          const at = next ? position : offset
          position = at + length
          pending.push(cached.read(at, length).then((got) => expect(got).toEqual(bytes.subarray(at, at + length))))
          if (!wait) continue
          await Promise.all(pending)
          pending = []
          expect(cached.heldBytes).toBeLessThanOrEqual(options.maxBytes)
        }
        await Promise.all(pending)
        const { stats } = cached
        expect(stats.reads).toBe(reads.length)
        expect(stats.roundTrips).toBe(recorder.reads.length)
        expect(stats.cacheHits).toBeLessThanOrEqual(stats.reads)
        for (const read of recorder.reads) expect(read.offset + read.length).toBeLessThanOrEqual(size)
        await cached.close()
        expect(recorder.closed).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test("asks for no block twice while the cache has room", async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ size, reads, blockSize }) => {
        const recorder = new Recorder(sample(size))
        const cached = new CachedSource(recorder, { blockSize, maxReadAhead: 0, joinGap: 0 })
        await Promise.all(reads.map(({ offset, length }) => cached.read(offset, length)))
        const seen = new Set<number>()
        for (const read of recorder.reads) {
          for (let at = read.offset; at < read.offset + read.length; at += blockSize) {
            expect(seen.has(at)).toBe(false)
            seen.add(at)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe("joining", () => {
  test("concurrent neighbours and a small gap become one read", async () => {
    const recorder = new Recorder(sample(256 * KIB))
    const cached = new CachedSource(recorder, { blockSize: 4 * KIB, joinGap: 8 * KIB })
    await Promise.all([cached.read(5 * KIB, 100), cached.read(0, 10), cached.read(17 * KIB, 5 * KIB), cached.read(200 * KIB, 1)])
    expect(recorder.reads.map(({ offset, length }) => [offset / KIB, length / KIB])).toEqual([
      [0, 24],
      [200, 4],
    ])
    // What lay in the gap is there now.
    await cached.read(9 * KIB, KIB)
    expect(cached.stats).toMatchObject({ reads: 5, roundTrips: 2, cacheHits: 1, bytes: 28 * KIB })
  })

  test("a block under way is shared", async () => {
    const recorder = new Recorder(sample(64 * KIB))
    let open = () => {}
    recorder.gate = new Promise((resolve) => {
      open = resolve
    })
    const cached = new CachedSource(recorder, { blockSize: 4 * KIB })
    const first = cached.read(0, 10)
    await new Promise(setImmediate)
    const second = cached.read(2000, 10)
    open()
    await Promise.all([first, second])
    expect(recorder.reads).toHaveLength(1)
  })

  test("a large read goes past the cache as it is", async () => {
    const recorder = new Recorder(sample(256 * KIB))
    const cached = new CachedSource(recorder, { blockSize: 4 * KIB, largeRead: 64 * KIB })
    await cached.read(1000, 100 * KIB)
    expect(recorder.reads.map(({ offset, length }) => [offset, length])).toEqual([[1000, 100 * KIB]])
    expect(cached.heldBytes).toBe(0)
  })

  test("seeded bytes cost nothing", async () => {
    const bytes = sample(100 * KIB)
    const recorder = new Recorder(bytes)
    const cached = new CachedSource(recorder, { blockSize: 32 * KIB })
    cached.seed(0, bytes.subarray(0, 70 * KIB))
    cached.seed(96 * KIB, bytes.subarray(96 * KIB))
    expect(await cached.read(10, 60 * KIB)).toEqual(bytes.subarray(10, 60 * KIB + 10))
    expect(await cached.read(98 * KIB, 10 * KIB)).toEqual(bytes.subarray(98 * KIB))
    expect(recorder.reads).toHaveLength(0)
  })
})

describe("read-ahead", () => {
  const sectors = async (cached: CachedSource, start: number, count: number) => {
    for (let i = 0; i < count; i++) await cached.read(start + i * 2048, 2048)
  }

  test("a sequential reader gets longer and longer reads", async () => {
    const recorder = new Recorder(sample(4096 * KIB))
    const cached = new CachedSource(recorder, { blockSize: 32 * KIB, maxReadAhead: 1024 * KIB })
    await sectors(cached, 0, 2048)
    expect(recorder.reads.length).toBeLessThan(20)
    expect(Math.max(...recorder.reads.map((read) => read.length))).toBeLessThanOrEqual(2048 * KIB)
  })

  test("two readers at once are both followed", async () => {
    const recorder = new Recorder(sample(8192 * KIB))
    const cached = new CachedSource(recorder, { blockSize: 32 * KIB, maxReadAhead: 1024 * KIB })
    for (let i = 0; i < 1024; i++) {
      await cached.read(i * 2048, 2048)
      await cached.read(5000 * KIB + i * 2048, 2048)
    }
    expect(recorder.reads.length).toBeLessThan(32)
  })

  test("a reader that jumps gets what it asked for and no more", async () => {
    const recorder = new Recorder(sample(8192 * KIB))
    const cached = new CachedSource(recorder, { blockSize: 32 * KIB })
    for (let i = 0; i < 50; i++) await cached.read((i * 3590 * KIB) % (8000 * KIB), 2048)
    expect(Math.max(...recorder.reads.map((read) => read.length))).toBe(32 * KIB)
  })
})

describe("errors and giving up", () => {
  test("one who gives up does not disturb another, the last one stops the read", async () => {
    const recorder = new Recorder(sample(64 * KIB))
    let open = () => {}
    recorder.gate = new Promise((resolve) => {
      open = resolve
    })
    const cached = new CachedSource(recorder, { blockSize: 4 * KIB })
    const [a, b, c] = [new AbortController(), new AbortController(), new AbortController()]
    const first = cached.read(0, 10, { signal: a.signal })
    const second = cached.read(20, 10, { signal: b.signal })
    const third = cached.read(40 * KIB, 10, { signal: c.signal })
    await new Promise(setImmediate)
    a.abort()
    c.abort()
    await expect(first).rejects.toMatchObject({ code: "aborted" })
    await expect(third).rejects.toMatchObject({ code: "aborted" })
    expect(recorder.reads.map((read) => read.signal?.aborted)).toEqual([false, true])
    const again = cached.read(40 * KIB, 10)
    open()
    expect(await second).toEqual(sample(64).subarray(20, 30))
    expect(await again).toHaveLength(10)
    expect(recorder.reads).toHaveLength(3)
  })

  test("an early no costs no read", async () => {
    const recorder = new Recorder(sample(64))
    const cached = new CachedSource(recorder)
    await expect(cached.read(0, 10, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" })
    expect(recorder.reads).toHaveLength(0)
  })

  test("close ends waiting reads", async () => {
    const recorder = new Recorder(sample(64 * KIB))
    recorder.gate = new Promise(() => {})
    const cached = new CachedSource(recorder, { blockSize: 4 * KIB })
    const waiting = [cached.read(0, 10), cached.read(4 * KIB, 10)]
    await new Promise(setImmediate)
    const results = Promise.allSettled(waiting)
    await cached.close()
    for (const result of await results) expect(result).toMatchObject({ status: "rejected", reason: { code: "aborted" } })
    expect(recorder.reads.every((read) => read.signal?.aborted)).toBe(true)
    await expect(cached.read(0, 1)).rejects.toMatchObject({ code: "aborted" })
  })

  test("a bad sector harms only those who need it", async () => {
    const bytes = sample(256 * KIB)
    const overlaps = (offset: number, length: number) => offset < 102 * KIB && offset + length > 100 * KIB
    const recorder = new Recorder(bytes, (offset, length) => (overlaps(offset, length) ? new DiscError("read-failed", "scratched") : null))
    const cached = new CachedSource(recorder, { blockSize: 32 * KIB })
    expect(await cached.read(98 * KIB, 2 * KIB)).toEqual(bytes.subarray(98 * KIB, 100 * KIB))
    expect(await cached.read(102 * KIB, 2 * KIB)).toEqual(bytes.subarray(102 * KIB, 104 * KIB))
    await expect(cached.read(100 * KIB, 1)).rejects.toMatchObject({ code: "read-failed" })
  })

  test("a failed read is asked for again by the next reader", async () => {
    let failures = 1
    const recorder = new Recorder(sample(64), () => (failures-- > 0 ? new DiscError("source-changed", "other file") : null))
    const cached = new CachedSource(recorder)
    await expect(cached.read(0, 1)).rejects.toMatchObject({ code: "source-changed" })
    expect(await cached.read(0, 1)).toHaveLength(1)
  })

  test("a source that gives less than its size is an error, not a hole", async () => {
    const lying: Source = { name: "short", size: 1000, read: async () => new Uint8Array(10), close: async () => {} }
    await expect(new CachedSource(lying).read(0, 100)).rejects.toMatchObject({ code: "read-failed" })
  })

  test("nonsense is refused", async () => {
    const cached = new CachedSource(new MemorySource(sample(10)))
    for (const [offset, length] of [
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
      [2 ** 60, 1],
    ] as const) {
      await expect(cached.read(offset, length)).rejects.toMatchObject({ code: "bad-argument" })
    }
    expect(() => new CachedSource(new MemorySource(sample(10)), { blockSize: 0 })).toThrow(DiscError)
  })
})
