import { describe, expect, test } from "vitest"
import { parseResourceName, resourcePath, titleResources } from "../../src/hosts/dlna/resources.ts"
import { highStreams, madeDisc, madeTitle, palStreams, stream } from "./support/made-disc.ts"

const summary = (...args: Parameters<typeof titleResources>) =>
  titleResources(...args).map(({ form, profile, mimeType }) => [form, profile, mimeType])

describe("resources of a title", () => {
  test("of a PAL DVD: as it is, then converted", () => {
    expect(summary(madeDisc("a"), 1)).toEqual([
      ["program", "MPEG_PS_PAL", "video/mpeg"],
      ["converted-ac3", "AVC_TS_MP_HD_AC3_ISO", "video/mpeg"],
      ["converted-aac", "AVC_TS_MP_HD_AAC_MULT5_ISO", "video/mpeg"],
    ])
  })

  test("say in protocolInfo how they can be sought in, and whether they are converted", () => {
    const [asItIs, converted] = titleResources(madeDisc("a"), 1)
    expect(asItIs?.protocolInfo).toBe(
      "http-get:*:video/mpeg:DLNA.ORG_PN=MPEG_PS_PAL;DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000",
    )
    expect(converted?.protocolInfo).toBe(
      "http-get:*:video/mpeg:DLNA.ORG_PN=AVC_TS_MP_HD_AC3_ISO;DLNA.ORG_OP=10;DLNA.ORG_CI=1;DLNA.ORG_FLAGS=01700000000000000000000000000000",
    )
  })

  test("of NTSC go by the frame rate", () => {
    const streams = palStreams.map((one) => (one.kind === "video" ? { ...one, height: 480, frameRate: "30000/1001" } : one))
    expect(summary(madeDisc("a", { titles: [madeTitle(1, { streams })] }), 1)[0]).toEqual(["program", "MPEG_PS_NTSC", "video/mpeg"])
  })

  test("name no profile that the sound is not in", () => {
    const dts = palStreams.map((one) => (one.kind === "audio" ? { ...one, codec: "dts" as const } : one))
    expect(summary(madeDisc("a", { titles: [madeTitle(1, { streams: dts })] }), 1)[0]).toEqual(["program", null, "video/mpeg"])
  })

  test("go by the track that is chosen", () => {
    const streams = [
      ...palStreams.filter(({ kind }) => kind !== "audio"),
      stream("audio", "dts", 1, { id: "0x88" }),
      stream("audio", "ac3", 2, { id: "0x81" }),
    ]
    const disc = madeDisc("a", { titles: [madeTitle(1, { streams })] })
    expect(summary(disc, 1)[0]?.[1]).toBeNull()
    expect(summary(disc, 1, { audio: 2 })[0]?.[1]).toBe("MPEG_PS_PAL")
  })

  const bluray = (audio: Parameters<typeof highStreams>[0], video?: Parameters<typeof highStreams>[1]) =>
    madeDisc("b", { kind: "blu-ray", titles: [madeTitle(1, { size: 192 * 1000, streams: highStreams(audio, video) })] })

  test("of a Blu-ray: with and without the time stamps", () => {
    expect(summary(bluray("ac3"), 1)).toEqual([
      ["transport", "AVC_TS_HD_24_AC3_ISO", "video/mpeg"],
      ["timestamped", "AVC_TS_HD_24_AC3_T", "video/vnd.dlna.mpeg-tts"],
      // The disc's own pictures, which are High: no profile has them with AAC.
      ["converted-ac3", "AVC_TS_HD_24_AC3_ISO", "video/mpeg"],
      ["converted-aac", null, "video/mpeg"],
    ])
  })

  test("of converted pictures go by their size with square pixels", () => {
    const video = (rest: object) => [
      stream("video", "mpeg2video", 1, { id: "0xe0", width: 720, height: 480, frameRate: "30000/1001", ...rest }),
      ...palStreams.slice(1),
    ]
    const made = (rest: object, choice = {}) => {
      const all = titleResources(madeDisc("a", { titles: [madeTitle(1, { streams: video(rest) })] }), 1, choice)
      return all.filter(({ form }) => form === "converted-ac3").map(({ profile, resolution }) => [profile, resolution])
    }
    expect(made({ aspect: "4:3" })).toEqual([["AVC_TS_MP_SD_AC3_ISO", "640x480"]])
    expect(made({ aspect: "16:9" })).toEqual([["AVC_TS_MP_HD_AC3_ISO", "854x480"]])
    expect(made({ codec: "hevc", width: 3840, height: 2160, aspect: "16:9" })).toEqual([["AVC_TS_MP_HD_AC3_ISO", "1920x1080"]])
    expect(made({ codec: "h264", width: 1440, height: 1080, aspect: "16:9" })).toEqual([["AVC_TS_HD_60_AC3_ISO", "1440x1080"]])
    expect(made({ codec: "h264", width: 1440, height: 1080, aspect: "16:9" }, { subtitle: 1 })).toEqual([
      ["AVC_TS_MP_HD_AC3_ISO", "1920x1080"],
    ])
  })

  test("without sound are converted with silence in AAC", () => {
    const streams = palStreams.filter(({ kind }) => kind !== "audio")
    expect(titleResources(madeDisc("a", { titles: [madeTitle(1, { streams })] }), 1).map(({ form }) => form)).toEqual([
      "program",
      "converted-aac",
    ])
  })

  test("put new sound before sound that televisions lack, where the picture is copied", () => {
    expect(titleResources(bluray("dts"), 1)[0]?.form).toBe("converted-ac3")
    expect(titleResources(bluray("truehd"), 1)[0]?.form).toBe("converted-ac3")
    // Converting this picture costs more than most machines have.
    expect(titleResources(bluray("truehd", "hevc"), 1)[0]?.form).toBe("transport")
  })

  test("tell sizes where they are known, for both packet sizes", () => {
    const titleSize = () => 192 * 1000
    expect(titleResources(bluray("ac3"), 1, {}, { titleSize }).map(({ sizeBytes }) => sizeBytes)).toEqual([188_000, 192_000, null, null])
    expect(titleResources(bluray("ac3"), 1, { chapter: 2 }, { titleSize })[0]?.sizeBytes).toBeNull()
    expect(titleResources(bluray("ac3"), 1)[0]?.sizeBytes).toBeNull()
  })

  test("with a subtitle are converted only, and none where nothing can be converted", () => {
    expect(summary(madeDisc("a"), 1, { subtitle: 1 }).map(([form]) => form)).toEqual(["converted-ac3", "converted-aac"])
    expect(summary(madeDisc("a"), 1, { subtitle: 1 }, { canConvert: false })).toEqual([])
    expect(summary(madeDisc("a"), 1, {}, { canConvert: false }).map(([form]) => form)).toEqual(["program"])
  })

  test("from a chapter on are shorter", () => {
    expect(titleResources(madeDisc("a"), 1, { chapter: 2 })[0]?.durationSeconds).toBe(3600.5)
  })

  test("from a moment on are shorter", () => {
    expect(titleResources(madeDisc("a"), 1, { from: 600 })[0]?.durationSeconds).toBe(
      titleResources(madeDisc("a"), 1)[0]!.durationSeconds - 600,
    )
    expect(() => titleResources(madeDisc("a"), 1, { from: 50_000 })).toThrow("no second 50000")
  })

  test("of what the disc does not have are refused", () => {
    for (const choice of [{ audio: 9 }, { subtitle: 2 }, { chapter: 3 }, { chapter: 0 }]) {
      expect(() => titleResources(madeDisc("a"), 1, choice)).toThrow(/no (sound track|subtitle|chapter)/)
    }
    expect(() => titleResources(madeDisc("a"), 2)).toThrow("no title 2")
  })
})

describe("a resource's path", () => {
  test("comes back as what it was made of", () => {
    for (const choice of [
      {},
      { audio: 2 },
      { subtitle: 1 },
      { audio: 2, subtitle: 1 },
      { audio: 1, subtitle: 32, chapter: 99 },
      { chapter: 7 },
      { from: 5400 },
      { audio: 1, from: 86_399 },
    ]) {
      for (const form of ["program", "transport", "timestamped", "converted-ac3", "converted-aac"] as const) {
        const parts = resourcePath("id", 3, choice, form).split("/")
        expect(parts.slice(0, 5)).toEqual(["", "dlna", "media", "id", "3"])
        expect(parseResourceName(parts[5] ?? "", parts[6] ?? "")).toEqual({ choice, form })
      }
    }
  })

  test("is nothing when it was never given out", () => {
    const names = [
      "",
      "..",
      "audio-0",
      "audio-1_",
      "_audio-1",
      "audio-1chapter-2",
      "chapter-2_audio-1",
      "audio-01",
      "audio-1000",
      "whole_audio-1",
      "audio--1",
      "from-0",
      "from-100000",
    ]
    for (const name of names) expect(parseResourceName(name, "title.mpg")).toBeNull()
    for (const file of ["", "title", "title.mpg/", "../title.mpg", "TITLE.MPG"]) expect(parseResourceName("whole", file)).toBeNull()
  })
})
