import { DiscError, type Ticks, ticks } from "../../base/index.ts"
import {
  type HdmvAction,
  type HdmvDisc,
  type HdmvPreferences,
  type HdmvResult,
  type HdmvState,
  initialState,
  runHdmvMachine,
  timerLeft,
  withMenuSelection,
  withPosition,
} from "../../navigation/hdmv/index.ts"
import { positionOfTime } from "./playlist.ts"
import type { Stretch } from "./stretch.ts"

/** A title's program plays its playlist after a few commands; the index has 999 titles at most. */
const TRIAL_COMMANDS = 2000

/** The machine with a clock: feed time without the gaps that jumps leave. */
export class HdmvProgram {
  readonly #disc: HdmvDisc
  readonly #random: () => number
  /** Feed time minus machine time. */
  #timeShift: number

  static initial(preferences: HdmvPreferences): HdmvState {
    return initialState(preferences)
  }

  /** `random`: 0 and more, less than 1. */
  constructor(disc: HdmvDisc, from: Ticks, random: () => number) {
    this.#disc = disc
    this.#timeShift = from
    this.#random = random
  }

  clockAt(feedTime: Ticks): Ticks {
    return ticks(feedTime - this.#timeShift)
  }

  /** The clock says `clock` at a feed time. */
  setClock(feedTime: Ticks, clock: Ticks): void {
    this.#timeShift = feedTime - clock
  }

  /** A person's act: what was on the screen at `from` goes on at `to`, and no time passes between. */
  shiftClock(from: Ticks, to: Ticks): void {
    this.#timeShift += to - from
  }

  /** @throws DiscError as `runHdmvMachine` does */
  run(state: HdmvState, action: HdmvAction, feedTime: Ticks): HdmvResult {
    return runHdmvMachine(this.#disc, this.#environment(feedTime), state, action)
  }

  /** The machine in the title of index.bdmv whose program plays a playlist from its beginning at once; null: no title does. */
  titlePlaying(state: HdmvState, playlist: number, feedTime: Ticks): HdmvState | null {
    const titles = this.#disc.index?.titles ?? []
    for (const [index, { objectType }] of titles.entries()) {
      if (objectType !== "hdmv") continue
      const entered = this.#tried(state, { do: "title", title: index + 1 }, feedTime)
      const play = entered?.events.findLast((event) => event.type === "play-playlist")
      if (entered !== null && play?.playlist === playlist) return entered.state
    }
    return null
  }

  /** null: the program fails, which is no matter where it is only looked at. */
  #tried(state: HdmvState, action: HdmvAction, feedTime: Ticks): HdmvResult | null {
    try {
      return runHdmvMachine(this.#disc, { ...this.#environment(feedTime), budget: TRIAL_COMMANDS }, state, action)
    } catch (error) {
      if (!(error instanceof DiscError)) throw error
      return null
    }
  }

  /** Ticks until the navigation timer's movie object runs; null: no timer runs. */
  timerLeft(state: HdmvState, feedTime: Ticks): number | null {
    return timerLeft(state, this.#environment(feedTime))
  }

  /** The machine as of a moment of a stretch: its registers know the place in the playlist and the menu's page and button. */
  stateAt(stretch: Stretch, at: Ticks): HdmvState {
    const placed = withPosition(this.#disc, stretch.machine, positionOfTime(stretch.playlist, stretch.timeAt(at)))
    const shown = stretch.menu.stateAt(at)
    return shown === null ? placed : withMenuSelection(placed, shown.pageId, shown.selectedButtonId)
  }

  #environment(feedTime: Ticks) {
    return { now: () => this.clockAt(feedTime), random: () => Math.floor(this.#random() * 2 ** 32) }
  }
}
