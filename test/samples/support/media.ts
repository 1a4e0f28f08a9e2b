import { spawnSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect } from "vitest"
import { type FrameCode, readFrameCode } from "../../support/frame-code.ts"
import { hasProgram, runOracle } from "../../support/oracles.ts"

export const hasFfmpeg = hasProgram("ffmpeg") && hasProgram("ffprobe")

const work = mkdtempSync(join(tmpdir(), "opentray-samples-"))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** A file of an image, found by libudfread, or some of its sectors; files lie in one extent here. */
export function extract(image: string, path: string, sectors?: readonly (readonly [first: number, last: number])[]): string {
  const found = runOracle("udfls", [image]).find((line) => line.path === path) as { lba: number; size: number; firstExtentBlocks: number }
  expect(found.firstExtentBlocks * 2048).toBeGreaterThanOrEqual(found.size)
  const file = openSync(image, "r")
  const pieces = (sectors ?? [[0, found.size / 2048 - 1]]).map(([first, last]) => {
    const bytes = Buffer.alloc(Math.ceil((last - first + 1) * 2048))
    readSync(file, bytes, 0, bytes.length, (found.lba + first) * 2048)
    return bytes
  })
  closeSync(file)
  const to = join(work, `${path.replaceAll("/", "_")}${sectors === undefined ? "" : `-${sectors[0]?.[0]}`}`)
  writeFileSync(to, Buffer.concat(pieces))
  return to
}

export function program(name: string, args: string[]): Buffer {
  const result = spawnSync(name, args, { maxBuffer: 2 ** 31 })
  expect(result.status, result.stderr.toString()).toBe(0)
  return result.stdout
}
export const ffmpeg = (...args: string[]): Buffer => program("ffmpeg", ["-v", "error", "-nostdin", ...args])

/** The frame codes of all pictures, in showing order. */
export function codes(path: string): (FrameCode | null)[] {
  const [width, height] = [384, 216]
  const bytes = ffmpeg(
    "-i",
    path,
    "-map",
    "0:v",
    "-vsync",
    "passthrough",
    "-vf",
    `scale=${width}:${height}`,
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
    "-",
  )
  const size = width * height * 3
  return Array.from({ length: bytes.length / size }, (_, i) => readFrameCode(bytes.subarray(i * size, (i + 1) * size), width, height))
}
export const run = (disc: number, title: number, angle: number, first: number, count: number): FrameCode[] =>
  Array.from({ length: count }, (_, i) => ({ disc, title, angle, frame: first + i }))

const RATE = 48_000
export function sound(path: string, track: number): Float32Array {
  const bytes = ffmpeg("-i", path, "-map", `0:a:${track}`, "-ac", "1", "-ar", String(RATE), "-f", "f32le", "-")
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** Strength of one frequency (Goertzel). */
function strength(samples: Float32Array, frequency: number): number {
  const k = 2 * Math.cos((2 * Math.PI * frequency) / RATE)
  let [a, b] = [0, 0]
  for (const value of samples) [a, b] = [value + k * a - b, a]
  return Math.sqrt(a * a + b * b - k * a * b)
}

/** The table of tones that README.md promises: `disc/title` to the tracks' frequencies. */
export const tones = new Map<string, number[]>()
for (const [, disc, title, , hz] of readFileSync(join(import.meta.dirname, "../../../samples/README.md"), "utf8").matchAll(
  /^\| (\d) +\| ([^|]+?) *\| ([^|]+) \| ([\d, ]+) \|$/gm,
))
  tones.set(`${disc}/${title}`, (hz as string).split(",").map(Number))

/** The promised tone that is strongest in two seconds of a track. */
export function tone(path: string, track: number): number {
  const samples = sound(path, track).subarray(RATE / 2, RATE / 2 + 2 * RATE)
  expect(samples.length).toBeGreaterThan(RATE / 2)
  return [...tones.values()].flat().reduce((best, hz) => (strength(samples, hz) > strength(samples, best) ? hz : best), 196)
}

/** When, near `second`, the sound rises most within 10 ms. */
export function bellAt(samples: Float32Array, second: number): number {
  const power = (at: number): number => {
    let sum = 0
    for (let i = at; i < at + RATE / 100; i++) sum += (samples[i] ?? 0) ** 2
    return sum
  }
  const step = RATE / 1000
  let best = { at: 0, rise: 0 }
  for (let at = Math.round((second - 0.4) * RATE); at < (second + 0.4) * RATE; at += step) {
    const rise = power(at) - power(at - RATE / 100)
    if (rise > best.rise) best = { at: at / RATE, rise }
  }
  return best.at
}

export function startTime(path: string, stream: string): number {
  const found = program("ffprobe", ["-v", "error", "-select_streams", stream, "-show_entries", "stream=start_time", "-of", "csv=p=0", path])
  return Number.parseFloat(found.toString())
}
