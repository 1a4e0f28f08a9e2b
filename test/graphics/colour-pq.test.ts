import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { rgbFromPq } from "../../src/graphics/colour-pq.ts"
import { hasProgram } from "../support/oracles.ts"

/** Y, Cr, Cb of R, G, B in BT.2020 (0 to 1 each, PQ): colours that there are, from black to 620 cd/m². */
const STEPS = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.58, 0.6, 0.65, 0.7]
const COLOURS = STEPS.flatMap((r) => STEPS.flatMap((g) => STEPS.map((b) => yCrCb(r, g, b))))

function yCrCb(r: number, g: number, b: number): readonly [number, number, number] {
  const luma = 0.2627 * r + 0.678 * g + 0.0593 * b
  return [Math.round(16 + 219 * luma), Math.round(128 + (224 * (r - luma)) / 1.4746), Math.round(128 + (224 * (b - luma)) / 1.8814)]
}

test("black, reference white and what is above it", () => {
  expect(rgbFromPq(16, 128, 128)).toEqual([0, 0, 0])
  // PQ has 203 cd/m² at 58.07 per cent.
  expect(rgbFromPq(16 + 219 * 0.5807, 128, 128)).toEqual([255, 255, 255])
  expect(rgbFromPq(235, 128, 128)).toEqual([255, 255, 255])
  expect(rgbFromPq(255, 0, 255).every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true)
})

const hasZscale =
  hasProgram("ffmpeg") && spawnSync("ffmpeg", ["-hide_banner", "-filters"], { encoding: "utf8" }).stdout.includes(" zscale ")

describe.skipIf(!hasZscale)("as zimg has them", () => {
  test(`${COLOURS.length} colours, to one step of 255`, () => {
    const count = COLOURS.length
    const plane = (component: 0 | 1 | 2) => COLOURS.map((colour) => colour[component])
    // Frames of one row; planes in the order Y, Cb, Cr.
    const input = Uint8Array.from([...plane(0), ...plane(2), ...plane(1)])
    const source = ["-f", "rawvideo", "-pix_fmt", "yuv444p", "-s", `${count}x1`, "-i", "-"]
    const from = "min=2020_ncl:pin=2020:tin=smpte2084:rin=limited:npl=203"
    const filter = `zscale=${from}:t=linear:p=2020:m=gbr:r=full,format=gbrpf32le,zscale=p=709:t=linear:npl=203,zscale=t=iec61966-2-1:npl=203,format=gbrp`
    const { stdout, stderr } = spawnSync("ffmpeg", ["-v", "error", ...source, "-vf", filter, "-f", "rawvideo", "-pix_fmt", "gbrp", "-"], {
      input,
    })
    expect(stderr.toString()).toBe("")
    expect(stdout).toHaveLength(count * 3)
    const differences = COLOURS.map(([y, cr, cb], at) => {
      const [r, g, b] = rgbFromPq(y, cr, cb)
      const theirs = [stdout[2 * count + at] ?? 0, stdout[at] ?? 0, stdout[count + at] ?? 0]
      return Math.max(...[r, g, b].map((value, index) => Math.abs(value - (theirs[index] ?? 0))))
    })
    expect(Math.max(...differences)).toBeLessThanOrEqual(1)
    expect(new Set(stdout).size).toBeGreaterThan(100)
  })
})
