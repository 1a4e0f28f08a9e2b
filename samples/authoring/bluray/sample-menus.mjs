// The menus of the sample Blu-ray, their sounds and the disc's program, from the descriptions in menus/.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { makeMenuClip } from "./clip.mjs"
import { discProgram } from "./disc-program.mjs"
import { FILM } from "./footage.mjs"
import { menuDisplaySet } from "./interactive-graphics.mjs"
import { readMenu } from "./menu-description.mjs"
import { soundEffects } from "./sound-effects.mjs"

const described = (name) => readFileSync(join(import.meta.dirname, "menus", name), "utf8")

/** Names in the menus, in the order of the sound file. */
const SOUNDS = {
  move: { seconds: 0.06, from: 740, to: 740, channels: 1 },
  press: { seconds: 0.22, from: 494, to: 988, channels: 2 },
  turn: { seconds: 0.3, from: 880, to: 440, channels: 2 },
}

/** When clips that hold only a menu begin (90 kHz), as on pressed discs. */
const MENU_START = 54_000_000

/**
 * `{ index, objects, sounds (bytes), menus: { top, angles } (makeMenuClip), popUp (menuDisplaySet) }`. `maxPart`: see `menuDisplaySet`.
 */
export function makeMenus({ maxPart } = {}) {
  const { index, objects, names } = discProgram(described("disc.program"), FILM)
  const sounds = new Map(Object.keys(SOUNDS).map((name, i) => [name, i]))
  const displaySet = (name, preloaded) => menuDisplaySet(readMenu(described(name)), { plane: FILM, sounds, names, preloaded, maxPart })
  const clip = (number, name) => makeMenuClip({ number, menu: displaySet(name, true), language: "eng", start: MENU_START })
  const menus = { top: clip(60, "top.menu"), angles: clip(61, "angles.menu") }
  return { index, objects, sounds: soundEffects(Object.values(SOUNDS)), menus, popUp: displaySet("pop-up.menu", false) }
}
