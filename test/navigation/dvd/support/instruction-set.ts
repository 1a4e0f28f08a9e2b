/*
 * The instruction set as a table of bit places, written from its descriptions (the disassembly of libdvdnav's vmcmd.c, the command pages of
 * DVD authoring guides) and not from our decoder: fields are [highest bit, number of bits], bit 63 is the first byte's highest.
 */

export type Field = readonly [top: number, count: number]

export const COMMON = {
  type: [63, 3],
  setImmediate: [60, 1],
  setOperator: [59, 4],
  compareImmediate: [55, 1],
  comparison: [54, 3],
  branch: [51, 4],
} as const

/** By instruction type: where the operands of compare, set and link lie. */
export const PLACES = {
  special: { left: [39, 8], right: [31, 16], rightRegister: [23, 8], line: [7, 8], level: [11, 4] },
  link: { left: [39, 8], right: [31, 16], rightRegister: [23, 8] },
  jump: { left: [15, 8], rightRegister: [7, 8] },
  setSystem: { left: [15, 8], rightRegister: [7, 8] },
  set: { left: [47, 8], right: [15, 16], rightRegister: [7, 8], target: [35, 4], source: [31, 16], sourceRegister: [23, 8] },
  setCompareLink: { right: [31, 16], rightRegister: [23, 8], target: [51, 4], source: [47, 16], sourceRegister: [39, 8] },
  /** Types 5 and 6 with a value to set: two registers are compared. */
  compareSetValue: { left: [31, 8], rightRegister: [23, 8], target: [51, 4], source: [47, 16] },
  /** Types 5 and 6 with a register to set from. */
  compareSetRegister: { left: [39, 8], right: [31, 16], rightRegister: [23, 8], target: [51, 4], sourceRegister: [47, 8] },
} as const

export const LINK_PLACES = { subset: [4, 5], button: [15, 6] } as const
/** Eight bytes from fields and their values. */
export function assemble(...fields: readonly (readonly [Field, number])[]): Uint8Array {
  let word = 0n
  for (const [[top, count], value] of fields) {
    if (value >= 2 ** count) throw new Error(`${value} has more than ${count} bits`)
    word |= BigInt(value) << BigInt(top + 1 - count)
  }
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, word)
  return bytes
}

export const sprm = (register: number): number => 0x80 | register

/** Comparisons by their number. */
export const COMPARE: readonly (readonly [name: string, number: number, holds: (a: number, b: number) => boolean])[] = [
  ["&", 1, (a, b) => (a & b) !== 0],
  ["==", 2, (a, b) => a === b],
  ["!=", 3, (a, b) => a !== b],
  [">=", 4, (a, b) => a >= b],
  [">", 5, (a, b) => a > b],
  ["<=", 6, (a, b) => a <= b],
  ["<", 7, (a, b) => a < b],
]

/** Set operators by their number; `rnd` with the random number that the test gives. */
export const CHANCE = 0.5
const clamp = (value: number): number => Math.max(0, Math.min(65535, value))
export const OPERATE: readonly (readonly [name: string, number: number, result: (old: number, value: number) => number])[] = [
  ["=", 1, (_, value) => value],
  ["<->", 2, (_, value) => value],
  ["+=", 3, (old, value) => clamp(old + value)],
  ["-=", 4, (old, value) => clamp(old - value)],
  ["*=", 5, (old, value) => clamp(old * value)],
  ["/=", 6, (old, value) => (value === 0 ? 65535 : Math.trunc(old / value))],
  ["%=", 7, (old, value) => (value === 0 ? 65535 : old % value)],
  ["rnd", 8, (_, value) => 1 + Math.trunc(value * CHANCE)],
  ["&=", 9, (old, value) => old & value],
  ["|=", 10, (old, value) => old | value],
  ["^=", 11, (old, value) => old ^ value],
]
