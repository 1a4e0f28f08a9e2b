import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { type Source, type Ticks, ticks, Warnings } from "../../../src/base/index.ts"
import type { DvdDisc, TitleSet } from "../../../src/disc/dvd/index.ts"
import { readDisc } from "../../../src/disc/index.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { cellRanges } from "../../../src/navigation/title/dvd-cell-ranges.ts"
import { dvdTitleCells } from "../../../src/navigation/title/dvd-cells.ts"
import { type DvdTitlePlan, planDvdTitle } from "../../../src/navigation/title/index.ts"
import { parseVobuTimes, type VobuTimes } from "../../../src/navigation/title/vobu-times.ts"
import { ConcatSource } from "../../../src/source/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { oraclePath, runOracle } from "../../support/oracles.ts"

const image = join(import.meta.dirname, "../../../samples/dvd.iso")

type Counted = Source & { reads: number }
function counted(source: Source): Counted {
  const wrapped = {
    name: source.name,
    size: source.size,
    reads: 0,
    read: (offset: number, length: number) => {
      wrapped.reads++
      return source.read(offset, length)
    },
    close: () => source.close(),
  }
  return wrapped
}

describe.each([1, 2])("title %i of the sample DVD", (title) => {
  let plan: DvdTitlePlan
  let vobs: Counted
  beforeAll(async () => {
    const warnings = new Warnings()
    const files = await openFileSystem(await openNode(image), warnings)
    const disc = await readDisc(files, warnings)
    if (disc.kind !== "dvd-video") throw new Error("no DVD")
    const openVobs = async (titleSet: TitleSet) => {
      vobs = counted(new ConcatSource(await Promise.all(titleSet.titleVobs.map(({ path }) => files.open(path))), "VTS"))
      return vobs
    }
    plan = await planDvdTitle(disc.dvd, title, { warnings, openVobs })
  })

  test("reads one navigation pack for each cell, and one for the end of each VOB", () => {
    expect(vobs.reads).toBe(plan.cells.length + 1)
  })

  test.skipIf(oraclePath("dvdnavtrace") === null)("has the times of the navigation packs that libdvdnav plays", () => {
    const lines = runOracle("dvdnavtrace", [image, "-"], `title ${title}\nrun 4000\nstop\n`)
    // Behind the title comes a menu, whose VOBs have numbers of their own.
    const blocks = plan.segments.flatMap(({ ranges }) => ranges).reduce((sum, { length }) => sum + length / 2048, 0)
    const navs = lines.filter((line) => line.type === "nav" && (line.blocks as number) < blocks)
    for (const [index, { cell }] of plan.cells.entries()) {
      const own = navs.filter((nav) => nav.vobId === cell.vobId && nav.cellId === cell.cellId)
      expect(own.length).toBeGreaterThan(0)
      expect(plan.segments[index]?.inTime).toBe(own[0]?.startPtm)
      expect(plan.segments[index]?.outTime).toBe(own.at(-1)?.endPtm)
      expect(plan.segments[index]?.ranges[0]?.offset).toBe((own[0]?.lbn as number) * 2048)
    }
  })

  test("finds the VOBU of any moment in a few reads", async () => {
    for (let step = 0; step < 60; step++) {
      const time = ticks(Math.floor((plan.duration * step) / 60) + (step % 7) * 333)
      const before = vobs.reads
      const entry = await plan.locate(time)
      expect(vobs.reads - before).toBeLessThanOrEqual(6)
      const segment = plan.segments[entry.segment]!
      const offset = segment.ranges[0]!.offset + entry.skip
      const vobu = parseVobuTimes(await vobs.read(offset, 2048))
      expect(vobu).not.toBeNull()
      const start = segment.start + vobu!.startPtm - segment.inTime
      expect(entry.time).toBe(start)
      expect(start).toBeLessThanOrEqual(time)
      expect(start + vobu!.endPtm - vobu!.startPtm).toBeGreaterThan(Math.min(time, plan.duration - 1))
    }
  })
})

/** A cell of a made-up chain. */
const cell = (firstSector: number, extra: object = {}) => ({
  blockMode: "none",
  blockType: "none",
  interleaved: false,
  firstSector,
  lastSector: firstSector + 9,
  lastVobuStartSector: firstSector,
  vobId: 1,
  cellId: 1,
  playbackTime: { hours: 0, minutes: 0, seconds: 1, frames: 0, rate: 25 },
  ...extra,
})
const pgc = (cells: object[], programMap: number[], nextPgcNr: number | null = null) => ({ cells, programMap, nextPgcNr })
function discOf(pgcs: object[], parts: object[], owners: number[], nrOfAngles = 1): DvdDisc {
  const entries = pgcs.map((chain, index) => ({ isEntry: index === 0, entryNumber: owners[index], pgc: chain }))
  const titleSet = { number: 1, pgcit: { entries }, pttSrpt: { titles: [parts] }, cAdt: { cells: [] } }
  const ttSrpt = { titles: [{ titleSetNr: 1, vtsTtn: 1, nrOfAngles, playbackType: { multiOrRandomPgc: true } }] }
  return { root: "/VIDEO_TS", vmg: { ttSrpt }, titleSets: [titleSet] } as unknown as DvdDisc
}

describe("the cells that a title plays", () => {
  const angle = (mode: string, at: number) => cell(at, { blockType: "angle", blockMode: mode })

  test("one of each angle block, its first where the block has fewer", () => {
    const cells = [cell(0), angle("first", 10), angle("inside", 20), angle("last", 30), cell(40), angle("first", 50), angle("last", 60)]
    const disc = discOf(
      [pgc(cells, [1, 2, 5])],
      [1, 2, 3].map((pgn) => ({ pgcn: 1, pgn })),
      [1],
      3,
    )
    const sectors = (choice: number) => dvdTitleCells(disc, 1, choice).cells.map((played) => played.cell.firstSector)
    expect(sectors(1)).toEqual([0, 10, 40, 50])
    expect(sectors(2)).toEqual([0, 20, 40, 60])
    expect(sectors(3)).toEqual([0, 30, 40, 50])
    expect(dvdTitleCells(disc, 1, 2).chapters).toEqual([0, 1, 2])
    expect(() => dvdTitleCells(disc, 1, 4)).toThrow(/no angle 4/)
  })

  test("all chains of the title by next_pgcn and chapters, each once, none of another title", () => {
    const chains = [pgc([cell(0)], [1], 2), pgc([cell(10)], [1], 1), pgc([cell(20)], [1], 4), pgc([cell(30)], [1])]
    const disc = discOf(
      chains,
      [
        { pgcn: 1, pgn: 1 },
        { pgcn: 3, pgn: 1 },
      ],
      [1, 1, 1, 2],
    )
    expect(dvdTitleCells(disc, 1, 1).cells.map((played) => played.pgcn)).toEqual([1, 2, 3])
    expect(dvdTitleCells(disc, 1, 1).chapters).toEqual([0, 2])
  })

  test("a title that begins at a later program leaves the cells before it out", () => {
    const disc = discOf(
      [pgc([cell(0), cell(10), cell(20)], [1, 2, 3])],
      [
        { pgcn: 1, pgn: 2 },
        { pgcn: 1, pgn: 3 },
      ],
      [1],
    )
    expect(dvdTitleCells(disc, 1, 1).cells.map((played) => played.cellNumber)).toEqual([2, 3])
    expect(dvdTitleCells(disc, 1, 1).chapters).toEqual([0, 1])
  })

  test("names what is missing", () => {
    const disc = discOf([pgc([], [])], [{ pgcn: 1, pgn: 1 }], [1])
    expect(() => dvdTitleCells(disc, 1, 1)).toThrow(/no cell to play/)
    expect(() => dvdTitleCells(disc, 2, 1)).toThrow(/no title 2/)
    expect(() => dvdTitleCells({ ...disc, titleSets: [null] }, 1, 1)).toThrow(/cannot be read/)
  })
})

describe("the bytes of a cell", () => {
  const titleSet = (cells: object[]) => ({ cAdt: { cells } }) as unknown as TitleSet
  const piece = (startSector: number, lastSector: number, cellId = 1) => ({ vobId: 1, cellId, startSector, lastSector })
  const ranges = (set: TitleSet, made: object, sectors = 1000, read: (sector: number) => Promise<VobuTimes | null> = async () => null) =>
    cellRanges(set, made as never, sectors, read).then((list) => list.map(({ offset, length }) => [offset / 2048, length / 2048]))

  test("are one run, cut where the VOBs end", async () => {
    expect(await ranges(titleSet([]), cell(10))).toEqual([[10, 10]])
    expect(await ranges(titleSet([]), cell(10), 15)).toEqual([[10, 5]])
    expect(await ranges(titleSet([]), cell(10), 10)).toEqual([])
  })

  test("are the pieces of the cell address table where units are interleaved", async () => {
    const set = titleSet([piece(30, 34), piece(10, 14), piece(15, 19, 2), piece(20, 24), piece(25, 29)])
    expect(await ranges(set, cell(10, { interleaved: true, lastSector: 34 }))).toEqual([
      [10, 5],
      [20, 15],
    ])
  })

  test("follow the interleaved units where the table does not know the cell, and no ring of them", async () => {
    const units = new Map<number, [number, number | null]>([
      [10, [4, 10]],
      [20, [4, null]],
    ])
    const read = async (sector: number): Promise<VobuTimes | null> => {
      const [ilvuEnd, nextIlvuStart] = units.get(sector) ?? [0, 0]
      return { startPtm: 0 as Ticks, endPtm: 0 as Ticks, ilvuEnd, nextIlvuStart }
    }
    const made = cell(10, { interleaved: true, lastSector: 99 })
    expect(await ranges(titleSet([]), made, 1000, read)).toEqual([
      [10, 5],
      [20, 5],
    ])
    units.set(20, [4, 0])
    expect((await ranges(titleSet([]), made, 1000, read)).at(-1)).toEqual([20, 80])
  })
})
