import { describe, expect, it } from "vitest"
import { ByteReader, Warnings } from "../../../src/base/index.ts"
import { parseClipInformation, parsePlayList } from "../../../src/disc/bluray/index.ts"
import { titleStreams } from "../../../src/disc/bluray/title-streams.ts"
import { make3dClip, make3dPlayList, makeFullPlayList } from "./make-structures.ts"

const read = (bytes: Uint8Array) => {
  const warnings = new Warnings({ strict: true })
  return parsePlayList(new ByteReader(bytes, "/BDMV/PLAYLIST/00001.mpls"), { warnings })
}

describe("a playlist with every kind of stream", () => {
  const playList = read(makeFullPlayList())
  const item = playList.playItems[0]

  it("has its playlist's own facts", () => {
    expect(playList.versionNumber).toBe("0300")
    expect(playList.appInfo).toMatchObject({ playbackType: "shuffle", playbackCount: 7, randomAccessFlag: true, audioMixAppFlag: true })
    expect(playList.appInfo).toMatchObject({
      losslessMayBypassMixerFlag: true,
      mvcBaseViewRFlag: false,
      sdrConversionNotificationFlag: true,
    })
    expect([...playList.appInfo.userOperationMask]).toEqual(["titleSearch"])
    expect(playList.marks).toEqual([{ markType: 2, playItemId: 0, time45k: 50_000, entryEsPid: null, duration45k: 9 }])
  })

  it("has three angles", () => {
    expect(item).toMatchObject({ isMultiAngle: true, connectionCondition: 5, isDifferentAudios: true, isSeamlessAngleChange: true })
    expect(item?.angles).toEqual([
      { clipInformationFileName: "00001", clipCodecIdentifier: "M2TS", stcId: 0 },
      { clipInformationFileName: "00011", clipCodecIdentifier: "M2TS", stcId: 1 },
      { clipInformationFileName: "00012", clipCodecIdentifier: "FMTS", stcId: 2 },
    ])
  })

  it("has each stream in its list, with where it lies", () => {
    const streams = item?.streams
    expect(streams?.video[0]?.attributes).toMatchObject({
      videoFormat: 8,
      frameRate: 1,
      dynamicRangeType: 1,
      colorSpace: 2,
      hdrPlusFlag: true,
      crFlag: false,
    })
    expect(streams?.pg.map(({ entry }) => entry)).toEqual([{ type: "main-clip", pid: 0x1200 }])
    expect(streams?.pipPg[0]).toEqual({
      entry: { type: "sub-clip", pid: 0x1800, subPathId: 1, subClipEntryId: 0 },
      attributes: { kind: "text", streamCodingType: 0x92, characterCode: 1, languageCode: "deu" },
    })
    expect(streams?.ig[0]?.attributes).toEqual({ kind: "ig", streamCodingType: 0x91, languageCode: null })
    expect(streams?.secondaryAudio[0]).toMatchObject({ primaryAudioRefs: [0], attributes: { languageCode: "eng" } })
    expect(streams?.secondaryVideo[0]).toMatchObject({
      entry: { type: "main-clip-sub-path", pid: 0x1b00, subPathId: 3 },
      secondaryAudioRefs: [0, 1],
      pipPgRefs: [0],
    })
    expect(streams?.dolbyVision[0]).toMatchObject({ entry: { type: "enhancement-layer", pid: 0x1015, subPathId: 4 } })
  })

  it("has sub paths with several clips, with and without the reserved byte", () => {
    expect(playList.subPaths.map(({ type, isRepeat }) => [type, isRepeat])).toEqual([
      ["text-subtitle", true],
      ["in-mux-synchronous-pip", true],
    ])
    const clips = playList.subPaths.map(({ items }) => items.map((entry) => entry.clips.map((clip) => clip.clipInformationFileName)))
    expect(clips).toEqual([[["00020", "00021", "00022"]], [["00030", "00031"]]])
    expect(playList.subPaths[0]?.items[0]).toMatchObject({
      connectionCondition: 6,
      inTime45k: 45_000,
      outTime45k: 90_000,
      syncStartPts45k: 45_000,
    })
  })

  it("has HDR10 data", () => {
    expect(playList.staticMetadata).toEqual([
      {
        dynamicRangeType: 1,
        displayPrimaries: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
          { x: 5, y: 6 },
        ],
        whitePoint: { x: 7, y: 8 },
        maxDisplayMasteringLuminance: 1000,
        minDisplayMasteringLuminance: 50,
        maxContentLightLevel: 900,
        maxFrameAverageLightLevel: 400,
      },
    ])
  })

  it("shows its streams to a person", () => {
    const streams = titleStreams(
      playList,
      () => null,
      (code) => code,
    )
    const short = streams.map(({ kind, codec, number, id, flags }) => [kind, codec, number, id, (flags ?? []).join(" ")])
    expect(short).toEqual([
      ["video", "hevc", 1, "0x1011", "hdr10 hdr10plus bt2020"],
      ["video", "hevc", 1, "0x1015", "enhancement-layer dolby-vision bt2020"],
      ["video", "vc1", 1, "0x1b00", "secondary"],
      ["audio", "truehd", 1, "0x1100", "multichannel"],
      ["audio", "dts", 1, "0x1a00", "secondary dts-express"],
      ["subtitle", "hdmv_pgs_subtitle", 1, "0x1200", ""],
      ["subtitle", "hdmv_text_subtitle", 2, "0x1800", "secondary"],
    ])
    expect(streams[0]).toMatchObject({ width: 3840, height: 2160, frameRate: "24000/1001", interlaced: false, aspect: "16:9" })
    expect(streams[3]).toMatchObject({ sampleRate: 96_000, language: "eng" })
  })
})

describe("a 3D playlist", () => {
  const playList = read(make3dPlayList())
  const table = playList.stnTablesSs[0]

  it("has the dependent view and the depth of subtitles and menus", () => {
    expect(playList.appInfo.mvcBaseViewRFlag).toBe(true)
    expect(table?.fixedOffsetDuringPopUp).toBe(true)
    expect(table?.dependentViews).toMatchObject([
      {
        entry: { type: "sub-clip", pid: 0x1012, subPathId: 0 },
        attributes: { streamCodingType: 0x20, videoFormat: 6 },
        numberOfOffsetSequences: 5,
      },
    ])
    expect(table?.pg).toMatchObject([
      {
        offsetSequenceId: 7,
        dialogRegionOffsetValid: true,
        stereoscopic: { leftEye: { pid: 0x1220 }, rightEye: { pid: 0x1240 }, offsetSequenceId: 8 },
        topAligned: null,
      },
      {
        offsetSequenceId: null,
        stereoscopic: null,
        topAligned: { entry: { pid: 0x1201 }, offsetSequenceId: 9 },
        bottomAligned: { entry: { pid: 0x1202 }, offsetSequenceId: null },
      },
      { offsetSequenceId: 2, stereoscopic: null, topAligned: null, bottomAligned: null },
    ])
    expect(table?.ig).toMatchObject([
      { offsetSequenceId: 1, planeOffsetDuringBackgroundVideo: -5, stereoscopic: { leftEye: { pid: 0x1420 } } },
    ])
  })

  it("has the sub path of the dependent view", () => {
    expect(playList.extensionSubPaths.map(({ type }) => type)).toEqual(["stereoscopic-video"])
    expect(playList.extensionSubPaths[0]?.items[0]?.clips[0]?.clipInformationFileName).toBe("00002")
  })

  it("keeps its 2D picture when the extension data is damaged", () => {
    const bytes = make3dPlayList()
    const warnings = new Warnings()
    const cut = parsePlayList(new ByteReader(bytes.slice(0, bytes.length - 60), "3d.mpls"), { warnings })
    expect(cut.playItems).toHaveLength(1)
    expect(cut.stnTablesSs).toEqual([])
    expect(warnings.list.map(({ code }) => code)).toContain("structure-part")
  })
})

describe("a 3D clip information", () => {
  const clip = parseClipInformation(new ByteReader(make3dClip(), "/BDMV/CLIPINF/00002.clpi"), new Warnings({ strict: true }))

  it("has the dependent view's streams, entry points and extents", () => {
    expect([...clip.extentStartPoints]).toEqual([0, 3000, 0xfffffff0])
    expect(clip.programSequencesSs[0]?.streams[0]).toMatchObject({ pid: 0x1012, attributes: { streamCodingType: 0x20 } })
    expect(clip.cpiSs.epMaps[0]?.streamPid).toBe(0x1012)
    expect(clip.clipInfo.atcDeltas).toEqual([{ delta: 0x1234, followingClip: "00007", clipCodecIdentifier: "M2TS" }])
    expect(clip.clipInfo.tsTypeInfo).toEqual({ validityFlags: 0x80, formatIdentifier: "HDMV" })
  })

  it("puts entry points together from both tables", () => {
    const map = clip.cpi.epMaps[0]
    expect([map?.at(0), map?.at(1), map?.at(2), map?.at(3)]).toEqual([
      { pts45k: 4 * 2 ** 18 + 5 * 256, spn: 0x20007, isAngleChangePoint: true, iEndPositionOffset: 3 },
      { pts45k: 4 * 2 ** 18 + 6 * 256, spn: 0x3ffff, isAngleChangePoint: false, iEndPositionOffset: 2 },
      { pts45k: 6 * 2 ** 18 + 256, spn: 0x40001, isAngleChangePoint: false, iEndPositionOffset: 0 },
      null,
    ])
    expect([map?.lastAtOrBefore(0), map?.lastAtOrBefore(4 * 2 ** 18 + 6 * 256), map?.lastAtOrBefore(2 ** 32 - 1)]).toEqual([-1, 1, 2])
    expect([map?.countBeforeSpn(0x20007), map?.countBeforeSpn(0x20008)]).toEqual([0, 1])
  })
})
