import type { ReadOptions, Source } from "../base/index.ts"

/** One name in a folder; `size` in bytes, 0 for directories. */
export type FolderEntry = { readonly name: string; readonly type: "file" | "directory"; readonly size: number }

/**
 * A tree of files that some outside system keeps: a directory of the computer, files dropped on a page. Paths begin with `/`, which is the
 * folder itself, and are spelled as `list` spells them.
 */
export interface Folder {
  /** The folder's own name, without the path to it. */
  readonly name: string
  /** Sorted by name. `size` is 0 for directories. @throws DiscError `not-found`, `read-failed` */
  list(path: string, options?: ReadOptions): Promise<readonly FolderEntry[]>
  /** @throws DiscError `not-found`, `read-failed` */
  open(path: string, options?: ReadOptions): Promise<Source>
  /** Closes the files that are still open. */
  close(): Promise<void>
}

/** Tells what `openNode` and the plugin's `openDisc` were given. */
export function isFolder(input: Source | Folder): input is Folder {
  return "list" in input && typeof input.list === "function"
}
