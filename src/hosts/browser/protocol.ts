import type { DiscInfo } from "../../disc/disc-info.ts"
import type { Answer, HighlightItem, Key, StreamDescription, UserOperation } from "../../plugin/index.ts"

/**
 * What the page and its host say to each other over `/api/session`. Times are seconds of feed time unless named otherwise.
 * Text messages are one JSON value; an overlay is a binary message (see `encodeOverlay`).
 */

/** The first message: what to play and what this browser's MediaSource can take. */
export type PlayRequest = {
  readonly type: "play"
  readonly disc: string
  readonly title: number
  /** Seconds since the title's start. */
  readonly time: number
  readonly angle?: number
  readonly audio?: number
  readonly subtitle?: number | null
  /** BCP 47; where no number is given. */
  readonly audioLanguage?: string
  readonly subtitleLanguage?: string
  readonly videoCodecs: readonly ("h264" | "hevc")[]
  readonly audioCodecs: readonly ("aac" | "ac3" | "eac3")[]
}

/** Each act carries an id of the page's own; its answer carries it back. */
export type ActRequest =
  | { readonly type: "press"; readonly id: number; readonly key: Key }
  | { readonly type: "seek"; readonly id: number; readonly time: number }
  | { readonly type: "chapter"; readonly id: number; readonly chapter: number }
  | { readonly type: "select"; readonly id: number; readonly audio?: number; readonly subtitle?: number | null; readonly angle?: number }

/** What is on the screen now, several times a second. */
export type PresentedReport = { readonly type: "presented"; readonly time: number }

export type PageMessage = PlayRequest | ActRequest | PresentedReport

export type HostMessage =
  /** The session runs; its transport stream is at `stream`. */
  | { readonly type: "session"; readonly stream: string }
  /** Feed time of the stream's first decoding time stamp: the media element counts from there. */
  | { readonly type: "base"; readonly time: number }
  | { readonly type: "streams"; readonly streams: readonly StreamDescription[] }
  | { readonly type: "allowed"; readonly operations: readonly UserOperation[] }
  | { readonly type: "discontinuity"; readonly at: number; readonly flush: boolean; readonly showFrom: number }
  | {
      readonly type: "position"
      readonly at: number
      readonly title: number | null
      readonly chapter: number | null
      readonly angle: number
      readonly time: number
      readonly duration: number
    }
  | { readonly type: "highlight"; readonly item: Omit<HighlightItem, "buttons"> }
  | { readonly type: "answer"; readonly id: number; readonly answer: Pick<Answer, "outcome" | "by" | "flush"> }
  /** Said by the converter or the disc: something a viewer may want to know. */
  | { readonly type: "notice"; readonly code: string; readonly message: string }
  | { readonly type: "end"; readonly at: number }
  | { readonly type: "error"; readonly code: string; readonly message: string; readonly id?: number }

/** The JSON before the bytes of an overlay's binary message. */
export type OverlayHead = {
  readonly type: "overlay"
  readonly plane: "subpicture" | "pg" | "ig"
  readonly at: number
  readonly until: number | null
  readonly planeWidth: number
  readonly planeHeight: number
  /** For each: `paletteBytes` of RGBA, then width × height palette indices. */
  readonly bitmaps: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly paletteBytes: number
  }[]
}

/** `GET /api/discs`. */
export type DiscListing = { readonly id: string; readonly name: string; readonly info: DiscInfo }
