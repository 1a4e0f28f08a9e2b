// Makes an NTSC DVD of film: 23.976 coded pictures a second with 3:2 pulldown flags, one title, one sound.
// node samples/make-ntsc-dvd.mjs OUT.iso [SECONDS] (default 60). Programs: ffmpeg, ffprobe, dvdauthor, genisoimage. README.md says more.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { soundTimes } from "./authoring/bluray/clip.mjs"
import { encodeAc3, encodeVideo } from "./authoring/bluray/elementary.mjs"
import { multiplex } from "./authoring/bluray/transport-stream.mjs"
import { pulledDown, shownAt } from "./authoring/dvd/pulldown.mjs"
import { createScene } from "./authoring/picture/scene.mjs"
import { ffmpeg, run } from "./authoring/programs.mjs"
import { setTimes } from "./authoring/set-times.mjs"
import { bells } from "./authoring/sound/tone.mjs"

const FILM = { width: 720, height: 480, rate: "24000/1001", frameRate: 24_000 / 1001 }
const START = 90_000
const FREQUENCY = 311
const AC3_DELAY = 256
/** The last round of four is whole, so that sound and picture end on the same field. */
const ROUND = 4

function* drawn(scene, count) {
  for (let frame = 0; frame < count; frame++) yield scene.draw(frame).bytes
}

/** The film as a transport stream, whose times ffmpeg keeps when it packs the same pictures and sound for a DVD. */
async function film(seconds, work) {
  const frames = Math.ceil((seconds * FILM.frameRate) / ROUND) * ROUND
  const scene = createScene({
    ...FILM,
    code: { disc: 3, title: 1, angle: 0 },
    heading: "Twenty-four",
    line: "opentray test DVD · NTSC · film",
    seed: 31,
    chapters: [
      { start: 0, sky: "dusk", name: "First half" },
      { start: seconds / 2, sky: "aurora", name: "Second half" },
    ],
  })
  const pictures = await encodeVideo({
    ...FILM,
    pictures: drawn(scene, frames),
    codec: [
      "-aspect",
      "16:9",
      "-c:v",
      "mpeg2video",
      "-b:v",
      "2M",
      "-maxrate",
      "6M",
      "-bufsize",
      "1835008",
      "-g",
      "10",
      "-bf",
      "2",
      "-sc_threshold",
      "1000000000",
      "-threads",
      "1",
    ],
    flags: "+cgop",
    format: "mpeg2video",
    file: join(work, "pictures"),
  })
  const length = shownAt(frames)
  const sound = encodeAc3({
    samples: bells({ frequency: FREQUENCY, seconds: length / 90_000, advance: AC3_DELAY }),
    bitrate: "192k",
    file: join(work, "sound"),
  })
  return multiplex([
    { pid: 0x1011, codec: "mpeg2video", format: "1080p", rate: FILM.rate, units: pulledDown(pictures, START) },
    { pid: 0x1100, codec: "ac3", language: "eng", units: soundTimes(sound, 0, length, START) },
  ]).bytes
}

const disc = (
  seconds,
) => `<dvdauthor dest="dvd" jumppad="no"><vmgm/><titleset><titles><video format="ntsc" aspect="16:9"/><audio lang="en"/>
<pgc><vob file="title.vob" chapters="0,${seconds / 2}"/></pgc></titles></titleset></dvdauthor>`

const [output, length = "60"] = process.argv.slice(2)
if (output === undefined || !(Number(length) > 0)) throw new Error("usage: make-ntsc-dvd.mjs OUT.iso [SECONDS]")
const work = mkdtempSync(join(tmpdir(), "opentray-ntsc-"))
const at = (name) => join(work, name)
try {
  writeFileSync(at("film.m2ts"), await film(Number(length), work))
  ffmpeg([
    "-i",
    at("film.m2ts"),
    "-map",
    "0:v",
    "-map",
    "0:a",
    "-c",
    "copy",
    "-fflags",
    "+bitexact",
    "-f",
    "dvd",
    "-packetsize",
    "2048",
    "-muxrate",
    "10080000",
    at("title.vob"),
  ])
  writeFileSync(at("dvd.xml"), disc(Number(length)))
  run("dvdauthor", ["-x", "dvd.xml"], { cwd: work, env: { VIDEO_FORMAT: "NTSC" }, quiet: true })
  setTimes(at("dvd"))
  run("genisoimage", ["-quiet", "-dvd-video", "-udf", "-V", "OPENTRAY_NTSC", "-o", resolve(output), at("dvd")], { quiet: true })
  console.log(`${resolve(output)}: ${statSync(resolve(output)).size} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
