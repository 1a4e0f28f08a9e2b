import { describe, expect, it } from "vitest"
import { DiscError, Warnings } from "../../../src/base/index.ts"
import type { DiscInfo } from "../../../src/disc/disc-info.ts"
import { type DvdDisc, parseVmgIfo, parseVtsIfo, readDvdDisc } from "../../../src/disc/dvd/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder, type TestFiles } from "./support/files.ts"
import { IfoEditor } from "./support/ifo-editor.ts"
import { MENUS } from "./support/recipes.ts"

type Result = { readonly info: DiscInfo; readonly dvd: DvdDisc; readonly warnings: Warnings }

async function read(files: TestFiles): Promise<Result> {
  const warnings = new Warnings()
  return { ...(await readDvdDisc(files, warnings)), warnings }
}

/** Without the warnings, which the copies must differ in. */
const content = ({ info, dvd }: Result) => ({ info: { ...info, warnings: [] }, dvd })
const codes = ({ warnings }: Result) => warnings.list.map(({ code }) => code).filter((code) => code !== "dvd-vob-short")

/** Pointers of the management tables, at 0xc0 + 4 n: what each leads to. null: VOBs. */
const VMG_POINTERS = [null, "ttSrpt", "vmgmPgciUt", "ptlMait", "vtsAtrt", "txtdtMgi", "vmgmCAdt", "vmgmVobuAdmap"]
const VTS_POINTERS = [null, null, "pttSrpt", "pgcit", "vtsmPgciUt", "tmapti", "vtsmCAdt", "vtsmVobuAdmap", "cAdt", "vobuAdmap"]

type Area = { readonly path: string; readonly table: string; readonly start: number; readonly end: number }

/** Every table of every IFO of the disc, as the bytes from its start to the next table's. */
function tablesOf(files: TestFiles): Area[] {
  return [...files.contents.keys()]
    .filter((path) => path.endsWith(".IFO"))
    .flatMap((path) => {
      const ifo = new IfoEditor(files.bytes(path))
      const isVmg = path.endsWith("VIDEO_TS.IFO")
      const pointers = isVmg ? VMG_POINTERS : VTS_POINTERS
      const starts = pointers.flatMap((table, index) => (table === null ? [] : [{ table, start: ifo.table(0xc0 + index * 4) }]))
      const present = [{ table: "mat", start: 0 }, ...starts.filter(({ start }) => start > 0)]
      const ends = [...present.map(({ start }) => start), ifo.bytes.length].sort((a, b) => a - b)
      const areas = present.map(({ table, start }) => ({ path, table, start, end: ends.find((end) => end > start) ?? ifo.bytes.length }))
      const firstPlay = isVmg && ifo.u32(0x84) > 0 ? [{ path, table: "firstPlayPgc", start: ifo.u32(0x84), end: 2048 }] : []
      return [...areas, ...firstPlay]
    })
}

/** Kinds of damage: erased, all ones, noise. */
const DAMAGES: Readonly<Record<string, (index: number) => number>> = {
  zeros: () => 0,
  ones: () => 0xff,
  noise: (index) => (Math.imul(index + 1, 0x9e3779b1) >>> 11) & 0xff,
}

function damaged(bytes: Uint8Array, { start, end }: Area, damage: (index: number) => number): Uint8Array {
  const copy = bytes.slice()
  for (let index = start; index < end; index++) copy[index] = damage(index)
  return copy
}

const bupOf = (path: string): string => path.replace(/IFO$/, "BUP")

const DISCS: Readonly<Record<string, (() => TestFiles) | null>> = {
  idiocracy: hasData ? () => filesOfFolder(dataPath("perl-dvd-read/idiocracy")) : null,
  menus: canAuthor ? () => filesOfFolder(authoredDvd(MENUS)) : null,
}

describe.each(Object.entries(DISCS))("%s", (_, open) => {
  const files = open?.()
  if (files === undefined) return it.skip("is not here", () => {})
  const areas = tablesOf(files)

  it.each(areas.map((area) => [`${area.path} ${area.table}`, area] as const))(
    "%s is read from the BUP when the IFO's is damaged",
    async (_name, area) => {
      const whole = content(await read(files))
      for (const damage of Object.values(DAMAGES)) {
        const result = await read(files.with({ [area.path]: damaged(files.bytes(area.path), area, damage) }))
        expect(content(result)).toEqual(whole)
        expect(codes(result)).toEqual(["dvd-backup-used"])
        expect(result.warnings.list[0]?.place.path).toBe(area.path)
        expect(result.warnings.list[0]?.message).toContain(bupOf(area.path))
      }
    },
  )

  const tables = areas.filter(({ table }) => table !== "mat")
  it.each(tables.map((area) => [`${area.path} ${area.table}`, area] as const))(
    "%s is left out when both are damaged",
    async (_name, area) => {
      const whole = await read(files)
      const bytes = damaged(files.bytes(area.path), area, () => 0xff)
      const result = await read(files.with({ [area.path]: bytes, [bupOf(area.path)]: bytes }))
      expect(new Set(codes(result))).toContain("dvd-table-damaged")
      expect(JSON.stringify(result.warnings.list[0]?.place)).toContain(area.path)
      const parse = area.path.endsWith("VIDEO_TS.IFO") ? parseVmgIfo : parseVtsIfo
      expect([...parse(bytes, area.path).faults.keys()]).toEqual([area.table])
      // The titles of other title sets do not suffer; without the table of titles they are still found, if not in the author's order.
      const titleSet = Number(/VTS_(\d\d)/.exec(area.path)?.[1] ?? 0)
      const others = (info: DiscInfo) => info.titles.filter(({ dvd }) => dvd?.titleSet !== titleSet)
      if (area.table === "ttSrpt") expect(result.info.titles.length).toBe(whole.info.titles.length)
      else expect(others(result.info)).toEqual(others(whole.info))
    },
  )

  it("takes each table from the copy where it is whole", async () => {
    const whole = content(await read(files))
    for (const [index, area] of tables.entries()) {
      const other = tables[(index + 1) % tables.length]
      if (other === undefined || other.path !== area.path || other.start < area.end) continue
      const result = await read(
        files.with({
          [area.path]: damaged(files.bytes(area.path), area, () => 0xff),
          [bupOf(area.path)]: damaged(files.bytes(bupOf(area.path)), other, () => 0xff),
        }),
      )
      expect(content(result).dvd).toEqual(whole.dvd)
      expect(codes(result)).toEqual(["dvd-backup-used"])
      expect(result.warnings.list[0]?.message).toContain(area.table)
    }
  })

  it("reads the BUP when the IFO is missing, empty, cut short or unreadable", async () => {
    const whole = content(await read(files))
    for (const path of [...files.contents.keys()].filter((name) => name.endsWith(".IFO"))) {
      const bad = [null, new Uint8Array(0), files.bytes(path).subarray(0, 3000), new DiscError("read-failed", "bad sector", { path })]
      for (const change of bad) {
        const result = await read(files.with({ [path]: change }))
        expect(content(result)).toEqual(whole)
        expect(codes(result)).toEqual(["dvd-backup-used"])
      }
    }
  })

  it("leaves out the titles of a title set that has neither, and keeps the others' numbers", async () => {
    const whole = await read(files)
    const result = await read(files.with({ "/VIDEO_TS/VTS_01_0.IFO": null, "/VIDEO_TS/VTS_01_0.BUP": new Uint8Array(2048) }))
    expect(result.dvd.titleSets[0]).toBeNull()
    expect(result.info.titles).toEqual(whole.info.titles.filter(({ dvd }) => dvd?.titleSet !== 1))
    expect(new Set(codes(result))).toEqual(new Set(["dvd-title-set-unreadable", "dvd-title-unreadable"]))
  })

  it("fails with the IFO's error when the video manager has neither", async () => {
    const path = "/VIDEO_TS/VIDEO_TS.IFO"
    await expect(read(files.with({ [path]: new Uint8Array(2048), [bupOf(path)]: null }))).rejects.toMatchObject({
      code: "damaged",
      place: { path },
    })
    await expect(
      read(files.with({ [path]: new DiscError("read-failed", "x", { path }), [bupOf(path)]: new Uint8Array(9) })),
    ).rejects.toMatchObject({
      code: "read-failed",
    })
  })

  it("does not ask the BUP when the reader gave up or the source changed", async () => {
    const path = "/VIDEO_TS/VIDEO_TS.IFO"
    for (const code of ["aborted", "source-changed"] as const) {
      await expect(read(files.with({ [path]: new DiscError(code, "x") }))).rejects.toMatchObject({ code })
    }
  })

  it("makes every such warning an error when strict", async () => {
    const bytes = files.bytes("/VIDEO_TS/VTS_01_0.IFO").subarray(0, 3000)
    await expect(readDvdDisc(files.with({ "/VIDEO_TS/VTS_01_0.IFO": bytes }), new Warnings({ strict: true }))).rejects.toMatchObject({
      code: "damaged",
    })
  })
})
