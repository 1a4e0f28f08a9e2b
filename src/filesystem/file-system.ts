import type { ReadOptions, Source } from "../base/index.ts"

/**
 * A run of a file's bytes. `startSector` counts 2048-byte sectors of the image; where a volume has blocks of 512 or 1024 bytes it can be a
 * fraction, in exact quarters, so that `startSector * 2048` is the byte offset always. Null: a hole, reads as zeros.
 */
export type FileExtent = { readonly startSector: number | null; readonly lengthBytes: number }

/** What an author says of copying a file (DVD, UDF volumes only). It is a mark: it neither scrambles anything nor stops it from playing. */
export type CopyManagement = {
  /** The author calls it copyrighted material. */
  readonly copyrighted: boolean
  readonly copying: "permitted" | "reserved" | "one-generation" | "never"
}

export type FileEntry = {
  /** From the root, `/BDMV/index.bdmv`, in the disc's own spelling. */
  readonly path: string
  readonly name: string
  readonly type: "file" | "directory"
  /** In bytes; 0 for directories. */
  readonly size: number
  /** In file order. Empty for directories, for files of a folder and for files embedded in their own entry (UDF). */
  readonly extents: readonly FileExtent[]
  /** Absent where the volume says nothing of it. */
  readonly copyManagement?: CopyManagement
}

export type FileSystemKind = "udf" | "iso9660" | "folder"

/** Names to extents. Paths begin with `/`, parts are matched without case; a path asked for is found without listing the rest of the disc. */
export interface FileSystem {
  readonly kind: FileSystemKind
  /** Volume label; the folder's name for a folder. */
  readonly label: string
  /** `null` when there is no such path. */
  find(path: string, options?: ReadOptions): Promise<FileEntry | null>
  /** The entries of a directory in the disc's own order. @throws DiscError `not-found` */
  list(path: string, options?: ReadOptions): Promise<readonly FileEntry[]>
  /** A file's bytes. The source is closed with the file system. @throws DiscError `not-found` */
  open(entry: FileEntry | string, options?: ReadOptions): Promise<Source>
  close(): Promise<void>
}
