import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import {
  cellNumbersForAngle,
  cellRuns,
  dvdTitle,
  readDvdDisc,
  ticksFromDvdTime,
  titleCells,
  titleChapters,
  titleSize,
} from "../../../src/disc/dvd/index.ts"
import { runOracle } from "../../support/oracles.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder, type TestFiles } from "./support/files.ts"
import { IfoEditor } from "./support/ifo-editor.ts"
import { lsdvd } from "./support/lsdvd.ts"
import { CHAINS } from "./support/recipes.ts"
import { asFolder } from "./support/scratch-folder.ts"
import { traceDvd } from "./support/trace.ts"

const VMG = "/VIDEO_TS/VIDEO_TS.IFO"
const VTS = "/VIDEO_TS/VTS_01_0.IFO"
const chains = (): TestFiles => filesOfFolder(authoredDvd(CHAINS))
const read = (files: TestFiles) => readDvdDisc(files, new Warnings())

/** The patched disc is one for libdvdread too, and means the same to it. */
async function expectLibdvdreadAgrees(files: TestFiles): Promise<void> {
  const { dvd } = await read(files)
  const expected = await asFolder(files, (folder) => runOracle("dvdtrace", [folder]))
  expect(traceDvd(dvd)).toEqual(expected.filter(({ type }) => type !== "disc"))
}

/** Title 1 goes through chains 1, 2 and 3; its chapters jump between them and back. */
function severalChains(): TestFiles {
  const files = chains()
  const vmg = new IfoEditor(files.bytes(VMG))
  const titles = vmg.table(0xc4) + 8
  vmg.set8(titles, 0x40).set16(titles + 2, 5)
  const vts = new IfoEditor(files.bytes(VTS))
  vts.setParts([
    [
      [1, 1],
      [1, 3],
      [2, 1],
      [3, 2],
      [1, 2],
    ],
    [[2, 1]],
    [[3, 1]],
  ])
  const pointers = vts.table(0xcc) + 8
  for (const pgcn of [2, 3]) vts.set8(pointers + (pgcn - 1) * 8, 0x01)
  vts.set16(vts.chain(1) + 0x9c, 2)
  return files.with({ [VMG]: vmg.bytes, [VTS]: vts.bytes })
}

describe.skipIf(!canAuthor)("a title of several program chains", () => {
  it("is one for libdvdread too", () => expectLibdvdreadAgrees(severalChains()))

  it("plays its chapters' chains in order, each once", async () => {
    const { dvd } = await read(severalChains())
    expect(dvdTitle(dvd, 1).chains.map(({ pgcn }) => pgcn)).toEqual([1, 2, 3])
    expect(dvdTitle(dvd, 2).chains.map(({ pgcn }) => pgcn)).toEqual([2])
  })

  // lsdvd takes the first chapter's chain alone for the title; its tracks 1, 2 and 3 are the three chains here.
  it("lasts as long as all of them, where lsdvd counts the first", async () => {
    const files = severalChains()
    const { info } = await read(files)
    const { tracks } = await asFolder(files, lsdvd)
    const [one = 0, two = 0, three = 0] = tracks.map(({ length }) => Number(length))
    expect(info.titles[0]?.duration).toBeCloseTo(one + two + three, 2)
    expect(info.titles[0]?.size).toBe((info.titles[1]?.size ?? 0) + (info.titles[2]?.size ?? 0) + sizeOf(await read(chains()), 1))
  })

  it("has its chapters where they are in time, also those that go back", async () => {
    const { info, dvd } = await read(severalChains())
    const cells = titleCells(dvdTitle(dvd, 1))
    const seconds = (index: number) => (cells[index]?.start ?? -1) / 90_000
    const firstOfChain = (pgcn: number) => cells.findIndex((cell) => cell.pgcn === pgcn)
    const starts = [0, seconds(2), seconds(firstOfChain(2)), seconds(firstOfChain(3) + 1), seconds(1)]
    expect(info.titles[0]?.chapters.map(({ start }) => start)).toEqual(starts)
    expect(info.titles[0]?.chapters[4]?.duration).toBeCloseTo(seconds(2) - seconds(1), 9)
    const sorted = [...starts].sort((a, b) => a - b)
    const durations = info.titles[0]?.chapters.reduce((sum, { duration }) => sum + duration, 0) ?? 0
    expect(sorted[0]).toBe(0)
    expect(durations).toBeCloseTo(cells.reduce((sum, { duration }) => sum + duration, 0) / 90_000, 9)
  })

  it("follows links inside the title, and not out of it", async () => {
    const files = severalChains()
    const inside = new IfoEditor(files.bytes(VTS)).setParts([[[1, 1]], [[2, 1]], [[3, 1]]])
    inside.set16(inside.chain(2) + 0x9c, 3)
    const linked = await read(files.with({ [VTS]: inside.bytes }))
    expect(dvdTitle(linked.dvd, 1).chains.map(({ pgcn }) => pgcn)).toEqual([1, 2, 3])
    // Chain 3 belongs to another title now.
    const outside = new IfoEditor(inside.bytes)
    outside.set8(outside.table(0xcc) + 8 + 16, 0x83)
    const cut = await read(files.with({ [VTS]: outside.bytes }))
    expect(dvdTitle(cut.dvd, 1).chains.map(({ pgcn }) => pgcn)).toEqual([1, 2])
    // A ring of links ends.
    const ring = new IfoEditor(inside.bytes)
    ring.set16(ring.chain(3) + 0x9c, 1)
    expect(dvdTitle((await read(files.with({ [VTS]: ring.bytes }))).dvd, 1).chains.length).toBe(3)
  })

  it("keeps the numbers of chapters whose chain or program is not there", async () => {
    const files = chains()
    const vts = new IfoEditor(files.bytes(VTS)).setParts([
      [
        [1, 1],
        [9, 1],
        [1, 77],
        [1, 3],
      ],
      [[2, 1]],
      [[3, 1]],
    ])
    const { dvd } = await read(files.with({ [VTS]: vts.bytes }))
    const title = dvdTitle(dvd, 1)
    const chapters = titleChapters(title, titleCells(title))
    expect(chapters.map(({ cell }) => cell)).toEqual([0, null, null, 2])
    expect(chapters[1]).toMatchObject({ duration: 0 })
  })
})

/** Cells 2 and 3 of chain 1 become angles 1 and 2, their units interleaved. */
function twoAngles(): TestFiles {
  const files = chains()
  const vmg = new IfoEditor(files.bytes(VMG))
  vmg.set8(vmg.table(0xc4) + 8 + 1, 2)
  const vts = new IfoEditor(files.bytes(VTS))
  const first = vts.u32(vts.cell(1, 2) + 8)
  const last = vts.u32(vts.cell(1, 3) + 20)
  const [a, b] = [vts.cell(1, 2), vts.cell(1, 3)]
  const unit = Math.floor((last - first + 1) / 4)
  // Units: angle 1, angle 2, angle 1, angle 2.
  vts
    .set8(a, 0x54)
    .set32(a + 8, first)
    .set32(a + 12, first + unit - 1)
    .set32(a + 20, first + 3 * unit - 1)
    .set32(a + 16, first + 2 * unit)
  vts
    .set8(b, 0xd4)
    .set32(b + 8, first + unit)
    .set32(b + 12, first + 2 * unit - 1)
    .set32(b + 20, last)
    .set32(b + 16, first + 3 * unit)
  vts.setParts([
    [
      [1, 1],
      [1, 2],
      [1, 4],
    ],
    [[2, 1]],
    [[3, 1]],
  ])
  vts.setCellAddresses([
    [1, 1, vts.u32(vts.cell(1, 1) + 8), vts.u32(vts.cell(1, 1) + 20)],
    [1, 2, first, first + unit - 1],
    [1, 3, first + unit, first + 2 * unit - 1],
    [1, 2, first + 2 * unit, first + 3 * unit - 1],
    [1, 3, first + 3 * unit, last],
    [1, 4, vts.u32(vts.cell(1, 4) + 8), vts.u32(vts.cell(1, 4) + 20)],
  ])
  return files.with({ [VMG]: vmg.bytes, [VTS]: vts.bytes })
}

describe.skipIf(!canAuthor)("angles", () => {
  it("are ones for libdvdread too", () => expectLibdvdreadAgrees(twoAngles()))

  it("choose one cell of the block; an angle the block has not is its first", async () => {
    const { info, dvd } = await read(twoAngles())
    const title = dvdTitle(dvd, 1)
    const [chain] = title.chains
    expect(info.titles[0]?.angles).toBe(2)
    if (chain === undefined) throw new Error("no chain")
    expect([1, 2, 3].map((angle) => cellNumbersForAngle(chain.pgc, angle))).toEqual([
      [1, 2, 4],
      [1, 3, 4],
      [1, 2, 4],
    ])
  })

  // lsdvd goes by programs, and has one on angle 2's cell as a chapter of its own; the disc's table of chapters leaves it out.
  it("count once in time", async () => {
    const files = twoAngles()
    const { info, dvd } = await read(files)
    const { tracks } = await asFolder(files, lsdvd)
    const cells = titleCells(dvdTitle(dvd, 1))
    expect(tracks[0]?.chapter.length).toBe(4)
    const ours = info.titles[0]?.chapters.map(({ duration }) => duration) ?? []
    const theirs = tracks[0]?.chapter.filter((_, index) => index !== 2).map(({ length }) => Number(length)) ?? []
    expect(ours.length).toBe(3)
    for (const [index, duration] of ours.entries()) expect(duration).toBeCloseTo(theirs[index] ?? -1, 2)
    expect(cells.map(({ cellNumber }) => cellNumber)).toEqual([1, 2, 4])
    expect(cells.at(-1)?.start).toBe(cells.slice(0, 2).reduce((sum, { cell }) => sum + ticksFromDvdTime(cell.playbackTime), 0))
  })

  it("have the chapters of the first angle at the second too", async () => {
    const { dvd } = await read(twoAngles())
    const title = dvdTitle(dvd, 1)
    expect(titleChapters(title, titleCells(title, 2)).map(({ cell }) => cell)).toEqual([0, 1, 2])
  })

  it("have their own units' bytes, not those of the other angle between them", async () => {
    const { dvd } = await read(twoAngles())
    const title = dvdTitle(dvd, 1)
    const block = title.chains[0]?.pgc.cells.slice(1, 3) ?? []
    const runs = block.map((cell) => cellRuns(title.titleSet, cell))
    expect(runs.map(({ length }) => length)).toEqual([2, 2])
    const covered = runs.flat().sort((a, b) => a.firstSector - b.firstSector)
    for (const [index, run] of covered.entries()) {
      if (index > 0) expect(run.firstSector).toBe((covered[index - 1]?.lastSector ?? 0) + 1)
    }
    const whole = (await read(chains())).info.titles[0]?.size ?? 0
    const sizes = [1, 2].map((angle) => titleSize(title, titleCells(title, angle)))
    const outer = [1, 4].reduce((sum, number) => sum + bytesOf(title.chains[0]?.pgc.cells[number - 1]), 0)
    expect((sizes[0] ?? 0) + (sizes[1] ?? 0)).toBe(whole + outer)
  })
})

type Read = Awaited<ReturnType<typeof read>>
const sizeOf = ({ info }: Read, number: number): number => info.titles.find((title) => title.number === number)?.size ?? 0
const bytesOf = (cell: { firstSector: number; lastSector: number } | undefined): number =>
  cell === undefined ? 0 : (cell.lastSector - cell.firstSector + 1) * 2048

describe.skipIf(!canAuthor)("titles that repeat others", () => {
  it("names the same title and the title of which one is a piece", async () => {
    const files = chains()
    // Titles 1 to 3 of set 1 share their VOBs; make chain 3 play chain 1's cells, and chain 2 its last two.
    const vts = new IfoEditor(files.bytes(VTS))
    const copy = (from: number, to: number) =>
      vts
        .set32(to + 8, vts.u32(from + 8))
        .set32(to + 16, vts.u32(from + 16))
        .set32(to + 20, vts.u32(from + 20))
    const { info, dvd } = await read(files)
    // dvdauthor cuts a VOB that two titles use at the cells of both: titles 1 and 2 play the same cells. Of 4 and 5, 5 has more chapters.
    expect(info.titles.map(({ sameAs, partOf }) => [sameAs, partOf])).toEqual([
      [null, null],
      [1, null],
      [null, null],
      [5, null],
      [null, null],
    ])
    expect(dvdTitle(dvd, 1).chains[0]?.pgc.cells.length).toBe(4)
    const cells = dvdTitle(dvd, 3).chains[0]?.pgc.cells.length ?? 0
    for (let number = 1; number <= cells; number++) copy(vts.cell(1, number + 1), vts.cell(3, number))
    const patched = await read(files.with({ [VTS]: vts.bytes }))
    expect(patched.info.titles[2]).toMatchObject({ sameAs: null, partOf: 1 })
  })

  it("counts titles from the title sets when the table of titles is lost", async () => {
    const files = chains()
    const vmg = new IfoEditor(files.bytes(VMG))
    vmg.set32(0xc4, 0)
    const warnings = new Warnings()
    const damaged = files.with({ [VMG]: vmg.bytes, "/VIDEO_TS/VIDEO_TS.BUP": vmg.bytes })
    const { info } = await readDvdDisc(damaged, warnings)
    const whole = await read(files)
    expect(info.titles).toEqual(whole.info.titles)
    expect(warnings.list.map(({ code, place }) => [code, place.field])).toEqual([["dvd-table-damaged", "ttSrpt"]])
  })
})
