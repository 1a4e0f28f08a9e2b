import type { ReadOptions, Source } from "../../base/index.ts"
import type { FileEntry } from "../../filesystem/file-system.ts"
import type { ProtectionMarks } from "../protection-marks.ts"
import type { Bdjo } from "./bdjo.ts"
import type { ClipInformation } from "./clip-information.ts"
import type { DiscId } from "./disc-id.ts"
import type { DiscLibrary } from "./disc-library.ts"
import type { IndexBdmv } from "./index-bdmv.ts"
import type { BlurayLayout } from "./layout.ts"
import type { MovieObjects } from "./movie-object.ts"
import type { PlayList } from "./play-list.ts"
import type { SoundObject } from "./sound-data.ts"

/** A playlist as a title of the disc. */
export type BlurayTitle = {
  /** From 1, in the order of the playlists' file numbers. */
  readonly number: number
  /** `00800.mpls`, in the disc's own spelling. */
  readonly fileName: string
  /** 800: what PlayPL commands and register 6 call it. */
  readonly playlistNumber: number
  readonly playList: PlayList
}

/** Everything that the structure files say, parsed. What not every use needs is read when it is asked for. */
export type BlurayDisc = {
  readonly layout: BlurayLayout
  /** null where neither the file nor its copy can be read: titles still play, without menus. */
  readonly index: IndexBdmv | null
  readonly movieObjects: MovieObjects | null
  /** `titles[n - 1]` is title n. */
  readonly titles: readonly BlurayTitle[]
  /** Titles of the disc in the languages it has, from META/DL. */
  readonly discLibraries: readonly DiscLibrary[]
  /** CERTIFICATE/id.bdmv. */
  readonly discId: DiscId | null
  readonly protection: ProtectionMarks

  /** By playlist number; null where there is no such playlist. */
  title(playlistNumber: number): BlurayTitle | null
  /** Of a clip ("00001"); kept for the next call within a bounded memory. @throws DiscError `not-found`, `damaged` when the copy is no better */
  clipInformation(clip: string, options?: ReadOptions): Promise<ClipInformation>
  /** The stream file of a clip. @throws DiscError `not-found` */
  openClip(clip: string, options?: ReadOptions): Promise<Source>
  /** The stream file's entry, null when it is not there. */
  findClip(clip: string, options?: ReadOptions): Promise<FileEntry | null>
  /** A BD-J object ("00000"). @throws DiscError `not-found`, `damaged` */
  bdjo(name: string, options?: ReadOptions): Promise<Bdjo>
  /** The sounds of menus; empty where there are none. `read` gives one's samples: 16-bit big-endian PCM. */
  sounds(options?: ReadOptions): Promise<readonly SoundObject[]>
  readSound(sound: SoundObject, options?: ReadOptions): Promise<Uint8Array>
  /** A font of text subtitles ("00000"), whole. @throws DiscError `not-found`, `limit` */
  font(fontFileId: string, options?: ReadOptions): Promise<Uint8Array>
  /** A picture of `discLibraries` (JPEG or PNG). @throws DiscError `not-found`, `limit` */
  thumbnail(path: string, options?: ReadOptions): Promise<Uint8Array>
}
