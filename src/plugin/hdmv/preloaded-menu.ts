import { DiscError, type Source, type Warnings } from "../../base/index.ts"
import { ALIGNED_UNIT_SIZE, type BlurayDisc, type PlayList } from "../../disc/bluray/index.ts"
import { decodeInteractiveGraphics, type IgUnit, type InteractiveGraphics } from "../../graphics/ig/index.ts"
import { TransportStreamDemuxer } from "../../mpeg/index.ts"

/** A menu's clip holds pictures of menus and nothing else; the decoder's own buffer is 64 MiB. */
const MAX_CLIP_BYTES = 96 * 1024 * 1024
/** Read at once: the clip is needed whole before anything plays. */
const RUN_BYTES = Math.floor((4 * 1024 * 1024) / ALIGNED_UNIT_SIZE) * ALIGNED_UNIT_SIZE

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
    const source = await bluray.openClip(clip, { signal })
    try {
      return decodeInteractiveGraphics(await unitsOf(source, entry.pid, warnings, signal), warnings, clip)[0] ?? null
    } finally {
      await source.close()
    }
  } catch (error) {
    if (!(error instanceof DiscError) || error.code === "aborted") throw error
    warnings.add("missing-clip", `the menu cannot be shown: ${error.message}`, error.place)
    return null
  }
}

async function unitsOf(source: Source, pid: number, warnings: Warnings, signal: AbortSignal): Promise<readonly IgUnit[]> {
  if (source.size > MAX_CLIP_BYTES) {
    throw new DiscError("limit", `a menu's clip has no more than ${MAX_CLIP_BYTES} bytes, this one ${source.size}`, { path: source.name })
  }
  const units: IgUnit[] = []
  const demuxer = new TransportStreamDemuxer({
    codecs: new Map([[pid, "hdmv_ig" as const]]),
    streams: new Set([pid]),
    packetSize: 192,
    warnings,
    path: source.name,
    sink: { unit: ({ data, pts }) => void units.push({ data, pts }) },
  })
  for (let at = 0; at < source.size; at += RUN_BYTES) demuxer.push(await source.read(at, RUN_BYTES, { signal }))
  demuxer.flush()
  return units
}
