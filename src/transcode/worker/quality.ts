import type { CodecName } from "../../mpeg/access-unit.ts"
import type { VideoTarget } from "../protocol.ts"

export type Preset = "veryfast" | "superfast" | "ultrafast"

/** How well the picture is made. */
export type Quality = {
  /** Lines. */
  readonly height: number
  /** Interlaced video gives one picture for each field. */
  readonly doubleRate: boolean
  readonly preset: Preset
}

export type Source = {
  readonly codec: CodecName
  readonly width: number
  readonly height: number
  /** Pictures a second. */
  readonly frameRate: number
  readonly interlaced: boolean
  /** Display aspect: width through height. */
  readonly aspect: number
}

/** Times real time below which the picture is made smaller or simpler. */
export const LEAST_SPEED = 1.2

const HEIGHTS = [1080, 720, 480]
const PRESETS: readonly Preset[] = ["veryfast", "superfast", "ultrafast"]
/** `ultrafast` leaves out what makes H.264's High profile. */
const HIGH_PROFILE: readonly Preset[] = ["veryfast", "superfast"]

/** Level 4 (245,760 macroblocks a second, ISO/IEC 14496-10 table A-1) has room for 60 pictures a second of so many lines. */
const MAIN_FIELD_RATE_LINES = 720

/** Nanoseconds of one core for a pixel, measured on one 2026 server core with moving, noisy pictures (vc1 is a guess). */
const DECODE_COST: Readonly<Partial<Record<CodecName, number>>> = { mpeg1video: 1.7, mpeg2video: 1.7, h264: 6, hevc: 9, vc1: 6 }
const DEAREST_DECODER = 9
const DEINTERLACE_COST = 0.5
const SCALE_COST = 1
const ENCODE_COST: Readonly<Record<Preset, number>> = { veryfast: 12.5, superfast: 8, ultrafast: 3.5 }
/** What a browser without a video chip needs to show the result: as a rule it runs on this machine too. */
const PLAY_COST = 8

/** Seconds of one core's work for a second of video. */
export function costOf(source: Source, quality: Quality): number {
  const sourcePixels = source.width * source.height * source.frameRate
  const rate = source.frameRate * (source.interlaced && quality.doubleRate ? 2 : 1)
  const pixels = quality.height * quality.height * source.aspect * rate
  const deinterlaced = !source.interlaced || takesOneField(source, quality) ? 0 : sourcePixels * (quality.doubleRate ? 2 : 1)
  const decode = sourcePixels * (DECODE_COST[source.codec] ?? DEAREST_DECODER)
  return (decode + deinterlaced * DEINTERLACE_COST + pixels * (SCALE_COST + ENCODE_COST[quality.preset] + PLAY_COST)) / 1e9
}

/** A picture of half the lines is one field: no deinterlacer is needed. */
export function takesOneField(source: Source, quality: Quality): boolean {
  return source.interlaced && !quality.doubleRate && quality.height <= source.height / 2
}

/** All qualities for a source, best first, each clearly cheaper than the one before. */
export function ladder(source: Source, target: QualityTarget): readonly Quality[] {
  const { maxHeight, canvas, isSteady = false, isMain = false } = target
  const top = canvas?.height ?? Math.min(source.height, maxHeight)
  const lower = canvas === null ? HEIGHTS.filter((lines) => lines < top) : []
  const rungs: Quality[] = []
  let cost = Number.POSITIVE_INFINITY
  for (const height of [top, ...lower]) {
    const mayDouble = source.interlaced && !isSteady && !(isMain && height > MAIN_FIELD_RATE_LINES)
    for (const doubleRate of mayDouble ? [true, false] : [false]) {
      for (const preset of isSteady ? HIGH_PROFILE : PRESETS) {
        const quality = { height, doubleRate, preset }
        const own = costOf(source, quality)
        if (own > cost * 0.9) continue
        cost = own
        rungs.push(quality)
      }
    }
  }
  return rungs
}

type QualityTarget = Pick<VideoTarget, "maxHeight" | "canvas" | "isSteady" | "isMain">

/** Lines of the steady pictures that `cores` make of a source at `LEAST_SPEED`. */
export const steadyHeight = (source: Source, cores: number): number =>
  choose(source, { maxHeight: source.height, canvas: null, isSteady: true }, cores).height

/** The best quality that `capacity` (cores' worth of work a second) makes at `LEAST_SPEED` with room to spare; the cheapest if none. */
export function choose(source: Source, target: QualityTarget, capacity: number): Quality {
  const rungs = ladder(source, target)
  const chosen = rungs.find((quality) => costOf(source, quality) * LEAST_SPEED * HEADROOM <= capacity) ?? rungs.at(-1)
  if (chosen === undefined) throw new Error("opentray is wrong about itself: a ladder without a rung")
  return chosen
}

/** The estimate knows nothing of what else runs here, nor how hard the film is. */
const HEADROOM = 1.5

/** Speed over the last seconds of work; waiting for input does not count. */
export class SpeedMeter {
  #samples: { ticks: number; milliseconds: number }[] = []
  #ticks = 0
  #milliseconds = 0

  add(ticks: number, milliseconds: number): void {
    this.#samples.push({ ticks, milliseconds })
    this.#ticks += ticks
    this.#milliseconds += milliseconds
    for (
      let oldest = this.#samples[0];
      oldest !== undefined && this.#milliseconds - oldest.milliseconds > WINDOW;
      oldest = this.#samples[0]
    ) {
      this.#samples.shift()
      this.#ticks -= oldest.ticks
      this.#milliseconds -= oldest.milliseconds
    }
  }

  /** Times real time; null until enough work was seen. */
  get speed(): number | null {
    return this.#milliseconds < ENOUGH ? null : this.#ticks / 90 / this.#milliseconds
  }

  /** A little too slow must last; far too slow must not, for a page holds about a second. */
  get isTooSlow(): boolean {
    const { speed } = this
    return speed !== null && (speed < FAR_TOO_SLOW || (speed < LEAST_SPEED && this.#milliseconds >= LASTING))
  }

  reset(): void {
    this.#samples = []
    this.#ticks = 0
    this.#milliseconds = 0
  }
}

/** Milliseconds of work that are looked at, that are enough for a judgement, and that last. */
const WINDOW = 2000
const ENOUGH = 600
const LASTING = 1500
const FAR_TOO_SLOW = 0.8
