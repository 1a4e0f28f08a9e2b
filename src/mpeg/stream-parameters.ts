import type { CodecName } from "./access-unit.ts"

/** What a video elementary stream says of itself (sequence header, SPS), never the disc's tables. */
export type VideoStreamParameters = {
  readonly kind: "video"
  readonly codec: CodecName
  /** Pixels shown, after cropping. */
  readonly width: number
  readonly height: number
  /** As FFmpeg writes it: "25", "24000/1001"; null where the stream names none. */
  readonly frameRate: string | null
  /** Display aspect ratio, "16:9", "4:3", "221:100"; null where the stream names none. */
  readonly aspect: string | null
  /** The stream may hold fields or interlaced frames. */
  readonly interlaced: boolean
  /** The codec's own number: MPEG-2 profile_and_level_indication, H.264 profile_idc, HEVC general_profile_idc, VC-1 profile (3 is advanced); null for MPEG-1. */
  readonly profile: number | null
  /** H.264 level_idc, HEVC general_level_idc, VC-1 level; null where `profile` holds it or there is none. */
  readonly level: number | null
}

/** What an audio elementary stream says of itself, frame by frame. */
export type AudioStreamParameters = {
  readonly kind: "audio"
  readonly codec: CodecName
  /** All channels, the low-frequency one counted. */
  readonly channels: number
  /** In Hz. */
  readonly sampleRate: number
  /** null for codecs without one (AC-3, MPEG audio, AAC). */
  readonly bitsPerSample: number | null
  /** Samples per channel of one access unit; LPCM: of the unit that was read last. */
  readonly samplesPerFrame: number
}

export type StreamParameters = VideoStreamParameters | AudioStreamParameters

/** True when nothing a decoder or a host cares for has changed. */
export function sameParameters(a: StreamParameters | null, b: StreamParameters): boolean {
  if (a === null || a.codec !== b.codec) return false
  if (a.kind === "video" && b.kind === "video") return sameVideo(a, b)
  if (a.kind === "audio" && b.kind === "audio") {
    return a.channels === b.channels && a.sampleRate === b.sampleRate && a.bitsPerSample === b.bitsPerSample
  }
  return false
}

function sameVideo(a: VideoStreamParameters, b: VideoStreamParameters): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.frameRate === b.frameRate &&
    a.aspect === b.aspect &&
    a.interlaced === b.interlaced &&
    a.profile === b.profile &&
    a.level === b.level
  )
}

/** "25" or "30000/1001" in lowest terms; null when it is no rate. */
export function rateText(numerator: number, denominator: number): string | null {
  const text = ratioText(numerator, denominator, "/")
  return text === null ? null : text.replace(/\/1$/, "")
}

/** "16:9" in lowest terms; null when it is no ratio. */
export function aspectText(numerator: number, denominator: number): string | null {
  return ratioText(numerator, denominator, ":")
}

function ratioText(numerator: number, denominator: number, mark: string): string | null {
  if (numerator <= 0 || denominator <= 0) return null
  let [a, b] = [numerator, denominator]
  while (b !== 0) [a, b] = [b, a % b]
  return `${numerator / a}${mark}${denominator / a}`
}
