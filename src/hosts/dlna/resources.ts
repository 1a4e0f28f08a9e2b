import { DiscError } from "../../base/index.ts"
import type { StreamInfo, TitleInfo } from "../../disc/index.ts"
import { MAX_CONVERTED_LINES } from "../converted-stream.ts"
import type { ListedDisc } from "../host.ts"
import { convertedProfile, programProfile, protocolInfo, transportProfile } from "./profiles.ts"

/**
 * The forms in which a title is offered. `program`: a DVD's program stream; `transport`: a Blu-ray's transport stream of 188-byte packets;
 * `timestamped`: the same with a time stamp before each packet (192 bytes, as on the disc); `converted-*`: H.264 with that sound.
 */
export const RESOURCE_FORMS = ["program", "transport", "timestamped", "converted-ac3", "converted-aac"] as const
export type ResourceForm = (typeof RESOURCE_FORMS)[number]

/** What of a title is asked for; numbers are the disc's, from 1. */
export type ResourceChoice = {
  /** This sound track alone. */
  readonly audio?: number
  /** Drawn into the picture: only converted forms have it. */
  readonly subtitle?: number
  /** Begins there and goes on to the title's end. */
  readonly chapter?: number
  /** Begins at this whole second of the title instead, or right before it: for devices that cannot seek by themselves. */
  readonly from?: number
}

/** One way to get a title, as a `res` element of DIDL-Lite says it. */
export type Resource = {
  readonly form: ResourceForm
  /** On the server, from the root: `/dlna/media/...`. */
  readonly path: string
  readonly mimeType: string
  /** DLNA.ORG_PN; null where no profile has such streams. */
  readonly profile: string | null
  /** `bytes`: ranges (DLNA.ORG_OP=01); `time`: TimeSeekRange.dlna.org (10). */
  readonly seeking: "bytes" | "time"
  /** All four fields, with DLNA.ORG_PN, OP, CI and FLAGS. */
  readonly protocolInfo: string
  readonly isConverted: boolean
  /** Null: not known before the title is opened, or made on the way. */
  readonly sizeBytes: number | null
  readonly durationSeconds: number
  /** `720x576`; null where the disc's tables do not say. */
  readonly resolution: string | null
  /** Of the track that plays first; null: no sound. */
  readonly audioChannels: number | null
  readonly sampleRate: number | null
}

/** What is known of titles beyond what the disc's tables say, and what this server can do. */
export type ResourceFacts = {
  /** Bytes of the title's file, where known. */
  readonly titleSize?: (listed: ListedDisc, title: number) => number | null
  /** Whether titles can be converted here. Default true. */
  readonly canConvert?: boolean
}

/** Packet sizes of both transport stream forms. */
export const PLAIN_PACKET = 188
export const TIMESTAMPED_PACKET = 192
/** Sound that no device refuses. A converted title has it. */
const CONVERTED_RATE = 48_000
/** At most; less where the track has less. */
const CONVERTED_CHANNELS = { "converted-ac3": 6, "converted-aac": 2 } as const

/**
 * All ways to get a title, best first: as it is on the disc before converted, unless its sound is one that most televisions lack while its video
 * need not be converted.
 * @throws DiscError `not-found`
 */
export function titleResources(
  listed: ListedDisc,
  titleNumber: number,
  choice: ResourceChoice = {},
  facts: ResourceFacts = {},
): readonly Resource[] {
  const title = titleOf(listed, titleNumber)
  checkChoice(title, choice)
  const asItIs = choice.subtitle === undefined ? unconverted(listed, title, choice, facts) : []
  const made = (facts.canConvert ?? true) ? converted(listed, title, choice) : []
  const { audio } = streamsOf(title, choice)
  const silentOnMost = audio !== null && !COMMON_SOUND.has(audio.codec)
  return copiesVideo(title, choice) && silentOnMost ? [...made, ...asItIs] : [...asItIs, ...made]
}

/** Whether a converted form has the disc's own pictures: they are H.264, and nothing is drawn into them. */
export function copiesVideo(title: TitleInfo, choice: ResourceChoice): boolean {
  const { video } = streamsOf(title, choice)
  return choice.subtitle === undefined && video?.codec === "h264" && (video.height ?? 0) <= MAX_CONVERTED_LINES
}

/** Sound that televisions decode. */
const COMMON_SOUND: ReadonlySet<string> = new Set(["ac3", "eac3", "mp2", "aac", "pcm_dvd", "pcm_bluray"])

/** @throws DiscError `not-found` */
export function titleOf(listed: ListedDisc, titleNumber: number): TitleInfo {
  const title = listed.info.titles.find(({ number }) => number === titleNumber)
  if (title === undefined) throw new DiscError("not-found", `the disc has no title ${titleNumber}`)
  return title
}

/** @throws DiscError `not-found` where the title has no such chapter or stream */
export function checkChoice(title: TitleInfo, { audio, subtitle, chapter, from = 0 }: ResourceChoice): void {
  const has = (kind: StreamInfo["kind"], number: number) => title.streams.some((s) => s.kind === kind && s.number === number)
  const missing = (what: string) => new DiscError("not-found", `title ${title.number} has no ${what}`)
  if (audio !== undefined && !has("audio", audio)) throw missing(`sound track ${audio}`)
  if (subtitle !== undefined && !has("subtitle", subtitle)) throw missing(`subtitle ${subtitle}`)
  if (chapter !== undefined && title.chapters[chapter - 1] === undefined) throw missing(`chapter ${chapter}`)
  if (from >= title.duration && from > 0) throw missing(`second ${from}`)
}

/** In seconds. */
export const startOf = (title: TitleInfo, { chapter, from }: ResourceChoice): number =>
  from ?? (chapter === undefined ? 0 : (title.chapters[chapter - 1]?.start ?? 0))

function streamsOf(title: TitleInfo, { audio }: ResourceChoice): { video: StreamInfo | null; audio: StreamInfo | null } {
  const all = title.streams
  return {
    video: all.find(({ kind }) => kind === "video") ?? null,
    audio: all.find(({ kind, number }) => kind === "audio" && (audio === undefined || number === audio)) ?? null,
  }
}

function unconverted(listed: ListedDisc, title: TitleInfo, choice: ResourceChoice, facts: ResourceFacts): readonly Resource[] {
  const { video, audio } = streamsOf(title, choice)
  // From a later moment on it is shorter by what only the title's index says.
  const whole = startOf(title, choice) === 0 ? (facts.titleSize?.(listed, title.number) ?? null) : null
  const shared = {
    seeking: "bytes",
    isConverted: false,
    durationSeconds: title.duration - startOf(title, choice),
    resolution: resolutionOf(sizeOf(video)),
    audioChannels: audio?.channels ?? null,
    sampleRate: audio?.sampleRate ?? null,
  } as const
  const make = (form: ResourceForm, mimeType: string, profile: string | null, sizeBytes: number | null): Resource => {
    const info = protocolInfo({ mimeType, profile, seeking: "bytes", isConverted: false })
    return { ...shared, form, path: resourcePath(listed.id, title.number, choice, form), mimeType, profile, protocolInfo: info, sizeBytes }
  }
  if (listed.info.kind === "dvd-video") return [make("program", "video/mpeg", programProfile(video, audio), whole)]
  const plainProfile = transportProfile(video, audio, "plain")
  const plainType = plainProfile === null ? "video/mp2t" : "video/mpeg"
  return [
    make("transport", plainType, plainProfile, whole === null ? null : (whole / TIMESTAMPED_PACKET) * PLAIN_PACKET),
    make("timestamped", "video/vnd.dlna.mpeg-tts", transportProfile(video, audio, "timestamped"), whole),
  ]
}

function converted(listed: ListedDisc, title: TitleInfo, choice: ResourceChoice): readonly Resource[] {
  const { video, audio } = streamsOf(title, choice)
  const isCopied = copiesVideo(title, choice)
  const size = isCopied ? sizeOf(video) : squareSize(video)
  const profileOf = (sound: "ac3" | "aac") => {
    if (!isCopied) return size === null ? null : convertedProfile(size, sound)
    return transportProfile(video, { codec: sound }, "plain")
  }
  // AC-3 first: receivers want it, and nearly every television that reads a transport stream has it. Silence comes as AAC.
  const forms = audio === null ? (["converted-aac"] as const) : (["converted-ac3", "converted-aac"] as const)
  return forms.map((form) => {
    const profile = profileOf(form === "converted-ac3" ? "ac3" : "aac")
    return {
      form,
      path: resourcePath(listed.id, title.number, choice, form),
      mimeType: "video/mpeg",
      profile,
      seeking: "time",
      protocolInfo: protocolInfo({ mimeType: "video/mpeg", profile, seeking: "time", isConverted: true }),
      isConverted: true,
      sizeBytes: null,
      durationSeconds: title.duration - startOf(title, choice),
      resolution: resolutionOf(size),
      audioChannels: Math.min(CONVERTED_CHANNELS[form], audio?.channels ?? 2),
      sampleRate: CONVERTED_RATE,
    }
  })
}

type Size = { readonly width: number; readonly height: number }

const resolutionOf = (size: Size | null): string | null => (size === null ? null : `${size.width}x${size.height}`)

/** Null where the disc's tables do not say. */
function sizeOf(video: StreamInfo | null): Size | null {
  return video?.width === undefined || video.height === undefined ? null : { width: video.width, height: video.height }
}

/** Converted pictures have square pixels, and as many lines as televisions take. */
function squareSize(video: StreamInfo | null): Size | null {
  const size = sizeOf(video)
  if (size === null) return null
  const [across = 0, down = 0] = (video?.aspect ?? "").split(":").map(Number)
  const aspect = across > 0 && down > 0 ? across / down : size.width / size.height
  const height = Math.min(size.height, MAX_CONVERTED_LINES)
  return { width: 2 * Math.round((height * aspect) / 2), height }
}

/** A file's name by its form: devices look at the ending, whatever the type says. */
const FILE_NAMES: Readonly<Record<ResourceForm, string>> = {
  program: "title.mpg",
  transport: "title.ts",
  timestamped: "title.m2ts",
  "converted-ac3": "ac3.ts",
  "converted-aac": "aac.ts",
}

/** Everything is in the path: some devices lose a query. */
export function resourcePath(disc: string, title: number, choice: ResourceChoice, form: ResourceForm): string {
  return `/dlna/media/${encodeURIComponent(disc)}/${title}/${choiceName(choice)}/${FILE_NAMES[form]}`
}

function choiceName({ audio, subtitle, chapter, from }: ResourceChoice): string {
  const parts = Object.entries({ audio, subtitle, chapter, from }).flatMap(([name, number]) =>
    number === undefined ? [] : [`${name}-${number}`],
  )
  return parts.length === 0 ? "whole" : parts.join("_")
}

/** What a path's last two parts mean; null: no path of ours. */
export function parseResourceName(choice: string, file: string): { readonly choice: ResourceChoice; readonly form: ResourceForm } | null {
  const form = RESOURCE_FORMS.find((candidate) => FILE_NAMES[candidate] === file)
  if (form === undefined) return null
  if (choice === "whole") return { choice: {}, form }
  // Numbers of streams and chapters have at most three digits on any disc, seconds of a title five.
  const match = /^(?:audio-([1-9]\d{0,2}))?_?(?:subtitle-([1-9]\d{0,2}))?_?(?:chapter-([1-9]\d{0,2}))?_?(?:from-([1-9]\d{0,4}))?$/.exec(
    choice,
  )
  if (match === null) return null
  const [audio, subtitle, chapter, from] = match.slice(1).map((digits) => (digits === undefined ? undefined : Number(digits)))
  const parsed: ResourceChoice = {
    ...(audio === undefined ? {} : { audio }),
    ...(subtitle === undefined ? {} : { subtitle }),
    ...(chapter === undefined ? {} : { chapter }),
    ...(from === undefined ? {} : { from }),
  }
  // One address for one thing: what reads differently when written again was never given out.
  return choiceName(parsed) === choice ? { choice: parsed, form } : null
}
