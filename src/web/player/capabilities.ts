import type { PlayRequest } from "../../hosts/browser/protocol.ts"

type MediaSourceLike = { isTypeSupported(type: string): boolean }

/** MediaSource, or ManagedMediaSource where a phone has only that; null: this browser plays no stream of ours. */
export function mediaSource(): MediaSourceLike | null {
  const scope = globalThis as { MediaSource?: MediaSourceLike; ManagedMediaSource?: MediaSourceLike }
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null
}

/** Codecs that this browser plays as they are; the host converts the rest. */
export function playableCodecs(source: MediaSourceLike): Pick<PlayRequest, "videoCodecs" | "audioCodecs"> {
  const video: PlayRequest["videoCodecs"][number][] = ["h264"]
  if (source.isTypeSupported('video/mp4; codecs="hvc1.2.4.L153.B0"')) video.push("hevc")
  const audio: PlayRequest["audioCodecs"][number][] = ["aac"]
  if (source.isTypeSupported('audio/mp4; codecs="ac-3"')) audio.push("ac3")
  if (source.isTypeSupported('audio/mp4; codecs="ec-3"')) audio.push("eac3")
  return { videoCodecs: video, audioCodecs: audio }
}
