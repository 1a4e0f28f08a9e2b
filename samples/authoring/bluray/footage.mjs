// A film's footage: its pictures, its sound in two languages and its words, cut to any run of frames as a clip's streams.
import { join } from "node:path"
import { createScene } from "../picture/scene.mjs"
import { bells } from "../sound/tone.mjs"
import { pictureTimes, soundTimes } from "./clip.mjs"
import { encodeAc3, encodeVideo } from "./elementary.mjs"
import { showPicture } from "./presentation-graphics.mjs"
import { wordsPicture } from "./words.mjs"

export const LANGUAGES = ["eng", "fra"]
/** ffmpeg's AC-3 encoder holds sound back by so many samples. */
const AC3_DELAY = 256
/** Sound goes on a little longer than the pictures, so that no frame of it is missing at their end. */
const SPARE_SECONDS = 0.1

/** 24000/1001 frames a second; 23.976 for what is drawn. */
export const FILM = {
  width: 1920,
  height: 1080,
  rate: "24000/1001",
  rateCode: 1,
  format: "1080p",
  frameRate: 24_000 / 1001,
  frameTicks: 3753.75,
}

/** Both fields of an interlaced picture, the top one first: each drawn at its own moment. */
function woven(scene, frame, frameRate) {
  const top = Buffer.from(scene.draw(frame).bytes)
  const { canvas } = scene
  const bottom = scene.draw(frame, (frame + 0.5) / frameRate).bytes
  const luma = canvas.width * canvas.height
  for (const [start, width, lines] of [
    [0, canvas.width, canvas.height],
    [luma, canvas.width / 2, canvas.height],
  ])
    for (let line = 1; line < lines; line += 2) bottom.copy(top, start + line * width, start + line * width, start + (line + 1) * width)
  return top
}

function* drawn(scene, first, count, { interlaced, frameRate }) {
  for (let frame = first; frame < first + count; frame++) yield interlaced ? woven(scene, frame, frameRate) : scene.draw(frame).bytes
}

/** The sound of a whole film as AC-3 frames, one list a language. */
export function filmSound({ frequencies, frames, format, bitrate, work }) {
  const seconds = (frames * format.frameTicks) / 90_000 + SPARE_SECONDS
  return frequencies.map((frequency, i) =>
    encodeAc3({ samples: bells({ frequency, seconds, advance: AC3_DELAY }), bitrate, file: join(work, `sound${i}`) }),
  )
}

/**
 * Streams of a clip that holds `count` frames of a film from `first`, the first of them shown at `start` (90 kHz). `pids`: of sound and
 * words, a pair each, eng and fra.
 */
export async function footage({ film, sounds, first, count, start, pids, format = FILM, codec, work }) {
  const pictures = await encodeVideo({
    ...format,
    pictures: drawn(createScene({ ...format, ...film }), first, count, format),
    codec: codec.args,
    flags: codec.flags,
    format: codec.name,
    file: join(work, "pictures"),
  })
  const from = first * format.frameTicks
  const to = (first + count) * format.frameTicks
  const video = {
    pid: 0x1011,
    codec: codec.name,
    format: format.format,
    rate: format.rate,
    units: pictureTimes(pictures, format.frameTicks, start),
  }
  const audio = sounds.map((frames, i) => ({
    pid: pids.audio[i],
    codec: "ac3",
    language: LANGUAGES[i],
    units: soundTimes(frames, from, to, start),
  }))
  const words = pids.words?.map((pid, i) => ({
    pid,
    codec: "pgs",
    language: LANGUAGES[i],
    units: wordUnits({ film, language: i, from, to, start, format }),
  }))
  return [video, ...audio, ...(words ?? [])]
}

/** Words that stand in `[from, to)` of the film for at least a moment. Those that begin before it begin with it. */
const LEAST_TICKS = 30_000
/** Room before the first words for their decoding. */
const FIRST_TICKS = 15_000

function wordUnits({ film, language, from, to, start, format }) {
  const plane = { width: format.width, height: format.height, rateCode: format.rateCode }
  let number = 0
  return film.words.flatMap(([begin, end, ...texts]) => {
    const shown = Math.max(begin * 90_000, from + FIRST_TICKS)
    const hidden = Math.min(end * 90_000, to - FIRST_TICKS)
    if (hidden - shown < LEAST_TICKS) return []
    const time = (ticks) => Math.round(ticks - from + start)
    number += 2
    return showPicture(plane, wordsPicture(texts[language], plane), time(shown), time(hidden), number - 2)
  })
}
