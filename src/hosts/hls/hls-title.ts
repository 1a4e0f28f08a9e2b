import { DiscError, secondsFromTicks, TICKS_PER_SECOND } from "../../base/index.ts"
import type { StreamDescription, TitleReader } from "../../plugin/index.ts"
import { steadySize } from "../../transcode/index.ts"
import { convertedVideoSegment } from "./converted-video.ts"
import type { ConverterPool } from "./converter-pool.ts"
import { copiedPictures, copiedVideoSegment } from "./copied-video.ts"
import { firstPictures } from "./first-pictures.ts"
import { type Rendition, type Variant, writeChapters, writeMaster, writeMedia } from "./playlists.ts"
import { writeSegment } from "./segment-writer.ts"
import { type CopiedSound, convertedSoundSegment, copiedSoundSegment, isCopiedSound } from "./sound.ts"
import { soundDurations } from "./sound-grid.ts"
import { writeTextSegment } from "./text.ts"
import { convertedTimeline, copiedTimeline, type Timeline } from "./timeline.ts"

/** Levels of H.264 (table A-1): level_idc, macroblocks a second and macroblocks of a picture at most. The last holds for everything that is made here. */
const LEVELS = [
  [30, 40_500, 1_620],
  [31, 108_000, 3_600],
  [32, 216_000, 5_120],
  [40, 245_760, 8_192],
  [42, 522_240, 8_704],
] as const
const AAC_CODEC = "mp4a.40.2"
/** Bits a second of the AAC, and of packets and headers around it. */
const AAC_BANDWIDTH = 240_000
/** Of a TV's AC-3 at most (A/52 table 5.18). */
const COPIED_SOUND_BANDWIDTH = 700_000
/** As the encoder is set: bits for a pixel at most, and what is added. */
const PEAK_BITS_PER_PIXEL = 0.25
const PEAK_EXTRA = 2_000_000
/** Transport packets and PES headers. */
const OVERHEAD = 1.05

export type SoundForm = "aac" | CopiedSound

/** What was found out of a title's video; the same each time it is opened. */
export type VideoPlan = {
  readonly stream: StreamDescription
  readonly timeline: Timeline
  readonly codec: string
  readonly isCopied: boolean
  readonly width: number
  readonly height: number
  readonly frameTicks: number
}

/** A title as HLS: its playlists, and its segments one by one. */
export class HlsTitle {
  readonly #title: TitleReader
  readonly #pool: ConverterPool
  readonly #video: VideoPlan
  #closed = false

  private constructor(title: TitleReader, pool: ConverterPool, video: VideoPlan) {
    this.#title = title
    this.#pool = pool
    this.#video = video
  }

  /** `known`: what `plan` was when it was open before. @throws DiscError `unsupported` (no video), `damaged`, and what reading throws. Closes `title` then. */
  static async open(title: TitleReader, pool: ConverterPool, known: VideoPlan | null): Promise<HlsTitle> {
    try {
      return new HlsTitle(title, pool, known ?? (await planVideo(title)))
    } catch (error) {
      await title.close()
      throw error
    }
  }

  get plan(): VideoPlan {
    return this.#video
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#title.close()
  }

  async master(): Promise<string> {
    const audio = this.#audio
    const forms = [...new Set(audio.map(({ codec }) => codec).filter(isCopiedSound))]
    const texts = await this.#textRenditions()
    const renditions: Rendition[] = [
      ...audio.map((stream, index) => soundRendition(stream, "aac", index === 0)),
      ...forms.flatMap((form) =>
        audio.map((stream, index) => soundRendition(stream, stream.codec === form ? form : "aac", index === 0, form)),
      ),
      ...texts,
    ]
    const subtitles = texts.length === 0 ? null : TEXT_GROUP
    const variants = audio.length === 0 ? [this.#variant(null, null, subtitles)] : [this.#variant("aac", "aac", subtitles)]
    for (const form of forms) variants.push(this.#variant(form, form, subtitles))
    const { codecs, bandwidth, averageBandwidth, width, height } = this.#variant(null, null, null)
    return writeMaster({
      independentSegments: !this.#video.isCopied,
      renditions,
      variants,
      iFrames: { codecs, bandwidth, averageBandwidth: averageBandwidth / 4, width, height, uri: "iframes.m3u8" },
      chaptersUri: this.#title.chapters.length > 0 ? "chapters.json" : null,
    })
  }

  videoPlaylist(): string {
    return this.#playlist(this.#video.timeline.durations, (segment) => `video/${segment}.ts`)
  }

  /** One key picture for each segment. */
  iFramePlaylist(): string {
    const { durations, breaks } = this.#video.timeline
    return writeMedia({ durations, breaks, iFramesOnly: true, uriOf: (segment) => `iframes/${segment}.ts` })
  }

  soundPlaylist(number: number, form: SoundForm): string {
    this.#sound(number, form)
    const { timeline } = this.#video
    const durations = form === "aac" ? soundDurations(timeline) : nominalDurations(timeline)
    return this.#playlist(durations, (segment) => `audio/${number}/${form}/${segment}.ts`)
  }

  async textPlaylist(number: number): Promise<string> {
    await this.#cues(number)
    return this.#playlist(nominalDurations(this.#video.timeline), (segment) => `text/${number}/${segment}.vtt`)
  }

  chapters(): string {
    return writeChapters(this.#title.chapters, this.#title.duration)
  }

  async videoSegment(index: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkIndex(index)
    const { isCopied, timeline } = this.#video
    if (isCopied) return copiedVideoSegment(this.#title, timeline, index, signal)
    return convertedVideoSegment({ ...this.#video, title: this.#title, video: this.#video.stream }, index, this.#pool, signal)
  }

  /** The first picture of a segment of copied video. */
  async iFrameSegment(index: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkIndex(index)
    return writeSegment({ codec: "h264" }, await copiedPictures(this.#title, this.#video.timeline, index, signal, true))
  }

  async soundSegment(number: number, form: SoundForm, index: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const audio = this.#sound(number, form)
    this.#checkIndex(index)
    const segment = { title: this.#title, timeline: this.#video.timeline, index, audio }
    return form === "aac" ? convertedSoundSegment(segment, this.#pool, signal) : copiedSoundSegment(segment, form, signal)
  }

  async textSegment(number: number, index: number): Promise<string> {
    this.#checkIndex(index)
    const { cuts } = this.#video.timeline
    return writeTextSegment(await this.#cues(number), cuts[index] ?? 0, cuts[index + 1] ?? 0)
  }

  get #audio(): readonly StreamDescription[] {
    return this.#title.streams.filter(({ kind }) => kind === "audio")
  }

  #playlist(durations: readonly number[], uriOf: (segment: number) => string): string {
    return writeMedia({ durations, breaks: this.#video.timeline.breaks, uriOf })
  }

  #checkIndex(index: number): void {
    const count = this.#video.timeline.durations.length
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new DiscError("not-found", `there is no segment ${index}; the title has ${count}`)
  }

  #sound(number: number, form: SoundForm): StreamDescription {
    const audio = this.#audio.find((stream) => stream.number === number)
    if (audio === undefined || (form !== "aac" && audio.codec !== form))
      throw new DiscError("not-found", `the title has no sound ${number} as ${form}`)
    return audio
  }

  async #cues(number: number) {
    const cues = await this.#title.texts(number)
    if (cues === null) throw new DiscError("not-found", `the title has no subtitle ${number} that is text`)
    return cues
  }

  async #textRenditions(): Promise<readonly Rendition[]> {
    const renditions: Rendition[] = []
    for (const stream of this.#title.streams.filter(({ codec }) => codec === "hdmv_text_subtitle")) {
      if ((await this.#title.texts(stream.number)) !== null) renditions.push(textRendition(stream))
    }
    return renditions
  }

  #variant(form: SoundForm | null, group: string | null, subtitles: string | null): Variant {
    const { codec, width, height, frameTicks, stream } = this.#video
    const { peak, average } = this.#bandwidth()
    const sound = form === null ? 0 : form === "aac" ? AAC_BANDWIDTH : COPIED_SOUND_BANDWIDTH
    return {
      bandwidth: peak + sound,
      averageBandwidth: average + sound,
      codecs: [
        codec,
        ...(form === null
          ? []
          : [SOUND_CODECS[form], ...(form !== "aac" && this.#audio.some((one) => one.codec !== form) ? [AAC_CODEC] : [])]),
      ],
      width,
      height,
      frameRate: TICKS_PER_SECOND / frameTicks,
      audio: group,
      subtitles: stream === null ? null : subtitles,
      uri: "video.m3u8",
    }
  }

  /** Bits a second at most: of copied video what lies between entry points on the disc, other streams with it. */
  #bandwidth(): { readonly peak: number; readonly average: number } {
    const { timeline, width, height, frameTicks } = this.#video
    if (timeline.sizes.length === 0) {
      const peak = (width * height * (TICKS_PER_SECOND / frameTicks) * PEAK_BITS_PER_PIXEL + PEAK_EXTRA) * OVERHEAD
      return { peak: peak * 1.2, average: peak }
    }
    const rates = timeline.sizes.map((size, index) => (size * 8 * TICKS_PER_SECOND) / (timeline.durations[index] ?? 1))
    const bytes = timeline.sizes.reduce((sum, size) => sum + size, 0)
    return { peak: Math.max(...rates), average: (bytes * 8) / Math.max(1, secondsFromTicks(this.#title.duration)) }
  }
}

const TEXT_GROUP = "text"
const SOUND_CODECS: Readonly<Record<SoundForm, string>> = { aac: AAC_CODEC, ac3: "ac-3", eac3: "ec-3" }

const nominalDurations = ({ cuts }: Timeline): readonly number[] => cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0))

async function planVideo(title: TitleReader): Promise<VideoPlan> {
  const stream = title.streams.find(({ kind }) => kind === "video")
  if (stream?.video == null) throw new DiscError("unsupported", "this title has no video; HLS is made for titles that have")
  const frameTicks = frameTicksOf(stream.video.frameRate)
  const entries = stream.codec === "h264" ? await title.entryPoints() : null
  if (entries !== null && entries.length > 0) {
    const { codec, lead } = await firstPictures(title)
    const timeline = await copiedTimeline(title, entries, lead, {})
    return { stream, timeline, codec, isCopied: true, width: stream.video.width, height: stream.video.height, frameTicks }
  }
  const { width, height } = steadySize(stream)
  return {
    stream,
    timeline: convertedTimeline(title.duration, frameTicks),
    codec: convertedCodec(width, height, frameTicks),
    isCopied: false,
    width,
    height,
    frameTicks,
  }
}

/** H.264 High at the lowest level that takes the pictures, as x264 chooses it. */
function convertedCodec(width: number, height: number, frameTicks: number): string {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16)
  const [level] = LEVELS.find(([, rate, size]) => blocks <= size && (blocks * TICKS_PER_SECOND) / frameTicks <= rate) ?? LEVELS[4]
  return `avc1.6400${level.toString(16).toUpperCase().padStart(2, "0")}`
}

/** Ticks of one picture at "25" or "24000/1001"; those of 25 when it is no rate. */
function frameTicksOf(frameRate: string): number {
  const [num = 0, den = 1] = frameRate.split("/").map(Number)
  return num > 0 && den > 0 ? (TICKS_PER_SECOND * den) / num : 3600
}

function nameOf({ label, languageTag, kind, number }: StreamDescription): string {
  const language = languageTag === null ? null : new Intl.DisplayNames(["en"], { type: "language", fallback: "code" }).of(languageTag)
  const name = label ?? language ?? (kind === "audio" ? "Sound" : "Subtitle")
  // Names are told apart within a group (RFC 8216 4.3.4.1.1).
  return `${name} (${number})`
}

function soundRendition(stream: StreamDescription, form: SoundForm, isDefault: boolean, group: string = form): Rendition {
  const channels = form === "aac" ? 2 : (stream.audio?.channels ?? null)
  return {
    type: "AUDIO",
    group,
    name: nameOf(stream),
    language: stream.languageTag,
    isDefault,
    isForced: false,
    channels,
    characteristics: null,
    uri: `audio-${stream.number}-${form}.m3u8`,
  }
}

function textRendition(stream: StreamDescription): Rendition {
  return {
    type: "SUBTITLES",
    group: TEXT_GROUP,
    name: nameOf(stream),
    language: stream.languageTag,
    isDefault: false,
    isForced: stream.forced,
    channels: null,
    characteristics: null,
    uri: `text-${stream.number}.m3u8`,
  }
}
