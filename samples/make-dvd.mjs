// Makes the sample DVD: node samples/make-dvd.mjs [OUT.iso] (default samples/dvd.iso). README.md says what is on it.
// Programs: ffmpeg, spumux, dvdauthor, genisoimage.
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { interleaveAngles } from "./authoring/dvd/angles.mjs"
import { countSeconds } from "./authoring/dvd/count-seconds.mjs"
import { drawButtons, drawSubtitles } from "./authoring/dvd/overlays.mjs"
import { encodeTitle } from "./authoring/dvd/program-stream.mjs"
import { prohibitOperations } from "./authoring/dvd/prohibit.mjs"
import { languageMenus, MENU_LANGUAGES, OTHER_MENUS } from "./authoring/dvd/sample-menus.mjs"
import { COUNTED, program } from "./authoring/dvd/sample-program.mjs"
import { TITLE_1, TITLE_2, TITLE_3, TITLE_4, WORDS_1, WORDS_2 } from "./authoring/dvd/sample-titles.mjs"
import { run } from "./authoring/programs.mjs"
import { setTimes } from "./authoring/set-times.mjs"

const output = resolve(process.argv[2] ?? join(import.meta.dirname, "dvd.iso"))
const work = mkdtempSync(join(tmpdir(), "opentray-dvd-"))
const at = (name) => join(work, name)

const PARTS = {
  opening3: TITLE_3.opening,
  ...Object.fromEntries(TITLE_3.angles.map((film, i) => [`angle${i + 1}`, film])),
  ending3: TITLE_3.ending,
  opening4: TITLE_4.opening,
  ...Object.fromEntries(TITLE_4.roads.map((film, i) => [`road${i + 1}`, film])),
  ending4: TITLE_4.ending,
}
const MENUS = {
  ...Object.fromEntries(
    MENU_LANGUAGES.flatMap((language) => Object.entries(languageMenus(language)).map(([name, film]) => [`${name}-${language}`, film])),
  ),
  ...OTHER_MENUS,
}

async function makeStreams() {
  for (const [name, film, words] of [
    ["title1", TITLE_1, WORDS_1],
    ["title2", TITLE_2, WORDS_2],
  ]) {
    await encodeTitle({ film, work, output: at(`${name}.mpg`) })
    drawSubtitles({ words, work, input: at(`${name}.mpg`), output: at(`${name}.vob`) })
  }
  for (const [name, film] of Object.entries(PARTS)) await encodeTitle({ film, work, output: at(`${name}.mpg`) })
  for (const [name, film] of Object.entries(MENUS)) {
    await encodeTitle({ film, work, output: at(`${name}.mpg`) })
    if (film.buttons.length > 0) drawButtons({ entries: film.buttons, film, work, input: at(`${name}.mpg`), output: at(`${name}.vob`) })
    else renameSync(at(`${name}.mpg`), at(`${name}.vob`))
  }
}

try {
  await makeStreams()
  writeFileSync(at("dvd.xml"), program())
  run("dvdauthor", ["-x", "dvd.xml"], { cwd: work, env: { VIDEO_FORMAT: "PAL" }, quiet: true })
  // By the numbers that the program has: menu 1 is the intro, cells 2 to 4 are title 3's angles.
  prohibitOperations({ folder: at("dvd/VIDEO_TS"), number: 1 })
  countSeconds({ folder: at("dvd/VIDEO_TS"), titleSet: 4, ...COUNTED })
  interleaveAngles({ folder: at("dvd/VIDEO_TS"), titleSet: 3, title: 3, cells: TITLE_3.angles.map((_, i) => i + 2) })
  setTimes(at("dvd"))
  run("genisoimage", ["-quiet", "-dvd-video", "-udf", "-no-pad", "-V", "OPENTRAY_DVD", "-o", output, at("dvd")], { quiet: true })
  console.log(`${output}: ${statSync(output).size} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
