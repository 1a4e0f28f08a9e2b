import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"
import { Warnings } from "../../src/base/index.ts"
import type { DiscInfo } from "../../src/disc/index.ts"
import { openFileSystem, walk } from "../../src/filesystem/index.ts"
import { MemorySource } from "../../src/source/index.ts"
import { opentray, samplePath } from "./cli.ts"

const GB = 1e9
const MAX_RSS = 150e6

const folder = mkdtempSync(join(tmpdir(), "opentray-large-"))
const image = join(folder, "large.iso")
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The sample Blu-ray with 100 GB of film, a hole of the file, between its structures and its clips: the clips lie at the image's end. */
beforeAll(async () => {
  const sample = await openFileSystem(new MemorySource(new Uint8Array(readFileSync(samplePath("bluray.iso")))), new Warnings())
  const files: { path: string; source: Uint8Array | { size: number }; order: number }[] = []
  for await (const { path, type } of walk(sample, "/")) {
    if (type === "directory") continue
    const source = await sample.open(path)
    files.push({ path, source: await source.read(0, source.size), order: path.endsWith(".m2ts") ? 2 : 0 })
  }
  files.push({ path: "/BDMV/STREAM/90000.m2ts", source: { size: Math.floor((100 * GB) / 6144) * 6144 }, order: 1 })
  writeUdf({ output: image, label: "LARGE", files })
})

describe("a Blu-ray image of 100 GB", () => {
  it("is sparse", () => {
    const { size, blocks } = statSync(image)
    expect(size).toBeGreaterThan(100 * GB)
    expect(blocks * 512).toBeLessThan(20e6)
  })

  it("opens", async () => {
    const { status, stdout, stderr, maxRss } = await opentray(["info", image, "--json"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const info = JSON.parse(stdout.toString()) as DiscInfo
    const small = JSON.parse((await opentray(["info", samplePath("bluray.iso"), "--json"])).stdout.toString()) as DiscInfo
    expect(info.titles).toEqual(small.titles)
    expect(maxRss).toBeGreaterThan(10e6)
    expect(maxRss).toBeLessThan(MAX_RSS)
  })

  it("lists", async () => {
    const { status, stdout, maxRss } = await opentray(["ls", image, "--json"])
    expect(status).toBe(0)
    const listed = JSON.parse(stdout.toString()) as { path: string; size?: number; extents?: [number, number][] }[]
    const film = listed.find(({ path }) => path === "/BDMV/STREAM/90000.m2ts")
    expect(film?.size).toBeGreaterThan(99.9 * GB)
    expect(film?.extents?.reduce((sum, [, length]) => sum + length, 0)).toBe(film?.size)
    const last = Math.max(...listed.flatMap(({ extents = [] }) => extents.map(([sector]) => sector * 2048)))
    expect(last).toBeGreaterThan(100 * GB)
    expect(maxRss).toBeLessThan(MAX_RSS)
  })

  it("reads at its end: a title there, and the film's last bytes", async () => {
    const title = await opentray(["cat", image, "--title", "2"])
    const small = await opentray(["cat", samplePath("bluray.iso"), "--title", "2"])
    expect(title.status).toBe(0)
    expect(title.stdout.length).toBeGreaterThan(1e6)
    expect(title.stdout.equals(small.stdout)).toBe(true)
    expect(title.maxRss).toBeLessThan(MAX_RSS)

    const size = Math.floor((100 * GB) / 6144) * 6144
    const end = await opentray(["cat", image, "/BDMV/STREAM/90000.m2ts", "--range", `${size - 10_000_000}-`])
    expect(end.status).toBe(0)
    expect(end.stdout.length).toBe(10_000_000)
    expect(end.stdout.every((byte) => byte === 0)).toBe(true)
    expect(end.maxRss).toBeLessThan(MAX_RSS)
  })

  it("plays from it with as little memory", async () => {
    const { stdout, maxRss } = await opentray(["trace", image, "--titles", "--script", "-"], { input: "title 1\nrun 100000\nstate\n" })
    const lines = stdout.toString().trim().split("\n")
    expect(lines.length).toBeGreaterThan(1000)
    expect(maxRss).toBeLessThan(MAX_RSS)
  })
})
