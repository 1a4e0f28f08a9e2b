import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import { readDisc } from "../../../src/disc/index.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { hasProgram, runOracle } from "../../support/oracles.ts"
import { canAuthor } from "./support/authored.ts"
import { lsdvd } from "./support/lsdvd.ts"
import { traceDvd } from "./support/trace.ts"

const canImage = hasData && canAuthor && hasProgram("genisoimage")

/** The rig's DVD, made by its own script once per machine. */
function rigDvd(): string {
  const folder = join(tmpdir(), "opentray-rig-dvd")
  if (existsSync(folder)) return join(folder, "dvd.iso")
  const work = `${folder}.${process.pid}`
  mkdirSync(work, { recursive: true })
  execFileSync("sh", [dataPath("../oracles/make-dvd.sh"), work], { stdio: "ignore" })
  try {
    renameSync(work, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(work, { recursive: true })
  }
  return join(folder, "dvd.iso")
}

async function read(spec: string) {
  const files = await openFileSystem(await openNode(spec), new Warnings())
  const parsed = await readDisc(files, new Warnings())
  await files.close()
  if (parsed.kind !== "dvd-video") throw new Error(`${spec} is ${parsed.kind}`)
  return parsed
}

const sample = join(import.meta.dirname, "../../../samples/dvd.iso")
const IMAGES: readonly (readonly [string, () => string])[] = [
  ["the rig's DVD", rigDvd],
  ["the sample DVD", () => sample],
]

describe.skipIf(!canImage).each(IMAGES)("%s", (_, path) => {
  it("has the tables that libdvdread reads", async () => {
    const { dvd } = await read(path())
    const expected = runOracle("dvdtrace", [path()]).filter(({ type }) => type !== "disc")
    expect(expected.length).toBeGreaterThan(10)
    expect(traceDvd(dvd)).toEqual(expected)
  })

  it("has the titles that lsdvd lists", async () => {
    const { info } = await read(path())
    const { tracks } = lsdvd(path())
    expect(info.titles.length).toBe(tracks.length)
    for (const [index, track] of tracks.entries()) {
      const title = info.titles[index]
      expect(title?.duration).toBeCloseTo(Number(track.length), 2)
      expect(title?.chapters.length).toBe(track.chapter.length)
      const languages = (kind: string) => title?.streams.filter((stream) => stream.kind === kind).map(({ language }) => language)
      expect(languages("audio")).toEqual(track.audio.map(({ langcode }) => langcode))
      expect(languages("subtitle")).toEqual(track.subp.map(({ langcode }) => langcode))
    }
    expect(info.warnings).toEqual([])
  })
})

describe.skipIf(!canImage)("one disc in several forms", () => {
  it("has one fingerprint and one description: image, folder, VIDEO_TS by itself", async () => {
    const image = await read(rigDvd())
    const disc = join(rigDvd(), "../dvd-work/dvd")
    const folder = await read(disc)
    const inner = await read(join(disc, "VIDEO_TS"))
    expect(inner.dvd.root).toBe("")
    for (const other of [folder, inner]) {
      expect(other.info.fingerprint).toBe(image.info.fingerprint)
      expect({ ...other.info, label: "" }).toEqual({ ...image.info, label: "" })
    }
    expect(image.info.label).toBe("RIGDVD")
  })
})
