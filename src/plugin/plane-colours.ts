import type { PlayList } from "../disc/bluray/index.ts"
import type { PlaneColours } from "../graphics/index.ts"

/** dynamic_range_type of a video stream (STN_table of UHD playlists): 1 HDR10, 2 Dolby Vision; both are BT.2020 with PQ. */
const PQ_TYPES = new Set<number | null>([1, 2])

/** What the graphics of a play item are in: as the film beside them, for a player mixes both before anything is shown. */
export function planeColoursOf({ playItems }: Pick<PlayList, "playItems">, playItem: number): PlaneColours {
  const video = playItems[playItem]?.streams.video[0]?.attributes
  return video?.kind === "video" && PQ_TYPES.has(video.dynamicRangeType) ? "bt2020-pq" : "sdr"
}
