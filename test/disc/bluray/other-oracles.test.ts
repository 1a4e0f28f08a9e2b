import { readFileSync } from "node:fs"
import { XMLParser } from "fast-xml-parser"
import { describe, expect, it } from "vitest"
import { ByteReader, Warnings } from "../../../src/base/index.ts"
import { parseBdjo } from "../../../src/disc/bluray/bdjo.ts"
import { parseDiscId } from "../../../src/disc/bluray/disc-id.ts"
import { parseDiscLibrary } from "../../../src/disc/bluray/disc-library.ts"
import { readBlurayDisc } from "../../../src/disc/bluray/index.ts"
import { parseIndexBdmv } from "../../../src/disc/bluray/index-bdmv.ts"
import { parseMovieObjects } from "../../../src/disc/bluray/movie-object.ts"
import { parsePlayList } from "../../../src/disc/bluray/play-list.ts"
import { parseSoundData } from "../../../src/disc/bluray/sound-data.ts"
import { dataPath, hasData } from "../../support/data.ts"
import { FolderFiles } from "./folder-files.ts"

const file = (...parts: string[]) => new ByteReader(new Uint8Array(readFileSync(dataPath(...parts))), parts.at(-1) ?? "")

type Manifest = {
  scanPlaylistCount: number
  titles: { order: number; playlist: string; duration: string; chapterCount: number; clips: string[] }[]
}

const DISCS = [
  "Detective Conan The Bride of Halloween/DISC1",
  "Detective Conan The Bride of Halloween/DISC2",
  "Detective Conan Zero the Enforcer",
  "MAYONAKA_PUNCH/MAYONAKA_PUNCH_DISC1",
  "MAYONAKA_PUNCH/MAYONAKA_PUNCH_DISC2",
]

/** eac3to names a clip once though an item repeats it, and calls a title's one chapter none. */
describe.skipIf(!hasData)("what eac3to prints of a disc", () => {
  it.each(DISCS)("%s", async (name) => {
    const root = dataPath("chaptertool/Disc/Bdmv", name)
    const manifest = JSON.parse(readFileSync(`${root}/bdmv-manifest.json`, "utf8")) as Manifest
    const { info } = await readBlurayDisc(new FolderFiles(root), new Warnings())
    expect(info.titles).toHaveLength(manifest.scanPlaylistCount)
    for (const { playlist, duration, chapterCount, clips, order } of manifest.titles) {
      const title = info.titles.find(({ bluray }) => bluray?.playlist === playlist)
      const [hours, minutes, seconds] = duration.split(":").map(Number)
      expect(Math.round(title?.duration ?? 0), playlist).toBe((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0))
      expect(title?.chapters.length === 1 ? 0 : title?.chapters.length, playlist).toBe(chapterCount)
      expect([...new Set(title?.bluray?.clips.map((clip) => `${clip}.m2ts`))], playlist).toEqual(clips)
      // It lists the title that it takes for the main one first.
      if (order === 1) expect(info.mainTitle).toBe(title?.number)
    }
  })
})

const tools = "hdcookbook/DiscCreationTools/bdjo/samples"
const image = "hdcookbook/xlets/BridgeheadDiscImage"

describe.skipIf(!hasData)("what the HD Cookbook tools were given to write", () => {
  it("a BD-J object", () => {
    const { bdjo: xml } = new XMLParser({ parseTagValue: false }).parse(readFileSync(dataPath(tools, "00000.xml"), "utf8"))
    const application = xml.applicationManagementTable.applications
    const descriptor = application.applicationDescriptor
    const bdjo = parseBdjo(file(tools, "00000.bdjo"))
    expect(bdjo.versionNumber).toBe(xml.version.slice(2))
    const { language, name } = xml.appCacheInfo.entries
    expect(bdjo.appCache).toEqual([{ type: "jar", name, languageCode: language }])
    expect(bdjo.terminalInfo).toMatchObject({ defaultFontFileName: null, menuCallMask: false, titleSearchMask: false })
    expect(bdjo.accessiblePlayLists).toEqual({
      accessToAll: xml.tableOfAccessiblePlayLists.accessToAllFlag === "true",
      autostartFirst: xml.tableOfAccessiblePlayLists.autostartFirstPlayListFlag === "true",
      playLists: [xml.tableOfAccessiblePlayLists.playListFileNames],
    })
    expect(bdjo.fileAccess).toBe(xml.fileAccessInfo)
    // 0xffe00000: all eleven keys.
    expect(bdjo.keyInterest.size).toBe(11)
    expect(bdjo.applications).toEqual([
      {
        controlCode: Number(application.controlCode),
        type: Number(application.type),
        organizationId: Number(application.organizationId),
        applicationId: Number(application.applicationId),
        profiles: [{ profile: Number(descriptor.profiles.profile), major: 1, minor: 0, micro: 0 }],
        priority: Number(descriptor.priority),
        // TITLE_BOUND_DISC_BOUND. The XML says V_11 (3), but the sample's byte is 0xd0: V_01, also to libbluray's reading.
        binding: 3,
        visibility: 1,
        names: [],
        iconLocator: "",
        iconFlags: 0,
        baseDirectory: descriptor.baseDirectory,
        classpathExtension: descriptor.classpathExtension,
        initialClass: descriptor.initialClassName,
        parameters: [],
      },
    ])
  })

  it("movie objects", () => {
    const xml = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(
      readFileSync(dataPath(image, "SampleDiscImage/bdmv/MovieObject.xml"), "utf8"),
    )
    const objects = xml.movieObjectFile.movieObjects.movieObject as { navigationCommands: { command: string } }[]
    const parsed = parseMovieObjects(file(image, "tools/DiscImage/BDMV/MovieObject.bdmv"))
    expect(parsed.objects).toEqual(
      objects.map(({ navigationCommands }) => ({
        resumeIntentionFlag: false,
        menuCallMask: false,
        titleSearchMask: false,
        commands: Uint8Array.from(Buffer.from(navigationCommands.command.replaceAll(" ", ""), "hex")),
      })),
    )
  })

  it("the disc's number", () => {
    const { id } = new XMLParser({ parseTagValue: false }).parse(readFileSync(dataPath(image, "SampleDiscImage/bdmv/id.xml"), "utf8"))
    const parsed = parseDiscId(file(image, "tools/DiscImage/CERTIFICATE/id.bdmv"))
    expect([`0x${parsed.organizationId}`, `0x${parsed.discId}`]).toEqual([id.orgId, id.discId])
  })

  it("an index with BD-J titles", () => {
    const index = parseIndexBdmv(file(image, "tools/DiscImage/BDMV/index.bdmv"))
    expect(index.firstPlayback).toEqual({ objectType: "bd-j", playbackType: "movie", bdjoFileName: "90000" })
    expect(index.topMenu).toEqual({ objectType: "hdmv", playbackType: "interactive", movieObjectId: 0 })
    expect(index.titles).toEqual([
      { objectType: "bd-j", playbackType: "movie", bdjoFileName: "00000", searchProhibited: false, hidden: false },
    ])
  })

  it("the sounds of a menu", () => {
    const path = "hdcookbook/xlets/hdcookbook_discimage/bookmenu/src/com/hdcookbook/bookmenu/assets/sound.bdmv"
    const bytes = file(path)
    const sounds = parseSoundData(bytes)
    expect(sounds.length).toBeGreaterThan(0)
    // The sounds follow each other to the end of the file.
    const ends = sounds.map(({ offset, lengthBytes }) => offset + lengthBytes)
    expect(ends.slice(0, -1)).toEqual(sounds.slice(1).map(({ offset }) => offset))
    expect(bytes.length - (ends.at(-1) ?? 0)).toBeLessThan(8)
  })
})

describe.skipIf(!hasData)("real playlists with rare parts", () => {
  it("picture in picture (Terminator 2)", () => {
    const playList = parsePlayList(file("chaptertool/Disc/Mpls/00020_Terminator2.mpls"), { warnings: new Warnings({ strict: true }) })
    expect(playList.pipMetadata).toHaveLength(29)
    for (const [index, block] of playList.pipMetadata.entries()) {
      const item = playList.playItems[block.playItemId]
      expect(block.playItemId).toBe(index)
      expect(item?.streams.secondaryVideo[block.secondaryVideoStreamId]).toBeDefined()
      for (const { scale } of block.entries) expect(scale).not.toBe("reserved")
    }
  })

  it("four angles", () => {
    const playList = parsePlayList(file("chaptertool/Disc/Mpls/00800_4Angle.mpls"))
    expect(Math.max(...playList.playItems.map(({ angles }) => angles.length))).toBe(4)
    for (const { angles } of playList.playItems)
      expect(new Set(angles.map((angle) => angle.clipInformationFileName)).size).toBe(angles.length)
  })

  it("the mastering data of an HDR10 disc (a BT.2020 display, as ST 2086 writes it)", () => {
    const playList = parsePlayList(file("bdpl/disc5/PLAYLIST/00001.mpls"))
    expect(playList.staticMetadata).toEqual([
      {
        dynamicRangeType: 1,
        displayPrimaries: [
          { x: 8500, y: 39_850 },
          { x: 6550, y: 2300 },
          { x: 35_400, y: 14_600 },
        ],
        whitePoint: { x: 15_635, y: 16_450 },
        maxDisplayMasteringLuminance: 1000,
        minDisplayMasteringLuminance: 50,
        maxContentLightLevel: 528,
        maxFrameAverageLightLevel: 300,
      },
    ])
  })
})

describe("disc library", () => {
  const xml = (body: string) => new TextEncoder().encode(`<?xml version="1.0"?>${body}`)
  const parse = (body: string) => parseDiscLibrary(xml(body), "eng", { path: "bdmt_eng.xml" })
  const wrap = (title: string, description = "") =>
    `<disclib xmlns:di="urn:BDA:bdmv;discinfo"><di:discinfo><di:title>${title}</di:title><di:description>${description}</di:description></di:discinfo></disclib>`

  it("reads names, sets, thumbnails and the table of contents", () => {
    const library = parse(
      wrap(
        "<di:name>A &amp; B &#x263a;</di:name><di:alternative>Second</di:alternative><di:numSets>3</di:numSets><di:setNumber>2</di:setNumber>",
        '<di:tableOfContents><di:titleName titleNumber="1">Film</di:titleName><di:titleName titleNumber="2">Extra</di:titleName></di:tableOfContents>' +
          '<di:thumbnail href="small.jpg" size="416x240"/><di:thumbnail href="../../secret" /><di:thumbnail href="large.jpg"/>',
      ),
    )
    expect(library).toEqual({
      languageCode: "eng",
      title: "A & B \u263a",
      alternativeTitle: "Second",
      numberOfSets: 3,
      setNumber: 2,
      thumbnails: [
        { path: "small.jpg", width: 416, height: 240 },
        { path: "large.jpg", width: null, height: null },
      ],
      tableOfContents: [
        { titleNumber: 1, name: "Film" },
        { titleNumber: 2, name: "Extra" },
      ],
    })
  })

  it("never expands entities of a DOCTYPE", () => {
    const bomb = `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${wrap("<di:name>&b;</di:name>")}`
    expect(parse(bomb).title).toBe("&b;")
  })

  it("refuses depth and size that no disc has", () => {
    expect(() => parse("<a>".repeat(100) + "</a>".repeat(100))).toThrow(/no XML/)
    expect(() => parseDiscLibrary(new Uint8Array(2 << 20), "eng", {})).toThrow(/more than a disc has/)
  })
})
