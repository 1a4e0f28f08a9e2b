import { type ByteReader, DiscError } from "../../base/index.ts"
import { readExtensionData } from "./extension-data.ts"
import { readStructureHeader } from "./structure-header.ts"

/** What runs when a title is entered: a program in MovieObject.bdmv, a BD-J object file, or nothing. */
export type IndexObject =
  | { readonly objectType: "none" }
  | { readonly objectType: "hdmv"; readonly playbackType: PlaybackType; readonly movieObjectId: number | null }
  | { readonly objectType: "bd-j"; readonly playbackType: PlaybackType; readonly bdjoFileName: string }

/** A movie (the user may search in it) or an interactive title. */
export type PlaybackType = "movie" | "interactive"

export type IndexTitle = IndexObject & {
  /** Title search to it is prohibited. */
  readonly searchProhibited: boolean
  /** Its number must not be shown. */
  readonly hidden: boolean
}

type AppInfoBdmv = {
  readonly initialOutputModePreference: "2d" | "3d"
  /** The disc has 3D content. */
  readonly ssContentExist: boolean
  /** 0 SDR, 1 HDR10, 2 Dolby Vision; 0 before UHD. */
  readonly initialDynamicRangeType: number
  /** The `video_format` code of `coding.ts`, 0: not stated. */
  readonly videoFormat: number
  /** The `frame_rate` code of `coding.ts`, 0: not stated. */
  readonly frameRate: number
  /** 32 bytes that the provider is free to use. */
  readonly userData: Uint8Array
}

/** Extension 3.1: what a UHD disc has. */
type UhdIndexExtension = {
  readonly discType: number
  readonly exist4k: boolean
  readonly hdr10Plus: boolean
  readonly dolbyVision: boolean
  /** Two bits; bit 0: HDR10. */
  readonly hdrFlags: number
}

export type IndexBdmv = {
  readonly versionNumber: string
  readonly appInfo: AppInfoBdmv
  readonly firstPlayback: IndexObject
  readonly topMenu: IndexObject
  /** `titles[0]` is title 1. */
  readonly titles: readonly IndexTitle[]
  readonly uhd: UhdIndexExtension | null
}

const ENTRY_SIZE = 12
const APP_INFO_ADDRESS = 40
const NO_MOVIE_OBJECT = 0xffff

/**
 * index.bdmv. Layout: libbluray `index_parse.c`. Extension data that cannot be read counts as none: no player needs it to play.
 * @throws DiscError `damaged`
 */
export function parseIndexBdmv(file: ByteReader): IndexBdmv {
  const start = file.from(0, "type_indicator")
  const versionNumber = readStructureHeader(start, "INDX")
  const indexesStartAddress = start.u32("Indexes_start_address")
  const extensionDataStartAddress = start.u32("ExtensionData_start_address")

  const appInfo = readAppInfo(file.from(APP_INFO_ADDRESS, "AppInfoBDMV"))
  const area = file.from(indexesStartAddress, "Indexes_start_address")
  const indexes = area.window(area.u32("Indexes.length"), "Indexes")
  const firstPlayback = readObject(indexes.window(ENTRY_SIZE, "FirstPlayback"))
  const topMenu = readObject(indexes.window(ENTRY_SIZE, "TopMenu"))
  const titles = indexes.list(indexes.u16("number_of_Titles"), ENTRY_SIZE, "Title", readTitle)
  return { versionNumber, appInfo, firstPlayback, topMenu, titles, uhd: readUhdExtension(file, extensionDataStartAddress) }
}

function readAppInfo(area: ByteReader): AppInfoBdmv {
  const info = area.window(area.u32("AppInfoBDMV.length"), "AppInfoBDMV")
  const flags = info.u8("initial_output_mode_preference")
  const format = info.u8("video_format")
  return {
    initialOutputModePreference: flags & 0x40 ? "3d" : "2d",
    ssContentExist: (flags & 0x20) !== 0,
    initialDynamicRangeType: flags & 0x0f,
    videoFormat: format >> 4,
    frameRate: format & 0x0f,
    userData: info.bytes(32, "content_provider_user_data").slice(),
  }
}

function readTitle(entry: ByteReader): IndexTitle {
  const accessType = (entry.from(0, "access_type").u8("access_type") >> 4) & 3
  return { ...readObject(entry), searchProhibited: (accessType & 1) !== 0, hidden: (accessType & 2) !== 0 }
}

function readObject(entry: ByteReader): IndexObject {
  const objectType = entry.u8("object_type") >> 6
  entry.skip(3, "reserved")
  const playbackType: PlaybackType = (entry.u16("playback_type") >> 14) & 1 ? "interactive" : "movie"
  switch (objectType) {
    // Seen on real discs as a top menu that is not there; libbluray refuses the whole index for it.
    case 0:
      return { objectType: "none" }
    case 1: {
      const id = entry.u16("ref_to_MovieObject_id")
      return { objectType: "hdmv", playbackType, movieObjectId: id === NO_MOVIE_OBJECT ? null : id }
    }
    case 2:
      return { objectType: "bd-j", playbackType, bdjoFileName: entry.ascii(5, "ref_to_BDJO_file_name") }
    default:
      throw entry.error("damaged", "object_type", `${objectType}; known are 0 (none), 1 (HDMV) and 2 (BD-J)`)
  }
}

function readUhdExtension(file: ByteReader, startAddress: number): UhdIndexExtension | null {
  try {
    const found = readExtensionData(file, startAddress).find(({ id1, id2 }) => id1 === 3 && id2 === 1)
    if (found === undefined) return null
    const block = found.block
    const body = block.window(block.u32("length"), "UHD index extension")
    const type = body.u8("disc_type")
    body.skip(1, "reserved")
    const flags = body.u8("hdr_flags")
    return {
      discType: type >> 4,
      exist4k: (type & 1) !== 0,
      hdr10Plus: (flags & 0x10) !== 0,
      dolbyVision: (flags & 0x04) !== 0,
      hdrFlags: flags & 3,
    }
  } catch (error) {
    if (error instanceof DiscError) return null
    throw error
  }
}
