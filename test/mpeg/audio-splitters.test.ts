import { describe, expect, test } from "vitest"
import { Ac3Splitter } from "../../src/mpeg/elementary/ac3.ts"
import { DtsSplitter } from "../../src/mpeg/elementary/dts.ts"
import { BlurayLpcmSplitter, DvdLpcmSplitter } from "../../src/mpeg/elementary/lpcm.ts"
import { MpegAudioSplitter } from "../../src/mpeg/elementary/mpeg-audio.ts"
import { SegmentSplitter } from "../../src/mpeg/elementary/segments.ts"
import type { Splitter, SplitterSink } from "../../src/mpeg/elementary/splitter.ts"
import { TrueHdSplitter } from "../../src/mpeg/elementary/truehd.ts"
import type { AccessUnit, AudioStreamParameters } from "../../src/mpeg/index.ts"
import { BitWriter, joined } from "./bits.ts"

type Seen = { units: AccessUnit[]; parameters: AudioStreamParameters[]; damage: string[] }

function collect(make: (sink: SplitterSink) => Splitter): { splitter: Splitter; seen: Seen } {
  const seen: Seen = { units: [], parameters: [], damage: [] }
  const splitter = make({
    unit: (unit) => seen.units.push(unit),
    parameters: (_id, parameters) => seen.parameters.push(parameters as AudioStreamParameters),
    damage: (code) => seen.damage.push(code),
  })
  return { splitter, seen }
}

function feed(splitter: Splitter, packets: readonly { data: Uint8Array; pts?: number }[], step = 11): void {
  for (const { data, pts } of packets) {
    splitter.begin(pts ?? null, pts ?? null)
    for (let at = 0; at < data.length; at += step) splitter.push(data, at, Math.min(at + step, data.length))
    splitter.end()
  }
  splitter.flush()
}

const frameOf = (head: Uint8Array | readonly number[], size: number): Uint8Array =>
  joined(head, new Array<number>(size - head.length).fill(0x11))

describe("AC-3 and E-AC-3", () => {
  /** 48 kHz, 448 kbit/s (1792 bytes), 3/2 with the low-frequency channel. */
  const core = frameOf([0x0b, 0x77, 0, 0, 0x1e, 0x40, 0xe1, 0x00], 1792)
  /** A dependent substream of 64 bytes with a chanmap of Ls, Rs, Lrs/Rrs: 7.1 with the core. */
  const dependent = frameOf(
    new BitWriter()
      .put([16, 0x0b77], [2, 1], [3, 0], [11, 31], [2, 0], [2, 3], [3, 6], [1, 0], [5, 16], [5, 31], [1, 0], [1, 1], [16, 0x1a00])
      .bytes(false),
    64,
  )
  const independent = frameOf(
    new BitWriter().put([16, 0x0b77], [2, 0], [3, 0], [11, 49], [2, 0], [2, 0], [3, 7], [1, 1], [5, 16], [5, 31]).bytes(),
    100,
  )

  test("a core frame and its dependent substream are one unit of 7.1 channels", () => {
    const { splitter, seen } = collect((sink) => new Ac3Splitter(0x1100, "eac3", sink))
    feed(splitter, [
      { data: core, pts: 900 },
      { data: dependent, pts: 900 },
      { data: core, pts: 3780 },
      { data: dependent, pts: 3780 },
    ])
    expect(seen.units.map(({ data, pts }) => [data.length, pts])).toEqual([
      [1856, 900],
      [1856, 3780],
    ])
    expect(seen.parameters).toEqual([
      { kind: "audio", codec: "eac3", channels: 8, sampleRate: 48000, bitsPerSample: null, samplesPerFrame: 1536 },
    ])
  })

  test("frames of one block are counted by their samples", () => {
    const { splitter, seen } = collect((sink) => new Ac3Splitter(0x1100, "eac3", sink))
    feed(splitter, [{ data: joined(independent, independent, independent), pts: 0 }])
    expect(seen.units.map(({ pts }) => pts)).toEqual([0, 480, 960])
    expect(seen.parameters).toMatchObject([{ channels: 6, samplesPerFrame: 256 }])
  })

  test("a core alone is AC-3", () => {
    const { splitter, seen } = collect((sink) => new Ac3Splitter(0xbd80, "ac3", sink))
    feed(splitter, [{ data: joined([1, 2, 0x0b, 0x77], core, core), pts: 0 }])
    expect(seen.units.map(({ data }) => data)).toEqual([core, core])
    expect(seen.parameters).toMatchObject([{ codec: "ac3", channels: 6 }])
    expect(seen.damage).toEqual([])
  })

  test("noise between frames is counted once, and times wait for the next stamp", () => {
    const { splitter, seen } = collect((sink) => new Ac3Splitter(0xbd80, "ac3", sink))
    feed(splitter, [
      { data: joined(core, core, [1, 2, 3], core), pts: 0 },
      { data: core, pts: 9000 },
    ])
    expect(seen.units.map(({ pts }) => pts)).toEqual([0, 2880, null, 9000])
    expect(seen.damage).toEqual(["mpeg-bad-unit"])
  })

  test("a false sync word inside what comes before the first frame is not a frame", () => {
    const { splitter, seen } = collect((sink) => new Ac3Splitter(0xbd80, "ac3", sink))
    const tail = frameOf([0x0b, 0x77, 0, 0, 0x1e, 0x40, 0xe1, 0x00], 500)
    feed(splitter, [{ data: joined(tail, core, core), pts: 0 }])
    expect(seen.units.map(({ data }) => data.length)).toEqual([1792, 1792])
  })
})

describe("DTS", () => {
  /** 16 blocks (512 samples), 1024 bytes, 3/2, 48 kHz, 24 bits, the low-frequency channel. */
  const core = frameOf(
    new BitWriter()
      .put([32, 0x7ffe8001], [1, 1], [5, 31], [1, 0], [7, 15], [14, 1023], [6, 9], [4, 13], [5, 24], [5, 0], [3, 0], [1, 0], [1, 0], [2, 2])
      .put([1, 0], [1, 0], [4, 7], [2, 0], [3, 6])
      .bytes(false),
    1024,
  )
  const extension = (size: number, duration = 0): Uint8Array =>
    frameOf(
      new BitWriter()
        .put(
          [32, 0x64582025],
          [8, 0],
          [2, 0],
          [1, 0],
          [8, 40],
          [16, size - 1],
          [1, 1],
          [2, 2],
          [3, duration],
          [1, 0],
          [3, 0],
          [3, 0],
          [1, 1],
          [8, 1],
        )
        .put([1, 0], [16, size - 60], [9, 20], [3, 0], [1, 1], [4, 0], [1, 0], [1, 0], [5, 23], [4, 13], [8, 7])
        .bytes(),
      size,
    )

  test("a core with its extension is one unit, described by the extension", () => {
    const { splitter, seen } = collect((sink) => new DtsSplitter(0x1100, sink))
    feed(splitter, [
      { data: joined(core, extension(300)), pts: 0 },
      { data: joined(core, extension(500), core), pts: 960 },
    ])
    expect(seen.units.map(({ data, pts }) => [data.length, pts])).toEqual([
      [1324, 0],
      [1524, 960],
      [1024, 1920],
    ])
    expect(seen.parameters).toMatchObject([
      { codec: "dts", channels: 8, sampleRate: 96000, bitsPerSample: 24, samplesPerFrame: 512 },
      { codec: "dts", channels: 6, sampleRate: 48000, bitsPerSample: 24 },
    ])
  })

  test("DTS Express is extensions alone", () => {
    const { splitter, seen } = collect((sink) => new DtsSplitter(0x1a00, sink))
    feed(splitter, [{ data: joined(extension(200, 1), extension(240, 1)), pts: 0 }])
    expect(seen.units.map(({ data, pts }) => [data.length, pts])).toEqual([
      [200, 0],
      [240, 1920],
    ])
  })
})

describe("TrueHD", () => {
  /** An access unit; with a major sync: 48 kHz, 5.1 in the 6-channel presentation, one substream. */
  const unit = (size: number, sync: boolean): Uint8Array => {
    const bytes = frameOf([], size)
    bytes.set([size >> 9, (size >> 1) & 0xff, 0, 0])
    if (sync) bytes.set([0xf8, 0x72, 0x6f, 0xba, 0x00, 0x07, 0x80, 0, 0xb7, 0x52, 0, 0, 0, 0, 0, 0, 0x10], 4)
    else bytes.set([0x00, 0x20], 4)
    const parity = sync ? 0 : [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum ^ (bytes[i] as number), 0)
    const nibble = 15 ^ ((parity >> 4) ^ (parity & 15))
    bytes[0] = ((bytes[0] as number) & 15) | (nibble << 4)
    return bytes
  }
  const ac3 = frameOf([0x0b, 0x77, 0, 0, 0, 0x40, 0x20], 128)

  test("units, those one can begin with, and the AC-3 core between them", () => {
    const { splitter, seen } = collect((sink) => new TrueHdSplitter(0x1100, 0x11100, sink))
    const stream = [unit(100, false), unit(200, true), unit(60, false), ac3, unit(80, false), unit(300, true), ac3]
    feed(splitter, [{ data: joined(...stream), pts: 0 }])
    const main = seen.units.filter(({ streamId }) => streamId === 0x1100)
    expect(main.map(({ data, key }) => [data.length, key])).toEqual([
      [200, true],
      [60, false],
      [80, false],
      [300, true],
    ])
    expect(seen.units.filter(({ streamId }) => streamId === 0x11100).map(({ data }) => data)).toEqual([ac3, ac3])
    expect(seen.parameters).toMatchObject([{ codec: "truehd", channels: 6, sampleRate: 48000, samplesPerFrame: 40 }, { codec: "ac3" }])
  })

  test("a unit whose parity is wrong is none", () => {
    const { splitter, seen } = collect((sink) => new TrueHdSplitter(0x1100, 0x11100, sink))
    const bad = unit(60, false)
    bad[0] = (bad[0] as number) ^ 0x10
    feed(splitter, [{ data: joined(unit(200, true), unit(60, false), bad, unit(80, false), unit(300, true), unit(60, false)), pts: 0 }])
    expect(seen.units.map(({ data }) => data.length)).toEqual([200, 60, 300, 60])
    expect(seen.damage).toEqual(["mpeg-bad-unit"])
  })
})

describe("LPCM", () => {
  test("DVD: the packet's time belongs to the frame that begins in it", () => {
    const splitterOf = collect((sink) => new DvdLpcmSplitter(0xbda0, sink))
    const splitter = splitterOf.splitter as DvdLpcmSplitter
    const { seen } = splitterOf
    const facts = Uint8Array.of(0x0c, 0x01, 0x80)
    // 480 samples of 16 bits in two channels, of which 48 belong to the frame before.
    const data = joined(facts, new Uint8Array(1920))
    for (const pts of [10_000, null]) {
      splitter.begin(pts, pts)
      splitter.firstFrameAt(192)
      splitter.push(data, 0, data.length)
      splitter.end()
    }
    expect(seen.units.map(({ pts, data: bytes }) => [pts, bytes.length])).toEqual([
      [9910, 1923],
      [10_810, 1923],
    ])
    expect(seen.parameters).toEqual([
      { kind: "audio", codec: "pcm_dvd", channels: 2, sampleRate: 48000, bitsPerSample: 16, samplesPerFrame: 480 },
    ])
  })

  test("Blu-ray: 5.1 of 24 bits at 96 kHz; a packet cut short is damage", () => {
    const { splitter, seen } = collect((sink) => new BlurayLpcmSplitter(0x1100, sink))
    const whole = joined([0x21, 0xc0, 0x94, 0xc0], new Uint8Array(8640))
    feed(
      splitter,
      [
        { data: whole, pts: 0 },
        { data: whole.subarray(0, 5000), pts: 450 },
      ],
      2000,
    )
    expect(seen.units).toEqual([{ streamId: 0x1100, data: whole, pts: 0, dts: 0, key: true }])
    expect(seen.parameters).toMatchObject([{ channels: 6, sampleRate: 96000, bitsPerSample: 24, samplesPerFrame: 480 }])
    expect(seen.damage).toEqual(["mpeg-bad-unit"])
  })
})

test("MPEG audio: layer I, and layer III of low rates", () => {
  const { splitter, seen } = collect((sink) => new MpegAudioSplitter(0xc0, sink))
  // Layer I, 32 kHz, 384 kbit/s: 12 x 384000 / 32000 = 144 slots of 4 bytes.
  const first = frameOf([0xff, 0xff, 0xc8, 0x00], 576)
  feed(splitter, [{ data: joined(first, first), pts: 0 }])
  expect(seen.units.map(({ data, pts }) => [data.length, pts])).toEqual([
    [576, 0],
    [576, 1080],
  ])
  // Layer III, MPEG-2, 24 kHz, 64 kbit/s, padded: 72 x 64000 / 24000 + 1 = 193 bytes.
  const second = collect((sink) => new MpegAudioSplitter(0xc0, sink))
  const frame = frameOf([0xff, 0xf3, 0x86, 0xc0], 193)
  feed(second.splitter, [{ data: joined(frame, frame), pts: 0 }])
  expect(second.seen.units.map(({ data, pts }) => [data.length, pts])).toEqual([
    [193, 0],
    [193, 2160],
  ])
  expect([...seen.parameters, ...second.seen.parameters]).toMatchObject([
    { codec: "mp1", channels: 2, sampleRate: 32000, samplesPerFrame: 384 },
    { codec: "mp3", channels: 1, sampleRate: 24000, samplesPerFrame: 576 },
  ])
})

test("graphics segments: several in a packet, one over several, one cut short", () => {
  const { splitter, seen } = collect((sink) => new SegmentSplitter(0x1200, sink))
  const segment = (type: number, size: number): Uint8Array => frameOf([type, size >> 8, size & 0xff], size + 3)
  feed(splitter, [
    { data: joined(segment(0x16, 19), segment(0x80, 0)), pts: 100 },
    { data: segment(0x15, 300).subarray(0, 200), pts: 200 },
    { data: segment(0x15, 300).subarray(200) },
    { data: segment(0x15, 300).subarray(0, 200), pts: 300 },
    { data: segment(0x80, 0), pts: 400 },
  ])
  expect(seen.units.map(({ data, pts }) => [data[0], data.length, pts])).toEqual([
    [0x16, 22, 100],
    [0x80, 3, null],
    [0x15, 303, 200],
    [0x80, 3, 400],
  ])
  expect(seen.damage).toEqual(["mpeg-bad-unit"])
})
