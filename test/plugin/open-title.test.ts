import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ticks, Warnings } from "../../src/base/index.ts"
import { type ParsedDisc, readDisc } from "../../src/disc/index.ts"
import { type FileSystem, openFileSystem } from "../../src/filesystem/index.ts"
import type { Segment } from "../../src/mpeg/segment.ts"
import { FILE_TIME_BASE } from "../../src/mpeg/title-file/index.ts"
import { planBlurayTitle, planDvdTitle } from "../../src/navigation/title/index.ts"
import type { TitleSource } from "../../src/plugin/disc.ts"
import { openTitleFile } from "../../src/plugin/open-title.ts"
import { openNode } from "../../src/source/node/index.ts"
import {
  bytesSource,
  codedPictures,
  decodeComplaints,
  packetsOf,
  pictures,
  readAll,
  transportComplaints,
} from "../mpeg/title-file-support.ts"
import { codes, tone, tones } from "../samples/support/media.ts"
import { hasProgram } from "../support/oracles.ts"

const dir = mkdtempSync(join(tmpdir(), "opentray-title-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const sample = (name: string): string => join(import.meta.dirname, "../../samples", name)

type Opened = { readonly files: FileSystem; readonly disc: ParsedDisc; readonly warnings: Warnings }

async function open(path: string): Promise<Opened> {
  const warnings = new Warnings()
  const files = await openFileSystem(await openNode(path), warnings)
  return { files, disc: await readDisc(files, warnings), warnings }
}

async function segmentsOf({ disc, files, warnings }: Opened, number: number): Promise<readonly Segment[]> {
  if (disc.kind !== "dvd-video") return (await planBlurayTitle(disc.bluray, disc.bluray.titles[number - 1]!, { warnings })).segments
  const openVobs = async (titleSet: { titleVobs: readonly { path: string }[] }) => {
    const vobs = await Promise.all(titleSet.titleVobs.map(async ({ path }) => readAll(await files.open(path))))
    return bytesSource(Buffer.concat(vobs))
  }
  return (await planDvdTitle(disc.dvd, number, { warnings, openVobs })).segments
}

/** The disc's own clips, for ffmpeg. */
async function extractClips({ files, disc }: Opened): Promise<void> {
  if (disc.kind === "dvd-video") return
  for (const { name, path } of await files.list("/BDMV/STREAM")) writeFileSync(join(dir, name), await readAll(await files.open(path)))
}

const decoded = new Map<string, ReturnType<typeof pictures>>()
/** What ffmpeg decodes of a clip, or codes in it: found once, for titles share clips. */
function ofClip(list: typeof pictures, clip: string): ReturnType<typeof pictures> {
  const key = `${list.name} ${clip}`
  const known = decoded.get(key) ?? list(join(dir, `${clip}.m2ts`))
  decoded.set(key, known)
  return known
}

/** Lengths of time between one packet's end and the next one's beginning, where sound is not gapless. */
function audioGaps(path: string, stream: string): number[] {
  const packets = packetsOf(path, stream)
  return packets.flatMap((packet, index) => {
    const before = packets[index - 1]
    return before === undefined ? [] : [Math.abs((packet.pts ?? 0) - (before.pts ?? 0) - before.duration)]
  })
}

const DISCS = [
  { image: "dvd.iso", titles: [1, 2, 3, 4], extension: "mpg" },
  // Title 6 is the decoy of 42 pieces.
  { image: "bluray.iso", titles: [1, 2, 3, 4, 5, 6], extension: "m2ts" },
]
/** Where a title has them. */
const TRACKS = ["a:0", "a:1"]

describe.skipIf(!hasProgram("ffmpeg")).each(DISCS)("the titles of samples/$image as files", ({ image, titles, extension }) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open(sample(image))
    await extractClips(opened)
  })

  describe.each(titles)("title %i", (number) => {
    let source: TitleSource
    let bytes: Uint8Array
    let segments: readonly Segment[]
    const path = join(dir, `${image}.${number}.${extension}`)
    beforeAll(async () => {
      segments = await segmentsOf(opened, number)
      source = await openTitleFile(opened.disc, opened.files, number)
      bytes = await readAll(source)
      writeFileSync(path, bytes)
    })

    test("has the size of its segments, and ffmpeg decodes it without a word", { timeout: 120_000 }, () => {
      expect(source.size).toBe(segments.flatMap((segment) => segment.ranges).reduce((sum, { length }) => sum + length, 0))
      expect(decodeComplaints(path)).toEqual([])
    })

    test("decode times rise, sound has no gap or overlap of a frame", () => {
      for (const stream of ["v", ...TRACKS]) {
        const dts = packetsOf(path, stream).flatMap((packet) => packet.dts ?? [])
        expect(dts.filter((time, index) => index > 0 && time <= dts[index - 1]!)).toEqual([])
      }
      for (const track of TRACKS) for (const gap of audioGaps(path, track)) expect(gap).toBeLessThanOrEqual(2880)
    })

    test("begins at the entry point before any moment, with what is whole of it", { timeout: 240_000 }, async () => {
      const whole = pictures(path)
      const end = segments.at(-1)!
      const duration = end.start + end.outTime - end.inTime
      for (const share of [0.35, 0.8]) {
        const from = ticks(Math.floor(duration * share))
        const entry = await source.entryBefore(from)
        const part = await openTitleFile(opened.disc, opened.files, number, { from })
        // A read from the middle is as one from the beginning.
        const all = await readAll(part)
        const middle = Math.floor(all.length / 2)
        expect(Buffer.from(await part.read(middle, 5000)).equals(all.subarray(middle, middle + 5000))).toBe(true)
        expect(part.size).toBe(source.size - entry.offset)
        expect(from - entry.time).toBeGreaterThanOrEqual(0)
        expect(from - entry.time).toBeLessThan(1.1 * 90_000)
        const partPath = join(dir, `part.${extension}`)
        writeFileSync(partPath, all)
        // Where the entry point is no IDR picture, H.264 has the decoder forget pictures before it, which it never had.
        expect(decodeComplaints(partPath).filter((line) => !/mmco: unref short failure|Last message repeated/.test(line))).toEqual([])
        const shown = pictures(partPath).map(({ pts, md5 }) => `${pts} ${md5}`)
        expect(shown).toEqual(whole.filter(({ pts }) => pts >= FILE_TIME_BASE + entry.time - 2).map(({ pts, md5 }) => `${pts} ${md5}`))
        const later = ticks(Math.floor(from + (duration - from) / 2))
        const inPart = await part.entryBefore(later)
        expect(inPart).toEqual({ offset: (await source.entryBefore(later)).offset - entry.offset, time: inPart.time })
        await part.close()
      }
    })

    if (extension === "mpg") return

    test("has exactly the pictures of the clips between in and out times, coded and as ffmpeg decodes them, each at its time", {
      timeout: 240_000,
    }, () => {
      for (const list of [codedPictures, pictures]) {
        const found = list(path).map(({ pts, md5 }) => `${pts} ${md5}`)
        const wanted = segments.flatMap(({ clip, inTime, outTime, start }) => {
          // In and out times are 45 kHz: a picture at the out time may be one tick before it.
          const inside = ofClip(list, clip).filter(({ pts }) => pts >= inTime - 2 && pts < outTime - 2)
          expect(inside.length).toBe(Math.round((outTime - inTime) / 3753.75))
          return inside.map(({ pts, md5 }) => `${pts - inTime + start + FILE_TIME_BASE} ${md5}`)
        })
        expect(found.toSorted()).toEqual(wanted.toSorted())
      }
    })

    test("keeps counters, arrival order, tables and PIDs", () => {
      const { complaints, tables } = transportComplaints(bytes)
      expect(complaints).toEqual([])
      expect([tables.get(0)?.size, tables.get(0x100)?.size]).toEqual([1, 1])
    })
  })

  test("refuses titles, angles and sound tracks that are not there", async () => {
    await expect(openTitleFile(opened.disc, opened.files, 99)).rejects.toMatchObject({ code: "not-found" })
    await expect(openTitleFile(opened.disc, opened.files, 1, { angle: 7 })).rejects.toMatchObject({ code: "not-found" })
    await expect(openTitleFile(opened.disc, opened.files, 1, { audio: 9 })).rejects.toMatchObject({ code: "not-found" })
  })

  test("closed, it ends reads and begins none", async () => {
    const source = await openTitleFile(opened.disc, opened.files, 1)
    await source.close()
    await expect(source.read(0, 10)).rejects.toMatchObject({ code: "aborted" })
  })
})

/** Identifiers of a file's sound tracks, in the order in which ffmpeg meets them. */
function soundsIn(path: string): string[] {
  const args = ["-v", "error", "-select_streams", "a", "-show_entries", "stream=id", "-of", "csv=p=0", path]
  // Streams of a program are listed with it and by themselves.
  return [...new Set(execFileSync("ffprobe", args, { encoding: "utf8" }).trim().split(/\s+/))]
}

const soundOf = (path: string, track: number): string =>
  execFileSync("ffmpeg", ["-v", "error", "-i", path, "-map", `0:a:${track}`, "-c", "copy", "-f", "md5", "-"], { encoding: "utf8" })

describe.skipIf(!hasProgram("ffmpeg")).each([
  { image: "dvd.iso", extension: "mpg", before: ["0x80", "0x81"], after: ["0x81"] },
  { image: "bluray.iso", extension: "m2ts", before: ["0x1100", "0x1101"], after: ["0x1101", "0x1100"] },
])("the second sound track first in title 1 of samples/$image", ({ image, extension, before, after }) => {
  let opened: Opened
  const whole = join(dir, `whole.${extension}`)
  const second = join(dir, `second.${extension}`)
  beforeAll(async () => {
    opened = await open(sample(image))
    writeFileSync(whole, await readAll(await openTitleFile(opened.disc, opened.files, 1)))
    writeFileSync(second, await readAll(await openTitleFile(opened.disc, opened.files, 1, { audio: 2 })))
  })

  test("is what a player meets, the same as the disc's, in a file of the same size", () => {
    expect(soundsIn(whole)).toEqual(before)
    expect(soundsIn(second)).toEqual(after)
    expect(soundOf(second, 0)).toBe(soundOf(whole, 1))
    expect(statSync(second).size).toBe(statSync(whole).size)
    expect(decodeComplaints(second)).toEqual([])
  })

  test("leaves the pictures as they are", () => {
    expect(codedPictures(second)).toEqual(codedPictures(whole))
  })

  test("reads the same at any offset", async () => {
    const [source, bytes] = [await openTitleFile(opened.disc, opened.files, 1, { audio: 2 }), readFileSync(second)]
    for (const [offset, length] of [
      [0, 1],
      [1, 2],
      [2_047, 2],
      [100_001, 200_001],
      [bytes.length - 5, 100],
      [bytes.length, 10],
    ] as const) {
      expect(Buffer.from(await source.read(offset, length)).equals(bytes.subarray(offset, offset + length)), `${offset}`).toBe(true)
    }
    await source.close()
  })
})

describe.skipIf(!hasProgram("ffmpeg"))("the sample DVD's angles as files", () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open(sample("dvd.iso"))
  })

  test.each([1, 2, 3])("angle %i has its own pictures, and ffmpeg decodes it without a word", { timeout: 120_000 }, async (angle) => {
    const path = join(dir, `angle-${angle}.mpg`)
    writeFileSync(path, await readAll(await openTitleFile(opened.disc, opened.files, 3, { angle })))
    expect(decodeComplaints(path)).toEqual([])
    const block = Array.from({ length: 200 }, (_, i) => ({ disc: 1, title: 3, angle, frame: 50 + i }))
    const around = (first: number) => Array.from({ length: 50 }, (_, i) => ({ disc: 1, title: 3, angle: 0, frame: first + i }))
    expect(codes(path)).toEqual([...around(0), ...block, ...around(250)])
    expect(tone(path, 0)).toBe(tones.get("1/3")?.[0])
  })
})
