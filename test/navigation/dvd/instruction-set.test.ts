import { describe, expect, test } from "vitest"
import { ticks } from "../../../src/base/index.ts"
import { evaluate } from "../../../src/navigation/dvd/evaluate.ts"
import { type DvdState, decodeCommand, initialState, printCommand, readGprm, readSprm } from "../../../src/navigation/dvd/index.ts"
import { assemble, CHANCE, COMMON, COMPARE, type Field, LINK_PLACES, OPERATE, PLACES, sprm } from "./support/instruction-set.ts"

const environment = { now: () => ticks(900_000), random: () => CHANCE }
/** Values with edges of every operator among them. */
const VALUES = [0, 1, 7, 255, 256, 0x7fff, 0x8000, 0xffff]

function stateOf(gprm: Readonly<Record<number, number>>, registers: Readonly<Record<number, number>> = {}): DvdState {
  const state = initialState()
  const set = (list: readonly number[], values: Readonly<Record<number, number>>) => list.map((value, index) => values[index] ?? value)
  return { ...state, gprm: set(state.gprm, gprm), sprm: set(state.sprm, registers) }
}

const run = (bytes: Uint8Array, state: DvdState) => evaluate(decodeCommand(bytes), state, environment)
const register = (state: DvdState, number: number) => readGprm(state, environment, number)

type Assembled = (left: number, right: number) => { readonly bytes: Uint8Array; readonly state: DvdState }
const fields = (...list: readonly (readonly [Field, number])[]) => list

/** Every place in which a type can have a comparison: a register with a value, a register, a system register; system registers on the left. */
function comparisons(
  type: number,
  places: { left?: Field; right?: Field; rightRegister: Field },
  rest: readonly (readonly [Field, number])[],
  number: number,
): Record<string, Assembled> {
  const base = [[COMMON.type, type], [COMMON.comparison, number], ...rest] as const
  const left = places.left === undefined ? [] : fields([places.left, 3])
  const forms: Record<string, Assembled> = {
    "register with register": (a, b) => ({ bytes: assemble(...base, ...left, [places.rightRegister, 4]), state: stateOf({ 3: a, 4: b }) }),
    "register with system register": (a, b) => ({
      bytes: assemble(...base, ...left, [places.rightRegister, sprm(13)]),
      state: stateOf({ 3: a }, { 13: b }),
    }),
  }
  const { right } = places
  if (right !== undefined) {
    forms["register with value"] = (a, b) => ({
      bytes: assemble(...base, ...left, [COMMON.compareImmediate, 1], [right, b]),
      state: stateOf({ 3: a }),
    })
  }
  if (places.left !== undefined) {
    const system = fields([places.left, sprm(20)])
    forms["system register with register"] = (a, b) => ({
      bytes: assemble(...base, ...system, [places.rightRegister, 4]),
      state: stateOf({ 4: b }, { 20: a }),
    })
  }
  return forms
}

const linkTop = fields([COMMON.branch, 1], [LINK_PLACES.subset, 1])
const subsetTop = fields([LINK_PLACES.subset, 1])
/** The types that compare, with something visible to do. */
const COMPARING: readonly (readonly [
  string,
  number,
  { left?: Field; right?: Field; rightRegister: Field },
  readonly (readonly [Field, number])[],
])[] = [
  ["special", 0, PLACES.special, fields([COMMON.branch, 1], [PLACES.special.line, 9])],
  ["link", 1, PLACES.link, linkTop],
  ["jump", 1, PLACES.jump, fields([[60, 1], 1], [COMMON.branch, 1])],
  ["set", 3, PLACES.set, fields([COMMON.setOperator, 1], [COMMON.setImmediate, 1], [PLACES.set.target, 9], [PLACES.set.source, 77])],
  ["set, compare, link", 4, PLACES.setCompareLink, fields([PLACES.setCompareLink.target, 3], ...subsetTop)],
  [
    "compare, set value and link",
    5,
    PLACES.compareSetValue,
    fields(
      [COMMON.setImmediate, 1],
      [COMMON.setOperator, 1],
      [PLACES.compareSetValue.target, 9],
      [PLACES.compareSetValue.source, 77],
      ...subsetTop,
    ),
  ],
  [
    "compare, set register and link",
    5,
    PLACES.compareSetRegister,
    fields([COMMON.setOperator, 1], [PLACES.compareSetRegister.target, 9], [PLACES.compareSetRegister.sourceRegister, 5], ...subsetTop),
  ],
  [
    "compare, set value, always link",
    6,
    PLACES.compareSetValue,
    fields(
      [COMMON.setImmediate, 1],
      [COMMON.setOperator, 1],
      [PLACES.compareSetValue.target, 9],
      [PLACES.compareSetValue.source, 77],
      ...subsetTop,
    ),
  ],
  [
    "compare, set register, always link",
    6,
    PLACES.compareSetRegister,
    fields([COMMON.setOperator, 1], [PLACES.compareSetRegister.target, 9], [PLACES.compareSetRegister.sourceRegister, 5], ...subsetTop),
  ],
]

describe.each(COMPARING)("%s: every comparison in every operand form", (name, type, places, rest) => {
  test.each(COMPARE)("%s", (_, number, holds) => {
    for (const [form, make] of Object.entries(comparisons(type, places, rest, number))) {
      for (const a of VALUES) {
        for (const b of VALUES) {
          const { bytes, state } = make(a, b)
          const before = { ...state, gprm: state.gprm.with(5, 77) }
          const result = run(bytes, before)
          const isTrue = holds(a, b)
          const where = `${form}: ${a}, ${b}`
          const sets = name.includes("set") && type !== 4
          if (sets) expect(register(result.state, 9), where).toBe(isTrue ? 77 : 0)
          else expect(result.state, where).toEqual(before)
          if (type !== 3) expect(result.transfer !== null, where).toBe(isTrue || type === 6)
        }
      }
    }
  })
})

describe("every set operator in every operand form", () => {
  type Form = {
    readonly bytes: Uint8Array
    readonly target: number
    readonly other: number | null
    readonly state: (old: number, value: number) => DvdState
  }
  const forms = (number: number, value: number): Record<string, Form> => {
    const made: Record<string, Form> = {}
    const add = (
      name: string,
      type: number,
      places: { target: Field; source?: Field; sourceRegister?: Field },
      extra: readonly (readonly [Field, number])[] = [],
    ) => {
      const base = [[COMMON.type, type], [COMMON.setOperator, number], [places.target, 2], ...extra] as const
      const { source, sourceRegister } = places
      if (source !== undefined)
        made[`${name}, value`] = {
          bytes: assemble(...base, [COMMON.setImmediate, 1], [source, value]),
          target: 2,
          other: null,
          state: (old) => stateOf({ 2: old }),
        }
      if (sourceRegister === undefined) return
      made[`${name}, register`] = {
        bytes: assemble(...base, [sourceRegister, 11]),
        target: 2,
        other: 11,
        state: (old, from) => stateOf({ 2: old, 11: from }),
      }
      made[`${name}, system register`] = {
        bytes: assemble(...base, [sourceRegister, sprm(15)]),
        target: 2,
        other: null,
        state: (old, from) => stateOf({ 2: old }, { 15: from }),
      }
    }
    add("set", 3, PLACES.set)
    add("set and link", 3, PLACES.set, linkTop)
    add("set, compare, link", 4, PLACES.setCompareLink, subsetTop)
    for (const type of [5, 6]) {
      add(`type ${type}`, type, PLACES.compareSetValue, subsetTop)
      add(`type ${type}`, type, PLACES.compareSetRegister, subsetTop)
    }
    return made
  }

  test.each(OPERATE)("%s", (name, number, operate) => {
    for (const old of VALUES) {
      for (const value of VALUES) {
        for (const [form, { bytes, target, other, state }] of Object.entries(forms(number, value))) {
          const result = run(bytes, state(old, value)).state
          expect(register(result, target), `${form}: ${old}, ${value}`).toBe(Math.min(65535, operate(old, value)))
          if (other !== null) expect(register(result, other), form).toBe(name === "<->" ? old : value)
          expect(decodeCommand(bytes)).toMatchObject({ unexamined: null })
        }
      }
    }
  })
})

/** Commands without operand forms of their own: bytes in hex, how they print. */
const PRINTED: readonly (readonly [string, string])[] = [
  ["0000000000000000", "Nop"],
  ["0001000000000011", "Goto 17"],
  ["0002000000000000", "Break"],
  ["000300000000040a", "SetTmpPML 4, Goto 10"],
  ["00a100050123000c", "if (g[5] == 0x123) Goto 12"],
  ["0022000500840000", "if (g[5] == TTN) Break"],
  ...[
    "LinkNoLink",
    "LinkTopC",
    "LinkNextC",
    "LinkPrevC",
    "",
    "LinkTopPG",
    "LinkNextPG",
    "LinkPrevPG",
    "",
    "LinkTopPGC",
    "LinkNextPGC",
    "LinkPrevPGC",
    "LinkGoUpPGC",
    "LinkTailPGC",
    "",
    "",
    "LinkRSM",
  ].flatMap((name, number) =>
    name === ""
      ? []
      : ([
          [`20010000000014${number.toString(16).padStart(2, "0")}`, `${name} (button 5)`],
          [`20010000000000${number.toString(16).padStart(2, "0")}`, name],
        ] as const),
  ),
  ["2004000000007fff", "LinkPGCN 32767"],
  ["20050000000017ff", "LinkPTTN 1023 (button 5)"],
  ["200600000000147f", "LinkPGN 127 (button 5)"],
  ["20070000000014ff", "LinkCN 255 (button 5)"],
  ["20a400056573000b", 'if (g[5] == 0x6573 ("es")) LinkPGCN 11'],
  ["3001000000000000", "Exit"],
  ["30020000007f0000", "JumpTT 127"],
  ["3003000000050000", "JumpVTS_TT 5"],
  ["300503ff00050000", "JumpVTS_PTT 5:1023"],
  ["3006000000000000", "JumpSS FP"],
  ["3006000000420000", "JumpSS VMGM (menu 2)"],
  ["3006000102830000", "JumpSS VTSM (vts 2, title 1, menu 3)"],
  ["30067fff00c00000", "JumpSS VMGM (pgc 32767)"],
  ["3008000003000000", "CallSS FP (resume cell 3)"],
  ["3008000003420000", "CallSS VMGM (menu 2) (resume cell 3)"],
  ["3008000003870000", "CallSS VTSM (menu 7) (resume cell 3)"],
  ["3008000903c00000", "CallSS VMGM (pgc 9) (resume cell 3)"],
  ["3022000000010e0d", "if (g[14] == g[13]) JumpTT 1"],
  ["5100008180820000", "SetSTN ASTN = 0x1 SPSTN = 0x0 AGLN = 0x2"],
  ["4100008300000000", "SetSTN ASTN = g[3]"],
  ["4100000083840000", "SetSTN SPSTN = g[3] AGLN = g[4]"],
  ["5200001e00070000", "SetNVTMR 0x1e (pgc 7)"],
  ["4200000300070000", "SetNVTMR g[3] (pgc 7)"],
  ["5300000500820000", "SetGPRMMD Counter g[2] = 0x5"],
  ["4300000500020000", "SetGPRMMD Register g[2] = g[5]"],
  ["540000000c040000", "SetAMXMD 0xc04"],
  ["4400000000050000", "SetAMXMD g[5]"],
  ["560000000c000000", "SetHL_BTNN 0xc00"],
  ["4600000000050000", "SetHL_BTNN g[5]"],
  ["5600000008000000", "SetHL_BTNN 0x800"],
  ["5621000008000001", "if (g[0] == g[1]) { SetHL_BTNN 0x800, LinkTopC }"],
  ["7100000100050000", "g[1] = 0x5"],
  ["6200000100050000", "g[1] <-> g[5]"],
  ["71a0000100056573", 'if (g[0] == 0x6573 ("es")) g[1] = 0x5'],
  ["7101000100050001", "g[1] = 0x5, LinkTopC"],
  ["91a2000100050802", "g[2] = 0x1, if (g[2] == 0x5) LinkNextC (button 2)"],
  ["b122000103040802", "if (g[3] == g[4]) { g[2] = 0x1, LinkNextC (button 2) }"],
  ["a1a2060300050802", "if (g[3] == 0x5) { g[2] = g[6], LinkNextC (button 2) }"],
  ["d122000103040802", "if (g[3] == g[4]) { g[2] = 0x1 } LinkNextC (button 2)"],
  ["c1a2060300050802", "if (g[3] == 0x5) { g[2] = g[6] } LinkNextC (button 2)"],
]
const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

describe("decoding and printing", () => {
  test.each(PRINTED)("%s: %s", (hex, text) => expect(printCommand(decodeCommand(bytesOf(hex)))).toBe(text))

  test("set bits that nobody examined are told", () => {
    expect(decodeCommand(bytesOf("3001000000000001"))).toMatchObject({ transfer: { op: "exit" }, unexamined: "0000000000000001" })
    expect(printCommand(decodeCommand(bytesOf("0000000012340000")))).toBe("Nop [unexamined bits 0000000012340000]")
  })

  test("what is not assigned stays as it is and does nothing", () => {
    for (const hex of [
      "e000000000000000",
      "0004000000000000",
      "2002000000000000",
      "3004000000000000",
      "4500000000000000",
      "7c00000000000000",
      "2001000000000004",
    ]) {
      expect(decodeCommand(bytesOf(hex))).toEqual({ form: "unknown", bytes: hex })
      const state = stateOf({ 0: 3 })
      expect(run(bytesOf(hex), state)).toEqual({ state, transfer: null })
    }
  })
})

describe("set system", () => {
  test("streams: only those with their flag, from values and registers", () => {
    const base = [
      [COMMON.type, 2],
      [COMMON.setOperator, 1],
    ] as const
    for (let flags = 0; flags < 8; flags++) {
      for (const isImmediate of [true, false]) {
        const tops = [39, 31, 23].filter((_, index) => flags & (1 << index))
        const list = tops.flatMap((top, index) =>
          fields([[top, 1], 1], isImmediate ? [[top - 1, 7], 0x40 + index] : [[top - 4, 4], 10 + index]),
        )
        const state = stateOf({ 10: 0x40, 11: 0x41, 12: 0x42 }, { 1: 5, 2: 6, 3: 7 })
        const result = run(assemble(...base, [COMMON.setImmediate, isImmediate ? 1 : 0], ...list), state).state
        let index = 0
        for (const [bit, number] of [1, 2, 3].entries()) expect(result.sprm[number]).toBe(flags & (1 << bit) ? 0x40 + index++ : 4 + number)
      }
    }
  })

  test.each([
    ["button, value", "560000000c000000", 8, 0x0c00],
    ["button, register", "4600000000050000", 8, 0x0800],
    ["karaoke mixing, value", "540000001c040000", 11, 0x1c04],
    ["karaoke mixing, register", "4400000000050000", 11, 0x0800],
    ["timer's chain", "5200001e01070000", 10, 0x107],
    ["timer, value", "5200001e01070000", 9, 30],
    ["timer, register", "4200000501070000", 9, 0x800],
  ])("%s", (_, hex, number, value) => {
    expect(readSprm(run(bytesOf(hex), stateOf({ 5: 0x800 })).state, environment, number)).toBe(value)
  })

  test("a false comparison of two registers leaves everything as it was", () => {
    for (const hex of ["5620000008000001", "5220001e00070001", "5320000500820001", "5420000008000001", "5120008180820001"]) {
      const state = stateOf({ 0: 1, 1: 2 })
      expect(run(bytesOf(hex), state)).toEqual({ state, transfer: null })
    }
  })

  test("a counter goes on by one each second, a register does not; both by value and register", () => {
    let now = 90_000 * 100
    const clock = { now: () => ticks(now), random: () => 0 }
    for (const hex of ["5300000500820000", "4300000900820000"]) {
      const counting = evaluate(decodeCommand(bytesOf(hex)), stateOf({ 9: 5 }), clock).state
      expect(readGprm(counting, clock, 2)).toBe(5)
      now += 90_000 * 7 + 45_000
      expect(readGprm(counting, clock, 2)).toBe(12)
      const more = evaluate(decodeCommand(bytesOf("7300000200640000")), counting, clock).state
      now += 45_000
      expect(readGprm(more, clock, 2)).toBe(112)
      now += 90_000
      expect(readGprm(more, clock, 2)).toBe(113)
      const fixed = evaluate(decodeCommand(bytesOf("5300000300020000")), more, clock).state
      now += 90_000 * 9
      expect(readGprm(fixed, clock, 2)).toBe(3)
    }
  })
})

test("any bytes are a command that can be printed and run", () => {
  let seed = 1
  const bytes = new Uint8Array(8)
  for (let count = 0; count < 200_000; count++) {
    for (let index = 0; index < 8; index++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      bytes[index] = seed >>> 16
    }
    const command = decodeCommand(bytes)
    const { state } = evaluate(command, initialState(), environment)
    if (count % 50 === 0) printCommand(command)
    for (const value of [...state.gprm, ...state.sprm])
      if (!(Number.isInteger(value) && value >= 0 && value <= 65535)) throw new Error(`${bytes}: ${value}`)
  }
  for (let length = 0; length < 8; length++) expect(() => printCommand(decodeCommand(bytes.subarray(0, length)))).not.toThrow()
})
