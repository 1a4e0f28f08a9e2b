import { describe, expect, it } from "vitest"
import { Warnings } from "../../../src/base/index.ts"
import type { StreamInfo, TitleInfo } from "../../../src/disc/disc-info.ts"
import { type DvdDisc, dvdTitle, readDvdDisc, ticksFromDvdTime } from "../../../src/disc/dvd/index.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { hasProgram } from "../../support/oracles.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder } from "./support/files.ts"
import { type LsdvdAudio, type LsdvdTrack, lsdvd } from "./support/lsdvd.ts"
import { CHAINS, FORMATS, MENUS } from "./support/recipes.ts"

// Where lsdvd and we differ, always, and why:
// - Stream ids. lsdvd adds the stream's position among all of its kind to the format's first id; in the packs each format counts for itself, and
//   the program chain says which stream a position means. `stream-ids.test.ts` has ffprobe's answer for the same disc, which is ours.
// - "xx" is lsdvd's word for no language.
// - lsdvd prints 48000 whatever the field says, and a quantization for formats that have none; we say 16, 20 or 24 bits for LPCM only.
// - lsdvd rounds each time down to milliseconds before it adds: its chapters may be short by 1 ms for each cell.

const FORMAT_WORDS: Readonly<Record<string, string>> = { ac3: "ac3", mp2: "mpeg1", pcm_dvd: "lpcm", dts: "dts" }
const FIRST_IDS: Readonly<Record<string, number>> = { ac3: 0x80, mp2: 0xc0, pcm_dvd: 0xa0, dts: 0x88 }
const AUDIO_WORDS: Readonly<Record<string, string>> = {
  none: "Undefined",
  normal: "Normal",
  "visually-impaired": "Impaired",
  "director-1": "Comments1",
  "director-2": "Comments2",
}
const SUBPICTURE_WORDS: Readonly<Record<string, string>> = {
  none: "Undefined",
  normal: "Normal",
  large: "Large",
  children: "Children",
  "normal-captions": "Normal_CC",
  "large-captions": "Large_CC",
  "children-captions": "Children_CC",
  forced: "Forced",
  director: "Director",
  "large-director": "Large_Director",
  "children-director": "Children_Director",
}

async function expectAlike(folder: string): Promise<void> {
  const { info, dvd } = await readDvdDisc(filesOfFolder(folder), new Warnings())
  const { tracks } = lsdvd(folder)
  expect(tracks.length).toBeGreaterThan(0)
  expect(info.titles.map(({ number }) => number)).toEqual(tracks.map(({ ix }) => Number(ix)))
  for (const [index, track] of tracks.entries()) {
    const title = info.titles[index]
    if (title === undefined) throw new Error("fewer titles than lsdvd")
    expectTitleAlike(title, track)
    expectAudioAlike(dvd, title, track)
    expectSubpicturesAlike(dvd, title, track)
    expectCellsAlike(dvd, title, track)
  }
}

function expectTitleAlike(title: TitleInfo, track: LsdvdTrack): void {
  const video = title.streams[0]
  expect(Math.abs(title.duration - Number(track.length))).toBeLessThan(0.001001)
  expect(title.dvd).toMatchObject({ titleSet: Number(track.vts), titleInSet: Number(track.ttn) })
  expect(title.angles).toBe(Number(track.angles))
  expect(video).toMatchObject({ width: Number(track.width), height: Number(track.height), aspect: track.aspect.replace("/", ":") })
  expect(video?.frameRate).toBe({ "25.00": "25", "29.97": "30000/1001" }[track.fps])
  expect(title.chapters.length).toBe(track.chapter.length)
  for (const [index, chapter] of track.chapter.entries()) {
    const cellsInChapter = Number(track.chapter[index + 1]?.startcell ?? track.cell.length + 1) - Number(chapter.startcell)
    const difference = (title.chapters[index]?.duration ?? -1) - Number(chapter.length)
    expect(difference).toBeGreaterThan(-0.000501)
    expect(difference).toBeLessThan(0.001 * cellsInChapter + 0.000501)
  }
}

function expectAudioAlike(dvd: DvdDisc, title: TitleInfo, track: LsdvdTrack): void {
  const attributes = dvdTitle(dvd, title.number).titleSet.mat.titleStreams.audio
  const ours = title.streams
    .filter(({ kind }) => kind === "audio")
    .map(
      (stream): Partial<LsdvdAudio> => ({
        ix: String(stream.number),
        langcode: stream.language ?? "xx",
        format: FORMAT_WORDS[stream.codec] ?? "?",
        channels: String(stream.channels),
        content: AUDIO_WORDS[attributes[stream.number - 1]?.codeExtension ?? ""] ?? "?",
        streamid: hex((FIRST_IDS[stream.codec] ?? 0) + stream.number - 1),
      }),
    )
  expect(ours).toEqual(
    track.audio.map(({ ix, langcode, format, channels, content, streamid }) => ({
      ix,
      langcode,
      format: format.trim(),
      channels,
      content,
      streamid,
    })),
  )
  const bits = (stream: StreamInfo): string => (stream.bitsPerSample === undefined ? "" : `${stream.bitsPerSample}bit`)
  const lpcm = title.streams.filter(({ codec }) => codec === "pcm_dvd").map(bits)
  expect(lpcm).toEqual(track.audio.filter(({ format }) => format.trim() === "lpcm").map(({ quantization }) => quantization))
}

function expectSubpicturesAlike(dvd: DvdDisc, title: TitleInfo, track: LsdvdTrack): void {
  const attributes = dvdTitle(dvd, title.number).titleSet.mat.titleStreams.subpictures
  const ours = title.streams
    .filter(({ kind }) => kind === "subtitle")
    .map((stream) => ({
      ix: String(stream.number),
      langcode: stream.language ?? "xx",
      content: SUBPICTURE_WORDS[attributes[stream.number - 1]?.codeExtension ?? ""],
      streamid: hex(0x20 + stream.number - 1),
    }))
  expect(ours).toEqual(track.subp.map(({ ix, langcode, content, streamid }) => ({ ix, langcode, content, streamid })))
}

function expectCellsAlike(dvd: DvdDisc, title: TitleInfo, track: LsdvdTrack): void {
  const pgc = dvdTitle(dvd, title.number).chains[0]?.pgc
  expect(pgc?.programMap).toEqual(track.chapter.map(({ startcell }) => Number(startcell)))
  expect(pgc?.palette.map((colour) => colour.toString(16).padStart(6, "0"))).toEqual(track.palette.color)
  const seconds = pgc?.cells.map(({ playbackTime }) => ticksFromDvdTime(playbackTime) / 90_000) ?? []
  expect(seconds.length).toBe(track.cell.length)
  for (const [index, { length }] of track.cell.entries()) expect(Math.abs((seconds[index] ?? -1) - Number(length))).toBeLessThan(0.0015)
}

const hex = (value: number): string => `0x${value.toString(16)}`

describe.skipIf(!hasProgram("lsdvd"))("titles as lsdvd lists them", () => {
  it.skipIf(!hasData)("idiocracy", () => expectAlike(dataPath("perl-dvd-read/idiocracy")))
  it.skipIf(!canAuthor).each([FORMATS, CHAINS, MENUS])("$name", (recipe) => expectAlike(authoredDvd(recipe)))
})
