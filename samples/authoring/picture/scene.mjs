// The film of every sample: hills drifting by under a sky that changes with the chapters, paper lanterns rising, a clock.
// All of it follows from the frame number, so that any frame can be drawn alone and is the same each time.
import { Canvas, toYuv } from "./canvas.mjs"
import { drawFrameCode } from "./frame-code.mjs"
import { lettering } from "./lettering.mjs"

/** Times of day: sky from top to horizon, sun or moon, hills from far to near. */
export const SKIES = {
  dawn: { sky: ["#2b3a67", "#e8a87c"], sun: "#ffe0b0", hills: ["#b98a8c", "#7d6a86", "#4a4a6e", "#262c4a"] },
  day: { sky: ["#2f7fb8", "#cfe8ee"], sun: "#fff6d8", hills: ["#8fb8bd", "#5f9a92", "#377566", "#1d4a45"] },
  dusk: { sky: ["#3d1e4f", "#f0705a"], sun: "#ffd08a", hills: ["#b0506a", "#743a63", "#452650", "#22163a"] },
  night: { sky: ["#070b1f", "#2a4a74"], sun: "#dfe8ff", hills: ["#2c466c", "#1d3153", "#12203b", "#0a1226"] },
  aurora: { sky: ["#06141c", "#1d7a6b"], sun: "#d9fff0", hills: ["#1a5a5c", "#134348", "#0d2c34", "#071a22"] },
  ember: { sky: ["#1a0b12", "#a63d2f"], sun: "#ffb37a", hills: ["#6e2b30", "#4c2029", "#2e1520", "#170b14"] },
}
const INK = "#ffffff"
const LANTERN = "#ffc46b"
/** The picture is laid out on 1080 lines. */
const LAYOUT_LINES = 1080
const CHANGE_SECONDS = 1.5
const LAYERS = [
  { base: 640, height: 60, speed: 14, waves: [470, 1130] },
  { base: 735, height: 70, speed: 30, waves: [390, 870] },
  { base: 840, height: 62, speed: 62, waves: [330, 990] },
  { base: 965, height: 48, speed: 120, waves: [290, 700] },
]
const LANTERNS = 9
/** Height of a capital in a menu's lines. */
export const ENTRY_CAPITAL = 40
/** A bell each second: the dot beside the clock flashes with it and fades. README.md says how the sound follows. */
const BELL_FADE_PER_SECOND = 4

const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
const mix = (a, b, part) => a.map((value, i) => value + (b[i] - value) * part)
const smooth = (part) => part * part * (3 - 2 * part)
/** A fixed number in 0 to 1 for each `n`: the same on every machine. */
const scatter = (n) => {
  const x = Math.imul(n + 1, 0x9e3779b1) >>> 0
  return (Math.imul(x ^ (x >>> 15), 0x85ebca6b) >>> 0) / 2 ** 32
}

function disc(radius, squeeze, profile) {
  const height = Math.ceil(radius * 2)
  const width = Math.ceil(radius * 2 * squeeze)
  const coverage = new Uint8Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      coverage[y * width + x] = Math.round(255 * profile(Math.hypot((x + 0.5) / squeeze - radius, y + 0.5 - radius)))
  return { width, height, coverage }
}

/**
 * A film. `code`: `{ disc, title, angle }` of its frame code; `chapters`: `[{ start (seconds), sky (a key of SKIES), name }]`;
 * `heading`, `line`: the words on it; `entries`: `[{ text, x, y }]`, a menu's lines in place of chapter and clock. `draw(frame)` gives the canvas, which the next call draws over; `seconds` where a field is drawn
 * at another moment than its frame. `aspect`: the picture's display width by its height; narrower pictures show the layout's left.
 */
export function createScene({ width, height, frameRate, code, heading, line, chapters, entries, seed = 0, aspect = 16 / 9 }) {
  const canvas = new Canvas(width, height)
  const unit = height / LAYOUT_LINES
  const squeeze = width / (height * aspect)
  const words = new Map()
  const word = (text, capital, weight) => {
    const key = `${text}/${capital}/${weight}`
    if (!words.has(key)) words.set(key, lettering(text, { capital: capital * unit, weight, squeeze }))
    return words.get(key)
  }
  const sun = disc(92 * unit, squeeze, (d) => Math.min(1, Math.max(0, 90 * unit - d)))
  const glow = disc(250 * unit, squeeze, (d) => 0.45 * Math.max(0, 1 - d / (250 * unit)) ** 2)
  const lantern = disc(34 * unit, squeeze, (d) =>
    Math.max(Math.min(1, Math.max(0, 11 * unit - d)), 0.4 * Math.max(0, 1 - d / (34 * unit)) ** 2),
  )
  const dot = disc(15 * unit, squeeze, (d) => Math.min(1, Math.max(0, 14 * unit - d)))
  const ink = toYuv(rgb(INK), height)
  const lanternColour = toYuv(rgb(LANTERN), height)
  const put = (mask, x, y, colour, alpha) =>
    canvas.blend(mask, x * unit * squeeze - mask.width / 2, y * unit - mask.height / 2, colour, alpha)
  const write = (mask, x, baseline, alpha) => canvas.blend(mask, x * unit * squeeze, baseline * unit - mask.baseline, ink, alpha)

  const clock = (frame, chapter) => {
    write(word(`${chapters.indexOf(chapter) + 1}  ${chapter.name}`, 40, 0.095), 132, 476, 0.9)
    const whole = Math.floor(frame / frameRate + 1e-9)
    const bell = Math.exp(-BELL_FADE_PER_SECOND * (frame / frameRate - whole))
    write(word(`${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`, 52, 0.1), 132, 592, 1)
    put(dot, 330, 566, ink, 0.15 + 0.85 * bell)
  }

  return {
    canvas,
    draw(frame, seconds = frame / frameRate) {
      const { colours, chapter } = skyAt(chapters, seconds, height)
      drawSky(canvas, colours.sky)
      const progress = seconds / 60
      const sunX = 1570 + 110 * Math.sin(progress * 5 + seed)
      const sunY = 400 - 90 * Math.sin(progress * 4 + seed)
      put(glow, sunX, sunY, colours.sun, 1)
      put(sun, sunX, sunY, colours.sun, 1)
      LAYERS.forEach((layer, i) => {
        drawHills(canvas, layer, colours.hills[i], seconds, { unit, squeeze, seed: seed + i * 7 })
      })
      for (let i = 0; i < LANTERNS; i++) {
        const rise = (scatter(seed * 31 + i) * 1.3 + (seconds * (38 + 30 * scatter(i + 50))) / 1080) % 1.3
        put(
          lantern,
          760 + 1100 * scatter(seed * 3 + i * 5) + 24 * Math.sin(seconds * 0.9 + i),
          1130 - rise * 980,
          lanternColour,
          Math.min(1, (1.3 - rise) * 3),
        )
      }
      write(word(line, 26, 0.11), 132, 208, 0.8)
      write(word(heading, 96, 0.095), 128, 372, 1)
      if (entries) for (const { text, x, y } of entries) write(word(text, ENTRY_CAPITAL, 0.1), x, y, 0.95)
      else clock(frame, chapter)
      drawFrameCode(canvas, { ...code, frame })
      return canvas
    },
  }
}

function skyAt(chapters, seconds, height) {
  const index = chapters.findLastIndex((chapter) => chapter.start <= seconds + 1e-9)
  const chapter = chapters[Math.max(0, index)]
  const before = chapters[Math.max(0, index - 1)]
  const part = smooth(Math.min(1, Math.max(0, (seconds - chapter.start) / CHANGE_SECONDS)))
  const from = SKIES[before.sky]
  const to = SKIES[chapter.sky]
  const colour = (a, b) => toYuv(mix(rgb(a), rgb(b), part), height)
  return {
    chapter,
    colours: {
      sky: to.sky.map((value, i) => colour(from.sky[i], value)),
      sun: colour(from.sun, to.sun),
      hills: to.hills.map((value, i) => colour(from.hills[i], value)),
    },
  }
}

function drawSky(canvas, [top, horizon]) {
  const end = Math.round(canvas.height * 0.68)
  canvas.fillRows(0, end, (row) => mix(top, horizon, (row / end) ** 1.4))
}

/** One line of hills: from its skyline down, a little lighter towards the foot, as through haze. */
function drawHills(canvas, layer, colour, seconds, { unit, squeeze, seed }) {
  const { width, height, y, u, v } = canvas
  const [a, b] = layer.waves
  const skyline = Float32Array.from({ length: width }, (_, column) => {
    const x = column / (unit * squeeze) + seconds * layer.speed + seed * 613
    const wave = Math.sin((x * 2 * Math.PI) / a) * 0.4 + Math.sin((x * 2 * Math.PI) / b + seed) * 0.6
    return (layer.base - layer.height * wave) * unit
  })
  const first = Math.floor(skyline.reduce((low, at) => Math.min(low, at), height))
  const full = Math.min(height, Math.ceil(skyline.reduce((high, at) => Math.max(high, at), 0)) + 1)
  for (let row = first; row < full; row++) {
    for (let column = 0; column < width; column++) {
      const part = row + 1 - skyline[column]
      if (part <= 0) continue
      const cover = Math.min(part, 1)
      const at = row * width + column
      y[at] += Math.round((colour[0] - y[at]) * cover)
      if ((row | column) & 1) continue
      const chroma = (row >> 1) * (width >> 1) + (column >> 1)
      u[chroma] += Math.round((colour[1] - u[chroma]) * cover)
      v[chroma] += Math.round((colour[2] - v[chroma]) * cover)
    }
  }
  const haze = [colour[0] + 14, colour[1], colour[2]]
  const start = full + (full & 1)
  if (start > full) canvas.fillRows(full, start, () => colour)
  canvas.fillRows(start, height, (row) => mix(colour, haze, Math.min(1, (row - start) / (260 * unit))))
}
