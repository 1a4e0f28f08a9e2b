import type { Source } from "../base/index.ts"
import { Warnings } from "../base/index.ts"
import { type Folder, isFolder, type SourceStats, statsOf } from "../source/index.ts"
import { type OpenOptions, openNode } from "../source/node/index.ts"
import type { Disc } from "./disc.ts"
import { openDisc as openCore } from "./open-disc.ts"

/** What opentray opens: a path of a file, folder or drive, an http(s) URL, a `Blob`, a `Source` or `Folder` of your own. */
export type DiscInput = string | Blob | Source | Folder

/** How a disc is opened: what its source takes, and how strictly it is read. */
export type OpenDiscOptions = OpenOptions & {
  /** Oddities that are otherwise lived with become errors. */
  readonly strict?: boolean
}

/**
 * Opens a disc and reads its structure files, no video.
 * @throws DiscError `not-found`, `not-a-disc`, `damaged`, `read-failed`, `no-ranges`
 */
export async function openDisc(input: DiscInput, options: OpenDiscOptions = {}): Promise<Disc & { readonly stats: SourceStats | null }> {
  const opened = typeof input === "string" ? await openNode(input, options) : input
  const warnings = new Warnings({ strict: options.strict ?? false })
  try {
    const disc = await openCore(opened, { warnings, ...(options.signal === undefined ? {} : { signal: options.signal }) })
    return Object.defineProperty(disc, "stats", { get: () => statsOf(opened) }) as Disc & { readonly stats: SourceStats | null }
  } catch (error) {
    if (!(opened instanceof Blob) && !isFolder(opened)) await opened.close()
    throw error
  }
}
