import { expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import type { PlayList } from "../../src/disc/bluray/index.ts"
import { readBlurayDisc } from "../../src/disc/bluray/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import { readPreloadedMenu } from "../../src/plugin/hdmv/preloaded-menu.ts"
import { planeColoursOf } from "../../src/plugin/plane-colours.ts"
import { openNode } from "../../src/source/node/index.ts"
import { sampleBluray } from "../support/samples.ts"

const TOP_MENU = "00900.mpls"

/** The playlist as a UHD disc has it: its film in HEVC of a dynamic range. */
function inRange(playList: PlayList, dynamicRangeType: number): PlayList {
  const playItems = playList.playItems.map((item) => {
    const video = item.streams.video.map((stream) =>
      stream.attributes.kind === "video"
        ? { ...stream, attributes: { ...stream.attributes, streamCodingType: 0x24, dynamicRangeType, colorSpace: 2 } }
        : stream,
    )
    return { ...item, streams: { ...item.streams, video } }
  })
  return { ...playList, playItems }
}

test("a menu is in the colours of the film beside it: HDR10 and Dolby Vision in PQ, all else as ever", async () => {
  const warnings = new Warnings()
  const files = await openFileSystem(await openNode(sampleBluray, {}), warnings)
  const { bluray } = await readBlurayDisc(files, warnings)
  const playList = bluray.titles.find(({ fileName }) => fileName.endsWith(TOP_MENU))?.playList
  if (playList === undefined) throw new Error("the sample has no top menu")
  const palettes = async (of: PlayList) => {
    const menu = await readPreloadedMenu(bluray, of, 0, 1, warnings, new AbortController().signal)
    return [...(menu?.palettes.entries() ?? [])].map(([id, palette]) => `${id} ${Buffer.from(palette).toString("hex")}`)
  }
  const sdr = await palettes(playList)
  expect(sdr.length).toBeGreaterThan(0)
  expect(await palettes(inRange(playList, 0))).toEqual(sdr)
  for (const range of [1, 2]) {
    const hdr = await palettes(inRange(playList, range))
    expect(hdr).toHaveLength(sdr.length)
    expect(hdr).not.toEqual(sdr)
  }
  expect([0, 1, 2].map((range) => planeColoursOf(inRange(playList, range), 0))).toEqual(["sdr", "bt2020-pq", "bt2020-pq"])
  expect(planeColoursOf(playList, 9999)).toBe("sdr")
  await files.close?.()
})
