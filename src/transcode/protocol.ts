import type { Ticks } from "../base/index.ts"
import type { HighlightRectangle } from "../graphics/index.ts"
import type { CodecName } from "../mpeg/access-unit.ts"
import type { OverlayPlane } from "../plugin/items.ts"
import type { KeyPicture } from "./types.ts"

// What the parent and its child process tell one another, over Node's own channel with advanced serialization: it moves 550 MB/s
// there and back on two cores, a hundred times what a disc gives, so that framing of our own would be code without a use.

/** What the disc's tables say of the video to convert. */
export type VideoInput = {
  readonly codec: CodecName
  readonly width: number
  readonly height: number
  readonly frameRate: string
  readonly interlaced: boolean
  readonly aspect: string
}

/** What the pictures are to become. */
export type VideoTarget = {
  readonly isSteady?: boolean
  readonly isMain?: boolean
  readonly maxHeight: number
  readonly canvas: { readonly width: number; readonly height: number } | null
  readonly isLive: boolean
}

export type AudioInput = { readonly codec: CodecName; readonly encodeAs: "aac" | "ac3" }

export type TrackName = "video" | "audio"

/** What a plane shows from `at` on, in place of what was told for that time and later. Images that come again are named by their number. */
export type OverlayMessage = {
  readonly type: "overlay"
  readonly plane: OverlayPlane
  readonly at: Ticks
  readonly until: Ticks | null
  readonly planeWidth: number
  readonly planeHeight: number
  readonly bitmaps: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly image: number
  }[]
  readonly fresh: readonly { readonly image: number; readonly indices: Uint8Array; readonly palette: Uint8Array }[]
  readonly dropped: readonly number[]
}

/** Where the sub-picture has the colours of the selected button from `at` on; null: nowhere. Edges are inclusive. */
export type HighlightMessage = {
  readonly type: "highlight"
  readonly at: Ticks
  readonly until: Ticks | null
  readonly area: (HighlightRectangle & { readonly palette: Uint8Array }) | null
}

export type PlanesMessage = OverlayMessage | HighlightMessage

export type ToWorker =
  | PlanesMessage
  /** Nothing is on any plane. */
  | { readonly type: "clear-planes" }
  /** The streams from here on; null: not converted here. Decoders that stay the same are kept. */
  | { readonly type: "configure"; readonly video: VideoInput | null; readonly audio: AudioInput | null; readonly target: VideoTarget }
  /** Forget everything that is under way. Pictures from `videoFrom`, sound from exactly `audioFrom`. Outputs carry `epoch` from here on. */
  | { readonly type: "begin"; readonly epoch: number; readonly videoFrom: Ticks; readonly audioFrom: Ticks | null }
  /** The next stretch begins at `at`; what came before it is played out. Answered by a `mark` among the video's outputs. */
  | { readonly type: "join"; readonly at: Ticks }
  | {
      readonly type: "packet"
      readonly track: TrackName
      readonly data: Uint8Array
      readonly pts: Ticks | null
      readonly dts: Ticks | null
      readonly decodeOnly: boolean
    }
  /** Sound is needed up to here: silence where there is none. */
  | { readonly type: "fill"; readonly from: Ticks; readonly until: Ticks }
  /** The picture stands still up to here; after a pause the film goes on where it was. */
  | { readonly type: "hold"; readonly until: Ticks; readonly isPause: boolean }
  /** Play out everything; answered by `ended`. */
  | { readonly type: "end" }
  | { readonly type: "picture"; readonly picture: KeyPicture; readonly width: number }

export type WorkerOutput =
  | {
      readonly type: "packet"
      readonly track: TrackName
      readonly data: Uint8Array
      readonly pts: number
      readonly duration: number
      readonly key: boolean
    }
  | {
      readonly type: "video-parameters"
      readonly extradata: Uint8Array
      readonly width: number
      readonly height: number
      readonly frameRate: string
    }
  | {
      readonly type: "audio-parameters"
      readonly codec: "aac" | "ac3"
      readonly extradata: Uint8Array
      readonly sampleRate: number
      readonly channels: number
    }
  | { readonly type: "mark" }
  | { readonly type: "lowered"; readonly at: number; readonly height: number; readonly doubleRate: boolean; readonly speed: number }
  | { readonly type: "bad-packet"; readonly track: TrackName; readonly at: number | null; readonly reason: string }
  | { readonly type: "ended" }

export type FromWorker =
  | { readonly type: "ready" }
  /** node-av is not here or does not load. */
  | { readonly type: "unavailable"; readonly reason: string }
  /** `done`: messages taken in since the last report; outputs of another epoch are void. */
  | {
      readonly type: "output"
      readonly epoch: number
      readonly done: number
      readonly items: readonly WorkerOutput[]
      readonly speed: number | null
    }
  /** The codec cannot be decoded here. */
  | { readonly type: "unsupported"; readonly reason: string }
  | { readonly type: "picture"; readonly jpeg: Uint8Array | null; readonly reason: string }
