import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { ByteReader } from "../../../src/base/index.ts"
import { parseMovieObjects } from "../../../src/disc/bluray/movie-object.ts"
import { parseInteractiveComposition } from "../../../src/graphics/ig/index.ts"
import { decodeCommand, decodeCommands, printCommand } from "../../../src/navigation/hdmv/index.ts"
import { dataDir, dataPath, hasData } from "../../support/data.ts"
import { chanceOf, encode } from "./support.ts"

/** The instruction set: group, sub-group, option, operands, our name. Comparisons have no sub-group. */
const TABLE: readonly (readonly [group: number, sub: number, option: number, operands: number, print: string])[] = [
  [0, 0, 0, 0, "nop"],
  [0, 0, 1, 1, "goto A"],
  [0, 0, 2, 0, "break"],
  [0, 1, 0, 1, "jump-object A"],
  [0, 1, 1, 1, "jump-title A"],
  [0, 1, 2, 1, "call-object A"],
  [0, 1, 3, 1, "call-title A"],
  [0, 1, 4, 0, "resume"],
  [0, 2, 0, 1, "play-playlist A"],
  [0, 2, 1, 2, "play-playlist A item B"],
  [0, 2, 2, 2, "play-playlist A mark B"],
  [0, 2, 3, 0, "terminate-playlist"],
  [0, 2, 4, 1, "link-play-item A"],
  [0, 2, 5, 1, "link-mark A"],
  [1, 0, 1, 2, "if A within B"],
  [1, 0, 2, 2, "if A == B"],
  [1, 0, 3, 2, "if A != B"],
  [1, 0, 4, 2, "if A >= B"],
  [1, 0, 5, 2, "if A > B"],
  [1, 0, 6, 2, "if A <= B"],
  [1, 0, 7, 2, "if A < B"],
  [2, 0, 0x1, 2, "A = B"],
  [2, 0, 0x2, 2, "A <-> B"],
  [2, 0, 0x3, 2, "A += B"],
  [2, 0, 0x4, 2, "A -= B"],
  [2, 0, 0x5, 2, "A *= B"],
  [2, 0, 0x6, 2, "A /= B"],
  [2, 0, 0x7, 2, "A %= B"],
  [2, 0, 0x8, 2, "A = random 1 to B"],
  [2, 0, 0x9, 2, "A &= B"],
  [2, 0, 0xa, 2, "A |= B"],
  [2, 0, 0xb, 2, "A ^= B"],
  [2, 0, 0xc, 2, "A set bit B"],
  [2, 0, 0xd, 2, "A clear bit B"],
  [2, 0, 0xe, 2, "A <<= B"],
  [2, 0, 0xf, 2, "A >>= B"],
  [2, 1, 0x2, 2, "set-navigation-timer object A in B s"],
  [2, 1, 0x4, 1, "enable-button A"],
  [2, 1, 0x5, 1, "disable-button A"],
  [2, 1, 0x7, 0, "popup-off"],
  [2, 1, 0x8, 0, "still-on"],
  [2, 1, 0x9, 0, "still-off"],
  [2, 1, 0xa, 1, "set-output-mode A"],
  [2, 1, 0xb, 2, "set-stream-ss A, B"],
  [2, 1, 0x10, 1, "send-to-bd-plus A"],
]
/** Commands whose operands hold several fields. */
const FIELD_COMMANDS = new Set(["2.1.1", "2.1.3", "2.1.6"])

const OPERANDS = [
  { immediate: true, word: 12345, print: "12345" },
  { immediate: true, word: 0xffff_ffff, print: "0xffffffff" },
  { immediate: false, word: 4095, print: "r4095" },
  { immediate: false, word: 0x8000_0004, print: "psr4 (title)" },
  { immediate: false, word: 0x8000_0065, print: "psr101" },
  { immediate: false, word: 0x1000, print: "invalid register 0x1000" },
  { immediate: false, word: 0x8000_0080, print: "invalid register 0x80000080" },
]
const options = (group: number, option: number) => ({ [(["branch", "compare", "set"] as const)[group] ?? "set"]: option })

describe("the instruction set", () => {
  test.each(TABLE)("group %i.%i option %i with %i operands is %s", (group, sub, option, count, print) => {
    for (const a of count > 0 ? OPERANDS : OPERANDS.slice(0, 1)) {
      for (const b of count > 1 ? OPERANDS : OPERANDS.slice(0, 1)) {
        const immediate = (count > 0 && a.immediate ? 2 : 0) | (count > 1 && b.immediate ? 1 : 0)
        const [first, second] = [count > 0 ? a.word : 0, count > 1 ? b.word : 0]
        const command = decodeCommand(encode({ count, group, sub, immediate, first, second, ...options(group, option) }))
        expect(printCommand(command)).toBe(print.replace(/\b[AB]\b/g, (name) => (name === "A" ? a.print : b.print)))
        expect(command.unexamined).toBeNull()
      }
    }
  })

  test("has nothing else", () => {
    const known = new Set(TABLE.map(([group, sub, option]) => `${group}.${sub}.${option}`))
    for (let group = 0; group < 4; group++) {
      for (let sub = 0; sub < 8; sub++) {
        for (let option = 0; option < (group < 2 ? 16 : 32); option++) {
          const name = `${group}.${group === 1 ? 0 : sub}.${option}`
          const { op } = decodeCommand(encode({ count: 2, group, sub, immediate: 3, ...options(group, option) }))
          expect(op === "unknown", name).toBe(!known.has(name) && !FIELD_COMMANDS.has(name))
        }
      }
    }
  })

  const system = (set: number, immediate: number, first: number, second: number) =>
    printCommand(decodeCommand(encode({ count: 2, group: 2, sub: 1, set, immediate, first, second })))

  test("streams, secondary streams and pages have their fields, as numbers or in registers", () => {
    expect(system(1, 3, 0x8002_c003, 0x8001_8002)).toBe("set-stream audio=2 pg=3 pgShown ig=1 angle=2")
    expect(system(1, 0, 0x8002_c003, 0x8fff_8002)).toBe("set-stream audio=r2 pg=r3 pgShown ig=r4095 angle=r2")
    expect(system(1, 3, 0, 0)).toBe("set-stream")
    expect(system(6, 3, 0xc083_0001, 0xc002_e005)).toBe(
      "set-secondary-stream video=1 videoShown videoSize=131 audio=2 audioHeard pipPg=5 pgShown pipPgShown",
    )
    expect(system(6, 0, 0xc003_0001, 0xc002_e005)).toBe(
      "set-secondary-stream video=r1 videoShown videoSize=r3 audio=r2 audioHeard pipPg=r5 pgShown pipPgShown",
    )
    expect(system(3, 3, 0x8000_1234, 0xc000_0005)).toBe("set-button-page button=4660 page=5 skipOutEffects")
    expect(system(3, 0, 0x8000_0234, 0x8000_0005)).toBe("set-button-page button=r564 page=r5")
  })

  test("set bits that mean nothing are told", () => {
    expect(decodeCommand(encode({ count: 0, group: 0, first: 5 })).unexamined).toBe("000000000000000500000000")
    expect(decodeCommand(encode({ count: 1, group: 0, branch: 1, immediate: 3, first: 5, compare: 0x32, set: 0xe1 })).unexamined).toBe(
      "004032e10000000000000000",
    )
    expect(printCommand(decodeCommand(encode({ count: 0, group: 0, set: 1 })))).toBe("nop [unexamined bits 000000010000000000000000]")
    expect(decodeCommand(encode({ count: 1, group: 0, branch: 2 })).unexamined).toBeNull()
  })

  test("any bytes are a command", () => {
    const chance = chanceOf(7)
    for (let round = 0; round < 100_000; round++) {
      const bytes = Uint8Array.from({ length: chance(14) }, () => chance(256))
      const command = decodeCommand(bytes)
      if (printCommand(command) === "" || command.bytes.length !== 24) expect.fail(`${bytes} gave ${JSON.stringify(command)}`)
    }
  })
})

describe.skipIf(!hasData)("commands of real discs", () => {
  test("in every MovieObject.bdmv are known to the last bit", () => {
    const files = readdirSync(dataDir, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("MovieObject.bdmv"))
    const commands = files.flatMap((path) => {
      const { objects } = parseMovieObjects(new ByteReader(readFileSync(join(dataDir, path)), path))
      return objects.flatMap((object) => decodeCommands(object.commands))
    })
    expect(commands.length).toBeGreaterThan(5000)
    expect(commands.filter(({ op, unexamined }) => op === "unknown" || unexamined !== null)).toEqual([])
  })

  test("in every button of the discs' menus are known to the last bit", () => {
    const menus = readdirSync(dataPath("bdpl"))
      .map((disc) => join(dataPath("bdpl"), disc, "ics_menu.bin"))
      .filter((path) => existsSync(path))
    const buttons = menus.flatMap((path) =>
      parseInteractiveComposition(new ByteReader(readFileSync(path), path)).pages.flatMap(({ buttonOverlapGroups }) =>
        buttonOverlapGroups.flatMap((group) => group.buttons),
      ),
    )
    const commands = buttons.flatMap((button) => button.navigationCommands.map(decodeCommand))
    expect(commands.length).toBeGreaterThan(1000)
    expect(commands.filter(({ op, unexamined }) => op === "unknown" || unexamined !== null)).toEqual([])
  })
})
