import type { InteractiveComposition } from "./interactive-composition.ts"
import type { Page } from "./page.ts"

/**
 * Whose clock animations follow. `player`: the specification's, each picture for `animation_frame_rate_code` pictures of the video. `libbluray`:
 * that library's, which reckons intervals in another way, shows the next picture at each drawing of the page and knows no time-outs of
 * multiplexed menus; a trace needs it to be compared with the library's.
 */
export type AnimationRules = "player" | "libbluray"

/** 90 kHz ticks between two pictures of the video, by frame_rate. */
const FRAME_TICKS: readonly (number | undefined)[] = [undefined, 3753.75, 3750, 3600, 3003, undefined, 1800, 1501.5]

/** What libbluray's `graphics_controller.c` reckons with. */
const LIBBLURAY_TICKS: readonly (number | undefined)[] = [0, 2136, 2160, 2250, 2670, 4500, 5340]

/**
 * 90 kHz ticks (quarters occur) from one picture of a page's animated buttons to the next; null: they stand still at the first.
 * libblu's `hdmv_check.c` names what the code means: 1/n of the video's rate, and 0 for no animation.
 */
export function animationInterval(composition: InteractiveComposition, page: Page, rules: AnimationRules): number | null {
  const { frameRateCode } = composition
  const code = page.animationFrameRateCode
  if (rules === "libbluray") return (LIBBLURAY_TICKS[frameRateCode] ?? 0) * (code + 1)
  const frame = FRAME_TICKS[frameRateCode]
  return frame === undefined || code === 0 ? null : frame * code
}

/** The pictures of a button's look, as an animation takes them. */
export type Pictures = {
  readonly startObjectIdRef: number | null
  readonly endObjectIdRef: number | null
  /** From the start again, and so on; else it stays at the last. */
  readonly repeat: boolean
}

/** Where an animation is: `objectIdRef` is shown; `next`: number of the picture after it, null when it has come to rest. */
export type AnimationStep = { readonly objectIdRef: number | null; readonly next: number | null; readonly finishing: boolean }

/** The picture of this number. An animation may run to an object of a smaller number (libblu `hdmv_check.c` allows it). */
export function playerStep(pictures: Pictures, number: number, animated: boolean): AnimationStep {
  const { startObjectIdRef: start, endObjectIdRef: end, repeat } = pictures
  if (start === null || end === null || start === end || !animated) return { objectIdRef: start, next: null, finishing: false }
  const count = Math.abs(end - start) + 1
  const objectIdRef = start + Math.sign(end - start) * (number % count)
  if (repeat) return { objectIdRef, next: (number + 1) % count, finishing: false }
  return number + 1 < count ? { objectIdRef, next: number + 1, finishing: true } : { objectIdRef: end, next: null, finishing: false }
}

/** The same as libbluray's `_find_object_for_button` does it. `number` null: it has come to rest. */
export function libblurayStep(pictures: Pictures, number: number | null): AnimationStep {
  const { startObjectIdRef: start, endObjectIdRef: end, repeat } = pictures
  if (number === null) return { objectIdRef: end !== null && end < NO_OBJECTS ? end : start, next: null, finishing: false }
  if (start === null || end === null || end <= start) return { objectIdRef: start, next: null, finishing: false }
  const count = end - start + 1
  const next = number + 1
  const rests = !repeat && next >= count
  return { objectIdRef: start + (number % count), next: rests ? null : next, finishing: !repeat && !rests }
}

/** object_id references from here on name no object. */
const NO_OBJECTS = 0xfffe
