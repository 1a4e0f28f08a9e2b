import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { ByteReader, DiscError, Warnings } from "../../../src/base/index.ts"
import { parseBdjo } from "../../../src/disc/bluray/bdjo.ts"
import { parseClipInformation } from "../../../src/disc/bluray/clip-information.ts"
import { parseDiscId } from "../../../src/disc/bluray/disc-id.ts"
import { parseDiscLibrary } from "../../../src/disc/bluray/disc-library.ts"
import { parseIndexBdmv } from "../../../src/disc/bluray/index-bdmv.ts"
import { parseMovieObjects } from "../../../src/disc/bluray/movie-object.ts"
import { parsePlayList } from "../../../src/disc/bluray/play-list.ts"
import { parseSoundData } from "../../../src/disc/bluray/sound-data.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { make3dClip, make3dPlayList } from "./make-structures.ts"

type Parser = (file: ByteReader) => unknown

const clip: Parser = (file) => {
  const information = parseClipInformation(file, new Warnings())
  // Entry points are put together when they are asked for.
  return [...information.cpi.epMaps, ...information.cpiSs.epMaps].map((map) => [
    map.at(0),
    map.at(map.length - 1),
    map.lastAtOrBefore(1_000_000),
  ])
}
const playList: Parser = (file) => parsePlayList(file, { warnings: new Warnings() })
const partly: Parser = (file) => parsePlayList(file, { warnings: new Warnings(), partial: true })
const library: Parser = (file) => parseDiscLibrary(file.bytes(file.length, "xml"), "eng", { path: "bdmt_eng.xml" })
const data = (...parts: string[]) => new Uint8Array(readFileSync(dataPath(...parts)))
const hdcookbook = (path: string) => data("hdcookbook", path)

/** At most this many places in a file are damaged, spread evenly. */
const MAX_PLACES = 800

const subjects: readonly (readonly [string, Parser, () => Uint8Array])[] = [
  ["index.bdmv", parseIndexBdmv, () => data("bdpl/disc5/index.bdmv")],
  ["MovieObject.bdmv", parseMovieObjects, () => data("authored-bd-menu/disc/BDMV/MovieObject.bdmv")],
  ["UHD playlist", playList, () => data("bdpl/disc5/PLAYLIST/00001.mpls")],
  ["four angles", playList, () => data("chaptertool/Disc/Mpls/00800_4Angle.mpls")],
  ["picture in picture", playList, () => data("chaptertool/Disc/Mpls/00020_Terminator2.mpls")],
  ["partly read", partly, () => data("bdpl/disc5/PLAYLIST/00001.mpls")],
  ["clip information", clip, () => data("bluback/disc/BDMV/CLIPINF/00001.clpi")],
  ["UHD clip information", clip, () => data("bdpl/disc5/CLIPINF/00012.clpi")],
  ["BD-J object", parseBdjo, () => hdcookbook("DiscCreationTools/bdjo/samples/00000.bdjo")],
  ["disc library", library, () => data("bluback/bdmv_sample/BDMV/META/DL/bdmt_eng.xml")],
  [
    "sound.bdmv",
    parseSoundData,
    () => hdcookbook("xlets/hdcookbook_discimage/bookmenu/src/com/hdcookbook/bookmenu/assets/sound.bdmv").slice(0, 400),
  ],
  ["id.bdmv", parseDiscId, () => hdcookbook("xlets/BridgeheadDiscImage/tools/DiscImage/CERTIFICATE/id.bdmv")],
]
const made: readonly (readonly [string, Parser, () => Uint8Array])[] = [
  ["3D playlist", playList, make3dPlayList],
  ["3D clip information", clip, make3dClip],
]

function check(parse: Parser, bytes: Uint8Array, what: string): void {
  try {
    parse(new ByteReader(bytes, "/BDMV/damaged"))
  } catch (error) {
    if (!(error instanceof DiscError)) throw new Error(`${what}: ${String(error)}`, { cause: error })
  }
}

describe.each([...(hasData ? subjects : []), ...made])("%s, damaged", (_, parse, load) => {
  it("gives a value or a DiscError, for each byte flipped, each length a lie, each truncation", () => {
    const good = load()
    expect(() => parse(new ByteReader(good, "/BDMV/good"))).not.toThrow()
    const step = Math.max(1, Math.ceil(good.length / MAX_PLACES))
    const started = performance.now()
    for (let at = 0; at < good.length; at += step) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const bad = good.slice()
        bad[at] = (bad[at] ?? 0) ^ mask
        check(parse, bad, `byte ${at} ^ ${mask}`)
      }
      for (const width of [2, 4]) check(parse, good.slice().fill(0xff, at, at + width), `${width} bytes of ff at ${at}`)
      check(parse, good.slice().fill(0, at, at + 4), `zeros at ${at}`)
      check(parse, good.slice(0, at), `cut at ${at}`)
    }
    expect((performance.now() - started) / ((good.length / step) * 7)).toBeLessThan(20)
  })
})
