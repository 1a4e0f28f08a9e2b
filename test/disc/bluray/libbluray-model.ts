import type {
  BlurayDisc,
  BlurayTitle,
  ClipInformation,
  EpMap,
  IndexObject,
  PlayItem,
  StnStream,
  StreamAttributes,
} from "../../../src/disc/bluray/index.ts"
import { MARK_ENTRY } from "../../../src/disc/bluray/index.ts"

/**
 * What `bdtrace` would print of a disc, worked out from what opentray parsed, with libbluray's own ways of looking up entry points, marks and stream
 * fields. These ways live here and not in the product: a difference then is a difference in what was parsed.
 */
export type Lines = {
  readonly playlists: ReadonlyMap<number, unknown>
  readonly clips: ReadonlyMap<string, unknown>
  readonly indexTitles: ReadonlyMap<string, unknown>
}

export async function modelLines(disc: BlurayDisc): Promise<Lines> {
  const playlists = new Map<number, unknown>()
  const clips = new Map<string, unknown>()
  for (const title of disc.titles) {
    const clipsOfAngle = await Promise.all(title.playList.playItems.map((item) => clipOrNull(disc, item.angles[0].clipInformationFileName)))
    playlists.set(title.playlistNumber, playlistLine(title, clipsOfAngle))
    title.playList.playItems.forEach((item, index) => {
      const clip = clipsOfAngle[index]
      const name = item.angles[0].clipInformationFileName
      if (clip) clips.set(name, clipLine(name, clip))
    })
  }
  return { playlists, clips, indexTitles: indexLines(disc) }
}

async function clipOrNull(disc: BlurayDisc, clip: string): Promise<ClipInformation | null> {
  try {
    return await disc.clipInformation(clip)
  } catch {
    return null
  }
}

type NavClip = { item: PlayItem; clip: ClipInformation | null; titleTime: number; titlePacket: number; start: number; end: number }

function playlistLine(title: BlurayTitle, clips: readonly (ClipInformation | null)[]): unknown {
  const { playItems, marks } = title.playList
  let time = 0
  let packets = 0
  const navClips = playItems.map((item, index): NavClip => {
    const clip = clips[index] ?? null
    const { start, end } = packetsOf(item, clip, index)
    const navClip = { item, clip, titleTime: time, titlePacket: packets, start, end }
    time += item.outTime45k - item.inTime45k
    packets += end - start
    return navClip
  })
  const markLines = marks.map((mark) => {
    const navClip = navClips[mark.playItemId]
    if (navClip === undefined) return null
    const packet = navClip.clip ? lookupSpn(navClip.clip, mark.time45k, true, navClip.item.angles[0].stcId) : navClip.start
    const start = navClip.titleTime + mark.time45k - navClip.item.inTime45k
    const offset = (navClip.titlePacket + packet - navClip.start) * 192
    return { markType: mark.markType, start: start * 2, duration: 0, offset, clip: mark.playItemId }
  })
  const angles = Math.max(1, ...playItems.map((item) => item.angles.length))
  return {
    playlist: title.playlistNumber,
    duration: time * 2,
    angles,
    clips: navClips.map(clipOfTitle),
    chapters: chapterLines(title, markLines, time),
    marks: markLines,
    // libbluray 1.3.4 names the first angle's clips whichever angle is asked for.
    ...(angles > 1 ? { angleClips: new Array(angles).fill(playItems.map((item) => item.angles[0].clipInformationFileName)) } : {}),
    size: packets * 192,
  }
}

/** Packets from and to before of a play item, as libbluray reads them. */
export function packetsOf(item: PlayItem, clip: ClipInformation | null, index: number): { start: number; end: number } {
  if (clip === null) return { start: 0, end: 0 }
  const { stcId } = item.angles[0]
  const seamless = item.connectionCondition === 5 || item.connectionCondition === 6
  const start = seamless || index === 0 ? 0 : lookupSpn(clip, item.inTime45k, true, stcId)
  return { start, end: lookupSpn(clip, item.outTime45k, false, stcId) }
}

type MarkLine = { start: number; offset: number; clip: number } | null

function chapterLines(title: BlurayTitle, markLines: readonly MarkLine[], end: number): unknown[] {
  const chapters: { start: number; duration: number; offset: number; clip: number }[] = []
  title.playList.marks.forEach((mark, index) => {
    const line = markLines[index]
    if (mark.markType !== MARK_ENTRY || !line) return
    const previous = chapters.at(-1)
    if (mark.duration45k === 0 && previous?.duration === 0) previous.duration = line.start - previous.start
    chapters.push({ start: line.start, duration: mark.duration45k * 2, offset: line.offset, clip: line.clip })
  })
  const last = chapters.at(-1)
  if (last?.duration === 0) last.duration = end * 2 - last.start
  return chapters
}

function clipOfTitle({ item, clip, titleTime, start, end }: NavClip): unknown {
  const { streams } = item
  const line = (list: readonly StnStream[]) => list.map((stream) => streamLine(stream, clip))
  return {
    clip: item.angles[0].clipInformationFileName,
    start: titleTime * 2,
    in: item.inTime45k * 2,
    out: item.outTime45k * 2,
    packets: end - start,
    stillMode: item.still.mode === "none" ? 0 : item.still.mode === "finite" ? 1 : 2,
    stillTime: item.still.mode === "finite" ? item.still.seconds : 0,
    video: line(streams.video),
    audio: line(streams.audio),
    pg: line(streams.pg),
    ig: line(streams.ig),
    secondaryAudio: line(streams.secondaryAudio),
    secondaryVideo: line(streams.secondaryVideo),
  }
}

function streamLine({ entry, attributes }: StnStream, clip: ClipInformation | null): unknown {
  const pid = entry.type === "unknown" ? 0 : entry.pid
  // tsMuxer writes AAC as any other audio; libbluray does not read on at a coding type that no specification has.
  if (attributes.streamCodingType === CODING_AAC) return { pid, coding: CODING_AAC, format: 0, rate: 0 }
  const aspect = clip?.programSequences.flatMap(({ streams }) => streams).find((stream) => stream.pid === pid)?.attributes
  const aspectCode = aspect?.kind === "video" ? aspect.aspectRatio : 0
  return {
    pid,
    ...codes(attributes),
    ...(aspectCode ? { aspect: aspectCode } : {}),
    ...(attributes.kind === "text" ? { charCode: attributes.characterCode } : {}),
    ...("languageCode" in attributes && attributes.languageCode !== null ? { lang: attributes.languageCode } : {}),
    ...("subPathId" in entry ? { subpath: entry.subPathId } : {}),
  }
}

function codes(attributes: StreamAttributes): { coding: number; format: number; rate: number } {
  const coding = attributes.streamCodingType
  if (attributes.kind === "video") return { coding, format: attributes.videoFormat, rate: attributes.frameRate }
  if (attributes.kind === "audio") return { coding, format: attributes.audioPresentationType, rate: attributes.samplingFrequency }
  return { coding, format: 0, rate: 0 }
}

function clipLine(name: string, clip: ClipInformation): unknown {
  const { clipInfo } = clip
  return {
    clip: name,
    streamType: clipInfo.clipStreamType,
    applicationType: clipInfo.applicationType,
    atcDelta: clipInfo.atcDeltas.length > 0 ? 1 : 0,
    recordingRate: clipInfo.tsRecordingRate,
    packets: clipInfo.numberOfSourcePackets,
    atcSequences: clip.atcSequences.map(({ spnAtcStart, stcSequences }) => ({
      start: spnAtcStart,
      stcSequences: stcSequences.map((stc) => ({
        pcrPid: stc.pcrPid,
        start: stc.spnStcStart,
        in45k: stc.presentationStartTime45k,
        out45k: stc.presentationEndTime45k,
      })),
    })),
    programs: clip.programSequences.map((program) => ({
      start: program.spnProgramSequenceStart,
      pmtPid: program.programMapPid,
      streams: program.streams.map(({ pid, attributes }) => ({
        pid,
        ...codes(attributes),
        aspect: attributes.kind === "video" ? (attributes.aspectRatio ?? 0) : 0,
        lang: "languageCode" in attributes ? (attributes.languageCode ?? "") : "",
      })),
    })),
    epMaps: clip.cpi.epMaps.map((map) => {
      const first = map.at(0)
      return {
        pid: map.streamPid,
        coarse: map.coarseCount,
        fine: map.length,
        ...(first === null ? {} : { firstPacket: first.spn, firstPts45k: first.pts45k }),
      }
    }),
  }
}

/** bdtrace prints only what the object's type has. */
function indexLines(disc: BlurayDisc): ReadonlyMap<string, unknown> {
  const lines = new Map<string, unknown>()
  if (disc.index === null) return lines
  const line = (object: IndexObject, more: { accessible: number; hidden: number }) => {
    if (object.objectType === "none") return null
    const idRef = object.objectType === "hdmv" ? (object.movieObjectId ?? 0xffff) : Number(object.bdjoFileName)
    return { bdj: object.objectType === "bd-j" ? 1 : 0, idRef, interactive: object.playbackType === "interactive" ? 1 : 0, ...more }
  }
  lines.set("firstPlay", line(disc.index.firstPlayback, { accessible: 1, hidden: 0 }))
  lines.set("topMenu", line(disc.index.topMenu, { accessible: 1, hidden: 0 }))
  disc.index.titles.forEach((title, index) => {
    lines.set(String(index + 1), line(title, { accessible: title.searchProhibited ? 0 : 1, hidden: title.hidden ? 1 : 0 }))
  })
  return lines
}

/** libbluray 1.3.4 `clpi_lookup_spn`: the entry point before (or behind) a time, searched from where the STC sequence begins. */
function lookupSpn(clip: ClipInformation, time45k: number, before: boolean, stcId: number): number {
  const end = clip.clipInfo.numberOfSourcePackets
  const map = clip.cpi.epMaps[0]
  if (map === undefined) return before ? 0 : end
  const entries = entryPoints(map)
  const stcStart = clip.atcSequences.flatMap((atc) => atc.stcSequences).find((stc) => stc.stcId === stcId)?.spnStcStart ?? 0
  const from = entries.findIndex((entry) => entry.spn >= stcStart)
  if (from < 0) return end
  let behind = from
  while (behind < entries.length && (entries[behind]?.pts45k ?? 0) <= time45k) behind++
  if (behind === from && from === 0) return 0
  const found = entries[before ? behind - 1 : behind]
  return found?.spn ?? end
}

const entryPoints = (map: EpMap) => Array.from({ length: map.length }, (_, index) => map.at(index) ?? { spn: 0, pts45k: 0 })

const CODING_AAC = 0x0f

/** How often libbluray lets a playlist repeat an item before it leaves it out of its list of titles. */
const MAX_REPEATS = 2

/** Playlists of libbluray's list of "relevant" titles: equal ones once, those that repeat an item often not at all (`nav_get_title_list`). */
export function relevantPlaylists(disc: BlurayDisc): readonly (readonly number[])[] {
  const byContent = new Map<string, number[]>()
  for (const { playList, playlistNumber } of disc.titles) {
    const items = playList.playItems.map((item) => `${item.angles[0].clipInformationFileName}:${item.inTime45k}-${item.outTime45k}`)
    if (items.some((key) => items.filter((other) => other === key).length > MAX_REPEATS)) continue
    const streams = playList.playItems.map(({ streams }) => ({ ...streams, pipPg: 0, dolbyVision: 0 }))
    const content = JSON.stringify([items, streams, playList.marks, playList.subPaths.length, playList.extensionSubPaths.length])
    byContent.set(content, [...(byContent.get(content) ?? []), playlistNumber])
  }
  return [...byContent.values()]
}
