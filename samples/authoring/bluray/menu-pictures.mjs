// Draws a menu's buttons: a plate with a line of text in each state, some states moving. Pictures are palette indices.
import { toYuv } from "../picture/canvas.mjs"
import { lettering } from "../picture/lettering.mjs"

export const STATES = ["normal", "selected", "activated"]
/** Steps from the plate's colour to the letters', so that edges are soft. */
const INK_STEPS = 4
/** Entries of one state: the ground and the steps to the ink, then the line. */
const PER_STATE = INK_STEPS + 2
const LINE_WIDTH = 4
const CORNER = 14
const MARGIN = 28
/** A light that runs along a selected button's lower edge takes this part of its width. */
const LIGHT_PART = 0.28
const HD_LINES = 1080

const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
const firstEntry = (state) => 1 + STATES.indexOf(state) * PER_STATE

/** `[[entry, Y, Cr, Cb, opacity], ...]` of a palette of the description; entry 0 and those beyond are see-through. */
export function paletteEntries({ colours }) {
  return Object.entries(colours).flatMap(([state, { ground, ink, line, opacity }]) => {
    const steps = Array.from({ length: INK_STEPS + 1 }, (_, i) => {
      const part = i / INK_STEPS
      const colour = rgb(ground).map((value, k) => value + (rgb(ink)[k] - value) * part)
      return [colour, opacity + (255 - opacity) * part]
    })
    return [...steps, [rgb(line), 255]].map(([colour, alpha], i) => {
      const [y, cb, cr] = toYuv(colour, HD_LINES).map(Math.round)
      return [firstEntry(state) + i, y, cr, cb, Math.round(alpha)]
    })
  })
}

/** Whether a pixel lies inside a rounded rectangle drawn in by `inset`. */
function inside(x, y, width, height, inset) {
  const radius = Math.max(0, CORNER - inset)
  const dx = Math.max(0, Math.abs(x + 0.5 - width / 2) - (width / 2 - inset - radius))
  const dy = Math.max(0, Math.abs(y + 0.5 - height / 2) - (height / 2 - inset - radius))
  return Math.hypot(dx, dy) <= radius
}

/** One picture: `label` on a plate of `size` in a state; `frame` of `frames` where the state moves. */
export function platePicture({ label, size: [width, height], capital, state, frame = 0, frames = 1 }) {
  const base = firstEntry(state)
  const line = base + INK_STEPS + 1
  const pixels = new Uint8Array(width * height)
  // A pressed button draws in its edge; a selected one's light goes from left to right.
  const inset = state === "activated" ? 3 * frame : 0
  const light = state === "selected" && frames > 1 ? Math.round((width * (1 - LIGHT_PART) * frame) / (frames - 1)) : null
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!inside(x, y, width, height, inset)) continue
      const lit = light !== null && y >= height - 2 * LINE_WIDTH && x >= light && x < light + width * LIGHT_PART
      pixels[y * width + x] = lit || !inside(x, y, width, height, inset + LINE_WIDTH) ? line : base
    }
  const mask = lettering(label, { capital, weight: 0.11 })
  if (mask.width + 2 * MARGIN > width) throw new Error(`"${label}" is ${mask.width} wide, too much for a plate of ${width}`)
  const top = Math.round((height + capital) / 2) - mask.baseline
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++) {
      const step = Math.round((mask.coverage[y * mask.width + x] / 255) * INK_STEPS)
      const row = top + y
      if (step > 0 && row >= 0 && row < height) pixels[row * width + MARGIN + x] = base + step
    }
  return { width, height, pixels }
}
