import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { type ConvertedStreamOptions, openConvertedStream } from "../../src/hosts/converted-stream.ts"
import type { ListedDisc } from "../../src/hosts/host.ts"
import { type Disc, openDisc } from "../../src/index.ts"
import { converterCounts } from "../../src/transcode/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

const ON_A_BUSY_MACHINE = 60_000
const folder = mkdtempSync(join(tmpdir(), "opentray-converted-"))
let dvd: Disc
let bluray: Disc

beforeAll(async () => {
  dvd = await openDisc(sampleDvd)
  bluray = await openDisc(sampleBluray)
})

afterAll(async () => {
  await Promise.all([dvd.close(), bluray.close()])
  rmSync(folder, { recursive: true, force: true })
})

const counts = { claimed: 0, held: 0 }

/** The disc as a server lists it; who holds it is counted. */
function listed(disc: Disc): ListedDisc {
  const hold = async () => {
    counts.held++
    return { disc, release: () => void counts.held-- }
  }
  return { id: "disc", name: "disc", folder: [], info: disc.info, hold } as unknown as ListedDisc
}

const claim = () => {
  counts.claimed++
  return () => void counts.claimed--
}

const open = (disc: Disc, options: ConvertedStreamOptions) => openConvertedStream(listed(disc), claim, options)

async function freed(): Promise<void> {
  for (let tries = 0; tries < 20 && counts.claimed + counts.held > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
}

type Probed = Readonly<Record<string, string | number>>

async function whole(disc: Disc, options: ConvertedStreamOptions): Promise<{ readonly file: string; readonly streams: readonly Probed[] }> {
  const { body } = await open(disc, options)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  const file = join(folder, "title.ts")
  writeFileSync(file, Buffer.concat(chunks))
  const told = execFileSync("ffprobe", ["-v", "error", "-of", "json", "-show_streams", file]).toString()
  return { file, streams: JSON.parse(told).streams }
}

describe.skipIf(!hasProgram("ffmpeg"))("a converted stream", () => {
  test(
    "of a DVD's title, from a moment to its end: H.264 of square pixels and AAC, whole to FFmpeg",
    async () => {
      const { file, streams } = await whole(dvd, { title: 2, time: 4 })
      expect(streams).toMatchObject([{ codec_name: "h264" }, { codec_name: "aac", channels: 2 }])
      expect(streams[0]).toMatchObject({ width: 1024, height: 576 })
      const left = (dvd.info.titles.find(({ number }) => number === 2)?.duration ?? 0) - 4
      for (const { duration } of streams) expect(Math.abs(Number(duration) - left)).toBeLessThan(0.5)
      const said = execFileSync("ffmpeg", ["-v", "error", "-xerror", "-i", file, "-f", "null", "-"], {
        stdio: ["ignore", "ignore", "pipe"],
      })
      expect(said?.toString() ?? "").toBe("")
      await freed()
      expect(counts).toEqual({ claimed: 0, held: 0 })
    },
    ON_A_BUSY_MACHINE,
  )

  test(
    "for receivers: AC-3; at most so many lines, also of H.264, which is copied otherwise",
    async () => {
      const source = bluray.info.titles.find(({ number }) => number === 1)?.streams ?? []
      const video = source.find(({ kind }) => kind === "video")
      const small = await whole(bluray, { title: 1, audioCodec: "ac3", maxHeight: 480 })
      expect(small.streams).toMatchObject([{ codec_name: "h264", height: 480 }, { codec_name: "ac3" }])
      const copied = await whole(bluray, { title: 1 })
      expect(copied.streams).toMatchObject([{ codec_name: video?.codec, height: video?.height }, { codec_name: "aac" }])
    },
    ON_A_BUSY_MACHINE,
  )

  test(
    "with a subtitle drawn into the picture, and without",
    async () => {
      const frames = async (burnIn: boolean) => {
        const { file } = await whole(dvd, { title: 2, subtitle: 1, burnIn })
        const gray = ["-vf", "crop=iw*0.6:ih*0.1:iw*0.2:ih*0.83,scale=512:48,format=gray", "-f", "rawvideo", "-"]
        return execFileSync("ffmpeg", ["-v", "error", "-i", file, "-an", ...gray], { maxBuffer: 1 << 30 })
      }
      const [plain, burnt] = [await frames(false), await frames(true)]
      const size = 512 * 48
      const changes = Array.from({ length: plain.length / size }, (_, frame) => {
        let sum = 0
        for (let i = frame * size; i < (frame + 1) * size; i++) sum += Math.abs((plain[i] ?? 0) - (burnt[i] ?? 0))
        return sum / size / 255
      })
      const second = (from: number, to: number) => changes.slice(Math.round(from * 25), Math.round(to * 25))
      expect(Math.max(...second(0, 1.5))).toBeLessThan(0.01)
      expect(Math.min(...second(2.5, 4))).toBeGreaterThan(0.02)
      expect(Math.max(...second(5.5, 7))).toBeLessThan(0.01)
      expect(Math.min(...second(8.5, 10))).toBeGreaterThan(0.02)
    },
    ON_A_BUSY_MACHINE,
  )

  test("a reader that goes frees converter, session and disc within 100 ms", async () => {
    const { body } = await open(dvd, { title: 1 })
    const reader = body.getReader()
    await reader.read()
    expect(counts).toEqual({ claimed: 1, held: 1 })
    expect(converterCounts().open).toBe(1)
    const started = performance.now()
    await reader.cancel()
    while (counts.claimed > 0 || counts.held > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(performance.now() - started).toBeLessThan(100)
    expect(converterCounts().open).toBe(0)
  })

  test("a reader that does not read holds it back: no more than a few MiB are made", async () => {
    const stream = await open(dvd, { title: 1 })
    const before = process.memoryUsage().arrayBuffers
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20)
    await stream.close()
    expect(counts).toEqual({ claimed: 0, held: 0 })
  })

  test("what is not there, and one too many, are refused before anything runs", async () => {
    await expect(open(dvd, { title: 99 })).rejects.toMatchObject({ code: "not-found" })
    const refuse = () => {
      throw new DiscError("limit", "enough run already")
    }
    await expect(openConvertedStream(listed(dvd), refuse, { title: 1 })).rejects.toMatchObject({ code: "limit" })
    expect(counts).toEqual({ claimed: 0, held: 0 })
    expect(converterCounts().open).toBe(0)
  })
})
