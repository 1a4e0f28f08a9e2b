import { getEventListeners } from "node:events"
import { describe, expect, it } from "vitest"
import { Lifetime } from "../../src/source/lifetime.ts"

const never = () => new Promise<never>(() => {})

describe("the life of a source", () => {
  it("cancels a thousand reads by one signal with one listener, and leaves none behind", async () => {
    const life = new Lifetime("film.iso")
    const caller = new AbortController()
    const reads = Array.from({ length: 1000 }, () => life.run(caller.signal, never))
    const done = life.run(caller.signal, async () => "read")
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(1)
    expect(await done).toBe("read")
    caller.abort()
    const outcomes = await Promise.allSettled(reads)
    expect(
      outcomes.every(
        ({ status, reason }: { status: string; reason?: { code?: string } }) => status === "rejected" && reason?.code === "aborted",
      ),
    ).toBe(true)
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0)
  })

  it("listens no longer once every read has its answer", async () => {
    const life = new Lifetime("film.iso")
    const { signal } = new AbortController()
    await Promise.all([1, 2, 3].map((n) => life.run(signal, async () => n)))
    expect(getEventListeners(signal, "abort")).toHaveLength(0)
  })

  it("ends every read at close", async () => {
    const life = new Lifetime("film.iso")
    const { signal } = new AbortController()
    const reads = [life.run(signal, never), life.run(undefined, never)]
    expect(life.close()).toBe(true)
    for (const read of reads) await expect(read).rejects.toMatchObject({ code: "aborted" })
    expect(getEventListeners(signal, "abort")).toHaveLength(0)
    expect(life.close()).toBe(false)
  })
})
