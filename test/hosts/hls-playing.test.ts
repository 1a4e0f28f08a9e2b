import { execFile, execFileSync } from "node:child_process"
import { chownSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { openDisc } from "../../src/plugin/node.ts"
import { converterCounts } from "../../src/transcode/index.ts"
import { readFrameCode } from "../support/frame-code.ts"
import { hasProgram } from "../support/oracles.ts"
import { madeDisc, sampleBluray, sampleDvd } from "../support/samples.ts"
import { attributesOf, bytes, ffprobe, HEIGHT, pictures, readMedia, type ServedHls, serveHls, text, WIDTH } from "./hls.ts"

const hasFfmpeg = hasProgram("ffmpeg")

/** What a program prints while the server in this process answers it. @throws where it fails */
const output = (program: string, args: readonly string[], options: object = {}): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    execFile(program, args, { ...options, encoding: "buffer", maxBuffer: 1 << 30, timeout: 90_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    ),
  )

async function withHls(path: string, look: (served: ServedHls) => Promise<void>): Promise<void> {
  const served = await serveHls(path)
  try {
    await look(served)
  } finally {
    await served.server.close()
  }
}

/** Stereo samples, one channel after the other. */
function samplesOf(input: Buffer): Float32Array {
  const raw = execFileSync(
    "ffmpeg",
    ["-v", "error", "-i", "pipe:0", "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "f32le", "pipe:1"],
    { input, maxBuffer: 1 << 30 },
  )
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength))
}

const rms = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

describe.skipIf(!hasFfmpeg).each([
  ["Blu-ray", sampleBluray],
  ["DVD", sampleDvd],
] as const)("the sound of the sample %s", (_, path) => {
  test("a segment is the same whoever asks, in whatever order", async () => {
    const inOrder: Buffer[] = []
    await withHls(path, async ({ base }) => {
      const count = readMedia(await text(`${base(1)}audio-1-aac.m3u8`)).length
      for (let index = 0; index < count; index++) inOrder.push(await bytes(`${base(1)}audio/1/aac/${index}.ts`))
    })
    for (const index of [2, 1]) {
      // A server of its own: its converter begins with this segment.
      await withHls(path, async ({ base }) => {
        const alone = await bytes(`${base(1)}audio/1/aac/${index}.ts`)
        expect(alone.equals(inOrder[index] ?? Buffer.alloc(0)), `segment ${index}`).toBe(true)
      })
    }
  })

  test("segments join to the sample: the error against the source is no larger at the joins", async () => {
    await withHls(path, async ({ base }) => {
      const entries = readMedia(await text(`${base(1)}audio-1-aac.m3u8`))
      const aac = Buffer.concat(await Promise.all(entries.map(({ uri }) => bytes(base(1) + uri))))
      const copied = readMedia(await text(`${base(1)}audio-1-ac3.m3u8`))
      const ac3 = Buffer.concat(await Promise.all(copied.map(({ uri }) => bytes(base(1) + uri))))
      const [made, source] = [samplesOf(aac), samplesOf(ac3)]
      // The disc's own frames begin where they do; AAC begins with the title.
      const shift = Math.round(((packetTimes(ac3)[0] ?? 0) - (packetTimes(aac)[0] ?? 0)) * 48_000)
      const length = Math.min(made.length - shift, source.length)
      expect(length).toBeGreaterThan(source.length - 4096)
      const error = Float32Array.from({ length }, (_, index) => (made[index + shift] ?? 0) - (source[index] ?? 0))
      const overall = rms(error.subarray(2048))
      expect(overall).toBeLessThan(rms(source) / 10)
      const joins: number[] = []
      for (const { duration } of entries.slice(0, -1)) joins.push((joins.at(-1) ?? -shift) + Math.round(duration * 48_000))
      const around = (at: number) => rms(error.subarray(at - 1024, at + 1024))
      // Bells are struck each second, and what is struck is harder to code than what rings: the loudest error elsewhere is the measure.
      const elsewhere = Array.from({ length: Math.floor(length / 1024) - 3 }, (_, index) => 2048 + index * 1024)
      const most = Math.max(...elsewhere.filter((at) => joins.every((join) => Math.abs(join - at) > 3072)).map(around))
      expect(most).toBeLessThan(rms(source) / 10)
      for (const join of joins) expect(around(join), `join at sample ${join}`).toBeLessThan(most * 1.2)
    })
  })
})

describe.skipIf(!hasFfmpeg).each([
  ["Blu-ray", sampleBluray, 2, 24_000 / 1001, 10],
  ["DVD", sampleDvd, 1, 25, 17],
] as const)("ffmpeg plays the sample %s's title 1", (_, path, disc, rate, middle) => {
  test("from the start and from the middle", async () => {
    await withHls(path, async ({ base }) => {
      for (const time of [0, middle]) {
        const args = ["-v", "error", "-ss", String(time), "-i", `${base(1)}master.m3u8`, "-map", "0:v:0", "-frames:v", "1"]
        const raw = await output("ffmpeg", [...args, "-vf", `scale=${WIDTH}:${HEIGHT}`, "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"])
        const code = readFrameCode(raw.subarray(0, WIDTH * HEIGHT * 3), WIDTH, HEIGHT)
        expect(code).toMatchObject({ disc, title: 1 })
        // FFmpeg goes on at the first key picture behind the moment.
        expect((code?.frame ?? -99) - time * rate).toBeGreaterThan(-2)
        expect((code?.frame ?? 999) - time * rate).toBeLessThan(rate + 1)
      }
    })
  })
})

test.skipIf(!hasFfmpeg)("text subtitles: every segment has the cues that are shown in it", async () => {
  const disc = await openDisc(sampleBluray)
  const number = disc.info.titles.find(({ streams }) => streams.some(({ codec }) => codec === "hdmv_text_subtitle"))?.number ?? 0
  const title = await disc.readTitle(number)
  await withHls(sampleBluray, async ({ base }) => {
    for (const subtitle of [1, 2]) {
      const entries = readMedia(await text(`${base(number)}text-${subtitle}.m3u8`))
      const segments = await Promise.all(entries.map(({ uri }) => text(base(number) + uri)))
      const cues = (await title.texts(subtitle)) ?? []
      for (const segment of segments) expect(segment).toMatch(/^WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00\.000,MPEGTS:900000\n\n/)
      for (const { lines } of cues) expect(segments.some((segment) => segment.includes(lines.join("\n")))).toBe(true)
    }
  })
  await title.close()
  await disc.close()
})

describe.skipIf(!hasFfmpeg)("video that is converted", () => {
  test.each([
    ["ntsc", 1, 30_000 / 1001],
    ["mpeg2", 1, 25],
    ["mpeg2", 2, 24_000 / 1001],
  ] as const)("the %s disc's title %i: no picture is lost or doubled at a cut", async (name, title, rate) => {
    await withHls(madeDisc(name), async ({ base }) => {
      const entries = readMedia(await text(`${base(title)}video.m3u8`))
      const wanted = [0, 1, 4, 5]
      const segments: Buffer[] = []
      for (const index of wanted) segments.push(await bytes(base(title) + (entries[index]?.uri ?? "")))
      for (const [first, second] of [
        [0, 1],
        [2, 3],
      ] as const) {
        const joined = pictures(Buffer.concat([segments[first] ?? Buffer.alloc(0), segments[second] ?? Buffer.alloc(0)]))
        const frames = joined.map(({ frame }) => frame)
        const steps = frames.slice(1).map((frame, index) => frame - (frames[index] ?? 0))
        expect(steps.filter((step) => step < 0 || step > 1)).toEqual([])
        expect(frames.at(-1)).toBeGreaterThan(0)
      }
      const [said] = (await text(`${base(title)}master.m3u8`))
        .split("\n")
        .filter((line) => line.startsWith("#EXT-X-STREAM-INF:"))
        .map(attributesOf)
      const [video] = ffprobe(segments[0] ?? Buffer.alloc(0), "stream=width,height,profile,level")
      expect(said?.["RESOLUTION"]).toBe(`${video?.["width"]}x${video?.["height"]}`)
      expect(said?.["CODECS"]).toContain(`avc1.6400${Number(video?.["level"]).toString(16).toUpperCase()}`)
      const times = packetTimes(segments[0] ?? Buffer.alloc(0))
      const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
      expect(Math.abs(span - (entries[0]?.duration ?? 0))).toBeLessThan(2.1 / rate)
    })
  })
})

describe.skipIf(!hasFfmpeg)("converted pictures", () => {
  test("are the same whoever asks, in whatever order", async () => {
    const inOrder: Buffer[] = []
    await withHls(sampleDvd, async ({ base }) => {
      for (let index = 0; index < 4; index++) inOrder.push(await bytes(`${base(1)}video/${index}.ts`))
    })
    for (const index of [3, 1]) {
      await withHls(sampleDvd, async ({ base }) => {
        const alone = await bytes(`${base(1)}video/${index}.ts`)
        expect(alone.equals(inOrder[index] ?? Buffer.alloc(0)), `segment ${index}`).toBe(true)
      })
    }
  })
})

const packetTimes = (input: Buffer): number[] =>
  execFileSync("ffprobe", ["-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", "-i", "pipe:0"], { input })
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map(Number.parseFloat)

describe.skipIf(!hasFfmpeg)("clients that vanish", () => {
  test("leave no converter behind, and do not disturb others", async () => {
    await withHls(sampleDvd, async ({ base }) => {
      await text(`${base(1)}master.m3u8`)
      for (let round = 0; round < 10; round++) {
        const stop = new AbortController()
        const asked = Array.from({ length: 20 }, (_, client) => {
          const uri =
            client % 2 === 0 ? `video/${(round + client) % 6}.ts` : `audio/${1 + (client % 4 > 1 ? 1 : 0)}/aac/${(round + client) % 6}.ts`
          return fetch(base(1) + uri, { signal: stop.signal }).catch(() => null)
        })
        await new Promise((resolve) => setTimeout(resolve, 100 + 30 * round))
        stop.abort()
        await Promise.all(asked)
      }
      expect((await bytes(`${base(2)}video/0.ts`)).length).toBeGreaterThan(10_000)
      const end = Date.now() + 10_000
      while (converterCounts().open > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
      expect(converterCounts().open).toBe(0)
      expect(converterCounts().processes).toBeLessThanOrEqual(1)
      await until10s(() => readdirSync("/proc/self/fd").filter((fd) => linkOf(fd).endsWith("dvd.iso")).length <= 1)
    })
  })
})

const linkOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ""
  }
}

/** VLC refuses to run as root, which tests may do. */
const NOBODY = 65_534

describe.skipIf(!hasProgram("cvlc")).each([
  ["Blu-ray", sampleBluray, 2, 24_000 / 1001, 10],
  ["DVD", sampleDvd, 1, 25, 17],
] as const)("VLC plays the sample %s's title 1", (_, path, disc, rate, middle) => {
  test.each([0, middle])("from second %i", async (start) => {
    const folder = mkdtempSync(join(tmpdir(), "opentray-vlc-"))
    const isRoot = process.getuid?.() === 0
    if (isRoot) chownSync(folder, NOBODY, NOBODY)
    await withHls(path, async ({ base }) => {
      const scenes = [
        "--video-filter=scene",
        "--vout=dummy",
        "--scene-format=png",
        "--scene-ratio=1",
        "--scene-width=640",
        "--scene-height=360",
        `--scene-path=${folder}`,
        "--scene-prefix=f",
      ]
      const times = [`--start-time=${start}`, `--stop-time=${start + 3}`]
      const plain = ["--intf=dummy", "--aout=dummy", "--no-video-title-show", "--play-and-exit", "--no-media-library"]
      await output("cvlc", [...plain, ...scenes, ...times, `${base(1)}master.m3u8`], {
        env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
        ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
      })
    })
    const codes = readdirSync(folder)
      .filter((name) => name.endsWith(".png"))
      .sort()
      .map((name) => {
        const png = readFileSync(join(folder, name))
        const raw = execFileSync(
          "ffmpeg",
          ["-v", "error", "-f", "png_pipe", "-i", "-", "-vf", `scale=${WIDTH}:${HEIGHT}`, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
          { input: png },
        )
        return readFrameCode(raw, WIDTH, HEIGHT)
      })
      .filter((code) => code !== null)
    rmSync(folder, { recursive: true, force: true })
    expect(codes.length).toBeGreaterThan(30)
    for (const code of codes) expect(code).toMatchObject({ disc, title: 1 })
    const first = codes[0]?.frame ?? -99
    expect(first / rate).toBeGreaterThan(start - 7)
    expect(first / rate).toBeLessThan(start + 2)
    const frames = codes.map(({ frame }) => frame)
    expect(Math.max(...frames) - first).toBeGreaterThan(60)
  })
})

async function until10s(look: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (look()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error("it did not come to that within 10 s")
}
