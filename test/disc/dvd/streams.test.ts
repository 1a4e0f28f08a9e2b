import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ByteReader, Warnings } from "../../../src/base/index.ts"
import { readAudioAttributes } from "../../../src/disc/dvd/audio-attributes.ts"
import { readDvdDisc } from "../../../src/disc/dvd/index.ts"
import { readMultichannelExtension } from "../../../src/disc/dvd/multichannel-extension.ts"
import { readSubpictureAttributes } from "../../../src/disc/dvd/subpicture-attributes.ts"
import { readVideoAttributes } from "../../../src/disc/dvd/video-attributes.ts"
import { hasProgram } from "../../support/oracles.ts"
import { authoredDvd, canAuthor } from "./support/authored.ts"
import { filesOfFolder } from "./support/files.ts"
import { IfoEditor } from "./support/ifo-editor.ts"
import { FORMATS } from "./support/recipes.ts"

const VTS = "/VIDEO_TS/VTS_01_0.IFO"
const audio = (...bytes: number[]) => readAudioAttributes(new ByteReader(Uint8Array.from(bytes), "X"), "audio")
const subpicture = (...bytes: number[]) => readSubpictureAttributes(new ByteReader(Uint8Array.from(bytes), "X"), "subpicture")
const video = (...bytes: number[]) => readVideoAttributes(new ByteReader(Uint8Array.from(bytes), "X"), "video")

describe.skipIf(!canAuthor || !hasProgram("ffprobe"))("the streams of a title", () => {
  it("have the ids and codecs that ffprobe finds in the packs", async () => {
    const folder = authoredDvd(FORMATS)
    const { info } = await readDvdDisc(filesOfFolder(folder), new Warnings())
    const probe = execFileSync("ffprobe", [
      "-v",
      "error",
      "-show_entries",
      "stream=id,codec_name,channels",
      "-of",
      "json",
      join(folder, "VIDEO_TS/VTS_01_1.VOB"),
    ])
    const { streams } = JSON.parse(probe.toString()) as { streams: { id: string; codec_name: string; channels?: number }[] }
    // ffprobe writes 0x100 before ids that are not in private stream 1.
    const found = new Map(streams.map(({ id, codec_name }) => [Number(id) & 0xff, codec_name]))
    const ours = info.titles[0]?.streams ?? []
    expect(ours.length).toBe(10)
    for (const { id, codec } of ours) expect([id, found.get(Number(id))]).toEqual([id, codec])
    const letterboxed = ours.flatMap(({ subpictureIds }) => (subpictureIds === undefined ? [] : [Number(subpictureIds.letterbox)]))
    expect(letterboxed).toEqual([0x21, 0x22, 0x23, 0x24])
    for (const id of letterboxed) expect(found.get(id)).toBe("dvd_subtitle")
  })

  it("are those that the chain makes available, by the player's own numbers", async () => {
    const files = filesOfFolder(authoredDvd(FORMATS))
    const vts = new IfoEditor(files.bytes(VTS))
    const chain = vts.chain(1)
    vts.set16(chain + 0x0c + 2, 0)
    vts.set32(chain + 0x1c, 0)
    vts.set16(chain + 0x0c + 8, 0x8700)
    const { info } = await readDvdDisc(files.with({ [VTS]: vts.bytes }), new Warnings())
    const streams = info.titles[0]?.streams ?? []
    const of = (kind: string) => streams.filter((stream) => stream.kind === kind)
    expect(of("audio").map(({ number }) => number)).toEqual([1, 3, 4, 5])
    expect(of("audio").at(-1)?.id).toBe("0x87")
    expect(of("subtitle").map(({ number }) => number)).toEqual([2, 3, 4])
  })

  it("leave out audio of a format that nothing decodes, with a warning", async () => {
    const files = filesOfFolder(authoredDvd(FORMATS))
    const vts = new IfoEditor(files.bytes(VTS)).set8(0x204, 0xa0).set8(0x20c, 0x20)
    const warnings = new Warnings()
    const { info } = await readDvdDisc(files.with({ [VTS]: vts.bytes }), warnings)
    expect(info.titles[0]?.streams.filter(({ kind }) => kind === "audio").map(({ number }) => number)).toEqual([3, 4, 5])
    expect(warnings.list.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "dvd-audio-format-unknown Audio 1 of title 1 is sdds, which cannot be decoded; it is left out.",
      "dvd-audio-format-unknown Audio 2 of title 1 is format 1, which cannot be decoded; it is left out.",
    ])
  })

  it("carry the labels of their code extensions", async () => {
    const { info } = await readDvdDisc(filesOfFolder(authoredDvd(FORMATS)), new Warnings())
    const streams = info.titles[0]?.streams ?? []
    expect(streams.map(({ languageTag, label, forced }) => [languageTag, label, forced ?? null])).toEqual([
      [null, null, null],
      ["en", null, null],
      ["fr", "For the visually impaired", null],
      ["de", "Director's comments 1", null],
      ["ja", "Director's comments 2", null],
      ["he", null, null],
      ["en", null, false],
      ["fr", "Forced", true],
      ["de", "Director's comments", false],
      ["id", "Captions", false],
    ])
    expect(streams[4]).toMatchObject({ codec: "pcm_dvd", bitsPerSample: 16, sampleRate: 48_000, channels: 2 })
    expect(streams[5]?.flags).toEqual(["dolby-surround"])
  })
})

/** Fields that no oracle prints; bits as libdvdread's `audio_attr_t` and `multichannel_ext_t` have them. */
describe("attributes bit by bit", () => {
  it("karaoke: channel assignment, version, introduction, solo or duet", () => {
    const attributes = audio(0x11, 0xc1, 0x6a, 0x61, 0, 0, 0, 0b0_101_10_1_1)
    expect(attributes).toMatchObject({
      applicationMode: "karaoke",
      multichannelExtension: true,
      language: "ja",
      channels: 2,
      dolbySurround: null,
    })
    expect(attributes.karaoke).toEqual({ channelAssignment: 5, version: 2, masterOfCeremoniesIntro: false, duet: true })
    expect(audio(0x01, 0, 0, 0, 0, 0, 0, 0).karaoke).toEqual({
      channelAssignment: 0,
      version: 0,
      masterOfCeremoniesIntro: true,
      duet: false,
    })
  })

  it("surround: Dolby or not", () => {
    expect(audio(0x02, 0xc1, 0, 0, 0, 0, 0, 0x08)).toMatchObject({ applicationMode: "surround", dolbySurround: true, karaoke: null })
    expect(audio(0x02, 0xc1, 0, 0, 0, 0, 0, 0xf7).dolbySurround).toBe(false)
  })

  it("formats, sample sizes and rates; numbers that mean none are null", () => {
    const formats = [0, 1, 2, 3, 4, 5, 6, 7].map((format) => audio(format << 5, 0, 0xff, 0xff, 0, 0, 0, 0))
    expect(formats.map(({ audioFormat }) => audioFormat)).toEqual(["ac3", null, "mpeg1", "mpeg2ext", "lpcm", "sdds", "dts", null])
    expect(formats.map(({ language }) => language)).toEqual(Array(8).fill(null))
    expect([0, 1, 2, 3].map((quantization) => audio(0x80, quantization << 6, 0, 0, 0, 0, 0, 0).quantization)).toEqual([16, 20, 24, null])
    expect([0, 1].map((rate) => audio(0x80, rate << 4, 0, 0, 0, 0, 0, 0).sampleFrequency)).toEqual([48_000, 96_000])
    expect(audio(0x00, 0x10, 0, 0, 0, 0, 0, 0)).toMatchObject({ sampleFrequency: 48_000, quantization: null, dynamicRangeControl: null })
    expect([0, 1].map((drc) => audio(0x40, drc << 6, 0, 0, 0, 0, 0, 0).dynamicRangeControl)).toEqual([false, true])
    const uses = [0, 1, 2, 3, 4, 5].map((code) => audio(0, 0, 0, 0, 0, code, 0, 0).codeExtension)
    expect(uses).toEqual(["none", "normal", "visually-impaired", "director-1", "director-2", "other"])
  })

  it("sub-picture uses, all sixteen numbers", () => {
    const uses = Array.from({ length: 17 }, (_, code) => subpicture(1, 0, 0x45, 0x4e, 0, code).codeExtension)
    expect(uses.join(" ")).toBe(
      "none normal large children other normal-captions large-captions children-captions other forced other other other director large-director children-director other",
    )
    expect(subpicture(0x21, 0, 0x45, 0x4e, 0, 0)).toMatchObject({ codingMode: "other", language: "en" })
  })

  it("picture sizes, formats, closed captions, what a 4:3 screen may do", () => {
    const pictures = [0, 1, 2, 3].map((size) =>
      [video(0x40, size << 2), video(0x50, size << 2)].map(({ width, height }) => `${width}x${height}`),
    )
    expect(pictures).toEqual([
      ["720x480", "720x576"],
      ["704x480", "704x576"],
      ["352x480", "352x576"],
      ["352x240", "352x288"],
    ])
    expect(video(0b01_01_11_10, 0b11_0_1_00_1_1)).toMatchObject({
      mpegVersion: 2,
      videoFormat: "pal",
      displayAspectRatio: "16:9",
      panScanPermitted: false,
      letterboxPermitted: true,
      line21Field1: true,
      line21Field2: true,
      constantBitRate: true,
      letterboxed: true,
      filmMode: true,
    })
    expect(video(0b10_10_01_01, 0)).toMatchObject({
      mpegVersion: null,
      videoFormat: null,
      displayAspectRatio: null,
      panScanPermitted: true,
    })
  })

  it("what the channels of a karaoke track hold", () => {
    const extension = (...bytes: number[]) =>
      readMultichannelExtension(new ByteReader(Uint8Array.from([...bytes, ...Array(19).fill(0)]), "X"))
    const none = extension(0, 0, 0, 0, 0)
    expect(Object.values(none).flatMap((channel) => Object.values(channel))).toEqual(Array(14).fill(false))
    expect(extension(1, 0, 0b1000, 0b0010, 0b0001)).toEqual({
      channel0: { guideMelody: true },
      channel1: { guideMelody: false },
      channel2: { guideVocal1: true, guideVocal2: false, guideMelody1: false, guideMelody2: false },
      channel3: { guideVocal1: false, guideVocal2: false, guideMelodyA: true, soundEffectA: false },
      channel4: { guideVocal1: false, guideVocal2: false, guideMelodyB: false, soundEffectB: true },
    })
  })
})
