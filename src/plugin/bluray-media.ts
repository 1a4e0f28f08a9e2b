import { type Ticks, ticks, type Warnings } from "../base/index.ts"
import { ALIGNED_UNIT_SIZE, type BlurayDisc, codecOf, isBlurayTitleScrambled } from "../disc/bluray/index.ts"
import type { DiscInfo, StreamInfo, TitleInfo } from "../disc/index.ts"
import { type AccessUnit, type CodecName, sourcePacketTimes, TransportStreamDemuxer } from "../mpeg/index.ts"
import { type BlurayTitlePlan, type BlurayTitleStream, type PlannedEntry, planBlurayTitle } from "../navigation/title/index.ts"
import type { EntryPoint } from "./disc.ts"
import { OpenClips } from "./open-clips.ts"
import { protectedTitle } from "./protected-title.ts"
import { clockDistance } from "./range-reader.ts"
import { describeStream } from "./stream-descriptions.ts"
import { presentationGraphicsDecoder } from "./subtitle-decoders.ts"
import { readTextSubtitle } from "./text-subtitles.ts"
import type { OnMenuUnit, TitleMedia, WholeSubtitle } from "./title-media.ts"

/** Streams that lie over or under another one: announced by `info`, not part of what a session plays. */
const BESIDE_FLAGS: ReadonlySet<string> = new Set(["secondary", "dependent-view", "enhancement-layer"])

const SOURCE_PACKET_SIZE = 192

/** Whether a title's packets are scrambled; null where it has none to look at. */
export async function isBlurayScrambled(bluray: BlurayDisc, number: number): Promise<boolean | null> {
  const title = bluray.titles[number - 1]
  return title === undefined ? null : isBlurayTitleScrambled(bluray, title)
}

/**
 * A Blu-ray title, ready to play.
 * @throws DiscError `not-found`, `damaged`, `protected` when its packets are scrambled
 */
export async function openBlurayMedia(
  bluray: BlurayDisc,
  info: DiscInfo,
  title: TitleInfo,
  angle: number,
  warnings: Warnings,
): Promise<TitleMedia> {
  const parsed = bluray.titles[title.number - 1]
  if (parsed === undefined) throw new Error(`title ${title.number} is in the disc's info and not on the disc`)
  if (await isBlurayTitleScrambled(bluray, parsed)) throw protectedTitle(title.number, "AACS")
  const plan = await planBlurayTitle(bluray, parsed, { angle, warnings })
  const clips = new OpenClips((clip: string) => bluray.openClip(clip))
  const played = playedStreams(title, plan, warnings)
  const closing = new AbortController()
  const texts = new Map<number, Promise<WholeSubtitle | null>>()
  const place = { bluray, path: parsed.fileName, playList: parsed.playList, segments: plan.segments }
  return {
    title: title.number,
    angles: plan.angles,
    angle,
    fingerprint: info.fingerprint,
    segments: plan.segments,
    duration: plan.duration,
    chapters: plan.chapters,
    streams: played.map(describeStream),
    blockSize: ALIGNED_UNIT_SIZE,
    warnings,
    openClip: ({ clip }) => clips.get(clip),
    createDemuxer: (segment, onUnit, onMenuUnit) => createDemuxer(plan, segment, played, warnings, { onUnit, onMenuUnit }),
    createSubtitleDecoder: (_, stream) =>
      played[stream]?.codec === "hdmv_pgs_subtitle" ? presentationGraphicsDecoder(parsed.fileName, warnings) : null,
    wholeSubtitle: async (index) => {
      const stream = played[index]
      if (stream === undefined || !isTextBeside(stream, plan)) return null
      const { number } = stream
      const known = texts.get(number) ?? readTextSubtitle({ ...place, number, warnings, signal: closing.signal })
      texts.set(number, known)
      return known
    },
    locate: (time: Ticks, options) => plan.locate(time, options),
    entryPoints: async (options) => (await plan.entryPoints(options)).map((entry) => entryPoint(entry, plan, clips)),
    withAngle: (other) => openBlurayMedia(bluray, info, title, other, warnings),
    close: () => {
      closing.abort()
      return clips.close()
    },
  }
}

function entryPoint({ segment: index, time, offset, size }: PlannedEntry, plan: BlurayTitlePlan, clips: OpenClips<string>): EntryPoint {
  const times: EntryPoint["times"] = async (options = {}) => {
    const segment = plan.segments[index]
    if (segment === undefined) return null
    const clip = await clips.get(segment.clip)
    if (offset + SOURCE_PACKET_SIZE > clip.size) return null
    const found = sourcePacketTimes(await clip.read(offset, SOURCE_PACKET_SIZE, options))
    const titleTime = (clockTime: number) => ticks(segment.start + clockDistance(segment.inTime, clockTime))
    return found === null ? null : { pts: titleTime(found.pts), dts: titleTime(found.dts) }
  }
  return { time, size, times }
}

/** What a session hands out: the main streams that are in the clips themselves, and texts beside them. Others are named once, as a warning. */
function playedStreams(title: TitleInfo, plan: BlurayTitlePlan, warnings: Warnings): readonly StreamInfo[] {
  const main = title.streams.filter(({ flags = [] }) => !flags.some((flag) => BESIDE_FLAGS.has(flag)))
  return main.filter((stream) => {
    const isPlayed = isMuxed(stream, plan) || isTextBeside(stream, plan)
    if (!isPlayed) {
      const place = title.bluray === undefined ? {} : { path: title.bluray.playlist }
      warnings.add("stream-in-sub-path", `${stream.kind} ${stream.number} is in a clip of its own beside the film and is left out`, place)
    }
    return isPlayed
  })
}

const isMuxed = (stream: StreamInfo, plan: BlurayTitlePlan): boolean =>
  plan.streams.some((candidate) => candidate.isMuxed && isSameStream(stream, candidate))

/** A text subtitle in a clip of its own, which is read whole. */
const isTextBeside = (stream: StreamInfo, plan: BlurayTitlePlan): boolean => stream.codec === "hdmv_text_subtitle" && !isMuxed(stream, plan)

function isSameStream(stream: StreamInfo, candidate: BlurayTitleStream): boolean {
  const kind = candidate.kind === "pg" ? "subtitle" : candidate.kind
  return kind === stream.kind && candidate.number === stream.number && codecOf(candidate.attributes.streamCodingType) === stream.codec
}

type UnitSinks = { readonly onUnit: (stream: number, unit: AccessUnit) => void; readonly onMenuUnit: OnMenuUnit | undefined }

function createDemuxer(
  plan: BlurayTitlePlan,
  segment: number,
  played: readonly StreamInfo[],
  warnings: Warnings,
  { onUnit, onMenuUnit }: UnitSinks,
): TransportStreamDemuxer {
  const codecs = new Map<number, CodecName>()
  const sinks = new Map<number, (unit: AccessUnit) => void>()
  for (const [pid, planned] of plan.pidsOf(segment)) {
    const candidate = plan.streams[planned]
    if (candidate?.kind === "ig" && onMenuUnit !== undefined) {
      codecs.set(pid, "hdmv_ig")
      sinks.set(pid, (unit) => onMenuUnit(candidate.number, unit))
      continue
    }
    const index = candidate === undefined ? -1 : played.findIndex((stream) => isSameStream(stream, candidate))
    const codec = played[index]?.codec
    if (codec === undefined) continue
    codecs.set(pid, codec)
    sinks.set(pid, (unit) => onUnit(index, unit))
  }
  return new TransportStreamDemuxer({
    codecs,
    streams: new Set(sinks.keys()),
    packetSize: 192,
    warnings,
    path: plan.segments[segment]?.clip ?? "",
    sink: { unit: (unit) => sinks.get(unit.streamId)?.(unit) },
  })
}
