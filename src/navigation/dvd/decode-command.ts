import {
  COMMAND_FORMS,
  COMPARISONS,
  type Condition,
  type DvdCommand,
  LINKS,
  type LinkName,
  type Operand,
  type RegisterReference,
  SET_OPERATORS,
  type SetAction,
  type SystemTarget,
  type Transfer,
} from "./command.ts"

export const COMMAND_SIZE = 8

/**
 * One navigation command, 8 bytes (missing ones count as 0). Any bytes give a value. Bits are numbered 63 to 0 from the first one's highest.
 * Fields: libdvdnav `vmcmd.c`; where its executing `decoder.c` differs from that (types 5 and 6, SetNVTMR's chain), `vmcmd.c` has the
 * layout that authoring tools write. SetAMXMD: as other disassemblers read it, in the place of SetHL_BTNN's operand.
 */
export function decodeCommand(bytes: Uint8Array): DvdCommand {
  const bits = new CommandBits(bytes)
  const parts = decodeParts(bits)
  if (parts === null) return { form: "unknown", bytes: hex(bytes) }
  return { ...parts, unexamined: bits.unexamined() }
}

type Parts = Omit<Exclude<DvdCommand, { form: "unknown" }>, "unexamined">
/** What could not be made out: a number that is not assigned. */
const UNKNOWN = Symbol("unknown")
type Unknown = typeof UNKNOWN

function decodeParts(bits: CommandBits): Parts | null {
  const type = bits.take(63, 3)
  switch (type) {
    case 0:
      return parts(type, "both", compareFirst(bits), null, special(bits))
    case 1: {
      const isJump = bits.flag(60)
      const condition = isJump ? compareLastBytes(bits) : compareFirst(bits)
      return parts(type, "both", condition, null, isJump ? jump(bits) : (link(bits) ?? UNKNOWN))
    }
    case 2:
      return parts(type, "both", compareLastBytes(bits), setSystem(bits), link(bits))
    case 3: {
      const set = setAction(bits, bits.take(35, 4), 31)
      // Bytes 6 and 7 are either the value to compare with or the link's.
      const transfer = link(bits)
      return parts(type, "both", compareWithEnd(bits), set, transfer)
    }
    case 4: {
      const register = bits.take(51, 4)
      const condition = comparison(bits, { kind: "gprm", register }, () => operand(bits, bits.flag(55), 31))
      return parts(type, "transfer", condition, setAction(bits, register, 47), linkByName(bits))
    }
    case 5:
      return parts(type, "both", compareAndSet(bits), setActionOfCompare(bits), linkByName(bits))
    case 6:
      return parts(type, "set", compareAndSet(bits), setActionOfCompare(bits), linkByName(bits))
    default:
      return null
  }
}

function parts(
  type: number,
  governs: Parts["governs"],
  condition: Condition | null,
  set: SetAction | null | Unknown,
  transfer: Transfer | null | Unknown,
): Parts | null {
  const form = COMMAND_FORMS[type]
  if (form === undefined || set === UNKNOWN || transfer === UNKNOWN) return null
  return { form, governs, condition, set, transfer }
}

function special(bits: CommandBits): Transfer | null | Unknown {
  switch (bits.take(51, 4)) {
    case 0:
      return null
    case 1:
      return { op: "goto", line: bits.take(7, 8) }
    case 2:
      return { op: "break" }
    case 3:
      return { op: "set-parental-level", level: bits.take(11, 4), line: bits.take(7, 8) }
    default:
      return UNKNOWN
  }
}

/** null: the command has no link. */
function link(bits: CommandBits): Transfer | null | Unknown {
  switch (bits.take(51, 4)) {
    case 0:
      return null
    case 1:
      return linkByName(bits)
    case 4:
      return { op: "link-pgc", pgcn: bits.take(14, 15) }
    case 5:
      return { op: "link-part", part: bits.take(9, 10), button: bits.take(15, 6) }
    case 6:
      return { op: "link-program", program: bits.take(6, 7), button: bits.take(15, 6) }
    case 7:
      return { op: "link-cell", cell: bits.take(7, 8), button: bits.take(15, 6) }
    default:
      return UNKNOWN
  }
}

function linkByName(bits: CommandBits): Transfer | Unknown {
  const name = (LINKS as Readonly<Record<number, LinkName>>)[bits.take(4, 5)]
  if (name === undefined) return UNKNOWN
  return { op: "link", link: name, button: bits.take(15, 6) }
}

function jump(bits: CommandBits): Transfer | Unknown {
  switch (bits.take(51, 4)) {
    case 1:
      return { op: "exit" }
    case 2:
      return { op: "jump-title", title: bits.take(22, 7) }
    case 3:
      return { op: "jump-title-of-set", title: bits.take(22, 7) }
    case 5:
      return { op: "jump-part-of-set", title: bits.take(22, 7), part: bits.take(41, 10) }
    case 6:
      return { op: "jump-system", target: systemTarget(bits, false) }
    case 8:
      return { op: "call-system", target: systemTarget(bits, true), resumeCell: bits.take(31, 8) }
    default:
      return UNKNOWN
  }
}

function systemTarget(bits: CommandBits, isCall: boolean): SystemTarget {
  switch (bits.take(23, 2)) {
    case 0:
      return { to: "first-play" }
    case 1:
      return { to: "vmgm-menu", menu: bits.take(19, 4) }
    case 2:
      // A call stays in its title set; byte 4 is then the cell to resume.
      if (isCall) return { to: "vtsm-menu", titleSet: 0, title: 0, menu: bits.take(19, 4) }
      return { to: "vtsm-menu", titleSet: bits.take(31, 8), title: bits.take(39, 8), menu: bits.take(19, 4) }
    default:
      return { to: "vmgm-pgc", pgcn: bits.take(46, 15) }
  }
}

function setSystem(bits: CommandBits): SetAction | Unknown {
  const isImmediate = bits.flag(60)
  switch (bits.take(59, 4)) {
    case 1:
      return {
        op: "set-streams",
        audio: streamOperand(bits, isImmediate, 39),
        subpicture: streamOperand(bits, isImmediate, 31),
        angle: streamOperand(bits, isImmediate, 23),
      }
    case 2:
      return { op: "set-navigation-timer", seconds: operand(bits, isImmediate, 47), pgcn: bits.take(30, 15) }
    case 3: {
      const value = operand(bits, isImmediate, 47)
      return { op: "set-register-mode", register: bits.take(19, 4), counter: bits.flag(23), value }
    }
    case 4:
      return { op: "set-karaoke-mixing", value: operand(bits, isImmediate, 31) }
    case 6:
      return { op: "set-button", value: operand(bits, isImmediate, 31) }
    default:
      return UNKNOWN
  }
}

/** One byte of SetSTN: a flag that there is a value, and seven bits of value or four of register number. */
function streamOperand(bits: CommandBits, isImmediate: boolean, top: number): Operand | null {
  if (!bits.flag(top)) return null
  return isImmediate ? { kind: "immediate", value: bits.take(top - 1, 7) } : { kind: "gprm", register: bits.take(top - 4, 4) }
}

/** Set in types 3 and 4: the operand's 16 bits begin at `top`. */
function setAction(bits: CommandBits, register: number, top: number): SetAction | null | Unknown {
  const number = bits.take(59, 4)
  const isImmediate = bits.flag(60)
  if (number === 0) return null
  const operator = SET_OPERATORS[number - 1]
  if (operator === undefined) return UNKNOWN
  return { op: "set", operator, register, operand: operand(bits, isImmediate, top) }
}

/** Set in types 5 and 6: an immediate value is in bytes 2 and 3, a register's number in byte 2. */
function setActionOfCompare(bits: CommandBits): SetAction | null | Unknown {
  const number = bits.take(59, 4)
  const isImmediate = bits.flag(60)
  const register = bits.take(51, 4)
  if (number === 0) return null
  const operator = SET_OPERATORS[number - 1]
  if (operator === undefined) return UNKNOWN
  const source: Operand = isImmediate ? { kind: "immediate", value: bits.take(47, 16) } : registerReference(bits, 47)
  return { op: "set", operator, register, operand: source }
}

/** Compare in types 0 and 1: byte 3 with bytes 4 and 5. */
const compareFirst = (bits: CommandBits): Condition | null =>
  comparison(
    bits,
    () => registerReference(bits, 39),
    () => operand(bits, bits.flag(55), 31),
  )

/** Compare in jumps and type 2: byte 6 with byte 7, both registers. */
const compareLastBytes = (bits: CommandBits): Condition | null =>
  comparison(
    bits,
    () => registerReference(bits, 15),
    () => registerReference(bits, 7),
  )

/** Compare in type 3: byte 2 with bytes 6 and 7. */
const compareWithEnd = (bits: CommandBits): Condition | null =>
  comparison(
    bits,
    () => registerReference(bits, 47),
    () => operand(bits, bits.flag(55), 15),
  )

/** Compare in types 5 and 6: byte 4 with byte 5 when bytes 2 and 3 hold a value to set, else byte 3 with bytes 4 and 5. */
function compareAndSet(bits: CommandBits): Condition | null {
  if (!bits.flag(60)) return compareFirst(bits)
  return comparison(
    bits,
    () => registerReference(bits, 31),
    () => registerReference(bits, 23),
  )
}

function comparison(bits: CommandBits, left: RegisterReference | (() => RegisterReference), right: () => Operand): Condition | null {
  const name = COMPARISONS[bits.take(54, 3) - 1]
  if (name === undefined) return null
  return { comparison: name, left: typeof left === "function" ? left() : left, right: right() }
}

/** 16 bits of value from bit `top` down, or a register's number in the lower 8 of them. */
const operand = (bits: CommandBits, isImmediate: boolean, top: number): Operand =>
  isImmediate ? { kind: "immediate", value: bits.take(top, 16) } : registerReference(bits, top - 8)

/** Eight bits from bit `top` down: the highest says system register. */
const registerReference = (bits: CommandBits, top: number): RegisterReference =>
  bits.flag(top) ? { kind: "sprm", register: bits.take(top - 3, 5) } : { kind: "gprm", register: bits.take(top - 4, 4) }

/** The 64 bits in two halves, and which of them somebody looked at. No field lies across the halves. */
class CommandBits {
  readonly #words: readonly [number, number]
  readonly #examined: [number, number] = [0, 0]

  constructor(bytes: Uint8Array) {
    const word = (at: number) => [0, 1, 2, 3].reduce((value, index) => ((value << 8) | (bytes[at + index] ?? 0)) >>> 0, 0)
    this.#words = [word(0), word(4)]
  }

  /** `count` bits (1 to 16) whose highest is bit `top`. */
  take(top: number, count: number): number {
    const half = top >= 32 ? 0 : 1
    const shift = (top % 32) + 1 - count
    const mask = 2 ** count - 1
    this.#examined[half] |= mask << shift
    return (this.#words[half] >>> shift) & mask
  }

  flag(bit: number): boolean {
    return this.take(bit, 1) === 1
  }

  /** Set bits that nobody examined; null: none. */
  unexamined(): string | null {
    const left = this.#words.map((word, half) => (word & ~(this.#examined[half] ?? 0)) >>> 0)
    return left.every((word) => word === 0) ? null : left.map((word) => word.toString(16).padStart(8, "0")).join("")
  }
}

const hex = (bytes: Uint8Array): string =>
  Array.from({ length: COMMAND_SIZE }, (_, index) => (bytes[index] ?? 0).toString(16).padStart(2, "0")).join("")
