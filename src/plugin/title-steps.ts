import { DiscError, type Ticks, ticks } from "../base/index.ts"
import type { TitleSteps } from "./disc.ts"
import type { Item } from "./items.ts"
import { chooseStream, feedSelection } from "./stream-descriptions.ts"
import { TitleFeed } from "./title-feed.ts"
import type { TitleMedia } from "./title-media.ts"

export type StepsStart = {
  readonly time?: Ticks
  readonly chapter?: number
  readonly audio?: number
  readonly subtitle?: number | null
  readonly signal?: AbortSignal
}

/** Feed time is title time here: nothing ever jumps. */
export async function titleSteps(media: TitleMedia, start: StepsStart): Promise<TitleSteps> {
  const target = start.chapter === undefined ? (start.time ?? ticks(0)) : media.chapters[start.chapter - 1]
  if (target === undefined) {
    throw new DiscError("not-found", `title ${media.title} has chapters 1 to ${media.chapters.length}, not ${start.chapter}`)
  }
  const audio = chooseStream(media.streams, "audio", start.audio ?? null, null)
  const selection = feedSelection(media.streams, { audio, subtitle: start.subtitle ?? null }, false)
  const options = start.signal === undefined ? {} : { signal: start.signal }
  const feed = new TitleFeed(media, await media.locate(target, options), target, 0, selection, options)
  let block: Uint8Array | null = null
  feed.onBlock = (bytes) => {
    block = bytes
  }
  let ended = false
  return {
    step: async () => {
      if (ended) return null
      if (await feed.fill()) {
        const items = feed.step()
        return { block, items }
      }
      ended = true
      const items: Item[] = [...feed.takeItems(), { type: "end", at: feed.highest }]
      return { block: null, items }
    },
  }
}
