import { PesHeader, readPesHeader } from "../pes.ts"
import { parseProgramAssociation } from "../transport-stream/program-map.ts"
import { SectionAssembler } from "../transport-stream/sections.ts"
import { PAT_PID } from "./program-tables.ts"
import {
  arrivalOf,
  beginsUnit,
  clockAt,
  counterOf,
  hasPayload,
  hasSync,
  isScrambled,
  NULL_PID,
  payloadStart,
  pidOf,
  readClock,
  SOURCE_PACKET_SIZE,
} from "./source-packet.ts"

/** One PES packet (or, on the tables' PIDs, one packet that begins a section) in the packets of a run. */
export type Unit = {
  /** Number of its first packet in the run, and one past that of its last. */
  readonly at: number
  end: number
  /** Packets with payload. */
  packets: number
  /** Continuity counters of its first and last packet with payload. */
  readonly counter: number
  lastCounter: number
  /** false: its beginning lies before the window. */
  readonly isWhole: boolean
  /** On the clip's clock. */
  readonly pts: number | null
  readonly dts: number | null
  /** First byte of its payload: for graphics the segment type; -1: not in its first packet. */
  readonly firstByte: number
}

/** A packet that carries the clock: its number in the run, its arrival time stamp, its program clock reference (27 MHz). */
export type ClockPoint = { readonly at: number; readonly arrival: number; readonly clock: number; readonly pid: number }

/** What some packets in a row hold: the units of each PID, arrival times, the clock. Fed with whole packets from the first on. */
export class TransportWindow {
  readonly first: number
  /** One past the last packet seen. */
  end: number
  readonly units = new Map<number, Unit[]>()
  /** Arrival time stamp of packet `first + i`. */
  readonly arrivals: number[] = []
  firstClock: ClockPoint | null = null
  lastClock: ClockPoint | null = null
  /** The program map's PID, as the first association table says; null: none was met. */
  mapPid: number | null = null
  #hasPackets = false
  readonly #association = new SectionAssembler()
  readonly #header = new PesHeader()

  constructor(first: number) {
    this.first = first
    this.end = first
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at + SOURCE_PACKET_SIZE <= bytes.length; at += SOURCE_PACKET_SIZE) {
      const isPacket = hasSync(bytes, at)
      // What is no packet, since it is damaged or could not be read, arrives with the one before it; at the beginning, with the first.
      if (isPacket && !this.#hasPackets) this.arrivals.fill(arrivalOf(bytes, at))
      this.arrivals.push(isPacket ? arrivalOf(bytes, at) : (this.arrivals.at(-1) ?? 0))
      this.#hasPackets ||= isPacket
      if (isPacket) this.#packet(bytes, at, this.end)
      this.end++
    }
  }

  #packet(bytes: Uint8Array, at: number, index: number): void {
    const pid = pidOf(bytes, at)
    if (pid === NULL_PID) return
    const clock = clockAt(bytes, at)
    if (clock !== -1) {
      this.lastClock = { at: index, arrival: arrivalOf(bytes, at), clock: readClock(bytes, clock), pid }
      this.firstClock ??= this.lastClock
    }
    if (!hasPayload(bytes, at)) return
    const begins = beginsUnit(bytes, at)
    if (pid === PAT_PID && this.mapPid === null) {
      this.#association.push(bytes, payloadStart(bytes, at), at + SOURCE_PACKET_SIZE, begins, (section, length) => {
        this.mapPid ??= parseProgramAssociation(section, length)?.programs[0]?.mapPid ?? null
      })
    }
    const units = this.units.get(pid) ?? []
    if (units.length === 0) this.units.set(pid, units)
    const open = units.at(-1)
    if (begins || open === undefined) {
      units.push(this.#begin(bytes, at, index, begins))
      return
    }
    open.end = index + 1
    open.packets++
    open.lastCounter = counterOf(bytes, at)
  }

  #begin(bytes: Uint8Array, at: number, index: number, isWhole: boolean): Unit {
    const header = this.#header
    const counter = counterOf(bytes, at)
    const common = { at: index, end: index + 1, packets: 1, counter, lastCounter: counter, isWhole }
    const start = payloadStart(bytes, at)
    const end = at + SOURCE_PACKET_SIZE
    if (!isWhole || isScrambled(bytes, at) || !isPesStart(bytes, start, end) || !readPesHeader(bytes, start, end, header)) {
      return { ...common, pts: null, dts: null, firstByte: -1 }
    }
    const firstByte = header.payloadStart < end ? (bytes[header.payloadStart] as number) : -1
    return { ...common, pts: header.pts, dts: header.dts, firstByte }
  }
}

const isPesStart = (bytes: Uint8Array, start: number, end: number): boolean =>
  start + 6 <= end && bytes[start] === 0 && bytes[start + 1] === 0 && bytes[start + 2] === 1
