import type { Ticks, Warning } from "../base/index.ts"
import type { CodecName } from "../mpeg/access-unit.ts"
import type { DiscontinuityItem, Item } from "../plugin/items.ts"

/** What the host can play as it is; everything else is converted to H.264 and AAC (or AC-3), which it must always play. */
export type ConverterOptions = {
  readonly video: {
    /** Copied codecs. `h264` must be among them: it is what the rest is converted to. */
    readonly codecs: readonly CodecName[]
    /** Lines of the converted picture at most; default 1080. Copied video keeps its size. */
    readonly maxHeight?: number
    /** Copies nothing: what is handed out then never changes its size by itself, and has a key picture each second. Default false. */
    readonly convertsAll?: boolean
    /** One picture for each of the disc's, H.264 High, and never lowered: a slow machine takes longer instead. Default false. */
    readonly isSteady?: boolean
    /** Converted pictures keep to H.264 Main at level 4, as DLNA's profiles want: no field rate above 720 lines. Default false: High. */
    readonly isMain?: boolean
    /** Converted pictures are exactly of this size (even numbers), the film in their middle; `maxHeight` is of no matter then. */
    readonly canvas?: { readonly width: number; readonly height: number }
    /** For hosts that play live: each picture comes out before the next goes in, and stills are repeated at the film's rate; two key pictures a second. Default false. */
    readonly isLive?: boolean
  }
  readonly audio: {
    /** Copied codecs. `aac` must be among them. */
    readonly codecs: readonly CodecName[]
    /** What other sound becomes: stereo AAC-LC (default), or AC-3 with up to 5.1 channels, for receivers. Where a disc has no sound there is silent AAC. */
    readonly encodeAs?: "aac" | "ac3"
  }
  /** Draws overlays and the selected button into the picture, which is converted whatever its codec. Default false. */
  readonly burnIn?: boolean
}

/** The codec, size and parameter sets of a track from here on. The first comes before the track's first packet; each begins with a key frame. */
export type VideoParametersOutput = {
  readonly type: "parameters"
  readonly stream: "video"
  readonly codec: "h264" | "hevc"
  /** Annex B: SPS and PPS (HEVC: VPS too) with start codes. They are in band at every key frame as well. */
  readonly extradata: Uint8Array
  /** In pixels; converted pictures have square pixels, copied ones may not. */
  readonly width: number
  readonly height: number
  /** As FFmpeg writes it: "25", "24000/1001"; of the output. Pictures may be further apart than this, never nearer. */
  readonly frameRate: string
  readonly converted: boolean
}

export type AudioParametersOutput = {
  readonly type: "parameters"
  readonly stream: "audio"
  readonly codec: CodecName
  /** AAC: the AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1), packets being raw frames without ADTS headers. Other codecs: empty. */
  readonly extradata: Uint8Array
  readonly sampleRate: number
  readonly channels: number
  readonly converted: boolean
}

export type ParametersOutput = VideoParametersOutput | AudioParametersOutput

/** One access unit that the host can play. Times are feed time, 90 kHz. Within a track `dts` rises from packet to packet. */
export type PacketOutput = {
  readonly type: "packet"
  readonly stream: "video" | "audio"
  /** Video: an access unit in Annex B form. AAC: one raw frame. Other audio: as it came. */
  readonly data: Uint8Array
  readonly pts: Ticks
  readonly dts: Ticks
  readonly duration: Ticks
  readonly key: boolean
  /** Copied video only: needed to decode what follows, not to be shown. */
  readonly decodeOnly: boolean
}

/** The converter could not keep up and makes a smaller or simpler picture from `at` on; new parameters follow. */
export type LoweredOutput = {
  readonly type: "lowered"
  readonly at: Ticks
  readonly height: number
  /** 50 or 60 pictures a second from interlaced video. */
  readonly doubleRate: boolean
  /** How many times real time it ran when this was decided. */
  readonly speed: number
}

export type WarningOutput = { readonly type: "warning"; readonly at: Ticks; readonly warning: Warning }
export type EndOutput = { readonly type: "end"; readonly at: Ticks }

/** What a converter hands out, in the order in which a host should take it (packets of both tracks interleaved by `dts`). */
export type OutputItem = ParametersOutput | PacketOutput | DiscontinuityItem | LoweredOutput | WarningOutput | EndOutput

/** Facts about a running converter, for a host's own display and for tests. */
export type ConverterStats = {
  readonly video: "none" | "copied" | "converted"
  readonly audio: "none" | "copied" | "converted" | "silent"
  /** Bytes handed in and not yet converted. */
  readonly queuedBytes: number
  /** Times the process died and was replaced. */
  readonly restarts: number
  /** Packets that a decoder refused. */
  readonly badPackets: number
  /** Times real time at which the process ran lately while it had work; null before it is known. */
  readonly speed: number | null
  /** The process that converts now; null while everything is copied. */
  readonly processId: number | null
}

/** Turns one session's items into one video and one audio track that a host can play. */
export interface Converter {
  /**
   * Takes the session's items in their order; kinds it has no use for are passed over. Resolves when there is room for more.
   * A `discontinuity` with `flush` acts at once: what is queued in front of it, in and out, is dropped, and waiting pushes resolve.
   * After a failure and after `close()` it does nothing.
   */
  push(items: readonly Item[]): Promise<void>
  /**
   * A pause: the picture stands still up to feed time `until`, with silence, though more of the film was pushed than is shown. What is pushed
   * afterwards must have later times. Copied pictures stand still by themselves.
   */
  freeze(until: Ticks): void
  /**
   * The tracks; one reader. From its first packet on there are both a video and an audio track (silence where the disc has none).
   * @throws DiscError `unavailable` (no converter can run here, or it dies again and again), `unsupported` (a codec it does not know)
   */
  readonly output: AsyncIterable<OutputItem>
  readonly stats: ConverterStats
  /** Ends the output and its process within 100 ms and frees everything; later calls do nothing. */
  close(): Promise<void>
}

/** One coded key picture with the headers before it. */
export type KeyPicture = {
  readonly codec: CodecName
  readonly data: Uint8Array
  /** Display aspect as the disc's tables give it, "16:9"; null: what the stream says. */
  readonly aspect: string | null
}

export type ThumbnailOptions = {
  /** Width in pixels; the height follows from the picture's aspect. */
  readonly width: number
}
