import { AC3_STEREO, type Clip, type Recipe } from "../../../disc/dvd/support/authored.ts"

type Button = { readonly name: string; readonly at: readonly [number, number]; readonly to: string; readonly auto?: boolean }

const clip = (name: string, seconds: number, changes: Partial<Clip> = {}): Clip => ({
  name,
  format: "pal",
  aspect: "4:3",
  seconds,
  audio: [AC3_STEREO],
  ...changes,
})

/** A clip with buttons of 100 x 40 pixels; `to` names the neighbours up, down, left, right. */
function menuClip(name: string, buttons: readonly Button[], seconds = 1, changes: Partial<Clip> = {}): Clip {
  const list = buttons.map(({ name: button, at: [x, y], to, auto }) => {
    const [up = "", down = "", left = "", right = ""] = to.split(" ")
    const place = `x0="${x}" y0="${y}" x1="${x + 100}" y1="${y + 40}" up="${up}" down="${down}" left="${left}" right="${right}"`
    return `<button name="${button}" ${place}/>${auto ? "" : ""}`
  })
  const pictures = 'force="yes" image="box.png" highlight="box.png" select="box.png"'
  const xml = `<spu start="00:00:00.00" end="00:00:0${seconds}.00" ${pictures}>${list.join("")}</spu>`
  return clip(name, seconds, { ...changes, subpictures: [{ stream: 0, start: "", end: "", xml }] })
}

const GRID: readonly Button[] = [
  { name: "1", at: [100, 100], to: "3 3 2 2" },
  { name: "2", at: [300, 100], to: "4 4 1 1" },
  { name: "3", at: [100, 300], to: "1 1 4 4" },
  { name: "4", at: [300, 300], to: "2 2 3 3" },
]
const buttons = (...commands: readonly string[]): string =>
  commands.map((command, index) => `<button name="${index + 1}">{ ${command} }</button>`).join("\n")

/** Registers: sums, products, division, remainders, bits, random numbers, exchange of menus; each press branches on what came out. */
const REGISTERS: Recipe = {
  name: "registers",
  clips: [menuClip("menu", GRID), clip("film", 4)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm>
    <fpc>{ g0 = 1; g1 = 65530; g2 = 3; g3 = random(100); jump vmgm menu 1; }</fpc>
    <menus><pgc entry="title" pause="inf"><pre>{ g4 = g4 + 1; if (g4 gt 3) { g4 = 0; button = 2048; } }</pre><vob file="menu.mpg"/>
      ${buttons(
        "g1 = g1 + g2; g2 = g2 * 5; g0 = g0 ^ g1; if ((g0 &amp; 1) ne 0) { jump title 1; } jump vmgm menu 2;",
        "g5 = random(3); if (g5 eq 1) { jump title 1; } if (g5 eq 2) { jump title 2; } jump title 3;",
        "g6 = g6 + 7; g7 = g6 % 5; g8 = g6 / 3; if (g7 ge g8) { jump vmgm menu 2; } else { jump vmgm menu 3; }",
        "g0 = (g0 + 3) | 8; g2 = g2 - 4; if (g2 lt 10 and g0 ne 11) { button = 1024; jump title 2; } button = 3072; jump vmgm menu 3;",
      )}</pgc>
      <pgc pause="2"><vob file="menu.mpg"/>${buttons("g9 = s8; jump vmgm menu 1;", "g9 = g9 + 1024; button = g9; jump vmgm menu 3;", "jump title 1;", "exit;")}
        <post>{ g10 = g10 + 1; if (g10 eq 4) { g10 = 0; jump vmgm menu 3; } jump vmgm menu 1; }</post></pgc>
      <pgc><pre>{ g11 = g11 + 1; if ((g11 % 3) eq 0) { jump vmgm menu 1; } }</pre><vob file="menu.mpg"/>
        ${buttons("jump vmgm menu 2;", "jump title 2;", "g4 = g4 &amp; 2; jump vmgm menu 1;", "jump vmgm menu 1;")}<post>{ jump cell 1; }</post></pgc>
    </menus></vmgm>
    <titleset><titles>
      <pgc><pre>{ g12 = s7; }</pre><vob file="film.mpg" chapters="0,1,2,3"/><post>{ g3 = g3 - 30; if (g3 gt 20) { jump chapter 3; } call vmgm menu 1; }</post></pgc>
      <pgc><vob file="film.mpg" chapters="0,2"/><post>{ if (g0 gt 20) { jump title 1; } call vmgm menu 2 resume 1; }</post></pgc>
      <pgc><vob file="film.mpg"/><post>{ call vmgm menu 3; }</post></pgc>
    </titles></titleset></dvdauthor>`,
}

/** Stills of cells and chains with and without an end, commands behind cells, links by program, cell and chapter. */
const STILLS: Recipe = {
  name: "stills",
  clips: [menuClip("menu", GRID), clip("film", 6)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm>
    <fpc>{ g1 = 0; jump title 1; }</fpc>
    <menus><pgc entry="title"><vob file="menu.mpg" pause="3"/>${buttons("jump title 1;", "jump title 2;", "jump program 1;", "button = 1024;")}<post>{ jump cell 1; }</post></pgc></menus></vmgm>
    <titleset><menus><pgc entry="root" pause="inf"><vob file="menu.mpg"/>${buttons("resume;", "audio = 0; subtitle = 64; resume;", "jump title 1 chapter 2;", "jump title 2;")}</pgc></menus>
    <titles>
      <pgc><vob file="film.mpg">
        <cell start="0" end="1" chapter="1" pause="2"/>
        <cell start="1" end="2" program="1">g1 = g1 + 1; </cell>
        <cell start="2" end="3" chapter="1" pause="1">if (g1 lt 3) jump prev cell; </cell>
        <cell start="3" end="4" program="1" pause="inf"/>
        <cell start="4" end="-1" chapter="1" pause="4">if (g1 eq 5) jump program 2;</cell>
      </vob><post>{ if (g1 ge 4) { g1 = 0; jump title 2; } jump program 1; }</post></pgc>
      <pgc><vob file="film.mpg"><cell start="0" end="2" chapter="1">jump next cell;</cell><cell start="2" end="4" chapter="1"/><cell start="4" end="-1" pause="1">jump pgc tail;</cell></vob>
        <post>{ call menu; }</post></pgc>
    </titles></titleset></dvdauthor>`,
}

/** Several title sets, menus in each, languages, calls with resume cells, audio and sub-picture choices, wide pictures. */
const SETS: Recipe = {
  name: "sets",
  clips: [
    menuClip("menu", GRID),
    menuClip("wide", GRID.slice(0, 2), 1, { aspect: "16:9" }),
    clip("film", 3, {
      aspect: "16:9",
      audio: [AC3_STEREO, AC3_STEREO, AC3_STEREO],
      subpictures: [{ stream: 0, start: "00:00:00.20", end: "00:00:01.20" }],
    }),
    clip("short", 2),
  ],
  xml: `<dvdauthor dest="dvd" jumppad="yes"><vmgm>
    <fpc>{ if (s0 eq 25966) { jump vmgm menu entry title; } jump titleset 1 menu; }</fpc>
    <menus lang="en"><pgc entry="title" pause="inf"><vob file="menu.mpg"/>${buttons("jump title 1;", "jump title 2 chapter 2;", "jump titleset 1 menu;", "jump titleset 2 menu entry audio;")}</pgc></menus>
    <menus lang="fr"><pgc entry="title"><vob file="menu.mpg"/>${buttons("jump title 2;", "jump title 3;", "jump titleset 2 menu;", "exit;")}<post>{ jump pgc top; }</post></pgc></menus></vmgm>
    <titleset>
      <menus lang="en"><video aspect="16:9"/>
        <pgc entry="root" pause="inf"><vob file="wide.mpg"/>${buttons("jump title 1;", "jump vmgm menu;")}</pgc>
        <pgc entry="audio" pause="inf"><vob file="wide.mpg"/>${buttons("audio = 1; resume;", "audio = 2; subtitle = 64; resume;")}</pgc>
        <pgc entry="subtitle" pause="inf"><vob file="wide.mpg"/>${buttons("subtitle = 0; resume;", "subtitle = 64; resume;")}</pgc>
        <pgc entry="ptt" pause="inf"><vob file="wide.mpg"/>${buttons("jump title 1 chapter 2;", "jump title 1 chapter 3;")}</pgc></menus>
      <titles><video aspect="16:9"/><audio lang="en"/><audio lang="fr"/><audio lang="de"/><subpicture lang="en"><stream id="0" mode="widescreen"/><stream id="0" mode="letterbox"/></subpicture>
        <pgc><vob file="film.mpg" chapters="0,1,2"/><post>{ call menu entry root resume 2; }</post></pgc></titles></titleset>
    <titleset>
      <menus lang="fr"><pgc entry="root"><vob file="menu.mpg"/>${buttons("resume;", "jump title 1;", "jump title 2;", "jump vmgm menu;")}<post>{ jump pgc top; }</post></pgc></menus>
      <menus lang="en"><pgc entry="root,audio" pause="5"><vob file="menu.mpg"/>${buttons("resume;", "jump title 2;", "jump title 1 chapter 2;", "jump vmgm menu;")}<post>{ resume; }</post></pgc></menus>
      <titles><pgc><vob file="short.mpg" chapters="0,1"/><post>{ jump title 2; }</post></pgc>
        <pgc><vob file="short.mpg"/><vob file="short.mpg" chapters="0"/><post>{ call vmgm menu; }</post></pgc></titles></titleset></dvdauthor>`,
}

/** A title of several chains, linked forward and back. */
const CHAIN_LINKS: Recipe = {
  name: "chain-links",
  clips: [menuClip("menu", GRID), clip("film", 2)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump title 1; }</fpc>
    <menus><pgc entry="title"><vob file="menu.mpg"/>${buttons("jump title 1;", "jump title 2;", "jump pgc 2;", "jump pgc tail;")}<post>{ jump pgc 2; }</post></pgc>
      <pgc><vob file="menu.mpg"/>${buttons("jump pgc 1;", "jump prev cell;", "jump next program;", "jump pgc top;")}<post>{ jump pgc 1; }</post></pgc></menus></vmgm>
    <titleset><titles>
      <pgc><vob file="film.mpg" chapters="0,1"/><post>{ g1 = g1 + 1; if (g1 lt 3) { jump pgc 2; } jump pgc 3; }</post></pgc>
      <pgc entry="notitle"><vob file="film.mpg" chapters="0,1"/><post>{ jump pgc 1; }</post></pgc>
      <pgc><vob file="film.mpg"/><post>{ g1 = 0; jump title 3; }</post></pgc>
      <pgc><vob file="film.mpg" chapters="0,1"/><post>{ call vmgm menu; }</post></pgc>
    </titles></titleset></dvdauthor>`,
}

/** A menu of three buttons, two title sets. */
const PLAIN: Recipe = {
  name: "plain",
  clips: [
    menuClip(
      "menu",
      [
        { name: "1", at: [100, 100], to: "3 2 1 1" },
        { name: "2", at: [100, 200], to: "1 3 2 2" },
        { name: "3", at: [100, 300], to: "2 1 3 3" },
      ],
      2,
      { aspect: "16:9" },
    ),
    clip("film", 8),
    clip("short", 2),
  ],
  xml: `<dvdauthor dest="dvd" jumppad="yes"><vmgm><fpc>{ jump vmgm menu 1; }</fpc>
    <menus><video aspect="16:9"/><pgc entry="title" pause="inf"><vob file="menu.mpg"/>${buttons("jump title 1;", "jump title 2;", "jump titleset 1 menu entry root;")}</pgc></menus></vmgm>
    <titleset><menus><video aspect="16:9"/><pgc entry="root" pause="inf"><vob file="menu.mpg"/>${buttons("resume;", "jump title 1 chapter 3;", "jump vmgm menu 1;")}</pgc></menus>
      <titles><pgc><vob file="film.mpg" chapters="0,2,4,6"/><post>{ call vmgm menu 1; }</post></pgc></titles></titleset>
    <titleset><titles><pgc><vob file="short.mpg" chapters="0,1"/><post>{ call vmgm menu 1; }</post></pgc></titles></titleset></dvdauthor>`,
}

/** What a menu does behind its last picture depends on the button that is selected. */
const DEPENDS: Recipe = {
  name: "depends",
  clips: [menuClip("menu", GRID, 2), clip("film", 2)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump vmgm menu 1; }</fpc><menus>
    <pgc entry="title"><vob file="menu.mpg"/><button name="1">{ jump title 1; }</button><button name="2">{ jump title 1; }</button>
      <button name="3">{ jump title 1; }</button><button name="4">{ jump title 1; }</button>
      <post>{ if (button eq 2048) { jump vmgm menu 2; } jump cell 1; }</post></pgc>
    <pgc pause="inf"><vob file="menu.mpg"/><button name="1">{ jump title 1; }</button><button name="2">{ jump title 1; }</button>
      <button name="3">{ jump title 1; }</button><button name="4">{ jump vmgm menu 1; }</button></pgc></menus></vmgm>
    <titleset><titles><pgc><vob file="film.mpg"/></pgc></titles></titleset></dvdauthor>`,
}

export const RECIPES: readonly Recipe[] = [PLAIN, REGISTERS, STILLS, SETS, CHAIN_LINKS, DEPENDS]
export { clip, DEPENDS, GRID, menuClip, PLAIN, SETS, STILLS }
