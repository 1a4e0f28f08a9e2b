import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { PgDecoder, type PgPicture } from "../../src/graphics/pg/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { hasProgram } from "../support/oracles.ts"
import { drawPlane, ffmpegPlanes, isClear, planeDifference } from "../support/plane.ts"
import {
  compositionSegment,
  encodeRuns,
  endSegment,
  objectSegments,
  paletteSegment,
  readSup,
  type SupSegment,
  writeSup,
} from "../support/sup.ts"

/** Times go through milliseconds in FFmpeg. */
const MILLISECOND = 90

/**
 * FFmpeg computes R, G, B with 10 fractional bits, we with 16 (as libbluray's users do): a value may differ by one. Places, runs and alpha
 * are the same.
 */
const ROUNDING = 1

function decode(segments: readonly SupSegment[], warnings = new Warnings({ strict: true })): PgPicture[] {
  const decoder = new PgDecoder(warnings)
  return segments.flatMap(({ pts, segment }) => decoder.push(segment, pts))
}

async function expectLikeFfmpeg(file: string, segments: readonly SupSegment[]): Promise<void> {
  const pictures = decode(segments)
  const { planeWidth, planeHeight } = pictures[0]?.picture ?? { planeWidth: 0, planeHeight: 0 }
  const ours = pictures.map(({ pts, picture }) => ({ pts, rgba: drawPlane(picture) })).filter(({ rgba }) => !isClear(rgba))
  const theirs = await ffmpegPlanes(["-copyts", "-canvas_size", `${planeWidth}x${planeHeight}`, "-i", file], planeWidth, planeHeight)
  expect(ours.length).toBeGreaterThan(0)
  expect(theirs).toHaveLength(ours.length)
  ours.forEach((plane, index) => {
    expect(Math.abs(plane.pts - (theirs[index]?.pts ?? 0))).toBeLessThanOrEqual(MILLISECOND)
    expect(planeDifference(plane.rgba, theirs[index]?.rgba ?? Buffer.alloc(0))).toBeLessThanOrEqual(ROUNDING)
  })
}

describe.skipIf(!hasData || !hasProgram("ffmpeg"))("as FFmpeg decodes it", () => {
  test.each([
    "bdsup2sub/test.sup",
    "libpgs-js/test.sup",
    "subtile/only_one.sup",
    "subtile/sequence_without_ods.sup",
    "subtitleedit/sample_BDSUP_multi_image.sup",
  ])("%s", async (file) => {
    await expectLikeFfmpeg(dataPath(file), readSup(readFileSync(dataPath(file))))
  })

  test.each([
    [1920, 1080],
    [1280, 720],
    [720, 480],
  ])("a made stream of %i by %i: fragments, two objects, fades, changes under way", async (width, height) => {
    const root = mkdtempSync(join(tmpdir(), "opentray-pg-"))
    const segments = madeStream(width, height)
    writeFileSync(join(root, "made.sup"), writeSup(segments))
    await expectLikeFfmpeg(join(root, "made.sup"), segments)
    rmSync(root, { recursive: true })
  })
})

/** Twelve colours over the whole range, some half transparent; the seed moves them. */
const colours = (seed: number): number[][] =>
  Array.from({ length: 12 }, (_, index) => [
    index + 1,
    (seed + index * 53) % 256,
    (seed * 7 + index * 31) % 256,
    (seed * 3 + index * 97) % 256,
    255 - index * 20,
  ])

function madeStream(width: number, height: number): SupSegment[] {
  const picture = (seed: number, w: number, h: number) =>
    Uint8Array.from({ length: w * h }, (_, at) => ((at % w) * (at % 7 < 3 ? 1 : 0) + Math.floor(at / w) * seed) % 13)
  const large = encodeRuns(picture(3, 333, 77), 333, 77)
  const small = encodeRuns(picture(5, 64, 1), 64, 1)
  const big = { id: 1, x: 10, y: 20 }
  const sets: Uint8Array[][] = [
    [
      compositionSegment({ width, height, uses: [big, { id: 2, x: width - 64, y: height - 1 }] }),
      paletteSegment(0, colours(1)),
      ...objectSegments(1, 333, 77, large, 3000),
      ...objectSegments(2, 64, 1, small),
    ],
    [
      compositionSegment({ width, height, state: 0, number: 1, paletteUpdate: true, uses: [big] }),
      paletteSegment(0, colours(80).slice(3, 7)),
    ],
    [compositionSegment({ width, height, state: 0, number: 2 })],
    [
      compositionSegment({ width, height, state: 0, number: 3, palette: 1, uses: [{ id: 2, x: 1, y: 1 }] }),
      paletteSegment(1, colours(9)),
      ...objectSegments(2, 333, 77, large),
    ],
    [
      compositionSegment({ width, height, state: 1, number: 4, uses: [{ ...big, x: 30 }] }),
      paletteSegment(0, colours(4)),
      ...objectSegments(1, 64, 1, small),
    ],
    [compositionSegment({ width, height, number: 5 })],
  ]
  return sets.flatMap((set, index) => [...set, endSegment()].map((segment) => ({ pts: 90_000 * (index + 1), segment })))
}
