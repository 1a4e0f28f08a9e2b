// What is damaged: structures of the samples, volumes and structures made here, and real discs' where the test data is at hand.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { register } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { gunzipSync } from "node:zlib"
import { Warnings } from "../../dist/base/index.js"
import { openFileSystem, walk } from "../../dist/filesystem/index.js"
import { ProgramStreamDemuxer, TransportStreamDemuxer } from "../../dist/mpeg/index.js"
import { MemorySource } from "../../dist/source/index.js"
import { writeUdf } from "../../samples/authoring/udf/write-udf.mjs"

const root = resolve(import.meta.dirname, "../..")
/** Test data goes in up to this size: larger files are more of the same. */
const MAX_DATA_BYTES = 1024 * 1024
/** More are copies of the same structures from other discs, and each seed is held in memory. */
const MAX_SEEDS_OF_A_KIND = 60
const STREAM_BYTES = 256 * 1024

/** @returns {Promise<Map<string, { name: string, bytes: Uint8Array, regions?: [number, number][] }[]>>} by target */
export async function collectSeeds({ data }) {
  const seeds = new Map()
  const add = (target, name, bytes, regions) => {
    const list = seeds.get(target) ?? []
    seeds.set(target, list)
    // Each seed owns its bytes: some are changed where they are.
    if (list.length < MAX_SEEDS_OF_A_KIND) list.push({ name, bytes: new Uint8Array(bytes), ...(regions === undefined ? {} : { regions }) })
  }
  for (const name of ["dvd.iso", "bluray.iso"]) await addSample(name, add)
  addVolumes(add)
  await addMade(add)
  if (data !== null) addData(data, add)
  return seeds
}

async function addSample(name, add) {
  const image = new Uint8Array(readFileSync(join(root, "samples", name)))
  const files = await openFileSystem(new MemorySource(image), new Warnings())
  const regions = []
  for await (const { path, type, size, extents } of walk(files, "/")) {
    if (type === "directory") continue
    const source = await files.open(path)
    const bytes = new Uint8Array(await source.read(0, Math.min(size, STREAM_BYTES)))
    addFile(path, bytes, add)
    // Structure files whole, of streams the beginning.
    for (const { startSector, lengthBytes } of extents) {
      if (startSector !== null) regions.push([startSector * 2048, startSector * 2048 + Math.min(lengthBytes, 16_384)])
    }
  }
  regions.push([32_768, 65_536], [256 * 2048, 330 * 2048])
  add("disc", name, image, regions)
  if (name === "dvd.iso") add("iso-volume", name, image.slice(0, 700_000), [[32_768, 60_000]])
}

function addFile(path, bytes, add) {
  const name = path.split("/").at(-1).toLowerCase()
  if (name.startsWith("video_ts") && name.endsWith(".ifo")) add("vmg-ifo", path, bytes)
  else if (name.endsWith(".ifo")) add("vts-ifo", path, bytes)
  else if (name.endsWith(".vob")) addProgramStream(path, bytes, add)
  else if (name.endsWith(".m2ts")) addTransportStream(path, bytes, add)
  else if (name === "index.bdmv") add("index", path, bytes)
  else if (name === "movieobject.bdmv") add("movie-object", path, bytes)
  else if (name === "id.bdmv") add("disc-id", path, bytes)
  else if (name === "sound.bdmv") add("sound", path, bytes.slice(0, 4096))
  else if (name.endsWith(".mpls")) add("play-list", path, bytes)
  else if (name.endsWith(".clpi")) add("clip-information", path, bytes)
  else if (name.endsWith(".bdjo")) add("bdjo", path, bytes)
  else if (/^bdmt_.*\.xml$/.test(name)) add("disc-library", path, bytes)
  else if (name === "ics_menu.bin") add("interactive-graphics", path, bytes)
  else if (name.endsWith(".sup")) add("presentation-graphics", path, segmentsOfSup(bytes))
}

function addProgramStream(path, bytes, add) {
  add("program-stream", path, bytes.slice(0, 96 * 1024))
  const sink = {
    unit: ({ streamId, data }) => {
      if (streamId >= 0xbd20 && streamId < 0xbd40) add("sub-picture", `${path} ${streamId.toString(16)}`, data)
    },
    navigation: (pack) => add("navigation-pack", path, pack),
  }
  const demuxer = new ProgramStreamDemuxer({ sink, warnings: new Warnings() })
  demuxer.push(bytes)
  demuxer.flush()
}

function addTransportStream(path, bytes, add) {
  add("transport-stream", path, bytes.slice(0, 96 * 1024))
  const segments = []
  const sink = {
    unit: ({ streamId, data }) => {
      if (streamId >= 0x1200 && streamId < 0x1220) segments.push(data)
      // A menu's composition, without type and length.
      if (streamId >= 0x1400 && data[0] === 0x18) add("interactive-graphics", path, data.slice(3))
    },
  }
  const demuxer = new TransportStreamDemuxer({ sink, warnings: new Warnings() })
  demuxer.push(bytes)
  demuxer.flush()
  if (segments.length > 0) add("presentation-graphics", path, Buffer.concat(segments))
}

/** Segments without the "PG" headers between them. */
function segmentsOfSup(file) {
  const segments = []
  for (let at = 0; at + 13 <= file.length; ) {
    const end = at + 13 + file[at + 11] * 256 + file[at + 12]
    segments.push(file.slice(at + 10, end))
    at = end
  }
  return Buffer.concat(segments).subarray(0, 64 * 1024)
}

/** One small volume for each revision and way of saying where a file is. */
function addVolumes(add) {
  const folder = mkdtempSync(join(tmpdir(), "opentray-fuzz-"))
  const output = join(folder, "volume.udf")
  const content = (length) => Buffer.alloc(length, 0x5a)
  const files = [
    "A/one.bin",
    "A/B/two.bin",
    "A/B/C/Ünïcode näme.txt",
    "index.bdmv",
    ...Array.from({ length: 12 }, (_, index) => `MANY/${index}.m2ts`),
  ].map((path, index) => ({
    path: `/${path}`,
    source: content(300 + index * 700),
    ...(index % 3 === 1 ? { extentBytes: 2048, gapBlocks: 1 } : {}),
  }))
  try {
    for (const [revision, blockSize, form, embedBytes] of [
      [0x0102, 2048, "short", 0],
      [0x0150, 512, "long", 400],
      [0x0201, 2048, "extended", 0],
      [0x0201, 512, "short", 400],
      [0x0250, 2048, "long", 0],
      [0x0260, 512, "long", 300],
    ]) {
      writeUdf({ output, label: "FUZZ", revision, blockSize, form, embedBytes, files })
      const bytes = readFileSync(output)
      add("volume", `UDF ${revision.toString(16)}, ${blockSize}, ${form}`, bytes, usedRegions(bytes))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where a volume says something: runs of sectors that are neither empty nor file content. */
function usedRegions(bytes) {
  const regions = []
  for (let at = 0; at < bytes.length; at += 512) {
    const sector = bytes.subarray(at, at + 512)
    const isPlain = sector.every((byte) => byte === sector[0])
    if (isPlain) continue
    const last = sector.findLastIndex((byte) => byte !== 0) + 1
    regions.push([at, at + last])
  }
  return regions
}

/** Structures that tests make because no disc at hand has them. They are TypeScript. */
async function addMade(add) {
  register(new URL("../../test/support/typescript-sources.mjs", import.meta.url))
  const bluray = await import("../../test/disc/bluray/make-structures.ts")
  add("play-list", "made, all sub-paths and extensions", bluray.makeFullPlayList())
  add("play-list", "made, 3D", bluray.make3dPlayList())
  add("clip-information", "made, 3D", bluray.make3dClip())
  await addTexts(add)
  const { extendedAttributes } = await import("../../test/support/copy-management.ts")
  add("copy-management", "made", extendedAttributes(0xb0))
  const { withTextData } = await import("../../test/disc/dvd/support/text-data.ts")
  const dvd = await openFileSystem(new MemorySource(new Uint8Array(readFileSync(join(root, "samples/dvd.iso")))), new Warnings())
  const vmg = await dvd.open("/VIDEO_TS/VIDEO_TS.IFO")
  add("vmg-ifo", "made, with text data", withTextData(new Uint8Array(await vmg.read(0, vmg.size))))
}

/** A font and text that uses it, one behind the other. */
async function addTexts(add) {
  const { makeFont } = await import("../../test/graphics/support/make-font.ts")
  const { CODE, dialogSegment, styleSegment } = await import("../../test/graphics/support/textst-author.ts")
  const letters = { a: [0, 0, 0, 500, 500, 500, 500, 0], b: [0, -100, 200, 700, 300, -100] }
  const glyphs = Object.entries(letters).map(([character, contour]) => ({ character, advance: 600, contours: [contour] }))
  const style = { region: [100, 900, 300, 120], box: [10, 10, 280, 100], size: 40, lineSpace: 45 }
  const changes = [CODE.lineBreak, CODE.reset].map((code) => ({ code }))
  const elements = ["ab", { code: CODE.style, data: [7, 2, 3] }, "ba", ...changes, { code: CODE.size, data: [60] }, "a"]
  const palette = [
    [1, 235, 128, 128, 255],
    [2, 81, 90, 240, 255],
  ]
  const dialogs = [1, 2].map((from) =>
    dialogSegment({ from, to: from + 1, palette, regions: [{ elements }, { style: 1, forced: true, elements }] }),
  )
  const segments = [styleSegment([style, { ...style, id: 1, fontStyle: 6, halign: 2, valign: 3 }], { palette, dialogs: 2 }), ...dialogs]
  for (const outlines of ["truetype", "compact"]) {
    for (const map of [4, 12]) {
      const font = makeFont({ glyphs, outlines, map })
      const length = Buffer.alloc(4)
      length.writeUInt32BE(font.length)
      add("text-subtitle", `made, ${outlines}, map ${map}`, Buffer.concat([length, font, ...segments]))
    }
  }
}

function addData(data, add) {
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }).sort((a, b) =>
    a.parentPath + a.name < b.parentPath + b.name ? -1 : 1,
  )) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(data.length + 1)
    if (/^(libarchive|libcdio|kdomanski-iso9660|ids1024-iso9660)\/.*\.iso\.gz$/.test(name))
      addImage(name, gunzipSync(readFileSync(path)), add)
    else if (/\.(ifo|bdmv|mpls|clpi|bdjo|xml|sup|bin|m2ts)$/i.test(entry.name))
      addFile(name, readFileSync(path).subarray(0, MAX_DATA_BYTES), add)
  }
}

function addImage(name, bytes, add) {
  if (bytes.length > MAX_DATA_BYTES) return
  add("iso-volume", name, bytes, usedRegions(bytes))
  add("volume", name, bytes, usedRegions(bytes))
}

/** Where the test data is, if it is. */
export function dataFolder() {
  const folder = resolve(process.env.OPENTRAY_DATA ?? join(root, "../shared/data"))
  return existsSync(folder) ? folder : null
}
