import { unreachable } from "../../base/index.ts"
import type { Condition, DvdCommand, Operand, SetAction, Transfer } from "./command.ts"
import type { DvdEnvironment } from "./environment.ts"
import { type DvdState, readGprm, readSprm, SPRM } from "./state.ts"

/** What a command did: the state with its registers written, and where it wants to go. */
export type Evaluation = { readonly state: DvdState; readonly transfer: Transfer | null }

/** Runs one command on the registers. Where it wants to go is for the machine to follow. */
export function evaluate(command: DvdCommand, state: DvdState, environment: DvdEnvironment): Evaluation {
  if (command.form === "unknown") return { state, transfer: null }
  const { condition, governs, set, transfer } = command
  if (governs === "transfer") {
    const written = set === null ? state : write(set, state, environment)
    return { state: written, transfer: holds(condition, written, environment) ? transfer : null }
  }
  const isTrue = holds(condition, state, environment)
  const written = set !== null && isTrue ? write(set, state, environment) : state
  return { state: written, transfer: isTrue || governs === "set" ? transfer : null }
}

function holds(condition: Condition | null, state: DvdState, environment: DvdEnvironment): boolean {
  if (condition === null) return true
  const left = read(condition.left, state, environment)
  const right = read(condition.right, state, environment)
  switch (condition.comparison) {
    case "&":
      return (left & right) !== 0
    case "==":
      return left === right
    case "!=":
      return left !== right
    case ">=":
      return left >= right
    case ">":
      return left > right
    case "<=":
      return left <= right
    case "<":
      return left < right
    default:
      return unreachable(condition.comparison)
  }
}

function read(operand: Operand, state: DvdState, environment: DvdEnvironment): number {
  switch (operand.kind) {
    case "immediate":
      return operand.value
    case "gprm":
      return readGprm(state, environment, operand.register)
    case "sprm":
      return readSprm(state, environment, operand.register)
    default:
      return unreachable(operand)
  }
}

function write(action: SetAction, state: DvdState, environment: DvdEnvironment): DvdState {
  const value = (operand: Operand) => read(operand, state, environment)
  switch (action.op) {
    case "set":
      return setRegister(action, state, environment)
    case "set-streams": {
      const streams = [action.audio, action.subpicture, action.angle]
      const sprm = [...state.sprm]
      for (const [index, operand] of streams.entries()) if (operand !== null) sprm[SPRM.audioStream + index] = value(operand)
      return { ...state, sprm }
    }
    case "set-navigation-timer": {
      const seconds = value(action.seconds)
      const timer = seconds === 0 ? null : ({ running: true, endTicks: environment.now() + seconds * 90_000 } as const)
      return { ...withSprm(state, SPRM.timerPgcn, action.pgcn), timer }
    }
    case "set-register-mode": {
      const counters = state.counters.with(action.register, action.counter ? environment.now() : null)
      return withGprm({ ...state, counters }, environment, action.register, value(action.value))
    }
    case "set-karaoke-mixing":
      return withSprm(state, SPRM.karaokeMixing, value(action.value))
    case "set-button":
      return withSprm(state, SPRM.button, value(action.value))
    default:
      return unreachable(action)
  }
}

type Set = Extract<SetAction, { op: "set" }>

function setRegister({ operator, register, operand }: Set, state: DvdState, environment: DvdEnvironment): DvdState {
  const old = readGprm(state, environment, register)
  const value = read(operand, state, environment)
  const result = withGprm(state, environment, register, combine(operator, old, value, environment))
  return operator === "<->" && operand.kind === "gprm" ? withGprm(result, environment, operand.register, old) : result
}

const MOST = 0xffff

function combine(operator: Set["operator"], old: number, value: number, environment: DvdEnvironment): number {
  switch (operator) {
    case "=":
    case "<->":
      return value
    case "+=":
      return Math.min(MOST, old + value)
    case "-=":
      return Math.max(0, old - value)
    case "*=":
      return Math.min(MOST, old * value)
    // Division by zero has no result of its own; players give the greatest number.
    case "/=":
      return value === 0 ? MOST : Math.floor(old / value)
    case "%=":
      return value === 0 ? MOST : old % value
    case "rnd":
      return Math.min(MOST, 1 + Math.floor(value * environment.random()))
    case "&=":
      return old & value
    case "|=":
      return old | value
    case "^=":
      return old ^ value
    default:
      return unreachable(operator)
  }
}

function withGprm(state: DvdState, environment: DvdEnvironment, register: number, value: number): DvdState {
  // A counter goes on from the value that was written.
  if (typeof state.counters[register] === "number") {
    return { ...state, counters: state.counters.with(register, environment.now() - value * 90_000) }
  }
  return { ...state, gprm: state.gprm.with(register, value) }
}

export const withSprm = (state: DvdState, register: number, value: number): DvdState => ({
  ...state,
  sprm: state.sprm.with(register, value),
})
