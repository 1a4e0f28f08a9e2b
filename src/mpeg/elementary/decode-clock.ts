import { wrapTimestamp } from "../pes.ts"
import type { Stamp } from "./stamp-queue.ts"

/** Times of pictures whose order of showing the stream does not tell cheaply (H.264, HEVC, VC-1): decoding goes on by one frame, and showing is known only where nothing is reordered. */
export class DecodeClock {
  #next: number | null = null
  pts: number | null = null
  dts: number | null = null

  /** Sets `pts` and `dts` for the next picture in decoding order. `duration` in ticks, null where the stream has not said it. */
  picture(stamp: Stamp | null, duration: number | null, reorders: boolean): void {
    const dts = stamp !== null ? (stamp.dts ?? stamp.pts) : this.#next
    this.dts = dts === null ? null : wrapTimestamp(Math.floor(dts))
    this.pts = stamp !== null ? stamp.pts : reorders ? null : this.dts
    this.#next = dts === null || duration === null ? null : dts + duration
  }

  reset(): void {
    this.#next = null
  }
}
