import { type ReadOptions, SECTOR_SIZE, type Ticks, type Warnings } from "../base/index.ts"
import { clipName, type DvdDisc, dvdTitle, isDvdTitleScrambled, type TitleSet } from "../disc/dvd/index.ts"
import type { DiscInfo, TitleInfo } from "../disc/index.ts"
import type { FileSystem } from "../filesystem/index.ts"
import type { AccessUnit } from "../mpeg/index.ts"
import { ProgramStreamDemuxer } from "../mpeg/index.ts"
import { type DvdTitlePlan, planDvdTitle } from "../navigation/title/index.ts"
import { earlierSubpicture } from "./dvd/earlier-subpicture.ts"
import { openVobs, subpictureNumber, unitStreamId } from "./dvd/vobs.ts"
import { OpenClips } from "./open-clips.ts"
import { protectedTitle } from "./protected-title.ts"
import { describeStream } from "./stream-descriptions.ts"
import { subpictureDecoder } from "./subtitle-decoders.ts"
import type { Demuxer, Entry, TitleMedia } from "./title-media.ts"

/** The title sets' VOBs, open while a title is read. */
export const openVobsOf = (files: FileSystem): OpenClips<TitleSet> =>
  new OpenClips(({ titleVobs, number }) => openVobs(files, titleVobs, clipName(number)))

/** Whether a title's packets are scrambled. @throws DiscError `not-found`, `damaged` */
export async function isDvdScrambled(vobs: OpenClips<TitleSet>, dvd: DvdDisc, number: number): Promise<boolean> {
  const title = dvdTitle(dvd, number)
  return isDvdTitleScrambled(title, await vobs.get(title.titleSet))
}

/**
 * A DVD title, ready to play.
 * @throws DiscError `not-found`, `damaged`, `protected` when its packets are scrambled
 */
export async function openDvdMedia(
  files: FileSystem,
  dvd: DvdDisc,
  info: DiscInfo,
  title: TitleInfo,
  angle: number,
  warnings: Warnings,
): Promise<TitleMedia> {
  const vobs = openVobsOf(files)
  if (await isDvdScrambled(vobs, dvd, title.number)) {
    await vobs.close()
    throw protectedTitle(title.number, "CSS")
  }
  const plan = await planDvdTitle(dvd, title.number, { angle, warnings, openVobs: (titleSet) => vobs.get(titleSet) })
  const streams = title.streams.map(describeStream)
  const indexOf = new Map(streams.map(({ id, index }) => [unitStreamId(Number(id)), index]))
  return {
    title: title.number,
    angles: plan.angles,
    angle,
    fingerprint: info.fingerprint,
    segments: plan.segments,
    duration: plan.duration,
    chapters: plan.chapters,
    streams,
    blockSize: SECTOR_SIZE,
    warnings,
    openClip: () => vobs.get(plan.titleSet),
    createDemuxer: (segment, onUnit) => createDemuxer(plan.segments[segment]?.clip ?? "", indexOf, warnings, onUnit),
    createSubtitleDecoder: (segment) => subpictureDecoder(paletteOf(plan, segment), videoSizeOf(title), warnings),
    locate: (time: Ticks, options: ReadOptions) => plan.locate(time, options),
    subtitleBefore: async (entry, stream, options) => {
      const sector = sectorOf(plan, entry)
      const id = Number(streams[stream]?.id)
      return sector === null || Number.isNaN(id)
        ? []
        : earlierSubpicture(await vobs.get(plan.titleSet), sector, subpictureNumber(id), warnings, options)
    },
    withAngle: (other) => openDvdMedia(files, dvd, info, title, other, warnings),
    close: () => vobs.close(),
  }
}

/** Where the entry point's navigation pack is; null: the segment has no bytes. */
function sectorOf(plan: DvdTitlePlan, { segment, skip }: Entry): number | null {
  let left = skip
  for (const { offset, length } of plan.segments[segment]?.ranges ?? []) {
    if (left < length) return (offset + left) / SECTOR_SIZE
    left -= length
  }
  return null
}

function createDemuxer(
  path: string,
  indexOf: ReadonlyMap<number, number>,
  warnings: Warnings,
  onUnit: (stream: number, unit: AccessUnit) => void,
): Demuxer {
  return new ProgramStreamDemuxer({
    streams: new Set(indexOf.keys()),
    warnings,
    path,
    sink: {
      unit: (unit) => {
        const index = indexOf.get(unit.streamId)
        if (index !== undefined) onUnit(index, unit)
      },
    },
  })
}

/** The palette of the program chain whose cell the segment plays. */
function paletteOf(plan: DvdTitlePlan, segment: number): readonly number[] {
  const pgcn = plan.cells[segment]?.pgcn
  return pgcn === undefined ? [] : (plan.titleSet.pgcit?.entries[pgcn - 1]?.pgc?.palette ?? [])
}

function videoSizeOf(title: TitleInfo): { width: number; height: number } {
  const video = title.streams.find(({ kind }) => kind === "video")
  return { width: video?.width ?? 720, height: video?.height ?? 576 }
}
