import type { DiscontinuityItem } from "../../plugin/index.ts"
import type { PacketOutput } from "../../transcode/index.ts"

/** One access unit on the output's own clock, which begins at 0 and has no gaps; times in ticks. */
export type LiveUnit = {
  readonly track: "video" | "audio"
  readonly data: Uint8Array
  readonly pts: number
  readonly dts: number
  readonly duration: number
  readonly key: boolean
}

/** A stretch that begins later than this behind the last one's end leaves a gap that a device would take for a fault. */
const MAX_GAP = 45_000
/** Stretches that may still be on a screen. */
const MAX_STRETCHES = 64

/**
 * Puts a converter's packets on a clock without gaps: a jump leaves one in feed time, for a page drops what it has not shown yet; a television cannot. The next
 * stretch begins where the sound of the last one ends, so that sound goes on to the sample; the last picture is shown a moment longer.
 */
export class OutputClock {
  /** From the output time `at` on, feed time is output time minus `at` plus `feed`. */
  #stretches: { readonly at: number; readonly feed: number }[] = []
  /** Feed time at which the next stretch begins, until its first packet. */
  #next: number | null = null
  #videoEnd = 0
  #audioEnd = 0
  #videoDts = -1

  /** Something was given out. */
  get hasBegun(): boolean {
    return this.#stretches.length > 0
  }

  /** Where what was given out ends, as far as both tracks are there. */
  get end(): number {
    return Math.min(this.#videoEnd, this.#audioEnd)
  }

  /** A stretch begins at `showFrom`. */
  discontinuity({ flush, showFrom }: Pick<DiscontinuityItem, "flush" | "showFrom">): void {
    const current = this.#stretches.at(-1)
    const at = current === undefined ? null : current.at + showFrom - current.feed
    if (!flush && at !== null && Math.abs(at - this.end) <= MAX_GAP) return
    this.#next = showFrom
  }

  /** Ticks of sound that are missing before the next stretch can begin; to be filled by `silence`. */
  get missingSound(): number {
    return this.#next === null ? 0 : Math.max(0, this.#videoEnd - this.#audioEnd)
  }

  /** A silent frame behind all sound. */
  silence(data: Uint8Array, duration: number): LiveUnit {
    const pts = this.#audioEnd
    this.#audioEnd += duration
    return { track: "audio", data, pts, dts: pts, duration, key: true }
  }

  /** Null: it lies before the stretch's beginning. */
  place({ stream, data, pts, dts, duration, key, decodeOnly }: PacketOutput): LiveUnit | null {
    if (decodeOnly) return null
    this.#begin(pts)
    const stretch = this.#stretches.at(-1)
    if (stretch === undefined || pts < stretch.feed) return null
    const shift = stretch.at - stretch.feed
    const unit = { track: stream, data, pts: pts + shift, dts: dts + shift, duration, key }
    if (stream === "audio") {
      this.#audioEnd = Math.max(this.#audioEnd, unit.pts + duration)
      return unit
    }
    if (unit.dts <= this.#videoDts) return null
    this.#videoDts = unit.dts
    this.#videoEnd = Math.max(this.#videoEnd, unit.pts + duration)
    return unit
  }

  /** The converter's time of what is shown at an output time. */
  feedAt(output: number): number {
    const index = this.#stretches.findLastIndex(({ at }) => at <= output)
    const stretch = this.#stretches[index] ?? this.#stretches[0]
    return stretch === undefined ? 0 : stretch.feed + Math.max(0, output - stretch.at)
  }

  /** Where the converter may be when the output may be at `output`: in the newest stretch, begun or not. */
  feedAllowed(output: number): number {
    if (this.#next !== null) return this.#next + output - Math.max(this.#videoEnd, this.#audioEnd)
    const stretch = this.#stretches.at(-1)
    return stretch === undefined ? Number.POSITIVE_INFINITY : stretch.feed + output - stretch.at
  }

  #begin(pts: number): void {
    const isFirst = this.#stretches.length === 0
    if (this.#next === null && !isFirst) return
    this.#stretches.push({ at: Math.max(this.#videoEnd, this.#audioEnd), feed: this.#next ?? pts })
    if (this.#stretches.length > MAX_STRETCHES) this.#stretches.shift()
    this.#next = null
  }
}
