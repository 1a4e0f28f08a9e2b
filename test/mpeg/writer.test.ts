import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type AccessUnit, type CodecName, TransportStreamDemuxer, TransportStreamWriter, type WriterStream } from "../../src/mpeg/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { Collector, complaints, ffmpeg, type Packet, probe, readBytes, temporaryFolder } from "./media.ts"

const folder = temporaryFolder()
const VIDEO = (rate: string, seconds = 3): string[] => ["-f", "lavfi", "-i", `testsrc=s=640x360:r=${rate}:d=${seconds}`]
const TONE = (seconds = 3): string[] => ["-f", "lavfi", "-i", `sine=440:r=48000:d=${seconds}`]

/** Takes a stream apart and gives its units in decoding order. */
function unitsOf(file: string): { units: AccessUnit[]; codecs: Map<number, CodecName> } {
  const units: AccessUnit[] = []
  const codecs = new Map<number, CodecName>()
  const demuxer = new TransportStreamDemuxer({
    sink: {
      unit: (unit) => units.push(unit),
      program: (map) => {
        for (const { pid, codec } of map.streams) if (codec !== null) codecs.set(pid, codec)
      },
    },
  })
  demuxer.push(readBytes(file))
  demuxer.flush()
  units.sort((a, b) => (a.dts ?? 0) - (b.dts ?? 0))
  return { units, codecs }
}

/** Writes the units again; streams keep their order. */
function rewrite(units: readonly AccessUnit[], codecs: ReadonlyMap<number, CodecName>, writer: TransportStreamWriter): Uint8Array[] {
  const pids = [...codecs.keys()]
  return units.map((unit) => {
    const { data, pts, dts, key } = unit
    if (pts === null || dts === null) throw new Error("a unit has no time")
    return writer.write(pids.indexOf(unit.streamId), { data, pts, dts, key })
  })
}

const streamsOf = (codecs: ReadonlyMap<number, CodecName>): WriterStream[] =>
  [...codecs.values()].map((codec) => ({ codec }) as WriterStream)

function save(name: string, parts: readonly Uint8Array[]): string {
  const file = join(folder, name)
  writeFileSync(file, Buffer.concat(parts))
  return file
}

describe.skipIf(!hasProgram("ffmpeg"))("what ffmpeg makes of a written stream", () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ["H.264 with B pictures and AC-3", ["-c:v", "libx264", "-x264-params", "bframes=3:keyint=24:open-gop=1:aud=1", "-c:a", "ac3"]],
    ["H.264 interlaced and AAC", ["-c:v", "libx264", "-x264-params", "interlaced=1:keyint=24:aud=1", "-c:a", "aac"]],
    ["HEVC and E-AC-3", ["-c:v", "libx265", "-x265-params", "log-level=0:keyint=24:aud=1", "-c:a", "eac3"]],
    ["MPEG-2 and layer II", ["-c:v", "mpeg2video", "-bf", "2", "-b:v", "3M", "-c:a", "mp2"]],
  ]
  test.each(CASES)("%s: the same packets with the same times", (name, options) => {
    const source = join(folder, `${name.replace(/\W/g, "")}-in.ts`)
    ffmpeg(...VIDEO("25"), ...TONE(), ...options, "-f", "mpegts", source)
    const { units, codecs } = unitsOf(source)
    const written = save(
      `${name.replace(/\W/g, "")}-out.ts`,
      rewrite(units, codecs, new TransportStreamWriter({ streams: streamsOf(codecs) })),
    )
    expect(complaints(written)).toBe("")
    const before = probe(source)
    const after = probe(written)
    expect([...after.values()].map((stream) => stream.codec)).toEqual([...before.values()].map((stream) => stream.codec))
    for (const [pid, stream] of before) expect(after.get(pid)?.packets).toEqual(stream.packets)
  })

  test("a delimiter is put in front of units that have none, and nothing else changes", () => {
    const source = join(folder, "noaud.ts")
    // ffmpeg's muxer puts delimiters in: they are taken out here.
    ffmpeg(...VIDEO("25"), ...TONE(), "-c:v", "libx264", "-x264-params", "keyint=24", "-c:a", "aac", "-f", "mpegts", source)
    const { units, codecs } = unitsOf(source)
    const bare = units.map((unit) => (unit.streamId === 0x100 ? { ...unit, data: unit.data.subarray(6) } : unit))
    expect(units.find((unit) => unit.streamId === 0x100)?.data[4]).toBe(9)
    const written = save("noaud-out.ts", rewrite(bare, codecs, new TransportStreamWriter({ streams: streamsOf(codecs) })))
    expect(complaints(written)).toBe("")
    expect(probe(written).get(0x100)?.packets).toEqual(probe(source).get(0x100)?.packets)
  })

  test("raw AAC frames get ADTS headers from the AudioSpecificConfig", () => {
    const source = join(folder, "aac.ts")
    ffmpeg(...TONE(), "-c:a", "aac", "-f", "mpegts", source)
    const { units, codecs } = unitsOf(source)
    const raw = units.map((unit) => ({ ...unit, data: unit.data.subarray(7) }))
    // AAC-LC (2), 48 kHz (3), one channel.
    const writer = new TransportStreamWriter({ streams: [{ codec: "aac", config: Uint8Array.of(0x11, 0x88) }] })
    const written = save("aac-out.ts", rewrite(raw, codecs, writer))
    expect(complaints(written)).toBe("")
    const sizes = (packets: readonly Packet[] | undefined): unknown => packets?.map(({ pts, size }) => [pts, size])
    expect(sizes(probe(written).get(0x100)?.packets)).toEqual(sizes(probe(source).get(0x100)?.packets))
    expect(probe(written).get(0x100)).toMatchObject({ codec: "aac", channels: 1, sample_rate: "48000" })
  })

  test("parameter sets are put in front of a key picture that has none", () => {
    const source = join(folder, "sets.ts")
    ffmpeg(...VIDEO("25", 1), "-c:v", "libx264", "-x264-params", "keyint=12:aud=1", "-f", "mpegts", source)
    const { units, codecs } = unitsOf(source)
    const first = units[0]!.data
    const starts = [...first.keys()].filter((i) => first[i] === 0 && first[i + 1] === 0 && first[i + 2] === 1)
    const typeAt = (i: number): number => first[i + 3]! & 31
    const zeroByte = (i: number): number => (first[i - 1] === 0 ? i - 1 : i)
    const sps = zeroByte(starts.find((i) => typeAt(i) === 7)!)
    const end = zeroByte(starts.find((i) => i > sps + 1 && typeAt(i) !== 7 && typeAt(i) !== 8)!)
    const parameterSets = first.slice(sps, end)
    const stripped = [...units]
    stripped[0] = { ...units[0]!, data: new Uint8Array([...first.slice(0, sps), ...first.slice(end)]) }
    const written = save(
      "sets-out.ts",
      rewrite(stripped, codecs, new TransportStreamWriter({ streams: [{ codec: "h264", parameterSets }] })),
    )
    expect(complaints(written)).toBe("")
    expect(probe(written).get(0x100)?.packets).toEqual(probe(source).get(0x100)?.packets)
  })

  test("a change of codec at a discontinuity: counters go on, the map has a new version, the clock says that it jumps", () => {
    const first = join(folder, "first.ts")
    const second = join(folder, "second.ts")
    ffmpeg(...VIDEO("25", 2), ...TONE(2), "-c:v", "libx264", "-x264-params", "keyint=24", "-c:a", "ac3", "-f", "mpegts", first)
    ffmpeg(
      ...VIDEO("24000/1001", 2),
      ...TONE(2),
      "-s",
      "320x180",
      "-c:v",
      "libx264",
      "-x264-params",
      "keyint=24",
      "-c:a",
      "aac",
      "-f",
      "mpegts",
      second,
    )
    const one = unitsOf(first)
    const two = unitsOf(second)
    const writer = new TransportStreamWriter({ streams: streamsOf(one.codecs) })
    const parts = rewrite(one.units, one.codecs, writer)
    writer.setStreams(streamsOf(two.codecs))
    writer.discontinuity()
    const later = two.units.map((unit) => ({ ...unit, pts: unit.pts! + 900_000, dts: unit.dts! + 900_000 }))
    const bytes = Buffer.concat([...parts, ...rewrite(later, two.codecs, writer)])
    const seen = new Collector()
    const versions: number[] = []
    const demuxer = new TransportStreamDemuxer({
      sink: {
        unit: (unit) => seen.unit(unit),
        parameters: (id, parameters) => seen.parameters(id, parameters),
        program: (map) => versions.push(map.version),
      },
    })
    demuxer.push(bytes)
    demuxer.flush()
    expect([...demuxer.damage]).toEqual([])
    expect(versions).toEqual([0, 1])
    expect(seen.parameterSets.get(0x100)).toMatchObject([{ width: 640 }, { width: 320, frameRate: "24000/1001" }])
    expect(seen.parameterSets.get(0x101)).toMatchObject([{ codec: "ac3" }, { codec: "aac" }])
    expect(seen.units.get(0x100)).toHaveLength(
      one.units.filter((u) => u.streamId === 0x100).length + two.units.filter((u) => u.streamId === 0x100).length,
    )
    expect(clockFlags(bytes).filter((flags) => (flags & 0x80) !== 0)).toHaveLength(1)
  })

  test("the clock is there every 0.1 s, never goes back and never passes a decoding time", () => {
    const source = join(folder, "clock.ts")
    ffmpeg(...VIDEO("25"), ...TONE(), "-c:v", "libx264", "-x264-params", "keyint=24", "-c:a", "ac3", "-f", "mpegts", source)
    const { units, codecs } = unitsOf(source)
    const bytes = Buffer.concat(rewrite(units, codecs, new TransportStreamWriter({ streams: streamsOf(codecs) })))
    let clock = -1
    let worst = 0
    const early: number[] = []
    const demuxer = new TransportStreamDemuxer({
      sink: {
        unit: ({ dts }) => early.push(dts! - clock),
        clock: (pid, base) => {
          expect(pid).toBe(0x100)
          expect(base).toBeGreaterThanOrEqual(clock)
          if (clock >= 0) worst = Math.max(worst, base - clock)
          clock = base
        },
      },
    })
    demuxer.push(bytes)
    expect(worst).toBeLessThanOrEqual(9000)
    expect(Math.min(...early)).toBeGreaterThan(0)
  })
})

/** The flags of adaptation fields that hold a clock reference. */
function clockFlags(bytes: Uint8Array): number[] {
  const flags: number[] = []
  for (let at = 0; at < bytes.length; at += 188)
    if ((bytes[at + 3]! & 0x20) !== 0 && (bytes[at + 5]! & 0x10) !== 0) flags.push(bytes[at + 5]!)
  return flags
}

test("as many streams as can be written, each with all its descriptors, have room in the one packet of the program map", () => {
  const streams: WriterStream[] = Array.from({ length: 9 }, () => ({ codec: "ac3", language: "eng" }))
  const written = new TransportStreamWriter({ streams }).write(0, { data: new Uint8Array(10), pts: 9000, dts: 9000, key: true })
  expect(written.length % 188).toBe(0)
  const maps: number[][] = []
  const program = (map: { streams: readonly { pid: number; codec: CodecName | null }[] }) =>
    maps.push(map.streams.filter(({ codec }) => codec === "ac3").map(({ pid }) => pid))
  const demuxer = new TransportStreamDemuxer({ sink: { unit: () => {}, program } })
  demuxer.push(written)
  demuxer.flush()
  expect(maps[0]).toEqual(Array.from({ length: 9 }, (_, index) => 0x100 + index))
  expect(() => new TransportStreamWriter({ streams: [...streams, { codec: "ac3", language: "eng" }] })).toThrow(/10 streams; 1 to 9/)
})

test("streams and units that cannot be written are refused by name", () => {
  expect(() => new TransportStreamWriter({ streams: [] })).toThrow(/0 streams/)
  const writer = new TransportStreamWriter({ streams: [{ codec: "aac", config: Uint8Array.of(0xf8, 0xe6, 0x40, 0) }] })
  const unit = { data: new Uint8Array(100), pts: 0, dts: 0, key: true }
  expect(() => writer.write(1, unit)).toThrow(/no stream 1/)
  expect(() => writer.write(0, unit)).toThrow(/ADTS cannot carry/)
})
