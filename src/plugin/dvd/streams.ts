import type { Warnings } from "../../base/index.ts"
import { chainStreams, type DvdDisc, menuStreams, type Pgc, type StreamAttributes } from "../../disc/dvd/index.ts"
import type { StreamInfo } from "../../disc/index.ts"
import type { DisplayMode, DvdNavigator } from "../../navigation/dvd/index.ts"
import { SPRM, streamAttributes } from "../../navigation/dvd/index.ts"
import type { StreamDescription } from "../items.ts"
import { describeStream } from "../stream-descriptions.ts"
import { subpictureDecoder } from "../subtitle-decoders.ts"
import type { FeedStreams } from "./feed.ts"
import { subpictureStreamId, unitStreamId } from "./vobs.ts"

/** The low bits of an audio id are its number in the packs. */
const AUDIO_NUMBER = 7
const SUBPICTURE_REGISTER = 0x3f

/** The streams of where a navigator is: those of the chain, and which of them are to be played. */
export function feedStreams(dvd: DvdDisc, navigator: DvdNavigator, everything: boolean, warnings: Warnings): FeedStreams {
  const { pgc, streams: active, state } = navigator
  const { domain, titleSet, sprm } = state.machine
  const attributes = streamAttributes(dvd, { domain, titleSet })
  const infos = attributes === null || pgc === null ? [] : infosOf(attributes, pgc, domain === "title")
  const audio = chosen(infos, "audio", active.audio, AUDIO_NUMBER, (sprm[SPRM.audioStream] ?? 0) + 1)
  const mode = navigator.displayMode
  const physical = active.subpicture[mode]
  const subtitle = chosen(infos, "subtitle", null, 0, ((sprm[SPRM.subpictureStream] ?? 0) & SUBPICTURE_REGISTER) + 1)
  const isSelected = (info: StreamInfo) =>
    everything || info.kind === "video" || info === audio || (info === subtitle && (active.subpictureShown || info.forced === true))
  const streams = infos.map((info, index): StreamDescription => ({ ...describeStream(info, index), selected: isSelected(info) }))
  const subpicture = physical === null ? null : subpictureStreamId(physical)
  return {
    streams,
    indexOf: new Map(
      infos.flatMap((info, index) => {
        if (info.kind === "audio" && !isSelected(info)) return []
        const isMenu = info.kind === "subtitle" && domain !== "title"
        return [[isMenu && subpicture !== null ? subpicture : unitStreamId(Number(idFor(info, mode))), index] as const]
      }),
    ),
    subpicture,
    subpictureShown: active.subpictureShown,
    createDecoder: () => {
      const { width = 720, height = 576 } = infos[0] ?? {}
      return subpictureDecoder(pgc?.palette ?? [], { width, height }, warnings)
    },
  }
}

const infosOf = (attributes: StreamAttributes, pgc: Pgc, isTitle: boolean): readonly StreamInfo[] =>
  isTitle ? chainStreams(attributes, pgc) : menuStreams(attributes)

/** The stream whose number the player holds; where that is none of them, the one whose packs are played. */
function chosen(
  infos: readonly StreamInfo[],
  kind: "audio" | "subtitle",
  physical: number | null,
  mask: number,
  number: number,
): StreamInfo | undefined {
  const ofKind = infos.filter((info) => info.kind === kind)
  if (kind === "audio" && physical === null) return undefined
  const isPlayed = ({ id }: StreamInfo) => physical === null || (Number(id) & mask) === physical
  return ofKind.find((info) => info.number === number && isPlayed(info)) ?? ofKind.find(isPlayed)
}

/** Sub-pictures have a stream for each way of showing a wide picture. */
function idFor({ id, subpictureIds }: StreamInfo, mode: DisplayMode): string {
  if (subpictureIds === undefined || mode === "wide") return id
  return mode === "letterbox" ? subpictureIds.letterbox : subpictureIds.panScan
}
