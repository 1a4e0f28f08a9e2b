import type { Ticks } from "../../base/index.ts"
import type { MenuState } from "../../graphics/ig/index.ts"
import type { HdmvState } from "../../navigation/hdmv/index.ts"

/** A moment of a running program: its whole state, the clock of its timers, the playlist's own time, and the menu as it was at feed time `at`. */
export type HdmvPlace = {
  readonly machine: HdmvState
  readonly clock: Ticks
  readonly time: Ticks
  readonly menu: MenuState | null
  readonly at: Ticks
}
