import { statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { hasProgram, oraclePath, runOracle } from "../support/oracles.ts"
import { madeDisc, sampleBluray, sampleDvd } from "../support/samples.ts"
import { bellAt, codes, extract, hasFfmpeg, program, run, sound, startTime, tone, tones } from "./support/media.ts"

const MIB = 1024 * 1024
const hasOracles = (["udfls", "bdtrace", "dvdtrace"] as const).every((name) => oraclePath(name) !== null)
const canMake = hasFfmpeg && ["dvdauthor", "spumux", "genisoimage"].every(hasProgram)

describe("both samples", () => {
  it("are small enough to be committed", () => {
    expect(statSync(sampleDvd).size).toBeLessThan(16 * MIB)
    expect(statSync(sampleBluray).size).toBeLessThan(16 * MIB)
  })
})

type Clip = { clip: string; in: number; out: number; audio: { pid: number; lang: string }[]; pg: { pid: number; lang: string }[] }
type Playlist = {
  playlist: number
  duration: number
  angles: number
  clips: Clip[]
  chapters: { start: number }[]
  angleClips?: string[][]
}

describe.skipIf(!hasOracles || !hasFfmpeg)("the sample Blu-ray", () => {
  const lines = hasOracles ? runOracle("bdtrace", [sampleBluray]) : []
  const playlist = (number: number) => lines.find((line) => line.type === "playlist" && line.playlist === number) as unknown as Playlist
  /** 90 kHz, by libbluray from 45 kHz fields. */
  const frames = (ticks: number): number => Math.round(ticks / 3753.75)

  it("is a volume that libudfread reads, each file whole", () => {
    const listed = runOracle("udfls", ["-c", sampleBluray])
    expect(listed.find((line) => line.type === "volume")).toMatchObject({ volumeId: "OPENTRAY_BLURAY" })
    const files = listed.filter((line) => line.type === "file")
    for (const file of files) expect(file.readBytes ?? file.size).toBe(file.size)
    const content = (path: string) => files.find((file) => file.path === path)?.crc32
    for (const { path } of files as { path: string }[])
      if (/^\/BDMV\/(index|MovieObject|PLAYLIST|CLIPINF)/.test(path))
        expect(content(path.replace("/BDMV/", "/BDMV/BACKUP/")), path).toBe(content(path))
  })

  it("has the playlists, chapters and streams that README.md names, by libbluray", () => {
    expect(lines[0]).toMatchObject({
      type: "disc",
      detected: true,
      name: "opentray sample Blu-ray",
      titles: 7,
      hdmvTitles: 7,
      unsupportedTitles: 0,
      aacs: 0,
    })
    const shape = [0, 1, 2, 3, 4].map((number) => {
      const { clips, chapters, angles } = playlist(number)
      return {
        clips: clips.map((clip) => `${clip.clip} ${frames(clip.out - clip.in)}`),
        chapters: chapters.map(({ start }) => frames(start)),
        angles,
      }
    })
    expect(shape).toEqual([
      { clips: ["00001 480"], chapters: [0, 120, 240, 360], angles: 1 },
      { clips: ["00010 134", "00011 144", "00012 120"], chapters: [0, 72, 134, 278], angles: 1 },
      { clips: ["00001 109", "00012 57", "00002 108"], chapters: [0, 109, 166], angles: 1 },
      { clips: ["00002 108"], chapters: [0], angles: 1 },
      { clips: ["00020 96"], chapters: [0], angles: 2 },
    ])
    expect(playlist(800).clips.length).toBe(42)
    expect(playlist(900).clips.map((clip) => `${clip.clip} ${frames(clip.out - clip.in)}`)).toEqual(Array(60).fill("00050 95"))
    const pids = playlist(1).clips.map(({ audio, pg }) => [...audio, ...pg].map(({ pid, lang }) => `${pid.toString(16)} ${lang}`))
    expect(pids).toEqual([
      ["1100 eng", "1101 fra", "1200 eng", "1201 fra"],
      ["1102 eng", "1103 fra", "1202 eng", "1203 fra"],
      ["1101 eng", "1100 fra", "1201 eng", "1200 fra"],
    ])
  })

  it("has three playlists for each of title 6's ways, of which one is the film", () => {
    for (const [first, way, film] of [
      [810, "00031", 811],
      [820, "00032", 822],
    ] as const) {
      const orders = Array.from({ length: 3 }, (_, i) => playlist(first + i))
      for (const { duration, chapters } of orders) expect([frames(duration), chapters.length]).toEqual([200, 3])
      expect(new Set(orders.map(({ clips }) => clips.map(({ clip }) => clip).join(" "))).size).toBe(3)
      expect(playlist(film).clips.map(({ clip }) => clip)).toEqual(["00030", way, "00033"])
    }
  })

  it("plays each title to its end, by libbluray", () => {
    if (oraclePath("bdnav") === null) throw new Error("bdnav is not built though the other oracles are")
    const script = [1, 2, 3, 4, 5, 6, 7].map((title) => `title ${title}\nuntil END_OF_TITLE 2000\nstate\n`).join("")
    const trace = runOracle("bdnav", [sampleBluray, "-"], `play\n${script}stop\n`)
    const states = trace.filter((line) => line.type === "state") as { position: number; size: number }[]
    expect(states.length).toBe(7)
    for (const state of states) expect(state.position).toBe(state.size)
    expect(trace.filter((line) => line.name === "ERROR" || line.name === "ENCRYPTED" || line.type === "error")).toEqual([])
  })

  it.each([
    ["00001", 1, 0, 0, 480, "2/1"],
    ["00002", 4, 0, 0, 108, "2/4"],
    ["00010", 2, 0, 0, 134, "2/2"],
    ["00011", 2, 0, 134, 144, "2/2"],
    ["00012", 2, 0, 278, 120, "2/2"],
    ["00020", 5, 1, 0, 96, "2/5, both angles"],
    ["00021", 5, 2, 0, 96, "2/5, both angles"],
    ["00030", 6, 0, 0, 52, "2/6, ridge"],
    ["00031", 6, 1, 52, 72, "2/6, ridge"],
    ["00032", 6, 2, 52, 72, "2/6, dark"],
    ["00033", 6, 0, 124, 76, "2/6, ridge"],
  ])("clip %s shows its frames, sounds its tones and has its words", (clip, title, angle, first, count, key) => {
    const path = extract(sampleBluray, `/BDMV/STREAM/${clip}.m2ts`)
    expect(statSync(path).size % 6144).toBe(0)
    expect(codes(path)).toEqual(run(2, title, angle, first, count))
    // By PID in the programme map's order: eng, then fra.
    expect([0, 1].map((track) => tone(path, track))).toEqual(tones.get(key))
    const bitmaps = program("ffprobe", [
      "-v",
      "error",
      "-select_streams",
      "s",
      "-count_packets",
      "-show_entries",
      "stream=nb_read_packets",
      "-of",
      "csv=p=0",
      path,
    ])
    const counts = bitmaps.toString().trim().split("\n").filter(Boolean).map(Number)
    for (const packets of counts.slice(-2)) expect(packets).toBeGreaterThanOrEqual(8)
    const offset = startTime(path, "a:0") - startTime(path, "v:0")
    const second = Math.ceil((first * 1001) / 24_000) + 2
    const at = second - (first * 1001) / 24_000
    expect(Math.abs(bellAt(sound(path, 0), at - offset) + offset - at)).toBeLessThan(0.012)
  })

  it("has a backdrop for its menu, whose sound runs over its end by less than a fifth of a frame", () => {
    const path = extract(sampleBluray, "/BDMV/STREAM/00050.m2ts")
    expect(codes(path)).toEqual(run(2, 0, 0, 0, 95))
    expect([tone(path, 0)]).toEqual(tones.get("2/top menu"))
    expect(sound(path, 0).length / 1536).toBe(Math.ceil((95 * 1001) / 768))
    expect((95 * 1001) / 768).toBeGreaterThan(Math.ceil((95 * 1001) / 768) - 0.2)
  })

  it.each([1, 811, 822])("joins playlist %i without a gap or an overlap in sound", (number) => {
    const clips = playlist(number).clips
    const ends = clips.map(({ clip, in: inTime, out, audio }) => {
      const path = extract(sampleBluray, `/BDMV/STREAM/${clip}.m2ts`)
      const pid = (audio[0] as { pid: number }).pid
      const packets = program("ffprobe", [
        "-v",
        "error",
        "-select_streams",
        `i:${pid}`,
        "-show_entries",
        "packet=pts",
        "-of",
        "csv=p=0",
        path,
      ])
      const times = packets
        .toString()
        .split("\n")
        .filter((line) => /\d/.test(line))
        .map(Number.parseFloat)
      expect(times.every((time, i) => i === 0 || time - (times[i - 1] as number) === 2880)).toBe(true)
      return { before: (times[0] as number) - inTime, after: (times.at(-1) as number) + 2880 - out }
    })
    // A frame runs over the join by as much as the next clip's first one begins behind it, to the tick or two of rounding.
    for (const [i, { before }] of ends.slice(1).entries())
      expect(Math.abs(before - (ends[i] as { after: number }).after)).toBeLessThanOrEqual(2)
  })

  it("has an open group where title 3 enters clip 00012, and leaves clip 00001 inside a group", () => {
    const keys = (clip: string) =>
      program("ffprobe", [
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts,flags",
        "-of",
        "csv=p=0",
        extract(sampleBluray, `/BDMV/STREAM/${clip}.m2ts`),
      ])
        .toString()
        .split("\n")
        .filter((line) => /^\d/.test(line))
        .map((line) => ({ pts: Number.parseInt(line, 10), key: line.includes("K") }))
    const [first, entered] = playlist(2).clips as [Clip, Clip]
    const packets = keys("00012")
    const at = packets.findIndex(({ pts }) => pts === entered.in)
    expect(packets[at]).toMatchObject({ key: true })
    expect(packets[at + 1]?.pts).toBeLessThan(entered.in)
    expect(keys("00001").some(({ pts, key }) => key && pts === first.out)).toBe(false)
  })
})

describe.skipIf(!canMake || !hasOracles)("made discs", () => {
  it("the NTSC DVD is film with pulldown flags, in step to its end", { timeout: 120_000 }, () => {
    const image = madeDisc("ntsc")
    const path = extract(image, "/VIDEO_TS/VTS_01_1.VOB")
    expect(codes(path)).toEqual(run(3, 1, 0, 0, 1440))
    const probed = program("ffprobe", [
      "-v",
      "error",
      "-select_streams",
      "v",
      "-show_entries",
      "frame=best_effort_timestamp,repeat_pict",
      "-of",
      "csv=p=0",
      path,
    ])
    const pictures = probed
      .toString()
      .split("\n")
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split(",").map(Number) as [number, number])
    expect(pictures.map(([, repeat]) => repeat)).toEqual(Array.from({ length: 1440 }, (_, i) => (i % 2 === 0 ? 1 : 0)))
    expect(tone(path, 0)).toBe(tones.get("3/1")?.[0])
    const [begin] = pictures[0] as [number, number]
    const offset = startTime(path, "a:0") - begin / 90_000
    const samples = sound(path, 0)
    for (const second of [1, 30, 59]) {
      // The bell's frame is the first of its second.
      const [shown] = pictures[Math.ceil((second * 24_000) / 1001)] as [number, number]
      const seen = (shown - begin) / 90_000
      const heard = bellAt(samples, second - offset) + offset
      expect(Math.abs(heard - second), `heard at ${second}`).toBeLessThan(0.012)
      expect(Math.abs(heard - seen), `seen at ${second}`).toBeLessThan(0.045)
    }
  })

  it("the MPEG-2 Blu-ray has an interlaced and a progressive title", { timeout: 120_000 }, () => {
    const image = madeDisc("mpeg2", 3)
    expect(runOracle("bdtrace", [image]).filter((line) => line.type === "playlist").length).toBe(2)
    const field = (path: string) =>
      program("ffprobe", [
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "frame=interlaced_frame,top_field_first",
        "-of",
        "csv=p=0",
        path,
      ]).toString()
    for (const [title, frames, interlaced] of [
      [1, 90, true],
      [2, 72, false],
    ] as const) {
      const path = extract(image, `/BDMV/STREAM/0000${title}.m2ts`)
      expect(codes(path)).toEqual(run(4, title, 0, 0, frames))
      expect(tone(path, 0)).toBe(tones.get(`4/${title}`)?.[0])
      expect(field(path).startsWith(interlaced ? "1,1" : "0,")).toBe(true)
    }
  })

  it("the DVD's script makes the files of the committed image again", { timeout: 120_000 }, () => {
    const list = (image: string) =>
      runOracle("udfls", [image])
        .filter((line) => line.type === "file")
        .map(({ path }) => path)
    expect(list(madeDisc("dvd"))).toEqual(list(sampleDvd))
  })

  // A minute's work: where every test runs.
  it.runIf(process.env.CI)("the Blu-ray's script makes the files of the committed image again", { timeout: 400_000 }, () => {
    const list = (image: string) =>
      runOracle("udfls", [image])
        .filter((line) => line.type === "file")
        .map(({ path }) => path)
    expect(list(madeDisc("bluray"))).toEqual(list(sampleBluray))
  })
})
