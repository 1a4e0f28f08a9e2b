import type { Run } from "./run.ts"
import type { JoinUnit } from "./transport-units.ts"

/** New times for a unit, on the title's timeline. */
export type UnitTimes = { readonly pts: number; readonly dts: number }

/** Where pictures left over behind an out time go: behind the last frame inside (frames last 1500 ticks and more), before those that lead in. */
const LEFT_OVER_TICKS = 1000

/**
 * Times that the join of a stream needs, by the unit's first packet. Pictures that are only decoded are given the ticks right before the in time or
 * before the out time, so that they take no time; and no unit is decoded before the last one of the run before (`lastDts`).
 * Also gives when the run's last unit is decoded.
 */
export function joinTimes(
  units: readonly JoinUnit[],
  run: Run,
  lastDts: number | null,
): { readonly times: ReadonlyMap<number, UnitTimes>; readonly lastDts: number | null } {
  const times = new Map<number, UnitTimes>()
  const kept = units.filter((unit) => unit.keep && unit.pts !== null)
  const squeezed = new Map([
    ...squeeze(
      kept.filter((unit) => unit.isReference && (unit.pts ?? 0) < run.start),
      (count) => run.start - count,
    ),
    ...squeeze(
      kept.filter((unit) => unit.isReference && (unit.pts ?? 0) >= run.start),
      () => run.end - LEFT_OVER_TICKS,
    ),
  ])
  let previous = lastDts ?? Number.NEGATIVE_INFINITY
  for (const unit of kept) {
    const natural = unit.pts ?? 0
    let pts = squeezed.get(unit.at) ?? natural
    const decoded = unit.dts ?? natural
    // Behind the in time the disc's own times are in order; only what stands at the join gives way.
    let dts = unit.isTail || (decoded > previous && pts === natural) ? decoded : Math.max(Math.min(decoded, pts), previous + 1)
    pts = Math.max(pts, dts)
    // One time for both where the header has room for one.
    if (!hasOwnDts(unit)) dts = pts
    if (pts !== natural || dts !== decoded) times.set(unit.at, { pts, dts })
    previous = dts
  }
  return { times, lastDts: Number.isFinite(previous) ? previous : null }
}

const hasOwnDts = (unit: JoinUnit): boolean => unit.dts !== null && unit.dts !== unit.pts

/** One tick after the other in the order of presentation. */
function squeeze(units: readonly JoinUnit[], firstTick: (count: number) => number): [number, number][] {
  const order = [...units].sort((a, b) => (a.pts ?? 0) - (b.pts ?? 0))
  return order.map((unit, index) => [unit.at, firstTick(order.length) + index])
}
