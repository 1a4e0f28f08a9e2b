// A menu's page of 1920 by 1080 with 40 animated buttons: what a picture of it costs, from the clock's step to bitmaps, and to the plane's pixels.
import { performance } from "node:perf_hooks"
import { Warnings } from "../dist/base/index.js"
import { IgDecoder, nextMenuChange, openMenu, renderMenu, runMenu } from "../dist/graphics/index.js"

const BUTTONS = 40
const PICTURES = 10
const [WIDTH, HEIGHT] = [300, 120]
const FRAMES = 500

const u16 = (value) => [value >> 8, value & 0xff]
const u24 = (value) => [value >> 16, ...u16(value & 0xffff)]
const segment = (type, content) => Uint8Array.from([type, ...u16(content.length), ...content])
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const worst = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]

/** Runs of one to eight pixels: as drawn letters with soft edges have. */
function object(id) {
  const code = []
  let chance = id + 1
  for (let line = 0; line < HEIGHT; line++) {
    for (let x = 0; x < WIDTH; ) {
      chance = (Math.imul(chance, 1103515245) + 12345) >>> 0
      const run = Math.min(WIDTH - x, 1 + ((chance >>> 16) & 7))
      const colour = 1 + ((chance >>> 20) % 200)
      if (run < 3) code.push(...Array(run).fill(colour))
      else code.push(0, 0x80 | run, colour)
      x += run
    }
    code.push(0, 0)
  }
  return segment(0x15, [...u16(id), 0, 0xc0, ...u24(code.length + 4), ...u16(WIDTH), ...u16(HEIGHT), ...code])
}

function button(id) {
  const first = id * PICTURES
  const pictures = [...u16(first), ...u16(first + PICTURES - 1)]
  const place = [...u16((id % 6) * 310), ...u16(Math.floor(id / 6) * 130)]
  const around = [id, id, id, id].flatMap(u16)
  return [
    ...u16(id),
    1,
    ...u16(id),
    ...u16(0xffff),
    0,
    ...place,
    ...around,
    ...pictures,
    0x80,
    0xff,
    ...pictures,
    0x80,
    0xff,
    ...pictures,
    0,
    0,
  ]
}

/** The segments of the menu. */
export function menu() {
  const page = [0, 0, ...Array(8).fill(0), 0, 0, 0, 0, 1, ...u16(0), ...u16(0xffff), 0, BUTTONS]
  const data = [0, ...Array(10).fill(0), ...u24(0), 1, ...page, ...Array.from({ length: BUTTONS }, (_, id) => button(id)).flat()]
  const composition = segment(0x18, [...u16(1920), ...u16(1080), 0x10, 0, 0, 0x80, 0xc0, ...u24(data.length), ...data])
  const colours = Array.from({ length: 255 }, (_, index) => [index, index, 128, 128, 255]).flat()
  const objects = Array.from({ length: BUTTONS * PICTURES }, (_, id) => object(id))
  return [composition, segment(0x14, [0, 0, ...colours]), ...objects, segment(0x80, [])]
}

/** The plane's pixels, as a canvas or an encoder takes them. */
function draw(picture, plane) {
  for (const { x, y, width, height, indices, palette } of picture.bitmaps) {
    const colours = new Uint32Array(palette.buffer, palette.byteOffset, 256)
    for (let line = 0; line < height; line++) {
      const to = (y + line) * picture.planeWidth + x
      for (let column = 0; column < width; column++) plane[to + column] = colours[indices[line * width + column]]
    }
  }
}

export async function run() {
  const segments = menu()
  const started = performance.now()
  const decoder = new IgDecoder(new Warnings({ strict: true }))
  const [graphics] = segments.flatMap((bytes) => [...decoder.push(bytes, 0)])
  const read = performance.now() - started
  const plane = new Uint32Array(1920 * 1080)
  let { state } = openMenu({ graphics }, 0)
  const first = performance.now()
  renderMenu(graphics, state)
  const cold = performance.now() - first
  const bitmaps = []
  const pixels = []
  for (let frame = 0; frame < FRAMES; frame++) {
    const at = nextMenuChange({ graphics }, state)
    const begun = performance.now()
    state = runMenu({ graphics }, state, at, { type: "advance" }).state
    const picture = renderMenu(graphics, state)
    const made = performance.now()
    draw(picture, plane)
    bitmaps.push(made - begun)
    pixels.push(performance.now() - begun)
  }
  const before = process.cpuUsage()
  for (let frame = 0; frame < FRAMES; frame++) {
    state = runMenu({ graphics }, state, nextMenuChange({ graphics }, state), { type: "advance" }).state
    draw(renderMenu(graphics, state), plane)
  }
  const { user, system } = process.cpuUsage(before)
  // The first round of each picture decodes it.
  const known = bitmaps.slice(PICTURES)
  console.log(`menu: 1920 x 1080, ${BUTTONS} animated buttons of ${WIDTH} x ${HEIGHT} (goal: less than 4 ms a picture)`)
  console.log(
    `  ${segments.length} segments read in ${read.toFixed(1)} ms; a page's ${BUTTONS} objects decoded in ${cold.toFixed(1)} ms, once`,
  )
  console.log(
    `  step and bitmaps: median ${median(known).toFixed(3)} ms, 99 of 100 below ${worst(known).toFixed(2)} ms, while decoding ${median(bitmaps.slice(0, PICTURES - 1)).toFixed(1)} ms`,
  )
  console.log(`  with the plane's pixels: median ${median(pixels).toFixed(2)} ms, 99 of 100 below ${worst(pixels).toFixed(2)} ms`)
  console.log(`  processor time for both: ${((user + system) / 1000 / FRAMES).toFixed(2)} ms a picture`)
}
