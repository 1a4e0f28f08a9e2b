import { execFileSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDisc } from "../../src/plugin/node.ts"
import { hasProgram } from "../support/oracles.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"
import { attributesOf, bytes, ffprobe, pictures, readMedia, type ServedHls, serveHls, text } from "./hls.ts"

const TITLES = [
  { disc: "Blu-ray", path: sampleBluray, title: 1, rate: 24_000 / 1001, frames: Array.from({ length: 480 }, (_, i) => i) },
  { disc: "Blu-ray", path: sampleBluray, title: 2, rate: 24_000 / 1001, frames: Array.from({ length: 398 }, (_, i) => i) },
  { disc: "DVD", path: sampleDvd, title: 1, rate: 25, frames: Array.from({ length: 900 }, (_, i) => i) },
  { disc: "DVD", path: sampleDvd, title: 2, rate: 25, frames: Array.from({ length: 300 }, (_, i) => i) },
] as const

describe.skipIf(!hasProgram("ffmpeg")).each(TITLES)("HLS of title $title of the sample $disc", ({ path, title, rate, frames }) => {
  let served: ServedHls
  beforeAll(async () => {
    served = await serveHls(path)
  })
  afterAll(() => served?.server.close())
  const get = (uri: string) => bytes(served.base(title) + uri)

  test("the master playlist names every rendition, and what it says of the video is so", async () => {
    const master = await text(`${served.base(title)}master.m3u8`)
    expect(master.startsWith("#EXTM3U\n")).toBe(true)
    const lines = master.split("\n")
    const streams = lines.filter((line) => line.startsWith("#EXT-X-STREAM-INF:")).map(attributesOf)
    expect(streams.length).toBeGreaterThan(0)
    const media = lines.filter((line) => line.startsWith("#EXT-X-MEDIA:")).map(attributesOf)
    for (const { URI = "" } of media) readMedia(await text(served.base(title) + URI.slice(1, -1)))
    for (const group of new Set(media.map((one) => one["GROUP-ID"]))) {
      const inGroup = media.filter((one) => one["GROUP-ID"] === group)
      expect(new Set(inGroup.map(({ NAME }) => NAME)).size).toBe(inGroup.length)
      expect(inGroup.filter(({ DEFAULT }) => DEFAULT === "YES").length).toBeLessThanOrEqual(1)
    }
    const first = await get("video/0.ts")
    const [video] = ffprobe(first, "stream=width,height,profile,level,avg_frame_rate")
    for (const said of streams) {
      expect(said["RESOLUTION"]).toBe(`${video?.["width"]}x${video?.["height"]}`)
      expect(Math.abs(Number(said["FRAME-RATE"]) - rate)).toBeLessThan(0.001)
      expect(said["CODECS"]).toContain(`avc1.6400${Number(video?.["level"]).toString(16).toUpperCase().padStart(2, "0")}`)
      expect(Number(said["AVERAGE-BANDWIDTH"])).toBeLessThanOrEqual(Number(said["BANDWIDTH"]))
    }
    const entries = readMedia(await text(`${served.base(title)}video.m3u8`))
    for (const [index, { uri, duration }] of entries.entries()) {
      const [video, sound] = [await get(uri), await get(`audio/1/aac/${index}.ts`)]
      expect((8 * (video.length + sound.length)) / duration).toBeLessThanOrEqual(Number(streams[0]?.["BANDWIDTH"]))
    }
    const chapters = JSON.parse(await text(`${served.base(title)}chapters.json`)) as { chapter: number; "start-time": number }[]
    expect(chapters[0]).toMatchObject({ chapter: 1, "start-time": 0 })
  })

  test("each segment begins with a key picture and lasts as long as the playlist says; together they are the film, frame for frame", async () => {
    const entries = readMedia(await text(`${served.base(title)}video.m3u8`))
    expect(entries.length).toBeGreaterThan(1)
    const segments = await Promise.all(entries.map(({ uri }) => get(uri)))
    for (const [index, segment] of segments.entries()) {
      const packets = ffprobe(segment, "packet=pts_time,flags")
      expect(packets[0]?.["flags"]?.startsWith("K"), `segment ${index}`).toBe(true)
      expect(Math.abs(packets.length / rate - (entries[index]?.duration ?? 0)), `segment ${index}`).toBeLessThan(1.001 / rate)
    }
    const whole = Buffer.concat(segments)
    const times = ffprobe(whole, "packet=pts_time").map((packet) => Number(packet["pts_time"]))
    const sorted = times.toSorted((a, b) => a - b)
    for (const [index, time] of sorted.slice(1).entries()) expect(Math.abs(time - (sorted[index] ?? 0) - 1 / rate)).toBeLessThan(0.001)
    expect(pictures(whole)).toEqual(frames.map((frame) => ({ title, frame })))
    for (const [index, counter] of continuity(whole).entries()) expect(counter, `packet ${index}`).toBe(true)
  })

  test("the sound's segments are one unbroken run of frames", async () => {
    for (const form of ["aac"]) {
      const entries = readMedia(await text(`${served.base(title)}audio-1-${form}.m3u8`))
      const segments = await Promise.all(entries.map((entry) => get(entry.uri)))
      for (const [index, segment] of segments.entries()) {
        const packets = ffprobe(segment, "packet=pts_time")
        expect(Math.abs((packets.length * 1024) / 48_000 - (entries[index]?.duration ?? 0))).toBeLessThan(0.0001)
      }
      const whole = Buffer.concat(segments)
      const times = ffprobe(whole, "packet=pts_time").map((packet) => Number(packet["pts_time"]))
      for (const [index, time] of times.slice(1).entries())
        expect(Math.abs(time - (times[index] ?? 0) - 1024 / 48_000)).toBeLessThan(0.0001)
      expect(Math.abs(times.length * (1024 / 48_000) - frames.length / rate)).toBeLessThan(0.03)
    }
  })

  test("a connection outlives the longest pause between two segments", async () => {
    const response = await fetch(`${served.base(title)}video.m3u8`)
    const target = Number(/#EXT-X-TARGETDURATION:(\d+)\n/.exec(await response.text())?.[1])
    expect(Number(/timeout=(\d+)/.exec(response.headers.get("keep-alive") ?? "")?.[1])).toBeGreaterThan(target)
  })

  test("numbers out of range, other names and paths that climb are refused", async () => {
    const base = served.base(title)
    const status = async (url: string) => (await fetch(url)).status
    for (const uri of ["video/9999.ts", "video/99999999999.ts", "audio/9/aac/0.ts", "audio/1/eac3/0.ts", "text-1.m3u8", "text/1/0.vtt"]) {
      expect(await status(base + uri), uri).toBe(404)
    }
    for (const uri of ["video/-1.ts", "video/0.ts.bak", "video/..%2f..%2f..%2fetc%2fpasswd", "audio-1-dts.m3u8", "iframes/x.ts", "other"]) {
      expect(await status(base + uri), uri).toBe(404)
    }
    expect(await status(`${base.replace(`/titles/${title}/`, "/titles/999/")}master.m3u8`)).toBe(404)
    expect(await status(`${base.replace(/discs\/[^/]+/, "discs/..")}master.m3u8`)).toBe(404)
    expect(await status(`${base.replace(/discs\/[^/]+/, "discs/unknown")}master.m3u8`)).toBe(404)
  })
})

describe.skipIf(!hasProgram("ffmpeg"))("copied H.264", () => {
  let served: ServedHls
  beforeAll(async () => {
    served = await serveHls(sampleBluray)
  })
  afterAll(() => served?.server.close())

  test.each([1, 2, 3, 4, 5])("title %i decodes to the very pictures of the title's file", async (title) => {
    const entries = readMedia(await text(`${served.base(title)}video.m3u8`))
    const segments = await Promise.all(entries.map(({ uri }) => bytes(served.base(title) + uri)))
    const disc = await openDisc(sampleBluray)
    const file = await disc.openTitle(title)
    const source = Buffer.from(await file.read(0, file.size))
    await disc.close()
    const pictures = sums(Buffer.concat(segments))
    const wanted = sums(source)
    expect(pictures.length).toBe(wanted.length)
    // At a plain join a decoder goes on with pictures of another clip: those the file and the segments have for decoding alone may differ.
    const same = pictures.filter((sum, index) => sum === wanted[index]).length
    expect(wanted.length - same).toBeLessThanOrEqual(title === 3 ? 4 : 0)
  })

  test("the plain joins of title 3 are discontinuities, in picture and sound", async () => {
    for (const list of ["video.m3u8", "audio-1-aac.m3u8", "audio-2-ac3.m3u8"]) {
      const entries = readMedia(await text(served.base(3) + list))
      expect(
        entries.map(({ isBreak }) => isBreak),
        list,
      ).toEqual([false, true, true])
    }
  })

  test("AC-3 is copied frame by frame", async () => {
    const entries = readMedia(await text(`${served.base(1)}audio-2-ac3.m3u8`))
    const segments = await Promise.all(entries.map(({ uri }) => bytes(served.base(1) + uri)))
    for (const [index, segment] of segments.entries()) {
      const seconds = ffprobe(segment, "packet=pts_time").length * (1536 / 48_000)
      expect(Math.abs(seconds - (entries[index]?.duration ?? 0))).toBeLessThan(0.0321)
    }
    const disc = await openDisc(sampleBluray)
    const title = await disc.readTitle(1)
    const steps = await title.steps({ audio: 2 })
    const frames: Uint8Array[] = []
    for (let step = await steps.step(); step !== null; step = await steps.step()) {
      for (const item of step.items) if (item.type === "packet" && title.streams[item.stream]?.number === 2) frames.push(item.data)
    }
    const copied = execFileSync("ffmpeg", ["-v", "error", "-i", "pipe:0", "-c", "copy", "-f", "ac3", "pipe:1"], {
      input: Buffer.concat(segments),
      maxBuffer: 1 << 28,
    })
    expect(copied.equals(Buffer.concat(frames))).toBe(true)
    await title.close()
    await disc.close()
  })

  test("each I-frame segment is the key picture of its segment, alone", async () => {
    const entries = readMedia(await text(`${served.base(1)}iframes.m3u8`))
    expect(await text(`${served.base(1)}iframes.m3u8`)).toContain("#EXT-X-I-FRAMES-ONLY\n")
    for (const [index, { uri }] of entries.entries()) {
      const [picture, ...others] = ffprobe(await bytes(served.base(1) + uri), "packet=pts_time,flags")
      expect(others).toEqual([])
      const [first] = ffprobe(await bytes(`${served.base(1)}video/${index}.ts`), "packet=pts_time,flags")
      expect([picture?.["pts_time"], picture?.["flags"]]).toEqual([first?.["pts_time"], first?.["flags"]])
    }
  })
})

/** MD5 of every picture that FFmpeg decodes. */
const sums = (input: Buffer): string[] =>
  execFileSync("ffmpeg", ["-v", "error", "-i", "pipe:0", "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "pipe:1"], {
    input,
    maxBuffer: 1 << 28,
  })
    .toString()
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(",").at(-1)?.trim() ?? "")

/** For each transport packet with a payload: whether its continuity counter follows its PID's last one. */
function continuity(stream: Buffer): boolean[] {
  const last = new Map<number, number>()
  const right: boolean[] = []
  for (let at = 0; at < stream.length; at += 188) {
    expect(stream[at]).toBe(0x47)
    const pid = stream.readUInt16BE(at + 1) & 0x1fff
    const counter = (stream[at + 3] ?? 0) & 15
    const hasPayload = ((stream[at + 3] ?? 0) & 0x10) !== 0
    const before = last.get(pid)
    if (hasPayload) right.push(before === undefined || counter === ((before + 1) & 15))
    if (hasPayload) last.set(pid, counter)
  }
  return right
}
