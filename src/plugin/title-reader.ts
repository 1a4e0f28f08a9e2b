import { type ReadOptions, type Ticks, ticks } from "../base/index.ts"
import type { TextCue, TitleReader, TitleSteps } from "./disc.ts"
import type { StreamDescription } from "./items.ts"
import { indexOfStream } from "./stream-descriptions.ts"
import type { TitleMedia } from "./title-media.ts"
import { type StepsStart, titleSteps } from "./title-steps.ts"

/** A title that is read in pieces, from many places at the same time. */
export class MediaTitleReader implements TitleReader {
  readonly #media: TitleMedia

  constructor(media: TitleMedia) {
    this.#media = media
  }

  get duration(): Ticks {
    return this.#media.duration
  }

  get chapters(): readonly Ticks[] {
    return this.#media.chapters
  }

  get streams(): readonly StreamDescription[] {
    return this.#media.streams
  }

  get joins(): TitleReader["joins"] {
    return this.#media.segments.map(({ start, seamless }, index) => ({ at: start, seamless: seamless || index === 0 })).slice(1)
  }

  async entryPoints(options: ReadOptions = {}): ReturnType<TitleReader["entryPoints"]> {
    return (await this.#media.entryPoints?.(options)) ?? null
  }

  async entryBefore(time: Ticks, options: ReadOptions = {}): Promise<Ticks> {
    const entry = await this.#media.locate(time, options)
    return ticks(Math.max(0, Math.min(time, entry.time)))
  }

  steps(start: StepsStart): Promise<TitleSteps> {
    return titleSteps(this.#media, start)
  }

  async texts(subtitle: number): Promise<readonly TextCue[] | null> {
    const index = indexOfStream(this.#media.streams, "subtitle", subtitle)
    const whole = index === null ? null : ((await this.#media.wholeSubtitle?.(index)) ?? null)
    return whole?.cues.map(({ start, end, lines, forced }) => ({ start, end, lines, forced })) ?? null
  }

  close(): Promise<void> {
    return this.#media.close()
  }
}
