import { wrapTimestamp } from "../pes.ts"
import { shiftPesTimes, writePesTimes } from "./pes-times.ts"
import { type TablePayloads, writeTablePacket } from "./program-tables.ts"
import { fileTime } from "./run.ts"
import {
  ARRIVAL_MODULUS,
  arrivalOf,
  beginsUnit,
  CLOCK_MODULUS,
  clockAt,
  counterOf,
  hasAdaptation,
  hasPayload,
  hasSync,
  isScrambled,
  originalClockAt,
  payloadStart,
  pidOf,
  readClock,
  SOURCE_PACKET_SIZE,
  setArrival,
  setCounter,
  setNull,
  setPid,
  wrap,
  writeClock,
} from "./source-packet.ts"
import type { RunPlan } from "./title-file.ts"
import type { UnitTimes } from "./transport-times.ts"

/** What happens to a PID's packets from number `from` on: dropped, or `delta` added to their continuity counters. */
export type Stretch = { readonly from: number; readonly keep: boolean; readonly delta: number }

export type PidPlan = {
  readonly filePid: number
  /** In order; the first begins at 0. Empty: the clip has no packet of it. */
  readonly stretches: readonly Stretch[]
  /** The packets are replaced by those of a table. */
  readonly table: TablePayloads | null
  /** Display sets begin with a discontinuity_indicator: their counters could not be joined. */
  readonly marksSets: boolean
}

/** All that is changed in a run, apart from its clip's bytes. A few entries for each join. */
export type TransportPlan = {
  /** By PID of the clip. All others become null packets. */
  readonly pids: ReadonlyMap<number, PidPlan>
  /** A PID that only carries the clock; null: the clock is on one of `pids`. */
  readonly clockPid: number | null
  readonly filePcrPid: number
  /** Packets that replace the clip's, by number. */
  readonly packets: ReadonlyMap<number, Uint8Array>
  /** Times on the title's timeline of the units that begin in these packets. */
  readonly times: ReadonlyMap<number, UnitTimes>
  /** Added to all other 90 kHz times. */
  readonly timeOffset: number
  /** Added to arrival time stamps. */
  readonly arrivalOffset: number
  /** The first packets, which would arrive before the run before has ended: they come `burstGap` apart from `burstArrival` on. */
  readonly burstPackets: number
  readonly burstArrival: number
  readonly burstGap: number
  /** From this packet on there is nothing but null packets, which arrive right after `endArrival`. */
  readonly endPacket: number
  readonly endArrival: number
}

/** Applies a plan to source packets. */
export class TransportRewriter implements RunPlan {
  readonly #plan: TransportPlan

  constructor(plan: TransportPlan) {
    this.#plan = plan
  }

  rewrite(bytes: Uint8Array, firstUnit: number): void {
    const plan = this.#plan
    let index = firstUnit
    for (let at = 0; at < bytes.length; at += SOURCE_PACKET_SIZE, index++) {
      const arrival = this.#arrival(bytes, at, index)
      const replaced = plan.packets.get(index)
      if (replaced !== undefined) bytes.set(replaced, at)
      if (index >= plan.endPacket || !hasSync(bytes, at) || !this.#packet(bytes, at, index, arrival)) setNull(bytes, at)
      setArrival(bytes, at, wrap(arrival, ARRIVAL_MODULUS))
    }
  }

  #arrival(bytes: Uint8Array, at: number, index: number): number {
    const plan = this.#plan
    if (index >= plan.endPacket) return plan.endArrival + index - plan.endPacket + 1
    if (index < plan.burstPackets) return plan.burstArrival + index * plan.burstGap
    return arrivalOf(bytes, at) + plan.arrivalOffset
  }

  /** False: the packet is dropped. */
  #packet(bytes: Uint8Array, at: number, index: number, arrival: number): boolean {
    const plan = this.#plan
    const pid = pidOf(bytes, at)
    if (pid === plan.clockPid) {
      if (hasPayload(bytes, at) || clockAt(bytes, at) === -1) return false
      setPid(bytes, at, plan.filePcrPid)
      setCounter(bytes, at, 0)
      this.#clocks(bytes, at, index, arrival)
      return true
    }
    const pidPlan = plan.pids.get(pid)
    const stretch = pidPlan === undefined ? undefined : stretchAt(pidPlan.stretches, index)
    if (pidPlan === undefined || stretch === undefined || !stretch.keep) return false
    if (pidPlan.table !== null && !hasPayload(bytes, at)) return false
    setPid(bytes, at, pidPlan.filePid)
    setCounter(bytes, at, counterOf(bytes, at) + stretch.delta)
    if (pidPlan.table !== null) {
      writeTablePacket(bytes, at, pidPlan.table)
      return true
    }
    this.#clocks(bytes, at, index, arrival)
    if (beginsUnit(bytes, at) && !isScrambled(bytes, at)) this.#unit(bytes, at, index, pidPlan)
    return true
  }

  /** Moves the clock by as much as the times; of packets that come late it is when they come. */
  #clocks(bytes: Uint8Array, at: number, index: number, arrival: number): void {
    const { timeOffset, burstPackets } = this.#plan
    const clock = clockAt(bytes, at)
    if (clock !== -1) {
      const value = index < burstPackets ? arrival : readClock(bytes, clock) + timeOffset * 300
      writeClock(bytes, clock, wrap(value, CLOCK_MODULUS))
    }
    const original = originalClockAt(bytes, at)
    if (original !== -1) writeClock(bytes, original, wrap(readClock(bytes, original) + timeOffset * 300, CLOCK_MODULUS))
  }

  #unit(bytes: Uint8Array, at: number, index: number, pidPlan: PidPlan): void {
    const start = payloadStart(bytes, at)
    const end = at + SOURCE_PACKET_SIZE
    const times = this.#plan.times.get(index)
    if (times === undefined) shiftPesTimes(bytes, start, end, wrapTimestamp(this.#plan.timeOffset))
    else writePesTimes(bytes, start, end, fileTime(times.pts), fileTime(times.dts))
    if (pidPlan.marksSets && beginsSet(bytes, at, start)) bytes[at + 9] = (bytes[at + 9] as number) | 0x80
  }
}

/** A presentation or interactive composition segment begins here, and the adaptation field has room for the mark. */
function beginsSet(bytes: Uint8Array, at: number, start: number): boolean {
  if (!hasAdaptation(bytes, at) || (bytes[at + 8] as number) === 0 || start + 9 > at + SOURCE_PACKET_SIZE) return false
  const segment = start + 9 + (bytes[start + 8] as number)
  return segment < at + SOURCE_PACKET_SIZE && (bytes[segment] === 0x16 || bytes[segment] === 0x18)
}

function stretchAt(stretches: readonly Stretch[], index: number): Stretch | undefined {
  let found = stretches[0]
  for (const stretch of stretches) {
    if (stretch.from > index) break
    found = stretch
  }
  return found
}
