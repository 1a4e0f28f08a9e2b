import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import { dvdTitle, readDvdDisc, titleCells, titleChapters } from "../../../src/disc/dvd/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { filesOfFolder } from "./support/files.ts"

const read = () => {
  const warnings = new Warnings()
  return readDvdDisc(filesOfFolder(dataPath("perl-dvd-read/idiocracy")), warnings)
}

/** The figures are those of the tests of DVD::Read (Perl), from whose repository the IFO files come. */
describe.skipIf(!hasData)("idiocracy: what its publishers' tests expect", () => {
  it("titles, chapters, streams", async () => {
    const { info, dvd } = await read()
    expect(info.titles.length).toBe(11)
    const [first] = info.titles
    expect(first?.dvd).toEqual({ titleSet: 5, titleInSet: 1, programChain: 1 })
    expect(first?.duration).toBeCloseTo(5047.3, 3)
    expect(first?.chapters.length).toBe(21)
    expect(first?.chapters[1]?.start).toBeCloseTo(203, 3)
    expect(first?.streams.filter(({ kind }) => kind === "audio").length).toBe(2)
    const subtitles = first?.streams.filter(({ kind }) => kind === "subtitle") ?? []
    expect(subtitles.length).toBe(4)
    expect(subtitles[0]).toMatchObject({ id: "0x20", language: "en" })
    const [chain] = dvdTitle(dvd, 1).chains
    expect(chain?.pgcn).toBe(1)
    expect(chain?.pgc.programMap.length).toBe(21)
    expect(chain?.pgc.cells.length).toBe(33)
    expect(chain?.pgc.cells[0]).toMatchObject({ firstSector: 0, cellId: 1 })
  })

  it("sectors of chapters", async () => {
    const { dvd } = await read()
    const title = dvdTitle(dvd, 1)
    const cells = titleCells(title)
    const chapters = titleChapters(title, cells)
    const firstSector = (chapter: number) => cells[chapters[chapter - 1]?.cell ?? -1]?.cell.firstSector
    const lastSector = (chapter: number) => cells[(chapters[chapter]?.cell ?? cells.length) - 1]?.cell.lastSector
    expect(firstSector(2)).toBe(78_148)
    expect(firstSector(20)).toBe(1_863_571)
    expect(lastSector(2)).toBe(175_915)
    expect(lastSector(21)).toBe(1_980_534)
    expect(() => dvdTitle(dvd, 45)).toThrow(expect.objectContaining({ code: "not-found" }))
  })
})

describe.skipIf(!hasData)("idiocracy: what its own tables say twice", () => {
  it("the video manager's copies of the attributes are those of the title sets", async () => {
    const { dvd } = await read()
    expect(dvd.vmg.vtsAtrt?.titleSets.length).toBe(6)
    for (const [index, copy] of dvd.vmg.vtsAtrt?.titleSets.entries() ?? []) {
      const mat = dvd.titleSets[index]?.mat
      expect(copy).toEqual({ vtsCategory: mat?.vtsCategory, menuStreams: mat?.menuStreams, titleStreams: mat?.titleStreams })
    }
  })

  it("every cell of a chain is in the cell address table, and its time map's VOBUs in the VOBU address map", async () => {
    const { dvd } = await read()
    for (const titleSet of dvd.titleSets) {
      const pieces = new Set(
        titleSet?.cAdt?.cells.map(({ vobId, cellId, startSector, lastSector }) => `${vobId}/${cellId} ${startSector}-${lastSector}`),
      )
      const cells = titleSet?.pgcit?.entries.flatMap(({ pgc }) => pgc?.cells ?? []) ?? []
      expect(cells.length).toBeGreaterThan(0)
      for (const cell of cells) expect(pieces).toContain(`${cell.vobId}/${cell.cellId} ${cell.firstSector}-${cell.lastSector}`)
      const vobus = new Set(titleSet?.vobuAdmap?.vobuStartSectors)
      for (const map of titleSet?.tmapti?.maps ?? []) for (const { sector } of map.entries) expect(vobus).toContain(sector)
    }
  })

  it("the film is the main title, its region is named, and its missing VOBs are", async () => {
    const { info } = await read()
    expect(info.mainTitle).toBe(1)
    expect(info.protection).toEqual([{ kind: "region", detail: "plays in region 1" }])
    expect(info.warnings.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => "dvd-vob-short"))
    expect(info.titles[0]?.size).toBe(1_980_535 * 2048)
  })
})
