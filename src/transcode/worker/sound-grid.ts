/** 48 kHz samples and 90 kHz ticks meet every 15 ticks. */
export const SAMPLE_RATE = 48_000
const TICKS_PER_SAMPLE = 90_000 / SAMPLE_RATE
/** Sound may stand off its time by this much (10 ms) before it is put right: below what anyone hears, above what time stamps jitter. */
const TOLERANCE = 480
/** A longer hole (10 s) is no hole in the sound but a jump in time: the grid begins anew behind it. */
const MAX_SILENCE = 480_000

/** Samples between -1 and 1, each channel for itself, all of one length. */
export type SoundBlock = readonly Float32Array[]

/**
 * Puts decoded sound where its time says, without a hole and without an overlap, and hands it on in blocks of one size whose times are
 * `start + n * size`: what an encoder wants and what a host joins without a click.
 */
export class SoundGrid {
  readonly #size: number
  readonly #onBlock: (block: SoundBlock, pts: number) => void
  #channels: number
  #block: SoundBlock
  #filled = 0
  /** Tick of the block that is being filled. */
  #blockStart: number | null = null

  constructor(size: number, channels: number, onBlock: (block: SoundBlock, pts: number) => void) {
    this.#size = size
    this.#channels = channels
    this.#onBlock = onBlock
    this.#block = silence(channels, size)
  }

  get channels(): number {
    return this.#channels
  }

  /** What is put from here on has so many channels; the block that is being filled must be complete. */
  setChannels(channels: number): void {
    this.#channels = channels
    this.#block = silence(channels, this.#size)
  }

  /** Where the next sample falls, in ticks; null before the first. */
  get end(): number | null {
    return this.#blockStart === null ? null : this.#blockStart + this.#filled * TICKS_PER_SAMPLE
  }

  /** Drops the block that is being filled; the next sample is at `start`, or wherever the next sound says. */
  restart(start: number | null): void {
    this.#filled = 0
    this.#blockStart = start
  }

  /** Sound at `pts` (ticks). */
  put(block: SoundBlock, pts: number): void {
    const end = this.end
    if (end === null) this.restart(pts)
    const off = end === null ? 0 : Math.round((pts - end) / TICKS_PER_SAMPLE)
    if (off > TOLERANCE) this.#bridge(off, pts)
    this.#append(block, off < -TOLERANCE ? -off : 0)
  }

  /** Silence up to `until`; `from` is where the grid begins if nothing has begun it. */
  fill(from: number, until: number): void {
    if (this.#blockStart === null) this.restart(from)
    const missing = Math.round((until - (this.end ?? until)) / TICKS_PER_SAMPLE)
    if (missing > 0) this.#silence(Math.min(missing, MAX_SILENCE))
  }

  /** Completes the last block with silence. */
  complete(): void {
    if (this.#filled > 0) this.#silence(this.#size - this.#filled)
  }

  #bridge(samples: number, pts: number): void {
    if (samples <= MAX_SILENCE) {
      this.#silence(samples)
      return
    }
    this.complete()
    this.restart(pts)
  }

  #silence(samples: number): void {
    for (let left = samples; left > 0; ) {
      const run = Math.min(left, this.#size - this.#filled)
      // New blocks are zeros already.
      this.#advance(run)
      left -= run
    }
  }

  #append(block: SoundBlock, from: number): void {
    const length = block[0]?.length ?? 0
    for (let at = from; at < length; ) {
      const run = Math.min(length - at, this.#size - this.#filled)
      for (const [channel, samples] of block.entries()) this.#block[channel]?.set(samples.subarray(at, at + run), this.#filled)
      this.#advance(run)
      at += run
    }
  }

  #advance(samples: number): void {
    this.#filled += samples
    if (this.#filled < this.#size || this.#blockStart === null) return
    const block = this.#block
    const pts = this.#blockStart
    this.#block = silence(this.#channels, this.#size)
    this.#filled = 0
    this.#blockStart = pts + this.#size * TICKS_PER_SAMPLE
    this.#onBlock(block, pts)
  }
}

function silence(channels: number, size: number): SoundBlock {
  return Array.from({ length: channels }, () => new Float32Array(size))
}
