import { type ByteReader, DiscError, type Warnings } from "../../base/index.ts"
import { type ExtensionBlock, readExtensionData } from "./extension-data.ts"
import { type PipMetadataBlock, readPipMetadata } from "./pip-metadata.ts"
import { type PlayItem, readPlayItem } from "./play-item.ts"
import { type PlayListMark, readPlayListMarks } from "./play-list-mark.ts"
import { readStaticMetadata, type StaticMetadata } from "./static-metadata.ts"
import type { StnTableCache } from "./stn-table.ts"
import { readStnTablesSs, type StnTableSs } from "./stn-table-ss.ts"
import { readStructureHeader } from "./structure-header.ts"
import { readSubPath, type SubPath } from "./sub-path.ts"
import { readUserOperationMask, type UserOperationMask } from "./user-operation-mask.ts"

export type AppInfoPlayList = {
  readonly playbackType: PlayListPlaybackType
  /** How many items are played of a random or shuffled playlist; null for the others. */
  readonly playbackCount: number | null
  readonly userOperationMask: UserOperationMask
  readonly randomAccessFlag: boolean
  readonly audioMixAppFlag: boolean
  readonly losslessMayBypassMixerFlag: boolean
  /** 3D: the base view is the right eye's. */
  readonly mvcBaseViewRFlag: boolean
  readonly sdrConversionNotificationFlag: boolean
}

type PlayListPlaybackType = "sequential" | "random" | "shuffle" | "reserved"

/** One .mpls file. */
export type PlayList = {
  readonly versionNumber: string
  readonly appInfo: AppInfoPlayList
  readonly playItems: readonly PlayItem[]
  readonly subPaths: readonly SubPath[]
  readonly marks: readonly PlayListMark[]
  /** Extension 1.1: where the picture in picture is shown. */
  readonly pipMetadata: readonly PipMetadataBlock[]
  /** Extension 2.1: 3D, one for each play item; empty where there is none. */
  readonly stnTablesSs: readonly StnTableSs[]
  /** Extension 2.2: further sub paths, for 3D. */
  readonly extensionSubPaths: readonly SubPath[]
  /** Extension 3.5: HDR10. */
  readonly staticMetadata: readonly StaticMetadata[]
}

type PlayListOptions = {
  /** Where unreadable extension data is told. */
  readonly warnings?: Warnings
  /** Take what can be read: the play items before a damaged one, no sub paths or no marks. For when there is no good copy. */
  readonly partial?: boolean
}

const APP_INFO_ADDRESS = 40
const PLAYBACK_TYPES: readonly PlayListPlaybackType[] = ["reserved", "sequential", "random", "shuffle"]

/**
 * PLAYLIST/*.mpls. Layout: libbluray `mpls_parse.c`. Extension data that cannot be read is a warning (`extension-data`): the 2D picture plays without.
 * @throws DiscError `damaged`, `limit`
 */
export function parsePlayList(file: ByteReader, options: PlayListOptions = {}): PlayList {
  const start = file.from(0, "type_indicator")
  const versionNumber = readStructureHeader(start, "MPLS")
  const playListAddress = start.u32("PlayList_start_address")
  const markAddress = start.u32("PlayListMark_start_address")
  const extensionAddress = start.u32("ExtensionData_start_address")

  const appInfo = readAppInfo(file.from(APP_INFO_ADDRESS, "AppInfoPlayList"))
  const { playItems, subPaths } = readItemsAndPaths(file.from(playListAddress, "PlayList_start_address"), options)
  const readMarks = () => readPlayListMarks(file.from(markAddress, "PlayListMark_start_address"))
  const marks = options.partial ? (readable(readMarks, options.warnings) ?? []) : readMarks()
  const blocks = readable(() => readExtensionData(file, extensionAddress), options.warnings) ?? []
  const block = <T>(id1: number, id2: number, read: (block: ExtensionBlock["block"]) => readonly T[]): readonly T[] => {
    const found = blocks.find((candidate) => candidate.id1 === id1 && candidate.id2 === id2)
    return found === undefined ? [] : (readable(() => read(found.block), options.warnings) ?? [])
  }
  return {
    versionNumber,
    appInfo,
    playItems,
    subPaths,
    marks,
    pipMetadata: block(1, 1, readPipMetadata),
    stnTablesSs: block(2, 1, (found) => readStnTablesSs(found, playItems)),
    extensionSubPaths: block(2, 2, readExtensionSubPaths),
    staticMetadata: block(3, 5, readStaticMetadata),
  }
}

function readAppInfo(area: ByteReader): AppInfoPlayList {
  const info = area.window(area.u32("AppInfoPlayList.length"), "AppInfoPlayList")
  info.skip(1, "reserved")
  const playbackType = PLAYBACK_TYPES[info.u8("PlayList_playback_type")] ?? "reserved"
  const count = info.u16("playback_count")
  const userOperationMask = readUserOperationMask(info)
  const flags = info.u16("PlayList_random_access_flag")
  return {
    playbackType,
    playbackCount: playbackType === "random" || playbackType === "shuffle" ? count : null,
    userOperationMask,
    randomAccessFlag: (flags & 0x8000) !== 0,
    audioMixAppFlag: (flags & 0x4000) !== 0,
    losslessMayBypassMixerFlag: (flags & 0x2000) !== 0,
    mvcBaseViewRFlag: (flags & 0x1000) !== 0,
    sdrConversionNotificationFlag: (flags & 0x0800) !== 0,
  }
}

function readItemsAndPaths(area: ByteReader, options: PlayListOptions): { playItems: readonly PlayItem[]; subPaths: readonly SubPath[] } {
  const length = area.u32("PlayList.length")
  const body = options.partial ? area.window(Math.min(length, area.remaining), "PlayList") : area.window(length, "PlayList")
  body.skip(2, "reserved")
  const itemCount = body.u16("number_of_PlayItems")
  const pathCount = body.u16("number_of_SubPaths")
  const playItems: PlayItem[] = []
  const subPaths: SubPath[] = []
  const cache: StnTableCache = new Map()
  // Each item and path takes at least two bytes of the window, so the counts cannot run away.
  const readAll = () => {
    while (playItems.length < itemCount) playItems.push(readPlayItem(body, cache))
    while (subPaths.length < pathCount) subPaths.push(readSubPath(body))
  }
  if (options.partial) readable(readAll, options.warnings)
  else readAll()
  if (options.partial && itemCount > 0 && playItems.length === 0) throw body.error("damaged", "PlayItem", "not one play item can be read")
  return { playItems, subPaths }
}

/** SubPath_entries_extension(). Layout: libbluray `_parse_subpath_extension`. */
function readExtensionSubPaths(block: ByteReader): readonly SubPath[] {
  const body = block.window(block.u32("SubPath_entries_extension.length"), "SubPath_entries_extension")
  const count = body.u16("number_of_SubPath_entries")
  const paths: SubPath[] = []
  while (paths.length < count) paths.push(readSubPath(body))
  return paths
}

function readable<T>(read: () => T, warnings: Warnings | undefined): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    warnings?.add("structure-part", `${error.message}; this part of the file is left out`, error.place)
    return null
  }
}
