import { DiscError, type Warnings } from "../../base/index.ts"
import type { BlurayDisc, PlayList } from "../../disc/bluray/index.ts"
import { decodeInteractiveGraphics, type InteractiveGraphics } from "../../graphics/ig/index.ts"
import { readWholeStream } from "../whole-stream.ts"

/** A menu's clip holds pictures of menus and nothing else; the decoder's own buffer is 64 MiB. */
const MAX_CLIP_BYTES = 96 * 1024 * 1024

/**
 * The menu of a play item that comes in a clip of its own (sub path type 3), read whole. null: the item has none, or it is in the film's own
 * clip. A damaged clip gives what can be read of it, and a warning.
 * @param number the menu stream, from 1 (PSR 0)
 */
export async function readPreloadedMenu(
  bluray: BlurayDisc,
  playList: PlayList,
  playItemId: number,
  number: number,
  warnings: Warnings,
  signal: AbortSignal,
): Promise<InteractiveGraphics | null> {
  const { ig = [] } = playList.playItems[playItemId]?.streams ?? {}
  const entry = (ig[number - 1] ?? ig[0])?.entry
  if (entry?.type !== "sub-clip") return null
  const clip = playList.subPaths[entry.subPathId]?.items[0]?.clips[entry.subClipEntryId]?.clipInformationFileName
  if (clip === undefined) {
    warnings.add("missing-clip", "the menu's clip is in no sub path of the playlist", { field: "SubPath" })
    return null
  }
  try {
    const stream = { clip, pid: entry.pid, codec: "hdmv_ig", maxBytes: MAX_CLIP_BYTES, what: "menus" } as const
    return decodeInteractiveGraphics(await readWholeStream(bluray, stream, warnings, signal), warnings, clip)[0] ?? null
  } catch (error) {
    if (!(error instanceof DiscError) || error.code === "aborted") throw error
    warnings.add("missing-clip", `the menu cannot be shown: ${error.message}`, error.place)
    return null
  }
}
