import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Source, Warnings } from "../../src/base/index.ts"
import { type ParsedDisc, readDisc } from "../../src/disc/index.ts"
import { type FileSystem, openFileSystem } from "../../src/filesystem/index.ts"
import type { Segment } from "../../src/mpeg/segment.ts"
import { FILE_TIME_BASE } from "../../src/mpeg/title-file/index.ts"
import { planBlurayTitle, planDvdTitle } from "../../src/navigation/title/index.ts"
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

/** What ffmpeg has to say of the disc's own files, its clips or its VOBs in order. */
async function complaintsOfDisc({ files }: Opened, extension: string): Promise<Set<string>> {
  const folder = extension === "mpg" ? "/VIDEO_TS" : "/BDMV/STREAM"
  const complaints = new Set<string>()
  for (const { name, path } of await files.list(folder)) {
    if (!/^(VTS_\d\d_[1-9]\.VOB|\d{5}\.m2ts)$/i.test(name)) continue
    writeFileSync(join(dir, name), await readAll(await files.open(path)))
    for (const line of decodeComplaints(join(dir, name))) complaints.add(line)
  }
  return complaints
}

/** Lengths of time between one packet's end and the next one's beginning, where sound is not gapless. */
function audioGaps(path: string, stream: string): number[] {
  const packets = packetsOf(path, stream)
  return packets.flatMap((packet, index) => {
    const before = packets[index - 1]
    return before === undefined ? [] : [Math.abs((packet.pts ?? 0) - (before.pts ?? 0) - before.duration)]
  })
}

/**
 * What ffmpeg says at joins that no rewriting of packets can help: a picture past the out time that others are predicted from is shown beside the
 * next clip's first (the null muxer counts whole frames), and an open group's first picture tells an H.264 decoder to forget pictures it never had.
 */
const AT_JOINS = [/^\[null\] Application provided invalid.* in stream 0/, /Last message repeated/, /^\[h264\] mmco: unref short failure/]

/** Plain joins: an out time inside a group, and a clip that is entered at an open group that is no IDR picture. */
const TITLE_WITH_OPEN_GROUP = 3

const DISCS = [
  // Sound that ends in the middle of a frame's header makes ffmpeg count one frame twice, on the disc as in the file: so decode times stand still.
  { image: "dvd.iso", titles: [1, 2], extension: "mpg", tracks: ["a:0", "a:1"], back: -1 },
  { image: "bluray.iso", titles: [1, 2, 3, 4, 5], extension: "m2ts", tracks: ["a:0", "a:1"], back: 0 },
]

describe.skipIf(!hasProgram("ffmpeg")).each(DISCS)(
  "the titles of samples/$image as files",
  ({ image, titles, extension, tracks, back }) => {
    let opened: Opened
    let known: Set<string>
    beforeAll(async () => {
      opened = await open(sample(image))
      known = await complaintsOfDisc(opened, extension)
    })

    describe.each(titles)("title %i", (number) => {
      let source: Source
      let bytes: Uint8Array
      let segments: readonly Segment[]
      const path = join(dir, `${image}.${number}.${extension}`)
      beforeAll(async () => {
        segments = await segmentsOf(opened, number)
        source = await openTitleFile(opened.disc, opened.files, number)
        bytes = await readAll(source)
        writeFileSync(path, bytes)
      })

      test("has the size of its segments and decodes with no word more than the disc's own files", () => {
        expect(source.size).toBe(segments.flatMap((segment) => segment.ranges).reduce((sum, { length }) => sum + length, 0))
        const joins = segments.some(({ clip }) => clip !== segments[0]!.clip) ? AT_JOINS : []
        expect(decodeComplaints(path).filter((line) => !known.has(line) && !joins.some((pattern) => pattern.test(line)))).toEqual([])
      })

      test("decode times rise, sound has no gap or overlap of a frame", () => {
        for (const stream of ["v", ...tracks]) {
          const dts = packetsOf(path, stream).flatMap((packet) => packet.dts ?? [])
          expect(dts.filter((time, index) => index > 0 && time - dts[index - 1]! <= back)).toEqual([])
        }
        for (const track of tracks) for (const gap of audioGaps(path, track)) expect(gap).toBeLessThanOrEqual(2880)
      })

      if (extension === "mpg") return

      test("has the coded pictures of the clips, and shows them as ffmpeg does, each at its time", () => {
        const shown = pictures(path)
        let count = 0
        let lost = 0
        for (const [kind, list] of [
          [pictures, shown],
          [codedPictures, codedPictures(path)],
        ] as const) {
          const byTime = new Map(list.map(({ pts, md5 }) => [pts, md5]))
          for (const { clip, inTime, outTime, start } of segments) {
            // In and out times are 45 kHz: a picture at the out time may be one tick before it.
            const wanted = kind(join(dir, `${clip}.m2ts`)).filter(({ pts }) => pts >= inTime - 2 && pts < outTime - 2)
            expect(wanted.length).toBe(Math.round((outTime - inTime) / 3753.75))
            const other = wanted.filter(({ pts, md5 }) => byTime.get(pts - inTime + start + FILE_TIME_BASE) !== md5)
            if (kind === pictures) {
              lost += other.length
              count += wanted.length
            } else expect(other).toEqual([])
          }
        }
        // Where a clip is entered at an open group, libavcodec compares the order count of its pictures with that of the clip before.
        expect(lost).toBeLessThanOrEqual(number === TITLE_WITH_OPEN_GROUP ? 16 : 0)
        expect(shown.length - count + lost).toBeLessThanOrEqual(2 * segments.length)
      })

      test("keeps counters, arrival order, tables and PIDs", () => {
        const { complaints, tables } = transportComplaints(bytes)
        expect(complaints).toEqual([])
        expect([tables.get(0)?.size, tables.get(0x100)?.size]).toEqual([1, 1])
      })
    })

    test("refuses titles and angles that are not there", async () => {
      await expect(openTitleFile(opened.disc, opened.files, 99)).rejects.toMatchObject({ code: "not-found" })
      await expect(openTitleFile(opened.disc, opened.files, 1, { angle: 7 })).rejects.toMatchObject({ code: "not-found" })
    })

    test("closed, it ends reads and begins none", async () => {
      const source = await openTitleFile(opened.disc, opened.files, 1)
      await source.close()
      await expect(source.read(0, 10)).rejects.toMatchObject({ code: "aborted" })
    })
  },
)
