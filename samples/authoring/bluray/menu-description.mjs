// Reads the description of a menu (README.md in this folder) into pages, buttons and pictures. Knows nothing of how they are stored.
import { descriptionLines } from "./description.mjs"

const TICKS = 90_000

const pair = (text, by) => {
  const values = text.split(by).map(Number)
  if (values.length !== 2 || values.some((value) => !Number.isInteger(value)))
    throw new Error(`"${text}" is not two numbers around "${by}"`)
  return values
}
const numberOf = (word) => {
  if (!/^\d+$/.test(word ?? "")) throw new Error(`"${word}" is no number`)
  return Number(word)
}

/** Words behind a statement, taken by name: `at 20,40 size 400x72` to `{ at: [...], size: [...] }`. `shapes`: name to a reader of the word behind. */
function options(words, shapes) {
  const found = {}
  for (let i = 0; i < words.length; ) {
    const name = words[i++]
    if (!Object.hasOwn(shapes, name)) throw new Error(`"${name}" is not expected here`)
    found[name] = shapes[name] === true ? true : shapes[name](words[i++])
  }
  return found
}

const text = (word) => word
const point = (word) => pair(word, ",")
const extent = (word) => pair(word, "x")
const crop = (word) => word.split(",").map(numberOf)
const ticks = (word) => Math.round(Number(word) * TICKS)
const STATES = ["normal", "selected", "activated"]

/** Statements that stand in a menu, in a page and in a button: each takes the words behind it. `at` is what is being read. */
const STATEMENTS = {
  menu: (at, [name]) => Object.assign(at.menu, { name }),
  model: (at, [model]) => {
    if (model !== "always-on" && model !== "pop-up") throw new Error(`a menu is always-on or pop-up, not "${model}"`)
    at.menu.model = model
  },
  "user-time-out": (at, [seconds]) => Object.assign(at.menu, { userTimeOut: ticks(seconds) }),
  palette: (at, [id]) => {
    at.palette = { id: numberOf(id), colours: {} }
    at.menu.palettes.push(at.palette)
  },
  look: (at, words) =>
    Object.assign(at.menu.look, options(words, { selected: numberOf, activated: numberOf, "activated-once": true, capital: numberOf })),
  picture: (at, [name, label, ...rest]) => at.menu.pictures.push({ name, label, ...options(rest, { size: extent }) }),
  page: (at, [id, ...rest]) => {
    const page = {
      palette: 0,
      "frame-every": 1,
      activated: null,
      ...options(rest, { default: numberOf, palette: numberOf, "frame-every": numberOf, activated: numberOf }),
    }
    at.page = { id: numberOf(id), ...page, in: [], out: [], groups: [] }
    at.menu.pages.push(at.page)
  },
  in: (at, words) => at.page.in.push(effect(words)),
  out: (at, words) => at.page.out.push(effect(words)),
  button: (at, [id, label, ...rest]) => {
    const shapes = { at: point, size: extent, group: text, number: numberOf, auto: true, only: text }
    at.button = { id: numberOf(id), label, ...options(rest, shapes), neighbours: {}, sounds: {}, commands: [] }
    const group = at.button.group && at.page.groups.find(({ name }) => name === at.button.group)
    if (group) group.buttons.push(at.button)
    else at.page.groups.push({ name: at.button.group, buttons: [at.button] })
  },
  keys: (at, words) =>
    Object.assign(at.button.neighbours, options(words, { up: numberOf, down: numberOf, left: numberOf, right: numberOf })),
  sounds: (at, words) => Object.assign(at.button.sounds, options(words, { selected: text, activated: text })),
  do: (at, _, line) => at.button.commands.push(line.slice("do".length).trim()),
}

/** `in 0.12 heading at 20,40 crop 0,0,200,80 palette 1`: a moment of an effect; without a picture, the plane is empty. */
function effect([seconds, picture, ...rest]) {
  const own = { duration: ticks(seconds), palette: 0, objects: [] }
  if (picture === undefined) return own
  const { at, crop: part, palette = 0 } = options(rest, { at: point, crop, palette: numberOf })
  return { ...own, palette, objects: [{ picture, at, crop: part }] }
}

/**
 * A menu: `{ name, model, userTimeOut, look, palettes: [{ id, colours: { state: { ground, ink, line, opacity } } }], pictures, pages: [{ id,
 * default, activated, palette, in, out, groups: [{ buttons }] }] }`; times at 90 kHz, colours as `#rrggbb`, opacity 0 to 255.
 */
export function readMenu(description) {
  const menu = {
    name: "",
    model: "always-on",
    userTimeOut: 0,
    look: { selected: 1, activated: 1, capital: 30 },
    palettes: [],
    pictures: [],
    pages: [],
  }
  const at = { menu }
  for (const { line, words } of descriptionLines(description)) {
    const [name, ...rest] = words
    try {
      if (STATES.includes(name)) at.palette.colours[name] = options(rest, { ground: text, ink: text, line: text, opacity: numberOf })
      else if (Object.hasOwn(STATEMENTS, name)) STATEMENTS[name](at, rest, line)
      else throw new Error(`no statement is called "${name}"`)
    } catch (error) {
      throw new Error(`menu ${menu.name}: "${line}": ${error.message}`)
    }
  }
  return menu
}
