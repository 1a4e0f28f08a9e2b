import type { DiscInfo } from "../../disc/disc-info.ts"
import type {
  Answer,
  Button,
  ButtonPictures,
  CaptionItem,
  HighlightItem,
  Key,
  MenuName,
  PositionItem,
  StillItem,
  StreamDescription,
  UserOperation,
} from "../../plugin/index.ts"

/**
 * What the page and its host say to each other over `/api/session`. Times are seconds of feed time unless named otherwise.
 * Text messages are one JSON value; overlays, and images that buttons name, are binary messages (see `OverlayEncoder`).
 */

/** Where a session begins: with the disc's own program, at one of its menus, or in a title. */
export type PlayStart =
  | { readonly from: "first-play" }
  | { readonly menu: MenuName }
  | {
      readonly title: number
      /** Seconds since the title's start. */
      readonly time: number
      readonly angle?: number
      /** By the disc's program, so that its menus can be gone to and its prohibitions hold. */
      readonly program?: boolean
    }

/** The first message: what to play and what this browser's MediaSource can take. */
export type PlayRequest = {
  readonly type: "play"
  readonly disc: string
  readonly start: PlayStart
  readonly audio?: number
  readonly subtitle?: number | null
  /** BCP 47; for sound and subtitles, where no number is given. */
  readonly menuLanguage?: string
  readonly audioLanguage?: string
  readonly subtitleLanguage?: string
  readonly videoCodecs: readonly ("h264" | "hevc")[]
  readonly audioCodecs: readonly ("aac" | "ac3" | "eac3")[]
}

/** Each act carries an id of the page's own; its answer carries it back. `presented`: what is on the screen when it is done. */
export type ActRequest = { readonly id: number; readonly presented?: number } & (
  | { readonly type: "press"; readonly key: Key }
  /** In pixels of the highlight's plane. */
  | { readonly type: "point"; readonly x: number; readonly y: number; readonly activate: boolean }
  | { readonly type: "menu"; readonly name: MenuName }
  | { readonly type: "seek"; readonly time: number }
  | { readonly type: "chapter"; readonly chapter: number }
  | { readonly type: "select"; readonly audio?: number; readonly subtitle?: number | null; readonly angle?: number }
)

/** What is on the screen now, several times a second. */
export type PresentedReport = { readonly type: "presented"; readonly time: number }

export type PageMessage = PlayRequest | ActRequest | PresentedReport

export type HostMessage =
  /** The session runs; its transport stream is at `stream`. */
  | { readonly type: "session"; readonly stream: string }
  /** Feed time of the stream's first decoding time stamp: the media element counts from there. */
  | { readonly type: "base"; readonly time: number }
  | { readonly type: "streams"; readonly at: number; readonly streams: readonly StreamDescription[] }
  | { readonly type: "allowed"; readonly at: number; readonly operations: readonly UserOperation[] }
  | { readonly type: "discontinuity"; readonly at: number; readonly flush: boolean; readonly showFrom: number }
  | {
      readonly type: "position"
      readonly at: number
      readonly domain: PositionItem["domain"]
      readonly title: number | null
      readonly chapter: number | null
      readonly angle: number
      readonly time: number
      readonly duration: number
    }
  | HighlightMessage
  | SoundMessage
  | (Omit<CaptionItem, "at"> & { readonly at: number })
  | { readonly type: "still"; readonly at: number; readonly seconds: StillItem["seconds"] }
  | { readonly type: "answer"; readonly id: number; readonly answer: AnswerMessage }
  /** Said by the converter or the disc: something a viewer may want to know. */
  | { readonly type: "notice"; readonly code: string; readonly message: string }
  | { readonly type: "end"; readonly at: number }
  | { readonly type: "error"; readonly code: string; readonly message: string; readonly id?: number }

/** An image that was sent before, at its place of the plane. */
export type PictureMessage = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly image: number
}

/** A button; palettes are 32 hexadecimal digits, RGBA for the four pixel codes, or null where overlays draw it. */
export type ButtonMessage = Omit<Button, "selectedPalette" | "activatedPalette" | "pictures"> & {
  readonly selectedPalette: string | null
  readonly activatedPalette: string | null
  readonly pictures?: { readonly [Look in keyof ButtonPictures]: PictureMessage | null }
}

export type HighlightMessage = Omit<HighlightItem, "at" | "until" | "buttons"> & {
  readonly at: number
  readonly until: number | null
  readonly buttons: readonly ButtonMessage[]
}

export type AnswerMessage = Pick<Answer, "outcome" | "by" | "flush"> & { readonly highlight?: HighlightMessage }

/** A menu's button makes a sound at `at`: 16-bit little-endian samples in base64, channels side by side. */
export type SoundMessage = {
  readonly type: "sound"
  readonly at: number
  readonly channels: number
  readonly sampleRate: number
  readonly samples: string
}

/** The JSON before the bytes of an overlay's binary message. */
export type OverlayHead = {
  readonly type: "overlay"
  readonly plane: "subpicture" | "pg" | "ig"
  readonly at: number
  readonly until: number | null
  readonly planeWidth: number
  readonly planeHeight: number
  /** `button`: the number of the one that it is a picture of. */
  readonly bitmaps: readonly (PictureMessage & SentImage & { readonly button?: number })[]
  /** Images that no later message names. */
  readonly dropped: readonly number[]
}

/** For each: `paletteBytes` of RGBA, then width × height palette indices; null: `image` was sent before. */
export type SentImage = {
  readonly width: number
  readonly height: number
  readonly image: number
  readonly paletteBytes: number | null
}

/** The JSON before the bytes of images that the next message names. */
export type ImagesHead = { readonly type: "images"; readonly bitmaps: readonly SentImage[]; readonly dropped: readonly number[] }

/** `GET /api/discs`. */
export type DiscListing = { readonly id: string; readonly name: string; readonly info: DiscInfo }
