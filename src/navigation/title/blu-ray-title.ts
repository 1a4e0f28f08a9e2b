import { DiscError, type ReadOptions, type Ticks, ticks, type Warnings } from "../../base/index.ts"
import {
  type BlurayDisc,
  type BlurayTitle,
  type ClipInformation,
  type ClipRef,
  type EpMap,
  MARK_ENTRY,
  type PlayItem,
  type SubPath,
} from "../../disc/bluray/index.ts"
import { continuesSegment, type Segment, titleDuration } from "../../mpeg/segment.ts"
import { type BlurayTitleStream, blurayTitleStreams } from "./blu-ray-streams.ts"
import { type Entry, segmentAt, type TitlePlan } from "./title-plan.ts"

/** What a Blu-ray title's plan says beyond segments and chapters. `segments[i]` is play item i. */
export type BlurayTitlePlan = TitlePlan & {
  readonly streams: readonly BlurayTitleStream[]
  /** Index into `streams` by PID of the segment's clip. */
  pidsOf(segment: number): ReadonlyMap<number, number>
  /** What plays beside the main path from clips of its own; none of it is in the segments. */
  readonly subPaths: readonly SubPath[]
  /** The most angles that a play item has. */
  readonly angles: number
  /** Every entry point inside in and out times, as the clips' EP maps have them. */
  entryPoints(options?: ReadOptions): Promise<readonly PlannedEntry[]>
}

/** An entry point of a segment's clip. */
export type PlannedEntry = {
  readonly segment: number
  /** On the title's timeline; the picture's own time is up to 512 ticks later, for the map has it without its lowest bits. */
  readonly time: Ticks
  /** Where its picture's first packet lies in the clip, and how many bytes there are to the next entry point's. */
  readonly offset: number
  readonly size: number
}

export type PlanOptions = ReadOptions & {
  /** From 1. Default 1; where the title has fewer angles for a while, the first is played. */
  readonly angle?: number
  readonly warnings: Warnings
}

const SOURCE_PACKET_SIZE = 192
/** 32 source packets: what the drive reads and AACS encrypts as one; sessions take whole ones. */
const ALIGNED_UNIT_PACKETS = 32
/**
 * Sound for the out time stands up to this much (45 kHz) behind the entry point of that time, since video is sent ahead of its presentation
 * by as much as its decoder buffer holds: the model (ISO/IEC 13818-1 2.4.2.6) allows one second.
 */
const MAX_DECODER_DELAY_45K = 45_000

/** Entry points have their times without the lowest 9 bits of 90 kHz: clpi_parse.c of libbluray, PTS_EP_fine. */
const EP_RESOLUTION_45K = 256

/** .clpi files read at the same time: enough to hide the way to a server, few enough to hold little. */
const CLIPS_AT_ONCE = 8

/** The packets of a clip that one clock covers, and its entry points there. */
type StcStretch = {
  readonly epMap: EpMap | null
  readonly firstSpn: number
  readonly endSpn: number
  readonly epFrom: number
  readonly epTo: number
}

/**
 * A playlist's main path, one segment for each play item, from entry point to entry point of the clips' EP maps.
 * @throws DiscError `not-found` (no such angle), `damaged` (not one play item can be read)
 */
export async function planBlurayTitle(disc: BlurayDisc, title: BlurayTitle, options: PlanOptions): Promise<BlurayTitlePlan> {
  const { playItems, marks, subPaths } = title.playList
  const { angle = 1 } = options
  const path = title.fileName
  const angles = playItems.reduce((most, item) => Math.max(most, item.angles.length), 1)
  if (!Number.isInteger(angle) || angle < 1 || angle > angles) {
    throw new DiscError("not-found", `there is no angle ${angle}; the title has ${angles}`, { path })
  }
  const segments = planSegments(playItems, angle, await readByteRuns(disc, title, angle, options))
  if (segments.every((segment) => segment.ranges.length === 0)) {
    throw new DiscError("damaged", "none of its clips can be read, so there is nothing to play", { path, field: "PlayItem" })
  }
  const chapters = marks
    .filter((mark) => mark.markType === MARK_ENTRY)
    .flatMap((mark) => {
      const segment = segments[mark.playItemId]
      return segment === undefined
        ? []
        : [ticks(segment.start + clamp(mark.time45k * 2 - segment.inTime, segment.outTime - segment.inTime))]
    })
  const { streams, pidsOf } = blurayTitleStreams(playItems)
  return {
    segments,
    duration: titleDuration(segments),
    chapters,
    streams,
    pidsOf: (segment) => {
      const item = playItems[segment]
      return item === undefined ? new Map() : pidsOf(item)
    },
    subPaths,
    angles,
    locate: (time, readOptions) => locate(disc, playItems, segments, angle, time, readOptions),
    entryPoints: (readOptions) => entryPoints(disc, playItems, segments, angle, readOptions),
  }
}

const angleOf = (item: PlayItem, angle: number): ClipRef => item.angles[angle - 1] ?? item.angles[0]

type ByteRun = { readonly offset: number; readonly length: number; readonly lead: number }

/** By play item: which bytes of its clip it plays; null where the clip's information is missing or damaged beyond its copy. */
async function readByteRuns(disc: BlurayDisc, title: BlurayTitle, angle: number, options: PlanOptions): Promise<(ByteRun | null)[]> {
  const { playItems } = title.playList
  const runs: (ByteRun | null)[] = playItems.map(() => null)
  const itemsByClip = new Map<string, number[]>()
  for (const [index, item] of playItems.entries()) {
    const { clipInformationFileName } = angleOf(item, angle)
    const items = itemsByClip.get(clipInformationFileName) ?? []
    items.push(index)
    itemsByClip.set(clipInformationFileName, items)
  }
  const waiting = [...itemsByClip.entries()]
  const readNext = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [clip, items] = next
      const information = await readClip(disc, title, clip, options)
      for (const index of information === null ? [] : items) {
        const item = playItems[index]
        if (item !== undefined && information !== null) runs[index] = bytesOf(stretchOf(information, angleOf(item, angle).stcId), item)
      }
    }
  }
  await Promise.all(Array.from({ length: CLIPS_AT_ONCE }, readNext))
  return runs
}

async function readClip(disc: BlurayDisc, title: BlurayTitle, clip: string, options: PlanOptions): Promise<ClipInformation | null> {
  try {
    return await disc.clipInformation(clip, options)
  } catch (error) {
    if (!(error instanceof DiscError) || (error.code !== "not-found" && error.code !== "damaged")) throw error
    options.warnings.add("missing-clip", `clip ${clip} is left out: ${error.message}`, { path: title.fileName, field: "PlayItem" })
    return null
  }
}

function stretchOf(clip: ClipInformation, stcId: number): StcStretch {
  const sequences = clip.atcSequences.flatMap((atc) => atc.stcSequences)
  const index = sequences.findIndex((sequence) => sequence.stcId === stcId)
  const total = clip.clipInfo.numberOfSourcePackets
  const firstSpn = Math.min(sequences[index]?.spnStcStart ?? 0, total)
  // Without the STC sequence that the play item asks for, the whole clip is taken for one clock, as libbluray takes it.
  const endSpn = index === -1 ? total : Math.max(firstSpn, Math.min(sequences[index + 1]?.spnStcStart ?? total, total))
  const epMap = clip.cpi.epMaps[0] ?? null
  const epFrom = epMap?.countBeforeSpn(firstSpn) ?? 0
  return { epMap, firstSpn, endSpn, epFrom, epTo: Math.max(epFrom, epMap?.countBeforeSpn(endSpn) ?? 0) }
}

function planSegments(playItems: readonly PlayItem[], angle: number, runs: readonly (ByteRun | null)[]): Segment[] {
  const segments: Segment[] = []
  let start = 0
  for (const [index, item] of playItems.entries()) {
    const run = item.outTime45k === item.inTime45k ? null : (runs[index] ?? null)
    const segment: Segment = {
      clip: angleOf(item, angle).clipInformationFileName,
      ranges: run === null || run.length === 0 ? [] : [{ offset: run.offset, length: run.length }],
      lead: run?.lead ?? 0,
      inTime: ticks(item.inTime45k * 2),
      outTime: ticks(item.outTime45k * 2),
      start: ticks(start),
      seamless: item.connectionCondition === 5 || item.connectionCondition === 6,
    }
    const before = segments.at(-1)
    if (before !== undefined && continuesSegment(before, segment)) segments[segments.length - 1] = cutBefore(before, segment)
    segments.push(segment)
    start += segment.outTime - segment.inTime
  }
  return segments
}

/** Play items that go on in one clip share no bytes: the first ends where the next begins. */
function cutBefore(segment: Segment, next: Segment): Segment {
  const range = segment.ranges[0]
  const nextRange = next.ranges[0]
  if (range === undefined || nextRange === undefined || nextRange.offset < range.offset) return segment
  const length = nextRange.offset - range.offset
  return { ...segment, ranges: length === 0 ? [] : [{ offset: range.offset, length }] }
}

/** From the aligned unit of the entry point at or before the in time to behind that of the entry point after the out time. */
function bytesOf(stretch: StcStretch, item: PlayItem): ByteRun {
  const { epMap, epFrom, epTo } = stretch
  const first = entryAt(stretch, item.inTime45k)
  const entrySpn = first?.spn ?? stretch.firstSpn
  const after = epMap === null ? epTo : Math.max(epFrom, epMap.lastAtOrBefore(item.outTime45k + MAX_DECODER_DELAY_45K, epFrom, epTo) + 1)
  const endSpn = (after < epTo ? epMap?.at(after)?.spn : undefined) ?? stretch.endSpn
  const startUnit = Math.floor(entrySpn / ALIGNED_UNIT_PACKETS)
  const endUnit = Math.max(startUnit, Math.ceil(endSpn / ALIGNED_UNIT_PACKETS))
  const unitBytes = ALIGNED_UNIT_PACKETS * SOURCE_PACKET_SIZE
  return {
    offset: startUnit * unitBytes,
    length: (endUnit - startUnit) * unitBytes,
    lead: entrySpn * SOURCE_PACKET_SIZE - startUnit * unitBytes,
  }
}

/** The entry point at or before a time; the first there is for a time before it; null without an EP map. */
function entryAt(stretch: StcStretch, time45k: number): { pts45k: number; spn: number } | null {
  const { epMap, epFrom, epTo } = stretch
  if (epMap === null || epFrom >= epTo) return null
  return epMap.at(Math.max(epFrom, epMap.lastAtOrBefore(time45k, epFrom, epTo)))
}

async function locate(
  disc: BlurayDisc,
  playItems: readonly PlayItem[],
  segments: readonly Segment[],
  angle: number,
  time: number,
  options?: ReadOptions,
): Promise<Entry> {
  const index = segmentAt(segments, ticks(time))
  const segment = segments[index]
  const range = segment?.ranges[0]
  const item = playItems[index]
  if (segment === undefined || range === undefined || item === undefined)
    return { segment: index, skip: 0, time: ticks(segment?.start ?? 0) }
  const clipTime = segment.inTime + clamp(time - segment.start, segment.outTime - segment.inTime)
  const stretch = stretchOf(await disc.clipInformation(segment.clip, options), angleOf(item, angle).stcId)
  const entry = entryAt(stretch, Math.floor(clipTime / 2))
  if (entry === null) return { segment: index, skip: 0, time: segment.start }
  const unitOffset = Math.floor(entry.spn / ALIGNED_UNIT_PACKETS) * ALIGNED_UNIT_PACKETS * SOURCE_PACKET_SIZE
  return {
    segment: index,
    skip: clamp(unitOffset - range.offset, range.length),
    lead: entry.spn * SOURCE_PACKET_SIZE - unitOffset,
    time: ticks(segment.start + entry.pts45k * 2 - segment.inTime),
  }
}

async function entryPoints(
  disc: BlurayDisc,
  playItems: readonly PlayItem[],
  segments: readonly Segment[],
  angle: number,
  options?: ReadOptions,
): Promise<readonly PlannedEntry[]> {
  const entries: PlannedEntry[] = []
  for (const [index, segment] of segments.entries()) {
    const item = playItems[index]
    if (item === undefined || segment.ranges.length === 0) continue
    const stretch = stretchOf(await disc.clipInformation(segment.clip, options), angleOf(item, angle).stcId)
    const { epMap, epFrom, epTo } = stretch
    if (epMap === null) continue
    const first = Math.max(epFrom, epMap.lastAtOrBefore(item.inTime45k - EP_RESOLUTION_45K, epFrom, epTo) + 1)
    for (let at = first; at < epTo; at++) {
      const entry = epMap.at(at)
      if (entry === null || entry.pts45k >= item.outTime45k) break
      const endSpn = (at + 1 < epTo ? epMap.at(at + 1)?.spn : undefined) ?? stretch.endSpn
      const time = ticks(segment.start + Math.max(0, entry.pts45k * 2 - segment.inTime))
      const size = Math.max(0, endSpn - entry.spn) * SOURCE_PACKET_SIZE
      entries.push({ segment: index, time, offset: entry.spn * SOURCE_PACKET_SIZE, size })
    }
  }
  return entries
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), Math.max(most, 0))
