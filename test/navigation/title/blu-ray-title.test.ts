import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { ticks, Warnings } from "../../../src/base/index.ts"
import { readDisc } from "../../../src/disc/index.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { planBlurayTitle } from "../../../src/navigation/title/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { oraclePath, runOracle } from "../../support/oracles.ts"

const UNIT = 6144
const dir = mkdtempSync(join(tmpdir(), "opentray-bd-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Structure files of real discs stand without a BDMV folder around them. */
function discRoot(name: string): string {
  const root = join(dir, name)
  mkdirSync(root)
  symlinkSync(dataPath("bdpl", name), join(root, "BDMV"))
  return root
}

const discs: [string, () => string][] = [
  ["the sample Blu-ray", () => join(import.meta.dirname, "../../../samples/bluray.iso")],
  ...(hasData ? readdirSync(dataPath("bdpl")).filter((name) => name.startsWith("disc")) : []).map((name): [string, () => string] => [
    `bdpl ${name}`,
    () => discRoot(name),
  ]),
]

type TracedClip = { clip: string; start: number; in: number; out: number }
type TracedPlayList = { playlist: number; duration: number; clips: TracedClip[]; chapters: { start: number }[] }

describe.skipIf(oraclePath("bdtrace") === null).each(discs)("titles of %s", (_, root) => {
  test("have libbluray's clips, times and chapters, and entry points for every moment", async () => {
    const path = root()
    const warnings = new Warnings()
    const disc = await readDisc(await openFileSystem(await openNode(path), warnings), warnings)
    if (disc.kind === "dvd-video") throw new Error("no Blu-ray")
    const traced = runOracle("bdtrace", [path]).filter((line) => line.type === "playlist") as unknown as TracedPlayList[]
    expect(traced.length).toBeGreaterThan(0)
    for (const expected of traced) {
      const title = disc.bluray.title(expected.playlist)!
      const plan = await planBlurayTitle(disc.bluray, title, { warnings })
      expect(plan.duration).toBe(expected.duration)
      expect(plan.segments.map(({ clip, start, inTime, outTime }) => ({ clip, start, in: inTime, out: outTime }))).toEqual(
        expected.clips.map(({ clip, start, in: inTime, out }) => ({ clip, start, in: inTime, out })),
      )
      expect(plan.chapters).toEqual(expected.chapters.map(({ start }) => start))
      for (let step = 0; step <= 20; step++) {
        const time = ticks(Math.floor((plan.duration * step) / 20))
        const entry = await plan.locate(time)
        const segment = plan.segments[entry.segment]!
        const { cpi } = await disc.bluray.clipInformation(segment.clip)
        const points = Array.from({ length: cpi.epMaps[0]!.length }, (_unused, index) => cpi.epMaps[0]!.at(index)!.pts45k * 2)
        const clipTime = Math.min(segment.inTime + time - segment.start, segment.outTime)
        const last = points.filter((point) => point <= clipTime).at(-1) ?? points[0]!
        expect(entry.time).toBe(segment.start + last - segment.inTime)
        expect(entry.skip % UNIT).toBe(0)
        expect(entry.skip).toBeLessThan(segment.ranges[0]!.length)
      }
      for (const { ranges, lead = 0 } of plan.segments) {
        for (const { offset, length } of ranges) expect([offset % UNIT, length % UNIT, lead < UNIT]).toEqual([0, 0, true])
      }
    }
  })
})

test("a title whose clips have no information says so", async () => {
  const warnings = new Warnings()
  const disc = await readDisc(
    await openFileSystem(await openNode(join(import.meta.dirname, "../../../samples/bluray.iso")), warnings),
    warnings,
  )
  if (disc.kind === "dvd-video") throw new Error("no Blu-ray")
  const [title] = disc.bluray.titles
  const without = { ...disc.bluray, clipInformation: (clip: string) => disc.bluray.clipInformation(`9${clip.slice(1)}`) }
  await expect(planBlurayTitle(without, title!, { warnings })).rejects.toMatchObject({ code: "damaged" })
  expect(warnings.list.map(({ code }) => code)).toContain("missing-clip")
  await expect(planBlurayTitle(disc.bluray, title!, { warnings, angle: 2 })).rejects.toMatchObject({ code: "not-found" })
})
