import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { dataPath } from "../support/data.ts"
import { hasProgram, oraclePath, runOracle } from "../support/oracles.ts"

const root = resolve(import.meta.dirname, "../..")
const host = join(root, "samples/host/host.mjs")
const hasPrograms = hasProgram("ffprobe") && hasProgram("7z")

type Count = { packets: number; displaySets: number }
type Counted = Count & { kind: string; number: number; codec: string; id: string; outside: Count }

function runHost(disc: string, title: number): Counted[] {
  const output = execFileSync("node", [host, disc, "--title", String(title), "--json"], { encoding: "utf8" })
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Counted)
}

/** A stretch of a stream file that a title plays; times in 90 kHz ticks of the file's clock. */
type Stretch = { readonly file: string; readonly from: number; readonly to: number }
/** What ffprobe finds of one stream: presentation times of its packets (undefined where the file gives none) and of the subtitles it decodes. */
type Probed = {
  readonly id: number
  readonly kind: string
  readonly times: readonly (number | undefined)[]
  readonly subtitles: readonly number[]
}

const probed = new Map<string, readonly Probed[]>()

function ffprobe(file: string, ...args: string[]) {
  const wide = ["-v", "error", "-probesize", "100M", "-analyzeduration", "300M"]
  return JSON.parse(execFileSync("ffprobe", [...wide, ...args, "-of", "json", file], { encoding: "utf8", maxBuffer: 1 << 28 }))
}

function probe(file: string): readonly Probed[] {
  const known = probed.get(file)
  if (known !== undefined) return known
  const { packets, streams } = ffprobe(
    file,
    "-count_packets",
    "-show_entries",
    "packet=stream_index,pts:stream=index,id,codec_type,nb_read_packets",
  )
  const found = streams.map((stream: { index: number; id: string; codec_type: string; nb_read_packets?: string }) => {
    const times = packets
      .filter((packet: { stream_index: number }) => packet.stream_index === stream.index)
      .map(({ pts }: { pts?: number }) => pts)
    expect(times.length).toBe(Number(stream.nb_read_packets ?? 0))
    const isSubtitle = stream.codec_type === "subtitle"
    const frames = isSubtitle ? ffprobe(file, "-select_streams", String(stream.index), "-show_entries", "subtitle=pts").frames : []
    const subtitles = frames.map(({ pts }: { pts: number }) => (pts * 90_000) / 1e6)
    return { id: Number(stream.id), kind: stream.codec_type, times, subtitles }
  })
  probed.set(file, found)
  return found
}

/** Packets, or decoded subtitles, whose time lies within the stretches. Packets without a time stamp lie between others. */
function within(stretches: readonly Stretch[], field: "times" | "subtitles", idOf: (stretch: number) => number | undefined): number {
  return stretches
    .map(({ file, from, to }, index) => {
      const stream = probe(file).find(({ id }) => id === idOf(index))
      return stream?.[field].filter((time) => time === undefined || (time >= from && time < to)).length ?? 0
    })
    .reduce((sum, count) => sum + count, 0)
}

const discs = {
  dvd: join(root, "samples/dvd.iso"),
  bluray: join(root, "samples/bluray.iso"),
  tsmuxer: dataPath("made/bd-tsmuxer.iso"),
}

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opentray-host-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function extract(disc: string, path: string): string {
  execFileSync("7z", ["x", "-y", `-o${folder}/${disc.replace(/\W/g, "_")}`, disc, path], { stdio: "ignore" })
  return join(folder, disc.replace(/\W/g, "_"), path)
}

describe.skipIf(!hasPrograms)("the sample host counts what ffprobe counts: DVD", () => {
  it.each([1, 2])("title %i", (title) => {
    const file = extract(discs.dvd, `VIDEO_TS/VTS_0${title}_1.VOB`)
    const video = probe(file).find(({ kind }) => kind === "video")
    expect(video?.times.length).toBeGreaterThan(250)
    // The title is the whole file: it begins with the first picture and ends with the last.
    const from = Math.min(...(video?.times ?? []).filter((time) => time !== undefined))
    const whole: Stretch = { file, from, to: Number.POSITIVE_INFINITY }
    const counted = runHost(discs.dvd, title)
    expect(counted.map(({ kind }) => kind)).toEqual(["video", "audio", "audio", "subtitle", "subtitle"])
    for (const { kind, id, packets } of counted) {
      // ffprobe knows MPEG streams by their start code, the sub-streams of private stream 1 by their number.
      const probedId = kind === "video" || Number(id) >= 0xc0 ? 0x100 | Number(id) : Number(id)
      expect({ id, packets }).toEqual({ id, packets: within([whole], "times", () => probedId) })
      expect(packets).toBeGreaterThan(0)
    }
  })
})

type Clip = { clip: string; in: number; out: number } & Readonly<Record<"video" | "audio" | "pg", readonly { pid: number }[]>>
type Playlist = { type: string; playlist: number; clips: readonly Clip[] }

describe.skipIf(!hasPrograms || oraclePath("bdtrace") === null).each([
  ["bluray", discs.bluray, 5],
  ["tsmuxer", discs.tsmuxer, 1],
])("the sample host counts what ffprobe counts: %s", (_, disc, least) => {
  it.skipIf(!existsSync(disc))("every playlist, with the in and out times that libbluray reads", () => {
    const playlists = (runOracle("bdtrace", [disc]) as Playlist[])
      .filter(({ type }) => type === "playlist")
      .sort((a, b) => a.playlist - b.playlist)
    expect(playlists.length).toBeGreaterThanOrEqual(least)
    // libbluray leaves no playlist of these discs out: title N is the Nth.
    for (const [index, { clips }] of playlists.entries()) {
      const stretches = clips.map((clip) => ({ file: extract(disc, `BDMV/STREAM/${clip.clip}.m2ts`), from: clip.in, to: clip.out }))
      for (const { kind, number, packets, displaySets, outside } of runHost(disc, index + 1)) {
        const stn = kind === "subtitle" ? "pg" : (kind as "video" | "audio")
        const pidOf = (stretch: number) => clips[stretch]?.[stn][number - 1]?.pid
        const expected = within(stretches, "times", pidOf)
        // Over a join that is not seamless, a sound frame that begins up to 11 ms before the in time is played: less is lost than by a gap.
        const early = stretches.map((stretch, at) => (at === 0 || kind !== "audio" ? stretch : { ...stretch, from: stretch.from - 1000 }))
        const most = clips.length <= 3 ? expected : within(early, "times", pidOf)
        expect(packets, `title ${index + 1}, ${kind} ${number}`).toBeGreaterThanOrEqual(expected)
        expect(packets, `title ${index + 1}, ${kind} ${number}`).toBeLessThanOrEqual(most)
        if (kind !== "subtitle") expect(expected).toBeGreaterThan(0)
        else expect(displaySets).toBe(within(stretches, "subtitles", pidOf))
        if (kind !== "subtitle" || clips.length > 1 || clips[0]?.clip === "00001") continue
        // A clip that is played whole: nothing of it is lost, wherever its times lie (tsMuxer put these subtitles behind the out time).
        const whole = stretches.map(({ file }) => ({ file, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }))
        expect(packets + outside.packets).toBe(within(whole, "times", pidOf))
        expect(displaySets + outside.displaySets).toBe(within(whole, "subtitles", pidOf))
      }
    }
  })
})
