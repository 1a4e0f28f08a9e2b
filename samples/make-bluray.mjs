// Makes the sample Blu-ray: node samples/make-bluray.mjs [OUT.iso | OUT_FOLDER/] (default samples/bluray.iso). README.md says what is on it.
// Programs: ffmpeg, ffprobe.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { discFiles } from "./authoring/bluray/bdmv.mjs"
import { makeClip } from "./authoring/bluray/clip.mjs"
import { discLibrary } from "./authoring/bluray/disc-library.mjs"
import { discIndex, jumpTitle, movieObjects, playPlaylist } from "./authoring/bluray/disc-program.mjs"
import { FILM, filmSound, footage } from "./authoring/bluray/footage.mjs"
import { CONNECTION } from "./authoring/bluray/playlist.mjs"
import { writeDisc } from "./authoring/bluray/write-disc.mjs"

const DISC = 2
const GROUP = 24
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

const FIRST = film(
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
const EXTRA = film(
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
const ANGLES = [angle(1, "day", "Daylight"), angle(2, "night", "Moonlight")]
const ANGLE_FRAMES = 96

const PIDS = { audio: [0x1100, 0x1101], words: [0x1200, 0x1201] }

async function makeClips(work) {
  const sound = ({ frequencies }, frames) => filmSound({ frequencies, frames, format: FILM, bitrate: SOUND_RATE, work })
  const make = async (number, { film, sounds, first = 0, count, start, pids = PIDS, codec = OPEN, angleChange }) =>
    makeClip({
      number,
      streams: await footage({ film, sounds, first, count, start, pids, codec, work }),
      start,
      frames: count,
      frameTicks: FILM.frameTicks,
      angleChange,
    })

  const main = await make(1, { film: FIRST, sounds: sound(FIRST, FIRST_FRAMES), count: FIRST_FRAMES, start: 1_080_000 })
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
  return { main, extra, journey, angles }
}

const item = (clip, from = 0, to = clip.frames, connection = CONNECTION.none) => ({
  clip: clip.number,
  inTime: clip.time45(from),
  outTime: clip.time45(to),
  connection,
  streams: clip.streams,
})
const marks = (clip, chapters, number = 0) => chapters.map((chapter) => ({ item: number, time: clip.time45(chapter.frame) }))

function makePlaylists({ main, extra, journey, angles }) {
  const [a, b, c] = journey
  const joined = [item(a), item(b, 0, b.frames, CONNECTION.seamless), item(c, 0, c.frames, CONNECTION.seamless)]
  // Pieces in no order that makes a film: longer than all else, and no title of the index plays it. Each begins where its clip does.
  // Sound frames run over each end by less than half of one: none is lost at the next piece.
  const pieces = [
    item(extra, 0, 45),
    item(c, 0, 37),
    item(main, 0, 65),
    item(a, 0, 29),
    item(main, 0, 49),
    item(b, 0, 37),
    item(main, 0, 25),
  ]
  const shuffled = Array.from({ length: 42 }, (_, i) => pieces[(i * 3 + (i >> 3)) % pieces.length])
  return [
    { number: 0, items: [item(main)], marks: marks(main, FIRST.chapters) },
    {
      number: 1,
      items: joined,
      marks: [
        [a, 0],
        [a, 72],
        [b, 0],
        [c, 0],
      ].map(([clip, frame]) => ({ item: journey.indexOf(clip), time: clip.time45(frame) })),
    },
    // The evening, left inside a group of pictures; a piece of title 2, whose sound and words have other PIDs, entered at an open group; the
    // short one. None of these joins is seamless.
    {
      number: 2,
      items: [item(main, 120, 229), item(c, GROUP, 81), item(extra)],
      marks: [
        { item: 0, time: main.time45(120) },
        { item: 1, time: c.time45(GROUP) },
        { item: 2, time: extra.time45(0) },
      ],
    },
    { number: 3, items: [item(extra)], marks: marks(extra, EXTRA.chapters) },
    { number: 4, items: [{ ...item(angles[0]), angles: [angles[1].number] }], marks: marks(angles[0], ANGLES[0].chapters) },
    { number: 800, items: shuffled, marks: shuffled.map(({ inTime }, i) => ({ item: i, time: inTime })) },
  ]
}

/** Titles of the index play playlists 0 to 4; the disc begins with the first. */
const TITLE_NAMES = ["Above the hills", "Three in one", "A medley", "A short one", "Two angles"]

const output = process.argv[2] ?? join(import.meta.dirname, "bluray.iso")
const work = mkdtempSync(join(tmpdir(), "opentray-bluray-"))
try {
  const made = await makeClips(work)
  const files = discFiles({
    index: discIndex({ firstPlay: 0, topMenu: 0, titles: TITLE_NAMES.map((_, i) => i + 1), video: FILM }),
    objects: movieObjects([[jumpTitle(1)], ...TITLE_NAMES.map((_, i) => [playPlaylist(i)])]),
    library: { eng: discLibrary({ name: "opentray sample Blu-ray", language: "eng", titles: TITLE_NAMES }) },
    clips: [made.main, made.extra, ...made.journey, ...made.angles],
    playlists: makePlaylists(made),
  })
  writeDisc({ output, label: "OPENTRAY_BLURAY", files })
} finally {
  rmSync(work, { recursive: true, force: true })
}
