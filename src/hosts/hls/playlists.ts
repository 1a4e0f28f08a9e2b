import { TICKS_PER_SECOND } from "../../base/index.ts"
import type { Timeline } from "./timeline.ts"

/** A rendition of sound or text, as EXT-X-MEDIA names it. */
export type Rendition = {
  readonly type: "AUDIO" | "SUBTITLES"
  readonly group: string
  readonly name: string
  /** BCP 47. */
  readonly language: string | null
  readonly isDefault: boolean
  readonly isForced: boolean
  readonly channels: number | null
  /** Media characteristics, RFC 8216 4.3.4.1. */
  readonly characteristics: string | null
  readonly uri: string
}

/** One EXT-X-STREAM-INF: the video with one group of sound. */
export type Variant = {
  readonly bandwidth: number
  readonly averageBandwidth: number
  readonly codecs: readonly string[]
  readonly width: number
  readonly height: number
  readonly frameRate: number
  readonly audio: string | null
  readonly subtitles: string | null
  readonly uri: string
}

export type MasterPlaylist = {
  readonly independentSegments: boolean
  readonly renditions: readonly Rendition[]
  readonly variants: readonly Variant[]
  readonly iFrames: Omit<Variant, "audio" | "subtitles" | "frameRate"> | null
  readonly chaptersUri: string | null
}

export const PLAYLIST_TYPE = "application/vnd.apple.mpegurl"

/** 4: EXT-X-MEDIA, EXT-X-I-FRAMES-ONLY and fractions of seconds (RFC 8216 section 7). */
const VERSION = 4

/** RFC 8216 4.3.4. */
export function writeMaster({ independentSegments, renditions, variants, iFrames, chaptersUri }: MasterPlaylist): string {
  const lines = ["#EXTM3U", `#EXT-X-VERSION:${VERSION}`]
  if (independentSegments) lines.push("#EXT-X-INDEPENDENT-SEGMENTS")
  if (chaptersUri !== null) lines.push(tag("SESSION-DATA", { "DATA-ID": quoted("com.apple.hls.chapters"), URI: quoted(chaptersUri) }))
  for (const rendition of renditions) lines.push(tag("MEDIA", mediaAttributes(rendition)))
  for (const variant of variants) {
    const attributes = {
      ...streamAttributes(variant),
      "FRAME-RATE": variant.frameRate.toFixed(3),
      AUDIO: variant.audio === null ? null : quoted(variant.audio),
      SUBTITLES: variant.subtitles === null ? null : quoted(variant.subtitles),
      "CLOSED-CAPTIONS": "NONE",
    }
    lines.push(tag("STREAM-INF", attributes), variant.uri)
  }
  if (iFrames !== null) lines.push(tag("I-FRAME-STREAM-INF", { ...streamAttributes(iFrames), URI: quoted(iFrames.uri) }))
  return `${lines.join("\n")}\n`
}

type Attributes = Readonly<Record<string, string | null>>

function mediaAttributes({ type, group, name, language, isDefault, isForced, channels, characteristics, uri }: Rendition): Attributes {
  return {
    TYPE: type,
    "GROUP-ID": quoted(group),
    NAME: quoted(name),
    LANGUAGE: language === null ? null : quoted(language),
    DEFAULT: isDefault ? "YES" : "NO",
    AUTOSELECT: language === null && !isDefault ? "NO" : "YES",
    FORCED: type === "SUBTITLES" ? (isForced ? "YES" : "NO") : null,
    CHANNELS: channels === null ? null : quoted(String(channels)),
    CHARACTERISTICS: characteristics === null ? null : quoted(characteristics),
    URI: quoted(uri),
  }
}

function streamAttributes(variant: Omit<Variant, "audio" | "subtitles" | "frameRate">): Attributes {
  return {
    BANDWIDTH: String(Math.ceil(variant.bandwidth)),
    "AVERAGE-BANDWIDTH": String(Math.ceil(variant.averageBandwidth)),
    CODECS: quoted(variant.codecs.join(",")),
    RESOLUTION: `${variant.width}x${variant.height}`,
  }
}

function tag(name: string, attributes: Attributes): string {
  const list = Object.entries(attributes).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
  return `#EXT-X-${name}:${list.join(",")}`
}

/** A quoted-string has neither line breaks nor quotation marks (RFC 8216 4.2); labels of discs may. */
const quoted = (text: string): string =>
  `"${[...text.replaceAll('"', "'")].filter((letter) => letter >= " " && letter !== "\x7f").join("")}"`

export type MediaPlaylist = {
  /** In ticks. */
  readonly durations: readonly number[]
  readonly breaks: Timeline["breaks"]
  readonly iFramesOnly?: boolean
  readonly uriOf: (segment: number) => string
}

/** RFC 8216 4.3.3: everything is there from the start, and nothing changes. */
export function writeMedia({ durations, breaks, iFramesOnly = false, uriOf }: MediaPlaylist): string {
  const seconds = durations.map((duration) => duration / TICKS_PER_SECOND)
  // Each EXTINF, rounded to the next whole number, must not be above it (4.3.3.1).
  const target = seconds.reduce((most, duration) => Math.max(most, Math.round(duration)), 1)
  const lines = [
    "#EXTM3U",
    `#EXT-X-VERSION:${VERSION}`,
    `#EXT-X-TARGETDURATION:${target}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:VOD",
  ]
  if (iFramesOnly) lines.push("#EXT-X-I-FRAMES-ONLY")
  for (const [segment, duration] of seconds.entries()) {
    if (breaks.has(segment)) lines.push("#EXT-X-DISCONTINUITY")
    lines.push(`#EXTINF:${duration.toFixed(6)},`, uriOf(segment))
  }
  lines.push("#EXT-X-ENDLIST")
  return `${lines.join("\n")}\n`
}

/** Apple's form of `com.apple.hls.chapters`: https://developer.apple.com/documentation/http-live-streaming/providing-javascript-object-notation-json-chapters */
export function writeChapters(chapters: readonly number[], duration: number): string {
  const list = chapters.map((start, index) => {
    const end = chapters[index + 1] ?? duration
    const startTime = Number((start / TICKS_PER_SECOND).toFixed(3))
    const length = Number((Math.max(0, end - start) / TICKS_PER_SECOND).toFixed(3))
    return { chapter: index + 1, "start-time": startTime, duration: length, titles: [{ language: "en", title: `Chapter ${index + 1}` }] }
  })
  return JSON.stringify(list)
}
