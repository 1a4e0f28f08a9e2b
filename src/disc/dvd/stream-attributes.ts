import type { ByteReader } from "../../base/index.ts"
import { type AudioAttributes, readAudioAttributes } from "./audio-attributes.ts"
import { readSubpictureAttributes, type SubpictureAttributes } from "./subpicture-attributes.ts"
import { readVideoAttributes, type VideoAttributes } from "./video-attributes.ts"

/** The streams of a VOB set: what the menus or the titles of a title set may hold. `audio[0]` is audio stream number 0 of a player. */
export type StreamAttributes = {
  readonly video: VideoAttributes
  readonly audio: readonly AudioAttributes[]
  readonly subpictures: readonly SubpictureAttributes[]
}

/** VTSI_MAT and VMGI_MAT have room for so many; DVD stream numbers have no more. */
const MAX_AUDIO = 8
/** As above: a sub-picture stream number is five bits. */
const MAX_SUBPICTURES = 32
const AUDIO_SIZE = 8
const SUBPICTURE_SIZE = 6
/** Audio attributes and the reserved bytes behind them, up to the number of sub-pictures. */
const AUDIO_AREA = MAX_AUDIO * AUDIO_SIZE + 16

/**
 * Video, audio and sub-picture attributes as they stand in VMGI_MAT and VTSI_MAT at 0x100 and 0x200 and, twice, in each VTS_ATRT:
 * 2 bytes video, 2 bytes count, 8 x 8 audio, 16 reserved, 2 bytes count, sub-pictures of 6 bytes each to the window's end.
 * Counts over what the specification allows are cut to it, as players do.
 */
export function readStreamAttributes(reader: ByteReader): StreamAttributes {
  const video = readVideoAttributes(reader, "videoAttributes")
  const nrOfAudio = Math.min(MAX_AUDIO, reader.u16("nrOfAudioStreams"))
  const audioArea = reader.window(AUDIO_AREA, "audioAttributes")
  const audio = audioArea.list(nrOfAudio, AUDIO_SIZE, "audioAttributes", (item) => readAudioAttributes(item, "audioAttributes"))
  const fitting = Math.floor((reader.remaining - 2) / SUBPICTURE_SIZE)
  const nrOfSubpictures = Math.min(MAX_SUBPICTURES, fitting, reader.u16("nrOfSubpictureStreams"))
  const subpictures = reader.list(nrOfSubpictures, SUBPICTURE_SIZE, "subpictureAttributes", (item) =>
    readSubpictureAttributes(item, "subpictureAttributes"),
  )
  return { video, audio, subpictures }
}
