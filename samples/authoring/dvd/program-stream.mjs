// A DVD's programme: MPEG-2 pictures and sound in one stream with room for navigation packs, as dvdauthor takes it.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createScene } from "../picture/scene.mjs"
import { encodePictures } from "../programs.mjs"
import { bells, SAMPLE_RATE } from "../sound/tone.mjs"

const PAL = { width: 720, height: 576, frameRate: 25 }
/** 0.4 s, so that chapters begin at key frames; a DVD allows 0.6 s. One I and three times two B and a P: nothing is cut short. */
const GROUP = 10
/** Bits a second of a title, and of what may be coarser: a short film has no time to save what its first pictures cost, so they are bounded too. */
const RATES = { fine: ["500k", "2500k", "1835008"], coarse: ["300k", "800k", "700000"] }
const picture = ([rate, most, buffer]) => [
  ...["-c:v", "mpeg2video", "-b:v", rate, "-maxrate", most, "-bufsize", buffer, "-g", String(GROUP), "-bf", "2"],
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
function* pictures(scene, from, count, still) {
  for (let frame = from; frame < from + count; frame++) yield scene.draw(still ? from : frame).bytes
}

/**
 * Draws, sounds and encodes a film to a program stream: `chapters`, `heading`, ... as `createScene` takes them; `seconds`; `sound`
 * (`{ codec, bitrate, frequencies }`, a track a frequency; none: silent); `aspect` (16 / 9 or 4 / 3); `firstFrame`, where the film is a later
 * part of one that is longer; `still`: one picture all the time; `rate`: "fine" or "coarse".
 */
export async function encodeTitle({ film, work, output }) {
  const { seconds, firstFrame = 0, aspect = 16 / 9, still = false, rate = "fine" } = film
  const scene = createScene({ ...PAL, ...film })
  const sounds = (film.sound?.frequencies ?? []).map((frequency, i) => {
    const path = join(work, `sound${i}.f32`)
    // What an encoder holds sound back by, ffmpeg itself makes up for in the time stamps.
    writeFileSync(path, bells({ frequency, seconds, advance: (firstFrame / PAL.frameRate) * SAMPLE_RATE }))
    return path
  })
  const soundOptions = film.sound ? ["-c:a", film.sound.codec, "-b:a", film.sound.bitrate, "-ac", "2", "-flags:a", "+bitexact"] : []
  await encodePictures({
    ...PAL,
    rate: String(PAL.frameRate),
    pictures: pictures(scene, firstFrame, seconds * PAL.frameRate, still),
    args: [
      ...sounds.flatMap((path) => ["-f", "f32le", "-ar", String(SAMPLE_RATE), "-ac", "2", "-i", path]),
      ...["-map", "0:v", ...sounds.flatMap((_, i) => ["-map", `${i + 1}:a`])],
      ...["-aspect", aspect === 4 / 3 ? "4:3" : "16:9", ...picture(RATES[rate])],
      ...[...soundOptions, "-fflags", "+bitexact"],
      ...["-f", "dvd", "-packetsize", "2048", "-muxrate", "10080000", output],
    ],
  })
}
