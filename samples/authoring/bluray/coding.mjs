// Codes that clip information, playlists and the programme map share.
// Values as libbluray's bluray.h names them (bd_stream_type_e, bd_video_format_e, bd_video_rate_e, bd_audio_format_e, bd_audio_rate_e).
import { ascii, join, u8, zeros } from "./bytes.mjs"

export const CODING = { mpeg2video: 0x02, h264: 0x1b, ac3: 0x81, pgs: 0x90, igs: 0x91, textst: 0x92 }
const VIDEO_FORMAT = { "1080i": 4, "720p": 5, "1080p": 6 }
const FRAME_RATE = { "24000/1001": 1, 24: 2, 25: 3, "30000/1001": 4 }
const ASPECT_16_9 = 3
const STEREO = 3
const RATE_48_KHZ = 1
/** bd_char_code_e: how a text subtitle is written. */
const UTF_8 = 1

/** A stream's kind and attributes as they stand in clip information (behind the length byte). `stream`: `{ codec, format, rate, language }`. */
export function streamAttributes(stream) {
  const coding = u8(CODING[stream.codec])
  if (stream.codec === "ac3") return join(coding, u8((STEREO << 4) | RATE_48_KHZ), ascii(stream.language))
  if (stream.codec === "pgs" || stream.codec === "igs") return join(coding, ascii(stream.language))
  if (stream.codec === "textst") return join(coding, u8(UTF_8), ascii(stream.language))
  return join(coding, u8(videoFormatByte(stream)), u8(ASPECT_16_9 << 4))
}

/** Format in the upper four bits, frame rate in the lower. */
export const videoFormatByte = ({ format, rate }) => (VIDEO_FORMAT[format] << 4) | FRAME_RATE[rate]

/** The same in a playlist's stream table, which gives each kind its own length. */
export function playlistAttributes(stream) {
  const attributes = streamAttributes(stream)
  const length = 5
  return join(u8(length), attributes, zeros(length - attributes.length))
}

/** Aspect for the programme map's registration descriptor. */
export const ASPECT_BYTE = (ASPECT_16_9 << 4) | 0x0f
