import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { type Source, Warnings } from "../../../src/base/index.ts"
import { ALIGNED_UNIT_SIZE, isBlurayTitleScrambled, readBlurayDisc } from "../../../src/disc/bluray/index.ts"
import { isUnitScrambled } from "../../../src/disc/bluray/scrambled.ts"
import { readDisc } from "../../../src/disc/index.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { CachedSource, MemorySource } from "../../../src/source/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { temporaryFolder } from "./discs.ts"
import { type Changes, FolderFiles } from "./folder-files.ts"

const authored = dataPath("authored-bd-menu/disc")

async function read(changes: Changes = {}, root = authored) {
  const warnings = new Warnings()
  const { info, bluray } = await readBlurayDisc(new FolderFiles(root, changes), warnings)
  return { info, bluray, codes: warnings.list.map(({ code }) => code) }
}

const damaged = (path: string) => {
  const bytes = new Uint8Array(readFileSync(join(authored, path)))
  return bytes.fill(0xff, 40, 48)
}

/** Each structure file that has a copy, in lower case, as the changes' keys are. */
const COPIED = ["/bdmv/index.bdmv", "/bdmv/movieobject.bdmv", "/bdmv/playlist/00001.mpls", "/bdmv/clipinf/00001.clpi"]
const REAL: Readonly<Record<string, string>> = {
  "/bdmv/index.bdmv": "BDMV/index.bdmv",
  "/bdmv/movieobject.bdmv": "BDMV/MovieObject.bdmv",
  "/bdmv/playlist/00001.mpls": "BDMV/PLAYLIST/00001.mpls",
  "/bdmv/clipinf/00001.clpi": "BDMV/CLIPINF/00001.clpi",
}
const copyOf = (path: string) => path.replace("/bdmv/", "/bdmv/backup/")

describe.skipIf(!hasData)("copies under BACKUP", () => {
  it.each(COPIED)("%s missing: the copy, a warning, the same disc", async (path) => {
    const whole = await read()
    const { info, codes } = await read({ [path]: null })
    expect(codes).toContain("backup-used")
    expect({ ...info, warnings: [] }).toEqual({ ...whole.info, warnings: [] })
  })

  it.each(COPIED)("%s damaged: the copy, a warning, the same disc", async (path) => {
    const whole = await read()
    const { info, codes } = await read({ [path]: damaged(REAL[path] ?? "") })
    expect(codes).toContain("backup-used")
    expect({ ...info, warnings: [] }).toEqual({ ...whole.info, warnings: [] })
  })

  it.each(COPIED)("%s and its copy gone: the rest of the disc", async (path) => {
    const { info, bluray, codes } = await read({ [path]: null, [copyOf(path)]: null })
    expect(codes.length).toBeGreaterThan(0)
    expect(codes).not.toContain("backup-used")
    const gone = path.includes("playlist") ? 1 : 0
    expect(info.titles.length).toBe(3 - gone)
    expect(bluray.index === null).toBe(path.includes("index"))
    expect(bluray.movieObjects === null).toBe(path.includes("movieobject"))
  })

  it("a playlist cut short and no copy: what comes before the cut", async () => {
    const path = "chaptertool/Disc/Mpls/00800_4Angle.mpls"
    const bytes = new Uint8Array(readFileSync(dataPath(path)))
    const whole = await read({ "/bdmv/playlist/00001.mpls": bytes })
    const cut = await read({
      "/bdmv/playlist/00001.mpls": bytes.slice(0, Math.floor(bytes.length / 2)),
      [copyOf("/bdmv/playlist/00001.mpls")]: null,
    })
    expect(cut.codes).toContain("partly-read")
    const all = whole.bluray.title(1)?.playList.playItems ?? []
    const some = cut.bluray.title(1)?.playList.playItems ?? []
    expect(some.length).toBeGreaterThan(0)
    expect(some).toEqual(all.slice(0, some.length))
  })
})

describe.skipIf(!hasData)("where BDMV is", () => {
  it("a BDMV folder by itself", async () => {
    const { info, bluray } = await read({}, join(authored, "BDMV"))
    expect(bluray.layout.root).toBe("")
    expect(info.titles).toEqual((await read()).info.titles)
    expect((await bluray.openClip("00000")).size).toBeGreaterThan(0)
  })

  it.each(["PRIVATE/AVCHD/BDMV", "AVCHD/BDMV", "BDMV"])("an AVCHD card with 8.3 names at %s", async (place) => {
    const root = temporaryFolder("avchd", onTestFinished)
    const bdmv = join(root, place)
    mkdirSync(join(bdmv, ".."), { recursive: true })
    cpSync(join(authored, "BDMV"), bdmv, { recursive: true })
    // The data may be read-only: so is its copy then.
    execFileSync("chmod", ["-R", "u+w", bdmv])
    renameTo83(bdmv)
    const { info, bluray, codes } = await read({ "/bdmv/backup": null }, root)
    // The clip informations of that disc name extension data where there is none.
    expect(new Set(codes)).toEqual(new Set(["structure-part"]))
    expect(info.kind).toBe("avchd")
    expect(info.titles.map(({ duration, size, chapters }) => [duration, size, chapters])).toEqual(
      (await read()).info.titles.map(({ duration, size, chapters }) => [duration, size, chapters]),
    )
    expect(info.titles[0]?.bluray?.playlist).toBe("00000.MPL")
    expect((await bluray.openClip("00000")).name).toContain("00000.MTS")
  })

  it("is no Blu-ray: says so", async () => {
    await expect(readBlurayDisc(new FolderFiles(dataPath("thediscdb")), new Warnings())).rejects.toMatchObject({ code: "not-a-disc" })
  })
})

const SHORT: Readonly<Record<string, string>> = { "index.bdmv": "INDEX.BDM", "MovieObject.bdmv": "MOVIEOBJ.BDM" }

function renameTo83(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const from = join(folder, entry.name)
    if (entry.isDirectory()) {
      renameTo83(from)
      continue
    }
    const name = SHORT[entry.name] ?? entry.name.replace(".mpls", ".MPL").replace(".clpi", ".CPI").replace(".m2ts", ".MTS")
    renameSync(from, join(folder, name))
  }
}

describe.skipIf(!hasData)("protection", () => {
  it("shows marks and calls nothing scrambled for them", async () => {
    const root = temporaryFolder("marks", onTestFinished)
    cpSync(authored, root, { recursive: true })
    execFileSync("chmod", ["-R", "u+w", root])
    for (const folder of ["AACS", "BDSVM", "any!"]) mkdirSync(join(root, folder))
    setCopyPermission(join(root, "BDMV/STREAM"))
    const { info, bluray } = await read({}, root)
    expect(info.protection.map(({ kind }) => kind)).toEqual(["aacs", "bd-plus", "any"])
    for (const title of bluray.titles) expect(await isBlurayTitleScrambled(bluray, title)).toBe(false)
  })

  it("finds one scrambled title among clear ones", async () => {
    const { bluray } = await read({ "/bdmv/stream/00001.m2ts": scramble(readFileSync(join(authored, "BDMV/STREAM/00001.m2ts"))) })
    const byClip = bluray.titles.map((title) => [title.playList.playItems[0]?.angles[0].clipInformationFileName, title] as const)
    for (const [clip, title] of byClip) expect(await isBlurayTitleScrambled(bluray, title), clip).toBe(clip === "00001")
  })

  it("cannot tell without the stream file", async () => {
    const { bluray } = await read({ "/bdmv/stream": null })
    for (const title of bluray.titles) expect(await isBlurayTitleScrambled(bluray, title)).toBeNull()
  })

  it("does not take damage for scrambling", () => {
    const unit = new Uint8Array(ALIGNED_UNIT_SIZE)
    expect(isUnitScrambled(unit)).toBe(false)
    for (let at = 0; at < unit.length; at += 192) unit[at] = 0xc0
    for (let at = 4; at < unit.length; at += 192) unit[at] = 0x47
    expect(isUnitScrambled(unit)).toBe(false)
    expect(isUnitScrambled(scramble(unit))).toBe(true)
    expect(isUnitScrambled(scramble(unit).fill(0, 0, 1))).toBe(false)
  })
})

function setCopyPermission(folder: string): void {
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    for (let at = 0; at < bytes.length; at += 192) bytes[at] = (bytes[at] ?? 0) | 0xc0
    writeFileSync(join(folder, name), bytes)
  }
}

/** As AACS does it: the mark in the clear, all but the first 16 bytes of each aligned unit made noise. */
function scramble(clear: Uint8Array): Uint8Array {
  let state = 1
  return clear.map((byte, at) => {
    const inUnit = at % ALIGNED_UNIT_SIZE
    if (inUnit % 192 === 0 && inUnit === 0) return byte | 0xc0
    if (inUnit < 16) return byte
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return byte ^ (state >>> 24)
  })
}

/** Counts what would be requests over a network, behind the cache that one would use. */
class CountingSource implements Source {
  readonly name = "disc"
  readonly size: number
  requests = 0
  bytes = 0
  readonly #inner: Source

  constructor(inner: Source) {
    this.#inner = inner
    this.size = inner.size
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.requests++
    this.bytes += length
    return this.#inner.read(offset, length)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

describe.skipIf(!hasData)("what opening costs", () => {
  it("at most 12 reads and 512 KiB of an image of 6 MB", async () => {
    const counting = new CountingSource(new MemorySource(new Uint8Array(readFileSync(dataPath("made/bd-tsmuxer.iso"))), "bd-tsmuxer.iso"))
    const warnings = new Warnings()
    const disc = await readDisc(await openFileSystem(new CachedSource(counting), warnings), warnings)
    expect(disc.kind).toBe("blu-ray")
    expect(disc.info.titles).toHaveLength(1)
    expect(counting.requests).toBeLessThanOrEqual(12)
    expect(counting.bytes).toBeLessThanOrEqual(512 * 1024)
  })

  it("little memory for a disc with a thousand playlists of a hundred items", async () => {
    const root = temporaryFolder("decoys", onTestFinished)
    cpSync(authored, root, { recursive: true })
    execFileSync("chmod", ["-R", "u+w", root])
    const playlist = readFileSync(dataPath("chaptertool/Disc/Mpls/00002_Menu.mpls"))
    for (let number = 0; number < 1000; number++)
      writeFileSync(join(root, "BDMV/PLAYLIST", `${String(number).padStart(5, "0")}.mpls`), playlist)
    const before = process.memoryUsage.rss()
    const { info } = await read({}, root)
    expect(info.titles).toHaveLength(1000)
    expect(info.titles.filter(({ sameAs }) => sameAs === null)).toHaveLength(1)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 << 20)
  }, 60_000)
})
