import { AV_CHANNEL_ORDER_NATIVE, AV_SAMPLE_FMT_FLTP } from "node-av/constants"
import { Frame, SoftwareResampleContext } from "node-av/lib"
import { SAMPLE_RATE, type SoundBlock } from "./sound-grid.ts"

/** How many channels come out, in FFmpeg's order: left, right; or left, right, centre, low frequencies, left and right surround. */
export type OutputChannels = 2 | 6

const LAYOUTS = {
  2: { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: 2, mask: 3n },
  6: { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: 6, mask: 0x60fn },
}
/** Channel masks for counts whose layout the decoder does not tell: mono, stereo, 3.0, quad, 5.0, 5.1, 6.1, 7.1 (FFmpeg's defaults). */
const DEFAULT_MASKS: Readonly<Record<number, bigint>> = {
  1: 0x4n,
  2: 0x3n,
  3: 0x7n,
  4: 0x107n,
  5: 0x607n,
  6: 0x60fn,
  7: 0x70fn,
  8: 0x63fn,
}
/**
 * Centre and surrounds at -3 dB beside the fronts (ITU-R BS.775), all of it 3 dB down, so that loud films seldom clip and speech stays
 * level with a stereo track; FFmpeg's own normalisation makes everything 7.7 dB quieter.
 */
const MULTICHANNEL_VOLUME = Math.SQRT1_2
/** One channel is as loud from two speakers as it was; FFmpeg's mix would take 3 dB off. */
const MONO_VOLUME = Math.SQRT2

/** The channels in which a frame loses nothing, of those that come out. */
export function channelsFor(frame: Frame): OutputChannels {
  return frame.channelLayout.nbChannels > 2 ? 6 : 2
}

/** Any sound to stereo or 5.1 at 48 kHz. */
export class Downmix {
  readonly #out = new Frame()
  #resampler: SoftwareResampleContext | null = null
  #made = ""

  constructor() {
    this.#out.alloc()
  }

  /** The frame's sound, and how many ticks its first sample lies before the frame's own time (what the resampler held back). */
  convert(frame: Frame, channels: OutputChannels): { readonly block: SoundBlock; readonly delayTicks: number } | null {
    const layout = known(frame.channelLayout)
    const needed = `${frame.format} ${frame.sampleRate} ${layout.nbChannels} ${layout.mask} ${channels}`
    if (needed !== this.#made && !this.#make(frame, layout, channels)) return null
    this.#made = needed
    const resampler = this.#resampler
    if (resampler === null) return null
    frame.channelLayout = layout
    const delayTicks = Number(resampler.getDelay(90_000n))
    const out = this.#out
    out.format = AV_SAMPLE_FMT_FLTP
    out.sampleRate = SAMPLE_RATE
    out.channelLayout = LAYOUTS[channels]
    if (resampler.convertFrame(out, frame) < 0) return null
    const block = (out.extendedData ?? []).slice(0, channels).map((plane) => samples(plane, out.nbSamples))
    out.unref()
    return block.length === channels ? { block, delayTicks } : null
  }

  /** Forgets what the resampler holds back. */
  flush(): void {
    this.#resampler?.free()
    this.#resampler = null
    this.#made = ""
  }

  close(): void {
    this.flush()
    this.#out.free()
  }

  #make(frame: Frame, layout: Frame["channelLayout"], channels: OutputChannels): boolean {
    this.flush()
    const resampler = new SoftwareResampleContext()
    const format = frame.format as typeof AV_SAMPLE_FMT_FLTP
    if (resampler.allocSetOpts2(LAYOUTS[channels], AV_SAMPLE_FMT_FLTP, SAMPLE_RATE, layout, format, frame.sampleRate) < 0) return false
    if (layout.nbChannels === 1) resampler.setOption("rematrix_volume", MONO_VOLUME)
    if (layout.nbChannels > 2 && channels === 2) resampler.setOption("rematrix_volume", MULTICHANNEL_VOLUME)
    if (resampler.init() < 0) {
      resampler.free()
      return false
    }
    this.#resampler = resampler
    return true
  }
}

function known(layout: Frame["channelLayout"]): Frame["channelLayout"] {
  const mask = DEFAULT_MASKS[layout.nbChannels]
  if (layout.order === AV_CHANNEL_ORDER_NATIVE || mask === undefined) return layout
  return { order: AV_CHANNEL_ORDER_NATIVE, nbChannels: layout.nbChannels, mask }
}

/** A copy: the frame's memory goes back to FFmpeg. */
function samples(plane: Buffer, count: number): Float32Array {
  const bytes = new Uint8Array(count * 4)
  bytes.set(plane.subarray(0, count * 4))
  return new Float32Array(bytes.buffer)
}
