import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"
import { Warnings } from "../../src/base/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import { CachedSource, MemorySource } from "../../src/source/index.ts"
import { openNode } from "../../src/source/node/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { makeTree, pattern, WatchedSource, workFolder } from "./support.ts"

const folder = workFolder("cost")
const KIB = 1024
const area = { from: 32 * KIB, to: 96 * KIB, what: "recognition sequence and volume descriptors" }
const sectors = (first: number, count: number, what: string) => ({ from: first * 2048, to: (first + count) * 2048, what })

describe("a path is found without listing the rest of the disc", () => {
  const output = join(folder, "playlists.udf")
  const playlists = Array.from({ length: 500 }, (_, i) => ({
    path: `/BDMV/PLAYLIST/${String(i).padStart(5, "0")}.mpls`,
    source: pattern(300, i),
  }))
  const clips = Array.from({ length: 500 }, (_, i) => ({
    path: `/BDMV/CLIPINF/${String(i).padStart(5, "0")}.clpi`,
    source: pattern(300, i),
  }))
  const { partitionStart, metadata, entries } = writeUdf({ output, label: "COST", files: [...clips, ...playlists] })
  const block = (number: number, count: number, what: string) =>
    sectors(partitionStart + (metadata?.contentStart ?? 0) + number, count, what)
  const image = readFileSync(output)

  const opening = [
    area,
    sectors(256, 1, "anchor"),
    sectors(32, 16, "main volume descriptor sequence"),
    sectors(partitionStart, 1, "metadata file entry"),
    block(0, 2, "file set"),
  ]
  const directory = (path: string) => {
    const { entry, directory: data } = entries.get(path) as { entry: number; directory: number }
    const size = path.endsWith("PLAYLIST") ? 20 : 1
    return [block(entry, 1, `${path}: entry`), block(data, size, `${path}: directory`)]
  }

  test("UDF: only the directories on the way and the file's own entry are read", async () => {
    const source = new WatchedSource(new MemorySource(image))
    source.allowed = [...opening, ...directory("/")]
    const files = await openFileSystem(source, new Warnings())
    expect(source.reads.length).toBeLessThanOrEqual(8)

    source.allowed = [
      ...directory("/BDMV"),
      ...directory("/BDMV/PLAYLIST"),
      block(entries.get("/BDMV/PLAYLIST/00250.mpls")?.entry ?? 0, 1, "the file's entry"),
    ]
    source.reads.length = 0
    expect((await files.find("/bdmv/playlist/00250.MPLS"))?.size).toBe(300)
    expect(source.reads).toHaveLength(5)

    source.allowed = []
    expect((await files.find("/BDMV/PLAYLIST/00250.mpls"))?.size).toBe(300)
    expect(await files.find("/BDMV/PLAYLIST/nothing")).toBeNull()
  })

  test("UDF: 500 entries are read in a few pieces, once", async () => {
    const source = new WatchedSource(new MemorySource(image))
    const files = await openFileSystem(source, new Warnings())
    source.reads.length = 0
    expect(await files.list("/BDMV/PLAYLIST")).toHaveLength(500)
    expect(source.reads.length).toBeLessThanOrEqual(6)
    source.reads.length = 0
    expect((await files.list("/BDMV/PLAYLIST")).every(({ size }) => size === 300)).toBe(true)
    expect(source.reads).toHaveLength(0)
  })

  test("UDF: through the block cache, opening and finding one file takes few round trips", async () => {
    const source = new WatchedSource(new MemorySource(image))
    const files = await openFileSystem(new CachedSource(source), new Warnings())
    await files.find("/BDMV/PLAYLIST/00000.mpls")
    expect(source.reads.length).toBeLessThanOrEqual(7)
    expect(source.bytes).toBeLessThanOrEqual(320 * KIB)
  })
})

describe.skipIf(!hasProgram("genisoimage"))("ISO 9660", () => {
  test("only the directories on the way are read", async () => {
    const path = join(folder, "iso")
    makeTree(path, Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i % 30}/sub/f${i}.bin`, pattern(10, i)])))
    const image = join(folder, "cost.iso")
    execFileSync("genisoimage", ["-quiet", "-R", "-V", "COST", "-o", image, path], { stdio: "ignore" })
    const extents = pathTable(readFileSync(image))
    const source = new WatchedSource(
      await openNode(image).then((input) => ("read" in input ? input : Promise.reject(new Error("a folder")))),
    )
    const all = (name: string) => sectors(extents.get(name) ?? 0, 1, name)
    // The continuation area of the root's own record ("ER") is never needed.
    source.allowed = [area, { ...all(""), to: all("").from + 4 * 2048 }]
    const files = await openFileSystem(source, new Warnings())
    source.allowed = [all("D17"), all("D17/SUB")]
    source.reads.length = 0
    expect((await files.find("/d17/sub/f47.bin"))?.size).toBe(10)
    expect(source.reads).toHaveLength(2)
    await files.close()
  })
})

/** Sectors of all directories by path, from the little-endian path table (ECMA 119 9.4): another road than the reader's. */
function pathTable(image: Buffer): Map<string, number> {
  const descriptor = image.subarray(16 * 2048, 17 * 2048)
  const start = descriptor.readUInt32LE(140) * 2048
  const table = image.subarray(start, start + descriptor.readUInt32LE(132))
  const paths: string[] = []
  const found = new Map<string, number>()
  for (let at = 0; at < table.length; ) {
    const length = table.readUInt8(at)
    const name = table.toString("latin1", at + 8, at + 8 + length).replace("\0", "")
    const parent = paths[table.readUInt16LE(at + 6) - 1] ?? ""
    const path = parent === "" ? name : `${parent}/${name}`
    paths.push(path)
    found.set(path, table.readUInt32LE(at + 2))
    at += 8 + length + (length % 2)
  }
  return found
}

describe("a sparse Blu-ray image of 100 GB", () => {
  const output = join(folder, "large.udf")
  const size = 100_000_000_000
  writeUdf({
    output,
    label: "LARGE",
    files: [
      { path: "/BDMV/index.bdmv", source: pattern(216, 1) },
      { path: "/BDMV/STREAM/00001.m2ts", source: { size } },
      { path: "/BDMV/STREAM/00002.m2ts", source: pattern(6144, 2) },
    ],
  })

  test("opens, lists and reads at its end with little memory and few reads", async () => {
    const before = process.memoryUsage().rss
    const source = new WatchedSource((await openNode(output)) as never)
    const files = await openFileSystem(source, new Warnings())
    const [first, second] = await files.list("/BDMV/STREAM")
    expect(first).toMatchObject({ size, extents: [{ lengthBytes: size }] })
    const stream = await files.open(first as never)
    expect(stream.size).toBe(size)
    expect(await stream.read(size - 100, 200)).toEqual(new Uint8Array(100))
    const last = await files.open(second as never)
    expect(Buffer.compare(await last.read(0, 6144), pattern(6144, 2))).toBe(0)
    expect(source.reads.length).toBeLessThanOrEqual(16)
    expect(source.bytes).toBeLessThan(256 * KIB)
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 2 ** 20)
    await files.close()
  })
})
