import { DiscError } from "../base/index.ts"
import { ItemConverter } from "./converter.ts"
import { processCounts } from "./process.ts"
import type { Converter, ConverterOptions } from "./types.ts"

let open = 0

/**
 * A converter for one session. Its process starts with the first stream that the host cannot play; `warmUp()` starts one in advance.
 * How many run at once is the caller's to bound: see `converterCounts()`.
 * @throws DiscError `bad-argument`
 */
export async function openConverter(options: ConverterOptions): Promise<Converter> {
  const { video, audio } = options
  if (!video.codecs.includes("h264") || !audio.codecs.includes("aac")) {
    throw new DiscError("bad-argument", "a host must play H.264 and AAC: they are what everything else is converted to")
  }
  const maxHeight = video.maxHeight ?? 1080
  if (!Number.isInteger(maxHeight) || maxHeight < 16 || maxHeight > 4320) {
    throw new DiscError("bad-argument", `maxHeight is ${maxHeight}; it must be between 16 and 4320 lines`)
  }
  open++
  return new ItemConverter(options, () => open--)
}

/** Converters that are open, their processes, and how many of those wait for work. */
export function converterCounts(): { readonly open: number; readonly processes: number; readonly spare: number } {
  return { open, ...processCounts() }
}
