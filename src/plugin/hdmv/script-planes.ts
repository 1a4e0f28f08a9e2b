import { crc32, hex32, ticks, type Warnings } from "../../base/index.ts"
import type { PlayItem } from "../../disc/bluray/index.ts"
import type { PlanePicture } from "../../graphics/bitmap.ts"
import type { IgDecoder, InteractiveGraphics } from "../../graphics/ig/index.ts"
import { type AccessUnit, type CodecName, TransportStreamDemuxer } from "../../mpeg/index.ts"
import { presentationGraphicsDecoder } from "../subtitle-decoders.ts"
import type { SubtitleDecoder } from "../title-media.ts"

type ScriptGraphicsOptions = {
  readonly item: PlayItem
  /** Numbers of the streams, from 1. */
  readonly menu: number
  readonly subtitle: number
  readonly isSubtitleShown: () => boolean
  /** Menus go on over jumps. */
  readonly menus: IgDecoder
  readonly path: string
  readonly warnings: Warnings
}

/**
 * The menus and the subtitle in a play item's own clip, decoded as their packets come. As libbluray's `m2ts_filter.c`, it leaves out what comes
 * before the in time and what is shown from the out time on; subtitles beside a menu pass that filter unseen.
 */
export class ScriptGraphics {
  readonly #demuxer: TransportStreamDemuxer
  readonly #options: ScriptGraphicsOptions
  readonly #pg: SubtitleDecoder
  readonly #passing = new Set<number>()
  readonly #menuPid: number | null
  #found: InteractiveGraphics[] = []
  /** What was last told to be shown of the subtitle; null: nothing. */
  subtitle: PlanePicture | null = null

  constructor(options: ScriptGraphicsOptions) {
    const { item, menu, subtitle, path, warnings } = options
    this.#options = options
    this.#menuPid = muxedPid(item, "ig", menu)
    const pgPid = muxedPid(item, "pg", subtitle)
    const codecs = new Map<number, CodecName>()
    if (this.#menuPid !== null) codecs.set(this.#menuPid, "hdmv_ig")
    if (pgPid !== null) codecs.set(pgPid, "hdmv_pgs_subtitle")
    this.#pg = presentationGraphicsDecoder(path, warnings)
    const sink = { unit: (unit: AccessUnit) => this.#take(unit) }
    this.#demuxer = new TransportStreamDemuxer({ codecs, streams: new Set(codecs.keys()), packetSize: 192, warnings, path, sink })
  }

  /** Menus whose display set ended with this aligned unit. */
  push(block: Uint8Array): readonly InteractiveGraphics[] {
    this.#found = []
    this.#demuxer.push(block)
    return this.#found
  }

  #take({ streamId, data, pts }: AccessUnit): void {
    if (!this.#passes(streamId, pts)) return
    const { menus, isSubtitleShown } = this.#options
    if (streamId === this.#menuPid) {
      this.#found.push(...menus.push(data, pts))
      return
    }
    for (const { picture, forcedPicture } of this.#pg.decode(data, ticks(pts ?? 0)))
      this.subtitle = isSubtitleShown() ? picture : forcedPicture
  }

  #passes(streamId: number, pts: number | null): boolean {
    const { inTime45k, outTime45k, streams } = this.#options.item
    if (streamId !== this.#menuPid && streams.ig.length > 0) return true
    if (pts !== null && pts >= outTime45k * 2) this.#passing.delete(streamId)
    else if (pts !== null && pts >= inTime45k * 2) this.#passing.add(streamId)
    return this.#passing.has(streamId)
  }
}

/** The PID of a chosen stream (from 1) in the play item's own clip; null: it is elsewhere, or there is none. */
function muxedPid(item: PlayItem, kind: "ig" | "pg", number: number): number | null {
  const entry = item.streams[kind][number - 1]?.entry
  return entry?.type === "main-clip" ? entry.pid : null
}

/** CRC-32 of a plane's pixels, R, G, B, A, and the box [x, y, width, height] of what is not transparent; null: nothing is. */
export function planeOf(picture: PlanePicture | null): { readonly crc32: string; readonly box: readonly number[] } | null {
  if (picture === null || picture.bitmaps.length === 0) return null
  const { planeWidth: width, planeHeight: height } = picture
  const plane = new Uint32Array(width * height)
  for (const bitmap of picture.bitmaps) {
    const { palette } = bitmap
    const colours = new Uint32Array(palette.slice(0, 1024).buffer)
    for (let y = Math.max(0, -bitmap.y); y < Math.min(bitmap.height, height - bitmap.y); y++) {
      for (let x = Math.max(0, -bitmap.x); x < Math.min(bitmap.width, width - bitmap.x); x++) {
        plane[(bitmap.y + y) * width + bitmap.x + x] = colours[bitmap.indices[y * bitmap.width + x] ?? 0] ?? 0
      }
    }
  }
  const bytes = new Uint8Array(plane.buffer)
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let at = 0; at < plane.length; at++) {
    if (bytes[at * 4 + 3] === 0) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = y
  }
  return right < 0 ? null : { crc32: hex32(crc32(bytes)), box: [left, top, right - left + 1, bottom - top + 1] }
}
