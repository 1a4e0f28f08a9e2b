import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { H264Splitter } from "../../src/mpeg/elementary/h264.ts"
import { parseH264Sps } from "../../src/mpeg/elementary/h264-parameters.ts"
import { HevcSplitter } from "../../src/mpeg/elementary/hevc.ts"
import { MpegVideoSplitter } from "../../src/mpeg/elementary/mpeg-video.ts"
import type { Splitter, SplitterSink } from "../../src/mpeg/elementary/splitter.ts"
import { Vc1Splitter } from "../../src/mpeg/elementary/vc1.ts"
import type { AccessUnit, VideoStreamParameters } from "../../src/mpeg/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { BitWriter, joined } from "./bits.ts"
import { ffmpeg, readBytes, temporaryFolder } from "./media.ts"

const folder = temporaryFolder()

type Seen = { units: AccessUnit[]; parameters: VideoStreamParameters[] }

function collect(make: (sink: SplitterSink) => Splitter): { splitter: Splitter; seen: Seen } {
  const seen: Seen = { units: [], parameters: [] }
  const splitter = make({
    unit: (unit) => seen.units.push(unit),
    parameters: (_id, parameters) => seen.parameters.push(parameters as VideoStreamParameters),
    damage: () => {},
  })
  return { splitter, seen }
}

/** Feeds pieces, each a PES packet of its own with the times given. */
function feed(splitter: Splitter, pieces: readonly { data: Uint8Array; pts?: number; dts?: number }[], step = 7): void {
  for (const { data, pts, dts } of pieces) {
    splitter.begin(pts ?? null, dts ?? pts ?? null)
    for (let at = 0; at < data.length; at += step) splitter.push(data, at, Math.min(at + step, data.length))
    splitter.end()
  }
  splitter.flush()
}

describe("MPEG-2 video", () => {
  /** 720 x 480, 4:3, 29.97, main profile; progressive_sequence as given. */
  const sequence = (progressive: boolean): number[] => [
    ...[0, 0, 1, 0xb3, 0x2d, 0x01, 0xe0, 0x24, 0x09, 0xc4, 0x23, 0x81],
    ...[0, 0, 1, 0xb5, 0x14, progressive ? 0x8a : 0x82, 0x00, 0x01, 0x00, 0x00],
  ]
  const I = 1
  const P = 2
  const B = 3
  type Picture = { type: number; reference: number; structure?: number; tff?: boolean; rff?: boolean }
  const picture = ({ type, reference, structure = 3, tff = true, rff = false }: Picture): number[] => [
    ...[0, 0, 1, 0x00, reference >> 2, ((reference & 3) << 6) | (type << 3), 0xff, 0xf8],
    ...[0, 0, 1, 0xb5, 0x8f, 0xff, 0xf0 | structure, (tff ? 0x80 : 0) | (rff ? 0x02 : 0), 0x80],
    ...[0, 0, 1, 0x01, 0x22, 0x33, 0x44],
  ]

  test("two fields are one unit, whatever the second's type; a lone field is one too", () => {
    const { splitter, seen } = collect((sink) => new MpegVideoSplitter(0xe0, sink))
    const frames = [
      [...sequence(false), ...picture({ type: I, reference: 0, structure: 1 }), ...picture({ type: P, reference: 0, structure: 2 })],
      [...picture({ type: P, reference: 1, structure: 2 }), ...picture({ type: P, reference: 1, structure: 1 })],
      picture({ type: P, reference: 2, structure: 1 }),
      picture({ type: P, reference: 3, structure: 3 }),
    ].map((bytes) => Uint8Array.from(bytes))
    feed(splitter, [{ data: joined(...frames), pts: 9000, dts: 5997 }])
    expect(seen.units.map(({ data }) => data)).toEqual(frames)
    expect(seen.units.map(({ key }) => key)).toEqual([true, false, false, false])
    // Decoding goes on by the length of the picture that is shown meanwhile.
    expect(seen.units.map(({ dts }) => dts)).toEqual([5997, 9000, 12003, 15006])
    expect(seen.units.map(({ pts }) => pts)).toEqual([9000, 12003, 15006, 16507])
  })

  test("3:2 pulldown: times are those of the fields shown", () => {
    const { splitter, seen } = collect((sink) => new MpegVideoSplitter(0xe0, sink))
    // In the order of showing, fields are 3 2 3 2: first top, then bottom, bottom, top.
    const shown = [
      { tff: true, rff: true },
      { tff: false, rff: false },
      { tff: false, rff: true },
      { tff: true, rff: false },
    ]
    // Two groups as decoded: I2 B0 B1 P5 B3 B4 P8 B6 B7, with all of twelve pictures.
    const order = [2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9, 10]
    const types = order.map((reference, i) => (i === 0 ? I : reference % 3 === 2 ? P : B))
    const units = order.map((reference, i) => Uint8Array.from(picture({ type: types[i] as number, reference, ...shown[reference % 4] })))
    const fields = (reference: number): number => ((shown[reference % 4] as { rff: boolean }).rff ? 3 : 2)
    const startOf = (reference: number): number =>
      Array.from({ length: reference }, (_, i) => fields(i)).reduce((a, b) => a + b, 0) * 1501.5
    const first = Uint8Array.from([...sequence(false), ...(units[0] as Uint8Array)])
    feed(splitter, [{ data: joined(first, ...units.slice(1)), pts: 90000 + startOf(2), dts: 90000 - 3003 }])
    expect(seen.units.map(({ pts }) => pts)).toEqual(order.map((reference) => Math.floor(90000 + startOf(reference))))
    for (const { pts, dts } of seen.units) expect(pts).toBeGreaterThanOrEqual(dts ?? Number.NaN)
    const decoded = seen.units.map(({ dts }) => dts ?? Number.NaN)
    expect([...decoded].sort((a, b) => a - b)).toEqual(decoded)
  })

  test("progressive sequences repeat whole frames", () => {
    const { splitter, seen } = collect((sink) => new MpegVideoSplitter(0xe0, sink))
    const pictures = [
      { type: I, reference: 0, rff: true, tff: true },
      { type: P, reference: 1, rff: true, tff: false },
      { type: P, reference: 2 },
      { type: P, reference: 3 },
    ]
    feed(splitter, [{ data: joined(sequence(true), ...pictures.map(picture)), pts: 6006, dts: 3003 }])
    expect(seen.units.map(({ pts }) => pts)).toEqual([6006, 6006 + 9009, 6006 + 15015, 6006 + 18018])
    expect(seen.parameters).toMatchObject([
      { codec: "mpeg2video", width: 720, height: 480, frameRate: "30000/1001", aspect: "4:3", interlaced: false },
    ])
  })

  test("a time stamp belongs to the picture whose start code begins in the packet", () => {
    const { splitter, seen } = collect((sink) => new MpegVideoSplitter(0xe0, sink))
    const first = joined(sequence(false), picture({ type: I, reference: 0 }))
    // The second unit's sequence header lies at the end of the first packet, its picture start code in the second.
    const header = Uint8Array.from(sequence(false))
    const second = Uint8Array.from(picture({ type: I, reference: 0 }))
    feed(splitter, [
      { data: joined(first, header, second.subarray(0, 0)), pts: 3003, dts: 0 },
      { data: second, pts: 33033, dts: 30030 },
    ])
    expect(seen.units.map(({ pts, dts }) => [pts, dts])).toEqual([
      [3003, 0],
      [33033, 30030],
    ])
  })

  test("a still ends with its sequence_end_code, without waiting for more", () => {
    const { splitter, seen } = collect((sink) => new MpegVideoSplitter(0xe0, sink))
    const still = joined(sequence(false), picture({ type: I, reference: 0 }), [0, 0, 1, 0xb7])
    splitter.begin(100, 100)
    splitter.push(still, 0, still.length)
    expect(seen.units).toEqual([{ streamId: 0xe0, data: still, pts: 100, dts: 100, key: true }])
  })

  test("slices without a picture before them are dropped; a group without a sequence header is no key", () => {
    const { splitter, seen } = collect((sink) => new MpegVideoSplitter(0xe0, sink))
    const group = joined([0, 0, 1, 0xb8, 0, 8, 0, 0x40], picture({ type: I, reference: 0 }))
    feed(splitter, [{ data: joined([0xaa, 0, 0, 1, 0x05, 0x11, 0, 0, 1, 0x06], group) }])
    expect(seen.units).toEqual([{ streamId: 0xe0, data: group, pts: null, dts: null, key: false }])
  })
})

describe("H.264", () => {
  const nal = (header: number, payload: Uint8Array): Uint8Array => joined([0, 0, 0, 1, header], payload)
  /** High profile, level 4.0, 1920 x 1080 interlaced: 120 x 34 map units, 8 lines cropped; 25 frames a second. */
  const sps = nal(
    0x67,
    new BitWriter()
      .put([8, 100], [8, 0], [8, 40])
      .ue(0, 1, 0, 0)
      .put([2, 0])
      .ue(0, 0, 2, 2)
      .put([1, 0])
      .ue(119, 33)
      .put([1, 0], [1, 0], [1, 1], [1, 1])
      .ue(0, 0, 0, 2)
      .put([1, 1], [1, 1], [8, 1], [1, 0], [1, 0], [1, 0], [1, 1], [32, 1], [32, 50], [1, 1], [1, 0], [1, 0], [1, 0], [1, 0])
      .bytes(),
  )
  const pps = nal(0x68, new BitWriter().ue(0, 0).put([2, 0]).ue(0, 0, 0).bytes())
  const aud = Uint8Array.of(0, 0, 0, 1, 9, 0xf0)
  const recovery = Uint8Array.of(0, 0, 0, 1, 6, 6, 1, 0xc4, 0x80)
  type Slice = { type?: number; ref?: number; first?: number; frameNum: number; field?: boolean; bottom?: boolean }
  const slice = ({ type = 1, ref = 2, first = 0, frameNum, field = true, bottom = false }: Slice): Uint8Array => {
    const bits = new BitWriter().ue(first, 0, 0).put([4, frameNum], [1, field ? 1 : 0])
    if (field) bits.put([1, bottom ? 1 : 0])
    return nal((ref << 5) | type, joined(bits.bytes(), new Array<number>(30).fill(0xab)))
  }

  test("complementary fields are one unit, with all that lies between them", () => {
    const { splitter, seen } = collect((sink) => new H264Splitter(0x1011, sink))
    const frames = [
      joined(
        aud,
        sps,
        pps,
        slice({ type: 5, frameNum: 0 }),
        aud,
        slice({ frameNum: 0, bottom: true }),
        slice({ frameNum: 0, bottom: true, first: 60 }),
      ),
      joined(aud, slice({ frameNum: 1, ref: 0, bottom: true }), aud, slice({ frameNum: 1, ref: 0 })),
      joined(aud, recovery, slice({ frameNum: 1 }), aud, slice({ frameNum: 1, bottom: true })),
      // A field that stands alone, and a frame.
      joined(aud, slice({ frameNum: 2, bottom: true })),
      joined(aud, recovery, slice({ frameNum: 3, bottom: true })),
      joined(aud, slice({ frameNum: 4, field: false })),
    ]
    feed(splitter, [{ data: frames[0] as Uint8Array, pts: 7200, dts: 3600 }, ...frames.slice(1).map((data) => ({ data }))])
    expect(seen.units.map(({ data }) => data)).toEqual(frames)
    expect(seen.units.map(({ key }) => key)).toEqual([true, false, true, false, true, false])
    expect(seen.units.map(({ dts }) => dts)).toEqual([3600, 7200, 10800, 14400, 16200, 18000])
    expect(seen.parameters).toEqual([
      {
        kind: "video",
        codec: "h264",
        width: 1920,
        height: 1080,
        frameRate: "25",
        aspect: "16:9",
        interlaced: true,
        profile: 100,
        level: 40,
      },
    ])
  })

  test("without delimiters units end where a first slice begins", () => {
    const { splitter, seen } = collect((sink) => new H264Splitter(0x1011, sink))
    const frames = [
      joined(sps, pps, slice({ type: 5, frameNum: 0, field: false }), slice({ type: 5, frameNum: 0, field: false, first: 60 })),
      joined(slice({ frameNum: 1, field: false }), slice({ frameNum: 1, field: false, first: 60 })),
      joined(slice({ frameNum: 2, ref: 0, field: false })),
      joined(slice({ frameNum: 2, field: false })),
    ]
    feed(splitter, [{ data: joined([1, 2, 3], ...frames) }], 5)
    expect(seen.units.map(({ data }) => data)).toEqual(frames)
  })

  test("a parameter set cut short is none", () => {
    for (let length = 5; length < sps.length - 8; length++) expect(() => parseH264Sps(sps, 4, length)).not.toThrow()
    expect(parseH264Sps(sps, 4, 10)).toBeNull()
  })
})

describe("HEVC", () => {
  test("units of several slice segments, and of another layer between", () => {
    const { splitter, seen } = collect((sink) => new HevcSplitter(0x1011, sink))
    const nal = (type: number, first: number, layer = 0): number[] => [0, 0, 0, 1, type << 1, (layer << 3) | 1, first, 0x11, 0x22, 0x33]
    const frames = [
      [...nal(35, 0x50), ...nal(32, 1), ...nal(21, 0x80), ...nal(21, 0x40), ...nal(1, 0x80, 1)],
      [...nal(39, 1), ...nal(1, 0x80), ...nal(40, 1)],
      [...nal(1, 0x80)],
      [...nal(35, 0x50), ...nal(1, 0x80)],
    ].map((bytes) => Uint8Array.from(bytes))
    feed(splitter, [{ data: joined([9, 9], ...frames), pts: 1000, dts: 500 }], 3)
    expect(seen.units.map(({ data }) => data)).toEqual(frames)
    expect(seen.units.map(({ key }) => key)).toEqual([true, false, false, false])
    expect(seen.units[0]).toMatchObject({ pts: 1000, dts: 500 })
  })
})

describe("VC-1, advanced profile", () => {
  /** 1920 x 1080, 24000/1001, square samples, interlaced. */
  const sequence = joined(
    [0, 0, 1, 0x0f],
    new BitWriter()
      .put([2, 3], [3, 3], [2, 1], [3, 0], [5, 0], [1, 0], [12, 959], [12, 539], [1, 0], [1, 1], [4, 2])
      .put([1, 1], [14, 1919], [14, 1079], [1, 1], [4, 1], [1, 1], [1, 0], [8, 1], [4, 2], [1, 0], [1, 0])
      .bytes(),
  )
  const entryPoint = [0, 0, 1, 0x0e, 0x40, 0x12]
  const frame = [0, 0, 1, 0x0d, 0xc0, 0x55, 0x66]
  const field = [0, 0, 1, 0x0c, 0x77]
  const slice = [0, 0, 1, 0x0b, 0x88]

  test("frames with their fields, slices and headers", () => {
    const { splitter, seen } = collect((sink) => new Vc1Splitter(0x1011, sink))
    const frames = [
      joined(sequence, entryPoint, frame, slice, field, slice),
      joined(frame, field),
      joined(entryPoint, frame),
      joined(frame, [0, 0, 1, 0x0a]),
    ]
    feed(splitter, [{ data: frames[0] as Uint8Array, pts: 7507, dts: 3753 }, { data: joined(...frames.slice(1)) }])
    expect(seen.units.map(({ data }) => data)).toEqual(frames)
    expect(seen.units.map(({ key }) => key)).toEqual([true, false, true, false])
    expect(seen.units.map(({ dts }) => dts)).toEqual([3753, 7506, 11260, 15014])
    expect(seen.parameters).toEqual([
      {
        kind: "video",
        codec: "vc1",
        width: 1920,
        height: 1080,
        frameRate: "24000/1001",
        aspect: "16:9",
        interlaced: true,
        profile: 3,
        level: 3,
      },
    ])
  })

  test.skipIf(!hasProgram("ffprobe"))("ffprobe reads the same from the same header", () => {
    const file = join(folder, "made.vc1")
    execFileSync("node", [
      "-e",
      `require("fs").writeFileSync(process.argv[1], Buffer.from(process.argv[2], "hex"))`,
      file,
      Buffer.from(joined(sequence, entryPoint, frame, frame)).toString("hex"),
    ])
    const output = execFileSync("ffprobe", ["-v", "quiet", "-f", "vc1", "-show_streams", "-of", "json", file], { encoding: "utf8" })
    const [stream] = (JSON.parse(output) as { streams: Record<string, unknown>[] }).streams
    expect(stream).toMatchObject({ codec_name: "vc1", coded_width: 1920, coded_height: 1080, r_frame_rate: "24000/1001", level: 3 })
  })
})

test.skipIf(!hasProgram("ffmpeg"))("H.264 and HEVC streams without any packets' times have none but those that follow", () => {
  const file = join(folder, "bare.h264")
  ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x240:r=25:d=1", "-c:v", "libx264", "-f", "h264", file)
  const { splitter, seen } = collect((sink) => new H264Splitter(1, sink))
  feed(splitter, [{ data: readBytes(file) }], 4096)
  expect(seen.units).toHaveLength(25)
  expect(seen.units.every(({ pts, dts }) => pts === null && dts === null)).toBe(true)
})
