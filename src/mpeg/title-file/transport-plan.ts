import { associationPayloads, mapPayloads, PAT_PID, PCR_PID, PMT_PID, type TablePayloads } from "./program-tables.ts"
import { FILE_TIME_BASE, type Run, titleTime } from "./run.ts"
import { ARRIVAL_MODULUS, SOURCE_PACKET_SIZE, wrap } from "./source-packet.ts"
import type { UnitReader } from "./title-file.ts"
import type { TitleStream } from "./title-stream.ts"
import { cutAudio } from "./transport-audio.ts"
import type { PidPlan, Stretch, TransportPlan } from "./transport-rewrite.ts"
import type { TransportScan } from "./transport-scan.ts"
import { joinTimes } from "./transport-times.ts"
import { type JoinUnit, joinUnits } from "./transport-units.ts"
import type { ClockPoint, TransportWindow } from "./transport-window.ts"

/** What a run leaves to the next. Absent or null: nothing is known, since no packet lay where was looked. */
export type TransportState = {
  /** By PID of the file: the continuity counter last used. */
  readonly counters: ReadonlyMap<number, number | null>
  /** By PID of the file, on the title's timeline: when the last unit is decoded, when the sound ends. */
  readonly lastDts: ReadonlyMap<number, number>
  readonly audioEnds: ReadonlyMap<number, number>
  /** When the last packet arrives: 27 MHz ticks of the title's timeline. */
  readonly arrival: number | null
  /** Made from the first run. */
  readonly tables: Tables | null
}

export type Tables = { readonly association: TablePayloads; readonly map: TablePayloads; readonly pcrPid: number }

export const INITIAL_TRANSPORT_STATE: TransportState = {
  counters: new Map(),
  lastDts: new Map(),
  audioEnds: new Map(),
  arrival: null,
  tables: null,
}

/** 27 MHz ticks between packets that come as fast as any disc's: 188 bytes at 128 Mbit/s. */
const BURST_GAP = 317

/** Works out what to change in a run. `streams` by PID of the run's clip; `allStreams` are the title's. */
export async function planTransport(
  run: Run,
  scan: TransportScan,
  state: TransportState,
  streams: ReadonlyMap<number, TitleStream>,
  allStreams: readonly TitleStream[],
  read: UnitReader,
): Promise<{ plan: TransportPlan; state: TransportState }> {
  const tables = state.tables ?? makeTables(scan, streams, allStreams)
  const lists = new Map<number, readonly JoinUnit[]>()
  const packets = new Map<number, Uint8Array>()
  const times = new Map<number, { pts: number; dts: number }>()
  const lastDts = new Map(state.lastDts)
  const audioEnds = new Map(state.audioEnds)
  for (const [pid, stream] of streams) {
    let units: readonly JoinUnit[] = joinUnits(run, scan, pid, stream.kind)
    if (stream.kind === "audio") {
      const cut = await cutAudio(units, run, pid, stream.streamType, state.audioEnds.get(stream.pid) ?? null, read)
      units = cut.units
      for (const [index, packet] of cut.packets) packets.set(index, packet)
      if (cut.audioEnd !== null) audioEnds.set(stream.pid, cut.audioEnd)
    }
    const joined = joinTimes(units, run, state.lastDts.get(stream.pid) ?? null)
    for (const [index, unitTimes] of joined.times) times.set(index, unitTimes)
    if (joined.lastDts !== null) lastDts.set(stream.pid, joined.lastDts)
    lists.set(pid, units)
  }
  const endPacket = lastKeptPacket(run, scan, lists) + 1
  const mapPid = scan.head.mapPid ?? PMT_PID
  for (const pid of [PAT_PID, mapPid]) lists.set(pid, tableUnits(scan, pid, endPacket))

  const counters = new Map(state.counters)
  const pids = new Map<number, PidPlan>()
  for (const [pid, units] of lists) {
    const stream = streams.get(pid)
    const filePid = pid === mapPid ? PMT_PID : (stream?.pid ?? PAT_PID)
    const { stretches, counter, isBroken } = countPackets(units, state.counters.get(filePid), scan)
    counters.set(filePid, counter)
    const table = pid === PAT_PID ? tables.association : pid === mapPid ? tables.map : null
    pids.set(pid, { filePid, stretches, table, marksSets: isBroken && stream?.kind === "graphics" })
  }
  const clock = clockOf(run, scan, state, endPacket)
  const clockPid = scan.head.firstClock?.pid
  const plan: TransportPlan = {
    pids,
    clockPid: clockPid === undefined || pids.has(clockPid) || tables.pcrPid !== PCR_PID ? null : clockPid,
    filePcrPid: tables.pcrPid,
    packets,
    times,
    timeOffset: FILE_TIME_BASE + run.start - run.inTime,
    endPacket,
    ...clock.plan,
  }
  return { plan, state: { counters, lastDts, audioEnds, arrival: clock.arrival, tables } }
}

/** The clock keeps a PID of its own where the first clip has one, as Blu-ray clips do; else it stays with that clip's stream. */
function makeTables(scan: TransportScan, streams: ReadonlyMap<number, TitleStream>, allStreams: readonly TitleStream[]): Tables {
  const clockStream = streams.get(scan.head.firstClock?.pid ?? -1)
  const pcrPid = clockStream?.pid ?? PCR_PID
  return { association: associationPayloads(), map: mapPayloads(allStreams, pcrPid), pcrPid }
}

/** Number of the last packet that belongs to something kept; behind it the run is null packets. */
function lastKeptPacket(run: Run, scan: TransportScan, lists: ReadonlyMap<number, readonly JoinUnit[]>): number {
  let last = -1
  let isCut = false
  for (const units of lists.values()) {
    for (const unit of units) {
      if (unit.keep && (unit.isTail || scan.tail === null)) last = Math.max(last, unit.end - 1)
      else if (!unit.keep) isCut = true
    }
  }
  return isCut && last >= 0 ? last : run.length / SOURCE_PACKET_SIZE - 1
}

/** The packets of a table's PID before the run's kept end, each that begins a section as a unit. */
function tableUnits(scan: TransportScan, pid: number, endPacket: number): JoinUnit[] {
  const windows: [TransportWindow | null, boolean][] = [
    [scan.head, false],
    [scan.tail, true],
  ]
  return windows.flatMap(([window, isTail]) =>
    (window?.units.get(pid) ?? []).map((unit) => ({
      ...unit,
      isTail,
      keep: unit.end <= endPacket,
      pts: null,
      dts: null,
      time: null,
      isReference: false,
    })),
  )
}

/**
 * Continuity counters: what is added to them from which packet on, so that they go on from `previous` and over what is dropped. `isBroken`: the
 * number cannot be known, since the PID has no packet near the join.
 */
function countPackets(
  units: readonly JoinUnit[],
  previous: number | null | undefined,
  scan: TransportScan,
): { stretches: readonly Stretch[]; counter: number | null; isBroken: boolean } {
  const stretches: Stretch[] = []
  let counter = previous ?? null
  let delta: number | null = null
  let isBroken = previous === null
  const put = (at: number, stretch: { keep: boolean; delta: number }): void => {
    const last = stretches.at(-1)
    if (last === undefined || last.keep !== stretch.keep || last.delta !== stretch.delta)
      stretches.push({ from: stretches.length === 0 ? 0 : at, ...stretch })
  }
  // Nothing of a PID at the head: what comes later keeps the clip's own counters.
  const startUnseen = (): void => {
    if (delta !== null || scan.tail === null) return
    delta = 0
    isBroken ||= counter !== null
    put(scan.head.end, { keep: true, delta })
  }
  for (const unit of units) {
    if (unit.isTail) startUnseen()
    if (!unit.keep) {
      put(unit.at, { keep: false, delta: 0 })
      if (delta !== null) delta = (delta - unit.packets) & 15
      continue
    }
    delta ??= counter === null ? 0 : (counter + 1 - unit.counter) & 15
    put(unit.at, { keep: true, delta })
    counter = (unit.lastCounter + delta) & 15
  }
  startUnseen()
  const isEndKnown = scan.tail === null || units.some((unit) => unit.isTail && unit.keep)
  return { stretches, counter: isEndKnown ? counter : null, isBroken }
}

type ClockPlan = Pick<TransportPlan, "arrivalOffset" | "burstPackets" | "burstArrival" | "burstGap" | "endArrival">

/** Arrival times: those of the clip moved to the title's clock, after a join as late as the packets before it need. */
function clockOf(run: Run, scan: TransportScan, state: TransportState, endPacket: number): { plan: ClockPlan; arrival: number } {
  const head = scan.head
  const tail = scan.tail ?? head
  const start = head.firstClock ?? { at: 0, arrival: head.arrivals[0] ?? 0, clock: run.inTime * 300, pid: -1 }
  const anchor = clockTime(run, start)
  const arrivalIn = (window: TransportWindow, point: ClockPoint, at: number): number =>
    clockTime(run, point) + signedArrival((window.arrivals[at - window.first] ?? point.arrival) - point.arrival)
  const burstArrival = state.arrival === null ? Number.NEGATIVE_INFINITY : state.arrival + BURST_GAP
  let burstPackets = 0
  while (burstPackets < Math.min(head.end, endPacket) && arrivalIn(head, start, burstPackets) < burstArrival + burstPackets * BURST_GAP)
    burstPackets++
  const lastPacket = endPacket - 1
  const natural = arrivalIn(tail, tail.lastClock ?? start, lastPacket)
  const last = lastPacket < burstPackets ? burstArrival + lastPacket * BURST_GAP : natural
  return {
    plan: {
      arrivalOffset: wrap(anchor + FILE_TIME_BASE * 300 - start.arrival, ARRIVAL_MODULUS),
      burstPackets,
      burstArrival: burstPackets === 0 ? 0 : burstArrival + FILE_TIME_BASE * 300,
      burstGap: BURST_GAP,
      endArrival: last + FILE_TIME_BASE * 300,
    },
    arrival: last + run.length / SOURCE_PACKET_SIZE - endPacket,
  }
}

const clockTime = (run: Run, point: ClockPoint): number => titleTime(run, Math.floor(point.clock / 300)) * 300 + (point.clock % 300)

/** The nearest difference of two arrival time stamps: within 20 seconds. */
function signedArrival(difference: number): number {
  const forward = wrap(difference, ARRIVAL_MODULUS)
  return forward >= ARRIVAL_MODULUS / 2 ? forward - ARRIVAL_MODULUS : forward
}
