import type { ReadOptions, Source, Ticks, Warning } from "../base/index.ts"
import type { DiscInfo } from "../disc/index.ts"
import type { FileSystem } from "../filesystem/index.ts"
import type { Item, StreamDescription } from "./items.ts"
import type { ScriptOptions, ScriptRun } from "./script.ts"
import type { PlayOptions, Session } from "./session.ts"

/** An opened disc. */
export interface Disc {
  readonly info: DiscInfo
  readonly warnings: readonly Warning[]
  readonly files: FileSystem
  /** `info` with `scrambled` filled in for every title: looks into their packets at several places. */
  scan(): Promise<DiscInfo>
  /** What cannot be played makes the session's first pull throw: `not-found`, `protected` (scrambled packets), `unsupported`, `damaged`. */
  play(options?: PlayOptions): Session
  /** A title block by block, with no queue, no read-ahead and no clock: for traces and tests. */
  steps(options: StepOptions): Promise<TitleSteps>
  /** A title to be read in pieces, at several places at once. @throws DiscError `not-found`, `damaged`, `protected` */
  readTitle(number: number, options?: { readonly angle?: number }): Promise<TitleReader>
  /** The disc's program under the commands of a script, for traces. */
  script(options?: ScriptOptions): ScriptRun
  /** The title as one file: a seamless program stream (DVD) or transport stream (Blu-ray) of known size, readable at any offset with no state. */
  openTitle(number: number, options?: OpenTitleOptions): Promise<TitleSource>
  /** The disc's own picture of itself (JPEG or PNG, Blu-ray's META folder); null where it has none. */
  cover(): Promise<Uint8Array | null>
  /** The disc's program as readable assembly, line by line: program chains (DVD), movie objects (Blu-ray). */
  programs(): Iterable<string>
  close(): Promise<void>
}

export type OpenTitleOptions = {
  /** From 1. Default 1. */
  readonly angle?: number
  /** Begins at the entry point at or before this moment; times in the file stay those of the whole title. Default 0. */
  readonly from?: Ticks
  /** This sound track (the disc's number, from 1) is what a player meets first: on a DVD it is the only one, on a Blu-ray the first of the program map. */
  readonly audio?: number
}

/** A title as one file. Its times are title time + 10 s (`FILE_TIME_BASE`). */
export interface TitleSource extends Source {
  /** The entry point at or before a moment of the title, and where the file's bytes for it begin. DVD: a few reads of one sector. */
  entryBefore(time: Ticks, options?: ReadOptions): Promise<{ readonly offset: number; readonly time: Ticks }>
}

/** Which title to go through, and from where. */
export type StepOptions = {
  readonly title: number
  /** On the title's timeline. */
  readonly time?: Ticks
  /** From 1; instead of `time`. */
  readonly chapter?: number
  readonly angle?: number
  readonly audio?: number
  readonly subtitle?: number | null
  readonly signal?: AbortSignal
}

/** Where decoding can begin, as the disc's tables say. */
export type EntryPoint = {
  /** Presentation time of its key picture on the title's timeline, as the table has it: up to 6 ms before the picture's own. */
  readonly time: Ticks
  /** Bytes from here to the next entry point, of all streams together. */
  readonly size: number
  /** The key picture's own times; costs one small read. Null where its packet does not say. */
  times(options?: ReadOptions): Promise<{ readonly pts: Ticks; readonly dts: Ticks } | null>
}

/** A text subtitle's words from `start` to `end` of the title. */
export type TextCue = {
  readonly start: Ticks
  readonly end: Ticks
  readonly lines: readonly string[]
  /** Shown even to a viewer who has switched subtitles off. */
  readonly forced: boolean
}

/** A title for hosts that make pieces of it on demand. Times are on the title's own timeline, from 0. */
export interface TitleReader {
  readonly duration: Ticks
  /** Start of each chapter. */
  readonly chapters: readonly Ticks[]
  /** None is selected. */
  readonly streams: readonly StreamDescription[]
  /** Where a clip or cell follows another; `seamless`: the disc says that decoding goes on without a break. */
  readonly joins: readonly { readonly at: Ticks; readonly seamless: boolean }[]
  /** In the order of time, no video being read; null: the disc's tables do not list them (DVD). */
  entryPoints(options?: ReadOptions): Promise<readonly EntryPoint[] | null>
  /** Time of the entry point at or before a moment. DVD: a few reads of one sector. */
  entryBefore(time: Ticks, options?: ReadOptions): Promise<Ticks>
  /** As `Disc.steps`. */
  steps(start: Omit<StepOptions, "title" | "angle">): Promise<TitleSteps>
  /** The words of a subtitle (its number, from 1) that is text; null: it is none, or cannot be read. */
  texts(subtitle: number): Promise<readonly TextCue[] | null>
  close(): Promise<void>
}

/** One block (2048 bytes, DVD) or aligned unit (6144 bytes, Blu-ray) a step. */
export interface TitleSteps {
  /** Null at the end of the title. `block` is as the disc has it; null for what comes of a segment's end. */
  step(): Promise<{ readonly block: Uint8Array | null; readonly items: readonly Item[] } | null>
}
