import { DiscError, type Ticks, ticks, type Warnings } from "../base/index.ts"
import type { OverlayItem } from "./items.ts"
import type { SubtitleDecoder } from "./title-media.ts"

/** Overlays kept for a viewer who turns this subtitle on: those of the last moments, whatever is still ahead of the screen. */
const MAX_KEPT = 64

/** One subtitle stream: units in, overlays out, and the latest of them kept so that switching it on shows at once what is due. */
export class SubtitleTrack {
  readonly stream: number
  #decoder: SubtitleDecoder | null = null
  #kept: OverlayItem[] = []

  constructor(stream: number) {
    this.stream = stream
  }

  /** A new segment begins; `fresh` when its clock or streams do not go on from the last. */
  startSegment(create: () => SubtitleDecoder | null, fresh: boolean): void {
    if (fresh || this.#decoder === null) this.#decoder = create()
  }

  /** A whole unit with its feed time. A damaged one gives nothing but a warning. */
  take(data: Uint8Array, pts: Ticks, warnings: Warnings): readonly OverlayItem[] {
    const decoder = this.#decoder
    if (decoder === null) return []
    let overlays: readonly OverlayItem[]
    try {
      overlays = overlaysOf(decoder, data, pts)
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      warnings.add("damaged-subtitle", error.message, error.place)
      return []
    }
    this.#kept.push(...overlays)
    if (this.#kept.length > MAX_KEPT) this.#kept.splice(0, this.#kept.length - MAX_KEPT)
    return overlays
  }

  /** What this track shows at `presented` and what it has shown or will show after it, as far as it was read. */
  overlaysFrom(presented: Ticks): readonly OverlayItem[] {
    const current = this.#kept.findLastIndex((overlay) => overlay.at <= presented)
    return this.#kept.slice(Math.max(current, 0)).filter((overlay) => overlay.until === null || overlay.until > presented)
  }
}

function overlaysOf(decoder: SubtitleDecoder, data: Uint8Array, pts: Ticks): readonly OverlayItem[] {
  const pictures = decoder.decode(data, pts)
  return pictures.map((timed, index): OverlayItem => {
    const next = pictures[index + 1]
    return {
      type: "overlay",
      plane: decoder.plane,
      at: ticks(pts + timed.delay),
      until: next === undefined ? null : ticks(pts + next.delay),
      picture: timed.picture ?? { planeWidth: 0, planeHeight: 0, bitmaps: [] },
      forced: timed.forced,
    }
  })
}
