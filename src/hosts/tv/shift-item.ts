import type { Ticks } from "../../base/index.ts"
import type { Item } from "../../plugin/index.ts"

/** An item with all its times moved. */
export function shiftItem(item: Item, move: (time: Ticks) => Ticks): Item {
  const maybe = (time: Ticks | null) => (time === null ? null : move(time))
  switch (item.type) {
    case "packet":
      return { ...item, pts: maybe(item.pts), dts: maybe(item.dts) }
    case "discontinuity":
      return { ...item, at: move(item.at), showFrom: move(item.showFrom) }
    case "overlay":
    case "highlight":
      return { ...item, at: move(item.at), until: maybe(item.until) }
    default:
      return { ...item, at: move(item.at) }
  }
}
