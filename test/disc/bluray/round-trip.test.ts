import { readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { describe, expect, test } from "vitest"
import { ByteReader, DiscError } from "../../../src/base/index.ts"
import { parseBdjo } from "../../../src/disc/bluray/bdjo.ts"
import { parseClipInformation, parsePlayList } from "../../../src/disc/bluray/index.ts"
import { parseIndexBdmv } from "../../../src/disc/bluray/index-bdmv.ts"
import { parseMovieObjects } from "../../../src/disc/bluray/movie-object.ts"
import { parseSoundData } from "../../../src/disc/bluray/sound-data.ts"
import { dataDir, dataPath, hasData } from "../../support/data.ts"
import { fieldsThatDoNotComeBack, firstDifference } from "./support/compare-written.ts"
import { writeBdjo } from "./support/write-bdjo.ts"
import { writeClipInformation } from "./support/write-clip-information.ts"
import type { Written } from "./support/write-fields.ts"
import { writeIndexBdmv } from "./support/write-index-bdmv.ts"
import { writeMovieObjects } from "./support/write-movie-objects.ts"
import { writePlayList } from "./support/write-play-list.ts"
import { writeSoundData } from "./support/write-sound-data.ts"

/** Discs of the test data whose clip information tsMuxer wrote. */
const TSMUXER = /^(authored-bd-menu|bluback|bdinfo-rs)\//

type Kind = {
  readonly what: string
  readonly files: RegExp
  /** How many of them the test data has: a walk that finds none would show nothing. */
  readonly count: number
  /** Reads and writes back. */
  readonly again: (bytes: Uint8Array, path: string) => Written
  /** Files that do not come back whole, and what of them does not. */
  readonly odd: Readonly<Record<string, string>>
  /** A small file with much in it. */
  readonly sample: string | { readonly made: Uint8Array }
  /** Its fields that come back only because they are what they always are, beside reserved ones; why. */
  readonly unread: Readonly<Record<string, string>>
}

const KINDS: readonly Kind[] = [
  {
    what: "index.bdmv",
    files: /^index\.bdmv$/i,
    count: 32,
    again: (bytes, path) => writeIndexBdmv(parseIndexBdmv(new ByteReader(bytes, path))),
    odd: {},
    sample: "bdpl/disc5/index.bdmv",
    unread: { "ExtensionData > data_block_start_address": "each block has an address of its own" },
  },
  {
    what: "MovieObject.bdmv",
    files: /^movieobject\.bdmv$/i,
    count: 32,
    again: (bytes, path) => writeMovieObjects(parseMovieObjects(new ByteReader(bytes, path))),
    odd: {},
    sample: "authored-bd-menu/disc/BDMV/MovieObject.bdmv",
    unread: { ExtensionData_start_address: "no extension of MovieObject.bdmv is known" },
  },
  {
    what: "mpls",
    files: /\.mpls$/i,
    count: 239,
    again: (bytes, path) => writePlayList(parsePlayList(new ByteReader(bytes, path))),
    odd: {
      // Its video is of coding type 6, which no specification has; what stands behind an unknown type is not read.
      "chaptertool/Disc/Mpls/00000_HEVC.mpls":
        "1 bytes, first at 130 (PlayList > PlayItem[0] > STN_table > video[0] > stream_attributes > reserved): read 61, written 00",
      "chaptertool/Disc/Mpls/00001_Invalid.mpls": "refused: AppInfoPlayList",
      // Zeros behind the last table.
      "chaptertool/Disc/Mpls/00001_LinkPoint.mpls": "4 bytes, first at 450 (behind the end): read 00, written nothing",
      "chaptertool/Disc/Mpls/00001_fch.mpls": "4 bytes, first at 450 (behind the end): read 00, written nothing",
      "chaptertool/Disc/Mpls/00003_Padding_Zero.mpls": "1542 bytes, first at 506 (behind the end): read 00, written nothing",
      "tchapter/BDMV/DISC1/BDMV/PLAYLIST/00022.mpls": "4 bytes, first at 450 (behind the end): read 00, written nothing",
    },
    sample: "tchapter/MPLS/00001-UHD.mpls",
    unread: {
      "ExtensionData > data_block_start_address": "each block has an address of its own",
      "ExtensionData > length": "each block has a length of its own",
      "AppInfoPlayList > playback_count": "is for random and shuffled playlists",
      "PlayList > PlayItem > still_time": "is for stills",
    },
  },
  {
    what: "clpi",
    files: /\.clpi$/i,
    count: 528,
    again: (bytes, path) =>
      writeClipInformation(parseClipInformation(new ByteReader(bytes, path)), TSMUXER.test(path) ? "tsMuxer" : "other"),
    odd: {
      // When the menu was put in, entry points were taken out, and the address of the empty extension data was moved too far.
      "authored-bd-menu/disc/BDMV/CLIPINF/00000.clpi": "1 bytes, first at 27 (start addresses): read 74, written 8c",
      "authored-bd-menu/disc/BDMV/CLIPINF/00001.clpi": "1 bytes, first at 27 (start addresses): read cc, written e4",
      "authored-bd-menu/disc/BDMV/BACKUP/CLIPINF/00000.clpi": "1 bytes, first at 27 (start addresses): read 74, written 8c",
      "authored-bd-menu/disc/BDMV/BACKUP/CLIPINF/00001.clpi": "1 bytes, first at 27 (start addresses): read cc, written e4",
    },
    sample: "bdpl/disc1/CLIPINF/00001.clpi",
    unread: {
      "ClipInfo > TS_type_info_block > network, stream format name": "25 bytes, 0 in all files; nothing is known of what they say",
      "ClipMark > length": "the table is always empty",
    },
  },
  {
    what: "bdjo",
    files: /\.bdjo$/i,
    count: 1,
    again: (bytes, path) => writeBdjo(parseBdjo(new ByteReader(bytes, path))),
    odd: {},
    sample: "hdcookbook/DiscCreationTools/bdjo/samples/00000.bdjo",
    unread: {
      "start addresses": "the tables follow each other",
      "ApplicationManagementTable > application > application_descriptor > length": "its parts have lengths of their own",
    },
  },
  {
    what: "sound.bdmv",
    files: /^sound\.bdmv$/i,
    count: 1,
    again: (bytes, path) => writeSoundData(parseSoundData(new ByteReader(bytes, path)), bytes),
    odd: {},
    sample: { made: madeSound() },
    unread: {},
  },
]

const allFiles = hasData ? readdirSync(dataDir, { recursive: true, encoding: "utf8" }).sort() : []

/** null: what is written is what was read. */
function difference({ again }: Kind, path: string): string | null {
  const bytes = new Uint8Array(readFileSync(dataPath(path)))
  try {
    return firstDifference(bytes, again(bytes, path))
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    return `refused: ${error.place.field}`
  }
}

describe.skipIf(!hasData).each(KINDS)("$what", (kind) => {
  const paths = allFiles.filter((path) => kind.files.test(basename(path)))

  test("every byte of every file is accounted for", () => {
    expect(paths).toHaveLength(kind.count)
    const found = paths.map((path) => [path, difference(kind, path)] as const).filter(([, words]) => words !== null)
    expect(Object.fromEntries(found)).toEqual(kind.odd)
  })

  test("what is written depends on what was read", () => {
    const { sample } = kind
    const path = typeof sample === "string" ? sample : "made"
    const file = typeof sample === "string" ? new Uint8Array(readFileSync(dataPath(sample))) : sample.made
    const lost = fieldsThatDoNotComeBack(file, (bytes) => kind.again(bytes, path)).filter((field) => !/reserved$|word align$/.test(field))
    expect(new Set(lost)).toEqual(new Set(Object.keys(kind.unread)))
  })
})

/** Two short sounds: the one of the test data is too large to be read and written for each of its bits. */
function madeSound(): Uint8Array {
  const sound = { sampleRate: 48_000, bitsPerSample: 16 }
  const sounds = [
    { ...sound, channels: 2, offset: 66, lengthBytes: 8 },
    { ...sound, channels: 1, offset: 74, lengthBytes: 2 },
  ]
  return writeSoundData(
    sounds,
    Uint8Array.from({ length: 76 }, (_, index) => index),
  ).bytes
}
