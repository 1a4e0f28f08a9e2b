import { describe, expect, test } from "vitest"
import { ticks } from "../../src/base/index.ts"
import type { Item, PacketItem } from "../../src/plugin/items.ts"
import { hasProgram } from "../support/oracles.ts"
import { convert, decodeVideo, grey, itemsOf, make, outputs, packetsOf, psnr, START } from "./support.ts"

/** On a machine that others keep busy the converter makes smaller pictures, as it should: then there is nothing to compare. */
const ON_A_BUSY_MACHINE = { retry: 2 }

const mpeg2 = ["-c:v", "mpeg2video", "-b:v", "6M", "-maxrate", "8M", "-bufsize", "1835k", "-g", "12", "-bf", "2"]
const picture = (size: string, rate: string, seconds: number) => ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}:d=${seconds}`]

describe.skipIf(!hasProgram("ffmpeg"))("video", () => {
  test("PAL MPEG-2 becomes H.264 with square pixels, every picture at its own time", ON_A_BUSY_MACHINE, async () => {
    const vob = make("pal.vob", ...picture("720x576", "25", 4), ...mpeg2, "-aspect", "16:9", "-f", "dvd")
    const items = itemsOf(vob)
    const out = await convert(items)
    const video = outputs(out, "video")
    const times = packetsOf(items, "video")
      .flatMap(({ pts }) => (pts === null ? [] : [pts]))
      .sort((a, b) => a - b)
    expect(video.map(({ pts }) => pts)).toEqual(times)
    expect(video.every(({ pts, dts, duration }) => pts === dts && duration === 3600)).toBe(true)
    expect(video.filter(({ key }) => key).map(({ pts }) => (pts - START) / 90_000)).toEqual([0, 1, 2, 3])
    const parameters = out.find((item) => item.type === "parameters" && item.stream === "video")
    expect(parameters).toMatchObject({ codec: "h264", width: 1024, height: 576, frameRate: "25", converted: true })

    const [expected, decoded] = [grey(["-i", vob], 1024, 576), decodeVideo(out, 1024, 576)]
    expect(decoded.length).toBe(100)
    for (const index of [0, 1, 40, 99]) expect(psnr(expected[index]!, decoded[index]!)).toBeGreaterThan(38)
  })

  test.each([
    ["720x480", "30000/1001", "4:3", 640, 480],
    ["720x480", "30000/1001", "16:9", 854, 480],
    ["352x288", "25", "4:3", 384, 288],
  ])("%s at %s, %s, is shown %i x %i", async (size, rate, aspect, width, height) => {
    const items = itemsOf(make(`sd-${width}.vob`, ...picture(size, rate, 1), ...mpeg2, "-f", "dvd"), { aspect })
    const out = await convert(items)
    expect(out.find((item) => item.type === "parameters" && item.stream === "video")).toMatchObject({ width, height, frameRate: rate })
    expect(outputs(out, "video").length).toBe(packetsOf(items, "video").length)
  })

  test("MPEG-1 and HEVC are converted too", async () => {
    const mpeg1 = itemsOf(make("one.vob", ...picture("352x288", "25", 1), "-c:v", "mpeg1video", "-f", "dvd"))
    expect(outputs(await convert(mpeg1), "video").length).toBe(25)
    const hevc = itemsOf(
      make("hevc.ts", ...picture("640x360", "24", 1), "-c:v", "libx265", "-x265-params", "log-level=none", "-f", "mpegts"),
    )
    const out = await convert(hevc)
    expect(outputs(out, "video").map(({ pts }) => pts)).toEqual(Array.from({ length: 24 }, (_, index) => START + index * 3750))
  })

  test("maxHeight makes the picture smaller", async () => {
    const items = itemsOf(make("tall.ts", ...picture("1280x720", "25", 1), ...mpeg2, "-f", "mpegts"))
    const out = await convert(items, { video: { codecs: ["h264"], maxHeight: 480 }, audio: { codecs: ["aac"] } })
    expect(out.find((item) => item.type === "parameters" && item.stream === "video")).toMatchObject({ height: 480, width: 854 })
  })

  test(
    "interlaced pictures are deinterlaced: nearer to the film they were made of than the fields together are",
    ON_A_BUSY_MACHINE,
    async () => {
      // Fast sideways motion at 50 pictures a second, two of them woven into each frame.
      const motion = "testsrc2=s=720x576:r=50:d=2,scroll=h=0.02"
      const vob = make(
        "weave.vob",
        "-f",
        "lavfi",
        "-i",
        `${motion},interlace=scan=tff:lowpass=0`,
        ...mpeg2,
        "-flags",
        "+ilme+ildct",
        "-top",
        "1",
        "-f",
        "dvd",
      )
      const items = itemsOf(vob, { interlaced: true })
      const out = await convert(items)
      const video = outputs(out, "video")
      const isDouble = video.length > 60
      expect(video.length).toBe(isDouble ? 100 : 50)
      const step = isDouble ? 1800 : 3600
      expect(video.map(({ pts }) => pts)).toEqual(Array.from({ length: video.length }, (_, index) => video[0]!.pts + index * step))

      const film = grey(["-f", "lavfi", "-i", motion], 1024, 576)
      const woven = grey(["-i", vob], 1024, 576)
      const decoded = decodeVideo(out, 1024, 576)
      const gain = psnr(film[40]!, decoded[isDouble ? 40 : 20]!) - psnr(film[40]!, woven[20]!)
      expect(gain).toBeGreaterThan(2)
    },
  )

  test("soft telecine gives the film's pictures, each for two or three fields, though only the first has a time", async () => {
    const ts = make("film.ts", ...picture("720x480", "24000/1001", 3), ...mpeg2, "-bf", "0", "-f", "mpegts")
    const items = withPulldown(itemsOf(ts, { interlaced: true, aspect: "16:9" }))
    const video = outputs(await convert(items), "video")
    expect(video.length).toBe(72)
    const steps = video.slice(1).map(({ pts }, index) => pts - (video[index]?.pts ?? 0))
    // 3003 ticks for two fields, 4504.5 for three.
    expect(new Set(steps)).toEqual(new Set([3003, 4504, 4505]))
    expect((video[70]?.pts ?? 0) - START).toBe(Math.round(70 * 3753.75))
    expect(video.filter(({ duration }) => duration === 3003).length).toBe(36)
  })

  test("decode-only pictures and those before showFrom are not shown", async () => {
    const items = itemsOf(make("skip.vob", ...picture("720x576", "25", 2), ...mpeg2, "-f", "dvd"))
    const from = ticks(START + 10 * 3600)
    const skipping = items.map((item): Item => {
      if (item.type === "discontinuity") return { ...item, showFrom: from }
      return item.type === "packet" && item.pts !== null && item.pts >= START + 40 * 3600 ? { ...item, decodeOnly: true } : item
    })
    const times = outputs(await convert(skipping), "video").map(({ pts }) => pts)
    expect(times).toEqual(Array.from({ length: 30 }, (_, index) => from + index * 3600 + (times[0]! - from)))
    expect(times[0]! - from).toBeLessThan(3600)
  })
})

/** A 23.976 stream as a DVD has it: 29.97 with repeated fields, and no times but the first. */
function withPulldown(items: readonly Item[]): Item[] {
  const streams = items.find((item) => item.type === "streams")
  const video = streams?.type === "streams" ? streams.streams.find(({ kind }) => kind === "video") : undefined
  let count = 0
  return items.map((item): Item => {
    if (item.type === "streams")
      return {
        ...item,
        streams: item.streams.map((stream) =>
          stream.video === null ? stream : { ...stream, video: { ...stream.video, frameRate: "30000/1001" } },
        ),
      }
    if (item.type !== "packet" || item.stream !== video?.index) return item
    const data = telecined(item.data, count)
    const packet: PacketItem = { ...item, data, pts: count === 0 ? item.pts : null, dts: count === 0 ? item.dts : null }
    count++
    return packet
  })
}

/** Sets frame_rate_code (H.262 6.3.3) and, in the picture coding extension (6.3.10), top_field_first and repeat_first_field by turns. */
function telecined(unit: Uint8Array, index: number): Uint8Array {
  const data = unit.slice()
  for (let at = 0; at + 8 < data.length; at++) {
    if (data[at] !== 0 || data[at + 1] !== 0 || data[at + 2] !== 1) continue
    if (data[at + 3] === 0xb3) data[at + 7] = (data[at + 7]! & 0xf0) | 4
    if (data[at + 3] === 0xb5 && data[at + 4]! >> 4 === 1) data[at + 5]! &= ~0x08
    if (data[at + 3] !== 0xb5 || data[at + 4]! >> 4 !== 8) continue
    const [topFirst, repeats] = [index % 4 < 2, index % 2 === 1]
    data[at + 7] = (data[at + 7]! & 0x7d) | (topFirst ? 0x80 : 0) | (repeats ? 0x02 : 0)
    data[at + 8]! |= 0x80
  }
  return data
}
