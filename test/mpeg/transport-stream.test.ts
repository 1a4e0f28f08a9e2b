import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { crc32, hex32, Warnings } from "../../src/base/index.ts"
import {
  type AccessUnit,
  type CodecName,
  type ProgramMap,
  TransportStreamDemuxer,
  type TransportStreamOptions,
} from "../../src/mpeg/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { hasProgram } from "../support/oracles.ts"
import { Collector, ffmpeg, type Packet, type ProbedStream, packetOf, probe, readBytes, temporaryFolder } from "./media.ts"

const folder = temporaryFolder()
const VIDEO = (rate = "24000/1001"): string[] => ["-f", "lavfi", "-i", `testsrc=s=640x360:r=${rate}:d=3`]
const TONE = (rate = 48000): string[] => ["-f", "lavfi", "-i", `sine=440:r=${rate}:d=3`]

function demux(
  bytes: Uint8Array,
  options: Partial<TransportStreamOptions> = {},
  step = bytes.length,
): { seen: Collector; demuxer: TransportStreamDemuxer; maps: ProgramMap[] } {
  const seen = new Collector()
  const maps: ProgramMap[] = []
  const sink = {
    unit: (unit: AccessUnit) => seen.unit(unit),
    parameters: (id: number, parameters: unknown) => seen.parameters(id, parameters),
    program: (map: ProgramMap) => maps.push(map),
  }
  const demuxer = new TransportStreamDemuxer({ sink, ...options })
  for (let at = 0; at < bytes.length; at += step) demuxer.push(bytes.subarray(at, at + step))
  demuxer.flush()
  return { seen, demuxer, maps }
}

/**
 * Holds our units against ffprobe's packets. Two differences are known. FFmpeg leaves the zero_byte of an HEVC unit's first start code on the unit before (Annex B of H.265 has it as
 * part of the start code): units are compared with that zero moved. AAC at 44.1 kHz has no whole number of ticks: ffprobe rounds each step, ours are exact and rounded down.
 */
function expectSame(units: readonly AccessUnit[], stream: ProbedStream): void {
  const moved = stream.codec === "hevc" ? withZeroByteMoved(units) : units
  const ours = moved.map(packetOf)
  const tolerance = stream.codec === "aac" ? 1 : 0
  const content = ({ size, crc, key }: Packet): unknown => ({ size, crc, key })
  expect(ours.map(content)).toEqual(stream.packets.map(content))
  for (const [i, { pts, dts }] of stream.packets.entries()) {
    expect(Math.abs((ours[i]?.pts ?? Number.NaN) - (pts ?? Number.NaN)), `pts of packet ${i}`).toBeLessThanOrEqual(tolerance)
    expect(Math.abs((ours[i]?.dts ?? Number.NaN) - (dts ?? Number.NaN)), `dts of packet ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

function withZeroByteMoved(units: readonly AccessUnit[]): AccessUnit[] {
  const hasZero = (unit: AccessUnit | undefined): boolean => unit !== undefined && unit.data[2] === 0
  return units.map((unit, i) => {
    const start = i > 0 && hasZero(unit) ? 1 : 0
    const end = hasZero(units[i + 1]) ? [0] : []
    return { ...unit, data: Uint8Array.of(...unit.data.subarray(start), ...end) }
  })
}

function expectSameAsFfprobe(file: string, step?: number): { seen: Collector; maps: ProgramMap[] } {
  const { seen, demuxer, maps } = demux(readBytes(file), {}, step)
  expect([...demuxer.damage]).toEqual([])
  const probed = probe(file)
  expect([...seen.units.keys()].sort()).toEqual([...probed.keys()].sort())
  for (const [pid, stream] of probed) expectSame(seen.units.get(pid) ?? [], stream)
  return { seen, maps }
}

describe.skipIf(!hasProgram("ffmpeg"))("the packets that ffprobe finds", () => {
  test("H.264 with B pictures and open groups, AC-3 and DTS, 192-byte packets", () => {
    const file = join(folder, "h264.m2ts")
    const options =
      "-c:v libx264 -x264-params bframes=3:keyint=24:open-gop=1:aud=1 -c:a:0 ac3 -c:a:1 dca -strict -2 -f mpegts -mpegts_m2ts_mode 1"
    ffmpeg(...VIDEO(), ...TONE(), ...TONE(), ..."-map 0 -map 1 -map 2".split(" "), ...options.split(" "), file)
    const { seen, maps } = expectSameAsFfprobe(file)
    expect(maps[0]?.streams.map(({ pid, codec }) => [pid, codec])).toEqual([
      [0x1011, "h264"],
      [0x1100, "ac3"],
      [0x1101, "dts"],
    ])
    expect(seen.parameterSets.get(0x1011)).toMatchObject([
      { width: 640, height: 360, frameRate: "24000/1001", aspect: "16:9", interlaced: false },
    ])
    // Recovery points are keys as IDR pictures are: an open group has no IDR.
    expect(seen.packets(0x1011).filter(({ key }) => key).length).toBeGreaterThan(2)
  })

  test("interlaced H.264 in slices, layer II and E-AC-3, 188-byte packets, pushed in odd pieces", () => {
    const file = join(folder, "h264i.ts")
    const options = "-c:v libx264 -x264-params interlaced=1:bframes=2:keyint=24:slices=4 -pix_fmt yuv420p -c:a:0 mp2 -c:a:1 eac3 -f mpegts"
    ffmpeg(...VIDEO("25"), ...TONE(), ...TONE(), ..."-map 0 -map 1 -map 2".split(" "), ...options.split(" "), file)
    const { seen } = expectSameAsFfprobe(file, 1009)
    expect(seen.parameterSets.get(0x100)).toMatchObject([{ codec: "h264", interlaced: true, frameRate: "25" }])
    expect(seen.parameterSets.get(0x102)).toMatchObject([{ codec: "eac3", channels: 1, sampleRate: 48000, samplesPerFrame: 1536 }])
  })

  test("HEVC, TrueHD and LPCM", () => {
    const file = join(folder, "hevc.m2ts")
    const options =
      "-c:v libx265 -x265-params log-level=0:keyint=24 -pix_fmt yuv420p10 -c:a:0 truehd -strict -2 -c:a:1 pcm_bluray -f mpegts -mpegts_m2ts_mode 1"
    ffmpeg(...VIDEO(), ...TONE(), ...TONE(), ..."-map 0 -map 1 -map 2".split(" "), ...options.split(" "), file)
    const { seen } = expectSameAsFfprobeButTrueHd(file)
    expect(seen.parameterSets.get(0x1011)).toMatchObject([{ codec: "hevc", width: 640, height: 360, frameRate: "24000/1001", profile: 2 }])
    expect(seen.parameterSets.get(0x1100)).toMatchObject([{ codec: "truehd", sampleRate: 48000, samplesPerFrame: 40 }])
    expect(seen.parameterSets.get(0x1101)).toMatchObject([{ codec: "pcm_bluray", channels: 1, sampleRate: 48000, bitsPerSample: 16 }])
    // A TrueHD unit without a major sync cannot be begun with.
    const keys = (seen.units.get(0x1100) ?? []).filter(({ key }) => key)
    expect(keys.length).toBeGreaterThan(5)
    for (const { data } of keys) expect([...data.subarray(4, 8)]).toEqual([0xf8, 0x72, 0x6f, 0xba])
  })

  test("MPEG-2 and AAC at 44.1 kHz", () => {
    const file = join(folder, "mpeg2.ts")
    ffmpeg(...VIDEO("25"), ...TONE(44100), ..."-c:v mpeg2video -bf 2 -c:a aac -f mpegts".split(" "), file)
    const { seen } = expectSameAsFfprobe(file)
    expect(seen.parameterSets.get(0x101)).toMatchObject([{ codec: "aac", channels: 1, sampleRate: 44100, samplesPerFrame: 1024 }])
    // No drift: the last frame's time is the first's and the samples between.
    const times = (seen.units.get(0x101) ?? []).map(({ pts }) => pts ?? 0)
    const expected = (times[0] ?? 0) + ((times.length - 1) * 1024 * 90000) / 44100
    expect(Math.abs((times.at(-1) ?? 0) - expected)).toBeLessThanOrEqual(2)
  })

  function expectSameAsFfprobeButTrueHd(file: string): { seen: Collector } {
    const { seen, demuxer } = demux(readBytes(file))
    expect([...demuxer.damage]).toEqual([])
    for (const [pid, stream] of probe(file)) {
      const units = seen.units.get(pid) ?? []
      // Before FFmpeg 6 its parser called each TrueHD unit a key.
      expectSame(pid === 0x1100 ? units.map((unit, i) => ({ ...unit, key: stream.packets[i]?.key ?? unit.key })) : units, { ...stream })
    }
    return { seen }
  }
})

describe.skipIf(!hasData || !hasProgram("7z") || !existsSync(dataPath("made", "bd-tsmuxer.iso")))("a Blu-ray of another author", () => {
  test("H.264, two AC-3, PGS: the packets that ffprobe finds; the streams may be given", () => {
    execFileSync("7z", ["e", "-y", dataPath("made", "bd-tsmuxer.iso"), `-o${folder}`, "-r", "*.m2ts"], { stdio: "ignore" })
    const file = join(folder, readdirSync(folder).find((name) => /^\d{5}\.m2ts$/.test(name)) ?? "")
    const { seen } = expectSameAsFfprobe(file)
    expect(seen.units.get(0x1200)).toHaveLength(8)
    expect(seen.parameterSets.get(0x1101)).toMatchObject([{ channels: 6 }])
    const codecs = new Map<number, CodecName>([
      [0x1011, "h264"],
      [0x1200, "hdmv_pgs_subtitle"],
    ])
    const given = demux(readBytes(file), { codecs, packetSize: 192 }, 6144)
    expect(given.maps).toEqual([])
    expect([...given.seen.units.keys()].sort()).toEqual([0x1011, 0x1200])
    for (const pid of codecs.keys()) expect(given.seen.packets(pid)).toEqual(seen.packets(pid))
  })
})

/** A packet of 188 bytes; the payload fills it up to an adaptation field of stuffing. */
function packet(
  pid: number,
  counter: number,
  payload: Uint8Array | readonly number[],
  options: { begins?: boolean; flags?: number; scrambling?: number; error?: boolean } = {},
): Uint8Array {
  const bytes = new Uint8Array(188).fill(0xff)
  const field = 184 - payload.length
  bytes.set([0x47, (options.error === true ? 0x80 : 0) | (options.begins === false ? 0 : 0x40) | (pid >> 8), pid & 0xff])
  bytes[3] = ((options.scrambling ?? 0) << 6) | (field > 0 ? 0x30 : 0x10) | (counter & 15)
  if (field > 0) bytes[4] = field - 1
  if (field > 1) bytes[5] = options.flags ?? 0
  bytes.set(payload, 188 - payload.length)
  return bytes
}

/** A PES packet with a PTS of `pts` ticks (less than 2^15) around an AC-3 frame of 128 bytes. */
function audio(pts: number): number[] {
  const frame = [0x0b, 0x77, 0, 0, 0, 0x40, 0x20, ...new Array<number>(121).fill(0)]
  return [0, 0, 1, 0xbd, 0, 8 + frame.length, 0x80, 0x80, 5, 0x21, 0, 1, (pts >> 7) & 0xff, ((pts & 0x7f) << 1) | 1, ...frame]
}

describe("packets in trouble", () => {
  const codecs = new Map<number, CodecName>([[0x1100, "ac3"]])
  const times = (bytes: Uint8Array, options: Partial<TransportStreamOptions> = {}): unknown => {
    const { seen, demuxer } = demux(bytes, { codecs, packetSize: 188, ...options })
    return [seen.packets(0x1100).map(({ pts }) => pts), [...demuxer.damage]]
  }
  const at = (counter: number, options?: Parameters<typeof packet>[3]): Uint8Array =>
    packet(0x1100, counter, audio(counter * 2880), options)

  test("a packet sent twice counts once", () => {
    expect(times(Buffer.concat([at(0), at(1), at(1), at(2)]))).toEqual([[0, 2880, 5760], []])
  })

  test("a missing packet is counted, and the time is known again with the next stamp", () => {
    expect(times(Buffer.concat([at(0), at(1), at(4), at(5)]))).toEqual([[0, 2880, 11520, 14400], [["mpeg-packets-missing", 1]]])
  })

  test("discontinuity_indicator excuses the counter", () => {
    expect(times(Buffer.concat([at(0), at(1), at(5, { flags: 0x80 }), at(6)]))).toEqual([[0, 2880, 14400, 17280], []])
  })

  test("transport_error_indicator leaves the packet out", () => {
    expect(times(Buffer.concat([at(0), at(1), at(2, { error: true }), at(3)]))).toEqual([[0, 2880, 8640], [["mpeg-packets-missing", 1]]])
  })

  test("bytes between packets are skipped to the next that has another behind it", () => {
    const noise = new Uint8Array(77).fill(0x55)
    noise[40] = 0x47
    expect(times(Buffer.concat([at(0), at(1), noise, at(2), at(3)]))).toEqual([[0, 2880, 5760, 8640], [["mpeg-lost-sync", 1]]])
  })

  test("the warning names the clip and the place", () => {
    const warnings = new Warnings()
    demux(Buffer.concat([at(0), at(2), at(9)]), { codecs, packetSize: 188, warnings, path: "00001.m2ts" })
    expect(warnings.list).toMatchObject([{ code: "mpeg-packets-missing", place: { path: "00001.m2ts", offset: 188 } }])
  })

  test("scrambled packets, of the transport and of the PES, are reported and left out", () => {
    const reported: number[] = []
    const seen = new Collector()
    const demuxer = new TransportStreamDemuxer({
      codecs,
      packetSize: 188,
      sink: { unit: (unit) => seen.unit(unit), scrambled: (pid) => reported.push(pid) },
    })
    const inPes = audio(0)
    inPes[6] = 0xa0
    demuxer.push(Buffer.concat([at(0, { scrambling: 2 }), packet(0x1100, 1, inPes)]))
    demuxer.flush()
    expect(reported).toEqual([0x1100, 0x1100])
    expect(seen.units.size).toBe(0)
  })

  test("a PES header that lies in two packets", () => {
    const pes = audio(2880)
    const bytes = Buffer.concat([at(0), packet(0x1100, 1, pes.slice(0, 11)), packet(0x1100, 2, pes.slice(11), { begins: false }), at(3)])
    expect(times(bytes)).toEqual([[0, 2880, 8640], []])
  })

  test("a stream that begins in the middle of a packet", () => {
    const packets = Buffer.concat(Array.from({ length: 16 }, (_, i) => at(i)))
    const { seen, demuxer } = demux(packets.subarray(50), { codecs })
    expect(demuxer.packetSize).toBe(188)
    expect(seen.packets(0x1100)).toHaveLength(15)
    const source = Buffer.concat(Array.from({ length: 16 }, (_, i) => Buffer.concat([Uint8Array.of(0x00, 0x47, 0x47, 0x47), at(i)])))
    const second = demux(source, { codecs }, 100)
    expect(second.demuxer.packetSize).toBe(192)
    expect(second.seen.packets(0x1100)).toHaveLength(16)
  })

  test("the AC-3 core of a TrueHD PID is a stream of its own, by stream_id_extension and by its sync word", () => {
    const core = audio(2880)
    // PES_extension_flag, PES_extension_flag_2 and stream_id_extension 0x76.
    const extended = [
      ...core.slice(0, 5),
      core.length + 4 - 6,
      0x80,
      0x81,
      9,
      ...core.slice(9, 14),
      0x0f,
      0x81,
      0x76,
      0xff,
      ...core.slice(14),
    ]
    extended[3] = 0xfd
    const map = new Map<number, CodecName>([[0x1100, "truehd"]])
    for (const pes of [extended, core]) {
      const { seen } = demux(Buffer.concat([packet(0x1100, 0, pes), packet(0x1100, 1, pes)]), { codecs: map, packetSize: 188 })
      expect(seen.packets(0x11100).map(({ pts, size }) => [pts, size])).toEqual([
        [2880, 128],
        [2880, 128],
      ])
      expect(seen.parameterSets.get(0x11100)).toMatchObject([{ codec: "ac3" }])
    }
  })
})

test("ffprobe's CRC-32 is ours", () => {
  expect(hex32(crc32(new TextEncoder().encode("123456789")))).toBe("cbf43926")
})
