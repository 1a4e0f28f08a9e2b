import { unreachable } from "../../base/index.ts"
import type { HdmvCommand, Operand } from "./command.ts"
import { PSR_NAMES } from "./registers.ts"

const SIGNS = { bc: "within", eq: "==", ne: "!=", ge: ">=", gt: ">", le: "<=", lt: "<" } as const
const ASSIGNMENTS = {
  move: "=",
  swap: "<->",
  add: "+=",
  sub: "-=",
  mul: "*=",
  div: "/=",
  mod: "%=",
  rnd: "= random 1 to",
  and: "&=",
  or: "|=",
  xor: "^=",
  bitset: "set bit",
  bitclear: "clear bit",
  shl: "<<=",
  shr: ">>=",
} as const

/** A command for people: registers as `r5` and `psr4 (title)`, conditions as `if`: when one is false, the next line is left out. */
export function printCommand(command: HdmvCommand): string {
  return printOperation(command) + (command.unexamined === null ? "" : ` [unexamined bits ${command.unexamined}]`)
}

function printOperation(command: HdmvCommand): string {
  switch (command.op) {
    case "unknown":
      return `unknown ${command.bytes}`
    case "compare":
      return `if ${printOperand(command.left)} ${SIGNS[command.comparison]} ${printOperand(command.right)}`
    case "set":
      return `${printOperand(command.destination)} ${ASSIGNMENTS[command.operator]} ${printOperand(command.source)}`
    case "play-playlist-at-item":
      return `play-playlist ${printOperand(command.target)} item ${printOperand(command.at)}`
    case "play-playlist-at-mark":
      return `play-playlist ${printOperand(command.target)} mark ${printOperand(command.at)}`
    case "set-stream":
    case "set-secondary-stream":
    case "set-button-page":
      return `${command.op} ${printFields(command)}`.trimEnd()
    case "set-navigation-timer":
      return `set-navigation-timer object ${printOperand(command.target)} in ${printOperand(command.seconds)} s`
    case "set-stream-ss":
      return `set-stream-ss ${printOperand(command.target)}, ${printOperand(command.source)}`
    default:
      return "target" in command ? `${command.op} ${printOperand(command.target)}` : command.op
  }
}

type WithFields = Extract<HdmvCommand, { op: "set-stream" | "set-secondary-stream" | "set-button-page" }>

/** Named fields; those that do not change and flags that are off are left out. */
function printFields({ op: _op, bytes: _bytes, unexamined: _unexamined, ...fields }: WithFields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => {
      if (value === null || value === false) return []
      return value === true ? [name] : [`${name}=${printOperand(value)}`]
    })
    .join(" ")
}

function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case "immediate":
      return operand.value < 100_000 ? String(operand.value) : `0x${operand.value.toString(16)}`
    case "gpr":
      return `r${operand.register}`
    case "psr": {
      const name = PSR_NAMES[operand.register]
      return `psr${operand.register}${name === undefined ? "" : ` (${name})`}`
    }
    case "absent":
      return "nothing"
    case "invalid":
      return `invalid register 0x${operand.word.toString(16)}`
    default:
      return unreachable(operand)
  }
}
