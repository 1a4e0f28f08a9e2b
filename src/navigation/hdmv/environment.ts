import type { Ticks } from "../../base/index.ts"
import type { HdmvCommand } from "./command.ts"

/** What the machine takes from outside, so that two runs on the same disc are the same. */
export type HdmvEnvironment = {
  /** A clock that goes on with what is shown; the navigation timer runs on it. */
  readonly now: () => Ticks
  /** A whole number from 0 to 2^32 - 1; taken once for each `rnd`. */
  readonly random: () => number
  /** libbluray's ways where it parts from a player, for traces that are laid beside its own: a viewer's title search leaves what was suspended. */
  readonly rules?: "libbluray"
  /** Commands that one call may run before it is stopped. */
  readonly budget?: number
  /** Told of each command: of a set command when it has written, of others before they act. */
  readonly trace?: (step: ExecutedCommand) => void
}

/** A command of the disc's program, as it runs. */
export type ExecutedCommand = {
  /** null: a button's command. */
  readonly movieObjectId: number | null
  /** Number of the command in its program, from 0. */
  readonly line: number
  readonly command: HdmvCommand
  /** General registers written by a set command and their new values. */
  readonly writes: readonly (readonly [register: number, value: number])[]
}
