import type { Item } from "./items.ts"

/** A line that a script's run gives: an item, or one of the events that `type` names, with what was read before it. */
export type ScriptLine = Item | (Readonly<Record<string, unknown>> & { readonly type: string })

/** How a script is run. */
export type ScriptOptions = {
  /** Where the random numbers begin. Default 1. */
  readonly seed?: number
  /** Keys that the disc forbids are refused, as in a session; by default everything may be tried. */
  readonly obeyProhibitions?: boolean
  /** false: packets and overlays are left out, which is quicker. */
  readonly packets?: boolean
}

/** The disc's program driven by commands, block by block: no queue, no read-ahead, no clock but the blocks read; what was read last is on the screen. */
export interface ScriptRun {
  /** Runs a command of the trace's language (`opentray trace --help`) and gives its lines as they come. @throws DiscError `bad-argument` for what is none */
  command(line: string): AsyncIterable<ScriptLine>
  close(): Promise<void>
}
