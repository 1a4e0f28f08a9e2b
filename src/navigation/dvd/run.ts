import { DiscError } from "../../base/index.ts"
import type { Cell, DvdDisc, Pgc } from "../../disc/dvd/index.ts"
import { currentPgc, ifoPath } from "./chains.ts"
import type { DvdEnvironment } from "./environment.ts"
import type { DvdDomain, DvdState } from "./state.ts"

/** What the machine tells: what to play, to hold, and what it stepped over. */
export type MachineEvent =
  | {
      readonly type: "play-cell"
      readonly domain: DvdDomain
      readonly titleSet: number
      readonly pgcn: number
      readonly program: number
      /** Number of the cell in its chain. */
      readonly cellNumber: number
      readonly cell: Cell
      /** Sectors from the cell's first to where it begins; 0 but after a resume or a search. */
      readonly block: number
    }
  /** `seconds` null: until a key. */
  | { readonly type: "still"; readonly seconds: number | null }
  | { readonly type: "end" }
  /** `dvd-jump-missing`: a command that leads nowhere was left out. `dvd-program-loops`: a key into a program without end was. */
  | { readonly type: "warning"; readonly code: "dvd-jump-missing" | "dvd-program-loops"; readonly message: string }

/** Where the program goes on; the state says in which chain, program and cell. */
export type Goal = "chain" | "program" | "cell" | "resume" | "tail" | "stop"

/**
 * Commands and links of one run. A disc that needs more between two cells plays nothing for minutes on a player; libdvdnav stops a command
 * list at the same number.
 */
const MAX_STEPS = 100_000

/** One run of the machine: the state it works on, what it tells, and what it may still do. */
export class Run {
  readonly dvd: DvdDisc
  readonly environment: DvdEnvironment
  state: DvdState
  readonly events: MachineEvent[] = []
  #stepsLeft: number

  constructor(dvd: DvdDisc, environment: DvdEnvironment, state: DvdState) {
    this.dvd = dvd
    this.environment = environment
    this.state = state
    this.#stepsLeft = environment.budget ?? MAX_STEPS
  }

  get pgc(): Pgc | null {
    return currentPgc(this.dvd, this.state)
  }

  change(part: Partial<DvdState>): void {
    this.state = { ...this.state, ...part }
  }

  /** Counts a command or a link. @throws DiscError `limit` when the disc's program runs on without playing anything. */
  spend(): void {
    if (this.#stepsLeft-- > 0) return
    const { domain, titleSet, pgcn } = this.state
    throw new DiscError(
      "limit",
      "the disc's program runs in circles without playing anything; choose a title instead of the menu, or tell us which disc it is",
      { path: ifoPath(this.dvd, domain, titleSet), field: domain === "first-play" ? "first play" : `commands of PGC ${pgcn}` },
    )
  }

  warn(message: string): void {
    this.events.push({ type: "warning", code: "dvd-jump-missing", message })
  }
}
