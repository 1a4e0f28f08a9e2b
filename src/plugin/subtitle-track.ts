import { DiscError, type Ticks, ticks, type Warnings } from "../base/index.ts"
import type { OverlayItem } from "./items.ts"
import { NO_PICTURE } from "./plane-overlays.ts"
import type { SubtitleDecoder, TimedPicture } from "./title-media.ts"

/** Overlays kept for a viewer who turns this subtitle on: those of the last moments, and whatever is still ahead of the screen. */
const MAX_KEPT = 64

/** What a viewer of this subtitle sees, and what one who has switched subtitles off; null: nothing new. */
export type TrackOverlay = { readonly full: OverlayItem; readonly forced: OverlayItem | null }

/** One subtitle stream: units in, overlays out, and the latest of them kept so that switching it on shows at once what is due. */
export class SubtitleTrack {
  #decoder: SubtitleDecoder | null = null
  #kept: TrackOverlay[] = []
  #showsForced = false

  /** A new segment begins; `fresh` when its clock or streams do not go on from the last. */
  startSegment(create: () => SubtitleDecoder | null, fresh: boolean): void {
    if (fresh || this.#decoder === null) this.#decoder = create()
  }

  /** A whole unit with its feed time. A damaged one gives nothing but a warning. */
  take(data: Uint8Array, pts: Ticks, warnings: Warnings): readonly TrackOverlay[] {
    const decoder = this.#decoder
    if (decoder === null) return []
    let pictures: readonly TimedPicture[]
    try {
      pictures = decoder.decode(data, pts)
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      warnings.add("damaged-subtitle", error.message, error.place)
      return []
    }
    const overlays = pictures.map((timed, index) => this.#overlay(decoder, timed, pictures[index + 1]?.at ?? null))
    // A unit takes the place of those before it: an end of theirs that is due later is void.
    const from = overlays[0]?.full.at
    if (from !== undefined) this.#kept = this.#kept.filter(({ full }) => full.at < from)
    this.#kept.push(...overlays)
    if (this.#kept.length > MAX_KEPT) this.#kept.splice(0, this.#kept.length - MAX_KEPT)
    return overlays
  }

  /** What this track shows at `presented` and after it, as far as it was read. */
  overlaysFrom(presented: Ticks): readonly TrackOverlay[] {
    const current = this.#kept.findLastIndex(({ full }) => full.at <= presented)
    return this.#kept.slice(Math.max(current, 0)).filter(({ full }) => full.until === null || full.until > presented)
  }

  /** The clock stood still at `from`: what was due later comes so much later. */
  hold(from: Ticks, by: number): void {
    const later = (time: Ticks) => (time >= from ? ticks(time + by) : time)
    const moved = (item: OverlayItem): OverlayItem => ({
      ...item,
      at: later(item.at),
      until: item.until === null ? null : later(item.until),
    })
    this.#kept = this.#kept.map(({ full, forced }) => ({ full: moved(full), forced: forced === null ? null : moved(forced) }))
  }

  #overlay({ plane }: SubtitleDecoder, { at, picture, forcedPicture }: TimedPicture, until: Ticks | null): TrackOverlay {
    const shown = { type: "overlay", plane, at, until } as const
    const wasShown = this.#showsForced
    this.#showsForced = forcedPicture !== null && forcedPicture.bitmaps.length > 0
    return {
      full: { ...shown, picture: picture ?? NO_PICTURE, forced: forcedPicture !== null },
      forced: this.#showsForced || wasShown ? { ...shown, picture: forcedPicture ?? NO_PICTURE, forced: true } : null,
    }
  }
}
