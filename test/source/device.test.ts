import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { isFolder } from "../../src/source/index.ts"
import { sizeByReading } from "../../src/source/node/device.ts"
import { HandleSource } from "../../src/source/node/handle-source.ts"
import { openDevice, openFile, openNode } from "../../src/source/node/index.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function imageOf(bytes: Uint8Array): string {
  const root = mkdtempSync(join(tmpdir(), "opentray-device-"))
  cleanups.push(() => rmSync(root, { recursive: true }))
  const path = join(root, "image.iso")
  writeFileSync(path, bytes)
  return path
}

/** A handle that behaves as a raw device does: whole sectors only, some of them bad. */
function rawDevice(bytes: Uint8Array, options: { sector?: number; most?: number; bad?: number } = {}) {
  const sector = options.sector ?? 2048
  const reads: [number, number][] = []
  const read = async (buffer: Uint8Array, at: number, length: number, position: number) => {
    reads.push([position, length])
    if (position % sector !== 0 || length % sector !== 0) throw Object.assign(new Error("unaligned"), { code: "EINVAL" })
    const part = bytes.subarray(position, position + Math.min(length, options.most ?? length))
    if (options.bad !== undefined && position <= options.bad && options.bad < position + part.length) {
      throw Object.assign(new Error("i/o error"), { code: "EIO" })
    }
    buffer.set(part, at)
    return { bytesRead: part.length, buffer }
  }
  return { handle: { read, close: async () => {} } as unknown as FileHandle, reads }
}

const open = (handle: FileHandle, size: number, explain: () => Promise<DiscError | null> = async () => null) =>
  new HandleSource(handle, { name: "/dev/drive", size, alignment: 2048, explain })

describe("a drive", () => {
  test("is read in whole sectors, as many as are needed", async () => {
    const bytes = randomBytes(20 * 2048)
    const { handle, reads } = rawDevice(bytes)
    const device = open(handle, bytes.length)
    for (const [offset, length] of [
      [0, 1],
      [2047, 2],
      [2048, 2048],
      [5000, 10_000],
      [bytes.length - 3, 100],
    ] as const) {
      expect(Buffer.compare(await device.read(offset, length), bytes.subarray(offset, offset + length))).toBe(0)
    }
    expect(reads).toEqual([
      [0, 2048],
      [0, 4096],
      [2048, 2048],
      [4096, 12_288],
      [19 * 2048, 2048],
    ])
  })

  test("may give less at once, and end inside a sector", async () => {
    const bytes = randomBytes(20 * 2048 + 512)
    const { handle } = rawDevice(bytes, { sector: 512, most: 2048 + 512 })
    const device = open(handle, bytes.length)
    expect(Buffer.compare(await device.read(1000, 30_000), bytes.subarray(1000, 31_000))).toBe(0)
    expect(Buffer.compare(await device.read(20 * 2048, 2048), bytes.subarray(20 * 2048))).toBe(0)
  })

  test("that gives pieces of a sector for ever does not hold the reader for ever", async () => {
    const { handle } = rawDevice(randomBytes(8192), { sector: 512, most: 512 })
    await expect(open(handle, 8192).read(0, 2048)).rejects.toMatchObject({ code: "read-failed" })
  })

  test("with a bad sector says where", async () => {
    const { handle } = rawDevice(randomBytes(20 * 2048), { bad: 6000 })
    await expect(open(handle, 20 * 2048).read(5000, 10)).rejects.toMatchObject({
      code: "read-failed",
      place: { path: "/dev/drive", offset: 4096 },
    })
  })

  test("whose disc was changed says so", async () => {
    const { handle } = rawDevice(randomBytes(2048))
    const changed = new DiscError("source-changed", "other disc")
    await expect(open(handle, 8192, async () => changed).read(4096, 10)).rejects.toBe(changed)
  })

  test("that does not answer is left alone after close", async () => {
    const handle = { read: () => new Promise(() => {}), close: () => new Promise(() => {}) } as unknown as FileHandle
    const device = open(handle, 8192)
    const signal = AbortSignal.timeout(20)
    await expect(device.read(0, 10, { signal })).rejects.toMatchObject({ code: "aborted" })
    const waiting = expect(device.read(0, 10)).rejects.toMatchObject({ code: "aborted" })
    await device.close()
    await waiting
  })

  test.each([0, 1, 2, 3, 511, 512, 513, 1000])("of %i sectors is measured by reading", async (sectors) => {
    const { handle, reads } = rawDevice(new Uint8Array(sectors * 2048))
    expect(await sizeByReading(handle)).toBe(sectors * 2048)
    expect(reads.length).toBeLessThan(25)
  })

  test("of 100 GB is measured in a few reads", async () => {
    let reads = 0
    const read = async (_: Uint8Array, __: number, length: number, position: number) => {
      reads++
      return { bytesRead: Math.max(0, Math.min(length, 100e9 - position)) }
    }
    expect(await sizeByReading({ read } as unknown as FileHandle)).toBe(100e9)
    expect(reads).toBeLessThan(80)
  })

  // Loop devices want root and are often not there in containers; the raw device above stands for them.
  if (canLoop()) {
    test("of the system's", async () => {
      const bytes = randomBytes(100 * 2048)
      const loop = execFileSync("losetup", ["--find", "--show", "--read-only", imageOf(bytes)], { encoding: "utf8" }).trim()
      cleanups.push(() => execFileSync("losetup", ["--detach", loop]))
      const device = await openNode(loop)
      cleanups.push(() => device.close())
      if (isFolder(device)) throw new Error("a drive is no folder")
      expect(device.size).toBe(bytes.length)
      expect(Buffer.compare(await device.read(5000, 100_000), bytes.subarray(5000, 105_000))).toBe(0)
      expect(Buffer.compare(await device.read(bytes.length - 10, 100), bytes.subarray(-10))).toBe(0)
    })
  }

  test("is not there, or has no end", async () => {
    await expect(openDevice("/dev/no-such-drive")).rejects.toMatchObject({ code: "not-found" })
    await expect(openDevice("/dev/null")).rejects.toMatchObject({ code: "read-failed" })
  })
})

function canLoop(): boolean {
  const path = join(mkdtempSync(join(tmpdir(), "opentray-loop-")), "image")
  try {
    writeFileSync(path, new Uint8Array(4096))
    const loop = execFileSync("losetup", ["--find", "--show", path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
    execFileSync("losetup", ["--detach", loop])
    return true
  } catch {
    return false
  } finally {
    rmSync(join(path, ".."), { recursive: true })
  }
}

describe("a file", () => {
  test("cut short under way is a changed source", async () => {
    const path = imageOf(randomBytes(10_000))
    const file = await openFile(path)
    cleanups.push(() => file.close())
    truncateSync(path, 4000)
    expect(await file.read(0, 4000)).toHaveLength(4000)
    await expect(file.read(3000, 2000)).rejects.toMatchObject({ code: "source-changed", place: { path } })
  })

  test("that grows keeps the size it was opened with", async () => {
    const path = imageOf(randomBytes(1000))
    const file = await openFile(path)
    cleanups.push(() => file.close())
    appendFileSync(path, "more")
    expect(await file.read(990, 100)).toHaveLength(10)
  })

  test("is read by many at once", async () => {
    const bytes = randomBytes(1 << 20)
    const file = await openFile(imageOf(bytes))
    cleanups.push(() => file.close())
    const places = Array.from({ length: 100 }, (_, index) => (index * 7919) % (1 << 20))
    const parts = await Promise.all(places.map((place) => file.read(place, 5000)))
    places.forEach((place, index) => {
      expect(Buffer.compare(parts[index] ?? new Uint8Array(0), bytes.subarray(place, place + 5000))).toBe(0)
    })
  })

  test("is not a folder or a pipe", async () => {
    await expect(openFile(tmpdir())).rejects.toMatchObject({ code: "unsupported" })
  })
})
