// The sample DVD's menus: their pictures, their lines, and the code by which a picture of each is known.
import { menuEntries, withHiddenEntry } from "./overlays.mjs"
import { DISC, WHOLE_HEADERS } from "./sample-titles.mjs"

/** The frame code's title of each menu picture; its angle says the language, 0 where there is one picture for all. README.md has the table. */
const CODE = {
  main: 0,
  intro: 58,
  extras: 59,
  setUp: 60,
  chapters1: 61,
  chapters2: 62,
  egg: 57,
  old: 56,
  angles: 55,
  roads: 54,
  question1: 51,
  question2: 52,
  question3: 53,
  right: 50,
  wrong: 49,
  allRight: 48,
  notAll: 47,
}
const LANGUAGE_NUMBER = { en: 1, fr: 2 }
export const MENU_LANGUAGES = Object.keys(LANGUAGE_NUMBER)
/** The sun of the main menu: behind it is what is not written on the menu. */
const SUN = { x: 1585, y: 386, radius: 124, below: 4 }
const LABEL_BASELINE = 474

/** A menu's film. `hz`: its sound, none: silent; `labels`: `[x, text]` over the columns. */
function menu(
  name,
  { language, seconds = 2, heading, line = "opentray sample DVD", sky, seed, hz, columns = [], labels = [], hidden, ...shape },
) {
  const plain = columns.length > 0 ? menuEntries(...columns) : []
  return {
    code: { disc: DISC, title: CODE[name], angle: language === undefined ? 0 : LANGUAGE_NUMBER[language] },
    seconds,
    heading,
    line,
    seed,
    entries: [...plain, ...labels.map(([x, text]) => ({ x, y: LABEL_BASELINE, text }))],
    buttons: hidden === undefined ? plain : withHiddenEntry(plain, hidden),
    chapters: [{ start: 0, sky, name: "" }],
    ...(hz === undefined ? {} : { sound: { codec: "ac3", bitrate: WHOLE_HEADERS, frequencies: [hz] } }),
    rate: "coarse",
    ...shape,
  }
}

const BY_LANGUAGE = {
  en: {
    sample: "opentray sample DVD",
    warning: ["Warning", "For four seconds no key does anything."],
    main: [
      ["Play the film", "Northern lights", "Chapters"],
      ["Sound and subtitles", "Extras"],
    ],
    extras: ["Extras", ["Three angles", "Two roads", "A quiz"], ["An old picture", "Main menu"]],
    egg: "You found it!",
    chapters: ["Chapters", ["Dawn", "Midday"], ["Dusk", "Night"]],
    pages: ["Next page", "Previous page", "Main menu"],
    setUp: ["Set-up", "Sound", "Subtitles", "Play the film", "Main menu", "None"],
  },
  fr: {
    sample: "DVD d'essai d'opentray",
    warning: ["Avertissement", "Quatre secondes sans aucune touche."],
    main: [
      ["Voir le film", "Aurores boréales", "Chapitres"],
      ["Son et sous-titres", "Suppléments"],
    ],
    extras: ["Suppléments", ["Trois angles", "Deux routes", "Un quiz"], ["Une vieille image", "Menu principal"]],
    egg: "Bien trouvé !",
    chapters: ["Chapitres", ["Aube", "Midi"], ["Crépuscule", "Nuit"]],
    pages: ["Page suivante", "Page précédente", "Menu principal"],
    setUp: ["Réglages", "Son", "Sous-titres", "Voir le film", "Menu principal", "Aucun"],
  },
}

/** The menus that speak one language: `{ intro, main, extras, egg, chapters1, chapters2, setUp }`. */
export function languageMenus(language) {
  const words = BY_LANGUAGE[language]
  const make = (name, options) => menu(name, { language, line: words.sample, ...options })
  const page = (name, own, turn, seed) =>
    make(name, { heading: words.chapters[0], sky: "night", seed, hz: 220, columns: [own, [turn, words.pages[2]]] })
  const [heading, sound, subtitles, play, back, none] = words.setUp
  return {
    intro: make("intro", {
      seconds: 4,
      heading: words.warning[0],
      sky: "night",
      seed: 31,
      hz: 147,
      labels: [[128, words.warning[1]]],
    }),
    main: make("main", { seconds: 5, heading: "opentray", sky: "dusk", seed: 3, hz: 196, columns: words.main, hidden: SUN }),
    extras: make("extras", { heading: words.extras[0], sky: "ember", seed: 32, hz: 208, columns: words.extras.slice(1) }),
    egg: make("egg", { seconds: 3, heading: words.egg, sky: "aurora", seed: 33, hz: 247, labels: [[128, "· · ·"]] }),
    chapters1: page("chapters1", words.chapters[1], words.pages[0], 4),
    chapters2: page("chapters2", words.chapters[2], words.pages[1], 34),
    setUp: make("setUp", {
      heading,
      sky: "dawn",
      seed: 35,
      hz: 233,
      labels: [
        [160, sound],
        [760, subtitles],
      ],
      columns: [
        ["English", "Français", play, back],
        ["English", "Français", none],
      ],
    }),
  }
}

const question = (name, heading, answers, seed) => menu(name, { heading, sky: "day", seed, hz: 156, columns: [answers] })
const answer = (name, heading, sky, seed, hz) => menu(name, { heading, sky, seed, hz, labels: [[128, "· · ·"]] })
const result = (name, heading, sky, seed, hz) => menu(name, { heading, sky, seed, hz, columns: [["Once more", "Main menu"]] })

/** The menus of title set 2 (4:3), 3 (silent stills) and 4, in English alone. */
export const OTHER_MENUS = {
  old: menu("old", {
    heading: "4:3",
    sky: "ember",
    seed: 36,
    hz: 185,
    aspect: 4 / 3,
    columns: [["Go on", "Northern lights", "Main menu"]],
  }),
  angles: menu("angles", {
    heading: "Angles",
    sky: "night",
    seed: 37,
    still: true,
    seconds: 0.4,
    columns: [["From the valley", "From the ridge", "From the shore"], ["Main menu"]],
  }),
  roads: menu("roads", { heading: "Two roads", sky: "dawn", seed: 38, hz: 165, columns: [["By day", "By night"], ["Main menu"]] }),
  question1: question("question1", "How many titles?", ["Three", "Four", "Five"], 41),
  question2: question("question2", "Which has angles?", ["Title 1", "Title 2", "Title 3"], 42),
  question3: question("question3", "How long is the intro?", ["Four seconds", "Ten seconds", "A minute"], 43),
  right: answer("right", "Right!", "aurora", 44, 622),
  wrong: answer("wrong", "Wrong", "ember", 45, 139),
  allRight: result("allRight", "All three!", "aurora", 46, 740),
  notAll: result("notAll", "Not all of them", "dusk", 47, 123),
}
