import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { ByteReader, concatBytes, Warnings } from "../../../src/base/index.ts"
import { openFileSystem } from "../../../src/filesystem/index.ts"
import { decodeObject, type ObjectFragment, parseObjectFragment } from "../../../src/graphics/display-set/object.ts"
import { parsePaletteDefinition } from "../../../src/graphics/display-set/palette.ts"
import { parseInteractiveComposition } from "../../../src/graphics/ig/index.ts"
import { parsePresentationComposition } from "../../../src/graphics/pg/composition.ts"
import { type CodecName, TransportStreamDemuxer } from "../../../src/mpeg/index.ts"
import { openNode } from "../../../src/source/node/index.ts"
import { writeComposition } from "../../graphics/support/write-composition.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { encodeRuns, readSup } from "../../support/sup.ts"
import { firstDifference } from "./support/compare-written.ts"
import type { Written } from "./support/write-fields.ts"
import { writeObjectFragment, writePalette, writePresentationComposition } from "./support/write-graphics-segment.ts"

/** More than any object of the streams here. */
const MAX_PIXELS = 1920 * 1080

type Counts = Readonly<Record<string, number>>

/** Segments by type, and where what was written is not what was read. */
type Found = { readonly counts: Counts; readonly differences: readonly string[] }

/** Each display set of subtitles has one composition, one window segment and an end. */
function counts(of: { readonly composition: number; readonly palette: number; readonly object: number }): Counts {
  return { ...of, "windows, not read": of.composition, end: of.composition }
}

/**
 * Reads each segment and writes it back, objects from their pixels, too. Two things are not in the parsed form, since no picture depends on them: a
 * composition's frame rate (1 byte), and the windows (each composition names all that is shown).
 */
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
        compare("composition", writePresentationComposition(parsePresentationComposition(body), content[4] ?? 0))
        break
      case 0x17:
        expect(content).toHaveLength(1 + 9 * (content[0] ?? 0))
        counts["windows, not read"] = (counts["windows, not read"] ?? 0) + 1
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

describe.skipIf(!hasData)("graphics streams come back as they were read", () => {
  test.each([
    { file: "bdsup2sub/test.sup", counts: counts({ composition: 2, palette: 1, object: 1 }) },
    { file: "libpgs-js/test.sup", counts: counts({ composition: 4, palette: 2, object: 2 }) },
    { file: "subtile/only_one.sup", counts: counts({ composition: 2, palette: 1, object: 1 }) },
    { file: "subtile/sequence_without_ods.sup", counts: counts({ composition: 17, palette: 9, object: 8 }) },
    { file: "subtitleedit/sample_BDSUP_multi_image.sup", counts: counts({ composition: 2, palette: 2, object: 3 }) },
  ])("$file", ({ file, counts }) => {
    const segments = readSup(readFileSync(dataPath(file))).map(({ segment }) => segment)
    expect(roundTrip(segments)).toEqual({ counts, differences: [] })
  })

  const clip = (name: string): Uint8Array => new Uint8Array(readFileSync(dataPath("authored-bd-menu/disc/BDMV/STREAM", name)))

  test("the subtitles of authored-bd-menu", () => {
    expect(roundTrip(segmentsOf(clip("00001.m2ts"), 0x1200, "hdmv_pgs_subtitle"))).toEqual({
      counts: counts({ composition: 2, palette: 1, object: 1 }),
      // Its author codes some runs of transparent pixels as two.
      differences: ["segment 3, pixels of object 0: 13034 bytes, as few as can be are 12948"],
    })
  })

  test.each([
    ["00000.m2ts", { menu: 1, palette: 1, object: 18, end: 1 }],
    ["00001.m2ts", { menu: 1, palette: 1, object: 6, end: 1 }],
  ])("the menu of authored-bd-menu, %s", (name, menuCounts) => {
    expect(roundTrip(segmentsOf(clip(name), 0x1400, "hdmv_ig"))).toEqual({ counts: menuCounts, differences: [] })
  })

  test("the subtitles of made/bd-tsmuxer.iso", async () => {
    const files = await openFileSystem(await openNode(dataPath("made/bd-tsmuxer.iso")), new Warnings({ strict: true }))
    const stream = await files.open("/BDMV/STREAM/00000.m2ts")
    const segments = segmentsOf(await stream.read(0, stream.size), 0x1200, "hdmv_pgs_subtitle")
    expect(roundTrip(segments)).toEqual({ counts: counts({ composition: 2, palette: 1, object: 1 }), differences: [] })
  })
})
