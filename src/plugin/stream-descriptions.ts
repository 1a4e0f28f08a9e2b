import type { StreamInfo } from "../disc/index.ts"
import type { StreamDescription } from "./items.ts"

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
export function forcedSubtitle(streams: readonly StreamDescription[], audio: number | null): number | null {
  const subtitles = streams.filter(({ kind }) => kind === "subtitle")
  const language = streams.find(({ kind, number }) => kind === "audio" && number === audio)?.language
  return (subtitles.find((stream) => stream.language === language) ?? subtitles[0])?.index ?? null
}
