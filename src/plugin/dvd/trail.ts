import { SECTOR_SIZE, type Ticks } from "../../base/index.ts"
import type { HighlightItem } from "../items.ts"
import type { DvdPlayback, PlaybackState } from "./playback.ts"

/** What was done with the machine, in order; `state` after it, where it is a place that a key can go back to. */
type Entry =
  | { readonly act: "steps"; count: number; readonly at: Ticks; state: PlaybackState | null }
  | { readonly act: "pack"; readonly block: Uint8Array | null; readonly sector: number; readonly at: Ticks; state: PlaybackState | null }
  | { readonly act: "still-elapsed" | "timer" | "start"; readonly at: Ticks; state: PlaybackState | null }

/** More navigation packs than any host reads ahead; older ones go first. */
const MAX_ENTRIES = 4096
/** The navigator does not look into blocks that are no navigation packs. */
const ANY_BLOCK = new Uint8Array(SECTOR_SIZE)

/**
 * What lies between the picture on the screen and the block read last: a key acts on the one, and what it changes is carried on to the
 * other.
 */
export class Trail {
  #entries: Entry[] = []

  clear(): void {
    this.#entries = []
  }

  /** Steps that took a block which is no navigation pack, or none. */
  step(at: Ticks, state: PlaybackState | null): void {
    const last = this.#entries.at(-1)
    if (state === null && last?.act === "steps" && last.state === null) last.count++
    else this.#entries.push({ act: "steps", count: 1, at, state })
  }

  pack(block: Uint8Array | null, sector: number, at: Ticks, state: PlaybackState | null): void {
    // A view into a read of half a megabyte would keep all of it.
    this.#entries.push({ act: "pack", block: block?.slice() ?? null, sector, at, state })
    if (this.#entries.length > MAX_ENTRIES) this.#entries.splice(0, this.#entries.length - MAX_ENTRIES)
  }

  other(act: "still-elapsed" | "timer" | "start", at: Ticks, state: PlaybackState | null): void {
    this.#entries.push({ act, at, state })
  }

  /** The place that is on the screen at a feed time; what lies before it is forgotten. */
  at(presented: Ticks): PlaybackState | null {
    const found = this.#entries.findLastIndex(({ state, at }) => state !== null && at <= presented)
    const index = found >= 0 ? found : this.#entries.findIndex(({ state }) => state !== null)
    const state = this.#entries[index]?.state ?? null
    if (state === null) return null
    this.#entries.splice(0, index)
    return state
  }

  /**
   * A key has changed the state of a checkpoint, which `playback` stands in: does everything that was done after it over again. Gives the
   * buttons as they are to be told once more; null: the program now goes elsewhere.
   */
  replay(playback: DvdPlayback): readonly HighlightItem[] | null {
    const [first, ...rest] = this.#entries
    if (first === undefined) return []
    first.state = { ...playback.state, clock: first.state?.clock ?? playback.state.clock }
    const told: Told = { highlights: [], isShown: playback.navigator.state.highlight !== null }
    for (const entry of rest) {
      const isSame = again(playback, entry, told)
      if (!isSame) return null
      if (entry.state === null) continue
      const { name } = entry.state.navigator.machine.phase
      if (playback.navigator.state.machine.phase.name !== name) return null
      entry.state = { ...entry.state, navigator: playback.navigator.state }
    }
    return told.highlights
  }
}

/** What a replay tells of buttons; whether they are there as far as was told. */
type Told = { readonly highlights: HighlightItem[]; isShown: boolean }

function again(playback: DvdPlayback, entry: Entry, told: Told): boolean {
  const { navigator } = playback
  playback.moveClock(entry.at)
  switch (entry.act) {
    case "steps": {
      for (let left = entry.count; left > 0; ) {
        if (navigator.state.machine.phase.name !== "cell" || navigator.wantsNavigationPack) return false
        const { wanted, runLength } = navigator
        // All that is left of a VOBU is one step where no block is at hand: a key is answered in the time of a frame.
        const isWhole = wanted === null || runLength <= left
        note(playback, entry, told, navigator.step(isWhole ? null : ANY_BLOCK))
        left -= wanted !== null && isWhole ? runLength : 1
      }
      return true
    }
    case "pack":
      if (!navigator.wantsNavigationPack || navigator.wanted?.sector !== entry.sector) return false
      note(playback, entry, told, navigator.step(entry.block))
      return true
    case "still-elapsed":
      if (navigator.state.machine.phase.name !== "still") return false
      note(playback, entry, told, navigator.stillElapsed())
      return true
    case "timer":
      note(playback, entry, told, navigator.timerElapsed())
      return true
    default:
      return true
  }
}

function note(playback: DvdPlayback, { act, at, state }: Entry, told: Told, events: readonly { readonly type: string }[]): void {
  const isThere = playback.navigator.state.highlight !== null
  // Buttons that a jump took away are told with the next VOBU, as in `DvdPlayback`.
  const isGone = act === "pack" && told.isShown && !isThere
  if (!isGone && !events.some(({ type }) => type === "highlight")) return
  told.isShown = isThere
  told.highlights.push(playback.highlightItem(at, state?.clock ?? playback.feed.clock))
}
