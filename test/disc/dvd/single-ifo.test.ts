import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import { readDvdDisc } from "../../../src/disc/dvd/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { runOracle } from "../../support/oracles.ts"
import { filesOfFolder } from "./support/files.ts"
import { traceDvd } from "./support/trace.ts"

/** IFO files without a disc of their own: they stand in for title set 1 of a disc that has six. */
const TITLE_SETS = [
  "chaptertool/Disc/Ifo/NULL.IFO",
  "chaptertool/Disc/Ifo/VTS_05_0.IFO",
  "chaptertool/Disc/Ifo/VTS_33_0.IFO",
  "tchapter/IFO/VTS_05_0.IFO",
]

function discWith(name: string, file: string): string {
  const folder = mkdtempSync(join(tmpdir(), "opentray-ifo-"))
  mkdirSync(join(folder, "VIDEO_TS"))
  copyFileSync(dataPath("perl-dvd-read/idiocracy/VIDEO_TS/VIDEO_TS.IFO"), join(folder, "VIDEO_TS/VIDEO_TS.IFO"))
  copyFileSync(dataPath(file), join(folder, "VIDEO_TS", name))
  return folder
}

describe.skipIf(!hasData)("single IFO files as libdvdread reads them", () => {
  it.each(TITLE_SETS)("%s", async (file) => {
    const folder = discWith("VTS_01_0.IFO", file)
    try {
      const { dvd } = await readDvdDisc(filesOfFolder(folder), new Warnings())
      const mine = ({ vts, type }: Record<string, unknown>) => vts === 1 && type !== "title"
      const expected = runOracle("dvdtrace", [folder]).filter(mine)
      expect(expected.length).toBeGreaterThan(5)
      expect(traceDvd(dvd).filter(mine)).toEqual(expected)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("a video manager of 51 title sets without them", async () => {
    const folder = discWith("VIDEO_TS.IFO", "chaptertool/Disc/Ifo/OUT_OF_RANGE.IFO")
    try {
      const warnings = new Warnings()
      const { info, dvd } = await readDvdDisc(filesOfFolder(folder), warnings)
      const expected = runOracle("dvdtrace", [folder]).filter(({ type }) => type !== "disc")
      expect(traceDvd(dvd)).toEqual(expected)
      expect(info.titles).toEqual([])
      expect(warnings.list.filter(({ code }) => code === "dvd-title-set-unreadable").length).toBe(51)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
