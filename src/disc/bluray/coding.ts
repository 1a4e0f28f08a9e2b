import type { CodecName } from "../../mpeg/access-unit.ts"

/** stream_coding_type to FFmpeg's codec names, as its MPEG-TS demuxer has them for HDMV. MVC is the dependent view of an H.264 picture. */
const CODECS: ReadonlyMap<number, CodecName> = new Map<number, CodecName>([
  [0x01, "mpeg1video"],
  [0x02, "mpeg2video"],
  [0x03, "mp2"],
  [0x04, "mp2"],
  [0x0f, "aac"],
  [0x11, "aac"],
  [0x1b, "h264"],
  [0x20, "h264"],
  [0x24, "hevc"],
  [0xea, "vc1"],
  [0x80, "pcm_bluray"],
  [0x81, "ac3"],
  [0x82, "dts"],
  [0x83, "truehd"],
  [0x84, "eac3"],
  [0x85, "dts"],
  [0x86, "dts"],
  [0xa1, "eac3"],
  [0xa2, "dts"],
  [0x90, "hdmv_pgs_subtitle"],
  [0x91, "hdmv_ig"],
  [0x92, "hdmv_text_subtitle"],
])

/** null: a coding type that opentray does not know. */
export const codecOf = (streamCodingType: number): CodecName | null => CODECS.get(streamCodingType) ?? null

/** What FFmpeg's codec name does not tell apart. */
const CODEC_FLAGS: ReadonlyMap<number, string> = new Map([
  [0x85, "dts-hd-hr"],
  [0x86, "dts-hd-ma"],
  [0xa2, "dts-express"],
])

export const codecFlag = (streamCodingType: number): string | null => CODEC_FLAGS.get(streamCodingType) ?? null

export type VideoFormat = { readonly width: number; readonly height: number; readonly interlaced: boolean }

/** video_format, as libbluray `bdparse.h` has them. */
const VIDEO_FORMATS: ReadonlyMap<number, VideoFormat> = new Map([
  [1, { width: 720, height: 480, interlaced: true }],
  [2, { width: 720, height: 576, interlaced: true }],
  [3, { width: 720, height: 480, interlaced: false }],
  [4, { width: 1920, height: 1080, interlaced: true }],
  [5, { width: 1280, height: 720, interlaced: false }],
  [6, { width: 1920, height: 1080, interlaced: false }],
  [7, { width: 720, height: 576, interlaced: false }],
  [8, { width: 3840, height: 2160, interlaced: false }],
])

export const videoFormatOf = (code: number): VideoFormat | null => VIDEO_FORMATS.get(code) ?? null

/** frame_rate, in pictures a second, written as FFmpeg writes it. */
const FRAME_RATES: ReadonlyMap<number, string> = new Map([
  [1, "24000/1001"],
  [2, "24"],
  [3, "25"],
  [4, "30000/1001"],
  [6, "50"],
  [7, "60000/1001"],
])

export const frameRateOf = (code: number): string | null => FRAME_RATES.get(code) ?? null

const ASPECTS: ReadonlyMap<number, string> = new Map([
  [2, "4:3"],
  [3, "16:9"],
])

export const aspectOf = (code: number): string | null => ASPECTS.get(code) ?? null

/** audio_presentation_type; null for "more than two", which the disc does not count. 12: a stereo core with more channels in its extension. */
export const channelsOf = (code: number): number | null => (code === 1 ? 1 : code === 3 ? 2 : null)

/** sampling_frequency. 12 and 14: 192 and 96 kHz with a core of 48 kHz. */
const SAMPLE_RATES: ReadonlyMap<number, number> = new Map([
  [1, 48_000],
  [4, 96_000],
  [5, 192_000],
  [12, 192_000],
  [14, 96_000],
])

export const sampleRateOf = (code: number): number | null => SAMPLE_RATES.get(code) ?? null
