import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { decodeSubpicture } from "../../src/graphics/subpicture/index.ts"
import { dataDir, dataPath, hasData } from "../support/data.ts"
import { hasProgram } from "../support/oracles.ts"
import { drawPlane, ffmpegPlanes, isClear, planeDifference, type ShownPlane } from "../support/plane.ts"
import { sampleDvd } from "../support/samples.ts"
import { areaCommand, encodeFields, makeUnit, pixelCommand } from "../support/spu.ts"
import { readVobSub, type VobSub, writeVobSub } from "../support/vobsub.ts"

/** FFmpeg keeps times of sub-pictures in milliseconds. */
const MILLISECOND = 90

const FILES = [
  "subtile/example.sub",
  "subtile/tiny.sub",
  "subtile/tiny-split.sub",
  "subtitles-rs/fixtures/example.sub",
  "subtitles-rs/fixtures/tiny.sub",
  "subtitles-rs/fixtures/tiny-split.sub",
  "subtitles-rs/vobsub/fuzz/corpus/tiny.sub",
  "subtitles-rs/vobsub/fuzz/corpus/tiny-split.sub",
  "subtitles-rs/vobsub/fuzz/corpus/tiny-two.sub",
  "subtitleedit/sample_VodSub_nonStandardLength.sub",
  "subtitleedit/sample_VodSub_stuffingBytes.sub",
  "subtitleedit/sample_VodSub_windowStuffingWithoutPaddingStream.sub",
]

/** For files without an .idx: any will do, both decoders get it. */
const COLOURS = Uint8Array.from({ length: 48 }, (_, index) => (index * 5 + 7) & 0xff)

function ourPlanes(sub: VobSub): ShownPlane[] {
  const options = {
    colours: sub.colours ?? COLOURS,
    planeWidth: sub.width,
    planeHeight: sub.height,
    warnings: new Warnings({ strict: true }),
  }
  const planes = sub.units.flatMap(({ pts, unit }) =>
    decodeSubpicture(unit, options).flatMap(({ delayTicks, picture }) => {
      const rgba = picture === null ? Buffer.alloc(4) : drawPlane(picture)
      return isClear(rgba) ? [] : [{ pts: pts + delayTicks, rgba }]
    }),
  )
  // Of two at one moment the second is seen.
  return planes.filter(({ pts }, index) => planes[index + 1]?.pts !== pts)
}

test.skipIf(!hasData)("the list has every sub-picture file of the test data", () => {
  const files = readdirSync(dataDir, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sub"))
  expect(files.sort()).toEqual([...FILES].sort())
})

describe.skipIf(!hasProgram("ffmpeg"))("as FFmpeg decodes it", () => {
  test.skipIf(!hasData).each(FILES)("%s", async (file) => {
    const path = dataPath(file)
    const sub = readVobSub(path)
    const palette = Buffer.from(COLOURS)
      .toString("hex")
      .replace(/(.{6})(?!$)/g, "$1,")
    const input =
      sub.colours === null
        ? ["-palette", palette, "-canvas_size", `${sub.width}x${sub.height}`, "-i", path]
        : ["-i", join(path.replace(/sub$/, "idx"))]
    const theirs = await ffmpegPlanes(["-copyts", ...input], sub.width, sub.height)
    const ours = ourPlanes(sub)
    expect(ours.length).toBeGreaterThan(0)
    expect(ours).toHaveLength(theirs.length)
    ours.forEach((plane, index) => {
      expect(Math.abs(plane.pts - (theirs[index]?.pts ?? 0))).toBeLessThanOrEqual(MILLISECOND)
      expect(planeDifference(plane.rgba, theirs[index]?.rgba ?? Buffer.alloc(0))).toBe(0)
    })
  })

  test("made pictures of many sizes and runs", async () => {
    await expectSamePlanes(Array.from({ length: 24 }, (_, index) => madeUnit(index)))
  })

  test("every sub-picture of the sample DVD, of its titles and of its menus", async () => {
    const units = subpictureUnits(readFileSync(sampleDvd))
    // Two languages in each of two titles, and a menu's buttons in each of two menus.
    expect(units.length).toBeGreaterThan(10)
    await expectSamePlanes(units)
  }, 60_000)
})

/** Both decoders get the units, a second apart. */
async function expectSamePlanes(list: readonly Uint8Array[]): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "opentray-spu-"))
  const units = list.map((unit, index) => ({ pts: (index + 1) * SECONDS_APART * 90_000, unit }))
  const { sub, idx } = writeVobSub(units, COLOURS, 720, 576)
  writeFileSync(join(root, "made.sub"), sub)
  writeFileSync(join(root, "made.idx"), idx)
  const ours = ourPlanes(readVobSub(join(root, "made.sub")))
  const theirs = await ffmpegPlanes(["-copyts", "-i", join(root, "made.idx")], 720, 576)
  rmSync(root, { recursive: true })
  expect(ours.map(({ pts }) => pts)).toEqual(theirs.map(({ pts }) => pts))
  expect(new Set(ours.map(({ pts }) => Math.floor(pts / 90_000 / SECONDS_APART))).size).toBe(list.length)
  ours.forEach((plane, index) => {
    expect(planeDifference(plane.rgba, theirs[index]?.rgba ?? Buffer.alloc(0))).toBe(0)
  })
}

/** More than any unit here is shown for. */
const SECONDS_APART = 60

/** The sub-picture units in an image's sectors, as a reader finds them that looks at nothing else. */
function subpictureUnits(image: Buffer): Uint8Array[] {
  const units: Uint8Array[] = []
  const open = new Map<number, Buffer>()
  for (let sector = 0; sector + 2048 <= image.length; sector += 2048) {
    if (image.readUInt32BE(sector) !== 0x1ba || image.readUInt32BE(sector + 14) !== 0x1bd) continue
    const end = sector + 20 + image.readUInt16BE(sector + 18)
    const payload = sector + 23 + image[sector + 22]!
    const stream = image[payload]!
    if (stream < 0x20 || stream > 0x3f) continue
    const whole = Buffer.concat([open.get(stream) ?? Buffer.alloc(0), image.subarray(payload + 1, end)])
    const complete = whole.length >= whole.readUInt16BE(0)
    open.set(stream, complete ? Buffer.alloc(0) : whole)
    if (complete) units.push(new Uint8Array(whole.subarray(0, whole.readUInt16BE(0))))
  }
  return units
}

/** Sizes even and odd, runs of every code length, to the line's end and not, at every edge of the plane. */
function madeUnit(seed: number): Uint8Array {
  const width = [1, 2, 17, 255, 256, 511, 719, 720][seed % 8] ?? 1
  // FFmpeg gives nothing for a single line: it looks for a second field even so.
  const height = [2, 3, 5, 33, 64][seed % 5] ?? 1
  const codes = new Uint8Array(width * height)
  for (let at = 0, turn = seed; at < codes.length; turn++) {
    const run = [1, 3, 4, 15, 16, 63, 64, 255, 256, 700][(turn * 7) % 10] ?? 1
    codes.fill((turn * 5 + 1) % 4, at, at + run)
    at += run
  }
  const [top, bottom] = encodeFields(codes, width, height, seed % 2 === 0)
  const [left, line] = [seed % 3 === 0 ? 720 - width : 0, seed % 4 === 0 ? 576 - height : seed]
  const setup = [0x03, (seed * 37) & 0xff, (seed * 91) & 0xff, 0x04, 0xf9, 0x61, ...areaCommand(left, line, width, height)]
  return makeUnit(
    [top, bottom],
    [
      [0, ...setup, ...pixelCommand(top.length), 0x01],
      [40, 0x02],
    ],
  )
}
