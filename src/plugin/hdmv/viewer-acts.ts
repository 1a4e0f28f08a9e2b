import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import type { UserOperation as BlurayOperation } from "../../disc/bluray/index.ts"
import { withStreams } from "../../navigation/hdmv/index.ts"
import { chapterBeside } from "../chapter-step.ts"
import type { Answer, Selection } from "../session.ts"
import { followingNumber, indexOfStream } from "../stream-descriptions.ts"
import { DONE, FLUSHED, NOTHING } from "./answers.ts"
import { subtitleChoice } from "./options.ts"
import type { HdmvPlayback } from "./playback.ts"
import type { Stretch } from "./stretch.ts"

/** What a viewer does with the film itself: places in it, streams, the menu call and the way back. */
export class ViewerActs {
  readonly #playback: HdmvPlayback

  constructor(playback: HdmvPlayback) {
    this.#playback = playback
  }

  /** On the playlist's timeline. */
  async seek(time: Ticks, operation: BlurayOperation = "timeSearch"): Promise<Answer> {
    const { onScreen } = this.#playback
    if (onScreen === null) return NOTHING
    const refused = this.#playback.refusal(operation)
    if (refused !== null) return refused
    const target = ticks(Math.min(Math.max(0, time), Math.max(onScreen.playlist.media.duration - 1, 0)))
    await this.#playback.playAt(onScreen, target, this.#playback.machine)
    return FLUSHED
  }

  async chapter(number: number): Promise<Answer> {
    const start = this.#playback.onScreen?.playlist.media.chapters[number - 1]
    if (start === undefined) throw new DiscError("not-found", `there is no chapter ${number} here`)
    return this.seek(start, "chapterSearch")
  }

  async chapterStep(direction: 1 | -1): Promise<Answer> {
    const { onScreen, screen } = this.#playback
    if (onScreen === null) return NOTHING
    const start = chapterBeside(onScreen.playlist.media.chapters, onScreen.timeAt(screen), direction)
    return start === undefined ? NOTHING : this.seek(start, direction === 1 ? "skipToNextPoint" : "skipBackToPreviousPoint")
  }

  /** A Blu-ray has one menu, whatever it is called. */
  async menu(): Promise<Answer> {
    const refused = this.#playback.refusal("menuCall")
    if (refused !== null) return refused
    const answer = await this.#playback.drive({ do: "menu" })
    return answer.outcome === "nothing" ? { outcome: "refused", by: "no-menu", flush: false } : answer
  }

  /** From a menu back to the film that it was called from. */
  async resume(): Promise<Answer> {
    if (this.#playback.machine.suspended === null) return NOTHING
    return this.#playback.refusal("resume") ?? this.#playback.drive({ do: "resume" })
  }

  /** Ends a still that the disc holds; what a button's program holds, only another one lets go. */
  async endStill(): Promise<Answer> {
    const { onScreen, screen } = this.#playback
    if (onScreen === null || onScreen.held === null || onScreen.held.from < onScreen.end || screen < onScreen.held.from) return NOTHING
    const refused = this.#playback.refusal("stillOff")
    if (refused !== null) return refused
    await this.#playback.goOn(onScreen, screen, true)
    return FLUSHED
  }

  async nextStream(kind: "audio" | "subtitle"): Promise<Answer> {
    const { onScreen } = this.#playback
    if (onScreen === null) return NOTHING
    const { streams } = onScreen.playlist.media
    const now = onScreen.selected[kind]
    const next = followingNumber(streams, kind, now)
    if (kind === "subtitle") return streams.some((stream) => stream.kind === kind) ? this.select({ subtitle: next }) : NOTHING
    return next === null || next === now ? NOTHING : this.select({ audio: next })
  }

  async nextAngle(): Promise<Answer> {
    const media = this.#playback.onScreen?.playlist.media
    return media === undefined || media.angles < 2 ? NOTHING : this.select({ angle: (media.angle % media.angles) + 1 })
  }

  /** @throws DiscError `not-found` for a stream that is not there */
  async select({ audio, subtitle, angle }: { [Kind in keyof Selection]: Selection[Kind] | undefined }): Promise<Answer> {
    const { onScreen, screen, machine } = this.#playback
    if (onScreen === null) return NOTHING
    checkStreams(onScreen, { audio, subtitle, angle })
    const operations: BlurayOperation[] = []
    if (audio !== undefined) operations.push("primaryAudioStreamNumberChange")
    if (subtitle !== undefined) operations.push(subtitle === null ? "pgTextStEnableDisable" : "pgTextStStreamNumberChange")
    if (angle !== undefined) operations.push("angleNumberChange")
    for (const operation of operations) {
      const refused = this.#playback.refusal(operation)
      if (refused !== null) return refused
    }
    const chosen = {
      ...(audio === undefined ? {} : { audio }),
      ...(subtitle === undefined ? {} : subtitleChoice(subtitle)),
      ...(angle === undefined ? {} : { angle }),
    }
    const answer = await this.#playback.registersChanged(withStreams(machine, chosen), screen)
    if (answer.flush || this.#playback.carryOn(onScreen)) return answer.flush ? answer : DONE
    await this.#playback.again(onScreen)
    return FLUSHED
  }
}

function checkStreams({ playlist }: Stretch, { audio, subtitle, angle }: { [Kind in keyof Selection]: Selection[Kind] | undefined }): void {
  const { media } = playlist
  const hasStream = (kind: "audio" | "subtitle", number: number) => indexOfStream(media.streams, kind, number) !== null
  if (audio !== undefined && !hasStream("audio", audio)) throw new DiscError("not-found", `there is no audio stream ${audio} here`)
  if (typeof subtitle === "number" && !hasStream("subtitle", subtitle)) {
    throw new DiscError("not-found", `there is no subtitle stream ${subtitle} here`)
  }
  if (angle !== undefined && (angle < 1 || angle > media.angles)) throw new DiscError("not-found", `there is no angle ${angle} here`)
}
