import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { crc32 } from "../../src/base/index.ts"
import { walk } from "../../src/filesystem/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { sampleBluray, sampleDvd } from "../support/samples.ts"

/** The discs as people have them: in folders, on cards, with changed cases, damaged, with marks, half of it scrambled. */
const folder = mkdtempSync(join(tmpdir(), "opentray-copies-"))
const bluray = join(folder, "bluray")
const dvd = join(folder, "dvd")
beforeAll(async () => {
  await extract(sampleBluray, bluray)
  await extract(sampleDvd, dvd)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function extract(image: string, to: string): Promise<void> {
  const disc = await openDisc(image)
  for await (const { path, type, size } of walk(disc.files, "/")) {
    const target = join(to, path)
    if (type === "directory") mkdirSync(target, { recursive: true })
    else {
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, await (await disc.files.open(path)).read(0, size))
    }
  }
  await disc.close()
}

/** A copy of a folder, its files and folders renamed. */
function copy(from: string, name: string, rename: (name: string) => string = (same) => same): string {
  const to = join(folder, name)
  cpSync(from, to, { recursive: true })
  const renameAll = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const renamed = join(path, rename(entry.name))
      renameSync(join(path, entry.name), renamed)
      if (entry.isDirectory()) renameAll(renamed)
    }
  }
  renameAll(to)
  return to
}

const LONG_TO_SHORT: readonly (readonly [RegExp, string])[] = [
  [/^index\.bdmv$/, "INDEX.BDM"],
  [/^MovieObject\.bdmv$/, "MOVIEOBJ.BDM"],
  [/\.mpls$/, ".MPL"],
  [/\.clpi$/, ".CPI"],
  [/\.m2ts$/, ".MTS"],
]
const shortName = (name: string) => LONG_TO_SHORT.reduce((shorter, [long, short]) => shorter.replace(long, short), name).toUpperCase()
const mangle = (name: string) => [...name].map((letter, index) => (index % 2 ? letter.toLowerCase() : letter.toUpperCase())).join("")

/** What playing gives: packets a stream with a CRC over them all, and warnings. */
async function play(spec: string, title: number) {
  const disc = await openDisc(spec)
  const packets = new Map<number, { count: number; crc: number }>()
  const warnings: string[] = []
  try {
    for await (const item of disc.play({ title, streams: "all" })) {
      if (item.type === "warning") warnings.push(item.warning.code)
      if (item.type !== "packet") continue
      const { count, crc } = packets.get(item.stream) ?? { count: 0, crc: 0 }
      packets.set(item.stream, { count: count + 1, crc: (crc * 31 + crc32(item.data)) >>> 0 })
    }
    return { packets: [...packets].sort(([a], [b]) => a - b), warnings, kind: disc.info.kind, info: disc.info }
  } finally {
    await disc.close()
  }
}

async function expectSame(copied: string, image: string, titles: readonly number[]) {
  for (const title of titles) {
    const [own, theirs] = [await play(copied, title), await play(image, title)]
    expect(own.packets.length).toBeGreaterThanOrEqual(5)
    expect(own.packets).toEqual(theirs.packets)
    expect(own.warnings).toEqual([])
    expect(own.info.titles.map(({ duration, chapters }) => ({ duration, chapters }))).toEqual(
      theirs.info.titles.map(({ duration, chapters }) => ({ duration, chapters })),
    )
  }
}

describe("folders", () => {
  test.each([
    ["lower case", (name: string) => name.toLowerCase()],
    ["mixed case", mangle],
  ])("discs whose names are in %s play as the image does", async (name, rename) => {
    await expectSame(copy(bluray, `bluray ${name}`, rename), sampleBluray, [2, 3])
    await expectSame(copy(dvd, `dvd ${name}`, rename), sampleDvd, [1, 2])
  })

  test("the BDMV and the VIDEO_TS folder by themselves play", async () => {
    await expectSame(join(bluray, "BDMV"), sampleBluray, [2])
    await expectSame(join(dvd, "VIDEO_TS"), sampleDvd, [2])
  })

  test.each(["PRIVATE/AVCHD", "AVCHD"])("an AVCHD card with 8.3 names in %s plays", async (where) => {
    const card = join(folder, `card ${where.replace("/", " ")}`)
    mkdirSync(join(card, where), { recursive: true })
    renameSync(copy(join(bluray, "BDMV"), "short names", shortName), join(card, where, "BDMV"))
    await expectSame(card, sampleBluray, [1, 2])
    expect((await play(card, 4)).kind).toBe("avchd")
    const disc = await openDisc(card)
    expect(disc.info.titles[0]?.bluray?.playlist).toBe("00000.MPL")
    expect((await disc.openTitle(2)).size).toBe(disc.info.titles[1]?.size)
    await disc.close()
  })
})

test("damaged and missing structures: the copies play, and a warning says so", async () => {
  const damagedBluray = copy(bluray, "damaged bluray")
  for (const path of ["index.bdmv", "MovieObject.bdmv", "PLAYLIST/00000.mpls", "CLIPINF/00001.clpi"]) {
    writeFileSync(join(damagedBluray, "BDMV", path), new Uint8Array(300).fill(0xee))
  }
  rmSync(join(damagedBluray, "BDMV/PLAYLIST/00001.mpls"))
  rmSync(join(damagedBluray, "BDMV/CLIPINF/00010.clpi"))
  const damagedDvd = copy(dvd, "damaged dvd")
  for (const name of ["VIDEO_TS.IFO", "VTS_01_0.IFO"]) writeFileSync(join(damagedDvd, "VIDEO_TS", name), new Uint8Array(4096).fill(0xee))
  rmSync(join(damagedDvd, "VIDEO_TS/VTS_02_0.IFO"))
  for (const [spec, image, code] of [
    [damagedBluray, sampleBluray, "backup-used"],
    [damagedDvd, sampleDvd, "dvd-backup-used"],
  ] as const) {
    for (const title of [1, 2]) {
      const { packets, info } = await play(spec, title)
      expect(packets).toEqual((await play(image, title)).packets)
      expect(info.warnings.map((warning) => warning.code)).toContain(code)
    }
  }
})

const PACKET = 192
const UNIT = 6144
const COPY_PERMISSION = 0xc0
const SECTOR = 2048

function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  edit(bytes)
  writeFileSync(path, bytes)
}

test("a decrypted copy that kept its marks shows them, and plays with no word of complaint", async () => {
  const marked = copy(bluray, "marked")
  for (const name of ["AACS", "BDSVM", "any!"]) mkdirSync(join(marked, name))
  writeFileSync(join(marked, "AACS/Unit_Key_RO.inf"), "x")
  const streams = join(marked, "BDMV/STREAM")
  for (const name of readdirSync(streams)) {
    change(join(streams, name), (bytes) => {
      for (let at = 0; at < bytes.length; at += PACKET) bytes[at] = (bytes[at] ?? 0) | COPY_PERMISSION
    })
  }
  await expectSame(marked, sampleBluray, [1, 2, 3])
  const disc = await openDisc(marked, { strict: true })
  expect(disc.info.protection.map(({ kind }) => kind)).toEqual(["aacs", "bd-plus", "any"])
  expect((await disc.scan()).titles.filter(({ scrambled }) => scrambled)).toEqual([])
  expect((await disc.openTitle(1)).size).toBe(disc.info.titles[0]?.size)
  expect(disc.warnings).toEqual([])
  await disc.close()

  // The region mask of a DVD: byte 35 of VMGI_MAT, a bit for each region where it must not play.
  const region = copy(dvd, "region")
  change(join(region, "VIDEO_TS/VIDEO_TS.IFO"), (bytes) => bytes.fill(0xfd, 35, 36))
  await expectSame(region, sampleDvd, [2])
  expect((await play(region, 2)).info.protection).toEqual([{ kind: "region", detail: "plays in region 2" }])
})

/** As AACS leaves an aligned unit: its first 16 bytes clear, the rest noise. */
function scrambleUnits(bytes: Buffer): void {
  for (let unit = 0; unit < bytes.length; unit += UNIT) {
    bytes[unit] = (bytes[unit] ?? 0) | COPY_PERMISSION
    for (let at = unit + 16; at < Math.min(unit + UNIT, bytes.length); at++)
      bytes[at] = ((bytes[at] ?? 0) * 167 + at * 31 + (at >> 8)) & 0xff
  }
}

/** As CSS leaves a sector: PES_scrambling_control set, the first 128 bytes clear. */
function scrambleSectors(bytes: Buffer): void {
  for (let sector = 0; sector < bytes.length; sector += SECTOR) {
    const streamId = bytes[sector + 17] ?? 0
    if (streamId !== 0xbd && (streamId < 0xc0 || streamId > 0xef)) continue
    bytes[sector + 20] = (bytes[sector + 20] ?? 0) | 0x10
    for (let at = sector + 128; at < sector + SECTOR; at++) bytes[at] = ((bytes[at] ?? 0) * 167 + at * 31) & 0xff
  }
}

describe("one scrambled title", () => {
  test.each([
    {
      name: "Blu-ray",
      from: bluray,
      image: sampleBluray,
      file: "BDMV/STREAM/00001.m2ts",
      edit: scrambleUnits,
      scrambled: [1, 3, 6],
      system: "AACS",
    },
    { name: "DVD", from: dvd, image: sampleDvd, file: "VIDEO_TS/VTS_01_1.VOB", edit: scrambleSectors, scrambled: [1], system: "CSS" },
  ])("of a $name fails at once, by name; the others play", async ({ name, from, image, file, edit, scrambled, system }) => {
    const half = copy(from, `scrambled ${name}`)
    change(join(half, file), edit)
    const disc = await openDisc(half)
    const scanned = await disc.scan()
    expect(scanned.titles.filter((title) => title.scrambled).map(({ number }) => number)).toEqual(scrambled)
    const refusal = {
      code: "protected",
      message: expect.stringMatching(new RegExp(`^Title 1 is scrambled \\(${system}\\)\\. opentray does not decrypt`)),
    }
    await expect(disc.play({ title: 1 }).batch(), "the first pull").rejects.toMatchObject(refusal)
    await expect(disc.openTitle(1)).rejects.toMatchObject(refusal)
    await expect(disc.steps({ title: 1 })).rejects.toMatchObject(refusal)
    await disc.close()
    await expectSame(half, image, [2])
  })
})

test("a stream in a clip of its own beside the film is named in a warning; the rest plays", async () => {
  const beside = copy(bluray, "sub path")
  // STN_table of play list 1: the stream entry (length 9) of the second words, PID 0x1201, from type 1 (in the clip) to type 2 (in a sub path's clip).
  for (const where of ["BDMV/PLAYLIST", "BDMV/BACKUP/PLAYLIST"]) {
    change(join(beside, where, "00000.mpls"), (bytes) => {
      const at = bytes.indexOf(Buffer.from([9, 1, 0x12, 0x01]))
      expect(at).toBeGreaterThan(0)
      bytes.set([9, 2, 0, 0, 0x12, 0x01], at)
    })
  }
  const { packets, warnings } = await play(beside, 1)
  expect(warnings).toEqual(["stream-in-sub-path"])
  expect(packets).toEqual((await play(sampleBluray, 1)).packets.slice(0, -1))
  const disc = await openDisc(beside)
  expect(disc.info.titles[0]?.streams.filter(({ kind }) => kind === "subtitle")).toHaveLength(2)
  await disc.close()
})

describe.skipIf(process.platform !== "linux")("files of a folder", () => {
  /** How many files below the folder this process holds open. */
  const held = (path: string) =>
    readdirSync("/proc/self/fd").filter((handle) => {
      try {
        return readlinkSync(`/proc/self/fd/${handle}`).startsWith(path)
      } catch {
        return false
      }
    }).length

  // Playlists of hundreds of clips would run into the system's bound otherwise.
  test.each(["bluray", "dvd"])("of the %s are closed with the session, the title's file, the look for scrambling", async (name) => {
    const path = join(folder, name)
    const disc = await openDisc(path)
    const before = held(path)
    for (const { number } of disc.info.titles) {
      for await (const item of disc.play({ title: number })) if (item.type === "end") break
      const file = await disc.openTitle(number)
      await file.read(Math.floor(file.size / 2), 100_000)
      await file.close()
    }
    await disc.scan()
    expect(held(path)).toBe(before)
    await disc.close()
    expect(held(path)).toBe(0)
  })
})
