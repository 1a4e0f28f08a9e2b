import { statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { crc32, hex32 } from "../../src/base/index.ts"
import type { Bitmap } from "../../src/graphics/bitmap.ts"
import { openDisc } from "../../src/index.ts"
import { rigDiscs, temporaryFolder } from "../disc/bluray/discs.ts"
import { chanceOf } from "../navigation/hdmv/support.ts"
import { oraclePath, runOracle } from "../support/oracles.ts"
import { makeFont } from "./support/make-font.ts"
import { writeTextDisc } from "./support/text-disc.ts"
import {
  type Box,
  CODE,
  dialogSegment,
  type MadeDialog,
  type MadeElement,
  type MadeRegionStyle,
  styleSegment,
} from "./support/textst-author.ts"

const rig = oraclePath("bdnav") === null ? [] : rigDiscs()
const folder = temporaryFolder("textst", afterAll)
const FILM = 1
const SECOND = 90_000
/** Of the rig's film, by its playlist. */
const SECONDS = 9

/**
 * Letters that are blocks of whole tenths of an em, so that in sizes of whole tens of pixels no edge is between pixels: then two renderers must agree in every
 * pixel. `tall`: a second font.
 */
function blockFont(outlines: "truetype" | "compact", tall: boolean): Uint8Array {
  const glyphs = [..."abcdefghijklmnopqrstuvwxyzé漢"].map((character, i) => {
    const [left, right, bottom] = [(i % 2) * 100, 300 + (i % 4) * 100, -(i % 3) * 100]
    const top = (tall ? 700 : 400) + (i % 3) * 100
    return { character, advance: right + 100 + (i % 2) * 100, contours: [[left, bottom, left, top, right, top, right, bottom]] }
  })
  return makeFont({ ascender: tall ? 1000 : 700, glyphs, outlines })
}

const PALETTE = [
  [0, 16, 128, 128, 0],
  [1, 235, 128, 128, 255],
  [2, 90, 200, 70, 255],
  [3, 120, 90, 190, 200],
  [4, 60, 128, 160, 120],
]

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzé漢"]

type Made = { readonly styles: readonly MadeRegionStyle[]; readonly dialogs: readonly MadeDialog[] }

function randomText(seed: number, inTime: number): Made {
  const chance = chanceOf(seed * 6151)
  // Three lines fit: text that is higher than its box libbluray puts below the plane, by a number that it takes for one without a sign.
  const styles = Array.from({ length: 3 }, (_, id): MadeRegionStyle => {
    const region: Box = [chance(300), chance(500), 900 + chance(700), 400 + chance(150)]
    const box: Box = [20 + chance(50), 20 + chance(50), region[2] - 140, region[3] - 120]
    return {
      ...{ id, region, box, background: [0, 4][chance(2)] ?? 0, halign: 1 + chance(3), valign: 1 + chance(3) },
      ...{ lineSpace: 60 + chance(30), font: chance(2), size: 20 + chance(5) * 10, colour: 1 + chance(3) },
    }
  })
  const word = (): MadeElement => Array.from({ length: 1 + chance(6) }, () => LETTERS[chance(LETTERS.length)]).join("")
  const change = (): MadeElement => {
    const kinds = [
      { code: CODE.font, data: [chance(2)] },
      { code: CODE.size, data: [20 + chance(5) * 10] },
      { code: CODE.colour, data: [1 + chance(3)] },
      { code: CODE.reset },
    ]
    return kinds[chance(kinds.length)] ?? { code: CODE.reset }
  }
  const line = (): MadeElement[] => Array.from({ length: 3 + chance(3) }, () => (chance(3) === 0 ? change() : word()))
  const dialogs = Array.from({ length: SECONDS - 2 }, (_, index): MadeDialog => {
    const from = inTime + (index + 1) * SECOND + chance(20_000)
    const lines = Array.from({ length: 1 + chance(3) }, (_, number) => [...(number === 0 ? [] : [{ code: CODE.lineBreak }]), ...line()])
    return { from, to: from + 30_000 + chance(30_000), regions: [{ style: chance(3), elements: lines.flat() }] }
  })
  return { styles, dialogs }
}

/** A region's pixels as entries of the stream's palette, its text moved by `dx`, `dy`. */
function entriesOf(bitmap: Bitmap, background: number, dx: number, dy: number): Uint8Array {
  const { width, height, indices, palette } = bitmap
  const colourOf = (index: number) => palette.subarray(index * 4, index * 4 + 4).join(" ")
  const entries = new Map([...Array(256).keys()].map((index) => [index, entryOfColour.get(colourOf(index)) ?? -1]))
  const out = new Uint8Array(width * height).fill(background)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = indices[y * width + x] ?? 0
      if (index === 0) continue
      const entry = entries.get(index) ?? -1
      if (entry < 0) throw new Error(`an edge between pixels at ${x}, ${y}`)
      out[(y + dy) * width + x + dx] = entry
    }
  }
  return out
}

/** The palette's colours by BT.709, as its entries. Worked out in floating point, and rounded. */
const entryOfColour = new Map(
  PALETTE.map(([entry = 0, y = 0, cr = 0, cb = 0, t = 0]) => {
    const [luma, red, blue] = [(76309 * (y - 16)) / 65536, cr - 128, cb - 128]
    const rgb = [luma + (117489 * red) / 65536, luma - (34925 * red + 13975 * blue) / 65536, luma + (138438 * blue) / 65536]
    return [[...rgb.map((value) => Math.min(255, Math.max(0, Math.round(value)))), t].join(" "), entry]
  }),
)

type Shown = { readonly rect: readonly number[]; readonly from: number; readonly to: number; readonly pixels: string }

function byLibbluray(root: string, subtitle: number): Shown[] {
  // Behind the last unit it would wait for ever.
  const units = Math.floor(statSync(join(root, "BDMV/STREAM/00001.m2ts")).size / 6144) - 1
  const lines = runOracle("bdnav", [root, "-"], [`playlist ${FILM}`, `subtitle ${subtitle}`, `run ${units}`].join("\n"))
  const pg = lines.filter((line) => line.type === "overlay" && line.plane === "PG")
  return pg.flatMap((line, at) => {
    if (line.command !== "draw") return []
    const wipe = pg.slice(at).find(({ command }) => command === "wipe")
    return [{ rect: line.rect as number[], from: Number(line.pts), to: Number(wipe?.pts), pixels: String(line.indexCrc32) }]
  })
}

/** libbluray puts the first line a pixel lower, and text that is not at the left a pixel further left. */
async function byOpentray(root: string, number: number, { styles, dialogs }: Made, inTime: number): Promise<Shown[]> {
  const disc = await openDisc(root)
  const title = disc.info.titles.find(({ bluray }) => bluray?.playlist === "00001.mpls")?.number ?? 0
  const shown: Shown[] = []
  let start = 0
  for await (const item of disc.play({ title, subtitle: number })) {
    if (item.type === "end") break
    if (item.type === "warning") throw new Error(item.warning.message)
    if (item.type === "discontinuity") start = item.showFrom
    if (item.type !== "overlay") continue
    const style = styles.find(({ id }) => id === dialogs[shown.length]?.regions[0]?.style)
    for (const bitmap of item.picture.bitmaps) {
      const pixels = entriesOf(bitmap, style?.background ?? 0, style?.halign === 1 ? 0 : -1, 1)
      const rect = [bitmap.x, bitmap.y, bitmap.width, bitmap.height]
      shown.push({ rect, from: item.at - start + inTime, to: (item.until ?? 0) - start + inTime, pixels: hex32(crc32(pixels)) })
    }
  }
  await disc.close()
  return shown
}

describe.skipIf(rig.length === 0)("text subtitles as libbluray shows them", () => {
  const inTime = 2 * inTimeOf(rig[0]?.root ?? "")

  test.each(Array.from({ length: 12 }, (_, seed) => [seed + 1, seed % 2 === 0 ? ("truetype" as const) : ("compact" as const)]))(
    "random text %i in %s letters: places, times, and every pixel",
    async (seed, outlines) => {
      const made = randomText(seed, inTime)
      const segments = [styleSegment(made.styles, { palette: PALETTE, dialogs: made.dialogs.length }), ...made.dialogs.map(dialogSegment)]
      const root = join(folder, `random-${seed}`)
      const fonts = [blockFont(outlines, false), blockFont(outlines, true)]
      writeTextDisc(rig[0]?.root ?? "", root, FILM, [{ language: "eng", segments, fonts: [0, 1] }], fonts)
      const theirs = byLibbluray(root, 1)
      expect(theirs).toHaveLength(made.dialogs.length)
      expect(await byOpentray(root, 1, made, inTime)).toEqual(theirs)
    },
  )
})

/** 45 kHz. */
function inTimeOf(root: string): number {
  if (root === "") return 0
  const line = runOracle("bdtrace", [root]).find(({ type, playlist }) => type === "playlist" && playlist === FILM)
  return Number((line?.clips as { in: number }[] | undefined)?.[0]?.in) / 2
}
