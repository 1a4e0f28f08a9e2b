/**
 * One frame of stereo AAC-LC silence: a channel pair element with common_window 1, a long window without any scale factor band,
 * two empty channels, and the end element (ISO/IEC 14496-3 4.4.2.1).
 */
export const SILENT_FRAME = Uint8Array.of(0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c)
/** AudioSpecificConfig: AAC-LC, 48 kHz, two channels. */
export const SILENT_CONFIG = Uint8Array.of(0x11, 0x90)
export const SILENT_SAMPLE_RATE = 48_000
export const SILENT_CHANNELS = 2
/** 1024 samples at 48 kHz. */
export const SILENT_FRAME_TICKS = 1920
/** Frames made at once at most (85 s): a longer hole is a jump in time. */
const MAX_FRAMES = 4000

type SilentFrame = { readonly data: Uint8Array; readonly pts: number }

/** A track of silence that goes as far as it is asked to. */
export class SilentTrack {
  #next: number | null = null

  restart(at: number | null): void {
    this.#next = at
  }

  /** The frames that are still missing up to `until`; the first is at `from` if nothing was made since the restart. */
  upTo(until: number, from: number): readonly SilentFrame[] {
    let next = this.#next ?? from
    if ((until - next) / SILENT_FRAME_TICKS > MAX_FRAMES) next = from
    const frames: SilentFrame[] = []
    for (; next < until; next += SILENT_FRAME_TICKS) frames.push({ data: SILENT_FRAME, pts: next })
    this.#next = next
    return frames
  }
}
