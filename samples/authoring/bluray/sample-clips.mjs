// The films of the sample Blu-ray and the clips they are cut into. README.md beside make-bluray.mjs says what is on the disc.
import { makeClip } from "./clip.mjs"
import { FILM, filmSound, footage } from "./footage.mjs"
import { PID } from "./programme-tables.mjs"

const DISC = 2
export const GROUP = 24
const SOUND_RATE = "64k"
/**
 * Groups of pictures of one second, and what a Blu-ray asks of H.264. The key frames are named one by one: left alone, x264 counts in coding order. Each
 * fourth picture of a group is one that others are predicted from, and no B picture is: nothing then names a picture of the group before.
 */
const x264 = (crf, open) => ({
  name: "h264",
  args: [
    ...["-c:v", "libx264", "-preset", "veryslow", "-crf", String(crf), "-force_key_frames", `expr:not(mod(n,${GROUP}))`, "-x264-params"],
    [
      `bluray-compat=1:level=4.1:keyint=${2 * GROUP}:min-keyint=1:scenecut=0:open-gop=${open ? 1 : 0}:slices=4:aud=1:threads=1`,
      "bframes=3:b-adapt=0:b-pyramid=none",
      "nal-hrd=vbr:vbv-maxrate=12000:vbv-bufsize=12000:colorprim=bt709:transfer=bt709:colormatrix=bt709:sar=1/1",
    ].join(":"),
  ],
})
const OPEN = x264(30, true)
const CLOSED = x264(30, false)

const film = (title, angle, heading, line, seed, chapters, frequencies, words) => ({
  code: { disc: DISC, title, angle },
  heading,
  line,
  seed,
  chapters: chapters.map(([frame, sky, name]) => ({ start: frame / FILM.frameRate, frame, sky, name })),
  frequencies,
  words,
})

export const FIRST = film(
  1,
  0,
  "Above the hills",
  "opentray sample Blu-ray · title 1",
  2,
  [
    [0, "day", "Morning"],
    [120, "dusk", "Evening"],
    [240, "night", "Midnight"],
    [360, "dawn", "And again"],
  ],
  [294, 349],
  [
    [1, 4.5, "A clear day above the hills.", "Un jour clair au-dessus des collines."],
    [6, 9.5, "The evening takes its time.", "Le soir prend son temps."],
    [11, 14.5, "At midnight only the lanterns are up.", "À minuit, seules les lanternes veillent."],
    [16, 19.5, "Then the morning comes back.", "Puis le matin revient."],
  ],
)
const FIRST_FRAMES = 480
const MAIN_START = 1_080_000

const JOURNEY = film(
  2,
  0,
  "Three in one",
  "opentray sample Blu-ray · title 2",
  6,
  [
    [0, "aurora", "Green"],
    [134, "ember", "Red"],
    [278, "dawn", "Rose"],
  ],
  [523, 587],
  [
    [0.5, 4.5, "This title is three clips.", "Ce titre est fait de trois clips."],
    [7, 10.5, "Nobody should see the joins.", "On ne doit pas voir les raccords."],
    [12.5, 16, "Nor hear them.", "Ni les entendre."],
  ],
)
/** Frames at which title 2 goes from one clip to the next. As on pressed discs, each clip begins and ends exactly there. */
const JOINS = [134, 278]
const JOURNEY_FRAMES = 398
export const EXTRA = film(
  4,
  0,
  "A short one",
  "opentray sample Blu-ray · title 4",
  9,
  [[0, "ember", "Embers"]],
  [415, 466],
  [[1, 4, "Short, and shared by three titles.", "Court, et partagé par trois titres."]],
)
const EXTRA_FRAMES = 108

const angle = (number, sky, name) =>
  film(
    5,
    number,
    `Angle ${number}`,
    "opentray sample Blu-ray · title 5",
    11 + number,
    [[0, sky, name]],
    [659, 698],
    [[1, 3.5, `The view from angle ${number}.`, `Vue de l'angle ${number}.`]],
  )
export const ANGLES = [angle(1, "day", "Daylight"), angle(2, "night", "Moonlight")]
const ANGLE_FRAMES = 96

/**
 * One film that parts and comes together again: a beginning and an end for both ways, and a middle of its own for each, all of it one sound. In the frame code, the
 * middles are angles 1 and 2.
 */
const fork = (way, sky, name, frequencies, words) =>
  film(
    6,
    way,
    "Two ways",
    "opentray sample Blu-ray · title 6",
    17,
    [
      [0, "dawn", "Setting out"],
      [FORK[0], sky, name],
      [FORK[1], "day", "Arriving"],
    ],
    frequencies,
    [
      [0.4, 1.9, "Here the ways part.", "Ici les chemins se séparent."],
      [2.3, 4.7, ...words],
      [5.3, 6.8, "And meet again.", "Et se retrouvent."],
    ],
  )
/** Frames at which title 6 parts and joins. */
const FORK = [52, 124]
const FORK_FRAMES = 200
const RIDGE = fork(1, "dusk", "Over the ridge", [784, 831], ["Over the ridge.", "Par la crête."])
const DARK = fork(2, "night", "Through the dark", [880, 932], ["Through the dark.", "Par la nuit."])

/** What runs behind the top menu. Its sound runs over its end by less than a fifth of a frame. */
const BACKDROP = {
  ...film(0, 0, "opentray", "sample Blu-ray · a disc with menus", 4, [[0, "aurora", "Menu"]], [247], []),
  entries: [],
}
const BACKDROP_FRAMES = 95

const PIDS = { audio: [0x1100, 0x1101], words: [0x1200, 0x1201] }

/** Every clip with a picture. `popUp`: the menu (`menuDisplaySet`) in the clip of title 1. */
export async function makeClips(work, popUp) {
  const sound = ({ frequencies }, frames) => filmSound({ frequencies, frames, format: FILM, bitrate: SOUND_RATE, work })
  const make = async (number, { film, sounds, first = 0, count, start, pids = PIDS, codec = OPEN, angleChange, menus = [] }) =>
    makeClip({
      number,
      streams: [...(await footage({ film, sounds, first, count, start, pids, codec, work })), ...menus],
      start,
      frames: count,
      frameTicks: FILM.frameTicks,
      angleChange,
    })

  const menu = { pid: PID.igs, codec: "igs", language: "eng", units: popUp.segments(MAIN_START) }
  const main = await make(1, {
    ...{ film: FIRST, sounds: sound(FIRST, FIRST_FRAMES), count: FIRST_FRAMES, start: MAIN_START },
    menus: [menu],
  })
  const extra = await make(2, { film: EXTRA, sounds: sound(EXTRA, EXTRA_FRAMES), count: EXTRA_FRAMES, start: 5_400_000 })
  const sounds = sound(JOURNEY, JOURNEY_FRAMES)
  const journey = [
    await make(10, { film: JOURNEY, sounds, count: JOINS[0], start: 900_000 }),
    await make(11, {
      ...{ film: JOURNEY, sounds, first: JOINS[0], count: JOINS[1] - JOINS[0], start: 54_000_000 },
      pids: { audio: [0x1102, 0x1103], words: [0x1202, 0x1203] },
    }),
    // The same numbers as in the first clip, for the other languages.
    await make(12, {
      ...{ film: JOURNEY, sounds, first: JOINS[1], count: JOURNEY_FRAMES - JOINS[1], start: 2_700_000 },
      pids: { audio: [0x1101, 0x1100], words: [0x1201, 0x1200] },
    }),
  ]
  const angles = []
  for (const [i, view] of ANGLES.entries())
    angles.push(
      await make(20 + i, {
        film: view,
        sounds: sound(view, ANGLE_FRAMES),
        count: ANGLE_FRAMES,
        start: 1_800_000,
        codec: CLOSED,
        angleChange: true,
      }),
    )
  return { main, extra, journey, angles, fork: await makeFork(make, sound), backdrop: await makeBackdrop(make, sound) }
}

/** The clips of title 6: the beginning, the two middles, the end. */
async function makeFork(make, sound) {
  const [parts, meets] = FORK
  const clip = async (number, view, sounds, first, to, start) => make(number, { film: view, sounds, first, count: to - first, start })
  // Both ways sound the same but in the middle.
  const [ridge, dark] = [sound(RIDGE, FORK_FRAMES), sound(DARK, FORK_FRAMES)]
  const common = { ...RIDGE, code: { ...RIDGE.code, angle: 0 } }
  return {
    begin: await clip(30, common, ridge, 0, parts, 1_350_000),
    ways: [await clip(31, RIDGE, ridge, parts, meets, 8_100_000), await clip(32, DARK, dark, parts, meets, 16_200_000)],
    end: await clip(33, common, ridge, meets, FORK_FRAMES, 450_000),
  }
}

const makeBackdrop = (make, sound) =>
  make(50, { film: BACKDROP, sounds: sound(BACKDROP, BACKDROP_FRAMES), count: BACKDROP_FRAMES, start: 900_000, pids: { audio: [0x1100] } })
