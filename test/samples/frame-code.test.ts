import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { createScene } from "../../samples/authoring/picture/scene.mjs"
import { type FrameCode, readFrameCode } from "../support/frame-code.ts"
import { hasProgram } from "../support/oracles.ts"

const work = mkdtempSync(join(tmpdir(), "opentray-frame-code-"))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const FULL_HD = { width: 1920, height: 1080, frameRate: 24_000 / 1001 }
const PAL = { width: 720, height: 576, frameRate: 25 }
const FIRST = 4321
const PICTURES = 8

/** Eight pictures of a film as one YUV 4:2:0 file. */
function pictures(size: typeof FULL_HD, name: string): string {
  const path = join(work, name)
  const chapters = [{ start: 0, sky: "day", name: "Test" }]
  const scene = createScene({
    ...size,
    code: { disc: 9, title: 37, angle: 5 },
    heading: "Frame code",
    line: "a test",
    chapters,
    entries: undefined,
    seed: 3,
  })
  writeFileSync(path, Buffer.concat(Array.from({ length: PICTURES }, (_, i) => Buffer.from(scene.draw(FIRST + i).bytes))))
  return path
}

const expected: FrameCode[] = Array.from({ length: PICTURES }, (_, i) => ({ disc: 9, title: 37, angle: 5, frame: FIRST + i }))

function ffmpeg(...args: string[]): Buffer {
  const result = spawnSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args], { maxBuffer: 1 << 30 })
  expect(result.status, result.stderr.toString()).toBe(0)
  return result.stdout
}

/** The codes of a file's pictures behind a filter that ends in pictures of `width` by `height`. */
function codes(input: string[], filter: string, width: number, height: number, format: "rgb24" | "rgba" = "rgb24"): (FrameCode | null)[] {
  const bytes = ffmpeg(...input, "-vf", filter, "-f", "rawvideo", "-pix_fmt", format, "-")
  const size = width * height * (format === "rgba" ? 4 : 3)
  return Array.from({ length: bytes.length / size }, (_, i) => readFrameCode(bytes.subarray(i * size, (i + 1) * size), width, height))
}

const raw = (size: typeof FULL_HD, path: string): string[] => [
  "-f",
  "rawvideo",
  "-pix_fmt",
  "yuv420p",
  "-s",
  `${size.width}x${size.height}`,
  "-i",
  path,
]

describe.skipIf(!hasProgram("ffmpeg"))("the frame code", () => {
  const hd = pictures(FULL_HD, "hd.yuv")
  const pal = pictures(PAL, "pal.yuv")

  it.each([
    ["as drawn", "null", 1920, 1080],
    ["on 480 lines", "scale=854:480", 854, 480],
    ["on a phone", "scale=360:202", 360, 202],
    ["with bars above and below", "scale=900:506,pad=900:1000:0:247:black", 900, 1000],
    ["with bars at the sides", "scale=1000:562,pad=1400:562:201:0:black", 1400, 562],
    ["in the middle of a dark page", "scale=801:450,pad=1200:800:133:97:0x101014", 1200, 800],
  ])("is read %s", (_, filter, width, height) => {
    expect(codes(raw(FULL_HD, hd), filter, width, height, "rgba")).toEqual(expected)
  })

  it.each(["-crf 35", "-crf 35 -vf scale=854:480"])("is read behind x264 %s", (options) => {
    const path = join(work, "coded.mp4")
    ffmpeg(...raw(FULL_HD, hd), "-c:v", "libx264", "-preset", "veryfast", ...options.split(" "), path)
    expect(codes(["-i", path], "scale=854:480", 854, 480)).toEqual(expected)
  })

  it("is read from a DVD's picture behind MPEG-2 and x264 on 480 lines", () => {
    const mpeg = join(work, "coded.mpg")
    const path = join(work, "coded-again.mp4")
    ffmpeg(...raw(PAL, pal), "-c:v", "mpeg2video", "-b:v", "600k", "-aspect", "16:9", mpeg)
    ffmpeg("-i", mpeg, "-vf", "scale=854:480", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "35", path)
    expect(codes(["-i", path], "scale=854:480", 854, 480)).toEqual(expected)
  })

  it("is not found where there is none, or where one cell is wrong", () => {
    expect(codes(["-f", "lavfi", "-t", "0.2", "-i", "testsrc2=s=640x360"], "null", 640, 360)).toEqual(Array(5).fill(null))
    expect(readFrameCode(new Uint8Array(640 * 360 * 3), 640, 360)).toBeNull()
    const [width, height] = [1080, 608]
    const picture = ffmpeg(
      ...raw(FULL_HD, hd),
      "-vf",
      `scale=${width}:${height}`,
      "-frames:v",
      "1",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "-",
    )
    expect(readFrameCode(picture, width, height)).toEqual(expected[0])
    // Each cell is 20 pixels wide here; turning one over must break the marks or the CRC.
    for (let cell = 0; cell < 54; cell++) {
      const damaged = Buffer.from(picture)
      for (let row = 0; row < 14; row++)
        for (let x = cell * 20; x < cell * 20 + 20; x++) {
          const at = (row * width + x) * 3
          damaged.fill((picture[at] as number) > 40 ? 10 : 75, at, at + 3)
        }
      expect(readFrameCode(damaged, width, height), `cell ${cell}`).toBeNull()
    }
  })
})
