// The sample DVD's titles: what is drawn, played and said in each. `code`: the frame code's fields (README.md beside the samples).

export const DISC = 1
const RATE = 25
/**
 * AC-3 frames of 224 bytes: a pack holds nine of them less one byte, so that over a title of 36 s no frame's header lies across two packs. Where one
 * does, ffmpeg gives two frames the same time.
 */
export const WHOLE_HEADERS = "56k"

export const TITLE_1 = {
  code: { disc: DISC, title: 1, angle: 0 },
  seconds: 36,
  heading: "From dawn to dusk",
  line: "opentray sample DVD · title 1",
  seed: 1,
  chapters: [
    { start: 0, sky: "dawn", name: "Dawn" },
    { start: 8, sky: "day", name: "Midday" },
    { start: 18, sky: "dusk", name: "Dusk" },
    { start: 28, sky: "night", name: "Night" },
  ],
  sound: { codec: "ac3", bitrate: WHOLE_HEADERS, frequencies: [262, 330] },
}
export const TITLE_2 = {
  code: { disc: DISC, title: 2, angle: 0 },
  seconds: 12,
  heading: "Northern lights",
  line: "opentray sample DVD · title 2",
  seed: 5,
  chapters: [
    { start: 0, sky: "aurora", name: "Green" },
    { start: 6, sky: "ember", name: "Red" },
  ],
  sound: { codec: "mp2", bitrate: "64k", frequencies: [392, 494] },
}

/** `[start, end, English, French]` in seconds. */
export const WORDS_1 = [
  [1, 4, "The sun comes up behind the hills.", "Le soleil se lève derrière les collines."],
  [4.6, 7.6, "Paper lanterns rise, one by one.", "Des lanternes montent, une à une."],
  [9, 13, "By noon the sky is wide and clear.", "À midi, le ciel est grand et clair."],
  [14, 17, "Nothing here is in a hurry.", "Rien ici n'est pressé."],
  [19, 24, "Then evening: red, and then blue.", "Puis le soir : rouge, et puis bleu."],
  [29, 33.2, "Good night.", "Bonne nuit."],
]
export const WORDS_2 = [
  [1, 5, "A green light over the snow.", "Une lumière verte sur la neige."],
  [7, 11, "And a red one, now and then.", "Et une rouge, de temps en temps."],
]

/** A part of a title that begins `start` seconds into it. */
const part = (title, hz, { start, seconds, angle = 0, heading, sky, name, seed, chapter = 1, rate = "coarse" }) => ({
  code: { disc: DISC, title, angle },
  firstFrame: start * RATE,
  seconds,
  heading,
  line: `opentray sample DVD · title ${title}`,
  seed,
  // Chapters before this one only count: the clock shows the number.
  chapters: [...Array.from({ length: chapter - 1 }, () => ({ start: -2, sky, name: "" })), { start: -1, sky, name }],
  sound: { codec: "ac3", bitrate: WHOLE_HEADERS, frequencies: [hz] },
  rate,
})

const TITLE_3_HZ = 440
const angle = (number, heading, sky, seed) =>
  part(3, TITLE_3_HZ, { start: 2, seconds: 8, angle: number, heading, sky, name: "Three angles", seed, chapter: 2 })
/** An opening, one stretch of time seen from three angles, an ending. */
export const TITLE_3 = {
  opening: part(3, TITLE_3_HZ, { start: 0, seconds: 2, heading: "Three angles", sky: "night", name: "Before", seed: 11 }),
  angles: [angle(1, "From the valley", "day", 12), angle(2, "From the ridge", "dusk", 13), angle(3, "From the shore", "aurora", 14)],
  ending: part(3, TITLE_3_HZ, { start: 10, seconds: 2, heading: "Three angles", sky: "dawn", name: "After", seed: 15, chapter: 3 }),
}

const TITLE_4_HZ = 554
/** Two roads that part and meet: which one plays, a cell command decides. The frame code's angle names the road. */
export const TITLE_4 = {
  opening: part(4, TITLE_4_HZ, { start: 0, seconds: 2, heading: "Two roads", sky: "dawn", name: "They part", seed: 21 }),
  roads: [
    part(4, TITLE_4_HZ, { start: 2, seconds: 3, angle: 1, heading: "By day", sky: "day", name: "One of two", seed: 22, chapter: 2 }),
    part(4, TITLE_4_HZ, { start: 2, seconds: 3, angle: 2, heading: "By night", sky: "night", name: "One of two", seed: 23, chapter: 2 }),
  ],
  ending: part(4, TITLE_4_HZ, { start: 5, seconds: 2, heading: "Two roads", sky: "dusk", name: "They meet", seed: 24, chapter: 3 }),
}
