import type { StreamInfo } from "../disc-info.ts"
import { aspectOf, channelsOf, codecFlag, codecOf, frameRateOf, sampleRateOf, videoFormatOf } from "./coding.ts"
import type { PlayList } from "./play-list.ts"
import type { StnStream, StnTable } from "./stn-table.ts"
import type { StnTableSs } from "./stn-table-ss.ts"
import type { AudioAttributes, StreamAttributes, VideoAttributes } from "./stream-attributes.ts"

/** aspect_ratio of a PID in the clip that a play item plays; only clip informations have it. */
type AspectLookup = (playItem: number, pid: number) => number | null
/** ISO 639-2 to BCP 47; null where the code is none. */
type LanguageTag = (languageCode: string) => string | null

type ListName = Exclude<keyof StnTable, "ig">

/** The lists of an STN table that a person chooses from, and what is said of their streams. Menus (IG) are no streams of a title. */
const LISTS: readonly { readonly list: ListName; readonly flags: readonly string[] }[] = [
  { list: "video", flags: [] },
  { list: "dolbyVision", flags: ["enhancement-layer", "dolby-vision"] },
  { list: "secondaryVideo", flags: ["secondary"] },
  { list: "audio", flags: [] },
  { list: "secondaryAudio", flags: ["secondary"] },
  { list: "pg", flags: [] },
  { list: "pipPg", flags: ["secondary"] },
]

/**
 * The streams of a title. Play items may have different STN tables (a logo before the film has fewer); each number is described as it is in the table
 * that lasts longest among those that have it.
 */
export function titleStreams(playList: PlayList, aspect: AspectLookup, languageTag: LanguageTag): readonly StreamInfo[] {
  const tables = tablesByDuration(playList)
  const streams: StreamInfo[] = []
  for (const { list, flags } of LISTS) {
    const count = Math.max(0, ...tables.map(({ table }) => table[list].length))
    const first = list === "pipPg" ? Math.max(0, ...tables.map(({ table }) => table.pg.length)) : 0
    for (let index = 0; index < count; index++) {
      const found = tables.find(({ table }) => table[list].length > index)
      const stream = found?.table[list][index]
      if (found === undefined || stream === undefined) continue
      const info = describe(stream, first + index + 1, flags, (pid) => aspect(found.playItem, pid), languageTag)
      if (info !== null) streams.push(info)
    }
    if (list === "video") streams.push(...dependentViews(playList.stnTablesSs[tables[0]?.playItem ?? 0], languageTag))
  }
  return streams
}

type TableUse = { readonly table: StnTable; readonly playItem: number; readonly duration: number }

function tablesByDuration(playList: PlayList): readonly TableUse[] {
  const uses = new Map<StnTable, { table: StnTable; playItem: number; duration: number }>()
  playList.playItems.forEach((item, playItem) => {
    const use = uses.get(item.streams) ?? { table: item.streams, playItem, duration: 0 }
    use.duration += item.outTime45k - item.inTime45k
    uses.set(item.streams, use)
  })
  return [...uses.values()].sort((a, b) => b.duration - a.duration)
}

function dependentViews(table: StnTableSs | undefined, languageTag: LanguageTag): readonly StreamInfo[] {
  return (table?.dependentViews ?? []).flatMap((view, index) => {
    const info = describe(view, index + 1, ["dependent-view"], () => null, languageTag)
    return info === null ? [] : [info]
  })
}

function describe(
  stream: Pick<StnStream, "entry" | "attributes">,
  number: number,
  flags: readonly string[],
  aspect: (pid: number) => number | null,
  languageTag: LanguageTag,
): StreamInfo | null {
  const { entry, attributes } = stream
  const codec = codecOf(attributes.streamCodingType)
  const kind = KINDS[attributes.kind]
  // A stream that no one can name cannot be chosen either.
  if (entry.type === "unknown" || codec === null || kind === null) return null
  const languageCode = "languageCode" in attributes ? attributes.languageCode : null
  const codingFlag = codecFlag(attributes.streamCodingType)
  const allFlags = [...flags, ...(codingFlag === null ? [] : [codingFlag])]
  if (attributes.kind === "video") allFlags.push(...dynamicRangeFlags(attributes))
  if (attributes.kind === "audio" && channelsOf(attributes.audioPresentationType) === null) allFlags.push("multichannel")
  return {
    kind,
    codec,
    number,
    language: languageCode,
    languageTag: languageCode === null ? null : languageTag(languageCode),
    id: `0x${entry.pid.toString(16)}`,
    label: null,
    ...(attributes.kind === "video" ? videoFields(attributes, aspect(entry.pid)) : {}),
    ...(attributes.kind === "audio" ? audioFields(attributes) : {}),
    ...(allFlags.length > 0 ? { flags: [...new Set(allFlags)] } : {}),
  }
}

const KINDS: Readonly<Record<StreamAttributes["kind"], StreamInfo["kind"] | null>> = {
  video: "video",
  audio: "audio",
  pg: "subtitle",
  text: "subtitle",
  ig: null,
  unknown: null,
}

function dynamicRangeFlags(video: VideoAttributes): readonly string[] {
  const flags: string[] = []
  if (video.dynamicRangeType === 1) flags.push("hdr10")
  if (video.dynamicRangeType === 2) flags.push("dolby-vision")
  if (video.hdrPlusFlag) flags.push("hdr10plus")
  if (video.colorSpace === 2) flags.push("bt2020")
  return flags
}

function videoFields(video: VideoAttributes, aspectCode: number | null): Partial<StreamInfo> {
  const format = videoFormatOf(video.videoFormat)
  const frameRate = frameRateOf(video.frameRate)
  // High definition has square pixels: only standard definition needs the clip to say.
  const aspect = (aspectCode === null ? null : aspectOf(aspectCode)) ?? (format !== null && format.height >= 720 ? "16:9" : null)
  return { ...format, ...(frameRate === null ? {} : { frameRate }), ...(aspect === null ? {} : { aspect }) }
}

function audioFields(audio: AudioAttributes): Partial<StreamInfo> {
  const channels = channelsOf(audio.audioPresentationType)
  const sampleRate = sampleRateOf(audio.samplingFrequency)
  return { ...(channels === null ? {} : { channels }), ...(sampleRate === null ? {} : { sampleRate }) }
}
