import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { CodecName } from "../../src/mpeg/index.ts"
import { type ConverterOptions, type OutputItem, openConverter } from "../../src/transcode/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { convert, ffmpeg, floats, itemsOf, make, outputs, packetsOf, path, pushAll, read, tone } from "./support.ts"

const RECEIVER: ConverterOptions = { video: { codecs: ["h264"] }, audio: { codecs: ["aac", "ac3"], encodeAs: "ac3" } }
const PICTURE = ["-f", "lavfi", "-i", "color=gray:s=352x288:r=25"]
const VIDEO = ["-shortest", "-c:v", "mpeg2video", "-b:v", "1M"]
/** One tone a channel, in FFmpeg's order: left, right, centre, low frequencies, left and right surround. */
const TONES = [440, 660, 880, 60, 1100, 1320]
const SIX = `aevalsrc='${TONES.map((hertz) => `0.3*sin(2*PI*${hertz}*t)*gte(t,0.5)`).join("|")}':c=5.1:s=48000`
const TWO = "aevalsrc='0.3*sin(2*PI*440*t)*gte(t,0.5)|0.3*sin(2*PI*660*t)*gte(t,0.5)':c=stereo:s=48000"
const M2TS = ["-f", "mpegts", "-mpegts_m2ts_mode", "1"]

const from = (source: string, seconds = 2) => [...PICTURE, "-f", "lavfi", "-t", `${seconds}`, "-i", source]

let files = 0

/** The sound as FFmpeg decodes it: each channel for itself, and the feed time of the first sample. */
function decoded(items: readonly OutputItem[], channels: number): { readonly samples: Float32Array[]; readonly start: number } {
  const packets = outputs(items, "audio")
  const file = path(`decoded-${files++}.ac3`)
  writeFileSync(file, Buffer.concat(packets.map(({ data }) => data)))
  const raw = floats(ffmpeg("-drc_scale", "0", "-f", "ac3", "-i", file, "-f", "f32le", "-ac", `${channels}`, "-"))
  const samples = Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: raw.length / channels }, (_, index) => raw[index * channels + channel] ?? 0),
  )
  return { samples, start: packets[0]?.pts ?? 0 }
}

const soundOf = (items: readonly OutputItem[]) => items.filter((item) => item.type === "parameters" && item.stream === "audio")

function onset(samples: Float32Array): number {
  return samples.findIndex((sample) => Math.abs(sample) > 0.03)
}

describe.skipIf(!hasProgram("ffmpeg"))("sound for receivers", () => {
  const six: [name: CodecName, file: string, args: string[]][] = [
    ["dts", "dts.m2ts", ["-c:a", "dca", "-b:a", "1536k", "-strict", "-2", ...M2TS]],
    ["pcm_bluray", "lpcm.m2ts", ["-c:a", "pcm_bluray", ...M2TS]],
    ["eac3", "eac3.m2ts", ["-c:a", "eac3", "-b:a", "640k", ...M2TS]],
  ]
  test.each(six)(
    "%s of six channels becomes AC-3 5.1: each tone in its own channel, as loud, at the same time",
    async (codec, file, args) => {
      const items = itemsOf(make(file, ...from(SIX), ...VIDEO, ...args))
      expect(items[0]?.type === "streams" && items[0].streams.some((stream) => stream.codec === codec)).toBe(true)
      const out = await convert(items, RECEIVER)
      expect(out.flatMap((item) => (item.type === "warning" ? [item.warning.message] : []))).toEqual([])
      expect(soundOf(out)).toMatchObject([{ codec: "ac3", sampleRate: 48_000, channels: 6, converted: true }])
      const packets = outputs(out, "audio")
      // 448 kbit/s, 32 ms a frame.
      expect(new Set(packets.map(({ data }) => data.length))).toEqual(new Set([1792]))
      expect(packets.map(({ pts }) => pts)).toEqual(packets.map((_, index) => (packets[0]?.pts ?? 0) + index * 2880))
      // Some encoders make low frequencies quieter: FFmpeg hears the same.
      const given = floats(ffmpeg("-i", path(file), "-map", "0:a", "-af", "pan=mono|c0=c3", "-f", "f32le", "-"))
      const { samples, start } = decoded(out, 6)
      for (const [channel, hertz] of TONES.entries()) {
        const own = samples[channel] ?? new Float32Array()
        expect(tone(own, hertz, 36_000, 24_000), `channel ${channel}`).toBeCloseTo(channel === 3 ? tone(given, 60, 36_000, 24_000) : 0.3, 1)
        for (const other of TONES)
          if (other !== hertz) expect(tone(own, other, 36_000, 24_000), `channel ${channel}, ${other} Hz`).toBeLessThan(0.02)
      }
      // FFmpeg decodes the source to the same moment, counted from the file's first sound.
      const expected =
        codec === "truehd" ? 24_000 : onset(floats(ffmpeg("-i", path(file), "-map", "0:a", "-af", "pan=mono|c0=c0", "-f", "f32le", "-")))
      const first = packetsOf(items, "audio")[0]?.pts ?? 0
      const heard = start + (onset(samples[0] ?? new Float32Array()) * 15) / 8
      expect(Math.abs(heard - (first + (expected * 15) / 8))).toBeLessThan(3 * 90)
    },
  )

  // Of TrueHD only stereo: FFmpeg's encoder makes 5.1 that its own decoder refuses.
  test.each([
    ["pcm_dvd", "stereo.vob", ["-c:a", "pcm_dvd", "-f", "dvd"]],
    ["truehd", "stereo.m2ts", ["-c:a", "truehd", "-strict", "-2", ...M2TS]],
  ])("%s in stereo stays stereo", async (_, file, args) => {
    const out = await convert(itemsOf(make(file, ...from(TWO), ...VIDEO, ...args)), RECEIVER)
    expect(soundOf(out)).toMatchObject([{ codec: "ac3", channels: 2 }])
    const { samples } = decoded(out, 2)
    expect(tone(samples[0] ?? new Float32Array(), 440, 36_000, 24_000)).toBeCloseTo(0.3, 1)
    expect(tone(samples[1] ?? new Float32Array(), 440, 36_000, 24_000)).toBeLessThan(0.02)
  })

  test("AC-3 is copied as it is", async () => {
    const items = itemsOf(make("ac3.vob", ...from(SIX), ...VIDEO, "-c:a", "ac3", "-b:a", "448k", "-f", "dvd"))
    const out = await convert(items, RECEIVER)
    expect(soundOf(out)).toMatchObject([{ codec: "ac3", converted: false }])
    const given = packetsOf(items, "audio").map(({ data }) => Buffer.from(data).toString("base64"))
    expect(outputs(out, "audio").map(({ data }) => Buffer.from(data).toString("base64"))).toEqual(given)
  })

  test("a track of other channels from a moment on: new parameters, and frames without a hole", async () => {
    const [wide, narrow] = [
      itemsOf(make("wide.m2ts", ...from(SIX, 1), ...VIDEO, "-c:a", "pcm_bluray", ...M2TS)),
      itemsOf(make("narrow.m2ts", ...from(TWO, 1), ...VIDEO, "-c:a", "pcm_bluray", ...M2TS)),
    ]
    const end = Math.max(...packetsOf(wide, "audio").map(({ pts }) => pts ?? 0))
    const behind = narrow
      .map((item) => (item.type === "packet" ? moved(item, end) : item))
      .filter(({ type }) => type === "packet" || type === "end")
    const converter = await openConverter(RECEIVER)
    try {
      const [out] = await Promise.all([read(converter), pushAll(converter, [...wide.slice(0, -1), ...behind])])
      expect(soundOf(out).map((item) => item.type === "parameters" && item.stream === "audio" && item.channels)).toEqual([6, 2])
      const times = outputs(out, "audio").map(({ pts }) => pts)
      for (const [index, time] of times.slice(1).entries()) expect(Math.abs(time - (times[index] ?? 0) - 2880)).toBeLessThan(2880)
    } finally {
      await converter.close()
    }
  })

  test("a transport stream of it is AC-3 to ffprobe", async () => {
    const { TransportStreamWriter } = await import("../../src/mpeg/index.ts")
    const out = await convert(itemsOf(path("dts.m2ts")), RECEIVER)
    const video = out.find((item) => item.type === "parameters" && item.stream === "video")
    if (video?.type !== "parameters") throw new Error("no video")
    const writer = new TransportStreamWriter({ streams: [{ codec: "h264", parameterSets: video.extradata }, { codec: "ac3" }] })
    const bytes = out.flatMap((item) => (item.type === "packet" ? [writer.write(item.stream === "video" ? 0 : 1, item)] : []))
    writeFileSync(path("receiver.ts"), Buffer.concat(bytes))
    const shown = execFileSync("ffprobe", ["-v", "error", "-of", "json", "-show_streams", path("receiver.ts")]).toString()
    const audio = (JSON.parse(shown).streams as Record<string, unknown>[]).find((stream) => stream["codec_type"] === "audio")
    expect(audio).toMatchObject({ codec_name: "ac3", channels: 6, channel_layout: "5.1(side)", sample_rate: "48000", bit_rate: "448000" })
  })
})

function moved<T extends { pts: number | null; dts: number | null }>(item: T, by: number): T {
  const shift = (time: number | null) => (time === null ? null : time + by - 900_000)
  return { ...item, pts: shift(item.pts), dts: shift(item.dts) }
}
