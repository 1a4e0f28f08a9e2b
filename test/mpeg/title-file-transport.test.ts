import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { DiscError, type Source, ticks, Warnings } from "../../src/base/index.ts"
import type { Segment } from "../../src/mpeg/segment.ts"
import { createTransportFile, FILE_TIME_BASE, type TitleStream } from "../../src/mpeg/title-file/index.ts"
import { hasProgram } from "../support/oracles.ts"
import {
  bytesSource,
  decodeComplaints,
  ffmpeg,
  fileSource,
  type Packet,
  packetsOf,
  pictures,
  readAll,
  transportComplaints,
} from "./title-file-support.ts"

const UNIT = 6144
const FRAME = 3600
const AUDIO_FRAME = 2880
const dir = mkdtempSync(join(tmpdir(), "opentray-ts-"))
afterAll(() => {
  if (process.env.KEEP === undefined) rmSync(dir, { recursive: true, force: true })
})

type Clip = {
  readonly name: string
  readonly source: ReturnType<typeof fileSource>
  readonly path: string
  readonly video: Packet[]
  readonly pids: [number, number]
}

function makeClip(name: string, codec: readonly string[], tone: number, pids: [number, number], picture: string, muxRate = "6M"): Clip {
  const path = join(dir, `${name}.m2ts`)
  const inputs = [
    "-f",
    "lavfi",
    "-i",
    `${picture}=size=320x180:rate=25:duration=6`,
    "-f",
    "lavfi",
    "-i",
    `sine=frequency=${tone}:sample_rate=48000:duration=6`,
  ]
  const mux = ["-streamid", `0:${pids[0]}`, "-streamid", `1:${pids[1]}`, "-f", "mpegts", "-mpegts_m2ts_mode", "1", "-muxrate", muxRate]
  ffmpeg(...inputs, ...codec, "-pix_fmt", "yuv420p", "-c:a", "ac3", "-b:a", "192k", "-ac", "2", ...mux, path)
  return { name, source: fileSource(path), path, video: packetsOf(path, "v"), pids }
}

/** A segment as a plan would make it: from the entry point at or before `inTime` to the one a second behind `outTime`. */
function segment(clip: Clip, inTime: number, outTime: number, start: number): Segment {
  const keys = clip.video.filter((packet) => packet.isKey)
  const packets = Math.floor(clip.source.size / 192)
  const entry = Math.floor((keys.findLast((key) => (key.pts ?? 0) <= inTime) ?? keys[0]!).pos / 192)
  const after = keys.find((key) => (key.pts ?? 0) >= outTime + 90_000)
  const from = Math.floor(entry / 32) * UNIT
  const to = after === undefined ? packets * 192 : Math.ceil(after.pos / UNIT) * UNIT
  return {
    clip: clip.name,
    ranges: [{ offset: from, length: to - from }],
    lead: entry * 192 - from,
    inTime: ticks(inTime),
    outTime: ticks(outTime),
    start: ticks(start),
    seamless: true,
  }
}

/** A time in the clip's second half before which all pictures stand, in decoding order, before all behind it. */
function cleanOut(clip: Clip): number {
  const half = clip.video.length >> 1
  for (let index = half; index < clip.video.length; index++) {
    const end = Math.max(...clip.video.slice(0, index).map((packet) => packet.pts ?? 0))
    if (clip.video.slice(index).every((packet) => (packet.pts ?? 0) > end) && !clip.video[index]!.isKey) return end + FRAME
  }
  throw new Error("no such time")
}

const STREAMS: readonly TitleStream[] = [
  { pid: 0x1011, kind: "video", streamType: 0x1b, language: null },
  { pid: 0x1100, kind: "audio", streamType: 0x81, language: "eng" },
]

function title(clips: readonly Clip[], segments: readonly Segment[], videoType: number): Source {
  const clipOf = (name: string): Clip => clips.find((clip) => clip.name === name)!
  return createTransportFile({
    name: "title",
    segments,
    streams: [{ ...STREAMS[0]!, streamType: videoType }, STREAMS[1]!],
    pidsOf: (index) => new Map(clipOf(segments[index]!.clip).pids.map((pid, stream) => [pid, stream])),
    openClip: async (name) => clipOf(name).source,
  })
}

const H264 = "scenecut=0:keyint=25:min-keyint=25:b-adapt=0:threads=1"
const MPEG2 = ["-c:v", "mpeg2video", "-b:v", "2M", "-g", "15", "-bf", "2", "-threads", "1", "-sc_threshold", "1000000000"]
const CODECS = [
  {
    name: "H.264 with an open group at one join",
    type: 0x1b,
    args: ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-x264-params", `open-gop=1:${H264}`],
    // Where a run does not begin with an IDR picture, H.264 decoders mix its order and references with those of the clip before: here it works out
    // for the second clip, for the third it would not.
    lastArgs: ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-x264-params", `open-gop=0:${H264}`],
  },
  { name: "MPEG-2 with open groups", type: 2, args: MPEG2, lastArgs: MPEG2 },
]

describe.skipIf(!hasProgram("ffmpeg"))("a title of several clips as one transport stream", () => {
  describe.each(CODECS)("$name", ({ name, type, args, lastArgs }) => {
    let clips: Clip[] = []
    let segments: Segment[] = []
    let bytes = new Uint8Array()
    let source: Source
    const path = join(dir, `${type}.title.m2ts`)

    beforeAll(async () => {
      clips = [
        makeClip(`a${type}`, args, 440, [0x1011, 0x1100], "testsrc2"),
        makeClip(`b${type}`, args, 880, [0x1020, 0x1105], "smptebars"),
        makeClip(`c${type}`, lastArgs, 660, [0x1013, 0x1101], "testsrc"),
      ]
      const [a, b, c] = clips as [Clip, Clip, Clip]
      const times = (clip: Clip) => clip.video.map((packet) => packet.pts ?? 0).sort((x, y) => x - y)
      const keys = (clip: Clip) => clip.video.filter((packet) => packet.isKey).map((packet) => packet.pts ?? 0)
      // An out time inside a group; an in time at an open group; an in time inside a group.
      // H.264 decoders put pictures in order by a count that only an IDR picture sets back: the second clip's must lie well below the first's.
      const first = segment(a, times(a)[0]!, keys(a)[4]! + 6 * FRAME, 0)
      const second = segment(b, keys(b)[1]!, keys(b)[3]!, first.outTime - first.inTime)
      const third = segment(c, keys(c)[1]! + 8 * FRAME, times(c).at(-1)! + FRAME, second.start + second.outTime - second.inTime)
      segments = [first, second, third]
      source = title(clips, segments, type)
      bytes = (await readAll(source)) as Uint8Array<ArrayBuffer>
      writeFileSync(path, bytes)
    })

    test("has the size of its ranges and whole packets", () => {
      expect(source.size).toBe(segments.reduce((sum, { ranges }) => sum + ranges[0]!.length, 0))
      expect(bytes.length % 192).toBe(0)
    })

    test("keeps counters, arrival order, tables and PIDs through every join", () => {
      const { complaints, pids, tables } = transportComplaints(bytes)
      expect(complaints).toEqual([])
      expect([...pids].sort((x, y) => x - y)).toEqual([0, 0x100, 0x1011, 0x1100])
      expect(tables.get(0)?.size).toBe(1)
      expect(tables.get(0x100)?.size).toBe(1)
    })

    test("decodes without a word", () => {
      // A picture of the clip before that a memory management command names is not there: an H.264 open group at a join.
      const complaints = decodeComplaints(path, ["-enc_time_base", "1:90000"]).filter((line) => !/mmco: unref short failure/.test(line))
      expect(complaints).toEqual([])
    })

    test("an out time behind a picture that others are predicted from leaves no picture over: ffmpeg counts frames without a word", async () => {
      const [a, b] = clips as [Clip, Clip]
      const times = a.video.map((packet) => packet.pts ?? 0)
      const first = segment(a, Math.min(...times), cleanOut(a), 0)
      const second = segment(b, b.video[0]!.pts!, cleanOut(b), first.outTime - first.inTime)
      const clean = join(dir, `${type}.clean.m2ts`)
      writeFileSync(clean, await readAll(title(clips, [first, second], type)))
      expect(decodeComplaints(clean)).toEqual([])
      const frames = pictures(clean).map(({ pts }) => pts)
      expect(frames).toEqual(frames.map((_, index) => FILE_TIME_BASE + index * FRAME))
      expect(frames.length).toBe((second.start + second.outTime - second.inTime) / FRAME)
    })

    test("decode times rise, sound joins to less than a frame", () => {
      for (const stream of ["v", "a"]) {
        const dts = packetsOf(path, stream).map((packet) => packet.dts ?? 0)
        expect(dts.filter((time, index) => index > 0 && time <= dts[index - 1]!)).toEqual([])
      }
      const sound = packetsOf(path, "a")
      for (const [index, packet] of sound.entries()) {
        const before = sound[index - 1]
        if (before !== undefined) expect(Math.abs(packet.pts! - before.pts! - AUDIO_FRAME)).toBeLessThan(AUDIO_FRAME)
      }
    })

    test("shows the pictures between in and out times as ffmpeg decodes them from the clips, and no gap", () => {
      const shown = pictures(path)
      const byTime = new Map(shown.map(({ pts, md5 }) => [pts, md5]))
      let count = 0
      for (const part of segments) {
        const clip = clips.find(({ name: clipName }) => clipName === part.clip)!
        const wanted = pictures(clip.path).filter(({ pts }) => pts >= part.inTime && pts < part.outTime)
        expect(wanted.length).toBe(Math.round((part.outTime - part.inTime) / FRAME))
        for (const { pts, md5 } of wanted)
          expect(byTime.get(pts - part.inTime + part.start + FILE_TIME_BASE), `${name} ${part.clip} ${pts}`).toBe(md5)
        count += wanted.length
      }
      // What else is decoded takes a tick before a join, each.
      const joins = segments.flatMap(({ start, inTime, outTime }) => [start, start + outTime - inTime])
      const extra = shown.filter(({ pts }) => (pts - FILE_TIME_BASE) % FRAME !== 0)
      expect(shown.length).toBe(count + extra.length)
      for (const { pts } of extra)
        expect(joins.some((join) => join + FILE_TIME_BASE - pts > 0 && join + FILE_TIME_BASE - pts <= 1000)).toBe(true)
    })

    test("gives the same bytes to a reader that has read nothing before", async () => {
      let seed = 7
      const random = (below: number): number => {
        seed = (seed * 1103515245 + 12345) % 2 ** 31
        return seed % below
      }
      for (let i = 0; i < 40; i++) {
        const fresh = title(clips, segments, type)
        const offset = random(bytes.length)
        const length = 1 + random(70_000)
        expect(Buffer.from(await fresh.read(offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(true)
      }
    })
  })

  test("long clips are looked at only at their ends", async () => {
    const long = (name: string, pids: [number, number], picture: string) => makeClip(name, MPEG2, 500, pids, picture, "40M")
    const clips = [long("long-a", [0x1011, 0x1100], "testsrc2"), long("long-b", [0x1014, 0x1104], "smptebars")] as const
    const [a, b] = clips
    const first = segment(a, a.video[0]!.pts!, cleanOut(a), 0)
    const second = segment(b, b.video[0]!.pts!, cleanOut(b), first.outTime - first.inTime)
    const segments = [first, second]
    const sizes = segments.map(({ ranges }) => ranges[0]!.length)
    expect(Math.min(...sizes)).toBeGreaterThan(16 * 1024 * 1024)
    const bytes = await readAll(title(clips, segments, 2))
    const path = join(dir, "long.m2ts")
    writeFileSync(path, bytes)
    expect(transportComplaints(bytes).complaints).toEqual([])
    expect(decodeComplaints(path)).toEqual([])
    const frames = pictures(path).map(({ pts }) => pts)
    expect(frames).toEqual(frames.map((_, index) => FILE_TIME_BASE + index * FRAME))
    expect(frames.length).toBe((second.start + second.outTime - second.inTime) / FRAME)

    const before = a.source.bytesRead + b.source.bytesRead
    const offset = sizes[0]! + 10_000_000
    const part = await title(clips, segments, 2).read(offset, 1000)
    expect(Buffer.from(part).equals(bytes.subarray(offset, offset + 1000))).toBe(true)
    expect(a.source.bytesRead + b.source.bytesRead - before).toBeLessThan(0.8 * bytes.length)
  })

  test("damaged clips give bytes all the same", async () => {
    const clip = makeClip("damaged", MPEG2, 300, [0x1011, 0x1100], "testsrc2")
    const part = segment(clip, clip.video[0]!.pts! + 20 * FRAME, clip.video[0]!.pts! + 60 * FRAME, 0)
    let seed = 3
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed % below
    }
    const good = await clip.source.read(0, clip.source.size)
    for (let round = 0; round < 30; round++) {
      const bad = Uint8Array.from(good)
      for (let hits = 0; hits < 3000; hits++) {
        // Every field of a packet: its head, its adaptation field, the PES header behind it.
        bad[random(bad.length / 192) * 192 + random(40)] = random(256)
      }
      const file = createTransportFile({
        name: "damaged",
        segments: [part, { ...part, start: ticks(40 * FRAME) }],
        streams: STREAMS,
        pidsOf: () =>
          new Map([
            [0x1011, 0],
            [0x1100, 1],
          ]),
        openClip: async () => bytesSource(bad),
      })
      const bytes = await readAll(file)
      expect(bytes.length).toBe(2 * part.ranges[0]!.length)
      for (let at = 4; at < bytes.length; at += 192) if (bytes[at] !== 0x47) throw new Error(`no sync byte at ${at}`)
    }
  })

  describe("a clip with sectors that cannot be read", () => {
    /** A source in which reads that touch `[from, to)` fail. */
    const scratched = (bytes: Uint8Array, from: number, to: number): Source => ({
      ...bytesSource(bytes),
      read: async (offset, length) => {
        if (offset < to && offset + length > from) throw new DiscError("read-failed", "bad sector", { offset })
        return bytes.subarray(offset, offset + length)
      },
    })

    async function scratchedTitle(from: number, to: number) {
      const clip = makeClip("scratched", MPEG2, 520, [0x1011, 0x1100], "testsrc2")
      const whole = new Uint8Array(await clip.source.read(0, clip.source.size))
      const part = segment(clip, clip.video[0]!.pts!, cleanOut(clip), 0)
      const second = { ...part, clip: "good", start: ticks(part.outTime - part.inTime) }
      const warnings = new Warnings()
      const open = () =>
        createTransportFile({
          name: "scratched",
          segments: [part, second],
          streams: [{ ...STREAMS[0]!, streamType: 2 }, STREAMS[1]!],
          pidsOf: () => new Map(clip.pids.map((pid, stream) => [pid, stream])),
          openClip: async (name) => (name === "good" ? bytesSource(whole) : scratched(whole, from, to)),
          warnings,
        })
      return { open, warnings, join: part.ranges[0]!.length }
    }

    test("can be read everywhere else, and joins the next with a warning", async () => {
      const size = 40 * 192
      const { join: end } = await scratchedTitle(0, 0)
      for (const from of [0, Math.floor(end / 384) * 192, end - size]) {
        const { open, warnings, join } = await scratchedTitle(from, from + size)
        const source = open()
        await expect(source.read(from, size)).rejects.toMatchObject({ code: "read-failed" })
        const before = await source.read(0, from)
        const behind = await source.read(from + size, source.size - from - size)
        expect(transportComplaints(before).complaints).toEqual([])
        expect(transportComplaints(behind.subarray(Math.max(0, join - from - size))).complaints).toEqual([])
        expect(transportComplaints(behind).complaints.filter((line) => /arrives|sync/.test(line))).toEqual([])
        expect(warnings.list.map(({ code }) => code)).toContain("title-join-unreadable")
        const again = await open().read(join + 12_345, 70_000)
        expect(Buffer.from(again).equals(behind.subarray(join + 12_345 - from - size).subarray(0, 70_000))).toBe(true)
      }
    })

    test("is an error where nothing can be read at all", async () => {
      const { open, join } = await scratchedTitle(0, 1e12)
      await expect(open().read(join, 100)).rejects.toMatchObject({ code: "read-failed" })
    })
  })

  test("a clip shorter than its tables say ends in null packets", async () => {
    const clip = makeClip("short", MPEG2, 330, [0x1011, 0x1100], "testsrc2")
    const part = segment(clip, clip.video[0]!.pts!, clip.video.at(-1)!.pts!, 0)
    const whole = new Uint8Array(await clip.source.read(0, clip.source.size))
    const cut = createTransportFile({
      name: "short",
      segments: [part],
      streams: STREAMS,
      pidsOf: () => new Map([[0x1011, 0]]),
      openClip: async () => bytesSource(whole.subarray(0, 100 * 192 + 50)),
    })
    const bytes = await readAll(cut)
    expect(bytes.length).toBe(part.ranges[0]!.length)
    const { complaints, pids } = transportComplaints(bytes.subarray(101 * 192))
    expect(complaints).toEqual([])
    expect(pids.size).toBe(0)
  })
})
