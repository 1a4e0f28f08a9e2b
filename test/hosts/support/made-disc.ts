import type { DiscInfo, DiscKind, StreamInfo, TitleInfo } from "../../../src/disc/index.ts"
import type { ListedDisc } from "../../../src/hosts/host.ts"

/** Streams of a DVD's title as its tables describe them: PAL, with sound in two languages and subtitles. */
export const palStreams: readonly StreamInfo[] = [
  stream("video", "mpeg2video", 1, { id: "0xe0", width: 720, height: 576, frameRate: "25", aspect: "16:9", interlaced: true }),
  stream("audio", "ac3", 1, { id: "0x80", language: "en", languageTag: "en", channels: 6, sampleRate: 48_000 }),
  stream("audio", "ac3", 2, { id: "0x81", language: "fr", languageTag: "fr", channels: 2, sampleRate: 48_000 }),
  stream("subtitle", "dvd_subtitle", 1, { id: "0x20", language: "en", languageTag: "en" }),
]

export const highStreams = (audio: StreamInfo["codec"], video: StreamInfo["codec"] = "h264"): readonly StreamInfo[] => [
  stream("video", video, 1, { id: "0x1011", width: 1920, height: 1080, frameRate: "24000/1001", aspect: "16:9" }),
  stream("audio", audio, 1, { id: "0x1100", language: "eng", languageTag: "en", channels: 6, sampleRate: 48_000 }),
]

export function stream(
  kind: StreamInfo["kind"],
  codec: StreamInfo["codec"],
  number: number,
  rest: Partial<StreamInfo> & { readonly id: string },
): StreamInfo {
  return { kind, codec, number, language: null, languageTag: null, label: null, ...rest }
}

export function madeTitle(number: number, rest: Partial<TitleInfo> = {}): TitleInfo {
  return {
    number,
    duration: 5400.5,
    chapters: [
      { start: 0, duration: 1800 },
      { start: 1800, duration: 3600.5 },
    ],
    angles: 1,
    size: 2048 * 1_000_000,
    streams: palStreams,
    sameAs: null,
    partOf: null,
    scrambled: null,
    ...rest,
  }
}

/** A disc that a server could list and that is never opened: holding it fails. */
export function madeDisc(
  id: string,
  rest: Partial<DiscInfo> & { readonly name?: string; readonly folder?: readonly string[] } = {},
): ListedDisc {
  const { name = `${id}.iso`, folder = [], ...info } = rest
  const kind: DiscKind = info.kind ?? "dvd-video"
  return {
    id,
    name,
    folder,
    info: {
      kind,
      label: id.toUpperCase(),
      names: {},
      fingerprint: id,
      protection: [],
      warnings: [],
      mainTitle: 1,
      titles: [madeTitle(1)],
      menus: [],
      ...info,
    },
    hold: async () => {
      throw new Error(`${id} is only a list entry: nothing may open it`)
    },
  }
}
