import { type Run, titleTime } from "./run.ts"
import { SOURCE_PACKET_SIZE } from "./source-packet.ts"
import type { TitleStreamKind } from "./title-stream.ts"
import type { TransportScan } from "./transport-scan.ts"
import type { Unit } from "./transport-window.ts"

/** A unit at one of a run's ends, and what becomes of it. Times are on the title's timeline. */
export type JoinUnit = Unit & {
  /** Behind the packets that were not looked at. */
  readonly isTail: boolean
  keep: boolean
  pts: number | null
  dts: number | null
  /** The title time that decides: for graphics that of the display set it belongs to. */
  readonly time: number | null
  /** Not shown: decoded for the sake of pictures inside in and out time. */
  isReference: boolean
}

/** In and out times are 45 kHz ticks that may have been rounded either way. */
const TOLERANCE = 2

/** Composition segments begin a display set: presentation and interactive. */
const COMPOSITIONS = new Set([0x16, 0x18])

/**
 * The units of one PID at both ends of a run, with those dropped that lie outside in and out time and that nothing inside needs. A unit without a
 * time goes the way of the one before it.
 */
export function joinUnits(run: Run, scan: TransportScan, pid: number, kind: TitleStreamKind): JoinUnit[] {
  const lists: [readonly Unit[], boolean][] = [
    [scan.head.units.get(pid) ?? [], false],
    [scan.tail?.units.get(pid) ?? [], true],
  ]
  const units: JoinUnit[] = []
  for (const [list, isTail] of lists) {
    let setTime: number | null = null
    for (const unit of list) {
      const pts = unit.pts === null ? null : titleTime(run, unit.pts)
      const dts = unit.dts === null ? null : titleTime(run, unit.dts)
      if (kind !== "graphics" || COMPOSITIONS.has(unit.firstByte)) setTime = pts ?? setTime
      units.push({ ...unit, isTail, keep: isTail || unit.isWhole, pts, dts, time: setTime ?? pts, isReference: false })
    }
  }
  dropBefore(units, run, kind)
  dropBehind(units, run, kind)
  return units
}

function dropBefore(units: JoinUnit[], run: Run, kind: TitleStreamKind): void {
  const leadPackets = run.lead / SOURCE_PACKET_SIZE
  let first: number | null = null
  let before = false
  for (const unit of units) {
    if (unit.isTail) return
    if (unit.at < leadPackets || !unit.isWhole) {
      unit.keep = false
      continue
    }
    first ??= unit.time
    if (unit.time !== null) before = unit.time < run.start - TOLERANCE
    if (!before) continue
    // Pictures before the in time are needed to decode what follows, but those that precede the first picture of all want one that is not here.
    if (kind === "video" && (unit.time === null || first === null || unit.time >= first)) unit.isReference = true
    // Sound is cut to the frame later.
    else if (kind !== "audio") unit.keep = false
  }
}

function dropBehind(units: JoinUnit[], run: Run, kind: TitleStreamKind): void {
  const end = run.end - TOLERANCE
  const last = units.findLastIndex((unit) => unit.time !== null && unit.time < end)
  if (units.slice(last + 1).every((unit) => unit.time === null)) return
  for (const [index, unit] of units.entries()) {
    // In decoding order nothing behind the last unit inside is needed.
    if (index > last && unit.time !== null) {
      for (const behind of units.slice(index)) behind.keep = false
      return
    }
    if (unit.time === null || unit.time < end) continue
    if (kind === "video") unit.isReference = true
    else unit.keep = false
  }
}
