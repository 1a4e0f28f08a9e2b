import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { decodeSubpicture } from "../../src/graphics/subpicture/index.ts"
import { dataPath, hasData } from "../support/data.ts"
import { hasProgram } from "../support/oracles.ts"
import { drawPlane, ffmpegPlanes, isClear, planeDifference, type ShownPlane } from "../support/plane.ts"
import { readVobSub, type VobSub } from "../support/vobsub.ts"

/** FFmpeg keeps times of sub-pictures in milliseconds. */
const MILLISECOND = 90

const FILES = [
  "subtile/example.sub",
  "subtile/tiny.sub",
  "subtile/tiny-split.sub",
  "subtitles-rs/fixtures/example.sub",
  "subtitles-rs/fixtures/tiny.sub",
  "subtitles-rs/fixtures/tiny-split.sub",
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
  return sub.units.flatMap(({ pts, unit }) =>
    decodeSubpicture(unit, options).flatMap(({ delayTicks, picture }) => {
      const rgba = picture === null ? Buffer.alloc(4) : drawPlane(picture)
      return isClear(rgba) ? [] : [{ pts: pts + delayTicks, rgba }]
    }),
  )
}

describe.skipIf(!hasData || !hasProgram("ffmpeg"))("as FFmpeg decodes it", () => {
  test.each(FILES)("%s", async (file) => {
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
})
