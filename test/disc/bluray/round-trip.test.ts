import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { describe, expect, test } from "vitest"
import { ByteReader, DiscError } from "../../../src/base/index.ts"
import { parseBdjo } from "../../../src/disc/bluray/bdjo.ts"
import { parseClipInformation, parsePlayList } from "../../../src/disc/bluray/index.ts"
import { parseIndexBdmv } from "../../../src/disc/bluray/index-bdmv.ts"
import { parseMovieObjects } from "../../../src/disc/bluray/movie-object.ts"
import { parseSoundData } from "../../../src/disc/bluray/sound-data.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { bitsThatDoNotComeBack, firstDifference } from "./support/compare-written.ts"
import { blurayImages, dataFiles, filesBelow } from "./support/data-images.ts"
import { writeBdjo } from "./support/write-bdjo.ts"
import { writeClipInformation } from "./support/write-clip-information.ts"
import type { Written } from "./support/write-fields.ts"
import { writeIndexBdmv } from "./support/write-index-bdmv.ts"
import { writeMovieObjects } from "./support/write-movie-objects.ts"
import { writePlayList } from "./support/write-play-list.ts"
import { writeSoundData } from "./support/write-sound-data.ts"

/** Discs of the test data whose clip information tsMuxer wrote. */
const TSMUXER = /^(authored-bd-menu|bluback|bdinfo-rs|made)\//

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
  /** Bits of its fields that are not read and so come back only because they are 0 or as they must be; lengths, addresses, reserved fields left out. */
  readonly unread: Readonly<Record<string, string>>
}

const KINDS: readonly Kind[] = [
  {
    what: "index.bdmv",
    files: /^index\.bdmv$/i,
    count: 38,
    again: (bytes, path) => writeIndexBdmv(parseIndexBdmv(new ByteReader(bytes, path))),
    odd: {},
    sample: "bdpl/disc5/index.bdmv",
    unread: {
      "AppInfoBDMV > flags": "90",
      "ExtensionData > 3.1 > UHD > disc_type": "0e",
      "ExtensionData > 3.1 > UHD > hdr_flags": "e8",
      "Indexes > FirstPlayback > object_type, access_type": "3f",
      "Indexes > TopMenu > object_type, access_type": "3f",
      "Indexes > Title > object_type, access_type": "0f",
      // The upper bit says BD-J again.
      "Indexes > FirstPlayback > playback_type": "bfff",
      "Indexes > TopMenu > playback_type": "bfff",
      "Indexes > Title > playback_type": "bfff",
    },
  },
  {
    what: "MovieObject.bdmv",
    files: /^movieobject\.bdmv$/i,
    count: 38,
    again: (bytes, path) => writeMovieObjects(parseMovieObjects(new ByteReader(bytes, path))),
    odd: {},
    sample: "authored-bd-menu/disc/BDMV/MovieObject.bdmv",
    unread: { "MovieObjects > MovieObject > TerminalInfo": "1fff" },
  },
  {
    what: "mpls",
    files: /\.mpls$/i,
    count: 249,
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
      "AppInfoPlayList > PlayList_random_access_flag": "07ff",
      "AppInfoPlayList > UO_mask_table byte 2": "02",
      "AppInfoPlayList > UO_mask_table byte 4": "bf",
      // For random and shuffled playlists.
      "AppInfoPlayList > playback_count": "ffff",
      "ExtensionData > 3.5 > static_metadata > static_metadata > dynamic_range_type": "0f",
      "PlayList > PlayItem > PlayItem_random_access_flag": "7f",
      "PlayList > PlayItem > UO_mask_table byte 2": "02",
      "PlayList > PlayItem > UO_mask_table byte 4": "bf",
      "PlayList > PlayItem > connection_condition": "ffe0",
      "PlayList > PlayItem > still_mode": "fc",
      // For stills.
      "PlayList > PlayItem > still_time": "ffff",
      // Capital letters are read as small ones.
      "PlayList > PlayItem > STN_table > PG_textST > stream_attributes > language_code": "202020",
      "PlayList > PlayItem > STN_table > audio > stream_attributes > language_code": "202020",
      "PlayList > PlayItem > STN_table > video > stream_attributes > hdr_plus_flag": "3f",
    },
  },
  {
    what: "clpi",
    files: /\.clpi$/i,
    count: 538,
    again: (bytes, path) =>
      writeClipInformation(parseClipInformation(new ByteReader(bytes, path)), TSMUXER.test(path) ? "tsMuxer" : "other"),
    odd: {
      // When the menu was put in, entry points were taken out, and the address of the empty extension data was moved too far.
      ...Object.fromEntries(
        ["disc", "menu-udf102.iso.gz"]
          .flatMap((disc) => [`${disc}/BDMV`, `${disc}/BDMV/BACKUP`])
          .flatMap((folder) => [
            [`authored-bd-menu/${folder}/CLIPINF/00000.clpi`, "1 bytes, first at 27 (start addresses): read 74, written 8c"],
            [`authored-bd-menu/${folder}/CLIPINF/00001.clpi`, "1 bytes, first at 27 (start addresses): read cc, written e4"],
          ]),
      ),
    },
    sample: "bdpl/disc1/CLIPINF/00001.clpi",
    unread: {
      "ClipInfo > is_ATC_delta": "fffffffe",
      // 0 in all files; nothing is known of what they say.
      "ClipInfo > TS_type_info_block > network, stream format name": "ff".repeat(25),
      "CPI > CPI_type": "fff0",
      // What the fine entries say, too.
      "CPI > EP_map > EP_coarse > SPN_EP_coarse": "0001ffff",
      "CPI > EP_map > EP_coarse > ref_to_EP_fine_id, PTS_EP_coarse": "00000001",
      // Coarse entries too many have no fine ones.
      "CPI > EP_map header > EP_stream_type, number of coarse and fine entries": "ffc000500000",
      "ProgramInfo > program_sequence > stream > StreamCodingInfo > aspect_ratio": "0f",
      // Capital letters are read as small ones.
      "ProgramInfo > program_sequence > stream > StreamCodingInfo > language_code": "202020",
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
      "ApplicationManagementTable > application > application_type": "0f",
      "ApplicationManagementTable > application > application_descriptor > number_of_application_profiles": "0fff",
      "ApplicationManagementTable > application > application_descriptor > application_binding": "0f",
      "KeyInterestTable > keys": "001fffff",
      "TableOfAccessiblePlayLists > number_of_acc_PlayLists": "0007ffff",
      "TerminalInfo > flags": "03",
    },
  },
  {
    what: "sound.bdmv",
    files: /^sound\.bdmv$/i,
    count: 1,
    again: (bytes, path) => writeSoundData(parseSoundData(new ByteReader(bytes, path)), bytes),
    odd: {},
    sample: { made: madeSound() },
    unread: {
      // Another version is read as this one is.
      version_number: "0f070f0f",
      // 48 kHz and 16 bits is all that there is.
      "SoundIndex > sound > attributes": "0fff",
    },
  },
]

/** Every file of the folders and of the images. */
const allFiles = new Map<string, () => Uint8Array>(dataFiles.map((path) => [path, () => new Uint8Array(readFileSync(dataPath(path)))]))
for (const [image, files] of await blurayImages()) {
  for (const path of await filesBelow(files, "/BDMV")) {
    if (/\.m2ts$/i.test(path)) continue
    const source = await files.open(path)
    const bytes = await source.read(0, source.size)
    allFiles.set(`${image}${path}`, () => bytes)
  }
}

/** null: what is written is what was read. */
function difference({ again }: Kind, path: string): string | null {
  const bytes = allFiles.get(path)?.() ?? new Uint8Array()
  try {
    return firstDifference(bytes, again(bytes, path))
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    return `refused: ${error.place.field}`
  }
}

describe.skipIf(!hasData).each(KINDS)("$what", (kind) => {
  const paths = [...allFiles.keys()].filter((path) => kind.files.test(basename(path)))

  test("every byte of every file is accounted for", () => {
    expect(paths).toHaveLength(kind.count)
    const found = paths.map((path) => [path, difference(kind, path)] as const).filter(([, words]) => words !== null)
    expect(Object.fromEntries(found)).toEqual(kind.odd)
  })

  test("what is written depends on what was read", () => {
    const { sample } = kind
    const path = typeof sample === "string" ? sample : "made"
    const file = typeof sample === "string" ? new Uint8Array(readFileSync(dataPath(sample))) : sample.made
    const lost = Object.entries(bitsThatDoNotComeBack(file, (bytes) => kind.again(bytes, path)))
    expect(Object.fromEntries(lost.filter(([field]) => !/(reserved|word align|length|address|addresses)$/.test(field)))).toEqual(
      kind.unread,
    )
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
