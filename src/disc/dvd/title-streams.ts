import type { Warnings } from "../../base/index.ts"
import type { CodecName } from "../../mpeg/access-unit.ts"
import type { StreamInfo } from "../disc-info.ts"
import { languageTag } from "../language.ts"
import type { AudioAttributes, AudioCodeExtension, AudioFormat } from "./audio-attributes.ts"
import type { Pgc, SubpictureControl } from "./pgc.ts"
import type { StreamAttributes } from "./stream-attributes.ts"
import type { SubpictureAttributes, SubpictureCodeExtension } from "./subpicture-attributes.ts"
import type { DvdTitle } from "./title.ts"
import type { VideoAttributes } from "./video-attributes.ts"

/** Stream 0 of each format: an id of private stream 1, or an MPEG audio stream id. SDDS: no decoder knows it. */
const AUDIO_FORMATS: Readonly<Record<AudioFormat, { readonly codec: CodecName; readonly firstId: number } | null>> = {
  ac3: { codec: "ac3", firstId: 0x80 },
  mpeg1: { codec: "mp2", firstId: 0xc0 },
  mpeg2ext: { codec: "mp2", firstId: 0xc0 },
  lpcm: { codec: "pcm_dvd", firstId: 0xa0 },
  sdds: null,
  dts: { codec: "dts", firstId: 0x88 },
}
const FIRST_SUBPICTURE_ID = 0x20

type Purpose = { readonly label: string | null; readonly flags: readonly string[] }
const PLAIN: Purpose = { label: null, flags: [] }

const AUDIO_PURPOSES: Readonly<Record<AudioCodeExtension, Purpose>> = {
  none: PLAIN,
  normal: PLAIN,
  "visually-impaired": { label: "For the visually impaired", flags: ["visually-impaired"] },
  "director-1": { label: "Director's comments 1", flags: ["commentary"] },
  "director-2": { label: "Director's comments 2", flags: ["commentary"] },
  other: PLAIN,
}

const SUBPICTURE_PURPOSES: Readonly<Record<SubpictureCodeExtension, Purpose>> = {
  none: PLAIN,
  normal: PLAIN,
  large: { label: "Large", flags: ["large"] },
  children: { label: "For children", flags: ["children"] },
  "normal-captions": { label: "Captions", flags: ["hearing-impaired"] },
  "large-captions": { label: "Large captions", flags: ["hearing-impaired", "large"] },
  "children-captions": { label: "Captions for children", flags: ["hearing-impaired", "children"] },
  forced: { label: "Forced", flags: ["forced"] },
  director: { label: "Director's comments", flags: ["commentary"] },
  "large-director": { label: "Director's comments, large", flags: ["commentary", "large"] },
  "children-director": { label: "Director's comments for children", flags: ["commentary", "children"] },
  other: PLAIN,
}

/**
 * The streams that a title has: those of its title set's attributes that its program chains make available, by the player's stream number.
 * Where chains differ, the first that has the number counts.
 */
export function titleStreams(title: DvdTitle, warnings: Warnings): StreamInfo[] {
  const chains = title.chains.map(({ pgc }) => pgc)
  const unknown = (index: number, { audioFormat, raw }: AudioAttributes) =>
    warnings.add(
      "dvd-audio-format-unknown",
      `Audio ${index + 1} of title ${title.number} is ${audioFormat ?? `format ${raw.format}`}, which cannot be decoded; it is left out.`,
    )
  return streamsOf(title.titleSet.mat.titleStreams, chains, unknown)
}

/** The streams of one program chain of titles. Sound that no decoder knows is left out. */
export const chainStreams = (attributes: StreamAttributes, pgc: Pgc): StreamInfo[] => streamsOf(attributes, [pgc], () => {})

/** The streams of a menu: the picture, and of sound and sub-pictures the one that menus have, whatever the chain's table says. */
export function menuStreams({ video, audio, subpictures }: StreamAttributes): StreamInfo[] {
  const sound = audio[0] === undefined ? null : audioStream(0, 0, audio[0])
  const pictures = subpictures[0] === undefined ? [] : [subpictureStream(0, MENU_SUBPICTURES, subpictures[0], video)]
  return [videoStream(video), ...(sound === null ? [] : [sound]), ...pictures]
}

/** What navigators take where a menu's chain names no stream: stream 0. */
const MENU_SUBPICTURES: SubpictureControl = { fourByThree: 0, wide: 0, letterbox: 0, panScan: 0 }

function streamsOf(
  { video, audio, subpictures }: StreamAttributes,
  chains: readonly Pgc[],
  unknown: (index: number, attributes: AudioAttributes) => void,
): StreamInfo[] {
  const streams = [videoStream(video)]
  for (const [index, attributes] of audio.entries()) {
    const control = chains.map((pgc) => pgc.audioControl[index]).find((value) => value !== null && value !== undefined)
    if (control === undefined || control === null) continue
    const stream = audioStream(index, control.streamNumber, attributes)
    if (stream !== null) streams.push(stream)
    else unknown(index, attributes)
  }
  for (const [index, attributes] of subpictures.entries()) {
    const control = chains.map((pgc) => pgc.subpictureControl[index]).find((value) => value !== null && value !== undefined)
    if (control !== undefined && control !== null) streams.push(subpictureStream(index, control, attributes, video))
  }
  return streams
}

function videoStream(video: VideoAttributes): StreamInfo {
  const marks = {
    film: video.filmMode,
    letterboxed: video.letterboxed,
    "captions-field-1": video.line21Field1,
    "captions-field-2": video.line21Field2,
  }
  const flags = Object.entries(marks).flatMap(([name, set]) => (set ? [name] : []))
  return {
    kind: "video",
    codec: video.mpegVersion === 1 ? "mpeg1video" : "mpeg2video",
    number: 1,
    language: null,
    languageTag: null,
    id: "0xe0",
    label: null,
    width: video.width,
    height: video.height,
    frameRate: video.videoFormat === "ntsc" ? "30000/1001" : "25",
    ...(video.displayAspectRatio === null ? {} : { aspect: video.displayAspectRatio }),
    // The attributes do not tell progressive pictures in interlaced frames; half-height pictures are fields of nothing.
    interlaced: video.height > 288,
    ...(flags.length === 0 ? {} : { flags }),
  }
}

function audioStream(index: number, streamNumber: number, audio: AudioAttributes): StreamInfo | null {
  const format = audio.audioFormat === null ? null : AUDIO_FORMATS[audio.audioFormat]
  if (format === null) return null
  const purpose = AUDIO_PURPOSES[audio.codeExtension]
  const flags = [
    ...purpose.flags,
    ...(audio.karaoke === null ? [] : ["karaoke"]),
    ...(audio.dolbySurround === true ? ["dolby-surround"] : []),
  ]
  return {
    kind: "audio",
    codec: format.codec,
    number: index + 1,
    language: audio.language,
    languageTag: languageTag(audio.language),
    id: hexId(format.firstId + streamNumber),
    label: purpose.label,
    channels: audio.channels,
    sampleRate: audio.sampleFrequency,
    ...(audio.quantization === null ? {} : { bitsPerSample: audio.quantization }),
    ...(flags.length === 0 ? {} : { flags }),
  }
}

function subpictureStream(index: number, control: SubpictureControl, subpicture: SubpictureAttributes, video: VideoAttributes): StreamInfo {
  const { label, flags } = SUBPICTURE_PURPOSES[subpicture.codeExtension]
  const id = (streamNumber: number) => hexId(FIRST_SUBPICTURE_ID + streamNumber)
  const ids = {
    fourByThree: id(control.fourByThree),
    wide: id(control.wide),
    letterbox: id(control.letterbox),
    panScan: id(control.panScan),
  }
  return {
    kind: "subtitle",
    codec: "dvd_subtitle",
    number: index + 1,
    language: subpicture.language,
    languageTag: languageTag(subpicture.language),
    id: video.displayAspectRatio === "16:9" ? ids.wide : ids.fourByThree,
    subpictureIds: ids,
    label,
    forced: subpicture.codeExtension === "forced",
    ...(flags.length === 0 ? {} : { flags }),
  }
}

const hexId = (id: number): string => `0x${id.toString(16)}`
