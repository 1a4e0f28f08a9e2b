import type { Key, MenuName, UserOperation } from "../../plugin/index.ts"

/** What `POST /api/tv-sessions` answers: paths from the server's root. */
export type TvSessionListing = {
  readonly id: string
  /** The disc's name, for people. */
  readonly name: string
  /** An endless MPEG-2 transport stream, for DLNA renderers. */
  readonly stream: string
  /** Low-latency HLS. */
  readonly hls: string
  /** The page with the keys. */
  readonly remote: string
}

/** What the remote page says over `/api/remote?session=ID`: one act a message. */
export type RemoteMessage =
  | { readonly press: Key }
  /** Parts of the picture's width and height, 0 to 1. */
  | { readonly point: { readonly x: number; readonly y: number; readonly activate: boolean } }
  | { readonly menu: MenuName }
  /** Seconds since the title's start. */
  | { readonly seek: number }
  | { readonly chapter: number }
  | { readonly pause: boolean }
  | { readonly select: { readonly audio?: number; readonly subtitle?: number | null } }

/** One sound track or subtitle to choose. */
export type RemoteStream = {
  readonly number: number
  readonly kind: "audio" | "subtitle"
  readonly languageTag: string | null
  readonly label: string | null
  readonly selected: boolean
}

/** What the device shows, as far as is known; told where it changes, and each second in a title. Binary messages are a small picture of it: JPEG. */
export type RemoteState = {
  readonly type: "state"
  readonly name: string
  readonly domain: "first-play" | "menu" | "title" | null
  readonly title: number | null
  readonly chapter: number | null
  /** Titles and chapters that there are. */
  readonly titles: number
  readonly chapters: number
  /** In seconds. */
  readonly time: number
  readonly duration: number
  readonly isPaused: boolean
  readonly hasEnded: boolean
  readonly hasButtons: boolean
  readonly allowed: readonly UserOperation[]
  readonly streams: readonly RemoteStream[]
  /** A device takes the stream. */
  readonly isWatched: boolean
}

export type RemoteHostMessage =
  | RemoteState
  /** How the disc took an act. `by`: what forbids it. */
  | { readonly type: "answer"; readonly outcome: "done" | "refused" | "nothing"; readonly by: string | null }
  | { readonly type: "error"; readonly code: string; readonly message: string }
  /** The session is over. */
  | { readonly type: "over"; readonly code: string | null; readonly message: string | null }
