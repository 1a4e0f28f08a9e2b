// Makes the sample DVD: node samples/make-dvd.mjs [OUT.iso] (default samples/dvd.iso). README.md says what is on it.
// Programs: ffmpeg, spumux, dvdauthor, genisoimage.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { drawButtons, drawSubtitles, menuEntries } from "./authoring/dvd/overlays.mjs"
import { encodeTitle } from "./authoring/dvd/program-stream.mjs"
import { run } from "./authoring/programs.mjs"
import { setTimes } from "./authoring/set-times.mjs"

const DISC = 1
/**
 * AC-3 frames of 224 bytes: a pack holds nine of them less one byte, so that over a title of 36 s no frame's header lies across two packs. Where one
 * does, ffmpeg gives two frames the same time.
 */
const WHOLE_HEADERS = "56k"
const TITLE_1 = {
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
const TITLE_2 = {
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
const menu = (title, heading, line, sky, seed, entries, frequency) => ({
  code: { disc: DISC, title, angle: 0 },
  seconds: 2,
  heading,
  line,
  seed,
  entries,
  chapters: [{ start: 0, sky, name: "" }],
  sound: { codec: "ac3", bitrate: "64k", frequencies: [frequency] },
})

/** `[start, end, English, French]` in seconds. */
const WORDS_1 = [
  [1, 4, "The sun comes up behind the hills.", "Le soleil se lève derrière les collines."],
  [4.6, 7.6, "Paper lanterns rise, one by one.", "Des lanternes montent, une à une."],
  [9, 13, "By noon the sky is wide and clear.", "À midi, le ciel est grand et clair."],
  [14, 17, "Nothing here is in a hurry.", "Rien ici n'est pressé."],
  [19, 24, "Then evening: red, and then blue.", "Puis le soir : rouge, et puis bleu."],
  [29, 33.2, "Good night.", "Bonne nuit."],
]
const WORDS_2 = [
  [1, 5, "A green light over the snow.", "Une lumière verte sur la neige."],
  [7, 11, "And a red one, now and then.", "Et une rouge, de temps en temps."],
]
const LANGUAGES = ["en", "fr"]

const MAIN_MENU = menuEntries(["Play the film", "Northern lights", "Chapters and sound"])
const CHAPTER_MENU = menuEntries(["Dawn", "Midday", "Dusk", "Night"], ["English", "Français", "Main menu"])

const streams =
  LANGUAGES.map((language) => `<audio lang="${language}"/>`).join("") +
  LANGUAGES.map((language) => `<subpicture lang="${language}"/>`).join("")
const titles = (vob, chapters) => `<titles><video format="pal" aspect="16:9"/>${streams}
  <pgc><vob file="${vob}" chapters="${chapters}"/><post>{ call vmgm menu 1; }</post></pgc></titles>`
const menus = (entry, vob, actions) => `<menus lang="en"><video format="pal" aspect="16:9"/><audio lang="en"/><subpicture lang="en"/>
  <pgc entry="${entry}" pause="inf"><vob file="${vob}"/>
  ${actions.map((action, i) => `<button name="${i + 1}">{ ${action} }</button>`).join("\n  ")}
  </pgc></menus>`

function disc() {
  return `<dvdauthor dest="dvd" jumppad="yes">
<vmgm><fpc>{ jump vmgm menu 1; }</fpc>
${menus("title", "main-menu.vob", ["jump title 1;", "jump title 2;", "jump titleset 1 menu entry root;"])}</vmgm>
<titleset>
${menus("root", "chapter-menu.vob", [
  "jump title 1 chapter 1;",
  "jump title 1 chapter 2;",
  "jump title 1 chapter 3;",
  "jump title 1 chapter 4;",
  "audio = 0; subtitle = 0; jump title 1 chapter 1;",
  "audio = 1; subtitle = 1; jump title 1 chapter 1;",
  "jump vmgm menu 1;",
])}
${titles("title1.vob", "0,8,18,28")}</titleset>
<titleset>${titles("title2.vob", "0,6")}</titleset>
</dvdauthor>`
}

const output = resolve(process.argv[2] ?? join(import.meta.dirname, "dvd.iso"))
const work = mkdtempSync(join(tmpdir(), "opentray-dvd-"))
const at = (name) => join(work, name)
try {
  const main = menu(0, "opentray", "sample DVD", "dusk", 3, MAIN_MENU, 196)
  const chapterMenu = menu(61, "Chapters", "From dawn to dusk", "night", 4, CHAPTER_MENU, 220)
  for (const [name, film] of [
    ["title1", TITLE_1],
    ["title2", TITLE_2],
    ["main-menu", main],
    ["chapter-menu", chapterMenu],
  ])
    await encodeTitle({ film, work, output: at(`${name}.mpg`) })
  drawSubtitles({ words: WORDS_1, work, input: at("title1.mpg"), output: at("title1.vob") })
  drawSubtitles({ words: WORDS_2, work, input: at("title2.mpg"), output: at("title2.vob") })
  drawButtons({ entries: MAIN_MENU, work, input: at("main-menu.mpg"), output: at("main-menu.vob") })
  drawButtons({ entries: CHAPTER_MENU, work, input: at("chapter-menu.mpg"), output: at("chapter-menu.vob") })
  writeFileSync(at("dvd.xml"), disc())
  run("dvdauthor", ["-x", "dvd.xml"], { cwd: work, env: { VIDEO_FORMAT: "PAL" }, quiet: true })
  setTimes(at("dvd"))
  run("genisoimage", ["-quiet", "-dvd-video", "-udf", "-no-pad", "-V", "OPENTRAY_DVD", "-o", output, at("dvd")], { quiet: true })
  console.log(`${output}: ${statSync(output).size} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
