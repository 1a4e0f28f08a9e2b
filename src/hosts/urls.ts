import type { DiscKind } from "../disc/index.ts"

/** Where a title is to be had, as paths from the server's root. */
export type TitleUrls = {
  /** The title as one file, seekable by ranges. */
  readonly file: string
  /** HLS master playlist. */
  readonly hls: string
  /** Plays it in the page. */
  readonly page: string
  /** JPEG. */
  readonly thumbnail: string
}

/** The base of everything of a disc; `disc` is `ListedDisc.id`. */
export const discPath = (disc: string): string => `/api/discs/${encodeURIComponent(disc)}`

/** The base of everything of a title; `title` is the disc's number from 1. */
export const titlePath = (disc: string, title: number): string => `${discPath(disc)}/titles/${title}`

/** The ending tells players what is in it: a program stream, or a transport stream of 192-byte packets. */
export const titleFileName = (kind: DiscKind): "title.mpg" | "title.m2ts" => (kind === "dvd-video" ? "title.mpg" : "title.m2ts")

/** `video/mpeg` is registered by RFC 2045 and covers program streams, `video/mp2t` by RFC 3555. */
export const titleFileType = (kind: DiscKind): "video/mpeg" | "video/mp2t" => (kind === "dvd-video" ? "video/mpeg" : "video/mp2t")

export function titleUrls(disc: { readonly id: string; readonly info: { readonly kind: DiscKind } }, title: number): TitleUrls {
  const base = titlePath(disc.id, title)
  return {
    file: `${base}/file/${titleFileName(disc.info.kind)}`,
    hls: `${base}/hls/master.m3u8`,
    page: `/?disc=${encodeURIComponent(disc.id)}&title=${title}`,
    thumbnail: `${base}/thumbnail.jpg`,
  }
}
