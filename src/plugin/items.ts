import type { Ticks, Warning } from "../base/index.ts"
import type { Bitmap, PlanePicture } from "../graphics/bitmap.ts"
import type { CaptionLine } from "../graphics/captions/index.ts"
import type { CodecName } from "../mpeg/access-unit.ts"

export type { CaptionLine } from "../graphics/captions/index.ts"

/** What a stream is to a viewer. */
export type StreamKind = "video" | "audio" | "subtitle"

/** One elementary stream of what plays now. `index` is what packets carry; it stays the same stream until the next `streams` item. */
export type StreamDescription = {
  readonly index: number
  readonly kind: StreamKind
  readonly codec: CodecName
  /** The disc's own number among its kind, from 1; what `select()` takes. */
  readonly number: number
  /** As on the disc: ISO 639-1 (DVD) or 639-2 (Blu-ray); null when the disc names none. */
  readonly language: string | null
  /** BCP 47. */
  readonly languageTag: string | null
  /** stream_id, private stream 1 sub-stream id or PID, as `0x80`. */
  readonly id: string
  readonly label: string | null
  /** Its packets (video, audio) or overlays (subtitle) are being handed out. */
  readonly selected: boolean
  readonly forced: boolean
  readonly video: VideoParameters | null
  readonly audio: AudioParameters | null
}

/** What a decoder and a screen need to know of a video stream. */
export type VideoParameters = {
  readonly width: number
  readonly height: number
  /** As FFmpeg writes it: "25", "24000/1001". */
  readonly frameRate: string
  readonly interlaced: boolean
  /** Display aspect, "16:9" or "4:3". */
  readonly aspect: string
}

/** What the disc's tables say; `null` where they say nothing (the stream itself does). */
export type AudioParameters = {
  readonly channels: number | null
  readonly sampleRate: number | null
  readonly bitsPerSample: number | null
}

/** The elementary streams from `at` on. */
export type StreamsItem = { readonly type: "streams"; readonly at: Ticks; readonly streams: readonly StreamDescription[] }

/** One access unit. All times are feed time. */
export type PacketItem = {
  readonly type: "packet"
  readonly stream: number
  readonly data: Uint8Array
  readonly pts: Ticks | null
  readonly dts: Ticks | null
  readonly key: boolean
  /** Needed to decode what follows, not to be shown (before a seek's target, outside in and out times). */
  readonly decodeOnly: boolean
}

/** A new stretch begins at feed time `at`. */
export type DiscontinuityItem = {
  readonly type: "discontinuity"
  readonly at: Ticks
  /** true: a person's act made it, drop what is not yet shown. false: the disc came here by itself, play out what you hold. */
  readonly flush: boolean
  /** The first feed time to show; packets before it are for decoding only. */
  readonly showFrom: Ticks
}

/** What draws above the picture: DVD sub-pictures; Blu-ray presentation graphics (subtitles) and interactive graphics (menus). */
export type OverlayPlane = "subpicture" | "pg" | "ig"

/**
 * What a plane shows from `at`; without `until` it holds until the plane's next overlay or a discontinuity that flushes. No bitmaps: cleared.
 * It voids what was told of its plane for its time and later: after a key, a menu that was drawn ahead is drawn anew.
 */
export type OverlayItem = {
  readonly type: "overlay"
  readonly plane: OverlayPlane
  readonly at: Ticks
  readonly until: Ticks | null
  readonly picture: PlanePicture
  readonly forced: boolean
}

/** What a button shows first when it comes to be in one of its states; null: nothing. */
export type ButtonPictures = { readonly normal: Bitmap | null; readonly selected: Bitmap | null; readonly activated: Bitmap | null }

/** A button: edges are inclusive pixels of its plane; neighbours are button numbers. */
export type Button = {
  readonly number: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly up: number
  readonly down: number
  readonly left: number
  readonly right: number
  readonly autoAction: boolean
  /** RGBA for the four sub-picture colours, 16 bytes each; null where the button is drawn by overlays (IG). */
  readonly selectedPalette: Uint8Array | null
  readonly activatedPalette: Uint8Array | null
  /** Of a button that overlays draw, in bitmaps that carry its number; absent where they are too large to be told ahead, or take no key now. */
  readonly pictures?: ButtonPictures
}

/** The buttons on the screen from `at` on, in place of what was told for that time and later, and which is selected: enough to show the answer to an arrow key before the session gives it. */
export type HighlightItem = {
  readonly type: "highlight"
  readonly at: Ticks
  readonly until: Ticks | null
  readonly planeWidth: number
  readonly planeHeight: number
  readonly buttons: readonly Button[]
  /** Number of the selected button; null: none. */
  readonly selected: number | null
}

/** Hold the picture from `at` on: for `seconds`, or until a key. */
export type StillItem = { readonly type: "still"; readonly at: Ticks; readonly seconds: number | "until-key" }

/** A menu's button makes a sound at `at`, over the film's own. 16-bit little-endian samples, channels side by side. */
export type SoundItem = {
  readonly type: "sound"
  readonly at: Ticks
  readonly channels: number
  readonly sampleRate: number
  readonly samples: Uint8Array
}

/** Closed captions (line 21) of a channel from `at` until the channel's next: text in a grid of 15 rows and 32 columns. No lines: cleared. */
export type CaptionItem = {
  readonly type: "caption"
  readonly at: Ticks
  readonly channel: 1 | 2 | 3 | 4
  readonly lines: readonly CaptionLine[]
}

/** Where on the disc the feed is from `at` on. */
export type PositionItem = {
  readonly type: "position"
  readonly at: Ticks
  readonly domain: "first-play" | "menu" | "title"
  /** From 1; null in a menu. */
  readonly title: number | null
  readonly chapter: number | null
  readonly angle: number
  /** Seconds since the title's start, and its whole length. */
  readonly time: number
  readonly duration: number
}

/** What a disc may forbid. */
export const USER_OPERATIONS = [
  "seek",
  "next",
  "previous",
  "pause",
  "menu-root",
  "menu-title",
  "menu-audio",
  "menu-subtitle",
  "menu-angle",
  "menu-chapter",
  "menu-popup",
  "resume",
  "select-audio",
  "select-subtitle",
  "select-angle",
  "select-button",
  "activate-button",
  "stop",
] as const
/** One of `USER_OPERATIONS`. */
export type UserOperation = (typeof USER_OPERATIONS)[number]

/** The user operations that are permitted from `at` on. */
export type AllowedItem = { readonly type: "allowed"; readonly at: Ticks; readonly operations: readonly UserOperation[] }
/** Damage that was stepped over. */
export type WarningItem = { readonly type: "warning"; readonly at: Ticks; readonly warning: Warning }
/** Nothing follows: the title is over at `at`. */
export type EndItem = { readonly type: "end"; readonly at: Ticks }

/** Everything a session hands out, in feed order. */
export type Item =
  | StreamsItem
  | PacketItem
  | DiscontinuityItem
  | OverlayItem
  | HighlightItem
  | StillItem
  | SoundItem
  | CaptionItem
  | PositionItem
  | AllowedItem
  | WarningItem
  | EndItem
