import type { Ticks } from "../base/index.ts"
import type { PlanePicture } from "../graphics/bitmap.ts"
import type { Item, OverlayItem, OverlayPlane } from "./items.ts"

/** Nothing on a plane. */
export const NO_PICTURE: PlanePicture = { planeWidth: 0, planeHeight: 0, bitmaps: [] }

/** A plane is clear from `at` on. */
export const clearedPlane = (plane: OverlayPlane, at: Ticks): OverlayItem => ({
  type: "overlay",
  plane,
  at,
  until: null,
  picture: NO_PICTURE,
  forced: false,
})

/** What is on already begins for this viewer now: no overlay begins before `at`. */
export const beginningAt = (items: readonly Item[], at: Ticks): readonly Item[] =>
  items.map((item) => (item.type === "overlay" && item.at < at ? { ...item, at } : item))
