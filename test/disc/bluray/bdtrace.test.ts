import { spawnSync } from "node:child_process"
import { afterAll, describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import { type BlurayDisc, type BlurayInfo, packetRange, readBlurayDisc } from "../../../src/disc/bluray/index.ts"
import type { FileSystem } from "../../../src/filesystem/file-system.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { hasProgram, oraclePath, runOracle } from "../../support/oracles.ts"
import { discFolders, rigDiscs } from "./discs.ts"
import { modelLines, packetsOf, relevantPlaylists } from "./libbluray-model.ts"

const opened: FileSystem[] = []
afterAll(() => Promise.all(opened.map((files) => files.close())))

type Line = Record<string, unknown> & { type: string }

const canRun = hasData && oraclePath("bdtrace") !== null
const discs = [
  ...discFolders(),
  ...(canRun ? rigDiscs() : []),
  ...(hasData ? [{ name: "bd-tsmuxer.iso", root: dataPath("made/bd-tsmuxer.iso") }] : []),
]

/** Playlists that libbluray lists and opentray leaves out with a warning. */
const LEFT_OUT: Readonly<Record<string, readonly number[]>> = {
  // 00001_Invalid.mpls: text behind the header. libbluray passes over the AppInfoPlayList it cannot read, and finds no play items.
  "single-playlists": [3],
}

async function read(root: string): Promise<{ info: BlurayInfo; bluray: BlurayDisc }> {
  const warnings = new Warnings()
  const files = await openFileSystem(await openNode(root), warnings)
  opened.push(files)
  return readBlurayDisc(files, warnings)
}

/** Sets whose index libbluray refuses: an object of type 0 ("none"), which a player can do nothing with but need not give up over. */
const INDEX_REFUSED = new Set(["bluback"])

describe.skipIf(!canRun)("all that libbluray prints of a disc", () => {
  it.each(discs)("$name", async ({ name, root }) => {
    const oracle = runOracle("bdtrace", [root]) as Line[]
    const { info, bluray } = await read(root)
    const model = await modelLines(bluray)
    const leftOut = LEFT_OUT[name] ?? []
    for (const { type, index: _, ...line } of oracle) {
      if (type === "playlist" && !leftOut.includes(line.playlist as number)) {
        const { size, ...mine } = model.playlists.get(line.playlist as number) as Record<string, unknown>
        // Without a stream file libbluray states no size.
        expect(line.size === undefined ? mine : { ...mine, size }, `playlist ${line.playlist}`).toEqual(line)
      }
      if (type === "clipInfo") expect(model.clips.get(line.clip as string), `clip ${line.clip}`).toEqual(line)
      if (type === "indexTitle") {
        const { name: _name, title, ...object } = line
        expect(model.indexTitles.get(title as string), `title ${title}`).toEqual(object)
      }
      if (type === "meta") expectMeta(line, info, bluray)
      if (type === "disc") expectDisc(line, bluray, INDEX_REFUSED.has(name))
      if (type === "main") expect(line.relevant).toBe(relevantPlaylists(bluray).length + leftOut.length)
    }
    const printed = oracle.filter(({ type }) => type === "playlist").map(({ playlist }) => playlist as number)
    expect([...model.playlists.keys(), ...leftOut].sort((a, b) => a - b)).toEqual(printed.sort((a, b) => a - b))
    const clips = new Set(oracle.filter(({ type }) => type === "clipInfo").map(({ clip }) => clip))
    if (name !== "single-playlists") expect(clips).toEqual(new Set(model.clips.keys()))
  })
})

const NOT_STATED = 255

function expectMeta(line: Record<string, unknown>, info: BlurayInfo, { discLibraries }: BlurayDisc): void {
  const library = discLibraries.find(({ languageCode }) => languageCode === line.language)
  expect(library?.title).toBe(line.name)
  expect(info.names[line.language as string]).toBe(line.name)
  expect(library?.alternativeTitle).toBe(line.alternative)
  expect(library?.numberOfSets ?? NOT_STATED).toBe(line.sets)
  expect(library?.setNumber ?? NOT_STATED).toBe(line.setNumber)
}

function expectDisc(line: Record<string, unknown>, { index }: BlurayDisc, refused: boolean): void {
  if (refused) {
    expect(line.titles).toBe(0)
    expect(index?.topMenu).toEqual({ objectType: "none" })
    return
  }
  const hdmv = index?.titles.filter(({ objectType }) => objectType === "hdmv").length
  expect({ titles: index?.titles.length, hdmv, format: index?.appInfo.videoFormat, rate: index?.appInfo.frameRate }).toEqual({
    titles: line.titles,
    hdmv: line.hdmvTitles,
    format: line.videoFormat,
    rate: line.frameRate,
  })
  expect(index?.appInfo.ssContentExist).toBe(line.content3d === 1)
  expect(index?.appInfo.initialOutputModePreference).toBe(line.outputMode === 1 ? "3d" : "2d")
  expect(index?.appInfo.initialDynamicRangeType).toBe(line.dynamicRange)
  expect(Buffer.from(index?.appInfo.userData ?? []).toString("hex")).toBe(line.providerData)
}

// It crashes over a disc that has no clip information at all.
const listed = discs.filter(({ name }) => name !== "single-playlists")

describe.skipIf(!canRun || !hasProgram("bd_list_titles"))("bd_list_titles", () => {
  it.each(listed)("$name", async ({ root }) => {
    const { info, bluray } = await read(root)
    const printed = spawnSync("bd_list_titles", [root], { encoding: "utf8" }).stdout
    const titles = [
      ...printed.matchAll(/duration: (\d+):(\d+):(\d+) chapters: *(\d+) angles: *(\d+) clips: *(\d+) \(playlist: (\d+)\.mpls\)/g),
    ]
    const relevant = relevantPlaylists(bluray)
    expect(titles.length).toBe(relevant.length)
    for (const [, hours, minutes, seconds, chapters, angles, clips, playlist] of titles) {
      const title = info.titles.find((candidate) => bluray.titles[candidate.number - 1]?.playlistNumber === Number(playlist))
      expect(relevant.some((equals) => equals.includes(Number(playlist)))).toBe(true)
      expect(Math.floor(title?.duration ?? -1)).toBe(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
      expect([title?.chapters.length, title?.angles, title?.bluray?.clips.length]).toEqual([
        Number(chapters),
        Number(angles),
        Number(clips),
      ])
    }
  })
})

/**
 * Where a play item's packets begin is the one thing in which opentray and libbluray differ on purpose: libbluray begins a first or seamlessly joined item
 * at its clip's first packet, whatever its in time is, and any other at its entry point, even where the clip's tables (PAT, PMT) come before its first one.
 */
describe.skipIf(!canRun)("packets of play items", () => {
  it.each(discs)("$name", async ({ root }) => {
    const { bluray } = await read(root)
    for (const { playList, fileName } of bluray.titles) {
      for (const [index, item] of playList.playItems.entries()) {
        const { clipInformationFileName, stcId } = item.angles[0]
        const clip = await bluray.clipInformation(clipInformationFileName).catch(() => null)
        if (clip === null) continue
        const mine = packetRange(clip, { stcId, inTime45k: item.inTime45k, outTime45k: item.outTime45k })
        const theirs = packetsOf(item, clip, index)
        const what = `${fileName} item ${index}`
        // An item that ends before the first picture of its clip plays nothing; libbluray counts no packet, opentray those before the picture.
        const beforeFirst = item.outTime45k < (clip.cpi.epMaps[0]?.at(0)?.pts45k ?? 0)
        if (!beforeFirst) expect(mine.endSpn, what).toBe(theirs.end)
        if (mine.startSpn < theirs.start) expect(clip.cpi.epMaps[0]?.countBeforeSpn(theirs.start), what).toBe(0)
        if (mine.startSpn > theirs.start) {
          expect(index === 0 || item.connectionCondition > 1, what).toBe(true)
          const entry = clip.cpi.epMaps[0]?.at(clip.cpi.epMaps[0].countBeforeSpn(mine.startSpn))
          expect(entry?.spn, what).toBe(mine.startSpn)
          expect(entry?.pts45k, what).toBeLessThanOrEqual(item.inTime45k)
        }
      }
    }
  })
})
