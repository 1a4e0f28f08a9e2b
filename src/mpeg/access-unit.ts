/**
 * One access unit of an elementary stream as the disc has it: a coded picture with the headers before it, one or more whole audio frames
 * that share a time stamp, one sub-picture unit, one graphics segment. Times are the disc's own (33-bit, 90 kHz), before any splicing.
 */
export type AccessUnit = {
  /** Program stream: the stream_id (0xe0), or 0xbd00 | substream id for private stream 1 (0xbd80 AC-3, 0xbd20 sub-picture). Transport stream: the PID; with TRUEHD_CORE (0x10000) added for the AC-3 core inside a TrueHD PID. */
  readonly streamId: number
  readonly data: Uint8Array
  readonly pts: number | null
  readonly dts: number | null
  /** Decoding can start here (video: I picture with its sequence header, IDR or recovery point; audio and graphics: true for each). */
  readonly key: boolean
}

/** Codec names are FFmpeg's. */
export type CodecName =
  | "mpeg1video"
  | "mpeg2video"
  | "h264"
  | "hevc"
  | "vc1"
  | "mp1"
  | "mp2"
  | "mp3"
  | "aac"
  | "ac3"
  | "eac3"
  | "dts"
  | "truehd"
  | "mlp"
  | "pcm_dvd"
  | "pcm_bluray"
  | "dvd_subtitle"
  | "hdmv_pgs_subtitle"
  | "hdmv_ig"
  | "hdmv_text_subtitle"
