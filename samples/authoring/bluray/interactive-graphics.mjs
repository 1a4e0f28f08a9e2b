// Interactive graphics: a menu as a display set. Layout and meaning of the fields as libbluray's ig_decode.c, pg_decode.c and graphics_processor.c
// read them and real discs have them; times as a decoder of the rates below needs them.
import { assemble } from "./assembler.mjs"
import { bits, join, sized, u8, u16, u24, zeros } from "./bytes.mjs"
import { paletteEntries, platePicture, STATES } from "./menu-pictures.mjs"
import { runLengths } from "./presentation-graphics.mjs"

const SEGMENT = { palette: 0x14, object: 0x15, composition: 0x18, end: 0x80 }
const EPOCH_START = 0x80
const MULTIPLEXED = 0
const PRELOADED = 1
const MODEL = { "always-on": 0, "pop-up": 1 }
const NONE = 0xffff
const NO_SOUND = 0xff
const CROPPED = 0x80
/** What a decoder fills at (bytes a second): objects, and the plane they are drawn to. */
const DECODE_RATE = 8_000_000
const DRAW_RATE = 32_000_000
const TICKS = 90_000
const ticks = (bytes, rate) => Math.ceil((bytes * TICKS) / rate)
/** The most of an object or a composition in one segment, whose length has 16 bits. */
const MAX_PART = 65_000

const segment = (type, ...body) => join(u8(type), sized(u16, ...body))

/** `head` and a part of `data` in each segment, the first and the last of them marked. */
function fragments(type, head, data, maxPart) {
  const count = Math.max(1, Math.ceil(data.length / maxPart))
  return Array.from({ length: count }, (_, i) => {
    const flags = (i === 0 ? 0x80 : 0) | (i === count - 1 ? 0x40 : 0)
    return segment(type, head, u8(flags), data.subarray(i * maxPart, (i + 1) * maxPart))
  })
}

/** The pictures of a menu, each once, numbered as they are first asked for. */
class Objects {
  list = []
  #byContent = new Map()

  /** Number of a picture. Pictures of a state follow one another, so a run of them is drawn anew unless all are known in order. */
  add(picture) {
    const key = `${picture.width}x${picture.height}:${Buffer.from(picture.pixels).toString("latin1")}`
    const known = this.#byContent.get(key)
    if (known !== undefined) return known
    this.#byContent.set(key, this.list.length)
    this.list.push(picture)
    return this.list.length - 1
  }
}

/** First and last object of a button's state; `null` where it is not seen in that state. */
function stateObjects(objects, look, button, state) {
  if (button.size === undefined || (button.only !== undefined && button.only !== state)) return [NONE, NONE]
  const frames = look[state] ?? 1
  const draw = (frame) => platePicture({ label: button.label, size: button.size, capital: look.capital, state, frame, frames })
  const numbers = Array.from({ length: frames }, (_, frame) => objects.add(draw(frame)))
  if (numbers.some((number, i) => number !== numbers[0] + i))
    throw new Error(`button ${button.id}: the pictures of "${state}" do not follow one another`)
  return [numbers[0], numbers.at(-1)]
}

function buttonFields(button, { objects, look, sounds, names }) {
  const { id, at: [x, y] = [0, 0], neighbours, number = NONE, auto = false } = button
  const [normal, selected, activated] = STATES.map((state) => stateObjects(objects, look, button, state))
  const sound = (name) => {
    if (name === undefined) return NO_SOUND
    if (!sounds.has(name)) throw new Error(`button ${id}: no sound is called "${name}"`)
    return sounds.get(name)
  }
  const pair = ([first, last]) => join(u16(first), u16(last))
  const repeat = (count) => u8(count > 1 ? 0x80 : 0)
  const commands = assemble(button.commands, names)
  return join(
    ...[u16(id), u16(number), u8(auto ? 0x80 : 0), u16(x), u16(y)],
    ...["up", "down", "left", "right"].map((key) => u16(neighbours[key] ?? id)),
    ...[pair(normal), repeat(1)],
    ...[u8(sound(button.sounds.selected)), pair(selected), repeat(look.selected)],
    ...[u8(sound(button.sounds.activated)), pair(activated)],
    ...[u16(commands.length), ...commands],
  )
}

/** Buttons of which one is valid at a time; the first to begin with. */
const groupFields = ({ buttons }, context) =>
  join(u16(buttons[0].id), u8(buttons.length), ...buttons.map((button) => buttonFields(button, context)))

/** An effect's moments, and the one window they all lie in. */
function effectFields(effects, { objects, pictures }) {
  if (effects.length === 0) return join(u8(0), u8(0))
  const placed = effects.map(({ duration, palette, objects: shown }) => ({
    duration,
    palette,
    objects: shown.map(({ picture, at: [x, y], crop }) => {
      const found = pictures.get(picture)
      if (found === undefined) throw new Error(`no picture is called "${picture}"`)
      return { id: objects.add(found), x, y, crop, width: crop?.[2] ?? found.width, height: crop?.[3] ?? found.height }
    }),
  }))
  const all = placed.flatMap((effect) => effect.objects)
  const [left, top] = [Math.min(...all.map(({ x }) => x)), Math.min(...all.map(({ y }) => y))]
  const width = Math.max(...all.map((object) => object.x + object.width)) - left
  const height = Math.max(...all.map((object) => object.y + object.height)) - top
  const moments = placed.map(({ duration, palette, objects: shown }) => {
    const fields = shown.map(({ id, x, y, crop }) => join(u16(id), u8(0), u8(crop ? CROPPED : 0), u16(x), u16(y), ...(crop ?? []).map(u16)))
    return join(u24(duration), u8(palette), u8(shown.length), ...fields)
  })
  return join(u8(1), u8(0), u16(left), u16(top), u16(width), u16(height), u8(moments.length), ...moments)
}

function pageFields(page, context) {
  return join(
    ...[u8(page.id), u8(0), zeros(8), effectFields(page.in, context), effectFields(page.out, context)],
    ...[u8(page["frame-every"] - 1), u16(page.default ?? NONE), u16(page.activated ?? NONE), u8(page.palette), u8(page.groups.length)],
    ...page.groups.map((group) => groupFields(group, context)),
  )
}

/** What stands behind the head of a composition: a multiplexed menu may also end by itself, which these do not. */
function compositionData(menu, preloaded, context) {
  const model = bits([preloaded ? PRELOADED : MULTIPLEXED, 1], [MODEL[menu.model], 1], [0, 6])
  const ends = preloaded ? zeros(0) : zeros(10)
  const pages = menu.pages.map((page) => pageFields(page, context))
  return sized(u24, model, ends, u24(menu.userTimeOut), u8(pages.length), ...pages)
}

/**
 * The display set of a menu (`readMenu`): `{ duration, segments: at => [{ data, pts, dts }] }`, one for each PES packet, decoding from `at` (90 kHz) on and
 * seen `duration` ticks later. `plane`: `{ width, height, rateCode }`; `sounds` and `names`: numbers of sound effects and movie objects by name;
 * `preloaded`: read whole before the film begins; `maxPart`: cuts segments shorter than need be.
 */
export function menuDisplaySet(menu, { plane, sounds, names, preloaded, maxPart = MAX_PART }) {
  const objects = new Objects()
  const pictures = new Map(
    menu.pictures.map(({ name, label, size }) => [name, platePicture({ label, size, capital: menu.look.capital, state: "normal" })]),
  )
  const data = compositionData(menu, preloaded, { objects, pictures, look: menu.look, sounds, names })
  const head = join(u16(plane.width), u16(plane.height), u8(plane.rateCode << 4), u16(0), u8(EPOCH_START))
  const compositions = fragments(SEGMENT.composition, head, data, maxPart)
  const palettes = menu.palettes.map((palette) =>
    segment(SEGMENT.palette, u8(palette.id), u8(0), ...paletteEntries(palette).map(Buffer.from)),
  )
  const definitions = objects.list.map(({ width, height, pixels }, id) => {
    const lines = runLengths(pixels, width, height)
    const whole = join(u24(lines.length + 4), u16(width), u16(height), lines)
    return { area: width * height, parts: fragments(SEGMENT.object, join(u16(id), u8(0)), whole, maxPart) }
  })
  const decodeTicks = definitions.map(({ area }) => ticks(area, DECODE_RATE))
  const decoding = decodeTicks.reduce((sum, each) => sum + each, 0)
  const duration = decoding + ticks(plane.width * plane.height, DRAW_RATE)

  const segments = (at) => {
    let now = at
    const timed = definitions.flatMap(({ parts }, i) => {
      const dts = now
      now += decodeTicks[i]
      return parts.map((part) => ({ data: part, pts: now, dts }))
    })
    return [
      ...compositions.map((part) => ({ data: part, pts: at + duration, dts: at })),
      ...palettes.map((part) => ({ data: part, pts: at, dts: at })),
      ...timed,
      { data: segment(SEGMENT.end), pts: now, dts: now },
    ]
  }
  return { duration, segments, objects: objects.list.length }
}
