// Lettering drawn from strokes of one width, so that no font need be installed and every machine draws the same.
// A glyph is a path: M and L as in SVG, and A cx cy rx ry from to (degrees, anticlockwise when `to` is greater). Baseline at 0,
// small letters 5 high, capitals 7.

const BOWL = "A 2.4 2.5 2.4 2.5 0 360"
const GLYPHS = {
  A: "M0 0L2.7 7L5.4 0M.9 2.3L4.5 2.3",
  B: "M0 3.6L2.4 3.6A 2.4 5.3 1.7 1.7 -90 90L0 7L0 0L2.4 0A 2.4 1.8 1.9 1.8 -90 90",
  C: "A 3.4 3.5 3.4 3.5 47 313",
  D: "M0 0L0 7L2 7A 2 3.5 3.4 3.5 90 -90L0 0",
  E: "M3.8 7L0 7L0 0L3.8 0M0 3.6L3.4 3.6",
  F: "M3.8 7L0 7L0 0M0 3.6L3.2 3.6",
  G: "A 3.5 3.5 3.5 3.5 45 360L4 3.5",
  H: "M0 0L0 7M4.8 0L4.8 7M0 3.6L4.8 3.6",
  I: "M0 0L0 7",
  J: "M2.8 7L2.8 1.6A 1.4 1.6 1.4 1.6 0 -150",
  K: "M0 0L0 7M4 7L0 3M1.4 4.3L4.4 0",
  L: "M0 7L0 0L3.5 0",
  M: "M0 0L0 7L3.2 2L6.4 7L6.4 0",
  N: "M0 0L0 7L5 0L5 7",
  O: "A 3.5 3.5 3.5 3.5 0 360",
  P: "M0 0L0 7L2.4 7A 2.4 5.2 1.8 1.8 90 -90L0 3.4",
  Q: "A 3.5 3.5 3.5 3.5 0 360M4.3 2L6.4 -.2",
  R: "M0 0L0 7L2.4 7A 2.4 5.2 1.8 1.8 90 -90L0 3.4M2.2 3.4L4.3 0",
  S: "A 2 5.3 1.7 1.7 35 270A 2 1.8 1.9 1.8 90 -145",
  T: "M0 7L4.6 7M2.3 7L2.3 0",
  U: "M0 7L0 2.3A 2.3 2.3 2.3 2.3 180 360L4.6 7",
  V: "M0 7L2.5 0L5 7",
  W: "M0 7L1.8 0L3.7 7L5.6 0L7.4 7",
  X: "M0 0L4.6 7M0 7L4.6 0",
  Y: "M0 7L2.4 3.4L4.8 7M2.4 3.4L2.4 0",
  Z: "M0 7L4.4 7L0 0L4.4 0",
  a: `${BOWL}M4.8 5L4.8 0`,
  b: `${BOWL}M0 7.4L0 0`,
  c: "A 2.4 2.5 2.4 2.5 48 312",
  d: `${BOWL}M4.8 7.4L4.8 0`,
  e: "M0 2.6L4.8 2.6A 2.4 2.5 2.4 2.5 0 315",
  f: "M.9 0L.9 6A 2.2 6 1.3 1.4 180 75M0 4.9L2.4 4.9",
  g: `${BOWL}M4.8 5L4.8 0A 2.5 0 2.3 2.1 0 -150`,
  h: "M0 7.4L0 0M0 2.9A 2.1 2.9 2.1 2.1 180 0L4.2 0",
  i: "M0 5L0 0M0 6.9L0 6.95",
  j: "M1.2 5L1.2 -.9A 0 -.9 1.2 1.3 0 -80M1.2 6.9L1.2 6.95",
  k: "M0 7.4L0 0M3.4 5L0 1.9M1.2 3L3.7 0",
  l: "M0 7.4L0 0",
  m: "M0 5L0 0M0 3.2A 1.75 3.2 1.75 1.8 180 0L3.5 0M3.5 3.2A 5.25 3.2 1.75 1.8 180 0L7 0",
  n: "M0 5L0 0M0 2.9A 2.1 2.9 2.1 2.1 180 0L4.2 0",
  o: BOWL,
  p: `${BOWL}M0 5L0 -2.2`,
  q: `${BOWL}M4.8 5L4.8 -2.2`,
  r: "M0 5L0 0M0 3A 2 3 2 2 180 65",
  s: "A 1.5 3.7 1.35 1.3 30 270A 1.5 1.2 1.5 1.2 90 -145",
  t: "M1 6.6L1 0M0 4.9L2.3 4.9",
  u: "M0 5L0 2.1A 2.1 2.1 2.1 2.1 180 360L4.2 5M4.2 5L4.2 0",
  v: "M0 5L2 0L4 5",
  w: "M0 5L1.5 0L3 5L4.5 0L6 5",
  x: "M0 0L3.8 5M0 5L3.8 0",
  y: "M0 5L2.1 0M4.2 5L1.2 -2.1",
  z: "M0 5L3.6 5L0 0L3.6 0",
  ß: "M0 0L0 5.6A 1.8 5.6 1.8 1.8 180 -70L1.9 3.9A 2 2 2 2 90 -110",
  0: "A 2.2 3.5 2.2 3.5 0 360",
  1: "M.6 5.5L2.5 7L2.5 0",
  2: "A 2.2 4.9 2.1 2.1 170 -38L.1 0L4.4 0",
  3: "A 2.1 5.3 1.7 1.7 150 -90A 2.1 1.8 2.2 1.8 90 -155",
  4: "M3.4 0L3.4 7L0 1.9L4.4 1.9",
  5: "M4 7L.9 7L.5 3.9A 2.2 2.25 2.2 2.25 135 -150",
  6: "A 2.2 2.2 2.2 2.2 0 360M.2 3.2L2.9 7",
  7: "M0 7L4.4 7L1.5 0",
  8: "A 2.2 5.3 1.7 1.7 0 360M4.4 1.8A 2.2 1.8 2.2 1.8 0 360",
  9: "A 2.2 4.8 2.2 2.2 0 360M4.2 3.8L1.5 0",
  ".": "M.3 .05L.3 0",
  ":": "M.3 1L.3 1.05M.3 4L.3 4.05",
  ",": "M.5 .1L0 -1.2",
  "'": "M.3 7.2L.1 5.6",
  "-": "M0 2.7L2.4 2.7",
  "!": "M.3 7L.3 2M.3 .05L.3 0",
  "?": "A 1.8 5.2 1.8 1.8 170 -60L1.8 2M1.8 .05L1.8 0",
  "·": "M.4 3L.4 3.05",
  "/": "M0 -.5L3.2 7.5",
  "(": "A 4.2 3 4.2 4.8 130 230",
  ")": "A -2.4 3 4.2 4.8 50 -50",
  "+": "M0 2.9L4 2.9M2 4.9L2 .9",
}
/** Marks above (or below) a small letter, around its middle at x = 0. */
const ACCENTS = {
  "\u0301": "M-.3 6.1L.7 7.4",
  "\u0300": "M.3 6.1L-.7 7.4",
  "\u0302": "M-1.1 6.2L0 7.3L1.1 6.2",
  "\u0308": "M-1 6.7L-1 6.75M1 6.7L1 6.75",
  "\u0327": "M.1 0L.2 -.8A -.2 -1.4 .6 .6 60 -120",
}
export const SPACE = 2.6
const GAP = 1.5
const DIGIT_WIDTH = 4.4
const ARC_STEP_DEGREES = 6
const UNITS_PER_CAPITAL = 7
const DESCENT = 2.8
const ASCENT = 8

/** A path as straight pieces `[x0, y0, x1, y1]`. */
function pieces(path) {
  const result = []
  let at = null
  const to = (x, y) => {
    if (at !== null) result.push([...at, x, y])
    at = [x, y]
  }
  for (const [, op, rest] of path.matchAll(/([MLA])([^MLA]*)/g)) {
    const numbers = rest.trim().split(/\s+/).map(Number)
    if (op === "M") at = numbers
    else if (op === "L") to(...numbers)
    else {
      const [cx, cy, rx, ry, from, until] = numbers
      const steps = Math.ceil(Math.abs(until - from) / ARC_STEP_DEGREES)
      for (let i = 0; i <= steps; i++) {
        const angle = ((from + ((until - from) * i) / steps) * Math.PI) / 180
        to(cx + rx * Math.cos(angle), cy + ry * Math.sin(angle))
      }
    }
  }
  return result
}

/** `{ strokes: [[x0, y0, x1, y1], ...], advance }` of a character, in units of which capitals are 7 high. */
export function glyph(character) {
  const [base, ...marks] = character.normalize("NFD")
  const path = GLYPHS[base]
  if (path === undefined) throw new Error(`no glyph for "${character}"`)
  const strokes = pieces(path)
  const right = /\d/.test(base) ? DIGIT_WIDTH : Math.max(...strokes.flatMap(([a, , b]) => [a, b]))
  for (const mark of marks) for (const [a, b, c, d] of pieces(ACCENTS[mark])) strokes.push([a + right / 2, b, c + right / 2, d])
  return { strokes, advance: right + GAP }
}

/** The strokes of one line of text in glyph units, and its width. */
function layOut(text) {
  const strokes = []
  let x = 0
  for (const character of text.normalize("NFC")) {
    if (character === " ") {
      x += SPACE
      continue
    }
    const shape = glyph(character)
    for (const [a, b, c, d] of shape.strokes) strokes.push([a + x, b, c + x, d])
    x += shape.advance
  }
  return { strokes, width: x - GAP }
}

/**
 * One line of text as a mask. `capital`: height of a capital in lines of the picture; `weight`: stroke width as a part of it;
 * `squeeze`: pixels per line-height across (below 1 on a DVD's 16:9 picture). `baseline`: the mask's row of the baseline.
 */
export function lettering(text, { capital, weight = 0.1, squeeze = 1 }) {
  const unit = capital / UNITS_PER_CAPITAL
  const radius = (capital * weight) / 2
  const margin = Math.ceil(radius + 1)
  const { strokes, width: units } = layOut(text)
  const width = Math.ceil((units * unit + 2 * margin) * squeeze)
  const height = Math.ceil((ASCENT + DESCENT) * unit) + 2 * margin
  const baseline = Math.round(ASCENT * unit) + margin
  const coverage = new Uint8Array(width * height)
  for (const [ax, ay, bx, by] of strokes) {
    const x0 = ax * unit + margin
    const y0 = baseline - ay * unit
    const x1 = bx * unit + margin
    const y1 = baseline - by * unit
    drawStroke({ width, height, coverage }, [x0, y0, x1, y1], radius, squeeze)
  }
  return { width, height, baseline, coverage }
}

/** A round-ended stroke; a pixel's coverage is how far its middle lies inside, in lines. */
function drawStroke(mask, [x0, y0, x1, y1], radius, squeeze) {
  const reach = radius + 1
  const left = Math.max(0, Math.floor((Math.min(x0, x1) - reach) * squeeze))
  const right = Math.min(mask.width - 1, Math.ceil((Math.max(x0, x1) + reach) * squeeze))
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach))
  const bottom = Math.min(mask.height - 1, Math.ceil(Math.max(y0, y1) + reach))
  const dx = x1 - x0
  const dy = y1 - y0
  const length2 = dx * dx + dy * dy || 1
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = (column + 0.5) / squeeze - x0
      const py = row + 0.5 - y0
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / length2))
      const distance = Math.hypot(px - along * dx, py - along * dy)
      const inside = Math.round(255 * Math.min(1, Math.max(0, radius - distance + 0.5)))
      const at = row * mask.width + column
      if (inside > mask.coverage[at]) mask.coverage[at] = inside
    }
  }
}
