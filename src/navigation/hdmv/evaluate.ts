import { unreachable } from "../../base/index.ts"
import type { Comparison, SetOperator } from "./command.ts"

const MOST = 0xffff_ffff

/** Whether a comparison of two unsigned 32-bit values is true. */
export function compare(comparison: Comparison, left: number, right: number): boolean {
  switch (comparison) {
    case "bc":
      return (left & ~right) === 0
    case "eq":
      return left === right
    case "ne":
      return left !== right
    case "ge":
      return left >= right
    case "gt":
      return left > right
    case "le":
      return left <= right
    case "lt":
      return left < right
    default:
      return unreachable(comparison)
  }
}

/** What the destination holds after a set command. Rules: libbluray `hdmv_vm.c`. Shifts and bit numbers count by their lowest five bits. */
export function combine(operator: SetOperator, old: number, value: number, random: () => number): number {
  switch (operator) {
    case "move":
    case "swap":
      return value
    case "add":
      return Math.min(MOST, old + value)
    case "sub":
      return Math.max(0, old - value)
    // A product below 2^53 is exact, and all above 2^32 are the same.
    case "mul":
      return Math.min(MOST, old * value)
    case "div":
      return value === 0 ? MOST : Math.floor(old / value)
    case "mod":
      return value === 0 ? MOST : old % value
    case "rnd": {
      const drawn = random()
      return value === 0 ? 1 : (drawn % value) + 1
    }
    case "and":
      return (old & value) >>> 0
    case "or":
      return (old | value) >>> 0
    case "xor":
      return (old ^ value) >>> 0
    case "bitset":
      return (old | (1 << value)) >>> 0
    case "bitclear":
      return (old & ~(1 << value)) >>> 0
    case "shl":
      return (old << value) >>> 0
    case "shr":
      return old >>> value
    default:
      return unreachable(operator)
  }
}
