import { writeFileSync } from "node:fs"
import { afterEach, describe, expect, test } from "vitest"
import { crc32, DiscError, ticks } from "../../src/base/index.ts"
import type { Item } from "../../src/plugin/items.ts"
import { type Converter, type ConverterOptions, converterCounts, openConverter, warmUp } from "../../src/transcode/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { convert, decodeVideo, grey, itemsOf, make, outputs, PLAIN, packetsOf, path, pushAll, read, START } from "./support.ts"

const open: Converter[] = []
const start = async (options: ConverterOptions = PLAIN): Promise<Converter> => {
  const converter = await openConverter(options)
  open.push(converter)
  return converter
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((converter) => converter.close()))
})

const SOUND = ["-f", "lavfi", "-i", "sine=f=440:r=48000"]
let dvd: Item[] | null = null
/** Ten seconds of a DVD. */
const dvdItems = () => {
  dvd ??= itemsOf(make("ten.vob", "-f", "lavfi", "-i", "testsrc2=s=720x576:r=25:d=10", ...SOUND, "-shortest", "-target", "pal-dvd"))
  return dvd
}
let bluray: Item[] | null = null
const blurayItems = () => {
  const video = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=24:d=4"]
  bluray ??= itemsOf(
    make(
      "copy.m2ts",
      ...video,
      ...SOUND,
      "-shortest",
      "-c:v",
      "libx264",
      "-bf",
      "2",
      "-g",
      "24",
      "-c:a",
      "ac3",
      "-f",
      "mpegts",
      "-mpegts_m2ts_mode",
      "1",
    ),
  )
  return bluray
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** The same material again, as a session hands it out after a jump: behind everything that was handed out. */
function jumped(items: readonly Item[], by: number): Item[] {
  return items.flatMap((item): Item[] => {
    if (item.type === "discontinuity") return [{ ...item, at: ticks(item.at + by), flush: true, showFrom: ticks(item.showFrom + by) }]
    if (item.type !== "packet") return "at" in item ? [{ ...item, at: ticks(item.at + by) } as Item] : [item]
    const shift = (value: number | null) => (value === null ? null : ticks(value + by))
    return [{ ...item, pts: shift(item.pts), dts: shift(item.dts) }]
  })
}

describe.skipIf(!hasProgram("ffmpeg"))("a running converter", () => {
  test("H.264 is copied, with its parameter sets; only the sound is converted", async () => {
    const items = blurayItems()
    const out = await convert(items)
    const [video, given] = [outputs(out, "video"), packetsOf(items, "video")]
    expect(video.map(({ pts, dts, key }) => [pts, dts, key])).toEqual(given.map(({ pts, dts, key }) => [pts, dts, key]))
    // Key pictures have a sequence parameter set that allows gaps; nothing else is touched.
    const others = (packets: readonly { key: boolean; data: Uint8Array }[]) =>
      packets.filter(({ key }) => !key).map(({ data }) => crc32(data))
    expect(others(video)).toEqual(others(given))
    writeFileSync(path("given.h264"), Buffer.concat(given.map(({ data }) => data)))
    const [decoded, original] = [decodeVideo(out, 640, 360), grey(["-f", "h264", "-i", path("given.h264")], 640, 360)]
    expect(decoded.length).toBe(96)
    expect(decoded.every((picture, index) => picture.equals(original[index] ?? Buffer.alloc(0)))).toBe(true)
    const parameters = out.find((item) => item.type === "parameters" && item.stream === "video")
    expect(parameters).toMatchObject({ codec: "h264", width: 640, height: 360, converted: false })
    expect(parameters?.type === "parameters" && [...parameters.extradata.subarray(0, 5)]).toEqual([0, 0, 0, 1, 0x67])
    expect(outputs(out, "audio").length).toBeGreaterThan(180)
    // Interleaved: neither track runs ahead of the other by more than a picture.
    let [videoAt, audioAt, apart] = [START, START, 0]
    for (const item of out) {
      if (item.type !== "packet") continue
      if (item.stream === "video") videoAt = item.dts
      else audioAt = item.dts
      apart = Math.max(apart, Math.abs(videoAt - audioAt))
    }
    expect(apart).toBeLessThan(4 * 3750)
  })

  test("where the host plays everything no process is started", async () => {
    const before = converterCounts().processes
    const converter = await start({ video: { codecs: ["h264"] }, audio: { codecs: ["aac", "ac3"] } })
    const [out] = await Promise.all([read(converter), pushAll(converter, blurayItems())])
    expect(converter.stats).toMatchObject({ video: "copied", audio: "copied", processId: null })
    expect(converterCounts().processes).toBe(before)
    expect(outputs(out, "audio").map(({ data }) => data.length)).toEqual(packetsOf(blurayItems(), "audio").map(({ data }) => data.length))
  })

  test("a jump drops the old stretch at once: the next thing out is its discontinuity, then parameters and a key picture", async () => {
    const converter = await start()
    void pushAll(converter, dvdItems())
    await read(converter, (item) => item.type === "packet" && item.stream === "video" && item.pts > START + 90_000)
    const pid = converter.stats.processId
    const begun = performance.now()
    void pushAll(converter, jumped(dvdItems(), 100 * 90_000))
    const out = await read(converter, (item) => item.type === "packet" && item.stream === "video")
    const latency = performance.now() - begun
    expect(out[0]).toMatchObject({ type: "discontinuity", flush: true })
    expect(out.every((item) => item.type !== "packet" || item.pts >= START + 100 * 90_000)).toBe(true)
    expect(
      out
        .filter((item) => item.type === "parameters")
        .map((item) => item.stream)
        .sort(),
    ).toEqual(["audio", "video"])
    expect(out.at(-1)).toMatchObject({ type: "packet", key: true })
    expect(converter.stats).toMatchObject({ processId: pid, restarts: 0 })
    // Measured 45 ms on two idle cores; a test machine is seldom idle.
    expect(latency).toBeLessThan(1000)
    const rest = await read(converter, (item) => item.type === "packet" && item.pts > START + 102 * 90_000)
    expect(decodeVideo([...out, ...rest], 1024, 576).length).toBe(outputs([...out, ...rest], "video").length)
  })

  test("a stretch that the disc begins by itself comes after everything before it", async () => {
    const items = dvdItems()
    const [streams, first, ...rest] = items
    const packets = rest.filter((item) => item.type === "packet")
    const by = Math.max(...packets.map((item) => item.pts ?? 0)) - START + 1_920
    const second = jumped(items, by).map((item): Item => (item.type === "discontinuity" ? { ...item, flush: false } : item))
    const out = await convert([streams!, first!, ...packets, ...second])
    const at = out.findLastIndex((item) => item.type === "discontinuity")
    expect(out.slice(0, at).every((item) => item.type !== "packet" || item.pts < START + by)).toBe(true)
    expect(outputs(out.slice(0, at), "video").length).toBe(250)
    expect(outputs(out.slice(at), "video").length).toBe(250)
    expect(outputs(out.slice(at), "video")[0]?.key).toBe(true)
    const sound = outputs(out, "audio")
    expect(sound.map(({ pts }) => pts)).toEqual(sound.map((_, index) => START + index * 1920))
  })

  test("killed in the middle, it goes on at the same feed time: nothing is missing and nothing comes twice", async () => {
    const converter = await start()
    const pushing = pushAll(converter, dvdItems())
    const out = await read(converter, (item) => item.type === "packet" && item.stream === "video" && item.pts > START + 3.5 * 90_000)
    process.kill(converter.stats.processId ?? 0, "SIGKILL")
    out.push(...(await read(converter)))
    await pushing
    expect(converter.stats.restarts).toBe(1)
    expect(out.some((item) => item.type === "warning" && item.warning.code === "converter-restarted")).toBe(true)
    const video = outputs(out, "video")
    expect(video.map(({ pts }) => pts)).toEqual(
      packetsOf(dvdItems(), "video")
        .flatMap(({ pts }) => pts ?? [])
        .sort((a, b) => a - b),
    )
    const sound = outputs(out, "audio")
    expect(sound.map(({ pts }) => pts)).toEqual(sound.map((_, index) => START + index * 1920))
    expect(decodeVideo(out, 1024, 576).length).toBe(250)
  })

  test("one that hangs is replaced too", async () => {
    const converter = await start()
    const pushing = pushAll(converter, dvdItems())
    const out = await read(converter, (item) => item.type === "packet" && item.stream === "video" && item.pts > START + 90_000)
    process.kill(converter.stats.processId ?? 0, "SIGSTOP")
    out.push(...(await read(converter)))
    await pushing
    expect(converter.stats.restarts).toBe(1)
    expect(outputs(out, "video").length).toBe(250)
  })

  test("one that dies again and again ends with an error that says so", async () => {
    const converter = await start()
    void pushAll(converter, dvdItems())
    const killer = setInterval(() => {
      const pid = converter.stats.processId
      if (pid !== null && !isGone(pid)) process.kill(pid, "SIGKILL")
    }, 5)
    const error = await read(converter).then(
      () => null,
      (reason: unknown) => reason,
    )
    clearInterval(killer)
    expect(error).toBeInstanceOf(DiscError)
    expect(error).toMatchObject({ code: "unavailable" })
  })

  test("damaged packets are counted and left out", async () => {
    let seed = 1
    const random = () => (seed = (seed * 48_271) % 2_147_483_647)
    const damaged = dvdItems().map((item, index): Item => {
      if (item.type !== "packet" || index % 3 !== 0) return item
      const data = item.data.slice(0, index % 2 === 0 ? item.data.length : Math.max(1, item.data.length >> 1))
      for (let count = 0; count < 20; count++) data[random() % data.length] = random() & 0xff
      return { ...item, data }
    })
    const converter = await start()
    const [out] = await Promise.all([read(converter), pushAll(converter, damaged)])
    expect(converter.stats.badPackets).toBeGreaterThan(0)
    expect(converter.stats.restarts).toBe(0)
    expect(out.filter((item) => item.type === "warning").length).toBeLessThanOrEqual(20)
    expect(outputs(out, "video").length).toBeGreaterThan(150)
  })

  test("a still picture is shown on, with silence, as far as feed time goes", async () => {
    const items = dvdItems()
    const one = items.filter((item) => item.type !== "packet" || item === packetsOf(items, "video")[0]).slice(0, -1)
    const at = (seconds: number) => ticks(START + seconds * 90_000)
    const position = (seconds: number): Item => ({
      type: "position",
      at: at(seconds),
      domain: "menu",
      title: null,
      chapter: null,
      angle: 1,
      time: 0,
      duration: 0,
    })
    const converter = await start()
    await converter.push([...one, { type: "still", at: at(0.04), seconds: "until-key" }, position(0.5), position(1), position(1.5)])
    const out = await read(converter, (item) => item.type === "packet" && item.stream === "video" && item.pts > at(1.2))
    const video = outputs(out, "video")
    expect(video.length).toBeGreaterThan(5)
    expect(video[0]?.key).toBe(true)
    expect(video.slice(1).every(({ pts }, index) => pts - (video[index]?.pts ?? 0) <= 18_000)).toBe(true)
    expect(outputs(out, "audio").at(-1)!.pts).toBeGreaterThan(at(1))
  })

  test("push waits while nobody reads, and what is held is bounded", async () => {
    const converter = await start()
    const items = dvdItems()
    let pushed = 0
    const pushing = (async () => {
      for (let copy = 0; copy < 6; copy++) {
        for (const item of jumped(items.slice(2, -1), copy * 900_000)) {
          await converter.push([item])
          pushed++
        }
      }
    })()
    await converter.push(items.slice(0, 2))
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(pushed).toBeLessThan(items.length * 5)
    expect(converter.stats.queuedBytes).toBeLessThan(4 << 20)
    await converter.close()
    await pushing
  })

  test("close() ends the process within 100 ms, and the reading of its output", async () => {
    const converter = await start()
    void pushAll(converter, dvdItems())
    await read(converter, (item) => item.type === "packet" && item.stream === "video")
    const pid = converter.stats.processId ?? 0
    expect(isGone(pid)).toBe(false)
    const reading = read(converter)
    const begun = performance.now()
    await converter.close()
    expect(performance.now() - begun).toBeLessThan(100)
    expect(isGone(pid)).toBe(true)
    await reading
    await converter.push(dvdItems())
  })

  test("a process started in advance is taken, and the next one is new", async () => {
    warmUp()
    expect(converterCounts().spare).toBe(1)
    const converter = await start()
    void pushAll(converter, dvdItems())
    await read(converter, (item) => item.type === "packet")
    expect(converterCounts().spare).toBe(0)
  })

  test("slowed down, it makes a smaller picture instead of falling behind, and says so", async () => {
    const source = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=50:d=6"]
    const items = itemsOf(make("heavy.ts", ...source, "-c:v", "mpeg2video", "-b:v", "8M", "-f", "mpegts"))
    const converter = await start()
    const pushing = pushAll(converter, items)
    // The process runs for 10 ms of each 70.
    let isRunning = true
    const signal = (name: NodeJS.Signals) => {
      const pid = converter.stats.processId
      if (pid !== null && !isGone(pid)) process.kill(pid, name)
    }
    const slowing = (async () => {
      while (isRunning) {
        signal("SIGSTOP")
        await new Promise((resolve) => setTimeout(resolve, 60))
        signal("SIGCONT")
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
    const out = await read(converter)
    isRunning = false
    await slowing
    await pushing
    const lowered = out.filter((item) => item.type === "lowered")
    expect(outputs(out, "video").length).toBe(300)
    expect(lowered.length).toBeGreaterThan(0)
    expect(lowered.every(({ speed }) => speed < 1.2)).toBe(true)
    expect(lowered.at(-1)?.height).toBe(480)
    const sizes = out.flatMap((item) => (item.type === "parameters" && item.stream === "video" ? [item.height] : []))
    expect([sizes[0], sizes.at(-1)]).toEqual([720, 480])
    expect(decodeVideo(out, 854, 480).length).toBe(300)
  })

  test("without node-av: H.264 plays on, silent, with a word; MPEG-2 is refused with what to do", async () => {
    const hook = `data:text/javascript,${encodeURIComponent(
      'import { register } from "node:module"; register("data:text/javascript," + encodeURIComponent("export async function resolve(s, c, n) { if (s.startsWith(\'node-av\')) throw new Error(\'not installed\'); return n(s, c) }"))',
    )}`
    process.execArgv.push("--import", hook)
    try {
      const converter = await start()
      const error = await Promise.all([read(converter), pushAll(converter, dvdItems())]).then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("npm install node-av") })
      const out = await convert(blurayItems())
      expect(outputs(out, "video").length).toBe(96)
      expect(outputs(out, "audio").length).toBeGreaterThan(180)
      expect(out.some((item) => item.type === "warning" && item.warning.code === "no-sound")).toBe(true)
    } finally {
      process.execArgv.splice(-2)
    }
  })
})
