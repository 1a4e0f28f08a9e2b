// HDMV navigation commands from readable lines; README.md in this folder has the language. Encoding: libbluray mobj_parse.c, hdmv_insn.h, hdmv_vm.c.
import { bits, join, u32 } from "./bytes.mjs"

const [BRANCH, COMPARE, SET] = [0, 1, 2]
const [GOTO, JUMP, PLAY] = [0, 1, 2]
const [REGISTERS, SYSTEM] = [0, 1]

/** Commands that branch: sub-group, option, number of operands. */
const BRANCHES = {
  nop: [GOTO, 0, 0],
  goto: [GOTO, 1, 1],
  break: [GOTO, 2, 0],
  "jump-object": [JUMP, 0, 1],
  "jump-title": [JUMP, 1, 1],
  "call-object": [JUMP, 2, 1],
  "call-title": [JUMP, 3, 1],
  resume: [JUMP, 4, 0],
  "play-playlist": [PLAY, 0, 1],
  "play-item": [PLAY, 1, 2],
  "play-mark": [PLAY, 2, 2],
  "end-playlist": [PLAY, 3, 0],
  "go-to-item": [PLAY, 4, 1],
  "go-to-mark": [PLAY, 5, 1],
}
const COMPARISONS = { "&": 1, "==": 2, "!=": 3, ">=": 4, ">": 5, "<=": 6, "<": 7 }
const ARITHMETIC = [
  "move",
  "swap",
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "random",
  "and",
  "or",
  "xor",
  "set-bit",
  "clear-bit",
  "shift-left",
  "shift-right",
]
/** Commands to the player that take one operand or none. */
const PLAYER = { "enable-button": [4, 1], "disable-button": [5, 1], "close-pop-up": [7, 0], "still-on": [8, 0], "still-off": [9, 0] }
const SET_STREAM = 1
const SET_BUTTON_PAGE = 3
/** A field of set-stream or set-button-page is obeyed where the bit before it is set. */
const GIVEN = 0x8000_0000
const GIVEN_LOW = 0x8000
const SHOWN_LOW = 0x4000
const WITHOUT_EFFECTS = 0x4000_0000
const PLAYER_REGISTER = 0x8000_0000
const GENERAL_REGISTERS = 4096
const PLAYER_REGISTERS = 128

/** The twelve bytes of one command. `operands`: `[{ value, immediate }]`. */
function encode({ group, subGroup, branch = 0, compare = 0, set = 0, operands }) {
  const [a = { value: 0, immediate: false }, b = { value: 0, immediate: false }] = operands
  const head = bits(
    ...[
      [operands.length, 3],
      [group, 2],
      [subGroup, 3],
      [a.immediate ? 1 : 0, 1],
      [b.immediate ? 1 : 0, 1],
      [0, 2],
      [branch, 4],
    ],
    ...[
      [0, 4],
      [compare, 4],
      [0, 3],
      [set, 5],
    ],
  )
  return join(head, u32(a.value), u32(b.value))
}

const immediate = (value) => ({ value, immediate: true })

function number(word) {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(word ?? "") ? Number(word) : Number.NaN
  if (!(value <= 0xffff_ffff)) throw new Error(`"${word}" is no number`)
  return value
}

/** `12`, `0x1f`, `r7` (general register), `psr4` (player register) or a name of `names`. */
function operand(word, names) {
  const [, kind, index] = /^(r|psr)(\d+)$/.exec(word) ?? []
  if (kind === undefined) return immediate(names.get(word) ?? number(word))
  const count = kind === "r" ? GENERAL_REGISTERS : PLAYER_REGISTERS
  if (Number(index) >= count) throw new Error(`${word}: there are ${count} such registers`)
  return { value: (kind === "psr" ? PLAYER_REGISTER : 0) + Number(index), immediate: false }
}

/** `set-stream audio 2 subtitle on 1 angle 3`: what is not named stays as it is, but for the subtitle's visibility, which the command always sets. */
function setStream(words) {
  let [sound, picture] = [0, 0]
  for (let i = 0; i < words.length; ) {
    const kind = words[i++]
    if (kind === "audio") sound += GIVEN + number(words[i++]) * 2 ** 16
    else if (kind === "subtitle") {
      if (words[i++] === "on") sound += SHOWN_LOW
      if (/^\d/.test(words[i] ?? "")) sound += GIVEN_LOW + number(words[i++])
    } else if (kind === "menu") picture += GIVEN + number(words[i++]) * 2 ** 16
    else if (kind === "angle") picture += GIVEN_LOW + number(words[i++])
    else throw new Error(`set-stream knows no "${kind}"`)
  }
  return encode({ group: SET, subGroup: SYSTEM, set: SET_STREAM, operands: [immediate(sound), immediate(picture)] })
}

/** `set-button-page page 2 button 7 without-effects`: either may be left out. */
function setButtonPage(words) {
  let [button, page] = [0, 0]
  for (let i = 0; i < words.length; ) {
    const kind = words[i++]
    if (kind === "button") button = GIVEN + number(words[i++])
    else if (kind === "page") page += GIVEN + number(words[i++])
    else if (kind === "without-effects") page += WITHOUT_EFFECTS
    else throw new Error(`set-button-page knows no "${kind}"`)
  }
  return encode({ group: SET, subGroup: SYSTEM, set: SET_BUTTON_PAGE, operands: [immediate(button), immediate(page)] })
}

function command(line, names) {
  const [name, ...words] = line.split(/[\s,]+/)
  const take = (count) => {
    if (words.length !== count) throw new Error(`${name} takes ${count} operands`)
    return words.map((word) => operand(word, names))
  }
  if (Object.hasOwn(BRANCHES, name)) {
    const [subGroup, branch, count] = BRANCHES[name]
    return encode({ group: BRANCH, subGroup, branch, operands: take(count) })
  }
  if (name === "if") {
    const compare = COMPARISONS[words.splice(1, 1)[0]]
    if (compare === undefined) throw new Error("if takes one of & == != >= > <= < between two operands")
    return encode({ group: COMPARE, subGroup: 0, compare, operands: take(2) })
  }
  if (ARITHMETIC.includes(name)) return encode({ group: SET, subGroup: REGISTERS, set: 1 + ARITHMETIC.indexOf(name), operands: take(2) })
  if (Object.hasOwn(PLAYER, name)) {
    const [set, count] = PLAYER[name]
    return encode({ group: SET, subGroup: SYSTEM, set, operands: take(count) })
  }
  if (name === "set-stream") return setStream(words)
  if (name === "set-button-page") return setButtonPage(words)
  throw new Error(`no command is called "${name}"`)
}

/** Commands of 12 bytes for `lines`, of which those that end in a colon name a place to go to. `names`: further words for numbers. */
export function assemble(lines, names = new Map()) {
  const places = new Map(names)
  const commands = []
  for (const line of lines) {
    if (line.endsWith(":")) places.set(line.slice(0, -1), commands.length)
    else commands.push(line)
  }
  return commands.map((line) => {
    try {
      return command(line, places)
    } catch (error) {
      throw new Error(`"${line}": ${error.message}`)
    }
  })
}
