import { DiscError, type ReadOptions, type Warnings } from "../../base/index.ts"
import type { DiscInfo, MenuInfo, TitleInfo } from "../disc-info.ts"
import { type FingerprintPart, fingerprint } from "../fingerprint.ts"
import { languageTag } from "../language.ts"
import { chooseMainTitle, type Stretch } from "../main-title.ts"
import type { BlurayDisc, BlurayTitle } from "./bluray-disc.ts"
import type { ClipInformation } from "./clip-information.ts"
import type { IndexObject } from "./index-bdmv.ts"
import { packetRange, SOURCE_PACKET_SIZE } from "./packet-range.ts"
import { CODING_HEVC } from "./stream-attributes.ts"
import { mapAtOnce } from "./structure-files.ts"
import { chapterInfos, playListDuration45k } from "./title-chapters.ts"
import { groupTitles, itemKey } from "./title-groups.ts"
import { titleStreams } from "./title-streams.ts"

const CLOCK_45K = 45_000
/** Clip informations read at once: each may have some 100 KiB. */
const CLIPS_AT_ONCE = 8

export type BlurayKind = "blu-ray" | "uhd-blu-ray" | "blu-ray-3d" | "avchd"
export type BlurayInfo = DiscInfo & { readonly kind: BlurayKind }

type Context = {
  readonly label: string
  readonly warnings: Warnings
  readonly parts: readonly FingerprintPart[]
}

/** `DiscInfo` over what was parsed. Reads the clip information of each clip once, for the sizes. */
export async function blurayInfo(disc: BlurayDisc, context: Context, options?: ReadOptions): Promise<BlurayInfo> {
  const facts = await readClipFacts(disc, context.warnings, options)
  const groups = groupTitles(
    disc.titles.map(({ number, playList }) => {
      const streams = playList.playItems[0]?.streams
      const weight = (streams?.audio.length ?? 0) * 2 + (streams?.pg.length ?? 0) + playList.marks.length / 1000
      return { number, playList, weight }
    }),
  )
  const titles = disc.titles.map((title) => titleInfo(title, facts, groups.get(title.number) ?? { sameAs: null, partOf: null }))
  const stretches = new Map(disc.titles.map(({ number, playList }) => [number, stretchesOf(playList.playItems)]))
  const parts = [...context.parts].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    kind: kindOf(disc),
    label: context.label,
    names: Object.fromEntries(disc.discLibraries.flatMap(({ languageCode, title }) => (title === null ? [] : [[languageCode, title]]))),
    fingerprint: fingerprint(parts),
    protection: disc.protection.list,
    warnings: context.warnings.list,
    mainTitle: chooseMainTitle(titles, { stretches }).number,
    titles,
    menus: menusOf(disc),
  }
}

const stretchesOf = (items: BlurayTitle["playList"]["playItems"]): readonly Stretch[] =>
  items.map((item) => ({ key: itemKey(item), seconds: (item.outTime45k - item.inTime45k) / CLOCK_45K }))

/** What the titles need of the clip informations, so that these need not stay. */
type ClipFacts = {
  /** Source packets of a play item, angle 1. */
  packets(title: number, playItem: number): number
  /** aspect_ratio of a PID in a clip. */
  aspect(clip: string, pid: number): number | null
}

async function readClipFacts(disc: BlurayDisc, warnings: Warnings, options?: ReadOptions): Promise<ClipFacts> {
  const packets = new Map(disc.titles.map(({ number, playList }) => [number, new Uint32Array(playList.playItems.length)]))
  const aspects = new Map<string, number>()
  await mapAtOnce([...usesByClip(disc.titles)], CLIPS_AT_ONCE, async ([clip, uses]) => {
    const information = await readClip(disc, clip, warnings, options)
    if (information === null) return
    for (const { pid, aspectRatio } of videoAspects(information)) aspects.set(`${clip}/${pid}`, aspectRatio)
    for (const { title, playItem } of uses) {
      const item = title.playList.playItems[playItem]
      const counts = packets.get(title.number)
      if (item === undefined || counts === undefined) continue
      const { stcId } = item.angles[0]
      const { startSpn, endSpn } = packetRange(information, { stcId, inTime45k: item.inTime45k, outTime45k: item.outTime45k })
      counts[playItem] = endSpn - startSpn
    }
  })
  return {
    packets: (title, playItem) => packets.get(title)?.[playItem] ?? 0,
    aspect: (clip, pid) => aspects.get(`${clip}/${pid}`) ?? null,
  }
}

type Use = { readonly title: BlurayTitle; readonly playItem: number }

function usesByClip(titles: readonly BlurayTitle[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>()
  for (const title of titles) {
    title.playList.playItems.forEach((item, playItem) => {
      const clip = item.angles[0].clipInformationFileName
      const list = uses.get(clip)
      if (list === undefined) uses.set(clip, [{ title, playItem }])
      else list.push({ title, playItem })
    })
  }
  return uses
}

/** null and a warning: the title is listed all the same, without this clip's size. */
async function readClip(disc: BlurayDisc, clip: string, warnings: Warnings, options?: ReadOptions): Promise<ClipInformation | null> {
  try {
    return await disc.clipInformation(clip, options)
  } catch (error) {
    if (!(error instanceof DiscError) || !["damaged", "not-found", "limit"].includes(error.code)) throw error
    warnings.add("clip-information", `${error.message}; titles with clip ${clip} show too small a size`, error.place)
    return null
  }
}

function videoAspects(clip: ClipInformation): readonly { readonly pid: number; readonly aspectRatio: number }[] {
  return clip.programSequences.flatMap(({ streams }) =>
    streams.flatMap(({ pid, attributes }) =>
      attributes.kind === "video" && attributes.aspectRatio !== null ? [{ pid, aspectRatio: attributes.aspectRatio }] : [],
    ),
  )
}

function titleInfo(title: BlurayTitle, facts: ClipFacts, group: { sameAs: number | null; partOf: number | null }): TitleInfo {
  const { number, fileName, playList } = title
  const clipOf = (playItem: number) => playList.playItems[playItem]?.angles[0].clipInformationFileName ?? ""
  return {
    number,
    duration: playListDuration45k(playList) / CLOCK_45K,
    chapters: chapterInfos(playList),
    angles: Math.max(1, ...playList.playItems.map(({ angles }) => angles.length)),
    size: playList.playItems.reduce((sum, _, playItem) => sum + facts.packets(number, playItem) * SOURCE_PACKET_SIZE, 0),
    streams: titleStreams(playList, (playItem, pid) => facts.aspect(clipOf(playItem), pid), languageTag),
    ...group,
    scrambled: null,
    bluray: { playlist: fileName, clips: playList.playItems.map((_, playItem) => clipOf(playItem)) },
  }
}

function kindOf({ layout, index, titles }: BlurayDisc): BlurayKind {
  if (layout.shortNames || /AVCHD/i.test(layout.root) || index?.versionNumber === "0100") return "avchd"
  const isUhd = index?.versionNumber === "0300" || titles.some(({ playList }) => playList.playItems.some(hasHevc))
  if (isUhd) return "uhd-blu-ray"
  const is3d = index?.appInfo.ssContentExist === true || titles.some(({ playList }) => playList.stnTablesSs.length > 0)
  return is3d ? "blu-ray-3d" : "blu-ray"
}

const hasHevc = (item: BlurayTitle["playList"]["playItems"][number]): boolean =>
  item.streams.video.some(({ attributes }) => attributes.streamCodingType === CODING_HEVC)

/** The disc's menu, where the index has an object for it. Pop-up menus belong to titles and show when one is played. */
function menusOf({ index }: BlurayDisc): readonly MenuInfo[] {
  if (index === null || !runs(index.topMenu)) return []
  const needsJava = [index.firstPlayback, index.topMenu].some(({ objectType }) => objectType === "bd-j")
  return [{ name: "root", titleSet: null, language: null, ...(needsJava ? { needsJava } : {}) }]
}

const runs = (object: IndexObject): boolean =>
  object.objectType === "bd-j" || (object.objectType === "hdmv" && object.movieObjectId !== null)
