// The sample DVD's program as dvdauthor takes it. Registers: g0 the main menu's button; g1 the road of title 4; g2 the title begun last, 0 when it has
// ended; g3 right answers, g4 questions asked, g5 the one drawn; g6 which half of the set-up menu; g7 for passing use; g8 counts the quiz's seconds.
import { MENU_LANGUAGES } from "./sample-menus.mjs"

/** What dvdauthor's `button =` takes for button `n`. */
const button = (n) => n * 1024
const SUBTITLE_ON = 64
const QUESTIONS = 3
/** For all questions. Who takes longer has not won. */
const QUIZ_SECONDS = 60
/** Stands for 0 where `countSeconds` is to make a counter of the register. */
export const COUNTED = { register: 8, mark: 0x4321 }

const VIDEO = '<video format="pal" aspect="16:9"/>'
const SOUND = '<audio lang="en"/>'
const MAIN_MENU = "jump vmgm menu entry title;"
const vob = (file) => (file === undefined ? "" : `<vob file="${file}.vob"/>`)

function pgc({ entry, file, pre, buttons = [], post, hold = false }) {
  return `<pgc${entry ? ` entry="${entry}"` : ""}${hold ? ' pause="inf"' : ""}>${pre ? `<pre>{ ${pre} }</pre>` : ""}${vob(file)}
  ${buttons.map((action, i) => `<button name="${i + 1}">{ ${action} }</button>`).join("\n  ")}
  ${post ? `<post>{ ${post} }</post>` : ""}</pgc>`
}

/** Menus 1 (intro), 2 (main), 3 (extras), 4 (what the hidden button shows) of the video manager. */
const managerMenus = (language) => `<menus lang="${language}">${VIDEO}${SOUND}<subpicture lang="en"/>
  ${pgc({ file: `intro-${language}`, post: MAIN_MENU })}
  ${pgc({
    entry: "title",
    file: `main-${language}`,
    pre: "button = g0;",
    buttons: [
      "jump title 1;",
      "jump title 2;",
      "jump titleset 1 menu entry ptt;",
      "jump titleset 1 menu entry audio;",
      "jump menu 3;",
      "jump menu 4;",
    ].map((action, i) => `g0 = ${button(i + 1)}; ${action}`),
    post: "jump cell 1;",
  })}
  ${pgc({
    file: `extras-${language}`,
    hold: true,
    pre: `button = ${button(1)};`,
    buttons: [
      "angle = 1; jump title 3;",
      "jump titleset 4 menu entry root;",
      "jump titleset 4 menu 2;",
      "jump titleset 2 menu entry root;",
      "jump menu 2;",
    ],
  })}
  ${pgc({ file: `egg-${language}`, pre: `g0 = ${button(1)};`, post: "jump menu 2;" })}
  </menus>`

/** Title set 1's menus: 1 root, 2 and 3 the chapters' pages, 4 the set-up, 5 the way to its subtitles. */
const filmMenus = (language) => `<menus lang="${language}">${VIDEO}${SOUND}<subpicture lang="en"/>
  ${pgc({ entry: "root", pre: MAIN_MENU })}
  ${pgc({
    entry: "ptt",
    file: `chapters1-${language}`,
    hold: true,
    pre: `button = ${button(1)};`,
    buttons: ["jump title 1 chapter 1;", "jump title 1 chapter 2;", "jump menu 3;", MAIN_MENU],
  })}
  ${pgc({
    file: `chapters2-${language}`,
    hold: true,
    pre: `button = ${button(1)};`,
    buttons: ["jump title 1 chapter 3;", "jump title 1 chapter 4;", "jump menu 2;", MAIN_MENU],
  })}
  ${pgc({
    entry: "audio",
    file: `setUp-${language}`,
    hold: true,
    // The button of the stream that is chosen now, by whomever: the sound's (1, 2) or the subtitles' (5, 6, 7 for none).
    pre: `g7 = s1; if (g7 gt 1) { g7 = 0; }
      if (g6 eq 1) { g7 = 6; if (s2 eq ${SUBTITLE_ON}) { g7 = 4; } if (s2 eq ${SUBTITLE_ON + 1}) { g7 = 5; } }
      g6 = 0; g7 = g7 + 1; g7 = g7 * 1024; button = g7;`,
    buttons: [
      "audio = 0; jump menu 4;",
      "audio = 1; jump menu 4;",
      "jump title 1 chapter 1;",
      MAIN_MENU,
      `subtitle = ${SUBTITLE_ON}; g6 = 1; jump menu 4;`,
      `subtitle = ${SUBTITLE_ON + 1}; g6 = 1; jump menu 4;`,
      "subtitle = 0; g6 = 1; jump menu 4;",
    ],
  })}
  ${pgc({ entry: "subtitle", pre: "g6 = 1; jump menu 4;" })}
  </menus>`

/** In 4:3, where all else is 16:9. */
const oldMenu = `<menus lang="en"><video format="pal" aspect="4:3"/>${SOUND}<subpicture lang="en"/>
  ${pgc({
    entry: "root",
    file: "old",
    hold: true,
    pre: `button = ${button(1)};`,
    buttons: ["if (g2 ne 0) { resume; } jump title 1;", "jump title 1;", MAIN_MENU],
  })}</menus>`

/** One still picture without sound. From inside the title its angle changes where it plays. */
const angleMenu = `<menus lang="en">${VIDEO}<subpicture lang="en"/>
  ${pgc({
    entry: "root,angle",
    file: "angles",
    hold: true,
    pre: "g7 = s3; g7 = g7 * 1024; button = g7;",
    buttons: [...[1, 2, 3].map((angle) => `angle = ${angle}; if (g2 eq 3) { resume; } jump title 1;`), MAIN_MENU],
  })}</menus>`

const question = (file, right) =>
  pgc({
    file,
    hold: true,
    pre: `button = ${button(1)};`,
    buttons: [1, 2, 3].map((answer) => `jump menu ${answer === right ? 7 : 8};`),
  })
const result = (file) => pgc({ file, hold: true, pre: `button = ${button(1)};`, buttons: ["jump menu 2;", MAIN_MENU] })

/** Title set 4's menus: 1 the roads; the quiz: 2 its beginning, 3 a draw, 4 to 6 the questions, 7 right, 8 wrong, 9 all right, 10 not all. */
const roadMenus = `<menus lang="en">${VIDEO}${SOUND}<subpicture lang="en"/>
  ${pgc({
    entry: "root",
    file: "roads",
    hold: true,
    pre: "g7 = g1 * 1024; button = g7;",
    buttons: ["g1 = 1; jump title 1;", "g1 = 2; jump title 1;", MAIN_MENU],
  })}
  ${pgc({ pre: `g3 = 0; g4 = 0; g${COUNTED.register} = ${COUNTED.mark}; jump menu 3;` })}
  ${pgc({
    pre: `if (g4 eq ${QUESTIONS}) { if (g${COUNTED.register} gt ${QUIZ_SECONDS}) { jump menu 10; } if (g3 eq ${QUESTIONS}) { jump menu 9; } jump menu 10; }
      g4 = g4 + 1; g5 = random(${QUESTIONS}); if (g5 eq 1) { jump menu 4; } if (g5 eq 2) { jump menu 5; } jump menu 6;`,
  })}
  ${question("question1", 2)}
  ${question("question2", 3)}
  ${question("question3", 1)}
  ${pgc({ file: "right", pre: "g3 = g3 + 1;", post: "jump menu 3;" })}
  ${pgc({ file: "wrong", post: "jump menu 3;" })}
  ${result("allRight")}
  ${result("notAll")}
  </menus>`

const streams = (languages) =>
  languages.map((language) => `<audio lang="${language}"/>`).join("") +
  languages.map((language) => `<subpicture lang="${language}"/>`).join("")
/** A title: it says that it has begun, and leads to the main menu from its end. */
const title = (number, vobs) => `<pgc><pre>{ g2 = ${number}; }</pre>${vobs}<post>{ g2 = 0; call vmgm menu entry title; }</post></pgc>`
const chaptered = (number, chapters) =>
  `<titles>${VIDEO}${streams(MENU_LANGUAGES)}${title(number, `<vob file="title${number}.vob" chapters="${chapters}"/>`)}</titles>`

const angleTitle = `<titles>${VIDEO}${SOUND}${title(
  3,
  `<vob file="opening3.mpg" chapters="0"/><vob file="angle1.mpg" chapters="0"/><vob file="angle2.mpg"/><vob file="angle3.mpg"/>
   <vob file="ending3.mpg" chapters="0"/>`,
)}</titles>`

/** Cells 1 opening, 2 and 3 the roads, 4 ending. Title 4 started from outside its menu takes the road chosen last. */
const roadTitle = `<titles>${VIDEO}${SOUND}${title(
  4,
  `<vob file="opening4.mpg"><cell start="0" end="-1" chapter="1">if (g1 eq 2) jump cell 3;</cell></vob>
   <vob file="road1.mpg"><cell start="0" end="-1" chapter="1">jump cell 4;</cell></vob>
   <vob file="road2.mpg"><cell start="0" end="-1"/></vob>
   <vob file="ending4.mpg"><cell start="0" end="-1" chapter="1"/></vob>`,
)}</titles>`

/** The control file for dvdauthor, run in the folder of the streams. */
export function program() {
  return `<dvdauthor dest="dvd" jumppad="yes">
<vmgm><fpc>{ g0 = ${button(1)}; g1 = 1; g2 = 0; jump vmgm menu 1; }</fpc>
${MENU_LANGUAGES.map(managerMenus).join("\n")}</vmgm>
<titleset>${MENU_LANGUAGES.map(filmMenus).join("\n")}
${chaptered(1, "0,8,18,28")}</titleset>
<titleset>${oldMenu}
${chaptered(2, "0,6")}</titleset>
<titleset>${angleMenu}
${angleTitle}</titleset>
<titleset>${roadMenus}
${roadTitle}</titleset>
</dvdauthor>`
}
