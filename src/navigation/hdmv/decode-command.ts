import { COMPARISONS, type HdmvCommand, type HdmvOperation, type Operand, SET_OPERATORS } from "./command.ts"

/** Bytes of a navigation command. */
export const COMMAND_SIZE = 12

/**
 * One navigation command, 12 bytes (missing bytes count as 0). Any bytes give a value.
 * Fields: libbluray `mobj_parse.c`, `hdmv_insn.h`; those of stream and page operands: `hdmv_vm.c`.
 */
export function decodeCommand(bytes: Uint8Array): HdmvCommand {
  const words = new CommandWords(bytes)
  const operation = decodeOperation(words)
  return { ...operation, bytes: hex(words.all), unexamined: operation.op === "unknown" ? null : words.unexamined() }
}

/** Commands that stand one behind the other, as in a movie object. What is less than a whole one is left out. */
export function decodeCommands(bytes: Uint8Array): HdmvCommand[] {
  const count = Math.floor(bytes.length / COMMAND_SIZE)
  return Array.from({ length: count }, (_, index) => decodeCommand(bytes.subarray(index * COMMAND_SIZE, (index + 1) * COMMAND_SIZE)))
}

const UNKNOWN: HdmvOperation = { op: "unknown" }

function decodeOperation(words: CommandWords): HdmvOperation {
  switch ((words.group << 3) | words.subGroup) {
    case 0o00:
      return decodeGoto(words)
    case 0o01:
      return decodeJump(words)
    case 0o02:
      return decodePlay(words)
    case 0o20:
      return decodeSet(words)
    case 0o21:
      return decodeSetSystem(words)
    default:
      return words.group === GROUP_COMPARE ? decodeCompare(words) : UNKNOWN
  }
}

const GROUP_COMPARE = 1

function decodeGoto(words: CommandWords): HdmvOperation {
  switch (words.branchOption()) {
    case 0:
      return { op: "nop" }
    case 1:
      return { op: "goto", target: words.first() }
    case 2:
      return { op: "break" }
    default:
      return UNKNOWN
  }
}

function decodeJump(words: CommandWords): HdmvOperation {
  switch (words.branchOption()) {
    case 0:
      return { op: "jump-object", target: words.first() }
    case 1:
      return { op: "jump-title", target: words.first() }
    case 2:
      return { op: "call-object", target: words.first() }
    case 3:
      return { op: "call-title", target: words.first() }
    case 4:
      return { op: "resume" }
    default:
      return UNKNOWN
  }
}

function decodePlay(words: CommandWords): HdmvOperation {
  switch (words.branchOption()) {
    case 0:
      return { op: "play-playlist", target: words.first() }
    case 1:
      return { op: "play-playlist-at-item", target: words.first(), at: words.second() }
    case 2:
      return { op: "play-playlist-at-mark", target: words.first(), at: words.second() }
    case 3:
      return { op: "terminate-playlist" }
    case 4:
      return { op: "link-play-item", target: words.first() }
    case 5:
      return { op: "link-mark", target: words.first() }
    default:
      return UNKNOWN
  }
}

/** The sub-group of a comparison says nothing; libbluray does not look at it. */
function decodeCompare(words: CommandWords): HdmvOperation {
  const comparison = COMPARISONS[words.compareOption() - 1]
  if (comparison === undefined) return UNKNOWN
  return { op: "compare", comparison, left: words.first(), right: words.second() }
}

function decodeSet(words: CommandWords): HdmvOperation {
  const operator = SET_OPERATORS[words.setOption() - 1]
  if (operator === undefined) return UNKNOWN
  return { op: "set", operator, destination: words.first(), source: words.second() }
}

function decodeSetSystem(words: CommandWords): HdmvOperation {
  switch (words.setOption()) {
    case 0x01:
      return decodeSetStream(words)
    case 0x02:
      return { op: "set-navigation-timer", target: words.first(), seconds: words.second() }
    case 0x03: {
      const [hasButton, hasPage, skipOutEffects] = [words.flag(1, 31), words.flag(2, 31), words.flag(2, 30)]
      const button = words.field(1, 0, 0xffff)
      const page = words.field(2, 0, 0xff)
      return { op: "set-button-page", button: hasButton ? button : null, page: hasPage ? page : null, skipOutEffects }
    }
    case 0x04:
      return { op: "enable-button", target: words.first() }
    case 0x05:
      return { op: "disable-button", target: words.first() }
    case 0x06:
      return decodeSetSecondaryStream(words)
    case 0x07:
      return { op: "popup-off" }
    case 0x08:
      return { op: "still-on" }
    case 0x09:
      return { op: "still-off" }
    case 0x0a:
      return { op: "set-output-mode", target: words.first() }
    case 0x0b:
      return { op: "set-stream-ss", target: words.first(), source: words.second() }
    case 0x10:
      return { op: "send-to-bd-plus", target: words.first() }
    default:
      return UNKNOWN
  }
}

function decodeSetStream(words: CommandWords): HdmvOperation {
  const optional = (word: 1 | 2, flag: number, field: Operand) => (words.flag(word, flag) ? field : null)
  return {
    op: "set-stream",
    audio: optional(1, 31, words.field(1, 16, 0xfff)),
    pg: optional(1, 15, words.field(1, 0, 0xfff)),
    pgShown: words.flag(1, 14),
    ig: optional(2, 31, words.field(2, 16, 0xff)),
    angle: optional(2, 15, words.field(2, 0, 0xff)),
  }
}

function decodeSetSecondaryStream(words: CommandWords): HdmvOperation {
  const optional = (word: 1 | 2, flag: number, field: Operand) => (words.flag(word, flag) ? field : null)
  return {
    op: "set-secondary-stream",
    video: optional(1, 31, words.field(1, 0, 0xff)),
    videoShown: words.flag(1, 30),
    videoSize: words.field(1, 16, 0x8f),
    audio: optional(2, 31, words.field(2, 16, 0xff)),
    audioHeard: words.flag(2, 30),
    pipPg: optional(2, 15, words.field(2, 0, 0xfff)),
    pgShown: words.flag(2, 14),
    pipPgShown: words.flag(2, 13),
  }
}

/** In operand words that hold several fields, a register's number has 12 bits. */
const REGISTER_MASK = 0xfff
/** Bit 31 of a register's word. */
const PSR_FLAG = 0x8000_0000
const PSR_MASK = 0x7f

/** The opcode and the two operands, which remember the bits that were looked at. */
class CommandWords {
  readonly all: Uint8Array
  readonly #words: readonly [number, number, number]
  readonly #seen: [number, number, number]
  readonly group: number
  readonly subGroup: number
  readonly #count: number

  constructor(bytes: Uint8Array) {
    this.all = new Uint8Array(COMMAND_SIZE)
    this.all.set(bytes.subarray(0, COMMAND_SIZE))
    const view = new DataView(this.all.buffer)
    this.#words = [view.getUint32(0), view.getUint32(4), view.getUint32(8)]
    // Operand count, group and sub-group.
    this.#seen = [0xff00_0000, 0, 0]
    this.#count = this.#words[0] >>> 29
    this.group = (this.#words[0] >>> 27) & 3
    this.subGroup = (this.#words[0] >>> 24) & 7
  }

  branchOption = (): number => this.#bits(0, 16, 0xf)
  compareOption = (): number => this.#bits(0, 8, 0xf)
  setOption = (): number => this.#bits(0, 0, 0x1f)
  first = (): Operand => this.#operand(1)
  second = (): Operand => this.#operand(2)

  flag(word: 1 | 2, bit: number): boolean {
    return this.#count >= word && this.#bits(word, bit, 1) === 1
  }

  /** A number in the word at `shift`, or in a register that the word names there. */
  field(word: 1 | 2, shift: number, mask: number): Operand {
    if (this.#count < word) return { kind: "absent" }
    if (this.#isImmediate(word)) return { kind: "immediate", value: this.#bits(word, shift, mask) }
    return { kind: "gpr", register: this.#bits(word, shift, REGISTER_MASK) }
  }

  #operand(word: 1 | 2): Operand {
    if (this.#count < word) return { kind: "absent" }
    const isImmediate = this.#isImmediate(word)
    const value = this.#bits(word, 0, 0xffff_ffff)
    if (isImmediate) return { kind: "immediate", value }
    const isPsr = value >= PSR_FLAG
    const register = isPsr ? value - PSR_FLAG : value
    if (register > (isPsr ? PSR_MASK : REGISTER_MASK)) return { kind: "invalid", word: value }
    return { kind: isPsr ? "psr" : "gpr", register }
  }

  #isImmediate = (word: 1 | 2): boolean => this.#bits(0, word === 1 ? 23 : 22, 1) === 1

  #bits(word: 0 | 1 | 2, shift: number, mask: number): number {
    this.#seen[word] |= mask << shift
    return ((this.#words[word] >>> shift) & mask) >>> 0
  }

  unexamined(): string | null {
    const rest = this.#words.map((word, index) => (word & ~(this.#seen[index] ?? 0)) >>> 0)
    return rest.every((word) => word === 0) ? null : rest.map((word) => word.toString(16).padStart(8, "0")).join("")
  }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
