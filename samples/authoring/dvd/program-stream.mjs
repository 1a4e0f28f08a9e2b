// A DVD's programme: MPEG-2 pictures and sound in one stream with room for navigation packs, as dvdauthor takes it.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createScene } from "../picture/scene.mjs"
import { encodePictures } from "../programs.mjs"
import { bells, SAMPLE_RATE } from "../sound/tone.mjs"

const PAL = { width: 720, height: 576, frameRate: 25 }
/** 0.4 s, so that chapters begin at key frames; a DVD allows 0.6 s. One I and three times two B and a P: nothing is cut short. */
const GROUP = 10
const picture = (bitrate) => [
  ...["-c:v", "mpeg2video", "-b:v", bitrate, "-maxrate", "2500k", "-bufsize", "1835008", "-g", String(GROUP), "-bf", "2"],
  ...[
    "-flags:v",
    "+cgop+bitexact",
    "-sc_threshold",
    "1000000000",
    "-mbd",
    "rd",
    "-trellis",
    "2",
    "-cmp",
    "2",
    "-subcmp",
    "2",
    "-threads",
    "1",
  ],
]
function* pictures(scene, count) {
  for (let frame = 0; frame < count; frame++) yield scene.draw(frame).bytes
}

/** Draws, sounds and encodes a film (`chapters`, `heading`, `sound`, ... as make-dvd.mjs has them) to a program stream. */
export async function encodeTitle({ film, work, output }) {
  const scene = createScene({ ...PAL, ...film })
  const sounds = film.sound.frequencies.map((frequency, i) => {
    const path = join(work, `sound${i}.f32`)
    // What an encoder holds sound back by, ffmpeg itself makes up for in the time stamps.
    writeFileSync(path, bells({ frequency, seconds: film.seconds }))
    return path
  })
  await encodePictures({
    ...PAL,
    rate: String(PAL.frameRate),
    pictures: pictures(scene, film.seconds * PAL.frameRate),
    args: [
      ...sounds.flatMap((path) => ["-f", "f32le", "-ar", String(SAMPLE_RATE), "-ac", "2", "-i", path]),
      ...["-map", "0:v", ...sounds.flatMap((_, i) => ["-map", `${i + 1}:a`])],
      ...["-aspect", "16:9", ...picture("500k")],
      ...["-c:a", film.sound.codec, "-b:a", film.sound.bitrate, "-ac", "2", "-fflags", "+bitexact", "-flags:a", "+bitexact"],
      ...["-f", "dvd", "-packetsize", "2048", "-muxrate", "10080000", output],
    ],
  })
}
