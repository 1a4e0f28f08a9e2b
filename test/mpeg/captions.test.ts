import { describe, expect, test } from "vitest"
import { parseCaptionUserData } from "../../src/mpeg/captions/index.ts"
import { type CaptionPair, CaptionReader } from "../../src/mpeg/index.ts"
import { a53UserData, dvdUserData, parity, type Word } from "../support/captions.ts"
import { mutantsOf } from "../support/mutants.ts"

const FIELD = 1501.5
const START = 90_000

const SEQUENCE = [0, 0, 1, 0xb3, 0x2d, 0x01, 0xe0, 0x24, 0xff, 0xff, 0xe0, 0x18]
const sequenceExtension = (progressive: boolean) => [0, 0, 1, 0xb5, 0x14, progressive ? 0x8a : 0x82, 0, 1, 0, 0]
const GROUP = [0, 0, 1, 0xb8, 0, 8, 0, 0]
const SLICE = [0, 0, 1, 1, 0x1b, 0xf8, 0x7d, 0xf5, 0, 0, 1, 2, 0x1b, 0xf8]

type Picture = {
  readonly type?: "I" | "P" | "B"
  readonly top?: 0 | 1
  readonly repeat?: 0 | 1
  /** 1 top field, 2 bottom field, 3 frame. */
  readonly structure?: 1 | 2 | 3
  readonly userData?: Buffer
}

function picture({ type = "I", top = 1, repeat = 0, structure = 3, userData }: Picture): number[] {
  const kind = { I: 1, P: 2, B: 3 }[type]
  const header = [0, 0, 1, 0, 0, (kind << 3) | 7, 0xff, 0xf8]
  const extension = [0, 0, 1, 0xb5, 0x8f, 0xff, 0xf0 | structure, (top << 7) | 0x40 | (repeat << 1), 0x80]
  return [...header, ...extension, ...(userData === undefined ? [] : [0, 0, 1, 0xb2, ...userData]), ...SLICE]
}

const group = (userData?: Buffer, progressive = false): number[] => [
  ...SEQUENCE,
  ...sequenceExtension(progressive),
  ...GROUP,
  ...(userData === undefined ? [] : [0, 0, 1, 0xb2, ...userData]),
]

/** A word that says its number. */
const numbered = (number: number): Word => [0x20 + (number >> 6), 0x20 + (number & 63)]
const numberOf = ({ first, second }: CaptionPair) => ((first & 0x7f) - 0x20) * 64 + (second & 0x7f) - 0x20

/** A group's words as its fields come: `fields` says which of both each is. Words are numbered by field, from `from`. */
function dvdFields(fields: readonly (1 | 2)[], from: { 1: number; 2: number }): Buffer {
  const bytes = [0x43, 0x43, 1, 0xf8, (fields[0] === 1 ? 0x80 : 0) | ((fields.length >> 1) << 1) | (fields.length & 1)]
  for (const field of fields) {
    const [first, second] = numbered(from[field]++)
    bytes.push(field === 1 ? 0xff : 0xfe, parity(first), parity(second))
  }
  return Buffer.from(bytes)
}

function read(units: readonly { data: readonly number[]; pts: number | null }[], reader = new CaptionReader()): CaptionPair[] {
  const pairs = units.flatMap(({ data, pts }) => [...reader.push({ data: Uint8Array.from(data), pts })])
  return [...pairs, ...reader.flush()]
}

/** Of four film pictures: top field first, and first field repeated. */
const CADENCE = [
  [1, 1],
  [0, 0],
  [0, 1],
  [1, 0],
] as const
const FIELDS_OF_ROUND: readonly (readonly (1 | 2)[])[] = [
  [1, 2, 1],
  [2, 1],
  [2, 1, 2],
  [1, 2],
]

describe("a DVD's groups", () => {
  // 12 pictures are 30 fields; 10 and 7 leave some groups with an odd number that begin with the bottom field.
  test.each([12, 10, 7, 1])("of %i film pictures: each field has its own word, repeated fields too", (size) => {
    const units: { data: number[]; pts: number }[] = []
    const from = { 1: 0, 2: 0 }
    let fieldsBefore = 0
    for (let base = 0; base < size * 6; base += size) {
      const shown = Array.from({ length: size }, (_, index) => base + index)
      const fields = shown.flatMap((each) => FIELDS_OF_ROUND[each % 4]!)
      const starts = shown.map(
        (_, index) => fieldsBefore + shown.slice(0, index).reduce((sum, each) => sum + FIELDS_OF_ROUND[each % 4]!.length, 0),
      )
      const userData = dvdFields(fields, from)
      fieldsBefore += fields.length
      // Coding order: B B I B B P ... with the group's first two shown before its I.
      const order = size < 3 ? [0] : [2, 0, 1]
      for (let next = 5; order.length < size; next += 3) {
        const reference = Math.min(next, size - 1)
        order.push(reference, ...[next - 2, next - 1].filter((each) => each < reference))
      }
      order.forEach((index, coded) => {
        const [top, repeat] = CADENCE[shown[index]! % 4]!
        const type = coded === 0 ? "I" : size >= 3 && (index % 3 === 2 || index === size - 1) ? "P" : "B"
        const head = coded === 0 ? group(userData) : []
        units.push({ data: [...head, ...picture({ type, top, repeat })], pts: Math.round(START + starts[index]! * FIELD) })
      })
    }
    const pairs = read(units)
    expect(pairs).toHaveLength(fieldsBefore)
    for (const field of [1, 2] as const) {
      const own = pairs.filter((pair) => pair.field === field)
      expect(own.map(numberOf)).toEqual(own.map((_, index) => index))
      // Film at 60 fields: they alternate without a break, so the nth of each comes every other field.
      own.forEach(({ at }, index) => {
        expect(Math.abs(at - (START + (2 * index + field - 1) * FIELD))).toBeLessThanOrEqual(1)
      })
    }
    expect(pairs.map(({ at }) => at)).toEqual(pairs.map(({ at }) => at).sort((a, b) => a - b))
  })

  test("whose bottom field comes first", () => {
    const data = [...group(dvdFields([2, 1, 2, 1], { 1: 0, 2: 0 })), ...picture({ top: 0 })]
    const pairs = read([
      { data, pts: START },
      { data: picture({ type: "P", top: 0 }), pts: START + 3003 },
    ])
    expect(pairs.map(({ field, at }) => [field, at - START])).toEqual([
      [2, 0],
      [1, 1502],
      [2, 3003],
      [1, 4505],
    ])
  })

  test("with more words than fields: none is lost, and none comes behind the next group's", () => {
    const words = [0, 1, 2].map((each) => [numbered(each), numbered(100 + each)] as const)
    const pairs = read([
      { data: [...group(dvdUserData(words)), ...picture({})], pts: START },
      { data: [...group(dvdUserData([[numbered(3), numbered(103)]])), ...picture({})], pts: START + 3003 },
    ])
    expect(pairs.map((pair) => [numberOf(pair), pair.at - START])).toEqual([
      [0, 0],
      [100, 1502],
      [1, 3003],
      [101, 3003],
      [2, 3003],
      [102, 3003],
      [3, 3003],
      [103, 4505],
    ])
  })

  test("with fewer words than fields, and without any", () => {
    const pairs = read([
      { data: [...group(dvdUserData([[numbered(0), numbered(100)]])), ...picture({})], pts: START },
      { data: picture({ type: "P" }), pts: START + 3003 },
      { data: [...group(), ...picture({})], pts: START + 6006 },
      { data: [...group(dvdUserData([[numbered(1), numbered(101)]])), ...picture({})], pts: START + 9009 },
    ])
    expect(pairs.map((pair) => [numberOf(pair), pair.at - START])).toEqual([
      [0, 0],
      [100, 1502],
      [1, 9009],
      [101, 10_511],
    ])
  })

  test("that mark both fields as the odd one: the fields alternate", () => {
    const userData = dvdUserData([[numbered(0), numbered(100)]])
    userData[8] = 0xff
    expect(parseCaptionUserData(userData)?.words.map(({ field }) => field)).toEqual([1, 2])
    // The header says that the even field comes first.
    userData[4] = 0x02
    expect(parseCaptionUserData(userData)?.words.map(({ field }) => field)).toEqual([2, 1])
  })
})

describe("words in each picture's own user data (ATSC A/53)", () => {
  const both = (number: number) =>
    a53UserData([
      { field: 1, word: numbered(number) },
      { field: 2, word: numbered(100 + number) },
    ])

  test("come in the order of display, and CEA-708 does not", () => {
    const pairs = read([
      { data: [...group(), ...picture({ userData: both(2) })], pts: START + 6006 },
      { data: picture({ type: "B", userData: both(0) }), pts: START },
      { data: picture({ type: "B", userData: both(1) }), pts: START + 3003 },
      { data: picture({ type: "P", userData: both(3) }), pts: START + 9009 },
    ])
    expect(pairs.map((pair) => [numberOf(pair), pair.field, pair.at - START])).toEqual(
      [0, 1, 2, 3].flatMap((number) => [
        [number, 1, number * 3003],
        [100 + number, 2, number * 3003 + 1502],
      ]),
    )
  })

  test("of a picture that is shown for two frames, and of one with more words than frames", () => {
    const three = a53UserData([0, 1, 2].map((each) => ({ field: 1 as const, word: numbered(each) })))
    const shown = (progressive: boolean, repeat: 0 | 1, top: 0 | 1) =>
      read([{ data: [...group(undefined, progressive), ...picture({ repeat, top, userData: three })], pts: START }]).map(
        ({ at }) => at - START,
      )
    expect(shown(true, 1, 0)).toEqual([0, 3003, 4505])
    expect(shown(true, 1, 1)).toEqual([0, 3003, 6006])
    expect(shown(false, 1, 1)).toEqual([0, 3003, 3003])
    expect(shown(false, 0, 1)).toEqual([0, 1502, 1502])
  })

  test("of two fields that are pictures of their own", () => {
    const one = (number: number, field: 1 | 2) => a53UserData([{ field, word: numbered(number) }])
    const data = [
      ...group(),
      ...picture({ structure: 2, userData: one(7, 2) }),
      ...picture({ type: "P", structure: 1, userData: one(8, 1) }),
    ]
    expect(read([{ data, pts: START }]).map((pair) => [numberOf(pair), pair.field, pair.at - START])).toEqual([
      [7, 2, 0],
      [8, 1, 1502],
    ])
  })

  test("that are not valid, or not to be processed, are left out", () => {
    const userData = both(0)
    const words = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(userData)
      change(bytes)
      return parseCaptionUserData(bytes)?.words.length
    }
    expect(words(() => {})).toBe(2)
    // Words of CEA-708 that are valid.
    expect(words((bytes) => (bytes[7] = 0xfe))).toBe(1)
    expect(words((bytes) => (bytes[7] = 0xff))).toBe(1)
    expect(words((bytes) => (bytes[7] = 0xf8))).toBe(1)
    expect(words((bytes) => (bytes[5]! &= ~0x40))).toBe(0)
    expect(words((bytes) => (bytes[4] = 4))).toBeUndefined()
  })
})

test("a picture without a time follows the one before it; before any time there is nothing", () => {
  const data = (number: number) => [...group(), ...picture({ userData: a53UserData([{ field: 1, word: numbered(number) }]) })]
  const pairs = read([
    { data: data(0), pts: null },
    { data: data(1), pts: START },
    { data: data(2), pts: null },
  ])
  expect(pairs.map((pair) => [numberOf(pair), pair.at])).toEqual([
    [1, START],
    [2, START + 3003],
  ])
})

test("a field lasts as long as its sequence says", () => {
  const data = [...group(dvdUserData([[numbered(0), numbered(100)]])), ...picture({})]
  // frame_rate_code 3: 25 frames a second.
  data[7] = 0x23
  expect(read([{ data, pts: START }]).map(({ at }) => at - START)).toEqual([0, 1800])
})

test("a jump forgets what waits", () => {
  const reader = new CaptionReader()
  const words = Array.from({ length: 12 }, (_, each) => [numbered(each), numbered(100 + each)] as const)
  reader.push({ data: Uint8Array.from([...group(dvdUserData(words)), ...picture({})]), pts: START })
  reader.reset()
  const after = read([{ data: [...group(dvdUserData([[numbered(50), numbered(150)]])), ...picture({})], pts: START * 5 }], reader)
  expect(after.map((pair) => [numberOf(pair), pair.at])).toEqual([
    [50, START * 5],
    [150, START * 5 + 1502],
  ])
})

test("other user data, and units without a picture, are nothing", () => {
  expect(parseCaptionUserData(Buffer.from("DTG1A"))).toBeNull()
  expect(parseCaptionUserData(new Uint8Array(0))).toBeNull()
  expect(read([{ data: group(dvdUserData([[numbered(0), numbered(1)]])), pts: START }])).toEqual([])
  expect(read([{ data: [], pts: START }])).toEqual([])
})

test("any damage gives words or nothing, in order and bounded", () => {
  const words = Array.from({ length: 15 }, (_, each) => [numbered(each), numbered(100 + each)] as const)
  const a53 = a53UserData([{ field: 1, word: numbered(1) }])
  const unit = Uint8Array.from([
    ...group(dvdUserData(words)),
    ...picture({ structure: 1, userData: a53 }),
    ...picture({ structure: 2, userData: a53 }),
  ])
  let count = 0
  for (const mutant of mutantsOf(unit)) {
    const reader = new CaptionReader()
    const pairs = [mutant, unit, mutant].flatMap((data, index) => [...reader.push({ data, pts: START + index * 3003 })])
    pairs.push(...reader.flush())
    for (const { field, first, second, at } of pairs) {
      if (![1, 2].includes(field) || first > 255 || second > 255 || !Number.isInteger(at)) throw new Error(`field ${field} at ${at}`)
    }
    expect(pairs.length).toBeLessThan(200)
    count++
  }
  expect(count).toBeGreaterThan(1000)
})
