// Sub-pictures of a DVD, drawn here and put into the stream by spumux: words under the film, frames around a menu's lines.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { lettering } from "../picture/lettering.mjs"
import { frameMask, Stencil } from "../picture/png.mjs"
import { ENTRY_CAPITAL } from "../picture/scene.mjs"
import { run } from "../programs.mjs"

const WIDTH = 720
const HEIGHT = 576
/** Pixels per line-height across: 720 pixels stand for 1024. */
const SQUEEZE = WIDTH / 1024
const LINES = HEIGHT / 1080
const CAPITAL = 22
const BASELINE = 520

const time = (seconds) => `00:00:${seconds.toFixed(2).padStart(5, "0")}`

function spumux(stream, xml, { work, input, output }) {
  const path = join(work, `${stream}.xml`)
  writeFileSync(path, xml)
  writeFileSync(
    output,
    run("spumux", ["-m", "dvd", "-s", String(stream), path], {
      input: readFileSync(input),
      cwd: work,
      env: { VIDEO_FORMAT: "PAL" },
      quiet: true,
    }),
  )
}

/** White words with a dark outline and a grey edge between them: three colours and the ground. */
function subtitle(text) {
  const picture = new Stencil(WIDTH, HEIGHT)
  const face = lettering(text, { capital: CAPITAL, weight: 0.14, squeeze: SQUEEZE })
  const outline = lettering(text, { capital: CAPITAL, weight: 0.42, squeeze: SQUEEZE })
  const place = (mask) => [(WIDTH - mask.width) / 2, BASELINE - mask.baseline]
  picture.paint(outline, ...place(outline), "#101018")
  picture.paint(face, ...place(face), "#9a9aa4", 255, 60)
  picture.paint(face, ...place(face), "#ffffff", 255, 150)
  return picture.png()
}

/** Puts words (`[start, end, first language, second language, ...]`) into a program stream, one sub-picture stream a language. */
export function drawSubtitles({ words, work, input, output }) {
  const languages = words[0].length - 2
  let from = input
  for (let stream = 0; stream < languages; stream++) {
    const units = words.map(([start, end, ...texts], i) => {
      const image = join(work, `words-${stream}-${i}.png`)
      writeFileSync(image, subtitle(texts[stream]))
      return `<spu start="${time(start)}" end="${time(end)}" image="${image}"/>`
    })
    const to = stream === languages - 1 ? output : `${output}.${stream}`
    spumux(stream, `<subpictures><stream>${units.join("\n")}</stream></subpictures>`, { work, input: from, output: to })
    from = to
  }
}

const ROW = 104
const FIRST_ROW = 560
const LEFT = 160
const RIGHT = 760
const PADDING = [34, 24]

/** The lines of a menu in one or two columns, in the picture's 1080-line layout, with the neighbours of each. */
export function menuEntries(...columns) {
  const entries = columns.flatMap((texts, column) =>
    texts.map((text, row) => ({ text, column, row, x: column === 0 ? LEFT : RIGHT, y: FIRST_ROW + row * ROW })),
  )
  const number = (column, row) => {
    const same = entries.filter((entry) => entry.column === column)
    return entries.indexOf(same[Math.min(row, same.length - 1)]) + 1
  }
  return entries.map((entry) => {
    const last = columns[entry.column].length - 1
    const aside = columns.length > 1 ? 1 - entry.column : entry.column
    return {
      ...entry,
      up: number(entry.column, entry.row === 0 ? last : entry.row - 1),
      down: number(entry.column, entry.row === last ? 0 : entry.row + 1),
      aside: number(aside, entry.row),
    }
  })
}

/**
 * A menu's entries and one more, a ring of `radius` around `x`, `y` that shows nothing until it is selected. Up from entry `below` leads to it,
 * down from it back.
 */
export function withHiddenEntry(entries, { x, y, radius, below }) {
  const hidden = { ring: radius, x, y, up: entries[below - 1].up, down: below, aside: below }
  return [...entries.map((entry, i) => (i === below - 1 ? { ...entry, up: entries.length + 1 } : entry)), hidden]
}

const even = (value) => Math.round(value / 2) * 2

/** A button's box in the picture's pixels, `squeeze` of them a line-height. Rows and columns are even: a sub-picture's fields alternate. */
function box({ text, ring, x, y }, squeeze) {
  const unit = LINES
  if (ring !== undefined) {
    const [left, right] = [x - ring, x + ring].map((at) => even(at * unit * squeeze))
    return { left, right, top: even((y - ring) * unit), bottom: even((y + ring) * unit) }
  }
  const { width } = lettering(text, { capital: ENTRY_CAPITAL * unit, weight: 0.1, squeeze })
  const left = even((x - PADDING[0]) * unit * squeeze)
  const top = even((y - ENTRY_CAPITAL - PADDING[1]) * unit)
  return { left, top, right: even(left + width + 2 * PADDING[0] * unit * squeeze), bottom: even((y + PADDING[1]) * unit) }
}

const CORNER = 18
/** Where buttons go on after the menu's own length: it may be held on its last picture. */
const HELD_SECONDS = 1.96

/**
 * Puts the buttons of a menu into its program stream: a faint frame around each (none around a hidden one), amber where selected, white where
 * pressed. `film`: the menu's, for its length and shape.
 */
export function drawButtons({ entries, film, work, input, output }) {
  const squeeze = WIDTH / (HEIGHT * (film.aspect ?? 16 / 9))
  const picture = (name, colour, opacity, shown) => {
    const stencil = new Stencil(WIDTH, HEIGHT)
    for (const entry of entries.filter(shown)) {
      const { left, top, right, bottom } = box(entry, squeeze)
      const corner = entry.ring === undefined ? CORNER : (bottom - top) / 2
      stencil.paint(frameMask(right - left, bottom - top, 4, corner, squeeze), left, top, colour, opacity)
    }
    const path = join(work, `${name}.png`)
    writeFileSync(path, stencil.png())
    return path
  }
  const all = () => true
  const images = `image="${picture("image", "#ffffff", 51, ({ ring }) => ring === undefined)}" highlight="${picture("highlight", "#ffc46b", 255, all)}" select="${picture("select", "#ffffff", 255, all)}"`
  const buttons = entries.map((entry, i) => {
    const { left, top, right, bottom } = box(entry, squeeze)
    return `<button name="${i + 1}" x0="${left}" y0="${top}" x1="${right}" y1="${bottom}" up="${entry.up}" down="${entry.down}" left="${entry.aside}" right="${entry.aside}"/>`
  })
  const end = time(film.seconds + HELD_SECONDS)
  const xml = `<subpictures><stream><spu start="00:00:00.00" end="${end}" force="yes" ${images}>${buttons.join("\n")}</spu></stream></subpictures>`
  spumux(0, xml, { work, input, output })
}
