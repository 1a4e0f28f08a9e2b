import { describe, expect, test } from "vitest"
import { DiscError, ticks } from "../../../src/base/index.ts"
import type { DvdDisc } from "../../../src/disc/dvd/index.ts"
import {
  buttonNumber,
  type DvdState,
  initialState,
  type MachineAction,
  type MachineResult,
  readGprm,
  readSprm,
  runMachine,
  SPRM,
  timerLeft,
} from "../../../src/navigation/dvd/index.ts"
import { makeDvd } from "./support/made-dvd.ts"
import { seededRandom } from "./support/random-script.ts"

const EXIT = "3001000000000000"
const JUMP_TITLE_1 = "3002000000010000"
const RSM = "2001000000000010"
const link = (subset: number, button = 0) =>
  `200100000000${(button * 4).toString(16).padStart(2, "0")}${subset.toString(16).padStart(2, "0")}`
const linkPgc = (pgcn: number) => `200400000000${pgcn.toString(16).padStart(4, "0")}`
/** g[register] += 1. */
const count = (register: number) => `730000${register.toString(16).padStart(2, "0")}00010000`
/** CallSS VMGM (menu 2) (resume cell n). */
const callTitleMenu = (cell: number) => `30080000${cell.toString(16).padStart(2, "0")}420000`
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

let now = 0
const environment = { now: () => ticks(now), random: () => 0 }
const run = (
  dvd: DvdDisc,
  state: DvdState,
  action: MachineAction,
  other: Partial<typeof environment> & { budget?: number; grantParentalLevel?: (level: number) => boolean } = {},
) => runMachine(dvd, { ...environment, ...other }, state, action)
const start = (dvd: DvdDisc, state = initialState()) => run(dvd, state, { do: "start" }).state
const command = (dvd: DvdDisc, state: DvdState, hex: string) => run(dvd, state, { do: "command", command: bytes(hex) })
const place = ({ domain, titleSet, pgcn, program, cell }: DvdState) => `${domain} ${titleSet} pgc ${pgcn} program ${program} cell ${cell}`
const kinds = ({ events }: MachineResult) => events.map(({ type }) => type)

const MENU = { entry: 2, cells: [{}], still: 255 }
/** Title 1: three programs, cells 1 | 2 3 | 4. */
const TITLE = { cells: [{}, {}, {}, {}], programs: [1, 2, 4] }

describe("where a disc begins", () => {
  test("its first play chain", () => {
    const dvd = makeDvd({ firstPlay: { pre: [count(1), JUMP_TITLE_1] }, vmgm: [MENU], sets: [{ titles: [TITLE] }] })
    const result = run(dvd, initialState(), { do: "start" })
    expect(place(result.state)).toBe("title 1 pgc 1 program 1 cell 1")
    expect(result.events).toMatchObject([{ type: "play-cell", domain: "title", cellNumber: 1, block: 0 }])
  })
  test("without one its first menu, without menus title 1", () => {
    expect(place(start(makeDvd({ vmgm: [MENU], sets: [{ titles: [TITLE] }] })))).toBe("vmgm 0 pgc 1 program 1 cell 1")
    expect(place(start(makeDvd({ sets: [{ titles: [TITLE] }] })))).toBe("title 1 pgc 1 program 1 cell 1")
    expect(start(makeDvd({ sets: [] })).phase.name).toBe("stopped")
  })
  test("a first play chain that leads nowhere ends", () => {
    expect(kinds(run(makeDvd({ firstPlay: { pre: [EXIT] }, sets: [{ titles: [TITLE] }] }), initialState(), { do: "start" }))).toEqual([
      "end",
    ])
  })
})

describe("links from cell 3 of program 2", () => {
  const chains = [{ ...TITLE, next: 2, previous: 3, up: 4, post: [linkPgc(4)] }, {}, {}, {}]
  const dvd = makeDvd({
    firstPlay: { pre: [JUMP_TITLE_1] },
    sets: [
      {
        titles: chains,
        parts: [
          [
            [1, 1],
            [1, 2],
            [1, 3],
          ],
        ],
      },
    ],
  })
  const at = run(dvd, start(dvd), { do: "search", cell: 3, block: 0 }).state
  test.each([
    ["LinkTopC", link(1), "pgc 1 program 2 cell 3"],
    ["LinkNextC", link(2), "pgc 1 program 3 cell 4"],
    ["LinkPrevC", link(3), "pgc 1 program 2 cell 2"],
    ["LinkTopPG", link(5), "pgc 1 program 2 cell 2"],
    ["LinkNextPG", link(6), "pgc 1 program 3 cell 4"],
    ["LinkPrevPG", link(7), "pgc 1 program 1 cell 1"],
    ["LinkTopPGC", link(9), "pgc 1 program 1 cell 1"],
    ["LinkNextPGC", link(10), "pgc 2 program 1 cell 1"],
    ["LinkPrevPGC", link(11), "pgc 3 program 1 cell 1"],
    ["LinkGoUpPGC", link(12), "pgc 4 program 1 cell 1"],
    ["LinkTailPGC", link(13), "pgc 4 program 1 cell 1"],
    ["LinkPGCN 3", linkPgc(3), "pgc 3 program 1 cell 1"],
    ["LinkPTTN 3", "2005000000000003", "pgc 1 program 3 cell 4"],
    ["LinkPGN 1", "2006000000000001", "pgc 1 program 1 cell 1"],
    ["LinkCN 4", "2007000000000004", "pgc 1 program 3 cell 4"],
    ["JumpVTS_PTT 1:2", "3005000200010000", "pgc 1 program 2 cell 2"],
  ])("%s", (_, hex, expected) => {
    expect(place(at)).toBe("title 1 pgc 1 program 2 cell 3")
    const result = command(dvd, at, hex)
    expect(place(result.state)).toBe(`title 1 ${expected}`)
    expect(result.outcome).toBe("jumped")
    expect(buttonNumber(result.state)).toBe(1)
  })

  test("with a button they select it; LinkNoLink does nothing else", () => {
    for (const subset of [1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 13]) expect(buttonNumber(command(dvd, at, link(subset, 7)).state)).toBe(7)
    const none = command(dvd, at, link(0, 7))
    expect([none.outcome, buttonNumber(none.state), place(none.state)]).toEqual(["done", 7, place(at)])
  })

  test("SPRM 4 to 7 follow", () => {
    const registers = (state: DvdState) => [4, 5, 6, 7].map((number) => state.sprm[number])
    expect(registers(at)).toEqual([1, 1, 1, 2])
    expect(registers(command(dvd, at, link(6)).state)).toEqual([1, 1, 1, 3])
    expect(registers(command(dvd, at, linkPgc(3)).state)).toEqual([1, 1, 3, 0])
  })

  test("what leads nowhere is left out, with a warning", () => {
    const nowhere = [
      linkPgc(9),
      "2006000000000009",
      "2007000000000000",
      "2005000000000009",
      "3002000000630000",
      "3003000000630000",
      "3006000000420000",
      RSM,
      "3005000900010000",
    ]
    for (const hex of nowhere) {
      const result = command(dvd, at, hex)
      expect([result.outcome, kinds(result), result.state], hex).toEqual(["done", ["warning"], at])
    }
  })
})

test("a list goes on behind a link that leads nowhere and behind LinkNoLink; goto, break and their ends", () => {
  const title = { pre: [linkPgc(9), count(1), link(0, 3), count(1), "0001000000000007", count(2), count(1), "0002000000000000", count(2)] }
  const dvd = makeDvd({ sets: [{ titles: [title] }] })
  const state = start(dvd)
  expect([readGprm(state, environment, 1), readGprm(state, environment, 2), buttonNumber(state)]).toEqual([3, 0, 3])
})

describe("calls and resuming", () => {
  const title = { ...TITLE, pre: [count(1)], post: [callTitleMenu(0)] }
  const dvd = makeDvd({ vmgm: [MENU], sets: [{ titles: [title], menus: [{ entry: 3, up: "resume", cells: [{}] }] }] })
  const playing = (): DvdState => ({
    ...run(dvd, run(dvd, initialState(), { do: "title", title: 1, part: 2 }).state, { do: "search", cell: 3, block: 5 }).state,
  })

  test("a menu key keeps the place, SPRM 4 to 8 and the block", () => {
    const at = command(dvd, playing(), "560000000c000000").state
    const menu = run(dvd, at, { do: "menu", menu: 3 }).state
    expect(place(menu)).toBe("vtsm 1 pgc 1 program 1 cell 1")
    const changed = command(dvd, menu, "5600000004000000").state
    const back = run(dvd, changed, { do: "resume" })
    expect([place(back.state), back.state.block, buttonNumber(back.state), back.state.sprm[SPRM.part]]).toEqual([place(at), 5, 3, 2])
    expect(back.events).toMatchObject([{ type: "play-cell", cellNumber: 3, block: 5 }])
    expect(place(run(dvd, menu, { do: "go-up" }).state)).toBe(place(at))
    expect(buttonNumber(command(dvd, changed, link(16, 9)).state)).toBe(9)
  })

  test("a call with a cell resumes at its start", () => {
    const menu = command(dvd, playing(), callTitleMenu(2)).state
    const back = command(dvd, menu, RSM).state
    expect([place(menu), place(back), back.block]).toEqual(["vmgm 1 pgc 1 program 1 cell 1", "title 1 pgc 1 program 2 cell 2", 0])
  })

  test("a call behind the last cell resumes behind it: its commands run again", () => {
    const last = run(dvd, playing(), { do: "search", cell: 4, block: 0 }).state
    const menu = run(dvd, last, { do: "cell-ended" }).state
    expect(place(menu)).toBe("vmgm 1 pgc 1 program 1 cell 1")
    expect(place(command(dvd, menu, RSM).state)).toBe("vmgm 1 pgc 1 program 1 cell 1")
  })

  test("without anything to resume it does nothing", () => {
    const menu = start(dvd)
    expect(run(dvd, menu, { do: "resume" }).outcome).toBe("impossible")
  })

  test("a call before the first cell resumes at the first program, without the chain's commands", () => {
    const calling = makeDvd({
      vmgm: [MENU],
      sets: [{ titles: [{ ...TITLE, pre: [count(1), callTitleMenu(0)] }] }],
      firstPlay: { pre: [JUMP_TITLE_1] },
    })
    const menu = start(calling)
    expect(place(menu)).toBe("vmgm 1 pgc 1 program 1 cell 1")
    const back = command(calling, menu, RSM).state
    expect([place(back), readGprm(back, environment, 1)]).toEqual(["title 1 pgc 1 program 1 cell 1", 1])
  })
})

describe("stills", () => {
  const stillOf = ({ events }: MachineResult) => events.filter((event) => event.type === "still").map(({ seconds }) => seconds)
  const ended = (dvd: DvdDisc, state: DvdState) => run(dvd, state, { do: "cell-ended" })

  test("a cell's still, then its command, then the chain's still, then the commands behind it", () => {
    const dvd = makeDvd({
      sets: [{ titles: [{ cells: [{ stillTime: 3, cellCommand: 1 }], cell: [count(1)], still: 5, post: [count(2), EXIT] }] }],
    })
    const first = ended(dvd, start(dvd))
    expect([stillOf(first), first.outcome, readGprm(first.state, environment, 1)]).toEqual([[3], "done", 0])
    const second = run(dvd, first.state, { do: "still-ended" })
    expect([stillOf(second), readGprm(second.state, environment, 1)]).toEqual([[5], 1])
    const third = run(dvd, second.state, { do: "still-ended" })
    expect([kinds(third), readGprm(third.state, environment, 2)]).toEqual([["end"], 1])
  })

  test("a cell command that leaves leaves the chain's still out", () => {
    const dvd = makeDvd({ sets: [{ titles: [{ cells: [{ cellCommand: 1 }], cell: [link(9)], still: 5 }] }] })
    expect(kinds(ended(dvd, start(dvd)))).toEqual(["play-cell"])
  })

  test("without a command the two are one; 255 has no end", () => {
    const both = (cell: number, chain: number) => {
      const dvd = makeDvd({ sets: [{ titles: [{ cells: [{ stillTime: cell }], still: chain }] }] })
      return stillOf(ended(dvd, start(dvd)))
    }
    expect([both(3, 5), both(0, 5), both(3, 0), both(255, 5), both(3, 255), both(0, 0)]).toEqual([[8], [5], [3], [null], [null], []])
  })

  test("a picture of one VOBU that is to be shown for long is a still", () => {
    const cell = { firstSector: 0, lastSector: 40, lastVobuStartSector: 40 } as never
    const dvd = makeDvd({ sets: [{ titles: [{ cells: [cell, {}] }] }] })
    expect(stillOf(ended(dvd, start(dvd)))).toEqual([10])
  })

  test("out of a still and out of a cell only what fits is done", () => {
    const dvd = makeDvd({ sets: [{ titles: [{ cells: [{ stillTime: 3 }] }] }] })
    const state = start(dvd)
    expect(run(dvd, state, { do: "still-ended" }).outcome).toBe("impossible")
    expect(run(dvd, ended(dvd, state).state, { do: "cell-ended" }).outcome).toBe("impossible")
  })
})

describe("angle blocks", () => {
  const angle = (blockMode: "first" | "inside" | "last") => ({ blockMode, blockType: "angle" as const })
  const cells = [{}, angle("first"), angle("inside"), angle("last"), {}]
  const dvd = makeDvd({ angles: 3, sets: [{ titles: [{ cells, programs: [1, 2, 5], still: 4 }] }] })
  const at = (angleNumber: number): DvdState => {
    const state = start(dvd)
    return { ...state, sprm: state.sprm.with(SPRM.angle, angleNumber) }
  }
  test.each([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 2],
    [9, 2],
    [0, 2],
  ])("angle %i plays cell %i", (number, cell) => {
    const block = run(dvd, at(number), { do: "cell-ended" }).state
    expect(block.cell).toBe(cell)
    expect(run(dvd, block, { do: "cell-ended" }).state.cell).toBe(5)
    expect(command(dvd, block, link(2)).state.cell).toBe(5)
    expect(command(dvd, block, link(3)).state.cell).toBe(1)
    expect(command(dvd, run(dvd, block, { do: "cell-ended" }).state, link(3)).state.cell).toBe(cell)
    expect(run(dvd, block, { do: "next-program" }).state.cell).toBe(5)
  })
  test("a block at the chain's end is its end for every angle", () => {
    const last = makeDvd({ angles: 3, sets: [{ titles: [{ cells: cells.slice(0, 4), programs: [1, 2], still: 4 }] }] })
    for (const number of [1, 2, 3]) {
      const block = run(last, { ...at(number) }, { do: "cell-ended" }).state
      expect(run(last, block, { do: "cell-ended" }).events).toEqual([{ type: "still", seconds: 4 }])
    }
  })
})

describe("random and shuffled chains", () => {
  const draw = (order: "random" | "shuffle", programs: number, seed: number): number[] => {
    const dvd = makeDvd({ sets: [{ titles: [{ cells: [{}, {}, {}, {}, {}], programs: [1, 2, 4, 5], mode: { order, programs } }] }] })
    const random = seededRandom(seed)
    const drawn: number[] = []
    let result = run(dvd, initialState(), { do: "start" }, { random })
    for (let step = 0; step < 100 && result.state.phase.name !== "stopped"; step++) {
      for (const event of result.events) if (event.type === "play-cell" && event.cellNumber !== 3) drawn.push(event.program)
      result = run(dvd, result.state, { do: "cell-ended" }, { random })
    }
    expect(result.state.phase.name).toBe("stopped")
    return drawn
  }
  test("as many programs as the disc asks for", () => {
    for (let seed = 0; seed < 40; seed++) expect(draw("random", 7, seed)).toHaveLength(7)
    expect(new Set(Array.from({ length: 40 }, (_, seed) => draw("random", 7, seed).join(""))).size).toBeGreaterThan(30)
  })
  test("shuffled, none twice", () => {
    for (let seed = 0; seed < 40; seed++) {
      expect(draw("shuffle", 4, seed).sort()).toEqual([1, 2, 3, 4])
      expect(new Set(draw("shuffle", 9, seed)).size).toBe(4)
      expect(draw("shuffle", 2, seed)).toHaveLength(2)
    }
  })
})

describe("parental levels", () => {
  const parental = (block: "first" | "inside" | "last", mask: number) => ({ parental: { block, mask }, pre: [] })
  const levels = [1, 2, 4, 8, 16, 32, 64, 128].map((mask) => [mask, mask])
  const dvd = makeDvd({
    ptlMait: { nrOfTitleSets: 1, countries: [{ country: "US", levels }] },
    sets: [{ titles: [parental("first", 0x80), parental("inside", 0x3c), parental("last", 0x03), {}], parts: [[[1, 1]], [[4, 1]]] }],
  })
  const withLevel = (level: number) => start(dvd, { ...initialState(), sprm: initialState().sprm.with(SPRM.parentalLevel, level) })
  test.each([
    [8, 1],
    [6, 2],
    [3, 2],
    [2, 3],
    [1, 3],
    [7, 1],
    [15, 1],
  ])("level %i plays chain %i of the block", (level, pgcn) => expect(withLevel(level).pgcn).toBe(pgcn))

  test("SetTmpPML goes on only where the level is granted", () => {
    const program = makeDvd({ sets: [{ titles: [{ pre: ["0003000000000604", count(1), "0002000000000000", count(2)] }] }] })
    const child = { ...initialState(), sprm: initialState().sprm.with(SPRM.parentalLevel, 2) }
    const result = (state: DvdState, grantParentalLevel?: (level: number) => boolean) => {
      const ran = run(program, state, { do: "start" }, grantParentalLevel === undefined ? {} : { grantParentalLevel }).state
      return [readGprm(ran, environment, 1), readGprm(ran, environment, 2), ran.sprm[SPRM.parentalLevel]]
    }
    expect(result(child)).toEqual([1, 0, 2])
    expect(result(child, (level) => level === 6)).toEqual([0, 1, 6])
    expect(result(initialState())).toEqual([0, 1, 6])
    expect(result(initialState(), () => false)).toEqual([1, 0, 15])
  })
})

test("the navigation timer leads to its chain, stands in menus and ends at a jump", () => {
  const dvd = makeDvd({
    vmgm: [{ ...MENU, pre: [] }],
    sets: [{ titles: [{ pre: ["5200001e00020000"] }, {}], parts: [[[1, 1]]], menus: [{ entry: 3 }] }],
    firstPlay: { pre: [JUMP_TITLE_1] },
  })
  now = 900_000
  const title = start(dvd)
  now += 10 * 90_000
  expect([timerLeft(title, environment), readSprm(title, environment, SPRM.timer), title.sprm[SPRM.timerPgcn]]).toEqual([
    20 * 90_000,
    20,
    2,
  ])
  const menu = run(dvd, title, { do: "menu", menu: 3 }).state
  now += 100 * 90_000
  expect([timerLeft(menu, environment), readSprm(menu, environment, SPRM.timer)]).toEqual([null, 20])
  const back = run(dvd, menu, { do: "resume" }).state
  expect(timerLeft(back, environment)).toBe(20 * 90_000)
  now += 25 * 90_000
  expect(timerLeft(back, environment)).toBe(0)
  const over = run(dvd, back, { do: "timer" }).state
  expect([over.pgcn, timerLeft(over, environment)]).toEqual([2, null])
  expect(timerLeft(command(dvd, back, "3003000000010000").state, environment)).toBe(30 * 90_000)
  expect(readSprm(command(dvd, menu, JUMP_TITLE_1).state, environment, SPRM.timer)).toBe(30)
})

describe("programs without end", () => {
  const loop = makeDvd({
    vmgm: [
      { entry: 2, cells: [], pre: [linkPgc(2)] },
      { cells: [], pre: [linkPgc(1)] },
    ],
    sets: [{ titles: [TITLE] }],
  })
  test("are stopped with an error that says where", () => {
    expect(() => start(loop)).toThrow(
      expect.objectContaining({ name: "DiscError", code: "limit", message: expect.stringContaining("VIDEO_TS.IFO") }),
    )
    const goto = makeDvd({ sets: [{ titles: [{ pre: ["0001000000000001"] }] }] })
    expect(() => start(goto)).toThrow(DiscError)
  })
  test("a key that leads into one does nothing", () => {
    const title = run(loop, initialState(), { do: "title", title: 1, part: 1 }).state
    const result = run(loop, title, { do: "menu", menu: 2 })
    expect([result.outcome, result.state, result.events]).toMatchObject([
      "impossible",
      title,
      [{ type: "warning", code: "dvd-program-loops" }],
    ])
  })
})

test("the next program is the next cell where the program would end the disc", () => {
  const dvd = makeDvd({ sets: [{ titles: [{ cells: [{}, {}], programs: [1] }] }] })
  const state = start(dvd)
  expect(run(dvd, state, { do: "next-program" }).state.cell).toBe(2)
  expect(run(dvd, run(dvd, state, { do: "next-program" }).state, { do: "next-program" }).outcome).toBe("impossible")
})

describe("any program", () => {
  const ACTIONS: readonly MachineAction[] = [
    ...(["start", "cell-ended", "still-ended", "resume", "next-program", "previous-program", "top-program", "go-up", "timer"] as const).map(
      (name) => ({ do: name }),
    ),
    ...[2, 3, 4, 5, 6, 7, 0, 99].map((menu) => ({ do: "menu", menu }) as const),
    ...[0, 1, 2, 9].map((title) => ({ do: "title", title, part: 1 }) as const),
    ...[0, 1, 3, 99].map((cell) => ({ do: "search", cell, block: 3 }) as const),
  ]
  test("whatever the tables say, each step ends in a place that exists, or with the named error", () => {
    const random = seededRandom(99)
    const below = (most: number) => Math.floor(random() * most)
    const hex = () =>
      Array.from({ length: 8 }, (_, index) =>
        (index === 0 && random() < 0.7 ? 0x20 + 0x10 * below(2) : random() < 0.5 ? below(9) : below(256)).toString(16).padStart(2, "0"),
      ).join("")
    const list = () => Array.from({ length: below(5) }, hex)
    const modes = ["none", "first", "inside", "last"] as const
    const chain = () => {
      const cells = Array.from({ length: below(4) }, () => ({
        blockMode: modes[below(4)] ?? "none",
        blockType: random() < 0.3 ? ("angle" as const) : ("none" as const),
        stillTime: below(3),
        cellCommand: below(4) || null,
      }))
      const mode =
        random() < 0.2
          ? ({ order: random() < 0.5 ? "random" : "shuffle", programs: below(5) } as const)
          : ({ order: "sequential" } as const)
      return {
        pre: list(),
        post: list(),
        cell: list(),
        cells,
        programs: cells.flatMap((_, index) => (random() < 0.6 ? [index + 1] : [])),
        next: below(5),
        previous: below(5),
        up: below(5),
        still: below(2),
        entry: below(8),
        mode,
      }
    }
    const outcomes = new Set<string>()
    for (let disc = 0; disc < 400; disc++) {
      const dvd = makeDvd({
        firstPlay: chain(),
        vmgm: [chain(), chain()],
        angles: below(4),
        sets: [{ titles: [chain(), chain(), chain()], menus: [chain(), chain()] }, { titles: [chain()] }],
      })
      let state = initialState()
      for (let step = 0; step < 60; step++) {
        const action =
          random() < 0.3
            ? ({ do: "command", command: bytes(hex()) } as const)
            : (ACTIONS[step === 0 ? 0 : below(ACTIONS.length)] as MachineAction)
        try {
          const result = runMachine(dvd, { now: () => ticks(step * 90_000), random, budget: 2000 }, state, action)
          state = JSON.parse(JSON.stringify(result.state)) as DvdState
          expect(state).toEqual(result.state)
          outcomes.add(`${result.outcome} ${state.phase.name}`)
        } catch (error) {
          if (!(error instanceof DiscError && error.code === "limit")) throw error
          outcomes.add("limit")
        }
        if (state.phase.name === "cell") expect(state.cell).toBeGreaterThan(0)
      }
    }
    expect([...outcomes]).toEqual(
      expect.arrayContaining(["jumped cell", "jumped still", "jumped stopped", "done cell", "impossible cell", "limit"]),
    )
  })
})
