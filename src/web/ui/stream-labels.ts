import type { StreamDescription } from "../../plugin/items.ts"

const CODECS: Readonly<Record<string, string>> = {
  ac3: "Dolby Digital",
  eac3: "Dolby Digital Plus",
  truehd: "Dolby TrueHD",
  dts: "DTS",
  pcm_dvd: "PCM",
  pcm_bluray: "PCM",
  mp2: "MPEG",
  aac: "AAC",
}

const CHANNELS: Readonly<Record<number, string>> = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" }

export function languageName(tag: string | null): string | null {
  if (tag === null) return null
  try {
    return new Intl.DisplayNames(undefined, { type: "language" }).of(tag) ?? tag
  } catch {
    return tag
  }
}

/** The language, or what else there is to call it. */
export function streamName(stream: StreamDescription): string {
  return languageName(stream.languageTag) ?? (stream.kind === "audio" ? `Track ${stream.number}` : `Subtitle ${stream.number}`)
}

export function streamLabel(stream: StreamDescription): string {
  return [streamName(stream), stream.label].filter((part) => part !== null).join(", ")
}

export function streamDetail(stream: StreamDescription): string {
  if (stream.kind !== "audio") return stream.forced ? "forced" : ""
  const channels = stream.audio?.channels ?? null
  const parts = [CODECS[stream.codec] ?? stream.codec, channels === null ? "" : (CHANNELS[channels] ?? `${channels} channels`)]
  return parts.filter((part) => part !== "").join(" ")
}
