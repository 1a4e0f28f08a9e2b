import { describe, expect, test } from "vitest"
import { ticks } from "../../src/base/index.ts"
import type { CodecName } from "../../src/mpeg/index.ts"
import type { Item } from "../../src/plugin/items.ts"
import type { OutputItem } from "../../src/transcode/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { convert, decodeAudio, ffmpeg, floats, itemsOf, make, outputs, packetsOf, path, START, tone } from "./support.ts"

const PICTURE = ["-f", "lavfi", "-i", "color=gray:s=352x288:r=25"]
const VIDEO = ["-c:v", "mpeg2video", "-b:v", "1M", "-shortest"]
/** 440 Hz left, 1000 Hz right, amplitude 0.4; silent but for the second half of each second. */
const BEEPS = "aevalsrc='0.4*sin(2*PI*440*t)*gte(mod(t,1),0.5)|0.4*sin(2*PI*1000*t)*gte(mod(t,1),0.5)':s=48000"

const sound = (seconds: number, source = BEEPS) => [...PICTURE, "-f", "lavfi", "-t", `${seconds}`, "-i", source]

/** Feed time at which each beep begins, as a host hears it. */
function onsets(items: readonly OutputItem[]): number[] {
  const { left, start } = decodeAudio(items)
  return beginnings(left, start)
}

const decodedByFfmpeg = (file: string) => floats(ffmpeg("-i", file, "-map", "0:a", "-ac", "1", "-f", "f32le", "-"))

/** Where sound begins after silence, in ticks; `start` is that of the first sample. */
function beginnings(left: Float32Array, start: number): number[] {
  const found: number[] = []
  for (let at = 0, quiet = 10_000; at < left.length; at++) {
    if (Math.abs(left[at] ?? 0) < 0.05) quiet++
    else {
      if (quiet > 9_600) found.push(start + (at * 15) / 8)
      quiet = 0
    }
  }
  return found
}

describe.skipIf(!hasProgram("ffmpeg"))("audio", () => {
  const codecs: [name: CodecName, file: string, args: string[]][] = [
    ["ac3", "ac3.vob", ["-c:a", "ac3", "-b:a", "192k", "-f", "dvd"]],
    ["mp2", "mp2.vob", ["-c:a", "mp2", "-b:a", "192k", "-f", "dvd"]],
    ["pcm_dvd", "lpcm.vob", ["-c:a", "pcm_dvd", "-f", "dvd"]],
    ["pcm_bluray", "lpcm.m2ts", ["-c:a", "pcm_bluray", "-f", "mpegts", "-mpegts_m2ts_mode", "1"]],
    ["dts", "dts.m2ts", ["-c:a", "dca", "-b:a", "768k", "-strict", "-2", "-f", "mpegts", "-mpegts_m2ts_mode", "1"]],
    ["truehd", "truehd.m2ts", ["-c:a", "truehd", "-strict", "-2", "-f", "mpegts", "-mpegts_m2ts_mode", "1"]],
    ["eac3", "eac3.m2ts", ["-c:a", "eac3", "-b:a", "192k", "-f", "mpegts", "-mpegts_m2ts_mode", "1"]],
  ]
  test.each(codecs)("%s becomes AAC: the same tones on the same sides, as loud, at the same time", async (codec, file, args) => {
    const items = itemsOf(make(file, ...sound(3), ...VIDEO, ...args))
    expect(items[0]?.type === "streams" && items[0].streams.some((stream) => stream.codec === codec)).toBe(true)
    const out = await convert(items)
    expect(out.filter((item) => item.type === "warning")).toEqual([])
    expect(out.find((item) => item.type === "parameters" && item.stream === "audio")).toMatchObject({
      codec: "aac",
      sampleRate: 48_000,
      channels: 2,
    })
    const { left, right, start } = decodeAudio(out)
    const packets = outputs(out, "audio")
    expect(packets.map(({ pts }) => pts)).toEqual(packets.map((_, index) => start + index * 1920))
    // The beep of the second second, wherever the file's own clock began.
    const first = packetsOf(items, "audio")[0]?.pts ?? 0
    const at = Math.round(((first - start) * 8) / 15) + 48_000 + 24_000 + 2_400
    for (const [samples, own, other] of [
      [left, 440, 1000],
      [right, 1000, 440],
    ] as const) {
      expect(tone(samples, own, at, 19_200)).toBeCloseTo(0.4, 1)
      expect(tone(samples, other, at, 19_200)).toBeLessThan(0.01)
    }
    // As FFmpeg decodes the same file: the encoders of these files put some milliseconds of their own in front. (It does not read its own TrueHD here.)
    const expected =
      codec === "truehd" ? [0.5, 1.5, 2.5].map((second) => first + second * 90_000) : beginnings(decodedByFfmpeg(path(file)), first)
    const heard = onsets(out)
    expect(expected.length).toBe(3)
    expect(heard.length).toBe(3)
    for (const [index, time] of heard.entries()) expect(Math.abs(time - (expected[index] ?? 0))).toBeLessThan(2 * 90)
  })

  test("after 60 s picture and sound are in step to 5 ms", async () => {
    const items = itemsOf(make("long.vob", ...sound(62), ...VIDEO, "-c:a", "pcm_dvd", "-f", "dvd"))
    const out = await convert(items)
    const first = packetsOf(items, "audio")[0]?.pts ?? 0
    const last = onsets(out).at(-1) ?? 0
    expect(Math.abs(last - (first + 61.5 * 90_000))).toBeLessThan(5 * 90)
    const video = outputs(out, "video")
    expect(video[1500]!.pts - video[0]!.pts).toBe(60 * 90_000)
  })

  test("5.1 is mixed to stereo: centre and surrounds at -3 dB, all 3 dB down, no low-frequency effects", async () => {
    const channels = [300, 500, 700, 60, 1100, 1300].map((hertz) => `0.3*sin(2*PI*${hertz}*t)`).join("|")
    const args = [...sound(2, `aevalsrc='${channels}':c=5.1:s=48000`), ...VIDEO]
    const { left, right } = decodeAudio(await convert(itemsOf(make("six.vob", ...args, "-c:a", "ac3", "-b:a", "448k", "-f", "dvd"))))
    const level = (samples: Float32Array, hertz: number) => tone(samples, hertz, 24_000, 48_000)
    expect(level(left, 300)).toBeCloseTo(0.3 * Math.SQRT1_2, 1)
    expect(level(right, 500)).toBeCloseTo(0.3 * Math.SQRT1_2, 1)
    for (const samples of [left, right]) expect(level(samples, 700)).toBeCloseTo(0.15, 1.5)
    expect(level(left, 1100)).toBeCloseTo(0.15, 1.5)
    expect(level(right, 1300)).toBeCloseTo(0.15, 1.5)
    expect(level(left, 1300)).toBeLessThan(0.01)
    expect(level(left, 60)).toBeLessThan(0.01)
  })

  test("a hole is filled with silence and an overlap is cut; the rest stays in its place", async () => {
    const items = itemsOf(make("holes.vob", ...sound(6, "sine=f=440:r=48000"), ...VIDEO, "-c:a", "pcm_dvd", "-f", "dvd"))
    const audio = packetsOf(items, "audio")
    const start = audio[0]?.pts ?? 0
    const isIn = (item: Item, from: number, to: number) =>
      item.type === "packet" &&
      item.stream === audio[0]?.stream &&
      item.pts !== null &&
      item.pts >= start + from * 90_000 &&
      item.pts < start + to * 90_000
    const cut = items
      .filter((item) => !isIn(item, 2, 3))
      .map((item): Item => (isIn(item, 4, 9) && item.type === "packet" ? { ...item, pts: ticks((item.pts ?? 0) - 9_000) } : item))
    const out = await convert(cut)
    const packets = outputs(out, "audio")
    expect(packets.map(({ pts }) => pts)).toEqual(packets.map((_, index) => (packets[0]?.pts ?? 0) + index * 1920))
    const { left } = decodeAudio(out)
    const second = (from: number) => tone(left, 440, Math.round(from * 48_000), 24_000)
    expect(second(1.2)).toBeGreaterThan(0.1)
    expect(second(2.2)).toBeLessThan(0.001)
    expect(second(3.2)).toBeGreaterThan(0.1)
    expect(second(5)).toBeGreaterThan(0.1)
  })

  test("a disc without sound gets silence from the first picture to the last", async () => {
    const items = itemsOf(make("mute.vob", ...PICTURE, "-t", "2", ...VIDEO, "-f", "dvd"))
    const out = await convert(items)
    const [video, audio] = [outputs(out, "video"), outputs(out, "audio")]
    expect(audio[0]?.pts).toBeLessThanOrEqual(video[0]!.pts)
    expect(audio.at(-1)!.pts + 1920).toBeGreaterThanOrEqual(video.at(-1)!.pts + 3600)
    expect(out.findIndex((item) => item.type === "packet" && item.stream === "audio")).toBeLessThan(5)
    const { left, right } = decodeAudio(out)
    expect(left.length).toBe(audio.length * 1024)
    expect([...left, ...right].every((sample) => sample === 0)).toBe(true)
  })

  test("sound that begins late or stops early does not hold the picture up", async () => {
    const items = itemsOf(make("late.vob", ...sound(8, "sine=f=440:r=48000"), ...VIDEO, "-c:a", "ac3", "-f", "dvd"))
    const index = packetsOf(items, "audio")[0]?.stream
    const isKept = (item: Item) =>
      item.type !== "packet" || item.stream !== index || ((item.pts ?? 0) > START + 270_000 && (item.pts ?? 0) < START + 450_000)
    const out = await convert(items.filter(isKept))
    const [video, audio] = [outputs(out, "video"), outputs(out, "audio")]
    expect(video.length).toBe(packetsOf(items, "video").length)
    expect(audio[0]?.pts).toBe(START)
    expect(audio.map(({ pts }) => pts)).toEqual(audio.map((_, at) => START + at * 1920))
    const { left } = decodeAudio(out)
    expect(tone(left, 440, 48_000, 48_000)).toBeLessThan(0.001)
    expect(tone(left, 440, 4 * 48_000 - 12_000, 24_000)).toBeGreaterThan(0.1)
  })
})
