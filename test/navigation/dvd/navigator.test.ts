import { describe, expect, test } from "vitest"
import { DiscError, ticks } from "../../../src/base/index.ts"
import { type Cell, USER_OPERATIONS } from "../../../src/disc/dvd/index.ts"
import {
  DvdNavigator,
  type KeyResult,
  type NavigatorEvent,
  type NavigatorState,
  type UserOperation,
} from "../../../src/navigation/dvd/index.ts"
import { authoredDvd, canAuthor } from "../../disc/dvd/support/authored.ts"
import { type LoadedDvd, loadDvd } from "./support/disc.ts"
import { makeDvd } from "./support/made-dvd.ts"
import { randomScript, seededRandom } from "./support/random-script.ts"
import { PLAIN } from "./support/recipes.ts"
import { ScriptRunner } from "./support/script-runner.ts"

const disc = canAuthor ? await loadDvd(authoredDvd(PLAIN)) : (null as never)
const environment = { now: () => ticks(0), random: () => 0 }

/** PCI in a navigation pack, and its highlight information. */
const PCI = 0x2d
const HIGHLIGHT = PCI + 96
const BUTTONS = HIGHLIGHT + 22 + 24

/** The disc with its navigation packs changed. */
function edited(change: (pack: DataView, sector: number) => void): LoadedDvd {
  const block: LoadedDvd["block"] = (address) => {
    const bytes = disc.block(address)?.slice() ?? null
    if (bytes?.[38 + 3] === 0xbf && bytes[14 + 3] === 0xbb) change(new DataView(bytes.buffer), address.sector)
    return bytes
  }
  return { ...disc, block }
}

/** A navigator in the disc's first menu, its first navigation pack read. */
function inMenu(of: LoadedDvd = disc): DvdNavigator {
  const navigator = new DvdNavigator(of.dvd, { environment })
  navigator.start()
  read(of, navigator, 1)
  return navigator
}

function read(of: LoadedDvd, navigator: DvdNavigator, steps: number): NavigatorEvent[] {
  const events: NavigatorEvent[] = []
  for (let step = 0; step < steps; step++) events.push(...navigator.step(navigator.wanted === null ? null : of.block(navigator.wanted)))
  return events
}

describe.skipIf(!canAuthor)("a saved state", () => {
  test("goes on the same in another navigator, from anywhere in random scripts", () => {
    for (let seed = 0; seed < 4; seed++) {
      const lines = randomScript(disc, seed).trim().split("\n")
      const whole = new ScriptRunner(disc)
      whole.run(lines.join("\n"))
      for (const at of [4, 11, 26, 50].filter((line) => line < lines.length)) {
        const before = new ScriptRunner(disc)
        before.run(lines.slice(0, at).join("\n"))
        const after = before.continued(JSON.parse(JSON.stringify(before.navigator.state)) as NavigatorState)
        after.run(lines.slice(at).join("\n"))
        expect([...before.lines, ...after.lines]).toEqual(whole.lines)
      }
    }
  })

  test("is small, and not changed by what comes after", () => {
    const navigator = inMenu()
    const { state } = navigator
    const text = JSON.stringify(state)
    expect(text.length).toBeLessThan(4000)
    navigator.move("down")
    navigator.activate()
    read(disc, navigator, 300)
    expect(JSON.stringify(state)).toBe(text)
  })
})

describe.skipIf(!canAuthor)("prohibited user operations", () => {
  const KEYS: readonly (readonly [UserOperation, (navigator: DvdNavigator) => KeyResult])[] = [
    ["title-play", (navigator) => navigator.title(1)],
    ["chapter-search-or-play", (navigator) => navigator.part(1, 2)],
    ["go-up", (navigator) => navigator.goUp()],
    ["previous-or-top-program-search", (navigator) => navigator.previous()],
    ["previous-or-top-program-search", (navigator) => navigator.top()],
    ["next-program-search", (navigator) => navigator.next()],
    ["title-menu-call", (navigator) => navigator.menu("title")],
    ["root-menu-call", (navigator) => navigator.menu("root")],
    ["subpicture-menu-call", (navigator) => navigator.menu("subpicture")],
    ["audio-menu-call", (navigator) => navigator.menu("audio")],
    ["angle-menu-call", (navigator) => navigator.menu("angle")],
    ["chapter-menu-call", (navigator) => navigator.menu("chapter")],
    ["resume", (navigator) => navigator.resume()],
    ["time-or-chapter-search", (navigator) => navigator.searchTime(ticks(0))],
    ["time-or-chapter-search", (navigator) => navigator.searchSector(0)],
    ["button-select-or-activate", (navigator) => navigator.select(2)],
    ["button-select-or-activate", (navigator) => navigator.activate()],
    ["button-select-or-activate", (navigator) => navigator.move("down")],
    ["button-select-or-activate", (navigator) => navigator.click(300, 300)],
  ]
  test.each(KEYS)("%s, by the navigation pack", (operation, press) => {
    const forbidding = edited((pack) => pack.setUint32(PCI + 8, 1 << USER_OPERATIONS.indexOf(operation)))
    const navigator = inMenu(forbidding)
    const { state } = navigator
    expect(press(navigator)).toEqual({ outcome: "refused", by: "vobu", flush: false, events: [] })
    expect(navigator.state).toBe(state)
    const others = edited((pack) => pack.setUint32(PCI + 8, ~(1 << USER_OPERATIONS.indexOf(operation))))
    expect(press(inMenu(others)).outcome).not.toBe("refused")
    const obeying = new DvdNavigator(forbidding.dvd, { environment, obeyProhibitions: false })
    obeying.state = state
    expect(press(obeying).outcome).not.toBe("refused")
  })

  test("by the chain and by the title", () => {
    const dvd = makeDvd({ sets: [{ titles: [{ cells: [{}, {}], programs: [1, 2], prohibitedOps: 1 << 7 }] }] })
    const navigator = new DvdNavigator(dvd, { environment })
    navigator.start()
    expect(navigator.next()).toMatchObject({ outcome: "refused", by: "pgc" })
    const [title] = dvd.vmg.ttSrpt?.titles ?? []
    Object.assign(title?.playbackType ?? {}, { chapterSearchOrPlayForbidden: true })
    expect(navigator.prohibitedBy("chapter-search-or-play")).toBe("title")
    expect(navigator.prohibitedBy("title-play")).toBe(null)
  })

  test("streams and stills", () => {
    const dvd = makeDvd({ sets: [{ titles: [{ cells: [{ stillTime: 255 }], prohibitedOps: (1 << 18) | (1 << 22) }] }] })
    const navigator = new DvdNavigator(dvd, { environment })
    navigator.start()
    expect(navigator.angle(1)).toMatchObject({ outcome: "refused", by: "pgc" })
    expect(navigator.stillOff().outcome).toBe("nothing")
  })
})

describe.skipIf(!canAuthor)("buttons", () => {
  test("auto-action buttons are activated by arrow keys, not by a pointer", () => {
    const auto = edited((pack) => {
      for (let button = 0; button < 36; button++) pack.setUint8(BUTTONS + button * 18 + 3, pack.getUint8(BUTTONS + button * 18 + 3) | 0x40)
    })
    expect(inMenu(auto).move("down")).toMatchObject({ outcome: "done", flush: true })
    expect(inMenu().move("down")).toMatchObject({ outcome: "done", flush: false })
    expect(inMenu(auto).select(2)).toMatchObject({ outcome: "done", flush: false })
  })

  test("forced selection: once for new buttons, not again in each VOBU", () => {
    const forced = edited((pack) => pack.setUint8(HIGHLIGHT + 20, 3))
    const navigator = inMenu(forced)
    expect(navigator.button).toBe(3)
    navigator.select(1)
    expect(read(forced, navigator, 200).filter(({ type }) => type === "navigation-pack").length).toBeGreaterThan(2)
    expect(navigator.button).toBe(1)
  })

  test("forced activation when the time to select is over", () => {
    const forced = edited((pack, sector) => {
      const end = sector === 0 ? pack.getUint32(PCI + 16) : 0
      if (sector === 0) pack.setUint32(HIGHLIGHT + 10, end)
      pack.setUint8(HIGHLIGHT + 21, 2)
    })
    const navigator = inMenu(forced)
    expect(navigator.state.machine.domain).toBe("vmgm")
    const events = read(forced, navigator, 200)
    expect(events).toContainEqual(expect.objectContaining({ type: "play-cell", domain: "title", titleSet: 2 }))
  })

  test("number keys select and activate what the disc lets them, with its offset", () => {
    const numeric = edited((pack) => {
      pack.setUint8(HIGHLIGHT + 18, 2)
      pack.setUint8(HIGHLIGHT + 16, 1)
    })
    expect(inMenu(numeric).number(3).outcome).toBe("nothing")
    const navigator = inMenu(numeric)
    expect(navigator.number(1)).toMatchObject({ outcome: "done", flush: true })
    expect(navigator.state.machine.titleSet).toBe(2)
  })

  test("status 2 keeps the buttons before, 3 all but their commands, 0 takes them away", () => {
    const status = (value: number) =>
      edited((pack, sector) => {
        if (sector === 0) return
        pack.setUint16(HIGHLIGHT, value)
        for (let at = 0; at < 36 * 18; at++) pack.setUint8(BUTTONS + at, 0)
        // Exit.
        pack.setUint8(BUTTONS + 10, 0x30)
        pack.setUint8(BUTTONS + 11, 1)
      })
    for (const value of [2, 3]) {
      const of = status(value)
      const navigator = inMenu(of)
      const before = navigator.buttons
      read(of, navigator, 60)
      expect(navigator.buttons.map(({ rect }) => rect)).toEqual(before.map(({ rect }) => rect))
      expect(navigator.activate().events).toContainEqual(value === 2 ? expect.objectContaining({ type: "play-cell" }) : { type: "end" })
    }
    const none = status(0)
    const navigator = inMenu(none)
    const events = read(none, navigator, 60)
    expect(events).toContainEqual(expect.objectContaining({ type: "highlight", highlight: null }))
    expect(navigator.activate().outcome).toBe("nothing")
  })

  test("a register that names no button counts as the nearest one", () => {
    const navigator = inMenu()
    const { state } = navigator
    navigator.state = { ...state, machine: { ...state.machine, sprm: state.machine.sprm.with(8, 30 * 1024) } }
    expect(navigator.button).toBe(navigator.buttons.length)
    expect(navigator.move("up").outcome).toBe("done")
    expect(navigator.button).toBeLessThan(navigator.buttons.length)
  })

  test("groups: the one for the screen", () => {
    const groups = edited((pack) => {
      // Two groups of 18: wide, letterbox; the second group's buttons lie 8 lines lower.
      pack.setUint16(HIGHLIGHT + 14, (2 << 12) | (1 << 8) | (2 << 4))
      for (let button = 0; button < 3; button++) {
        const [from, to] = [BUTTONS + button * 18, BUTTONS + (18 + button) * 18]
        for (let at = 0; at < 18; at++) pack.setUint8(to + at, pack.getUint8(from + at))
        pack.setUint8(to + 5, pack.getUint8(from + 5) ^ 1)
      }
    })
    const bottom = (displayAspect: "4:3" | "16:9") => {
      const { dvd } = groups
      const navigator = new DvdNavigator(dvd, { environment, preferences: { ...preferences, displayAspect } })
      navigator.start()
      read(groups, navigator, 1)
      return navigator.buttons.map(({ rect }) => rect[3])
    }
    const [wide, letterbox] = [bottom("16:9"), bottom("4:3")]
    expect(wide).toHaveLength(3)
    expect(letterbox).toEqual(wide.map((line) => line ^ 1))
  })
})

const preferences = {
  menuLanguage: "en",
  audioLanguage: "en",
  subpictureLanguage: "en",
  country: "US",
  parentalLevel: null,
  region: 1,
  displayAspect: "16:9",
  wideOnNarrow: "letterbox",
} as const

test.skipIf(!canAuthor)("cells whose VOBUs end in stills hold at each of them", () => {
  const navigator = new DvdNavigator(disc.dvd, { environment })
  navigator.start()
  navigator.title(2)
  const cells = navigator.pgc?.cells ?? []
  const [cell] = cells
  const held = { ...disc.dvd, titleSets: disc.dvd.titleSets.map((set) => (set?.number === 2 ? withCell(set, { stillVobus: true }) : set)) }
  expect(cell?.stillVobus).toBe(false)
  const other = new DvdNavigator(held, { environment })
  other.start()
  other.title(2)
  let stills = 0
  const packs: number[] = []
  for (let step = 0; step < 400 && packs.length < 3; step++) {
    for (const event of read(disc, other, 1)) {
      if (event.type === "navigation-pack") packs.push(event.address.sector)
      if (event.type === "still") expect([event.seconds, ++stills]).toEqual([null, packs.length])
    }
    if (other.state.machine.phase.name === "still") expect(other.stillOff()).toMatchObject({ outcome: "done", flush: false })
  }
  expect(stills).toBe(2)
})

/** The title set with all cells of its first chain changed. */
function withCell(set: NonNullable<LoadedDvd["dvd"]["titleSets"][number]>, change: Partial<Cell>) {
  const entries = (set.pgcit?.entries ?? []).map((entry) => ({
    ...entry,
    pgc: entry.pgc === null ? null : { ...entry.pgc, cells: entry.pgc.cells.map((cell) => ({ ...cell, ...change })) },
  }))
  return { ...set, pgcit: { entries } }
}

describe.skipIf(!canAuthor)("a time", () => {
  test("is found to the VOBU that shows it", () => {
    const navigator = new DvdNavigator(disc.dvd, { environment })
    navigator.start()
    navigator.title(1)
    for (let time = 0; time < 8 * 90_000; time += 17_000) {
      expect(navigator.searchTime(ticks(time))).toMatchObject({ outcome: "done", flush: true })
      let event: NavigatorEvent | undefined
      let blocks = 0
      while (event === undefined) {
        const events = read(disc, navigator, 1)
        event = events.find(({ type }) => type === "navigation-pack")
        blocks++
      }
      const { vobu } = navigator.state
      const length = (vobu?.endPtm ?? 0) - (vobu?.startPtm ?? 0)
      // Frames of c_eltm are whole ones.
      expect(navigator.time).toBeLessThanOrEqual(time)
      expect(navigator.time + length + 3600).toBeGreaterThan(time)
      expect(blocks).toBeLessThan(12)
    }
    expect(navigator.searchTime(ticks(9 * 90_000)).outcome).toBe("nothing")
  })
})

describe.skipIf(!canAuthor)("damaged VOBs", () => {
  /** Plays title 1 to its end and says what was read. */
  function playTitle(of: LoadedDvd): { packs: number[]; codes: string[]; ended: boolean; steps: number } {
    const navigator = new DvdNavigator(of.dvd, { environment })
    navigator.start()
    navigator.title(1)
    const result = { packs: [] as number[], codes: [] as string[], ended: false, steps: 0 }
    for (; result.steps < 6000 && navigator.state.machine.domain === "title"; result.steps++) {
      for (const event of read(of, navigator, 1)) {
        if (event.type === "navigation-pack") result.packs.push(event.address.sector)
        if (event.type === "warning") result.codes.push(event.code)
      }
    }
    return { ...result, ended: navigator.state.machine.domain !== "title" }
  }
  const whole = playTitle(disc)

  test("a navigation pack that is none: its VOBU is left out, the rest plays", () => {
    const lost = whole.packs[7] ?? 0
    for (const block of [() => new Uint8Array(2048), () => null]) {
      const damaged: LoadedDvd = {
        ...disc,
        block: (address) => (address.vobs === "title" && address.sector === lost ? block() : disc.block(address)),
      }
      const result = playTitle(damaged)
      expect(result).toMatchObject({ codes: ["dvd-navigation-pack-damaged"], ended: true })
      expect(result.packs).toEqual(whole.packs.filter((sector) => sector !== lost))
    }
  })

  test("sectors that cannot be read inside a VOBU: it is left, the next one plays", () => {
    const [first = 0] = whole.packs.slice(3)
    const damaged: LoadedDvd = {
      ...disc,
      block: (address) => (address.vobs === "title" && address.sector === first + 2 ? null : disc.block(address)),
    }
    expect(playTitle(damaged)).toMatchObject({ packs: whole.packs, codes: [], ended: true })
  })

  test("whatever navigation packs say, every step takes a block of the cell or ends it", () => {
    const random = seededRandom(5)
    for (let round = 0; round < 60; round++) {
      const places = Array.from(
        { length: 40 },
        () =>
          [random() < 0.5 ? PCI + Math.floor(random() * 979) : 0x407 + Math.floor(random() * 1017), Math.floor(random() * 256)] as const,
      )
      const hostile = edited((pack) => {
        for (const [at, value] of places) if (random() < 0.5) pack.setUint8(at, value)
      })
      const navigator = new DvdNavigator(hostile.dvd, { environment })
      navigator.start()
      for (let step = 0; step < 1500 && navigator.state.machine.phase.name !== "stopped"; step++) {
        const { wanted, pgc, state } = navigator
        const cell = pgc?.cells[state.machine.cell - 1]
        if (wanted !== null && !(cell !== undefined && wanted.sector >= cell.firstSector && wanted.sector <= cell.lastSector))
          throw new Error(`sector ${wanted.sector}`)
        try {
          read(hostile, navigator, 1)
          if (random() < 0.02) navigator.move("down")
          if (random() < 0.02) navigator.activate()
          if (state.machine.phase.name === "still") navigator.stillElapsed()
        } catch (error) {
          if (!(error instanceof DiscError && error.code === "limit")) throw error
        }
      }
    }
  })
})

test.skipIf(!canAuthor)("the disc's programs are printed, every chain with its commands", async () => {
  const { printPrograms } = await import("../../../src/navigation/dvd/index.ts")
  const lines = [...printPrograms(disc.dvd)]
  expect(lines).toContain("Title set 1 titles, PGC 1, title 1: 4 programs, 4 cells")
  expect(lines.filter((line) => /^\S/.test(line)).length).toBe(
    1 +
      (disc.dvd.vmg.vmgmPgciUt?.languageUnits[0]?.pgcit?.entries.length ?? 0) +
      disc.dvd.titleSets.reduce(
        (sum, set) => sum + (set?.pgcit?.entries.length ?? 0) + (set?.vtsmPgciUt?.languageUnits[0]?.pgcit?.entries.length ?? 0),
        0,
      ),
  )
  expect(lines.some((line) => line.includes("CallSS VMGM (pgc 1) (resume cell 1)"))).toBe(true)
})
