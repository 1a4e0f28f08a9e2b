import { readFileSync } from "node:fs"
import { dirname } from "node:path"
import { describe, expect, test } from "vitest"
import { ByteReader, concatBytes, Warnings } from "../../../src/base/index.ts"
import { type FileSystem, openFileSystem } from "../../../src/filesystem/index.ts"
import { decodeObject, type ObjectFragment, parseObjectFragment } from "../../../src/graphics/display-set/object.ts"
import { parsePaletteDefinition } from "../../../src/graphics/display-set/palette.ts"
import { parseInteractiveComposition } from "../../../src/graphics/ig/index.ts"
import { parsePresentationComposition } from "../../../src/graphics/pg/composition.ts"
import { parseWindowDefinition } from "../../../src/graphics/pg/windows.ts"
import { type CodecName, TransportStreamDemuxer } from "../../../src/mpeg/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { writeComposition } from "../../graphics/support/write-composition.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { encodeRuns, readSup } from "../../support/sup.ts"
import { firstDifference } from "./support/compare-written.ts"
import { blurayImages, dataFiles } from "./support/data-images.ts"
import type { Written } from "./support/write-fields.ts"
import { writeObjectFragment, writePalette, writePresentationComposition, writeWindows } from "./support/write-graphics-segment.ts"

/** More than any object of the streams here. */
const MAX_PIXELS = 1920 * 1080

type Counts = Readonly<Record<string, number>>

/** Segments by type, and where what was written is not what was read. */
type Found = { readonly counts: Counts; readonly differences: readonly string[] }

/** Each display set of subtitles has one composition, one window segment and an end. */
function counts(of: { readonly composition: number; readonly palette: number; readonly object: number }): Counts {
  return { ...of, windows: of.composition, end: of.composition }
}

/** Reads each segment and writes it back, objects from their pixels, too. */
function roundTrip(segments: readonly Uint8Array[]): Found {
  const counts: Record<string, number> = {}
  const differences: string[] = []
  let fragments: { readonly fragment: ObjectFragment; readonly data: Uint8Array }[] = []
  segments.forEach((segment, index) => {
    const reader = new ByteReader(segment, `segment ${index}`)
    const type = reader.u8("segment_type")
    const content = segment.subarray(3)
    expect(reader.u16("segment_length")).toBe(content.length)
    const body = reader.window(content.length, "segment")
    const compare = (name: string, written: Written): void => {
      counts[name] = (counts[name] ?? 0) + 1
      const difference = firstDifference(content, written)
      if (difference !== null) differences.push(`segment ${index}, ${name}: ${difference}`)
    }
    switch (type) {
      case 0x14:
        compare("palette", writePalette(parsePaletteDefinition(body)))
        break
      case 0x15: {
        const fragment = parseObjectFragment(body)
        const data = fragment.data.bytes(fragment.data.length, "object_data_fragment")
        compare("object", writeObjectFragment(fragment, data))
        fragments.push({ fragment, data })
        if (fragment.last) differences.push(...objectDifferences(fragment.id, concatBytes(fragments.map((part) => part.data)), index))
        if (fragment.last) fragments = []
        break
      }
      case 0x16:
        compare("composition", writePresentationComposition(parsePresentationComposition(body)))
        break
      case 0x17:
        compare("windows", writeWindows(parseWindowDefinition(body)))
        break
      case 0x18:
        compare("menu", { bytes: writeComposition(parseInteractiveComposition(body)), fields: [] })
        break
      case 0x80:
        compare("end", { bytes: new Uint8Array(0), fields: [] })
        break
      default:
        differences.push(`segment ${index}: type ${type}`)
    }
  })
  expect(fragments).toEqual([])
  return { counts, differences }
}

function objectDifferences(id: number, joined: Uint8Array, index: number): string[] {
  const decode = (data: Uint8Array) => decodeObject(id, new ByteReader(data, "object"), MAX_PIXELS, new Warnings({ strict: true }))
  const { width, height, indices } = decode(joined)
  const runs = encodeRuns(indices, width, height)
  const length = runs.length + 4
  const written = concatBytes([
    Uint8Array.of(length >> 16, (length >> 8) & 0xff, length & 0xff, width >> 8, width & 0xff, height >> 8, height & 0xff),
    runs,
  ])
  if (Buffer.compare(written, joined) === 0) return []
  expect(Buffer.compare(decode(written).indices, indices)).toBe(0)
  return [`segment ${index}, pixels of object ${id}: ${joined.length} bytes, as few as can be are ${written.length}`]
}

/** The segments of one stream of a clip. */
function segmentsOf(clip: Uint8Array, pid: number, codec: CodecName): Uint8Array[] {
  const segments: Uint8Array[] = []
  const demuxer = new TransportStreamDemuxer({
    sink: { unit: ({ data }) => segments.push(data) },
    codecs: new Map([[pid, codec]]),
    streams: new Set([pid]),
    warnings: new Warnings({ strict: true }),
  })
  demuxer.push(clip)
  demuxer.flush()
  return segments
}

const SUBTITLE_FILES: Readonly<Record<string, Counts>> = {
  "bdsup2sub/test.sup": counts({ composition: 2, palette: 1, object: 1 }),
  "libpgs-js/test.sup": counts({ composition: 4, palette: 2, object: 2 }),
  "subtile/only_one.sup": counts({ composition: 2, palette: 1, object: 1 }),
  "subtile/sequence_without_ods.sup": counts({ composition: 17, palette: 9, object: 8 }),
  "subtitleedit/sample_BDSUP_multi_image.sup": counts({ composition: 2, palette: 2, object: 3 }),
}

/** By clip and PID. */
const STREAMS: Readonly<Record<string, Counts>> = {
  "authored-bd-menu/disc 00000 1400": { menu: 1, palette: 1, object: 18, end: 1 },
  "authored-bd-menu/disc 00001 1200": counts({ composition: 2, palette: 1, object: 1 }),
  "authored-bd-menu/disc 00001 1400": { menu: 1, palette: 1, object: 6, end: 1 },
  "authored-bd-menu/menu-udf102.iso.gz 00000 1400": { menu: 1, palette: 1, object: 18, end: 1 },
  "authored-bd-menu/menu-udf102.iso.gz 00001 1200": counts({ composition: 2, palette: 1, object: 1 }),
  "authored-bd-menu/menu-udf102.iso.gz 00001 1400": { menu: 1, palette: 1, object: 6, end: 1 },
  "authored-bd-menu/title1-tsmuxer-udf250.iso.gz 00000 1200": counts({ composition: 2, palette: 1, object: 1 }),
  "made/bd-tsmuxer.iso 00000 1200": counts({ composition: 2, palette: 1, object: 1 }),
}

/** The authored disc's subtitle codes some runs of transparent pixels as two. */
const ODD: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [
    "authored-bd-menu/disc 00001 1200",
    "authored-bd-menu/menu-udf102.iso.gz 00001 1200",
    "authored-bd-menu/title1-tsmuxer-udf250.iso.gz 00000 1200",
  ].map((stream) => [stream, ["segment 3, pixels of object 0: 13034 bytes, as few as can be are 12948"]]),
)

/** PIDs of subtitles and menus: 0x1200 and 0x1400, and 31 more of each. */
const GRAPHICS_PIDS = Array.from({ length: 32 }, (_, index) => [0x1200 + index, 0x1400 + index]).flat()

/** Folders and images with clips: their name and their files. */
async function discsWithClips(): Promise<(readonly [name: string, files: FileSystem])[]> {
  const folders = dataFiles.filter((path) => /(^|\/)BDMV\/STREAM$/i.test(path)).map((path) => dirname(dirname(path)))
  const opened = folders.map(async (path) => [path, await openFileSystem(await openNode(dataPath(path)), new Warnings())] as const)
  return [...(await Promise.all(opened)), ...(await blurayImages())]
}

/** Each graphics stream of a clip that has segments. */
function streamsOf(clip: Uint8Array): [pid: number, segments: Uint8Array[]][] {
  const found = GRAPHICS_PIDS.map((pid): [number, Uint8Array[]] => [
    pid,
    segmentsOf(clip, pid, pid < 0x1400 ? "hdmv_pgs_subtitle" : "hdmv_ig"),
  ])
  return found.filter(([, segments]) => segments.length > 0)
}

describe.skipIf(!hasData)("graphics streams come back as they were read", () => {
  test("all subtitle files", () => {
    const files = dataFiles.filter((path) => path.endsWith(".sup"))
    const found = files.map((path) => [path, roundTrip(readSup(readFileSync(dataPath(path))).map(({ segment }) => segment))] as const)
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(Object.entries(SUBTITLE_FILES).map(([path, counts]) => [path, { counts, differences: [] }])),
    )
  })

  test("all compositions of real discs' menus", () => {
    const files = dataFiles.filter((path) => path.endsWith("/ics_menu.bin"))
    expect(files).toHaveLength(11)
    const found = files.map((path) => {
      const content = new Uint8Array(readFileSync(dataPath(path)))
      return firstDifference(content, { bytes: writeComposition(parseInteractiveComposition(new ByteReader(content, path))), fields: [] })
    })
    expect(found).toEqual(files.map(() => null))
  })

  test("all streams of all clips", async () => {
    const found: Record<string, Found> = {}
    for (const [disc, files] of await discsWithClips()) {
      for (const { name } of await files.list("/BDMV/STREAM")) {
        const source = await files.open(`/BDMV/STREAM/${name}`)
        for (const [pid, segments] of streamsOf(await source.read(0, source.size))) {
          found[`${disc} ${name.slice(0, 5)} ${pid.toString(16)}`] = roundTrip(segments)
        }
      }
    }
    expect(found).toEqual(
      Object.fromEntries(Object.entries(STREAMS).map(([stream, counts]) => [stream, { counts, differences: ODD[stream] ?? [] }])),
    )
  })
})
