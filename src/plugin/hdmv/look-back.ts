import { type Ticks, ticks, type Warnings } from "../../base/index.ts"
import { IgDecoder, type InteractiveGraphics } from "../../graphics/ig/index.ts"
import { clockDistance, RangeReader } from "../range-reader.ts"
import type { Playlist } from "./playlist.ts"

/** A menu that is multiplexed with the film begins with it: its pictures are in the decoder's buffer (16 MiB) when it is shown, among as much film. */
const MAX_LOOK_BACK_BYTES = 32 * 1024 * 1024

/** A menu found before the place that is played. `feedOffset`: what time on the playlist is more than the menu's own. */
type EarlierMenu = { readonly graphics: InteractiveGraphics; readonly offset: number }

const FOUND = new WeakMap<Playlist, Map<string, Promise<EarlierMenu | null>>>()

/** Whether a play item has a menu stream in its own clip. */
export function hasMuxedMenu({ title }: Playlist, item: number, menuStream: number): boolean {
  const streams = title.playList.playItems[item]?.streams.ig ?? []
  const entry = (streams[menuStream - 1] ?? streams[0])?.entry
  return entry?.type === "main-clip"
}

/**
 * The first display set of a menu that is multiplexed with a play item, for playing that begins in the item's middle. Looked for once.
 * @returns null where none lies before `end`, in bytes of the item's ranges
 */
export function findEarlierMenu(
  playlist: Playlist,
  item: number,
  menuStream: number,
  end: number,
  { warnings, signal }: { readonly warnings: Warnings; readonly signal: AbortSignal },
): Promise<EarlierMenu | null> {
  const known = FOUND.get(playlist) ?? new Map<string, Promise<EarlierMenu | null>>()
  FOUND.set(playlist, known)
  const key = `${item}/${menuStream}`
  const found = known.get(key) ?? search(playlist, item, menuStream, end, warnings, signal)
  known.set(key, found)
  // What was stopped or found nothing before this place may be there for a later one.
  const forget = () => known.delete(key)
  found.then((menu) => menu === null && forget(), forget)
  return found
}

async function search(
  { media, title }: Playlist,
  item: number,
  menuStream: number,
  end: number,
  warnings: Warnings,
  signal: AbortSignal,
): Promise<EarlierMenu | null> {
  const segment = media.segments[item]
  if (segment === undefined) return null
  const decoder = new IgDecoder(warnings, title.fileName)
  let found: EarlierMenu | null = null
  const demuxer = media.createDemuxer(
    item,
    () => {},
    (menu, { data, pts }) => {
      if (menu !== menuStream || found !== null) return
      const [graphics] = decoder.push(data, pts)
      if (graphics === undefined) return
      const shownAt = graphics.pts ?? segment.inTime
      found = { graphics, offset: timeOn(segment.start, segment.inTime, ticks(shownAt)) - shownAt }
    },
  )
  const reader = new RangeReader(await media.openClip(segment), segment.ranges, media.blockSize, 0, warnings, { signal })
  const most = Math.min(end, MAX_LOOK_BACK_BYTES)
  for (let taken = 0; taken < most && found === null; ) {
    const run = await reader.run()
    if (run === null) break
    taken += run.length
    demuxer.push(run)
  }
  return found
}

const timeOn = (start: Ticks, inTime: Ticks, clock: Ticks): number => start + clockDistance(inTime, clock)
