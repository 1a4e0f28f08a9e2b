import { DiscError } from "../../base/index.ts"
import type { TitleReader } from "../../plugin/index.ts"
import { h264Codec } from "./copied-video.ts"

/** More than any group of pictures has. */
const MAX_PICTURES = 300

/** What the title's first pictures say of all that follow. */
export type FirstPictures = {
  /** As CODECS has it. */
  readonly codec: string
  /** Ticks by which pictures that are decoded behind the first key picture are shown before it. */
  readonly lead: number
}

/** Reads the title's first group of pictures. @throws DiscError `damaged`, and what reading throws */
export async function firstPictures(title: TitleReader, signal?: AbortSignal): Promise<FirstPictures> {
  const steps = await title.steps(signal === undefined ? {} : { signal })
  let codec: string | null = null
  let key = 0
  let first = 0
  let count = 0
  for (let step = await steps.step(); step !== null; step = await steps.step()) {
    for (const item of step.items) {
      if (item.type !== "packet" || item.pts === null || title.streams[item.stream]?.kind !== "video") continue
      if (codec === null) {
        if (!item.key) continue
        codec = h264Codec(item.data)
        if (codec === null) throw new DiscError("damaged", "the title's first picture has no sequence parameter set")
        key = item.pts
        first = key
        continue
      }
      first = Math.min(first, item.pts)
      if (item.key || ++count > MAX_PICTURES) return { codec, lead: key - first }
    }
  }
  if (codec === null) throw new DiscError("damaged", "the title has no picture to begin with")
  return { codec, lead: key - first }
}
