// The playlists of the sample Blu-ray. README.md beside make-bluray.mjs says what is on the disc.
import { CONNECTION, SUB_PATH } from "./playlist.mjs"
import { ANGLES, EXTRA, FIRST, GROUP } from "./sample-clips.mjs"

const item = (clip, from = 0, to = clip.frames, connection = CONNECTION.none) => ({
  clip: clip.number,
  inTime: clip.time45(from),
  outTime: clip.time45(to),
  connection,
  streams: clip.streams.filter(({ codec }) => codec !== "igs"),
})
const marks = (clip, chapters, number = 0) => chapters.map((chapter) => ({ item: number, time: clip.time45(chapter.frame) }))

/** `clips`: of `makeClips`; `menus`: of `makeMenus`; `texts`: of `makeTexts`. */
export function makePlaylists({ main, extra, journey, angles, fork, backdrop }, menus, texts) {
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
    // Title 1 has its menu in its own clip; where the clip is used besides, nobody is told of it.
    { number: 0, items: [{ ...item(main), streams: main.streams }], marks: marks(main, FIRST.chapters) },
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
    withMenu(
      { number: 4, items: [{ ...item(angles[0]), angles: [angles[1].number] }], marks: marks(angles[0], ANGLES[0].chapters) },
      menus.angles,
    ),
    { number: 800, items: shuffled, marks: shuffled.map(({ inTime }, i) => ({ item: i, time: inTime })) },
    ...forkPlaylists(fork, 0, 810, 1),
    ...forkPlaylists(fork, 1, 820, 2),
    textPlaylist(extra, texts),
    topMenuPlaylist(backdrop, menus.top),
  ]
}

/** Orders of three. Title 6's program knows which of the playlists made of them is the film. */
const FILM_ORDER = [0, 1, 2]
const OTHER_ORDERS = [
  [2, 1, 0],
  [1, 0, 2],
]

/** Playlists of the same three clips, as long as one another and with as many chapters; the one at `filmAt` is the film. */
function forkPlaylists({ begin, ways, end }, way, firstNumber, filmAt) {
  const clips = [begin, ways[way], end]
  return OTHER_ORDERS.toSpliced(filmAt, 0, FILM_ORDER).map((order, i) => ({
    number: firstNumber + i,
    items: order.map((at, place) => item(clips[at], 0, clips[at].frames, place === 0 ? CONNECTION.none : CONNECTION.seamless)),
    marks: order.map((at, place) => ({ item: place, time: clips[at].time45(0) })),
  }))
}

/** The short one with text in place of pictures of words, each language in a clip of its own. */
function textPlaylist(clip, texts) {
  const film = item(clip)
  const streams = texts.flatMap((text, subPath) => text.streams.map((stream) => ({ ...stream, subPath })))
  return {
    number: 840,
    items: [{ ...film, streams: [...film.streams.filter(({ codec }) => codec !== "pgs"), ...streams] }],
    subPaths: texts.map((text) => ({ type: SUB_PATH.text, clip: text, startsAt: film.inTime })),
    marks: marks(clip, EXTRA.chapters),
  }
}

/** A playlist over which a menu from a clip of its own runs, taken in before it begins. */
function withMenu(list, menu) {
  const streams = menu.streams.map((stream) => ({ ...stream, subPath: 0 }))
  return {
    ...list,
    items: list.items.map((each) => ({ ...each, streams: [...each.streams, ...streams] })),
    subPaths: [{ type: SUB_PATH.menu, clip: menu }],
  }
}

/** As often as it takes for some minutes without a break. */
const BACKDROP_TIMES = 60

function topMenuPlaylist(backdrop, menu) {
  const items = Array.from({ length: BACKDROP_TIMES }, (_, i) =>
    item(backdrop, 0, backdrop.frames, i === 0 ? CONNECTION.none : CONNECTION.seamless),
  )
  return withMenu({ number: 900, items, marks: [{ item: 0, time: backdrop.time45(0) }] }, menu)
}
