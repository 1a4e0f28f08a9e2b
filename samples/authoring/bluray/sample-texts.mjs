// The text subtitles of the sample Blu-ray's title 7, and their font.
import { toYuv } from "../picture/canvas.mjs"
import { makeTextClip } from "./clip.mjs"
import { strokeFont } from "./font.mjs"
import { textUnits } from "./text-subtitles.mjs"

const FONT = 0
const HD_LINES = 1080
const [GROUND, WHITE, AMBER] = [1, 2, 3]
const colour = (entry, rgb, opacity) => {
  const [y, cb, cr] = toYuv(rgb, HD_LINES).map(Math.round)
  return [entry, y, cr, cb, opacity]
}
const PALETTE = [colour(GROUND, [16, 22, 38], 150), colour(WHITE, [255, 255, 255], 255), colour(AMBER, [255, 196, 107], 255)]
/** Low in the middle for one line; taller for two, and further up. */
const LOW = { id: 0, region: { x: 460, y: 900, width: 1000, height: 90 }, box: { x: 20, y: 10, width: 960, height: 70 } }
const HIGH = { id: 1, region: { x: 360, y: 800, width: 1200, height: 170 }, box: { x: 20, y: 10, width: 1160, height: 150 } }
const STYLES = [LOW, HIGH].map((style) => ({ ...style, background: GROUND, font: FONT, size: 46, colour: WHITE, lineSpace: 62 }))

const plain = (text) => ({ style: LOW.id, parts: [text] })
const twoLines = (first, mark, rest) => ({
  style: HIGH.id,
  parts: [first, { newLine: true }, { colour: AMBER }, mark, { reset: true }, rest],
})
/** Seconds of the film, and what is said in each language. */
const SAID = {
  eng: [
    [0.5, 1.9, plain("Written, not drawn.")],
    [2.2, 4.2, twoLines("The player sets these", "letters", " from the disc's font.")],
  ],
  fra: [
    [0.5, 1.9, plain("Un texte, non des images.")],
    [2.2, 4.2, twoLines("Le lecteur compose ces", "lettres", " à partir du disque.")],
  ],
}

/** `{ clips, fonts }`: a clip for each language beside the film's clip that begins at `start` and ends at `end` (90 kHz). */
export function makeTexts({ start, end }) {
  const clips = Object.entries(SAID).map(([language, said], i) => {
    const dialogues = said.map(([from, to, region]) => ({ from: start + from * 90_000, to: start + to * 90_000, regions: [region] }))
    const units = textUnits({ styles: STYLES, palette: PALETTE, dialogues, at: start })
    return makeTextClip({ number: 70 + i, units, language, start, end, fonts: [FONT] })
  })
  return { clips, fonts: [strokeFont()] }
}
