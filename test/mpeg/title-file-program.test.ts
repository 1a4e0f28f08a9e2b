import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Source, Warnings } from "../../src/base/index.ts"
import { readDisc } from "../../src/disc/index.ts"
import { openFileSystem } from "../../src/filesystem/index.ts"
import type { Segment } from "../../src/mpeg/segment.ts"
import { createProgramFile } from "../../src/mpeg/title-file/index.ts"
import { type DvdTitlePlan, planDvdTitle } from "../../src/navigation/title/index.ts"
import { ConcatSource } from "../../src/source/index.ts"
import { openNode } from "../../src/source/node/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { bytesSource, decodeComplaints, ffmpeg, packetsOf, pictures, readAll } from "./title-file-support.ts"

const FRAME = 3600
const dir = mkdtempSync(join(tmpdir(), "opentray-ps-"))
afterAll(() => {
  if (process.env.KEEP === undefined) rmSync(dir, { recursive: true, force: true })
})

/** Open groups of pictures, and sound that goes on over each cell's end. */
function encode(name: string, picture: string, tone: number, codec: readonly string[]): string {
  const path = join(dir, `${name}.mpg`)
  const inputs = [
    "-f",
    "lavfi",
    "-t",
    "8",
    "-i",
    `${picture}=size=720x576:rate=25`,
    "-f",
    "lavfi",
    "-t",
    "8",
    "-i",
    `sine=frequency=${tone}:sample_rate=48000`,
  ]
  ffmpeg(
    ...inputs,
    "-target",
    "pal-dvd",
    "-aspect",
    "4:3",
    "-g",
    "12",
    "-bf",
    "2",
    "-sc_threshold",
    "1000000000",
    "-threads",
    "1",
    "-b:v",
    "2500k",
    ...codec,
    path,
  )
  return path
}

/** Two VOBs, and of the second a stretch in the middle is left out: clocks that begin anew, and a jump inside one VOB. */
function author(codec: readonly string[], name: string): string {
  const out = join(dir, name)
  const one = encode(`${name}-one`, "testsrc2", 440, codec)
  const two = encode(`${name}-two`, "smptebars", 880, codec)
  const cells = '<cell start="0" end="2.4"/><cell start="4.8" end="-1"/>'
  const xml = `<dvdauthor dest="${out}"><vmgm/><titleset><titles><video format="pal" aspect="4:3"/><pgc>
<vob file="${one}" chapters="0,4"/><vob file="${two}">${cells}</vob></pgc></titles></titleset></dvdauthor>`
  mkdirSync(out)
  writeFileSync(join(dir, `${name}.xml`), xml)
  execFileSync("dvdauthor", ["-x", join(dir, `${name}.xml`)], { stdio: "ignore", env: { ...process.env, VIDEO_FORMAT: "PAL" } })
  return out
}

/** Segments that go on with the same clock. */
function runs({ segments }: DvdTitlePlan): Segment[][] {
  const found: Segment[][] = []
  for (const [index, segment] of segments.entries()) {
    if (segment.inTime === segments[index - 1]?.outTime) found.at(-1)!.push(segment)
    else found.push([segment])
  }
  return found
}

describe.skipIf(!hasProgram("dvdauthor") || !hasProgram("ffmpeg")).each([
  { name: "ac3", codec: ["-c:a", "ac3", "-b:a", "192k", "-ac", "2"], frame: 2880 },
  { name: "mp2", codec: ["-c:a", "mp2", "-b:a", "224k", "-ac", "2"], frame: 2160 },
])("a title of two VOBs with a jump, sound $name", ({ name, codec, frame }) => {
  let plan: DvdTitlePlan
  let vobs: Uint8Array
  let bytes: Uint8Array
  const path = join(dir, `${name}.title.mpg`)
  const make = (): Source => createProgramFile({ name: "title", segments: plan.segments, openClip: async () => bytesSource(vobs) })

  beforeAll(async () => {
    const warnings = new Warnings()
    const files = await openFileSystem(await openNode(author(codec, name)), warnings)
    const disc = await readDisc(files, warnings)
    if (disc.kind !== "dvd-video") throw new Error("no DVD")
    plan = await planDvdTitle(disc.dvd, 1, {
      warnings,
      openVobs: async (titleSet) => new ConcatSource(await Promise.all(titleSet.titleVobs.map((vob) => files.open(vob.path))), "VTS_01"),
    })
    vobs = await readAll(new ConcatSource(await Promise.all(plan.titleSet.titleVobs.map((vob) => files.open(vob.path))), "VTS_01"))
    bytes = await readAll(make())
    writeFileSync(path, bytes)
    await files.close()
  })

  test("is three runs of cells: VOB 1, and VOB 2 in two pieces", () => {
    const { segments } = plan
    expect(segments.length).toBe(4)
    const jumps = segments.slice(1).map((segment, index) => segment.inTime !== segments[index]!.outTime)
    expect(jumps).toEqual([false, true, true])
    expect(plan.duration).toBe(segments.reduce((sum, { inTime, outTime }) => sum + outTime - inTime, 0))
  })

  test("decodes without a word", () => {
    expect(decodeComplaints(path)).toEqual([])
  })

  test("clocks and decode times rise, sound has no gap or overlap of a frame", () => {
    let before = -1
    for (let at = 0; at < bytes.length; at += 2048) {
      const b = bytes.subarray(at, at + 10)
      expect([b[0], b[1], b[2], b[3]]).toEqual([0, 0, 1, 0xba])
      const base =
        ((b[4]! >> 3) & 7) * 2 ** 30 +
        ((b[4]! & 3) << 28) +
        (b[5]! << 20) +
        ((b[6]! >> 3) << 15) +
        ((b[6]! & 3) << 13) +
        (b[7]! << 5) +
        (b[8]! >> 3)
      const clock = base * 300 + (((b[8]! & 3) << 7) | (b[9]! >> 1))
      expect(clock).toBeGreaterThan(before)
      before = clock
    }
    for (const stream of ["v", "a"]) {
      const dts = packetsOf(path, stream).flatMap((packet) => packet.dts ?? [])
      expect(dts.filter((time, index) => index > 0 && time <= dts[index - 1]!)).toEqual([])
    }
    const sound = packetsOf(path, "a").map((packet) => packet.pts ?? 0)
    // At the jump the sound stands up to a fifth of a second later in the VOB than the pictures: the cell ends without it.
    const gaps = sound.slice(1).map((time, index) => time - sound[index]! - frame)
    expect(gaps.filter((gap) => gap <= -frame)).toEqual([])
    expect(gaps.filter((gap) => gap >= frame).length).toBeLessThanOrEqual(1)
  })

  test("shows the pictures of the cells as ffmpeg decodes them from the VOBs", () => {
    const shown = pictures(path)
    const offset = shown[0]!.pts
    const byTime = new Map(shown.map(({ pts, md5 }) => [pts, md5]))
    let count = 0
    for (const run of runs(plan)) {
      const cells = join(dir, `${name}.cells.mpg`)
      writeFileSync(
        cells,
        Buffer.concat(run.flatMap(({ ranges }) => ranges.map((range) => vobs.subarray(range.offset, range.offset + range.length)))),
      )
      const [first] = run
      // ffmpeg leaves out the pictures of an open group that it comes to first, as the title's file does.
      const wanted = pictures(cells)
      for (const { pts, md5 } of wanted) expect(byTime.get(pts - first!.inTime + first!.start + offset)).toBe(md5)
      count += wanted.length
    }
    expect(shown.length).toBe(count)
    // The second VOB's second piece begins with two of them.
    expect(count).toBe(Math.floor(plan.duration / FRAME) - 2)
  })

  test("has no navigation packs and no pictures that want what is not there", () => {
    for (let at = 0; at + 4 <= bytes.length; at++) {
      if (bytes[at] === 0xbf && bytes[at - 1] === 1 && bytes[at - 2] === 0 && bytes[at - 3] === 0)
        throw new Error(`private stream 2 at ${at}`)
    }
    expect(plan.segments.flatMap(({ ranges }) => ranges).reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length)
  })

  test("gives the same bytes to a reader that has read nothing before, in a few reads", async () => {
    let seed = 11
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed % below
    }
    for (let i = 0; i < 40; i++) {
      const offset = random(bytes.length)
      const length = 1 + random(70_000)
      const source = bytesSource(vobs)
      const fresh = createProgramFile({ name: "title", segments: plan.segments, openClip: async () => source })
      expect(Buffer.from(await fresh.read(offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(true)
      expect(source.reads).toBeLessThanOrEqual(12)
    }
  })
})
