import { DiscError, SECTOR_SIZE, type Source, type Ticks, ticks, Warnings } from "../base/index.ts"
import { type BlurayDisc, isBlurayTitleScrambled } from "../disc/bluray/index.ts"
import type { DvdDisc } from "../disc/dvd/index.ts"
import type { DiscInfo, ParsedDisc } from "../disc/index.ts"
import type { FileSystem } from "../filesystem/index.ts"
import type { ByteRange, Segment } from "../mpeg/segment.ts"
import { createProgramFile, createTransportFile, type TitleStream, type TitleStreamKind, withOneSound } from "../mpeg/title-file/index.ts"
import { type BlurayStreamKind, type BlurayTitleStream, planBlurayTitle, planDvdTitle, type TitlePlan } from "../navigation/title/index.ts"
import type { TitleSource } from "./disc.ts"
import { isDvdScrambled, openVobsOf } from "./dvd-media.ts"
import { OpenClips } from "./open-clips.ts"
import { protectedTitle } from "./protected-title.ts"

/** Bytes of a transport packet with its arrival time stamp. */
const SOURCE_PACKET_SIZE = 192

export type TitleFileOptions = {
  /** From 1. Default 1. */
  readonly angle?: number
  /** Begins at the entry point at or before this moment. Times stay those of the whole title. Default 0. */
  readonly from?: Ticks
  /** What a player meets first: the only one (DVD), the first of the program map (Blu-ray). */
  readonly audio?: number
  /** Where oddities of the title are put. */
  readonly warnings?: Warnings
}

/**
 * The title as one file: a program stream (DVD) or a transport stream of 192-byte packets (Blu-ray) of known size, readable at any offset with no
 * state. Closing it closes the clips that it reads.
 * @throws DiscError `not-found`, `damaged`, `protected` when its packets are scrambled
 */
export async function openTitleFile(
  disc: ParsedDisc,
  files: FileSystem,
  number: number,
  options: TitleFileOptions = {},
): Promise<TitleSource> {
  if (disc.kind !== "dvd-video") return openBlurayTitleFile(disc.bluray, number, options)
  return openDvdTitleFile(disc.dvd, files, number, { ...options, soundId: dvdSoundId(disc.info, number, options.audio) })
}

/** The identifier in the stream, 0xc0 or 0x80; null: no track is asked for, or there is no such title. @throws DiscError `not-found` */
function dvdSoundId({ titles }: DiscInfo, number: number, audio: number | undefined): number | null {
  const title = titles.find((candidate) => candidate.number === number)
  if (audio === undefined || title === undefined) return null
  const stream = title.streams.find(({ kind, number: track }) => kind === "audio" && track === audio)
  if (stream === undefined) throw noSound(number, audio)
  return Number(stream.id)
}

const noSound = (title: number, audio: number): DiscError => new DiscError("not-found", `title ${title} has no sound track ${audio}`)

type DvdFileOptions = TitleFileOptions & { readonly soundId: number | null }

async function openDvdTitleFile(dvd: DvdDisc, files: FileSystem, number: number, options: DvdFileOptions): Promise<TitleSource> {
  const vobs = openVobsOf(files)
  if (await isDvdScrambled(vobs, dvd, number)) {
    await vobs.close()
    throw protectedTitle(number, "CSS")
  }
  const { angle = 1, warnings = new Warnings() } = options
  const plan = await planDvdTitle(dvd, number, { angle, warnings, openVobs: (titleSet) => vobs.get(titleSet) })
  const openClip = () => vobs.get(plan.titleSet)
  const begun = await beginAt(plan, options.from)
  const file = createProgramFile({ name: `title ${number}`, segments: begun.segments, openClip, warnings })
  return titleSource(options.soundId === null ? file : withOneSound(file, options.soundId), begun, SECTOR_SIZE, vobs)
}

async function openBlurayTitleFile(bluray: BlurayDisc, number: number, options: TitleFileOptions): Promise<TitleSource> {
  const title = bluray.titles[number - 1]
  if (title === undefined) throw new DiscError("not-found", `there is no title ${number}; the disc has ${bluray.titles.length}`)
  if (await isBlurayTitleScrambled(bluray, title)) throw protectedTitle(number, "AACS")
  const { angle = 1, warnings = new Warnings() } = options
  const plan = await planBlurayTitle(bluray, title, { angle, warnings })
  const { audio } = options
  if (audio !== undefined && !plan.streams.some((stream) => isSound(stream, audio))) throw noSound(number, audio)
  const { streams, indexes } = fileStreams(plan.streams, audio ?? null)
  const clips = new OpenClips((clip: string) => bluray.openClip(clip))
  const begun = await beginAt(plan, options.from)
  const file = createTransportFile({
    name: `title ${number}`,
    segments: begun.segments,
    streams,
    pidsOf: (segment) =>
      new Map([...plan.pidsOf(begun.firstSegment + segment)].flatMap(([pid, stream]) => pairWith(pid, indexes.get(stream)))),
    openClip: (clip) => clips.get(clip),
    warnings,
  })
  return titleSource(file, begun, SOURCE_PACKET_SIZE, clips)
}

const pairWith = (pid: number, index: number | undefined): [number, number][] => (index === undefined ? [] : [[pid, index]])

const isSound = ({ kind, number }: BlurayTitleStream, audio: number): boolean => kind === "audio" && number === audio

const FILE_KINDS: Readonly<Record<Exclude<BlurayStreamKind, "ig">, TitleStreamKind>> = {
  video: "video",
  "enhancement-layer": "video",
  "secondary-video": "video",
  audio: "audio",
  "secondary-audio": "audio",
  pg: "graphics",
  "pip-pg": "graphics",
}

const VIDEO_KINDS: ReadonlySet<BlurayStreamKind> = new Set(["video", "enhancement-layer"])

/**
 * The streams that stand in the play items' own clips; the others are not in the file. Nor are menus: nothing runs their buttons there, and ffmpeg takes their
 * stream for MP3 sound.
 */
function fileStreams(all: readonly BlurayTitleStream[], audio: number | null): { streams: TitleStream[]; indexes: Map<number, number> } {
  const streams: TitleStream[] = []
  const indexes = new Map<number, number>()
  // Video stays where players expect it, first.
  const place = (stream: BlurayTitleStream) => (VIDEO_KINDS.has(stream.kind) ? 0 : audio !== null && isSound(stream, audio) ? 1 : 2)
  const ordered = audio === null ? [...all.entries()] : [...all.entries()].sort(([, one], [, other]) => place(one) - place(other))
  for (const [index, stream] of ordered) {
    const { attributes, kind, titlePid } = stream
    if (!stream.isMuxed || kind === "ig") continue
    indexes.set(index, streams.length)
    const language = "languageCode" in attributes ? attributes.languageCode : null
    streams.push({ pid: titlePid, kind: FILE_KINDS[kind], streamType: attributes.streamCodingType, language })
  }
  return { streams, indexes }
}

/** What of a plan is played from a moment on. */
type BegunPlan = {
  readonly segments: readonly Segment[]
  readonly locate: TitlePlan["locate"]
  /** The plan's number of the first segment, and how many bytes of that one are left out. */
  readonly firstSegment: number
  readonly skip: number
}

async function beginAt({ segments, locate }: TitlePlan, from: Ticks = ticks(0)): Promise<BegunPlan> {
  const whole = { segments, locate, firstSegment: 0, skip: 0 }
  if (from <= 0) return whole
  const entry = await locate(from)
  const first = segments[entry.segment]
  if (first === undefined) return whole
  const into = Math.max(0, entry.time - first.start)
  const begun: Segment = {
    ...first,
    ranges: withoutBytes(first.ranges, entry.skip),
    lead: (entry.skip === 0 ? first.lead : entry.lead) ?? 0,
    inTime: ticks(first.inTime + into),
    start: ticks(first.start + into),
  }
  return { segments: [begun, ...segments.slice(entry.segment + 1)], locate, firstSegment: entry.segment, skip: entry.skip }
}

/** The ranges as one run, without its first bytes. */
function withoutBytes(ranges: readonly ByteRange[], count: number): readonly ByteRange[] {
  let left = count
  return ranges.flatMap(({ offset, length }) => {
    const dropped = Math.min(left, length)
    left -= dropped
    return dropped === length ? [] : [{ offset: offset + dropped, length: length - dropped }]
  })
}

/** `unitSize`: what the file takes of each range is whole units. Closing the file closes its clips. */
function titleSource(file: Source, begun: BegunPlan, unitSize: number, clips: { close(): Promise<void> }): TitleSource {
  const starts = segmentStarts(begun.segments, unitSize)
  return {
    name: file.name,
    size: file.size,
    read: (offset, length, options) => file.read(offset, length, options),
    entryBefore: async (time, options) => {
      const { segment, skip, time: found } = await begun.locate(time, options)
      const index = segment - begun.firstSegment
      const before = index === 0 ? begun.skip : 0
      // What lies before the file's beginning is at its beginning.
      const offset = index < 0 ? 0 : Math.max(0, (starts[index] ?? 0) + skip - before)
      return { offset: Math.min(offset, file.size), time: offset === 0 ? (begun.segments[0]?.start ?? found) : found }
    },
    close: async () => {
      await file.close()
      await clips.close()
    },
  }
}

/** Where each segment's bytes begin in the file. */
function segmentStarts(segments: readonly Segment[], unitSize: number): readonly number[] {
  let start = 0
  return segments.map(({ ranges }) => {
    const here = start
    for (const { length } of ranges) start += Math.floor(length / unitSize) * unitSize
    return here
  })
}
