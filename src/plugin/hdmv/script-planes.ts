import { crc32, hex32, ticks, type Warnings } from "../../base/index.ts"
import type { PlayItem } from "../../disc/bluray/index.ts"
import type { PlanePicture } from "../../graphics/bitmap.ts"
import type { IgDecoder, InteractiveGraphics } from "../../graphics/ig/index.ts"
import { type AccessUnit, type CodecName, TransportStreamDemuxer } from "../../mpeg/index.ts"
import { presentationGraphicsDecoder } from "../subtitle-decoders.ts"
import type { SubtitleDecoder } from "../title-media.ts"

type ScriptGraphicsOptions = {
  readonly item: PlayItem
  /** The chosen menu, from 1. */
  readonly menu: number
  readonly isSubtitleShown: () => boolean
  /** Menus go on over jumps. */
  readonly menus: IgDecoder
  readonly path: string
  readonly warnings: Warnings
}

/**
 * The menus and the subtitle in a play item's own clip, decoded as their packets come. As libbluray's `m2ts_filter.c`, it leaves out what comes
 * before the in time and what is shown from the out time on; subtitles beside a menu pass that filter unseen. As its `graphics_processor.c`, it
 * ends one display set of a stream with an aligned unit at most: what is behind that waits for the next unit.
 */
export class ScriptGraphics {
  readonly #demuxer: TransportStreamDemuxer
  readonly #options: ScriptGraphicsOptions
  readonly #passing = new Set<number>()
  readonly #menuPid: number | null
  #menuUnits: AccessUnit[] = []
  #pg: SubtitleDecoder
  #pgPid: number | null = null
  #pgUnits: AccessUnit[] = []
  /** What was last told to be shown of the subtitle; null: nothing. */
  subtitle: PlanePicture | null = null

  /** `subtitle`: its number, from 1. */
  constructor(options: ScriptGraphicsOptions, subtitle: number) {
    const { item, menu, path, warnings } = options
    this.#options = options
    this.#menuPid = muxedPid(item, "ig", menu)
    this.#pg = presentationGraphicsDecoder(path, warnings)
    const codecs = new Map<number, CodecName>()
    for (const { entry } of item.streams.ig) if (entry.type === "main-clip") codecs.set(entry.pid, "hdmv_ig")
    for (const { entry } of item.streams.pg) if (entry.type === "main-clip") codecs.set(entry.pid, "hdmv_pgs_subtitle")
    const sink = { unit: (unit: AccessUnit) => this.#take(unit) }
    this.#demuxer = new TransportStreamDemuxer({ codecs, streams: new Set(), packetSize: 192, warnings, path, sink })
    this.chooseSubtitle(subtitle)
  }

  /** The subtitle begins anew, with a stream's next unit; a menu that is half read stays so. */
  chooseSubtitle(number: number): void {
    const { item, path, warnings } = this.#options
    const menu = this.#menuPid === null ? [] : [this.#menuPid]
    this.#pg = presentationGraphicsDecoder(path, warnings)
    this.#pgPid = muxedPid(item, "pg", number)
    this.#pgUnits = []
    this.subtitle = null
    this.#demuxer.select(new Set(menu))
    if (this.#pgPid !== null) this.#demuxer.select(new Set([...menu, this.#pgPid]))
  }

  /** Menus whose display set ended with this aligned unit. */
  push(block: Uint8Array): readonly InteractiveGraphics[] {
    this.#demuxer.push(block)
    this.#nextSubtitle()
    return this.#nextMenu()
  }

  #nextMenu(): readonly InteractiveGraphics[] {
    for (let unit = this.#menuUnits.shift(); unit !== undefined; unit = this.#menuUnits.shift()) {
      const found = this.#options.menus.push(unit.data, unit.pts)
      if (found.length > 0) return found
    }
    return []
  }

  #nextSubtitle(): void {
    for (let unit = this.#pgUnits.shift(); unit !== undefined; unit = this.#pgUnits.shift()) {
      const found = this.#pg.decode(unit.data, ticks(unit.pts ?? 0))
      for (const { picture, forcedPicture } of found) this.subtitle = this.#options.isSubtitleShown() ? picture : forcedPicture
      if (found.length > 0) return
    }
  }

  #take(unit: AccessUnit): void {
    if (!this.#passes(unit.streamId, unit.pts)) return
    if (unit.streamId === this.#menuPid) this.#menuUnits.push(unit)
    else if (unit.streamId === this.#pgPid) this.#pgUnits.push(unit)
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

type PlaneSum = { readonly crc32: string; readonly box: readonly number[] } | null

/** Menus show the same again and again. */
const MAX_KNOWN_PLANES = 256

/** Planes' sums, worked out once for the same bitmaps in the same places. */
export class PlaneSums {
  readonly #known = new Map<string, PlaneSum>()
  readonly #numbers = new WeakMap<Uint8Array, number>()
  #count = 0

  /** CRC-32 of a plane's pixels, R, G, B, A, and the box [x, y, width, height] of what is not transparent; null: nothing is. */
  of(picture: PlanePicture | null): PlaneSum {
    if (picture === null || picture.bitmaps.length === 0) return null
    const { planeWidth, planeHeight, bitmaps } = picture
    const parts = bitmaps.map(({ x, y, width, height, indices, palette }) =>
      [x, y, width, height, this.#numberOf(indices), this.#numberOf(palette)].join(),
    )
    const key = [planeWidth, planeHeight, ...parts].join(";")
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= MAX_KNOWN_PLANES) this.#known.clear()
    const sum = planeOf(picture)
    this.#known.set(key, sum)
    return sum
  }

  #numberOf(bytes: Uint8Array): number {
    const number = this.#numbers.get(bytes) ?? this.#count++
    this.#numbers.set(bytes, number)
    return number
  }
}

function planeOf(picture: PlanePicture): PlaneSum {
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
