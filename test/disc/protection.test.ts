import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { copyPermission } from "../../src/disc/bluray/scrambled.ts"
import type { Disc } from "../../src/plugin/disc.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { markFiles } from "../support/copy-management.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

/** The sample discs as images, edited in place. */
const folder = mkdtempSync(join(tmpdir(), "opentray-protection-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SECTOR = 2048
const PACKET = 192
const UNIT = 6144

async function withDisc<T>(image: string | Buffer, use: (disc: Disc) => Promise<T>): Promise<T> {
  const path = typeof image === "string" ? image : join(folder, "edited.iso")
  if (typeof image !== "string") writeFileSync(path, image)
  const disc = await openDisc(path, { strict: true })
  try {
    return await use(disc)
  } finally {
    await disc.close()
  }
}

/** The image with the bytes of a file changed where they lie. */
async function edited(image: string, path: string, edit: (bytes: Buffer) => void): Promise<Buffer> {
  const bytes = readFileSync(image)
  const entry = await withDisc(image, (disc) => disc.files.find(path))
  for (const { startSector, lengthBytes } of entry?.extents ?? []) {
    const start = (startSector ?? 0) * SECTOR
    edit(bytes.subarray(start, start + lengthBytes))
  }
  return bytes
}

/** Packets of all streams that a title gives. */
async function packets(disc: Disc, title: number): Promise<number> {
  let count = 0
  for await (const item of disc.play({ title, streams: "all" })) if (item.type === "packet") count++
  return count
}

const sizesOfVobs = async (): Promise<ReadonlySet<number>> =>
  withDisc(sampleDvd, async (disc) => {
    const list = await disc.files.list("/VIDEO_TS")
    return new Set(list.filter(({ name }) => name.endsWith(".VOB")).map(({ size }) => size))
  })

describe("copy management information of a DVD's files", () => {
  test("is shown, one mark for each thing said, and stops nothing", async () => {
    const vobs = await sizesOfVobs()
    const marked = markFiles(readFileSync(sampleDvd), (size) => (vobs.has(size) ? 0xb0 : 0x80))
    await withDisc(marked, async (disc) => {
      const marks = disc.info.protection
      expect(marks.map(({ kind }) => kind)).toEqual(["copy-management", "copy-management"])
      expect(marks.map(({ detail }) => detail).sort()).toEqual([
        expect.stringMatching(/^copyrighted, copying never permitted \(\w+\.VOB and \d+ more\)$/),
        expect.stringMatching(/^copyrighted, copying permitted \(\w+\.(BUP|IFO) and \d+ more\)$/),
      ])
      const scanned = await disc.scan()
      expect(new Set(scanned.titles.map(({ scrambled }) => scrambled))).toEqual(new Set([false]))
      expect(scanned.protection).toEqual(marks)
      expect(await packets(disc, 2)).toBe(await withDisc(sampleDvd, (clean) => packets(clean, 2)))
      expect(disc.warnings).toEqual([])
    })
  })

  test.each([
    [0x00, []],
    [0x80, ["copyrighted, copying permitted"]],
    [0x20, ["copying of one generation"]],
    [0xa0, ["copyrighted, copying of one generation"]],
    [0x90, ["copyrighted, copying by a reserved value"]],
    [0x30, ["copying never permitted"]],
  ])("byte %i", async (cgms, details) => {
    const found = await withDisc(
      markFiles(readFileSync(sampleDvd), () => cgms),
      async (disc) => disc.info.protection.map(({ detail }) => detail.replace(/ \(.*\)$/, "")),
    )
    expect(found).toEqual(details)
  })

  test("of one file names it", async () => {
    const size = await withDisc(sampleDvd, async (disc) => (await disc.files.find("/VIDEO_TS/VTS_02_1.VOB"))?.size)
    const marked = markFiles(readFileSync(sampleDvd), (own) => (own === size ? 0xb0 : null))
    await withDisc(marked, async (disc) => {
      expect(disc.info.protection).toEqual([{ kind: "copy-management", detail: "copyrighted, copying never permitted (VTS_02_1.VOB)" }])
    })
  })
})

test("a DVD with PES_scrambling_control set says CSS, once its packets were looked at, and once only", async () => {
  const scrambled = await edited(sampleDvd, "/VIDEO_TS/VTS_01_1.VOB", (bytes) => {
    for (let sector = 0; sector < bytes.length; sector += SECTOR) {
      const streamId = bytes[sector + 17] ?? 0
      if (streamId === 0xbd || (streamId >= 0xc0 && streamId <= 0xef)) bytes[sector + 20] = (bytes[sector + 20] ?? 0) | 0x10
    }
  })
  await withDisc(scrambled, async (disc) => {
    expect(disc.info.protection).toEqual([])
    await disc.scan()
    const { protection, titles } = await disc.scan()
    expect(protection).toEqual([{ kind: "css", detail: "scrambled packets (CSS)" }])
    expect(titles.map((title) => title.scrambled)).toEqual(titles.map(({ dvd }) => dvd?.titleSet === 1))
    expect(await packets(disc, 2)).toBeGreaterThan(100)
  })
  await withDisc(scrambled, async (disc) => {
    await expect(packets(disc, 1)).rejects.toMatchObject({ code: "protected" })
    expect(
      disc.info.protection.map(({ kind }) => kind),
      "playing looked, too",
    ).toEqual(["css"])
  })
})

describe("copy_permission_indicator of a Blu-ray's packets", () => {
  const STREAM = "/BDMV/STREAM/00001.m2ts"
  const setIndicator = (value: number) => (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += PACKET) bytes[at] = ((bytes[at] ?? 0) & 0x3f) | (value << 6)
  }

  test.each([
    [0, []],
    [1, ["stream files are marked: no more copies"]],
    [2, ["stream files are marked: copying of one generation"]],
    [3, ["stream files are marked: copying never permitted"]],
  ])("%i", async (value, details) => {
    await withDisc(await edited(sampleBluray, STREAM, setIndicator(value)), async (disc) => {
      expect(disc.info.protection).toEqual([])
      const { protection, titles } = await disc.scan()
      expect(protection).toEqual(details.map((detail) => ({ kind: "copy-management", detail })))
      expect(titles.some(({ scrambled }) => scrambled)).toBe(false)
      expect(await packets(disc, 2)).toBeGreaterThan(100)
      expect(disc.warnings).toEqual([])
    })
  })

  test("with units that are scrambled, AACS is named too", async () => {
    const scrambled = await edited(sampleBluray, STREAM, (bytes) => {
      for (let unit = 0; unit < bytes.length; unit += UNIT) {
        bytes[unit] = (bytes[unit] ?? 0) | 0xc0
        for (let at = unit + 16; at < Math.min(unit + UNIT, bytes.length); at++) bytes[at] = ((bytes[at] ?? 0) * 167 + at * 31) & 0xff
      }
    })
    await withDisc(scrambled, async (disc) => {
      const { protection, titles } = await disc.scan()
      expect(protection).toEqual([
        { kind: "copy-management", detail: "stream files are marked: copying never permitted" },
        { kind: "aacs", detail: "scrambled units (AACS)" },
      ])
      expect(titles.filter((title) => title.scrambled).length).toBeGreaterThan(0)
    })
  })

  test("is not read out of bytes that are no packets", () => {
    expect(copyPermission(new Uint8Array(UNIT).fill(0xff))).toBeNull()
    expect(copyPermission(new Uint8Array(0))).toBeNull()
  })
})
