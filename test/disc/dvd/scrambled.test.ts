import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import { dvdTitle, isDvdTitleScrambled, isPackScrambled, readDvdDisc, type VobFile } from "../../../src/disc/dvd/index.ts"
import { ConcatSource } from "../../../src/source/index.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder, type TestFiles } from "./support/files.ts"
import { FORMATS } from "./support/recipes.ts"

const VOB = "/VIDEO_TS/VTS_01_1.VOB"
const disc = (): TestFiles => filesOfFolder(authoredDvd(FORMATS))

async function openVobs(files: TestFiles, vobs: readonly VobFile[]): Promise<ConcatSource> {
  return new ConcatSource(await Promise.all(vobs.map(({ path }) => files.open(path))), "VTS_01")
}

async function isScrambled(files: TestFiles): Promise<boolean> {
  const { dvd } = await readDvdDisc(files, new Warnings())
  files.reads.length = 0
  const title = dvdTitle(dvd, 1)
  return isDvdTitleScrambled(title, await openVobs(files, title.titleSet.titleVobs))
}

/** Sets the scrambling bits as CSS does: in every second pack that is no navigation pack, from one sector on. */
function scrambledFrom(bytes: Uint8Array, firstSector: number): Uint8Array {
  const copy = bytes.slice()
  for (let sector = firstSector; sector * 2048 < copy.length; sector += 2) {
    const flags = sector * 2048 + 14 + ((copy[sector * 2048 + 13] ?? 0) & 7) + 6
    const id = copy[flags - 3] ?? 0
    if (id === 0xbd || id >= 0xc0) copy[flags] = (copy[flags] ?? 0) | 0x10
  }
  return copy
}

describe.skipIf(!canAuthor)("scrambled content", () => {
  it("is not found in a clear title, in at most 8 reads of 32 KiB", async () => {
    const files = disc()
    expect(await isScrambled(files)).toBe(false)
    expect(files.reads.length).toBeGreaterThan(4)
    expect(files.reads.length).toBeLessThanOrEqual(8)
    expect(Math.max(...files.reads.map(({ length }) => length))).toBeLessThanOrEqual(32_768)
  })

  it("is found all over, and when it begins behind a clear logo", async () => {
    const files = disc()
    const bytes = files.bytes(VOB)
    expect(await isScrambled(files.with({ [VOB]: scrambledFrom(bytes, 0) }))).toBe(true)
    expect(await isScrambled(files.with({ [VOB]: scrambledFrom(bytes, Math.floor(bytes.length / 2048 / 2)) }))).toBe(true)
  })

  it("is not found where the copyright bits are set", async () => {
    const files = disc()
    const bytes = files.bytes(VOB).slice()
    for (let sector = 0; sector * 2048 < bytes.length; sector++) {
      const flags = sector * 2048 + 14 + ((bytes[sector * 2048 + 13] ?? 0) & 7) + 6
      if ((bytes[flags - 3] ?? 0) >= 0xbd && bytes[flags - 3] !== 0xbf && bytes[flags - 3] !== 0xbe)
        bytes[flags] = (bytes[flags] ?? 0) | 0x08
    }
    expect(await isScrambled(files.with({ [VOB]: bytes }))).toBe(false)
  })

  it("is not there where VOBs are missing, and reads on over the end of one VOB into the next", async () => {
    const files = disc()
    const bytes = files.bytes(VOB)
    expect(await isScrambled(files.with({ [VOB]: null }))).toBe(false)
    const cut = 2048 * 301
    const parts = files.with({ [VOB]: bytes.subarray(0, cut), "/VIDEO_TS/VTS_01_2.VOB": bytes.subarray(cut) })
    const { dvd } = await readDvdDisc(parts, new Warnings())
    const title = dvdTitle(dvd, 1)
    expect(title.titleSet.titleVobs.length).toBe(2)
    const vobs = await openVobs(parts, title.titleSet.titleVobs)
    expect(await vobs.read(295 * 2048, 16 * 2048)).toEqual(bytes.subarray(295 * 2048, 311 * 2048))
    expect(await vobs.read((Math.floor(bytes.length / 2048) - 2) * 2048, 16 * 2048)).toEqual(bytes.subarray(bytes.length - 4096))
  })
})

describe("one pack", () => {
  const pack = (streamId: number, flags: number, stuffing = 0): Uint8Array => {
    const bytes = new Uint8Array(2048)
    bytes.set([0, 0, 1, 0xba, 0x44])
    bytes[13] = 0xf8 | stuffing
    bytes.set([0, 0, 1, streamId, 7, 0xec, flags], 14 + stuffing)
    return bytes
  }

  it("is scrambled by its two bits, behind the marker bits", () => {
    expect([0x80, 0x90, 0xa0, 0xb0, 0x8f].map((flags) => isPackScrambled(pack(0xe0, flags)))).toEqual([false, true, true, true, false])
    expect([0x10, 0x50, 0xd0].map((flags) => isPackScrambled(pack(0xe0, flags)))).toEqual([false, false, false])
    expect(isPackScrambled(pack(0xe0, 0x90, 3))).toBe(true)
  })

  it("is never, when it is a navigation pack, padding, noise or nothing", () => {
    expect([0xbb, 0xbe, 0xbf].map((id) => isPackScrambled(pack(id, 0x90)))).toEqual([false, false, false])
    expect([0xbd, 0xc0, 0xe0].map((id) => isPackScrambled(pack(id, 0x90)))).toEqual([true, true, true])
    expect(isPackScrambled(new Uint8Array(2048).fill(0x9f))).toBe(false)
    expect(isPackScrambled(new Uint8Array(0))).toBe(false)
  })
})
