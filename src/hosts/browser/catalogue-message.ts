import type { DiscInfo, TitleInfo } from "../../disc/disc-info.ts"
import type { LibraryStatus } from "../host.ts"
import type { TitleUrls } from "../urls.ts"

/** One of `GET /api/discs`; `GET /api/discs/:id`; what `POST /api/discs` opened. Addresses are paths of this server. */
export type DiscDescription = Omit<DiscInfo, "titles"> & {
  readonly id: string
  readonly name: string
  /** The library's folders above it, from the top. */
  readonly folder: readonly string[]
  readonly cover: string
  readonly titles: readonly (TitleInfo & { readonly urls: TitleUrls })[]
}

/** `GET /api/library`: enough of every disc to show it and to find it. */
export type LibraryListing = {
  readonly discs: readonly DiscSummary[]
  /** Null where the server was started with one disc and no library. */
  readonly library: LibraryStatus | null
}

export type DiscSummary = Pick<DiscInfo, "kind" | "label" | "names" | "fingerprint" | "mainTitle"> & {
  readonly id: string
  readonly name: string
  readonly folder: readonly string[]
  /** Of the main title, in seconds; null where there is none. */
  readonly duration: number | null
  readonly titles: number
}
