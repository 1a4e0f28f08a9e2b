import type { Source, Ticks, Warning } from "../base/index.ts"
import type { DiscInfo } from "../disc/index.ts"
import type { FileSystem } from "../filesystem/index.ts"
import type { Item } from "./items.ts"
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
  /** The disc's program under the commands of a script, for traces. */
  script(options?: ScriptOptions): ScriptRun
  /** The title as one file: a seamless program stream (DVD) or transport stream (Blu-ray) of known size, readable at any offset with no state. */
  openTitle(number: number, options?: { readonly angle?: number }): Promise<Source>
  /** The disc's program as readable assembly, line by line: program chains (DVD), movie objects (Blu-ray). */
  programs(): Iterable<string>
  close(): Promise<void>
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
}

/** One block (2048 bytes, DVD) or aligned unit (6144 bytes, Blu-ray) a step. */
export interface TitleSteps {
  /** Null at the end of the title. `block` is as the disc has it; null for what comes of a segment's end. */
  step(): Promise<{ readonly block: Uint8Array | null; readonly items: readonly Item[] } | null>
}
