import { describe, expect, test } from "vitest"
import { ProgramStreamDemuxer } from "../../src/mpeg/index.ts"
import { PesHeader, readPesHeader, readTimestamp, wrapTimestamp, writeTimestamp } from "../../src/mpeg/pes.ts"
import { Collector } from "./media.ts"

function read(bytes: readonly number[]): PesHeader | null {
  const header = new PesHeader()
  return readPesHeader(Uint8Array.from(bytes), 0, bytes.length, header) ? header : null
}

/** Five bytes of a time stamp, bit by bit: prefix, 3, marker, 15, marker, 15, marker. */
function stamp(prefix: number, value: number): number[] {
  const text = value.toString(2).padStart(33, "0")
  const bits = `${prefix.toString(2).padStart(4, "0")}${text.slice(0, 3)}1${text.slice(3, 18)}1${text.slice(18)}1`
  return Array.from({ length: 5 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2))
}

describe("time stamps", () => {
  test.each([0, 1, 90_000, 2 ** 30, 2 ** 31 + 12345, 2 ** 32 + 1, 2 ** 33 - 1])("%d is written and read", (value) => {
    const bytes = new Uint8Array(5)
    writeTimestamp(bytes, 0, 2, value)
    expect([...bytes]).toEqual(stamp(2, value))
    expect(readTimestamp(bytes, 0)).toBe(value)
  })

  test("they count modulo 2^33", () => {
    expect(wrapTimestamp(2 ** 33 + 5)).toBe(5)
    expect(wrapTimestamp(-5)).toBe(2 ** 33 - 5)
  })
})

describe("MPEG-2 headers", () => {
  const head = [0, 0, 1, 0xe0, 0, 0]

  test("both time stamps, scrambling and stuffing", () => {
    const header = read([...head, 0x94, 0xc0, 12, ...stamp(3, 8_589_934_000), ...stamp(1, 5000), 0xff, 0xff, 1, 2, 3])
    expect(header).toMatchObject({ pts: 8_589_934_000, dts: 5000, scrambling: 1, payloadStart: 21, streamIdExtension: -1 })
  })

  test("a PTS alone is the DTS too; none is none", () => {
    expect(read([...head, 0x80, 0x80, 5, ...stamp(2, 77), 9])).toMatchObject({ pts: 77, dts: 77, payloadStart: 14 })
    expect(read([...head, 0x80, 0, 0, 9])).toMatchObject({ pts: null, dts: null, payloadStart: 9 })
  })

  test("stream_id_extension behind all other fields", () => {
    const fields = [...stamp(2, 1), ...new Array<number>(6).fill(1), 1, 1, 1, 1, 1, 1, 1]
    const extension = [0xf1, ...new Array<number>(16).fill(2), 3, 7, 7, 7, 8, 8, 9, 9, 0x81, 0x72]
    // PTS, ESCR, ES_rate, trick mode, copy info, CRC, extension: private data, pack header, counter, buffer, extension 2.
    expect(read([...head, 0x80, 0xbf, fields.length + extension.length, ...fields, ...extension])).toMatchObject({
      pts: 1,
      streamIdExtension: 0x72,
    })
    expect(read([...head, 0x80, 0x01, 3, 0x0f, 0x81, 0xf2])).toMatchObject({ streamIdExtension: -1 })
  })

  test("a header that does not fit is none", () => {
    expect(read([...head, 0x80, 0xc0, 5, ...stamp(3, 1)])).toBeNull()
    expect(read([...head, 0x80, 0x80, 9, 1])).toBeNull()
    expect(read(head)).toBeNull()
  })
})

describe("MPEG-1", () => {
  const head = [0, 0, 1, 0xc0, 0, 0]

  test("stuffing, buffer size and each form of times", () => {
    expect(read([...head, 0xff, 0xff, 0x60, 0x20, ...stamp(2, 4_000_000_000), 5])).toMatchObject({
      pts: 4_000_000_000,
      dts: 4_000_000_000,
      payloadStart: 15,
    })
    expect(read([...head, ...stamp(3, 9000), ...stamp(1, 6000), 5])).toMatchObject({ pts: 9000, dts: 6000, payloadStart: 16 })
    expect(read([...head, 0xff, 0x0f, 5])).toMatchObject({ pts: null, dts: null, payloadStart: 8 })
    expect(read([...head, ...new Array<number>(20).fill(0xff)])).toBeNull()
  })

  test("packs of MPEG-1 form", () => {
    const frame = [0xff, 0xfd, 0x14, 0xc0, ...new Array<number>(92).fill(0)]
    const pack = new Uint8Array(2048).fill(0xff)
    pack.set([0, 0, 1, 0xba, ...stamp(2, 123_456), 0x80, 0, 1])
    pack.set([0, 0, 1, 0xc0, 0, 5 + 192, ...stamp(2, 9000), ...frame, ...frame], 12)
    const left = 2048 - 12 - 6 - 5 - 192
    pack.set([0, 0, 1, 0xbe, (left - 6) >> 8, (left - 6) & 0xff], 2048 - left)
    const seen = new Collector()
    const clocks: unknown[] = []
    const demuxer = new ProgramStreamDemuxer({ sink: { unit: (unit) => seen.unit(unit), clock: (...clock) => clocks.push(clock) } })
    demuxer.push(pack)
    demuxer.flush()
    expect([...demuxer.damage]).toEqual([])
    expect(clocks).toEqual([[123_456, 0]])
    expect(seen.packets(0xc0).map(({ pts, size }) => [pts, size])).toEqual([
      [9000, 96],
      [11_160, 96],
    ])
  })
})
