import { describe, expect, it } from "vitest"
import { DiscError, Warnings } from "../../../src/base/index.ts"
import { groupTitles } from "../../../src/disc/dvd/duplicates.ts"
import { readDvdDisc } from "../../../src/disc/dvd/index.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder, TestFiles } from "./support/files.ts"
import { IfoEditor } from "./support/ifo-editor.ts"
import { CHAINS, MENUS } from "./support/recipes.ts"
import { TEXT_UNITS, withTextData } from "./support/text-data.ts"

const VMG = "/VIDEO_TS/VIDEO_TS.IFO"
const read = (files: TestFiles, warnings = new Warnings()) => readDvdDisc(files, warnings)

describe.skipIf(!canAuthor)("menus", () => {
  it("are the entries that menu keys call, by domain and language", async () => {
    const { info } = await read(filesOfFolder(authoredDvd(MENUS)))
    const named = info.menus.map(({ name, titleSet, language }) => `${titleSet ?? "disc"} ${language} ${name}`)
    // dvdauthor's jump pad adds entries of its own behind those that were asked for.
    for (const wanted of ["disc en title", "disc fr title", "1 en root", "1 en audio", "1 en subpicture", "1 de root"])
      expect(named).toContain(wanted)
    expect(named.filter((menu) => menu === "1 en angle" || menu === "1 en chapter").length).toBeGreaterThan(0)
    expect(named.every((menu) => /^(disc (en|fr)|1 (en|de)) /.test(menu))).toBe(true)
  })
})

describe.skipIf(!canAuthor)("text data", () => {
  const files = () => filesOfFolder(authoredDvd(CHAINS))

  it("names the disc in its languages and character sets", async () => {
    const disc = files()
    const { info, dvd } = await read(disc.with({ [VMG]: withTextData(disc.bytes(VMG)) }))
    expect(info.names).toEqual({ en: "Café Film", ja: "映画" })
    const [english] = dvd.vmg.txtdtMgi?.languageUnits ?? []
    expect(dvd.vmg.txtdtMgi?.textId).toBe("TEXT_TEST")
    expect(english?.items.map((item) => (item.type === "structure" ? item.level : `${item.code.toString(16)} ${item.text}`))).toEqual([
      "volume",
      "30 Café Film",
      "38 a comment",
      "title",
      "30 The film",
      "part",
      "30 Chapter one",
      "title",
      "30 Extras",
    ])
  })

  it("does not take a title's name for the disc's", async () => {
    const disc = files()
    const [english] = TEXT_UNITS
    const units = [{ language: "en", characterSet: 1, items: (english?.items ?? []).filter((_, index) => index === 0 || index > 2) }]
    const { info } = await read(disc.with({ [VMG]: withTextData(disc.bytes(VMG), units) }))
    expect(info.names).toEqual({})
  })

  it("refuses texts that would multiply a small table", async () => {
    const disc = files()
    const long = new Uint8Array(1000).fill(0x41)
    const items = [[0x30, long] as const, ...Array.from({ length: 3000 }, () => [0x31, new Uint8Array(0)] as const)]
    const vmg = withTextData(disc.bytes(VMG), [{ language: "en", characterSet: 1, items }])
    const editor = new IfoEditor(vmg)
    const area = editor.table(0xd4) + 28 + 204
    for (let index = 1; index <= 3000; index++) editor.set16(area + 4 + index * 4 + 2, editor.u16(area + 4 + 2))
    const warnings = new Warnings()
    await read(disc.with({ [VMG]: editor.bytes, "/VIDEO_TS/VIDEO_TS.BUP": editor.bytes }), warnings)
    expect(warnings.list.map(({ code, place }) => `${code} ${place.field}`)).toEqual(["dvd-table-damaged textOffset"])
  })
})

describe("titles that are the same or pieces of others", () => {
  const title = (number: number, chapters: number, cells: string) => ({ number, chapters, keys: cells === "" ? [] : cells.split(" ") })
  const groups = (...titles: ReturnType<typeof title>[]) =>
    Object.fromEntries(
      [...groupTitles(titles)].map(([number, { sameAs, partOf }]) => [number, sameAs ?? (partOf === null ? null : -partOf)]),
    )

  it("stand behind the one with most chapters, then the lowest number", () => {
    expect(groups(title(1, 1, "a b"), title(2, 5, "a b"), title(3, 5, "a b"))).toEqual({ 1: 2, 2: null, 3: 2 })
  })

  it("are pieces when their cells are an unbroken run of another's", () => {
    expect(groups(title(1, 9, "a b c d"), title(2, 1, "b c"), title(3, 1, "a c"), title(4, 1, "d c"), title(5, 1, "d"))).toEqual({
      1: null,
      2: -1,
      3: null,
      4: null,
      5: -1,
    })
  })

  it("are pieces of the longest, not of a piece", () => {
    expect(groups(title(1, 1, "b"), title(2, 1, "b c"), title(3, 1, "a b c d"))).toEqual({ 1: -3, 2: -3, 3: null })
  })

  it("are told apart by whole cells, and without cells are nothing's", () => {
    expect(groups(title(1, 1, "312 4"), title(2, 1, "12"), title(3, 1, ""), title(4, 1, ""))).toEqual({
      1: null,
      2: null,
      3: null,
      4: null,
    })
  })
})

describe.skipIf(!canAuthor)("marks of protection", () => {
  it.each([
    [0x00000000, []],
    [0x00fe0000, [{ kind: "region", detail: "plays in region 1" }]],
    [0x00d50000, [{ kind: "region", detail: "plays in region 2, 4, 6" }]],
    [0x00ff0000, [{ kind: "region", detail: "plays in no region" }]],
  ])("region mask %s", async (category, marks) => {
    const files = filesOfFolder(authoredDvd(CHAINS))
    const vmg = new IfoEditor(files.bytes(VMG)).set32(0x22, category)
    expect((await read(files.with({ [VMG]: vmg.bytes }))).info.protection).toEqual(marks)
  })
})

describe.skipIf(!canAuthor)("reading", () => {
  it("takes one read for each IFO and touches nothing else", async () => {
    const files = filesOfFolder(authoredDvd(CHAINS))
    await read(files)
    expect(files.reads).toEqual(
      ["VIDEO_TS", "VTS_01_0", "VTS_02_0"].map((name) => {
        const path = `/VIDEO_TS/${name}.IFO`
        return { path, offset: 0, length: files.bytes(path).length }
      }),
    )
  })

  it("does not read more than it allows of an IFO that says it is huge", async () => {
    const files = filesOfFolder(authoredDvd(CHAINS))
    const huge = new Uint8Array(6 << 20)
    huge.set(files.bytes("/VIDEO_TS/VTS_01_0.IFO"))
    const padded = files.with({ "/VIDEO_TS/VTS_01_0.IFO": huge })
    const { info } = await read(padded)
    expect(Math.max(...padded.reads.map(({ length }) => length))).toBe(4 << 20)
    expect(info).toEqual((await read(files)).info)
  })

  it("says that VOBs are short", async () => {
    const files = filesOfFolder(authoredDvd(CHAINS))
    const warnings = new Warnings()
    const vob = "/VIDEO_TS/VTS_01_1.VOB"
    await read(files.with({ [vob]: files.bytes(vob).subarray(0, 2048 * 10) }), warnings)
    expect(warnings.list).toEqual([
      { code: "dvd-vob-short", message: expect.stringContaining("its VOB files have 10"), place: { path: vob } },
    ])
  })

  it("finds the files in any case, and a VIDEO_TS folder given by itself", async () => {
    const files = filesOfFolder(authoredDvd(CHAINS))
    const whole = (await read(files)).info
    const lower = new TestFiles([...files.contents].map(([path, bytes]) => [path.toLowerCase(), bytes]))
    const inner = new TestFiles([...files.contents].map(([path, bytes]) => [path.replace("/VIDEO_TS/", "/"), bytes]))
    expect({ ...(await read(lower)).info, label: "" }).toEqual({ ...whole, label: "" })
    const inside = await read(inner)
    expect(inside.dvd.root).toBe("")
    expect({ ...inside.info, label: "" }).toEqual({ ...whole, label: "" })
  })
})

describe.skipIf(!canAuthor)("a disc with damage anywhere", () => {
  it("is described or refused with a DiscError, 3,000 times", async () => {
    const files = filesOfFolder(authoredDvd(CHAINS))
    const paths = [...files.contents.keys()].filter((path) => path.endsWith(".IFO"))
    let state = 12345
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    let described = 0
    for (let round = 0; round < 3000; round++) {
      const path = paths[round % paths.length] ?? ""
      const bytes = files.bytes(path).slice()
      for (let change = 0; change < 1 + random(8); change++) bytes[random(bytes.length)] = random(3) === 0 ? 0xff : random(256)
      const bup = path.replace("IFO", "BUP")
      try {
        await read(files.with({ [path]: bytes, [bup]: bytes }))
        described++
      } catch (error) {
        expect(error).toBeInstanceOf(DiscError)
      }
    }
    expect(described).toBeGreaterThan(2000)
  })
})
