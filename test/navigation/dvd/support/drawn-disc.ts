import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { authoredDvd, type Recipe } from "../../../disc/dvd/support/authored.ts"
import { IfoEditor } from "../../../disc/dvd/support/ifo-editor.ts"
import { clip, GRID, menuClip } from "./recipes.ts"

/** dvdauthor writes sequential chains only: the first title's playback mode is put in. */
const BASE: Recipe = {
  name: "drawn-base",
  clips: [menuClip("menu", GRID), clip("film", 6)],
  xml: `<dvdauthor dest="dvd" jumppad="no"><vmgm><fpc>{ jump title 1; }</fpc>
    <menus><pgc entry="title" pause="3"><vob file="menu.mpg"/><button name="1">{ jump title 1; }</button><button name="2">{ jump title 1; }</button>
      <button name="3">{ jump title 2; }</button><button name="4">{ jump title 1; }</button><post>{ jump title 1; }</post></pgc></menus></vmgm>
    <titleset><titles><pgc><vob file="film.mpg" chapters="0,1,2,3,4,5"/><post>{ g1 = g1 + 1; if (g1 gt 2) { g1 = 0; call vmgm menu 1; } jump title 1; }</post></pgc>
      <pgc><vob file="film.mpg" chapters="0,3"/><post>{ jump title 1; }</post></pgc></titles></titleset></dvdauthor>`,
}
/** pg_playback_mode of a chain. */
const PLAYBACK_MODE = 0xa3
const SHUFFLE = 0x80

/** A disc whose first title draws `count` + 1 of its six programs. */
export function writeDrawnDisc(folder: string, order: "random" | "shuffle", count: number): string {
  mkdirSync(folder, { recursive: true })
  cpSync(authoredDvd(BASE), folder, { recursive: true })
  const path = join(folder, "VIDEO_TS", "VTS_01_0.IFO")
  const ifo = new IfoEditor(new Uint8Array(readFileSync(path)))
  ifo.set8(ifo.chain(1) + PLAYBACK_MODE, (order === "shuffle" ? SHUFFLE : 0) | count)
  writeFileSync(path, ifo.bytes)
  return folder
}
