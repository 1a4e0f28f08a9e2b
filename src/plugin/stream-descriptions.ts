import type { Ticks } from "../base/index.ts"
import type { StreamInfo } from "../disc/index.ts"
import type { StreamDescription, StreamsItem } from "./items.ts"
import type { FeedSelection } from "./title-feed.ts"

/** What a session says of a stream that the disc's tables describe. */
export function describeStream(info: StreamInfo, index: number): StreamDescription {
  return {
    index,
    kind: info.kind,
    codec: info.codec,
    number: info.number,
    language: info.language,
    languageTag: info.languageTag,
    id: info.id,
    label: info.label,
    selected: false,
    forced: info.forced ?? false,
    video:
      info.kind === "video"
        ? {
            width: info.width ?? 0,
            height: info.height ?? 0,
            frameRate: info.frameRate ?? "25",
            interlaced: info.interlaced ?? false,
            aspect: info.aspect ?? "16:9",
          }
        : null,
    audio:
      info.kind === "audio"
        ? { channels: info.channels ?? null, sampleRate: info.sampleRate ?? null, bitsPerSample: info.bitsPerSample ?? null }
        : null,
  }
}

/** The stream that a person wants: the number asked for, else the first in a language, else the first; null when there is none. */
export function chooseStream(
  streams: readonly StreamDescription[],
  kind: "audio" | "subtitle",
  number: number | null,
  language: string | null,
): number | null {
  const ofKind = streams.filter((stream) => stream.kind === kind)
  if (number !== null) return number
  const inLanguage = language === null ? undefined : ofKind.find(({ languageTag }) => languageTag?.split("-")[0] === language)
  return (inLanguage ?? (kind === "audio" ? ofKind[0] : undefined))?.number ?? null
}

/** Index of the subtitle whose forced pictures belong to a sound track: the first in its language, else the first; null when there is none. */
function forcedSubtitle(streams: readonly StreamDescription[], audio: number | null): number | null {
  const subtitles = streams.filter(({ kind }) => kind === "subtitle")
  const language = streams.find(({ kind, number }) => kind === "audio" && number === audio)?.language
  return (subtitles.find((stream) => stream.language === language) ?? subtitles[0])?.index ?? null
}

/** Numbers of what a viewer hears and reads; null: none. */
export type ChosenNumbers = { readonly audio: number | null; readonly subtitle: number | null }

/** Index of a stream by its number; null: none is wanted, or there is none. */
export const indexOfStream = (
  streams: readonly StreamDescription[],
  kind: "audio" | "subtitle",
  number: number | null | undefined,
): number | null => streams.find((stream) => stream.kind === kind && stream.number === number)?.index ?? null

/** What a feed is to hand out. `everything`: packets of every stream, whatever is chosen. */
export const feedSelection = (streams: readonly StreamDescription[], chosen: ChosenNumbers, everything: boolean): FeedSelection => ({
  audio: indexOfStream(streams, "audio", chosen.audio),
  subtitle: indexOfStream(streams, "subtitle", chosen.subtitle),
  forcedSubtitle: forcedSubtitle(streams, chosen.audio),
  everything,
})

/** The `streams` item for what a viewer has chosen. */
export function streamsItem(streams: readonly StreamDescription[], chosen: ChosenNumbers, everything: boolean, at: Ticks): StreamsItem {
  const isSelected = ({ kind, number }: StreamDescription) => kind === "video" || number === chosen[kind]
  return { type: "streams", at, streams: streams.map((stream) => ({ ...stream, selected: everything || isSelected(stream) })) }
}

/** The number after `now` in the disc's order; after the last comes the first (audio) or none (subtitles). */
export function followingNumber(streams: readonly StreamDescription[], kind: "audio" | "subtitle", now: number | null): number | null {
  const numbers = streams.filter((stream) => stream.kind === kind).map(({ number }) => number)
  const next = numbers[now === null ? 0 : numbers.indexOf(now) + 1]
  return next ?? (kind === "audio" ? (numbers[0] ?? null) : null)
}
