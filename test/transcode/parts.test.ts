import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { adtsFrames } from "../../src/transcode/adts.ts"
import { parameterSets } from "../../src/transcode/annex-b.ts"
import type { OutputItem } from "../../src/transcode/index.ts"
import { Interleaver } from "../../src/transcode/interleaver.ts"
import { PictureClock } from "../../src/transcode/worker/picture-clock.ts"
import { choose, costOf, ladder, type Source, SpeedMeter } from "../../src/transcode/worker/quality.ts"
import { SoundGrid } from "../../src/transcode/worker/sound-grid.ts"
import { vc1Headers } from "../../src/transcode/worker/vc1-headers.ts"

const PAL: Source = { codec: "mpeg2video", width: 720, height: 576, frameRate: 25, interlaced: true, aspect: 16 / 9 }
const HDTV: Source = { codec: "mpeg2video", width: 1920, height: 1080, frameRate: 30_000 / 1001, interlaced: true, aspect: 16 / 9 }

const TARGET = { maxHeight: 1080, canvas: null }

describe("quality", () => {
  test("for Main at level 4 has a picture for each field up to 720 lines alone", () => {
    const best = (source: Source, isMain: boolean) => ladder(source, { ...TARGET, isMain })[0]
    expect(best(HDTV, false)).toMatchObject({ height: 1080, doubleRate: true })
    expect(best(HDTV, true)).toMatchObject({ height: 1080, doubleRate: false })
    expect(best(PAL, true)).toMatchObject({ height: 576, doubleRate: true })
  })

  test("each rung is cheaper than the one before, and the best comes first", () => {
    for (const source of [PAL, HDTV, { ...HDTV, interlaced: false }]) {
      const rungs = ladder(source, TARGET)
      const costs = rungs.map((rung) => costOf(source, rung))
      expect(costs).toEqual([...costs].sort((a, b) => b - a))
      expect(rungs[0]?.height).toBe(source.height)
      expect(rungs.at(-1)?.height).toBe(480)
    }
  })

  test("more cores never make a poorer picture; two make 1080i MPEG-2 no larger than they can", () => {
    const chosen = [1, 2, 4, 8, 16].map((cores) => costOf(HDTV, choose(HDTV, TARGET, cores)))
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b))
    expect(costOf(HDTV, choose(HDTV, TARGET, 2)) * 1.2).toBeLessThan(2)
    expect(choose(HDTV, TARGET, 16)).toMatchObject({ height: 1080, doubleRate: true, preset: "veryfast" })
  })

  test("speed is that of the last seconds of work", () => {
    const meter = new SpeedMeter()
    meter.add(90_000, 400)
    expect(meter.speed).toBeNull()
    for (let count = 0; count < 10; count++) meter.add(18_000, 400)
    expect(meter.speed).toBeCloseTo(0.5)
    expect(meter.isTooSlow).toBe(true)
  })

  test("a little too slow must last, far too slow must not", () => {
    const judged = (speed: number, milliseconds: number) => {
      const meter = new SpeedMeter()
      for (let spent = 0; spent < milliseconds; spent += 100) meter.add(speed * 9_000, 100)
      return meter.isTooSlow
    }
    expect([judged(1.1, 1000), judged(1.1, 1600), judged(0.7, 700), judged(0.7, 500), judged(1.3, 5000)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
  })
})

describe("picture clock", () => {
  test("times that a stream leaves out follow from what was shown before, without drift", () => {
    const clock = new PictureClock()
    const times = Array.from({ length: 1001 }, (_, index) => clock.next(index === 0 ? 900 : null, 0, 90_000 / (24_000 / 1001))?.pts)
    expect(times[1000]).toBe(900 + 3_753_750)
  })

  test("time never goes back, whatever the stream says", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(fc.integer({ min: 0, max: 100_000 })), fc.integer({ min: -9, max: 99 }))), (pictures) => {
        const clock = new PictureClock()
        const times = pictures.flatMap(([stamp, repeat]) => clock.next(stamp, repeat, 3600)?.pts ?? [])
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
      }),
    )
  })
})

describe("sound grid", () => {
  test("blocks follow one another whatever comes in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 500_000 }), fc.integer({ min: 1, max: 3000 })), { maxLength: 20 }),
        (blocks) => {
          const times: number[] = []
          const grid = new SoundGrid(1024, 2, (block, pts) => {
            expect(block.map(({ length }) => length)).toEqual([1024, 1024])
            times.push(pts)
          })
          for (const [pts, size] of blocks) grid.put([new Float32Array(size), new Float32Array(size)], pts)
          expect(times).toEqual(times.map((_, index) => (times[0] ?? 0) + index * 1920))
        },
      ),
    )
  })
})

describe("interleaver", () => {
  test("hands on by time, waits for the track that is behind, and lets go when told", () => {
    const out: string[] = []
    const interleaver = new Interleaver((item) => out.push(item.type === "end" ? `${item.at}` : ""))
    const item = (at: number) => ({ type: "end", at }) as unknown as OutputItem
    interleaver.activate("video", true)
    interleaver.activate("audio", true)
    for (const at of [10, 30, 50]) interleaver.put("video", at, item(at))
    expect([out.join(), interleaver.missing]).toEqual(["", "audio"])
    interleaver.put("audio", 20, item(20))
    expect(out.join()).toBe("10,20")
    interleaver.release()
    expect(out.join()).toBe("10,20,30,50")
  })
})

describe("headers", () => {
  test("parameter sets stand in front of the first slice", () => {
    const unit = Uint8Array.of(0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 9, 0, 0, 1, 0x67, 8)
    expect([...parameterSets("h264", unit)]).toEqual([0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3])
    expect(parameterSets("hevc", Uint8Array.of(0, 0, 1, 0x02, 1)).length).toBe(0)
  })

  test("ADTS: header off, AudioSpecificConfig made; anything else is null", () => {
    const frame = Uint8Array.of(0xff, 0xf1, 0x4c, 0x80, 0x01, 0x3f, 0xfc, 0xaa, 0xbb)
    const frames = adtsFrames(Uint8Array.from([...frame, ...frame]))
    expect(frames).toEqual(
      [1, 2].map(() => ({ data: Uint8Array.of(0xaa, 0xbb), sampleRate: 48_000, channels: 2, config: Uint8Array.of(0x11, 0x90) })),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void adtsFrames(bytes)))
    expect(adtsFrames(frame.subarray(0, 8))).toBeNull()
  })

  test("VC-1: sequence header and entry point, in front of the picture", () => {
    const headers = [0, 0, 1, 0x0f, ...Array.from({ length: 12 }, () => 7), 0, 0, 1, 0x0e, 1, 2]
    expect([...(vc1Headers(Uint8Array.from([...headers, 0, 0, 1, 0x0d, 9])) ?? [])]).toEqual(headers)
    expect(vc1Headers(Uint8Array.of(0, 0, 1, 0x0d, 9))).toBeNull()
  })
})
