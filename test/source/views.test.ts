import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { ReadOptions } from "../../src/base/index.ts"
import { BlobSource, type ByteExtent, ConcatSource, ExtentSource, MemorySource, SliceSource } from "../../src/source/index.ts"

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 37 + 11) & 0xff)

const read = fc.record({ offset: fc.integer({ min: 0, max: 1500 }), length: fc.integer({ min: 0, max: 1500 }) })

class CountedMemory extends MemorySource {
  reads = 0
  override read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> {
    this.reads++
    return super.read(offset, length, options)
  }
}

test("a blob gives its bytes", async () => {
  await fc.assert(
    fc.asyncProperty(read, async ({ offset, length }) => {
      const source = new BlobSource(new Blob([bytes]))
      expect(await source.read(offset, length)).toEqual(bytes.slice(offset, offset + length))
    }),
    { numRuns: 50 },
  )
  expect(new BlobSource(new File([bytes], "disc.iso"))).toMatchObject({ name: "disc.iso", size: 1000 })
})

test("a picked file that was changed says so", async () => {
  const error = new Error("gone")
  error.name = "NotReadableError"
  const blob = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(error) }) } as unknown as Blob
  await expect(new BlobSource(blob).read(0, 1)).rejects.toMatchObject({ code: "source-changed" })
})

test("a slice is a run of its base and leaves that open", async () => {
  const base = new MemorySource(bytes)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), read, async (start, end, { offset, length }) => {
      fc.pre(start <= end)
      const slice = new SliceSource(base, start, end - start)
      expect(await slice.read(offset, length)).toEqual(bytes.subarray(start, end).subarray(offset, offset + length))
      await slice.close()
      await expect(slice.read(0, 1)).rejects.toMatchObject({ code: "aborted" })
    }),
  )
  expect(await base.read(0, 1)).toHaveLength(1)
  expect(() => new SliceSource(base, 1, 1000)).toThrow("not inside")
})

describe("extents", () => {
  const extents = fc.array(fc.record({ offset: fc.option(fc.integer({ min: 0, max: 900 })), length: fc.integer({ min: 0, max: 100 }) }), {
    maxLength: 20,
  })
  const content = (list: readonly ByteExtent[]) =>
    Uint8Array.from(
      list.flatMap(({ offset, length }) => (offset === null ? Array(length).fill(0) : [...bytes.subarray(offset, offset + length)])),
    )

  test("read as the file that they make", async () => {
    await fc.assert(
      fc.asyncProperty(extents, read, async (list, { offset, length }) => {
        const file = new ExtentSource(new MemorySource(bytes), list, "/file")
        const whole = content(list)
        expect(file.size).toBe(whole.length)
        expect(await file.read(offset, length)).toEqual(whole.slice(offset, offset + length))
      }),
      { numRuns: 500 },
    )
  })

  test("neighbours cost one read, holes none", async () => {
    const image = new CountedMemory(bytes)
    const file = new ExtentSource(
      image,
      [
        { offset: 0, length: 100 },
        { offset: 100, length: 100 },
        { offset: null, length: 50 },
        { offset: null, length: 50 },
        { offset: 200, length: 10 },
      ],
      "/file",
    )
    expect(await file.read(0, 310)).toEqual(
      Uint8Array.from([...bytes.subarray(0, 200), ...Array(100).fill(0), ...bytes.subarray(200, 210)]),
    )
    expect(image.reads).toBe(2)
  })

  test("a hole of 100 GB is no memory until it is read, and then only as much as is asked for", async () => {
    const file = new ExtentSource(
      new MemorySource(bytes),
      [
        { offset: null, length: 100e9 },
        { offset: 0, length: 10 },
      ],
      "/file",
    )
    expect(file.size).toBe(100e9 + 10)
    expect(await file.read(100e9 - 2, 4)).toEqual(Uint8Array.of(0, 0, bytes[0] ?? 0, bytes[1] ?? 0))
    await expect(file.read(0, 99e9)).rejects.toMatchObject({ code: "limit" })
  })

  test("an image that is cut off is named", async () => {
    const file = new ExtentSource(new MemorySource(bytes), [{ offset: 900, length: 200 }], "/file")
    await expect(file.read(0, 200)).rejects.toMatchObject({ code: "read-failed", place: { path: "/file" } })
    expect(await file.read(0, 100)).toEqual(bytes.subarray(900))
  })
})

test("parts read as one, and are closed with it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 12 }), read, async (lengths, { offset, length }) => {
      let at = 0
      const parts = lengths.map((size) => {
        const part = new MemorySource(bytes.slice(at, at + size))
        at += part.size
        return part
      })
      const whole = bytes.subarray(0, at)
      const source = new ConcatSource(parts, "VTS_01")
      expect(source.size).toBe(at)
      expect(await source.read(offset, length)).toEqual(whole.slice(offset, offset + length))
      await source.close()
      for (const part of parts) await expect(part.read(0, 1)).rejects.toMatchObject({ code: "aborted" })
    }),
    { numRuns: 300 },
  )
})

test("one failed part fails the read and stops the others", async () => {
  let reads = 0
  const slow = (fails: boolean) => ({
    name: "part",
    size: 10,
    read: async () => {
      reads++
      await new Promise(setImmediate)
      if (fails) throw new Error("broken")
      return new Uint8Array(10)
    },
    close: async () => {},
  })
  const source = new ConcatSource([slow(true), ...Array.from({ length: 1000 }, () => slow(false))], "parts")
  await expect(source.read(0, source.size)).rejects.toThrow("broken")
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(reads).toBeLessThan(20)
})
