import { describe, expect, it } from "vitest"
import { Warnings } from "../../src/base/index.ts"
import { detectDisc, readDisc } from "../../src/disc/index.ts"
import { TestFiles } from "./dvd/support/files.ts"

const files = (...paths: string[]) => new TestFiles(paths.map((path) => [path, new Uint8Array(10)]))

describe("what a disc is", () => {
  it.each([
    [["/VIDEO_TS/VIDEO_TS.IFO"], { type: "dvd", root: "/VIDEO_TS" }],
    [["/video_ts/video_ts.ifo", "/AUDIO_TS/x"], { type: "dvd", root: "/VIDEO_TS" }],
    [["/VIDEO_TS/VIDEO_TS.BUP"], { type: "dvd", root: "/VIDEO_TS" }],
    [["/VIDEO_TS.IFO", "/VTS_01_0.IFO"], { type: "dvd", root: "" }],
    [["/BDMV/index.bdmv", "/BDMV/PLAYLIST/00000.mpls"], { type: "bluray", layout: { root: "/BDMV" } }],
    [["/index.bdmv", "/PLAYLIST/00000.mpls"], { type: "bluray", layout: { root: "" } }],
    [
      ["/PRIVATE/AVCHD/BDMV/INDEX.BDM", "/PRIVATE/AVCHD/BDMV/PLAYLIST/00000.MPL"],
      { type: "bluray", layout: { root: "/PRIVATE/AVCHD/BDMV" } },
    ],
    [["/BDMV/index.bdmv", "/BDMV/PLAYLIST/00000.mpls", "/VIDEO_TS/VIDEO_TS.IFO"], { type: "bluray" }],
    [["/My Film/VIDEO_TS/VIDEO_TS.IFO", "/readme.txt"], { type: "dvd", folder: "/My Film", root: "/My Film/VIDEO_TS" }],
    [["/Film/video_ts.ifo"], { type: "dvd", folder: "/Film", root: "/Film" }],
    [["/a/x.txt", "/Film/BDMV/PLAYLIST/00000.mpls"], { type: "bluray", folder: "/Film", layout: { root: "/Film/BDMV" } }],
    [["/VIDEO_TS/VIDEO_TS.IFO", "/Bonus/BDMV/index.bdmv"], { type: "dvd", folder: "", root: "/VIDEO_TS" }],
  ])("%j", async (paths, expected) => {
    expect(await detectDisc(files(...paths), new Warnings())).toMatchObject(expected)
  })

  it.each([
    [["/HVDVD_TS/VTI00001.IFO"], "an HD DVD"],
    [["/MPEGAV/AVSEQ01.DAT", "/VCD/INFO.VCD"], "a Video CD"],
    [["/SVCD/INFO.SVD"], "a Super Video CD"],
    [["/DVD_RTAV/VR_MANGR.IFO"], "DVD-VR"],
    [["/AUDIO_TS/AUDIO_TS.IFO"], "a DVD-Audio"],
    [["/films/readme.txt", "/a.txt"], "neither VIDEO_TS (DVD-Video) nor BDMV (Blu-ray) here, but films/, a.txt."],
    [["/video_ts/VTS_01_0.IFO"], "video_ts is here, but without VIDEO_TS.IFO or its copy"],
    [["/BDMV/STREAM/00000.m2ts"], "BDMV is here, but without index.bdmv"],
    [["/A/VIDEO_TS/VIDEO_TS.IFO", "/B/BDMV/index.bdmv"], "2 discs here, in folders of their own: A, B"],
    [["/DVD_RTAV/VR_MANGR.IFO", "/x/VIDEO_TS/VIDEO_TS.IFO"], "DVD-VR"],
    [[], "no files"],
    [Array.from({ length: 20 }, (_, index) => `/file${index}`), "file7 and 12 more"],
  ])("%j is refused with what it is", async (paths, words) => {
    await expect(readDisc(files(...paths), new Warnings())).rejects.toMatchObject({
      code: "not-a-disc",
      message: expect.stringContaining(words),
    })
  })

  it("a disc whose directories are damaged says so", async () => {
    const warnings = new Warnings()
    warnings.add("udf-directory", "the directory is damaged: the image ends inside it")
    await expect(readDisc(files("/a.txt"), warnings)).rejects.toThrow("the image ends inside it")
  })
})
