// What is fuzzed: each target takes damaged bytes and a repeatable source of chance. Only a DiscError may come out.
import { ByteReader, DiscError, Warnings } from "../../dist/base/index.js"
import { openDisc } from "../../dist/core.js"
import { parseBdjo } from "../../dist/disc/bluray/bdjo.js"
import { parseDiscId } from "../../dist/disc/bluray/disc-id.js"
import { parseDiscLibrary } from "../../dist/disc/bluray/disc-library.js"
import { parseClipInformation, parsePlayList } from "../../dist/disc/bluray/index.js"
import { parseIndexBdmv } from "../../dist/disc/bluray/index-bdmv.js"
import { parseMovieObjects } from "../../dist/disc/bluray/movie-object.js"
import { parseSoundData } from "../../dist/disc/bluray/sound-data.js"
import { parseVmgIfo, parseVtsIfo } from "../../dist/disc/dvd/index.js"
import { openFileSystem, walk } from "../../dist/filesystem/index.js"
import { openIsoVolume } from "../../dist/filesystem/iso9660/iso-volume.js"
import { parseCopyManagement } from "../../dist/filesystem/udf/extended-attributes.js"
import { VolumeFileSystem } from "../../dist/filesystem/volume-file-system.js"
import { parseInteractiveComposition } from "../../dist/graphics/ig/index.js"
import { PgDecoder } from "../../dist/graphics/pg/index.js"
import { decodeSubpicture, subpictureColours } from "../../dist/graphics/subpicture/index.js"
import { decodeTextSubtitle, openFont, renderDialog } from "../../dist/graphics/textst/index.js"
import { ProgramStreamDemuxer, parseNavigationPack, TransportStreamDemuxer } from "../../dist/mpeg/index.js"
import { MemorySource } from "../../dist/source/index.js"

const reader = (bytes) => new ByteReader(bytes, "fuzz")
const COLOURS = subpictureColours(Array.from({ length: 16 }, (_, index) => index * 0x0f0f0f))
const CODECS = [..."mpeg1video mpeg2video h264 hevc vc1 mp1 mp2 mp3 aac ac3 eac3 dts truehd mlp pcm_bluray hdmv_pgs_subtitle".split(" ")]
/** Files of a damaged volume that are read, and bytes of each. */
const MAX_FILES = 40
const READ_BYTES = 64 * 1024
/** Texts of a damaged subtitle that are drawn. */
const DIALOGS = 3
/** Blocks of a damaged disc's title that are played. */
const STEPS = 40

function pushInPieces(demuxer, bytes, random) {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(random.below(2) === 0 ? 400 : 8000)
    demuxer.push(bytes.subarray(at, end))
    at = end
  }
  demuxer.flush()
}

function subpicture(unit) {
  const options = { colours: COLOURS, planeWidth: 720, planeHeight: 576, warnings: new Warnings() }
  decodeSubpicture(unit, options)
}

function programStream(bytes, random) {
  const units = []
  const demuxer = new ProgramStreamDemuxer({
    warnings: new Warnings(),
    sink: {
      unit: (unit) => units.push(unit),
      navigation: (pack) => attempt(() => parseNavigationPack(pack)),
      parameters: () => {},
    },
  })
  pushInPieces(demuxer, bytes, random)
  for (const { streamId, data } of units) if (streamId >= 0xbd20 && streamId < 0xbd40) attempt(() => subpicture(data))
}

/** Half of the inputs call the streams by wrong names, so that each splitter sees bytes that are not its own. */
function transportStream(bytes, random) {
  const pids = [0x1011, 0x1100, 0x1101, 0x1200, 0x1201, 0x1400]
  const codecs = random.below(2) === 0 ? {} : { codecs: new Map(pids.map((pid) => [pid, random.pick(CODECS)])) }
  const decoder = new PgDecoder(new Warnings())
  const demuxer = new TransportStreamDemuxer({
    ...codecs,
    warnings: new Warnings(),
    sink: {
      unit: ({ streamId, data, pts }) => {
        if (streamId === 0x1200) attempt(() => decoder.push(data, pts))
      },
    },
  })
  pushInPieces(demuxer, bytes, random)
}

function presentationGraphics(bytes) {
  const decoder = new PgDecoder(new Warnings())
  for (let at = 0; at + 3 <= bytes.length; ) {
    const end = at + 3 + bytes[at + 1] * 256 + bytes[at + 2]
    attempt(() => decoder.push(bytes.subarray(at, end), at))
    at = end
  }
}

/** A font, its length in the first four bytes, and a text subtitle's segments behind it: both are damaged. Drawn are the first dialogs. */
function textSubtitle(bytes, random) {
  if (bytes.length < 4) return
  const end = 4 + Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length - 4)
  const font = attempt(() => openFont(bytes.subarray(4, end), "fuzz")) ?? null
  for (let codePoint = 0x20; font !== null && codePoint < 0x80; codePoint++) attempt(() => font.outlineOf(font.glyphOf(codePoint)))
  const segments = []
  for (let at = end; at + 3 <= bytes.length; ) {
    const next = at + 3 + bytes[at + 1] * 256 + bytes[at + 2]
    segments.push(bytes.subarray(at, next))
    at = next
  }
  const text = decodeTextSubtitle(segments, 1 + random.below(7), new Warnings(), "fuzz")
  for (const dialog of text?.dialogs.slice(0, DIALOGS) ?? []) {
    renderDialog(text.style, dialog, { fonts: [font], warnings: new Warnings(), path: "fuzz" })
  }
}

/** A damaged part is an answer, and the rest goes on. */
function attempt(act) {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
  }
}

async function attemptAsync(act) {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
  }
}

async function readFiles(files) {
  let count = 0
  for await (const { path, type, size } of walk(files, "/", { warnings: new Warnings() })) {
    if (count++ >= MAX_FILES) break
    if (type === "directory") continue
    await attemptAsync(async () => {
      const source = await files.open(path)
      await source.read(0, READ_BYTES)
      await source.read(Math.max(0, size - READ_BYTES), READ_BYTES)
    })
  }
}

async function volume(bytes) {
  await readFiles(await openFileSystem(new MemorySource(bytes, "fuzz"), new Warnings()))
}

async function isoVolume(bytes) {
  const files = new VolumeFileSystem(await openIsoVolume(new MemorySource(bytes, "fuzz"), new Warnings()))
  await readFiles(files)
}

/** The whole way: what a person does with a disc. */
async function disc(bytes, random) {
  const opened = await openDisc(new MemorySource(bytes, "fuzz"))
  try {
    if (random.below(4) === 0) await opened.scan()
    const numbers = opened.info.titles.map(({ number }) => number)
    if (numbers.length === 0) return
    const title = random.pick(numbers)
    await attemptAsync(async () => {
      const steps = await opened.steps({ title, subtitle: 1 })
      for (let count = 0; count < STEPS && (await steps.step()) !== null; count++);
    })
    await attemptAsync(async () => {
      const file = await opened.openTitle(title)
      await file.read(random.below(file.size), READ_BYTES)
      await file.read(Math.max(0, file.size - READ_BYTES), READ_BYTES)
    })
  } finally {
    await opened.close()
  }
}

/** By name: what runs, and how often it is chosen. Whole volumes and discs take hundreds of times as long as a structure. */
export const TARGETS = {
  "vmg-ifo": { run: (bytes) => parseVmgIfo(bytes, "FUZZ.IFO"), weight: 12 },
  "vts-ifo": { run: (bytes) => parseVtsIfo(bytes, "FUZZ.IFO"), weight: 12 },
  "navigation-pack": { run: (bytes) => parseNavigationPack(bytes), weight: 12 },
  "sub-picture": { run: subpicture, weight: 12 },
  "program-stream": { run: programStream, weight: 4 },
  index: { run: (bytes) => parseIndexBdmv(reader(bytes)), weight: 8 },
  "movie-object": { run: (bytes) => parseMovieObjects(reader(bytes)), weight: 8 },
  "play-list": { run: (bytes) => parsePlayList(reader(bytes), { warnings: new Warnings() }), weight: 14 },
  "clip-information": { run: (bytes) => parseClipInformation(reader(bytes), new Warnings()), weight: 14 },
  bdjo: { run: (bytes) => parseBdjo(reader(bytes)), weight: 8 },
  "disc-id": { run: (bytes) => parseDiscId(reader(bytes)), weight: 2 },
  sound: { run: (bytes) => parseSoundData(reader(bytes)), weight: 6 },
  "disc-library": { run: (bytes) => parseDiscLibrary(bytes, "eng", { path: "fuzz" }), weight: 8 },
  "interactive-graphics": { run: (bytes) => parseInteractiveComposition(reader(bytes)), weight: 8 },
  "presentation-graphics": { run: presentationGraphics, weight: 12 },
  "text-subtitle": { run: textSubtitle, weight: 8 },
  "transport-stream": { run: transportStream, weight: 4 },
  "copy-management": { run: (bytes) => parseCopyManagement(reader(bytes)), weight: 2 },
  volume: { run: volume, weight: 10 },
  "iso-volume": { run: isoVolume, weight: 6 },
  disc: { run: disc, weight: 2 },
}
