import { availableParallelism } from "node:os"
import type { StreamDescription } from "../plugin/items.ts"
import { steadyHeight } from "./worker/quality.ts"

/** The size, in square pixels, of a stream's pictures where they are converted steadily (`ConverterOptions.video.isSteady`): as much as this machine makes in real time. */
export function steadySize({ codec, video }: StreamDescription): { readonly width: number; readonly height: number } {
  const { width = 720, height = 576, interlaced = false, aspect: said = "16:9", frameRate: rate = "25" } = video ?? {}
  const [across = 0, down = 0] = said.split(":").map(Number)
  const aspect = across > 0 && down > 0 ? across / down : 16 / 9
  const [num = 0, den = 1] = rate.split("/").map(Number)
  const frameRate = num > 0 && den > 0 ? num / den : 25
  const lines = steadyHeight({ codec, width, height: height || 576, frameRate, interlaced, aspect }, availableParallelism())
  return { width: even(lines * aspect), height: even(lines) }
}

const even = (value: number): number => Math.max(2, 2 * Math.round(value / 2))
