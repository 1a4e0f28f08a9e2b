import { existsSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { MAX_UNIT_SIZE } from "../../src/mpeg/elementary/splitter.ts"
import { type AccessUnit, type CodecName, ProgramStreamDemuxer, TransportStreamDemuxer } from "../../src/mpeg/index.ts"
import { mutantsOf } from "../support/mutants.ts"
import { hasProgram } from "../support/oracles.ts"
import { Collector, ffmpeg, readBytes, temporaryFolder } from "./media.ts"

const folder = temporaryFolder()
const MUTANTS = 1500

/** Repeatable noise (xorshift). */
function noise(length: number, seed: number): Uint8Array {
  let state = seed
  return new Uint8Array(length).map(() => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0xff
  })
}

/** Takes bytes apart; units are no larger together than what they were cut from, and each has valid times. */
function takeApart(
  bytes: Uint8Array,
  make: (sink: { unit(unit: AccessUnit): void }) => { push(bytes: Uint8Array): void; flush(): void },
  step: number,
): number {
  let total = 0
  let units = 0
  const demuxer = make({
    unit: ({ data, pts, dts }) => {
      units++
      total += data.length
      if (data.length === 0 || data.length > MAX_UNIT_SIZE) throw new Error(`a unit of ${data.length} bytes`)
      for (const time of [pts, dts])
        if (time !== null && !(Number.isInteger(time) && time >= 0 && time < 2 ** 33)) throw new Error(`a time of ${time}`)
    },
  })
  for (let at = 0; at < bytes.length; at += step) demuxer.push(bytes.subarray(at, at + step))
  demuxer.flush()
  expect(total).toBeLessThanOrEqual(bytes.length)
  return units
}

describe.skipIf(!hasProgram("ffmpeg"))("each byte flipped, each length a lie, each truncation", () => {
  const seeds = new Map<string, Uint8Array>()

  beforeAll(() => {
    const input =
      "-f lavfi -i testsrc=s=64x48:r=25:d=0.4 -f lavfi -i sine=440:r=48000:d=0.4 -f lavfi -i sine=440:r=48000:d=0.4 -map 0 -map 1 -map 2".split(
        " ",
      )
    const make = (name: string, options: string): void => {
      const file = join(folder, name)
      ffmpeg("-loglevel", "quiet", ...input, ...options.split(" "), file)
      seeds.set(name, readBytes(file))
    }
    make("ps.vob", "-c:v mpeg2video -bf 2 -c:a:0 ac3 -c:a:1 pcm_s16be -f dvd")
    make("dts.vob", "-c:v mpeg2video -c:a:0 mp2 -c:a:1 dca -strict -2 -f dvd")
    make("h264.ts", "-c:v libx264 -x264-params interlaced=1 -c:a:0 eac3 -c:a:1 aac -f mpegts")
    make("hevc.m2ts", "-c:v libx265 -x265-params log-level=0 -c:a:0 truehd -strict -2 -c:a:1 pcm_bluray -f mpegts -mpegts_m2ts_mode 1")
  })

  test.each(["ps.vob", "dts.vob"])("%s", (name) => {
    const seed = (seeds.get(name) ?? new Uint8Array(0)).subarray(0, 20 * 2048)
    let units = 0
    for (const mutant of mutantsOf(seed, MUTANTS)) units += takeApart(mutant, (sink) => new ProgramStreamDemuxer({ sink }), 4096)
    expect(units).toBeGreaterThan(MUTANTS)
  })

  test.each(["h264.ts", "hevc.m2ts"])("%s", (name) => {
    const seed = (seeds.get(name) ?? new Uint8Array(0)).subarray(0, 40_000)
    let units = 0
    for (const mutant of mutantsOf(seed, MUTANTS)) units += takeApart(mutant, (sink) => new TransportStreamDemuxer({ sink }), 5000)
    expect(units).toBeGreaterThan(MUTANTS)
  })
})

const CODECS: readonly CodecName[] = [
  ...(["mpeg1video", "mpeg2video", "h264", "hevc", "vc1", "mp1", "mp2", "mp3", "aac", "ac3", "eac3", "dts"] as const),
  ...(["truehd", "mlp", "pcm_bluray", "hdmv_pgs_subtitle", "hdmv_ig", "hdmv_text_subtitle"] as const),
]

describe("noise", () => {
  test.each(CODECS)("as %s gives units or nothing", (codec) => {
    const codecs = new Map([[0x1100, codec]])
    for (let seed = 1; seed <= 20; seed++) {
      const bytes = noise(188 * 200, seed)
      for (let at = 0, counter = 0; at < bytes.length; at += 188, counter++) {
        const begins = (bytes[at + 5] as number) < 60
        bytes.set([0x47, (begins ? 0x40 : 0) | 0x11, 0x00, 0x10 | (counter & 15)], at)
        if (begins) bytes.set([0, 0, 1, 0xfd, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1], at + 4)
        // Sync words and start codes now and then, so that more than the search for them is reached.
        const word = SYNC_WORDS[(bytes[at + 30] as number) % SYNC_WORDS.length] ?? []
        bytes.set(word, at + 20)
        bytes.set(word, at + 100)
      }
      takeApart(bytes, (sink) => new TransportStreamDemuxer({ sink, codecs, packetSize: 188 }), 1000)
    }
  })

  test("without any packet in it is damage, in 188, 192 and 2048 bytes", () => {
    const bytes = noise(100_000, 7)
    for (const packetSize of [188, 192] as const)
      expect(takeApart(bytes, (sink) => new TransportStreamDemuxer({ sink, packetSize }), 777)).toBe(0)
    expect(takeApart(bytes, (sink) => new TransportStreamDemuxer({ sink }), 777)).toBe(0)
    expect(takeApart(bytes, (sink) => new ProgramStreamDemuxer({ sink }), 2048)).toBe(0)
  })
})

const SYNC_WORDS: readonly (readonly number[])[] = [
  [0x0b, 0x77, 0, 0, 0x1e, 0x40, 0xe1, 0x00],
  [0x7f, 0xfe, 0x80, 0x01, 0xfc, 0x3c, 0x3f, 0xf0, 0xb5],
  [0x64, 0x58, 0x20, 0x25],
  [0x00, 0x40, 0x00, 0x00, 0xf8, 0x72, 0x6f, 0xba, 0x00, 0x07, 0x80],
  [0xff, 0xf1, 0x4c, 0x80, 0x10, 0x1f, 0xfc],
  [0xff, 0xfd, 0x84, 0x00],
  [0, 0, 1, 0xb3, 0x2d, 0x02, 0x40, 0x23],
  [0, 0, 1, 0x00, 0x00, 0x0f, 0xff, 0xf8],
  [0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28],
  [0, 0, 0, 1, 0x42, 0x01, 0x01, 0x02],
  [0, 0, 1, 0x0f, 0xda, 0x00],
  [0x16, 0x00, 0x13],
]

test("a picture that never ends is given up at the bound", () => {
  const seen = new Collector()
  const demuxer = new TransportStreamDemuxer({ sink: seen, codecs: new Map([[0x100, "h264"]]), packetSize: 188 })
  const packet = new Uint8Array(188).fill(0x55)
  packet.set([0x47, 0x41, 0x00, 0x10, 0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0, 0, 0, 0, 1, 0x65, 0x88])
  demuxer.push(packet)
  const more = new Uint8Array(188 * 16).fill(0x55)
  for (let i = 0; i < 16; i++) more.set([0x47, 0x01, 0x00, 0x10 | ((i + 1) & 15)], i * 188)
  for (let pushed = 0; pushed < MAX_UNIT_SIZE + 1e6; pushed += 184 * 16) demuxer.push(more)
  demuxer.flush()
  expect(demuxer.damage.get("mpeg-unit-too-large")).toBe(1)
  expect(seen.units.size).toBe(0)
})

const sampleDvd = join(import.meta.dirname, "../../samples/dvd.iso")

test.skipIf(!existsSync(sampleDvd))("a whole image read as a program stream gives the units of its VOBs and nothing worse", () => {
  const seen = new Collector()
  const demuxer = new ProgramStreamDemuxer({ sink: seen })
  demuxer.push(readBytes(sampleDvd))
  demuxer.flush()
  expect(seen.units.get(0xe0)?.length).toBeGreaterThan(100)
  expect(demuxer.damage.get("mpeg-lost-sync")).toBeGreaterThan(100)
})
