import type { Warnings } from "../base/index.ts"

/** What the sessions of all discs' programs are told. */
export type ProgramOptions = {
  readonly warnings: Warnings
  readonly aheadSeconds: number
  /** Packets of every stream. */
  readonly everything: boolean
  /** The disc's numbers, from 1; null and undefined: as the program chooses. */
  readonly audio: number | null
  readonly subtitle: number | null | undefined
  /** 0 and more, less than 1. */
  readonly random: () => number
  readonly onClose: () => void
}
