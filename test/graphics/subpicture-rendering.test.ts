import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { decodeSubpicture, highlightBitmap, highlightPalette, type TimedPicture } from "../../src/graphics/subpicture/index.ts"
import { drawPlane } from "../support/plane.ts"
import { areaCommand, encodeFields, makeUnit, pixelCommand } from "../support/spu.ts"

/*
 * FFmpeg knows neither CHG_COLCON nor highlights, and shows only the first state of a unit. Here the unit's bytes are rendered a second time,
 * pixel by pixel and with nothing of ours, as dvd.sourceforge.net "Sub-Pictures" describes them.
 */

const WIDTH = 720
const HEIGHT = 576
/** R, G, B of 16 colours that are all different in each value. */
const COLOURS = Uint8Array.from({ length: 48 }, (_, index) => (index * 37 + 11) & 0xff)

type Rgba = readonly [number, number, number, number]
const CLEAR: Rgba = [0, 0, 0, 0]

/** Entry and contrast of one pixel code, out of two words of four nibbles. */
const look = (entries: number, contrasts: number, code: number): Rgba => {
  const entry = (entries >> (code * 4)) & 15
  return [COLOURS[entry * 3]!, COLOURS[entry * 3 + 1]!, COLOURS[entry * 3 + 2]!, ((contrasts >> (code * 4)) & 15) * 17]
}

/** A button of a navigation pack: inclusive edges, and the half of BTN_COLI that it is lit with. */
type Button = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number; readonly colours: number }

/** The nth picture that the unit shows, as 4 bytes a pixel; null where it clears. */
class Rendering {
  readonly #bytes: Buffer
  #entries = 0
  #contrasts = 0
  #area = { left: 0, right: 0, top: 0, bottom: 0 }
  #pixels: readonly [number, number] = [0, 0]
  #colcon: Buffer = Buffer.alloc(0)
  #shown = false
  #forced = false

  constructor(unit: Uint8Array) {
    this.#bytes = Buffer.from(unit)
  }

  /** Every state of the unit, with its delay. */
  states(button: Button | null): { delay: number; forced: boolean; plane: Buffer | null }[] {
    const states: { delay: number; forced: boolean; plane: Buffer | null }[] = []
    for (let at = this.#bytes.readUInt16BE(2); ; ) {
      const next = this.#bytes.readUInt16BE(at + 2)
      this.#run(at + 4)
      states.push({ delay: this.#bytes.readUInt16BE(at) * 1024, forced: this.#forced, plane: this.#shown ? this.#draw(button) : null })
      if (next === at) return states
      at = next
    }
  }

  #run(start: number): void {
    const bytes = this.#bytes
    for (let at = start; ; ) {
      const command = bytes[at++]
      if (command === 0xff) return
      if (command === 0) [this.#shown, this.#forced] = [true, true]
      if (command === 1) this.#shown = true
      if (command === 2) this.#shown = false
      if (command === 3) this.#entries = bytes.readUInt16BE(at)
      if (command === 4) this.#contrasts = bytes.readUInt16BE(at)
      if (command === 5) {
        const nibbles = bytes.toString("hex", at, at + 6)
        const part = (index: number) => Number.parseInt(nibbles.slice(index * 3, index * 3 + 3), 16)
        this.#area = { left: part(0), right: part(1), top: part(2), bottom: part(3) }
      }
      if (command === 6) this.#pixels = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)]
      if (command === 7) this.#colcon = bytes.subarray(at + 2, at + bytes.readUInt16BE(at))
      at += [0, 0, 0, 2, 2, 6, 4, command === 7 ? bytes.readUInt16BE(at) : 0][command!]!
    }
  }

  #draw(button: Button | null): Buffer {
    const plane = Buffer.alloc(WIDTH * HEIGHT * 4)
    const { left, right, top, bottom } = this.#area
    const places = this.#pixels.map((offset) => ({ nibbles: this.#bytes.toString("hex", offset), at: 0 }))
    for (let y = top; y <= bottom; y++) {
      const codes = row(places[(y - top) % 2]!, right - left + 1)
      if (y >= HEIGHT) continue
      for (let x = left; x <= Math.min(right, WIDTH - 1); x++) plane.set(this.#pixel(x, y, codes[x - left]!, button), (y * WIDTH + x) * 4)
    }
    return plane
  }

  #pixel(x: number, y: number, code: number, button: Button | null): Rgba {
    if (button !== null && x >= button.left && x <= button.right && y >= button.top && y <= button.bottom) {
      return look(button.colours >>> 16, button.colours & 0xffff, code)
    }
    let found = look(this.#entries, this.#contrasts, code)
    for (let at = 0; at + 4 <= this.#colcon.length; ) {
      const [from, to] = [this.#colcon.readUInt16BE(at), this.#colcon.readUInt16BE(at + 2)]
      if (from === 0x0fff && to === 0xffff) break
      const count = to >> 12
      for (let control = 0; control < count && y >= from && y <= (to & 0xfff); control++) {
        const place = at + 4 + control * 6
        if (x >= this.#colcon.readUInt16BE(place))
          found = look(this.#colcon.readUInt16BE(place + 2), this.#colcon.readUInt16BE(place + 4), code)
      }
      at += 4 + count * 6
    }
    return found
  }
}

/** One line: codes of 1 to 4 nibbles that begin with 0, 1, 2 or 3 pairs of zero bits; a length of 0 is the rest of the line. */
function row(place: { nibbles: string; at: number }, width: number): number[] {
  const codes: number[] = []
  while (codes.length < width) {
    const rest = place.nibbles.slice(place.at, place.at + 4)
    const size = /^[4-9a-f]/.test(rest) ? 1 : /^[1-3]/.test(rest) ? 2 : /^0[4-9a-f]/.test(rest) ? 3 : 4
    const value = Number.parseInt(rest.slice(0, size), 16)
    place.at += size
    const run = value >> 2 || width
    for (let count = 0; count < run && codes.length < width; count++) codes.push(value & 3)
  }
  place.at += place.at % 2
  return codes
}

function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

const word = (value: number) => [(value >> 8) & 0xff, value & 0xff]

/** A unit of random size, place and pixels, with two states: other colours, contrasts, changes by line, and perhaps another place. */
function randomUnit(seed: number): Uint8Array {
  const random = numbers(seed)
  const [width, height] = [1 + random(120), 1 + random(60)]
  const [left, top] = [random(WIDTH - 20), random(HEIGHT - 10)]
  const codes = new Uint8Array(width * height)
  for (let at = 0; at < codes.length; ) {
    const run = 1 + random(random(2) === 0 ? 4 : 90)
    codes.fill(random(4), at, at + run)
    at += run
  }
  const fields = encodeFields(codes, width, height, random(2) === 0)
  const change = (): number[] => {
    const lines: number[] = []
    for (let line = top + random(4); line < top + height && lines.length < 200; line += 1 + random(5)) {
      const last = line + random(6)
      const columns = Array.from({ length: 1 + random(4) }, () => Math.max(0, left - 3) + random(width + 6)).sort((a, b) => a - b)
      const pixels = [...new Set(columns)]
      lines.push(...word(line), ...word((pixels.length << 12) | last))
      for (const column of pixels) lines.push(...word(column), random(256), random(256), random(256), random(256))
      line = last
    }
    return [0x07, ...word(lines.length + 6), ...lines, 0x0f, 0xff, 0xff, 0xff]
  }
  const looks = () => [0x03, random(256), random(256), 0x04, random(256), random(256)]
  return makeUnit(fields, [
    [
      random(5),
      ...looks(),
      ...areaCommand(left, top, width, height),
      ...pixelCommand(fields[0].length),
      ...change(),
      random(3) === 0 ? 0 : 1,
    ],
    [10 + random(5), ...looks(), ...(random(2) === 0 ? change() : [])],
    [20 + random(5), ...looks(), ...(random(2) === 0 ? areaCommand(random(WIDTH), random(HEIGHT), width, height) : [])],
    [40, 0x02],
  ])
}

const decode = (unit: Uint8Array): readonly TimedPicture[] =>
  decodeSubpicture(unit, { colours: COLOURS, planeWidth: WIDTH, planeHeight: HEIGHT, warnings: new Warnings({ strict: true }) })

const empty = Buffer.alloc(WIDTH * HEIGHT * 4)

describe("rendered twice", () => {
  test("fades, moves, forced starts and changes of colour by line and column", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const unit = randomUnit(seed)
      const theirs = new Rendering(unit).states(null)
      const ours = decode(unit)
      expect(ours.map(({ delayTicks, forced }) => [delayTicks, forced])).toEqual(theirs.map(({ delay, forced }) => [delay, forced]))
      ours.forEach(({ picture }, index) => {
        const plane = theirs[index]!.plane
        expect(picture === null).toBe(plane === null)
        expect((picture === null ? empty : drawPlane(picture)).equals(plane ?? empty)).toBe(true)
      })
    }
  })

  test("and a button lit in it, over changes of colour too", () => {
    for (let seed = 101; seed <= 160; seed++) {
      const unit = randomUnit(seed)
      const random = numbers(seed)
      const area = decode(unit)[0]!.picture!.bitmaps[0]!
      const [left, top] = [Math.max(0, area.x - 5) + random(area.width), Math.max(0, area.y - 5) + random(area.height)]
      const button = {
        left,
        top,
        right: left + random(40),
        bottom: top + random(30),
        colours: (random(1 << 16) * 0x10000 + random(1 << 16)) >>> 0,
      }
      const theirs = new Rendering(unit).states(button)
      decode(unit).forEach(({ picture }, index) => {
        if (picture === null) return
        const bitmaps = picture.bitmaps.map((bitmap) => highlightBitmap(bitmap, button, highlightPalette(button.colours, COLOURS)))
        expect(drawPlane({ ...picture, bitmaps }).equals(theirs[index]!.plane!)).toBe(true)
      })
    }
  })

  test("the rendering sees what it is to see", () => {
    // Two pixels, two lines; the second line's second pixel has another colour, and a button covers the first line.
    const fields = encodeFields(Uint8Array.of(0, 1, 2, 3), 2, 2, false)
    const unit = makeUnit(fields, [
      [
        ...[0, 0x03, 0x32, 0x10, 0x04, 0xff, 0xff, ...areaCommand(4, 6, 2, 2), ...pixelCommand(fields[0].length)],
        ...[0x07, 0, 16, 0, 7, 0x10, 7, 0, 5, 0xdc, 0xba, 0x11, 0x11, 0x0f, 0xff, 0xff, 0xff, 0x01],
      ],
    ])
    const [state] = new Rendering(unit).states({ left: 0, top: 0, right: 700, bottom: 6, colours: 0x9876_ffff })
    const at = (x: number, y: number) => [...state!.plane!.subarray((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 4)]
    const colour = (entry: number, alpha: number) => [...COLOURS.subarray(entry * 3, entry * 3 + 3), alpha]
    expect([at(4, 6), at(5, 6), at(4, 7), at(5, 7)]).toEqual([colour(6, 255), colour(7, 255), colour(2, 255), colour(0xd, 17)])
    expect(at(6, 6)).toEqual([...CLEAR])
  })
})
