import type { Item } from "../../plugin/index.ts"

/**
 * Items of a session on their way to its converter: packets wait until the device is near them, for what is converted cannot take a key's answer into the
 * picture any more. What is drawn above the picture is told ahead of it and does not wait.
 */
export class ItemGate {
  #waiting: Item[] = []

  /** Takes items in; gives what goes on at once. */
  add(items: readonly Item[]): readonly Item[] {
    const now: Item[] = []
    for (const item of items) {
      if (item.type === "discontinuity" && item.flush) {
        // Everything before it is void, but for the streams that it comes with.
        const streams = this.#waiting.findLast(({ type }) => type === "streams")
        now.push(...(streams === undefined ? [] : [streams]), item)
        this.#waiting = []
      } else if (item.type === "overlay" || item.type === "highlight") now.push(item)
      else this.#waiting.push(item)
    }
    return now
  }

  /** What has its time by `until`, feed time; with all that stands before it. */
  take(until: number): readonly Item[] {
    const first = this.#waiting.findIndex((item) => timeOf(item) > until)
    return this.#waiting.splice(0, first < 0 ? this.#waiting.length : first)
  }

  /** The last time that waits; null: nothing does. */
  get last(): number | null {
    const last = this.#waiting.findLast((item) => Number.isFinite(timeOf(item)))
    return last === undefined ? null : timeOf(last)
  }
}

/** What has no time of its own goes with what is before it. */
function timeOf(item: Item): number {
  switch (item.type) {
    case "packet":
      return item.dts ?? item.pts ?? Number.NEGATIVE_INFINITY
    case "still":
    case "position":
    case "end":
      return item.at
    default:
      return Number.NEGATIVE_INFINITY
  }
}
