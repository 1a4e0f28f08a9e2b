import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { ProgramStreamDemuxer } from "../../src/mpeg/index.ts"
import { hasProgram, oraclePath, runOracle } from "../support/oracles.ts"
import { Collector, ffmpeg, type Packet, type ProbedStream, probe, readBytes, temporaryFolder } from "./media.ts"
import { pack } from "./packs.ts"

const folder = temporaryFolder()
const sampleDvd = join(import.meta.dirname, "../../samples/dvd.iso")
const VIDEO = (rate = "25"): string[] => ["-f", "lavfi", "-i", `testsrc=s=720x576:r=${rate}:d=3`]
const TONE = ["-f", "lavfi", "-i", "sine=440:r=48000:d=3"]

function demux(bytes: Uint8Array, streams?: ReadonlySet<number>): { seen: Collector; demuxer: ProgramStreamDemuxer } {
  const seen = new Collector()
  const demuxer = new ProgramStreamDemuxer({ sink: seen, ...(streams === undefined ? {} : { streams }) })
  demuxer.push(bytes)
  demuxer.flush()
  return { seen, demuxer }
}

/** ffprobe's ids are the start code (0x1e0) or the substream id. */
const ourId = (id: number): number => (id >= 0x100 ? id & 0xff : 0xbd00 | id)

/**
 * Holds our packets against ffprobe's. Three differences are known: ffprobe leaves times out where the packet has none and it cannot guess them (ours are computed); it counts
 * LPCM in pairs of samples when it guesses (ours count each); and where the sync word of an audio frame lies across two packets, it gives the frame the second packet's time, which
 * the next frame then has as well (ISO/IEC 13818-1 2.4.3.7 gives it to the next alone, as ours do).
 */
function expectSame(ours: readonly Packet[], stream: ProbedStream): void {
  const { packets, codec } = stream
  expect(ours.map(({ size, crc, key }) => ({ size, crc, key }))).toEqual(packets.map(({ size, crc, key }) => ({ size, crc, key })))
  const tolerance = codec === "pcm_dvd" ? 2 : 0
  for (const [i, { pts, dts }] of packets.entries()) {
    const unit = ours[i]
    const next = packets[i + 1]
    if (stream.codec_type === "audio" && next !== undefined && next.pts === pts) {
      expect(unit?.pts, `pts of packet ${i}`).toBeGreaterThan(packets[i - 1]?.pts ?? Number.NaN)
      expect(unit?.pts, `pts of packet ${i}`).toBeLessThan(next.pts ?? Number.NaN)
      continue
    }
    if (pts !== null) expect(Math.abs((unit?.pts ?? Number.NaN) - pts), `pts of packet ${i}`).toBeLessThanOrEqual(tolerance)
    if (dts !== null) expect(Math.abs((unit?.dts ?? Number.NaN) - dts), `dts of packet ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

function expectSameAsFfprobe(file: string): Map<number, ProbedStream> {
  const { seen, demuxer } = demux(readBytes(file))
  expect([...demuxer.damage]).toEqual([])
  const probed = probe(file)
  const streams = [...probed.values()].filter(({ codec }) => codec !== "dvd_nav_packet")
  expect([...seen.units.keys()].sort()).toEqual(streams.map(({ id }) => ourId(id)).sort())
  for (const stream of streams) expectSame(seen.packets(ourId(stream.id)), stream)
  for (const stream of streams.filter(({ codec }) => codec === "mpeg2video" || codec === "mpeg1video")) {
    // Every picture has a time, and times of showing are one frame apart.
    const times = (seen.units.get(ourId(stream.id)) ?? []).map((unit) => unit.pts ?? Number.NaN).sort((a, b) => a - b)
    const steps = new Set(times.slice(1).map((time, i) => time - (times[i] as number)))
    expect([...steps].every((step) => step === 3600 || step === 3003)).toBe(true)
  }
  return probed
}

describe.skipIf(!hasProgram("ffmpeg"))("the packets that ffprobe finds", () => {
  test("MPEG-2 with B pictures, AC-3, layer II and LPCM in a DVD stream", () => {
    const file = join(folder, "dvd.vob")
    const audio = [...TONE, ...TONE, ...TONE, "-map", "0", "-map", "1", "-map", "2", "-map", "3"]
    ffmpeg(
      ...VIDEO(),
      ...audio,
      ..."-c:v mpeg2video -bf 2 -g 12 -b:v 4M -c:a:0 ac3 -c:a:1 mp2 -c:a:2 pcm_s16be -f dvd".split(" "),
      "-loglevel",
      "quiet",
      file,
    )
    const probed = expectSameAsFfprobe(file)
    expect(probed.size).toBe(5)
  })

  test("interlaced MPEG-2 and DTS", () => {
    const file = join(folder, "dts.vob")
    ffmpeg(...VIDEO(), ...TONE, ..."-c:v mpeg2video -bf 2 -flags +ildct+ilme -b:v 4M -c:a dca -strict -2 -f vob".split(" "), file)
    expectSameAsFfprobe(file)
  })

  test("NTSC with closed and open groups", () => {
    const file = join(folder, "ntsc.vob")
    ffmpeg(...VIDEO("30000/1001"), ...TONE, ..."-s 720x480 -c:v mpeg2video -bf 2 -g 15 -b:v 4M -c:a ac3 -f vob".split(" "), file)
    expectSameAsFfprobe(file)
  })

  test("MPEG-1 video", () => {
    const file = join(folder, "mpeg1.vob")
    ffmpeg(...VIDEO(), ...TONE, ..."-s 352x288 -c:v mpeg1video -bf 2 -b:v 1150k -c:a mp2 -f dvd".split(" "), file)
    expectSameAsFfprobe(file)
    const { seen } = demux(readBytes(file))
    expect(seen.parameterSets.get(0xe0)).toMatchObject([
      { codec: "mpeg1video", width: 352, height: 288, frameRate: "25", interlaced: false },
    ])
  })

  test("the parameters are those that ffprobe says", () => {
    const file = join(folder, "parameters.vob")
    const options = "-aspect 16:9 -c:v mpeg2video -flags +ildct+ilme -b:v 4M -c:a:0 ac3 -ac:a:0 6 -c:a:1 dca -strict -2 -ac:a:1 2 -f vob"
    ffmpeg(...VIDEO(), ...TONE, ...TONE, "-map", "0", "-map", "1", "-map", "2", ...options.split(" "), file)
    const { seen } = demux(readBytes(file))
    const video = probe(file).get(0x1e0)
    expect(video).toMatchObject({ width: 720, height: 576, display_aspect_ratio: "16:9", r_frame_rate: "25/1" })
    const parameters = { width: 720, height: 576, aspect: "16:9", frameRate: "25", interlaced: true, codec: "mpeg2video" }
    expect(seen.parameterSets.get(0xe0)).toMatchObject([parameters])
    expect(seen.parameterSets.get(0xbd80)).toMatchObject([{ codec: "ac3", channels: 6, sampleRate: 48000, samplesPerFrame: 1536 }])
    expect(seen.parameterSets.get(0xbd88)).toMatchObject([{ codec: "dts", channels: 2, sampleRate: 48000, samplesPerFrame: 512 }])
  })
})

const hasSample = existsSync(sampleDvd) && hasProgram("ffprobe") && oraclePath("udfls") !== null

describe.skipIf(!hasSample)("the sample DVD", () => {
  const image = readBytes(sampleDvd)
  // Not title set 3: its angles lie in one another.
  const vobs = runOracle("udfls", [sampleDvd]).filter(
    ({ type, path, size }) => type === "file" && /VOB$/.test(String(path)) && !/VTS_03_1/.test(String(path)) && Number(size) > 0,
  )

  test("all its VOBs, sub-pictures and navigation packs too", () => {
    let subpictures = 0
    for (const { path, lba, size } of vobs) {
      const bytes = image.subarray(Number(lba) * 2048, Number(lba) * 2048 + Number(size))
      const file = join(folder, String(path).replace(/\W/g, "_"))
      writeFileSync(file, bytes)
      const { seen, demuxer } = demux(bytes)
      expect([...demuxer.damage]).toEqual([])
      const probed = probe(file, "-analyzeduration", "100M", "-probesize", "100M")
      for (const stream of probed.values()) {
        if (stream.codec === "dvd_nav_packet") expect(seen.packs).toHaveLength(stream.packets.length)
        else if (stream.codec !== "dvd_subtitle") expectSame(seen.packets(ourId(stream.id)), stream)
        else {
          subpictures += stream.packets.length
          expect(seen.packets(ourId(stream.id)).map(({ size, crc }) => ({ size, crc }))).toEqual(
            stream.packets.map(({ size, crc }) => ({ size, crc })),
          )
        }
      }
    }
    expect(subpictures).toBeGreaterThan(0)
  })

  test("a sink that gets packs one by one gets the same", () => {
    const { lba, size } = vobs[0] ?? {}
    const bytes = image.subarray(Number(lba) * 2048, Number(lba) * 2048 + Number(size))
    const seen = new Collector()
    const demuxer = new ProgramStreamDemuxer({ sink: seen })
    for (let at = 0; at < bytes.length; at += 2048) demuxer.push(bytes.subarray(at, at + 2048))
    demuxer.flush()
    const whole = demux(bytes).seen
    for (const id of whole.units.keys()) expect(seen.packets(id)).toEqual(whole.packets(id))
  })
})

describe("streams and damage", () => {
  // Two AC-3 frames of 32 kbit/s: sync word, CRC, 48 kHz and size, bsid 8, mono.
  const frame = new Uint8Array(128)
  frame.set([0x0b, 0x77, 0, 0, 0, 0x40, 0x20])
  const audio = (substream: number, pts: number): Uint8Array =>
    pack({ id: 0xbd, payload: Uint8Array.of(substream, 2, 0, 1, ...frame, ...frame), pts })

  test("only the streams that are asked for are given", () => {
    const bytes = Buffer.concat([audio(0x80, 1000), audio(0x81, 1000), audio(0x80, 6760), audio(0x81, 6760)])
    expect([...demux(bytes, new Set([0xbd81])).seen.units.keys()]).toEqual([0xbd81])
    expect(
      demux(bytes)
        .seen.packets(0xbd80)
        .map(({ pts }) => pts),
    ).toEqual([1000, 3880, 6760, 9640])
  })

  test("select changes them under way", () => {
    const seen = new Collector()
    const demuxer = new ProgramStreamDemuxer({ sink: seen, streams: new Set([0xbd80]) })
    demuxer.push(Buffer.concat([audio(0x80, 0), audio(0x81, 0)]))
    demuxer.select(new Set([0xbd81]))
    demuxer.push(Buffer.concat([audio(0x80, 5760), audio(0x81, 5760)]))
    demuxer.flush()
    expect(seen.packets(0xbd80)).toHaveLength(2)
    expect(seen.packets(0xbd81).map(({ pts }) => pts)).toEqual([5760, 8640])
  })

  test("a sector of noise is stepped over with one counted warning", () => {
    const warnings = new Warnings()
    const seen = new Collector()
    const demuxer = new ProgramStreamDemuxer({ sink: seen, warnings, path: "VTS_01_1.VOB" })
    const noise = new Uint8Array(2048).fill(0x55)
    demuxer.push(Buffer.concat([audio(0x80, 0), noise, noise, audio(0x80, 5760)]))
    demuxer.flush()
    expect(seen.packets(0xbd80).map(({ pts }) => pts)).toEqual([0, 2880, 5760, 8640])
    expect(demuxer.damage.get("mpeg-lost-sync")).toBe(2)
    expect(warnings.list).toMatchObject([{ code: "mpeg-lost-sync", place: { path: "VTS_01_1.VOB", offset: 2048 } }])
  })

  test("a packet longer than its pack and a pack cut short are damage", () => {
    const long = audio(0x80, 0)
    long[18] = 0x20
    expect(demux(Buffer.concat([long, audio(0x80, 5760)])).demuxer.damage.get("mpeg-bad-packet")).toBe(1)
    expect(demux(audio(0x80, 0).subarray(0, 2000)).demuxer.damage.get("mpeg-lost-sync")).toBe(1)
  })

  test("scrambled packets are reported and left out", () => {
    const reported: number[] = []
    const seen = new Collector()
    const demuxer = new ProgramStreamDemuxer({ sink: { unit: (unit) => seen.unit(unit), scrambled: (id) => reported.push(id) } })
    demuxer.push(pack({ id: 0xe0, payload: new Uint8Array(100), scrambling: 1 }))
    demuxer.push(pack({ id: 0xbd, payload: Uint8Array.of(0x80, 1, 0, 1, ...frame), scrambling: 3 }))
    demuxer.flush()
    expect(reported).toEqual([0xe0, 0xbd80])
    expect(seen.units.size).toBe(0)
  })

  test("a sub-picture unit is put together from its packets; one that never ends is dropped", () => {
    const unit = new Uint8Array(5000).map((_, i) => i & 0xff)
    unit.set([5000 >> 8, 5000 & 0xff])
    const packet = (from: number, to: number, pts?: number): Uint8Array =>
      pack({ id: 0xbd, payload: Uint8Array.of(0x20, ...unit.subarray(from, to)), ...(pts === undefined ? {} : { pts }) })
    const whole = [packet(0, 2000, 900), packet(2000, 4000), packet(4000, 5000)]
    const { seen, demuxer } = demux(Buffer.concat([packet(0, 2000, 100), ...whole, packet(2000, 3000)]))
    expect(seen.units.get(0xbd20)).toEqual([{ streamId: 0xbd20, data: unit, pts: 900, dts: 900, key: true }])
    // The unit cut short; the packet behind the whole one has no time and so begins nothing.
    expect([...demuxer.damage]).toEqual([["mpeg-bad-unit", 1]])
  })

  test("the clock of each pack", () => {
    const clocks: unknown[] = []
    const demuxer = new ProgramStreamDemuxer({ sink: { unit: () => {}, clock: (...clock) => clocks.push(clock) } })
    const bytes = audio(0x80, 0)
    // 0x123456789 ticks and an extension of 299: '01', 3 bits, marker, 15, marker, 15, marker, 9, marker.
    const scr = 0x123456789
    const part = (value: number, width: number): string => value.toString(2).padStart(width, "0")
    const base = [part(Math.floor(scr / 2 ** 30), 3), part(Math.floor(scr / 2 ** 15) & 0x7fff, 15), part(scr & 0x7fff, 15)].join("1")
    const bits = `01${base}1${part(299, 9)}1`
    for (let i = 0; i < 6; i++) bytes[4 + i] = Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)
    demuxer.push(bytes)
    expect(clocks).toEqual([[scr, 299]])
  })
})
