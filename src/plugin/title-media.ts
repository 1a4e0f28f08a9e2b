import type { ReadOptions, Source, Ticks, Warnings } from "../base/index.ts"
import type { PlanePicture } from "../graphics/bitmap.ts"
import type { AccessUnit } from "../mpeg/access-unit.ts"
import type { Segment } from "../mpeg/segment.ts"
import type { EntryPoint } from "./disc.ts"
import type { OverlayPlane, StreamDescription } from "./items.ts"

/** Where reading starts for a moment of the title: the entry point at or before it. */
export type Entry = {
  readonly segment: number
  /** Bytes of the segment's ranges (as one run) before the entry point. */
  readonly skip: number
  /** The entry point's presentation time on the title's timeline. */
  readonly time: Ticks
}

/** A demuxer fed with whole blocks; it calls the sink that it was made with. */
export interface Demuxer {
  push(bytes: Uint8Array): void
  flush(): void
}

/** Takes a unit of Interactive Graphics; `menu` is the stream's number, from 1. */
export type OnMenuUnit = (menu: number, unit: AccessUnit) => void

/** What a subtitle stream shows from `at` on; null clears the plane. `forcedPicture` is what of it a viewer sees who has switched subtitles off. */
export type TimedPicture = {
  readonly at: Ticks
  readonly picture: PlanePicture | null
  readonly forcedPicture: PlanePicture | null
}

/** Turns the units of one subtitle stream into pictures. Units come in feed order; state is kept between them. */
export interface SubtitleDecoder {
  readonly plane: OverlayPlane
  /** @throws DiscError where nothing of the unit can be shown */
  decode(data: Uint8Array, pts: Ticks): readonly TimedPicture[]
}

/** `lines`: its words alone. */
export type WholeCue = { readonly start: Ticks; readonly end: Ticks; readonly lines: readonly string[]; readonly forced: boolean }

/** A subtitle that was read whole before it is shown: text subtitles, in clips of their own beside the film. */
export interface WholeSubtitle {
  readonly plane: OverlayPlane
  /** In the order of their starts; title time. */
  readonly cues: readonly WholeCue[]
  /** What one of them shows, and what of it a viewer sees who has switched subtitles off. Drawn when it is asked for. */
  draw(cue: number): { readonly picture: PlanePicture; readonly forcedPicture: PlanePicture | null }
}

/** Reads the subtitle of a stream's index; null: it is not of this kind, or cannot be read. */
export type ReadWholeSubtitle = (stream: number) => Promise<WholeSubtitle | null>

/** Everything a title's session needs, whichever kind of disc it is on. */
export interface TitleMedia {
  readonly title: number
  readonly angles: number
  readonly angle: number
  readonly fingerprint: string
  readonly segments: readonly Segment[]
  readonly duration: Ticks
  /** Start of each chapter on the title's timeline. */
  readonly chapters: readonly Ticks[]
  /** All streams, none selected. */
  readonly streams: readonly StreamDescription[]
  /** 2048 (a DVD pack) or 6144 (a Blu-ray aligned unit): what one step takes. */
  readonly blockSize: number
  readonly warnings: Warnings
  openClip(segment: Segment): Promise<Source>
  /** The demuxer for a segment's bytes; units carry the index of a stream in `streams`. Without `onMenuUnit` menus in them cost nothing. */
  createDemuxer(segment: number, onUnit: (stream: number, unit: AccessUnit) => void, onMenuUnit?: OnMenuUnit): Demuxer
  createSubtitleDecoder(segment: number, stream: number): SubtitleDecoder | null
  /** A subtitle that lies beside the film and is read whole; null: this stream does not, or it cannot be read. Absent: no stream does. */
  readonly wholeSubtitle?: ReadWholeSubtitle
  locate(time: Ticks, options: ReadOptions): Promise<Entry>
  /** All entry points, as far as the disc's tables list them. */
  entryPoints?(options: ReadOptions): Promise<readonly EntryPoint[]>
  /** Units of a subtitle stream that were sent before an entry point and are on the screen there, as far as the disc says so. */
  subtitleBefore?(entry: Entry, stream: number, options: ReadOptions): Promise<readonly AccessUnit[]>
  /** The same title seen from another angle. */
  withAngle(angle: number): Promise<TitleMedia>
  /** Closes the clips. */
  close(): Promise<void>
}
