import type { DiscError, ReadOptions, Source, Warnings } from "../base/index.ts"
import type { CopyManagement, FileExtent, FileSystemKind } from "./file-system.ts"

/** A name in a directory, before its size and extents are asked for. */
export interface VolumeNode {
  readonly name: string
  readonly type: "file" | "directory"
  /** Where the node's own structure lies on the disc: two directories with one key are one directory. */
  readonly key: string
}

/** What `VolumeFileSystem` needs to know of a file. */
export type FileDetails = {
  readonly size: number
  readonly extents: readonly FileExtent[]
  /** The content where it lies inside the file's own structure (UDF). */
  readonly embedded: Uint8Array | null
  /** Absent where the format has none. */
  readonly copyManagement?: CopyManagement | null
  /** Why the file cannot be opened although it is listed. */
  readonly problem: DiscError | null
}

/** One format's view of an image: a tree of nodes. Paths, caches and matching are `VolumeFileSystem`'s. */
export interface Volume<Node extends VolumeNode> {
  readonly kind: FileSystemKind
  readonly label: string
  readonly root: Node
  /** The directory's entries in its own order. `path` is for errors and warnings. */
  readDirectory(directory: Node, path: string, options?: ReadOptions): Promise<readonly Node[]>
  /** Sizes and extents of files, read together. The answers are in the order of `nodes`. */
  describe(nodes: readonly Node[], directoryPath: string, options?: ReadOptions): Promise<readonly FileDetails[]>
  readonly image: Source
  /** Where the volume says that it ends, in bytes of the image. */
  readonly endByte: number
  readonly warnings: Warnings
}
