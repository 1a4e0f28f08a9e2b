import { unreachable } from "../../base/index.ts"
import type { Condition, DvdCommand, Operand, SetAction, SystemTarget, Transfer } from "./command.ts"

/** Short names of the system registers that have one. */
const SPRM_NAMES: Readonly<Record<number, string>> = {
  0: "M_LCD",
  1: "ASTN",
  2: "SPSTN",
  3: "AGLN",
  4: "TTN",
  5: "VTS_TTN",
  6: "TT_PGCN",
  7: "PTTN",
  8: "HL_BTNN",
  9: "NVTMR",
  10: "NV_PGCN",
  11: "AMXMD",
  12: "CC_PLT",
  13: "PLT",
  14: "P_VIDEO",
  15: "P_AUDIO",
  16: "INI_LCD_A",
  17: "INI_LCDE_A",
  18: "INI_LCD_SP",
  19: "INI_LCDE_SP",
  20: "RCD",
}

/** A command in the usual mnemonics, for people. */
export function printCommand(command: DvdCommand): string {
  if (command.form === "unknown") return `Unknown ${command.bytes}`
  const { condition, governs, unexamined } = command
  const when = condition === null ? "" : `if (${printCondition(condition)}) `
  const set = command.set === null ? "" : printSet(command.set)
  const transfer = command.transfer === null ? "" : printTransfer(command.transfer)
  return printParts(when, set, transfer, governs) + (unexamined === null ? "" : ` [unexamined bits ${unexamined}]`)
}

function printParts(when: string, set: string, transfer: string, governs: "both" | "set" | "transfer"): string {
  if (set === "" || transfer === "") return `${when}${set || transfer || "Nop"}`
  if (when === "") return `${set}, ${transfer}`
  switch (governs) {
    case "both":
      return `${when}{ ${set}, ${transfer} }`
    case "set":
      return `${when}{ ${set} } ${transfer}`
    case "transfer":
      return `${set}, ${when}${transfer}`
    default:
      return unreachable(governs)
  }
}

const printCondition = ({ left, comparison, right }: Condition): string => `${printOperand(left)} ${comparison} ${printOperand(right)}`

function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case "gprm":
      return `g[${operand.register}]`
    case "sprm":
      return SPRM_NAMES[operand.register] ?? `s[${operand.register}]`
    case "immediate": {
      const characters = [operand.value >> 8, operand.value & 0xff]
      // Language and country codes are compared as numbers.
      const isText = characters.every((code) => /[A-Za-z]/.test(String.fromCharCode(code)))
      return `0x${operand.value.toString(16)}${isText ? ` ("${String.fromCharCode(...characters)}")` : ""}`
    }
    default:
      return unreachable(operand)
  }
}

function printSet(action: SetAction): string {
  switch (action.op) {
    case "set":
      return `g[${action.register}] ${action.operator} ${printOperand(action.operand)}`
    case "set-streams": {
      const assignments = Object.entries({ ASTN: action.audio, SPSTN: action.subpicture, AGLN: action.angle })
      const set = assignments.flatMap(([name, value]) => (value === null ? [] : [`${name} = ${printOperand(value)}`]))
      return `SetSTN ${set.join(" ")}`.trimEnd()
    }
    case "set-navigation-timer":
      return `SetNVTMR ${printOperand(action.seconds)} (pgc ${action.pgcn})`
    case "set-register-mode":
      return `SetGPRMMD ${action.counter ? "Counter" : "Register"} g[${action.register}] = ${printOperand(action.value)}`
    case "set-karaoke-mixing":
      return `SetAMXMD ${printOperand(action.value)}`
    case "set-button":
      return `SetHL_BTNN ${printOperand(action.value)}`
    default:
      return unreachable(action)
  }
}

function printTransfer(transfer: Transfer): string {
  switch (transfer.op) {
    case "goto":
      return `Goto ${transfer.line}`
    case "break":
      return "Break"
    case "set-parental-level":
      return `SetTmpPML ${transfer.level}, Goto ${transfer.line}`
    case "link":
      return transfer.link + printButton(transfer.button)
    case "link-pgc":
      return `LinkPGCN ${transfer.pgcn}`
    case "link-part":
      return `LinkPTTN ${transfer.part}${printButton(transfer.button)}`
    case "link-program":
      return `LinkPGN ${transfer.program}${printButton(transfer.button)}`
    case "link-cell":
      return `LinkCN ${transfer.cell}${printButton(transfer.button)}`
    case "exit":
      return "Exit"
    case "jump-title":
      return `JumpTT ${transfer.title}`
    case "jump-title-of-set":
      return `JumpVTS_TT ${transfer.title}`
    case "jump-part-of-set":
      return `JumpVTS_PTT ${transfer.title}:${transfer.part}`
    case "jump-system":
      return `JumpSS ${printTarget(transfer.target)}`
    case "call-system":
      return `CallSS ${printTarget(transfer.target)} (resume cell ${transfer.resumeCell})`
    default:
      return unreachable(transfer)
  }
}

const printButton = (button: number): string => (button === 0 ? "" : ` (button ${button})`)

function printTarget(target: SystemTarget): string {
  switch (target.to) {
    case "first-play":
      return "FP"
    case "vmgm-menu":
      return `VMGM (menu ${target.menu})`
    case "vtsm-menu":
      return target.titleSet === 0 && target.title === 0
        ? `VTSM (menu ${target.menu})`
        : `VTSM (vts ${target.titleSet}, title ${target.title}, menu ${target.menu})`
    case "vmgm-pgc":
      return `VMGM (pgc ${target.pgcn})`
    default:
      return unreachable(target)
  }
}
