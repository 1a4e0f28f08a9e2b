// Makes a Blu-ray of MPEG-2 film: title 1 is 1080i, title 2 is 1080p.
// node samples/make-mpeg2-bluray.mjs OUT.iso|OUT_FOLDER [SECONDS] (default 60 each). Programs: ffmpeg, ffprobe. README.md says more.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { discFiles } from "./authoring/bluray/bdmv.mjs"
import { makeClip } from "./authoring/bluray/clip.mjs"
import { discLibrary } from "./authoring/bluray/disc-library.mjs"
import { discProgram } from "./authoring/bluray/disc-program.mjs"
import { FILM, filmSound, footage } from "./authoring/bluray/footage.mjs"
import { CONNECTION } from "./authoring/bluray/playlist.mjs"
import { writeDisc } from "./authoring/bluray/write-disc.mjs"

const DISC = 4
const VIDEO = { ...FILM, rate: "30000/1001", rateCode: 4, format: "1080i", frameRate: 30_000 / 1001, frameTicks: 3003, interlaced: true }
/** As broadcast recordings and early discs have it: short groups, a generous rate. */
const MPEG2 = [
  "-c:v",
  "mpeg2video",
  "-b:v",
  "9M",
  "-maxrate",
  "15M",
  "-bufsize",
  "7M",
  "-g",
  "13",
  "-bf",
  "2",
  "-sc_threshold",
  "1000000000",
  "-threads",
  "1",
]
const INTERLACED = { name: "mpeg2video", args: [...MPEG2, "-top", "1"], flags: "+cgop+ilme+ildct" }
const PROGRESSIVE = { name: "mpeg2video", args: MPEG2, flags: "+cgop" }
const TITLES = [
  { number: 1, name: "Interlaced", format: VIDEO, codec: INTERLACED, sky: "dusk", frequency: 277 },
  { number: 2, name: "Progressive", format: FILM, codec: PROGRESSIVE, sky: "day", frequency: 370 },
]
const START = 900_000
/** There is no menu: the disc begins with title 1. */
const PROGRAM = [
  "first-play begin\ntop-menu begin\nobject begin\njump-title 1",
  ...TITLES.map(({ number }) => `title ${number} title-${number}\nobject title-${number}\nplay-playlist ${number}`),
].join("\n")

async function makeTitle({ number, name, format, codec, sky, frequency }, seconds, work) {
  const frames = Math.round(seconds * format.frameRate)
  const film = {
    code: { disc: DISC, title: number, angle: 0 },
    heading: name,
    line: `opentray test Blu-ray · MPEG-2 · title ${number}`,
    seed: 20 + number,
    chapters: [{ start: 0, sky, name: format.format }],
  }
  const sounds = filmSound({ frequencies: [frequency], frames, format, bitrate: "192k", work })
  const streams = await footage({ film, sounds, first: 0, count: frames, start: START, pids: { audio: [0x1100] }, format, codec, work })
  return makeClip({ number, streams, start: START, frames, frameTicks: format.frameTicks })
}

const [output, length = "60"] = process.argv.slice(2)
if (output === undefined || !(Number(length) > 0)) throw new Error("usage: make-mpeg2-bluray.mjs OUT.iso|OUT_FOLDER [SECONDS]")
const work = mkdtempSync(join(tmpdir(), "opentray-mpeg2-"))
try {
  const clips = []
  for (const title of TITLES) clips.push(await makeTitle(title, Number(length), work))
  const playlists = clips.map((clip) => ({
    number: clip.number,
    items: [
      { clip: clip.number, inTime: clip.time45(0), outTime: clip.time45(clip.frames), connection: CONNECTION.none, streams: clip.streams },
    ],
    marks: [{ item: 0, time: clip.time45(0) }],
  }))
  const files = discFiles({
    ...discProgram(PROGRAM, VIDEO),
    library: { eng: discLibrary({ name: "opentray MPEG-2 Blu-ray", language: "eng", titles: TITLES.map(({ name }) => name) }) },
    clips,
    playlists,
  })
  writeDisc({ output, label: "OPENTRAY_MPEG2", files })
} finally {
  rmSync(work, { recursive: true, force: true })
}
