import { DiscError, ticks } from "../../base/index.ts"
import { readMenuState } from "../../graphics/ig/index.ts"
import { readState } from "../../navigation/hdmv/index.ts"
import type { HdmvPlace } from "./place.ts"

/** A place that was kept outside of this program, checked. @throws DiscError `bad-argument` */
export function checkedPlace(value: unknown): HdmvPlace {
  if (typeof value === "object" && value !== null) {
    const { machine, clock, time, menu, at } = value as Record<string, unknown>
    const state = readState(machine)
    const menuState = menu === null ? null : readMenuState(menu)
    const isWhole = state !== null && (menu === null || menuState !== null)
    if (isWhole && isTime(clock) && isTime(time) && isTime(at)) {
      return { machine: state, clock: ticks(clock), time: ticks(Math.max(0, time)), menu: menuState, at: ticks(at) }
    }
  }
  throw new DiscError("bad-argument", "this bookmark is damaged: its place is not what it should be")
}

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value)
