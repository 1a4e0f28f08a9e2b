import { DiscError } from "../../base/index.ts"
import { wrapTimestamp, writeTimestamp } from "../pes.ts"
import { SYNC_BYTE, TS_PACKET_SIZE } from "./packet-size.ts"
import { type Insertion, insertionFor, isVideo, pesStreamId, type WriterStream } from "./writer-streams.ts"
import { FIRST_STREAM_PID, PROGRAM_MAP_PID, writeProgramAssociation, writeProgramMap } from "./writer-tables.ts"

/** One access unit to write. Times in 90 kHz ticks, of any size: they are written modulo 2^33. */
export type WriterUnit = {
  readonly data: Uint8Array
  readonly pts: number
  readonly dts: number
  readonly key: boolean
}

export type TransportStreamWriterOptions = {
  readonly streams: readonly WriterStream[]
  /** How far the clock runs behind decoding times, in ticks; also how much later than others a stream's units may be handed in. */
  readonly delay?: number
  /** Added to all times. Where times begin near 0, give at least `delay`, so that the clock does not begin below 0. */
  readonly shift?: number
}

/** 0.7 s, as FFmpeg's muxer has it: players' buffers are made for it. */
const DEFAULT_DELAY = 63_000
/** ISO/IEC 13818-1 2.7.2 wants a clock reference at least every 0.1 s. */
const CLOCK_INTERVAL = 8_100
/** A player that tunes in waits no longer than this for the tables. */
const TABLE_INTERVAL = 22_500
/** The program map is one packet: 183 bytes, of which 16 are its own and a stream with both descriptors takes 17. */
const MAX_STREAMS = 9
/** PES_packet_length has 16 bits; 0, "unbounded", is for video only (ISO/IEC 13818-1 2.4.3.7). */
const MAX_PES_LENGTH = 0xffff
const PAT_PID = 0

const HEADER_SIZE = 4
const ROOM = TS_PACKET_SIZE - HEADER_SIZE
/** Length, flags and clock reference of an adaptation field. */
const CLOCK_FIELD_SIZE = 8
const FLAGS_FIELD_SIZE = 2

/** The bits of an adaptation field's flags byte. */
const DISCONTINUITY = 0x80
const RANDOM_ACCESS = 0x40
const CLOCK = 0x10

/**
 * Writes access units as a transport stream of 188-byte packets with one program. The caller hands units in by rising decoding time across streams, to within `delay`;
 * nothing is held back: what `write` gives is the whole unit. Continuity counters and PIDs go on for as long as the writer lives, through every discontinuity and change of streams.
 */
export class TransportStreamWriter {
  readonly #delay: number
  readonly #shift: number
  readonly #counters = new Map<number, number>()
  #streams: readonly WriterStream[]
  #pcrIndex = 0
  #version = 0
  #tablesDue = true
  #lastTables = 0
  /** The last clock reference, in ticks before wrapping; null: the next one begins a new time base. */
  #lastClock: number | null = null
  #discontinuity = false

  constructor(options: TransportStreamWriterOptions) {
    this.#delay = options.delay ?? DEFAULT_DELAY
    this.#shift = options.shift ?? 0
    this.#streams = checked(options.streams)
    this.#pcrIndex = clockStream(this.#streams)
  }

  /** The PID of `streams[index]`. */
  pid(index: number): number {
    return FIRST_STREAM_PID + index
  }

  /** Other streams, or the same with other parameters, from the next unit on: a new version of the program map goes before it. A time base that jumps needs `discontinuity` too. */
  setStreams(streams: readonly WriterStream[]): void {
    this.#streams = checked(streams)
    this.#pcrIndex = clockStream(this.#streams)
    this.#version = (this.#version + 1) & 31
    this.#tablesDue = true
  }

  /** The next unit is on another time base: the tables and a clock reference with discontinuity_indicator go before it. */
  discontinuity(): void {
    this.#lastClock = null
    this.#discontinuity = true
    this.#tablesDue = true
  }

  /**
   * The packets of one access unit of `streams[index]`, with tables and a clock reference where they are due. `closes-counter`: the unit takes as many
   * packets as it needs for the PID's continuity counter to come to 15, so that a stream that begins at 0 goes on from it.
   * @throws DiscError `bad-argument` (no such stream), `unsupported` (AAC that ADTS cannot carry)
   */
  write(index: number, unit: WriterUnit, closing?: "closes-counter"): Uint8Array {
    const stream = this.#streams[index]
    if (stream === undefined) throw new DiscError("bad-argument", `there is no stream ${index}; the writer has ${this.#streams.length}`)
    const insertion = insertionFor(stream, unit.data, unit.key)
    const time = unit.dts + this.#shift
    const clock = this.#clockFor(index, time)
    const withClock = clock !== null && index === this.#pcrIndex
    const randomAccess = unit.key && index === this.#pcrIndex
    const tables = this.#tables(time, randomAccess && isVideo(stream.codec))
    const clockAlone = clock !== null && !withClock

    const flags = (withClock ? CLOCK : 0) | (randomAccess ? RANDOM_ACCESS : 0) | (withClock ? this.#takeDiscontinuity() : 0)
    const header = this.#pesHeader(stream.codec, index, unit, unit.data.length + insertion.bytes.length)
    const size = header.length + insertion.bytes.length + unit.data.length
    const fieldSize = withClock ? CLOCK_FIELD_SIZE : flags === 0 ? 0 : FLAGS_FIELD_SIZE
    const needed = Math.ceil((fieldSize + size) / ROOM)
    const count = closing === undefined ? needed : Math.min(size, needed + this.#untilClosed(this.pid(index), needed))
    const out = new Uint8Array(((tables === null ? 0 : 2) + (clockAlone ? 1 : 0) + count) * TS_PACKET_SIZE)
    let at = 0
    if (tables !== null) at = this.#writeTables(out, tables)
    if (clockAlone) at = this.#writeClockAlone(out, at, clock)
    this.#writeUnit(out, at, {
      pid: this.pid(index),
      flags,
      clock: withClock ? clock : null,
      header,
      insertion,
      data: unit.data,
      size,
      count,
    })
    return out
  }

  /** Tables as often as it takes for their continuity counters to come to 15. */
  closeTables(): Uint8Array {
    const tables = [writeProgramAssociation(0), writeProgramMap(this.#version, this.pid(this.#pcrIndex), this.#streams)] as const
    const pairs = this.#untilClosed(PAT_PID, 0)
    const out = new Uint8Array(pairs * 2 * TS_PACKET_SIZE)
    for (let pair = 0; pair < pairs; pair++) this.#writeTables(out.subarray(pair * 2 * TS_PACKET_SIZE), tables)
    return out
  }

  /** Packets beyond `count` more after which the PID's counter is 15. */
  #untilClosed(pid: number, count: number): number {
    return (15 - (((this.#counters.get(pid) ?? 15) + count) & 15)) & 15
  }

  /** The clock reference that is due with a unit decoded at `time`; null: none is. */
  #clockFor(index: number, time: number): number | null {
    const last = this.#lastClock
    const clock = last === null ? time - this.#delay : Math.max(time - this.#delay, last)
    if (last !== null && index !== this.#pcrIndex && clock - last < CLOCK_INTERVAL) return null
    if (last !== null && clock === last) return null
    this.#lastClock = clock
    return clock
  }

  #takeDiscontinuity(): number {
    const flag = this.#discontinuity ? DISCONTINUITY : 0
    this.#discontinuity = false
    return flag
  }

  #tables(time: number, before: boolean): readonly [Uint8Array, Uint8Array] | null {
    const due = this.#tablesDue || before || Math.abs(time - this.#lastTables) >= TABLE_INTERVAL
    if (!due) return null
    this.#tablesDue = false
    this.#lastTables = time
    return [writeProgramAssociation(0), writeProgramMap(this.#version, this.pid(this.#pcrIndex), this.#streams)]
  }

  #writeTables(out: Uint8Array, [association, map]: readonly [Uint8Array, Uint8Array]): number {
    this.#writeSection(out, 0, PAT_PID, association)
    this.#writeSection(out, TS_PACKET_SIZE, PROGRAM_MAP_PID, map)
    return 2 * TS_PACKET_SIZE
  }

  /** A section of at most one packet behind a pointer_field of 0; the rest is stuffing. */
  #writeSection(out: Uint8Array, at: number, pid: number, section: Uint8Array): void {
    this.#packetHeader(out, at, pid, true, 0x10)
    out[at + HEADER_SIZE] = 0
    out.set(section, at + HEADER_SIZE + 1)
    out.fill(0xff, at + HEADER_SIZE + 1 + section.length, at + TS_PACKET_SIZE)
  }

  /** A packet of the clock's PID with an adaptation field alone. Its continuity counter stands still. */
  #writeClockAlone(out: Uint8Array, at: number, clock: number): number {
    const pid = this.pid(this.#pcrIndex)
    out[at] = SYNC_BYTE
    out[at + 1] = pid >> 8
    out[at + 2] = pid & 0xff
    out[at + 3] = 0x20 | ((this.#counters.get(pid) ?? 15) & 15)
    this.#adaptationField(out, at + HEADER_SIZE, ROOM, CLOCK | this.#takeDiscontinuity(), clock)
    return at + TS_PACKET_SIZE
  }

  #writeUnit(out: Uint8Array, start: number, unit: UnitParts): void {
    let at = start
    let flags = unit.flags
    let left = unit.size
    let packets = unit.count
    const source = new Parts([
      unit.header,
      unit.data.subarray(0, unit.insertion.at),
      unit.insertion.bytes,
      unit.data.subarray(unit.insertion.at),
    ])
    for (let first = true; left > 0; first = false) {
      const wanted = flags === 0 ? 0 : unit.clock === null ? FLAGS_FIELD_SIZE : CLOCK_FIELD_SIZE
      // Each packet still to come carries a byte at least.
      const field = Math.max(wanted, ROOM - (left - --packets))
      this.#packetHeader(out, at, unit.pid, first, field > 0 ? 0x30 : 0x10)
      if (field > 0) this.#adaptationField(out, at + HEADER_SIZE, field, flags, unit.clock)
      const take = ROOM - field
      source.copyTo(out, at + HEADER_SIZE + field, take)
      left -= take
      flags = 0
      at += TS_PACKET_SIZE
    }
  }

  #packetHeader(out: Uint8Array, at: number, pid: number, begins: boolean, control: number): void {
    const counter = ((this.#counters.get(pid) ?? 15) + 1) & 15
    this.#counters.set(pid, counter)
    out[at] = SYNC_BYTE
    out[at + 1] = (begins ? 0x40 : 0) | (pid >> 8)
    out[at + 2] = pid & 0xff
    out[at + 3] = control | counter
  }

  /** `size` bytes in all, the length byte counted. ISO/IEC 13818-1 2.4.3.4. */
  #adaptationField(out: Uint8Array, at: number, size: number, flags: number, clock: number | null): void {
    out[at] = size - 1
    if (size === 1) return
    out[at + 1] = flags
    let used = FLAGS_FIELD_SIZE
    if ((flags & CLOCK) !== 0 && clock !== null) {
      const base = wrapTimestamp(Math.floor(clock))
      out[at + 2] = base / 2 ** 25
      out[at + 3] = (base / 2 ** 17) & 0xff
      out[at + 4] = (base / 2 ** 9) & 0xff
      out[at + 5] = (base / 2) & 0xff
      // Six reserved bits and an extension of 0: the clock is whole ticks.
      out[at + 6] = (base % 2 === 1 ? 0x80 : 0) | 0x7e
      out[at + 7] = 0
      used = CLOCK_FIELD_SIZE
    }
    out.fill(0xff, at + used, at + size)
  }

  #pesHeader(codec: WriterStream["codec"], index: number, unit: WriterUnit, size: number): Uint8Array {
    const pts = wrapTimestamp(Math.floor(unit.pts + this.#shift))
    const dts = wrapTimestamp(Math.floor(unit.dts + this.#shift))
    const both = pts !== dts
    const header = new Uint8Array(both ? 19 : 14)
    const length = header.length - 6 + size
    const ordinal = this.#streams.slice(0, index).filter((stream) => isVideo(stream.codec) === isVideo(codec)).length
    header.set([0, 0, 1, pesStreamId(codec, ordinal)])
    // 0: not said, which is allowed for video alone.
    if (!isVideo(codec) && length > MAX_PES_LENGTH)
      throw new DiscError("unsupported", `an audio frame of ${size} bytes does not fit into a PES packet`)
    const said = length > MAX_PES_LENGTH ? 0 : length
    // '10', data_alignment_indicator; which time stamps; their length.
    header.set([said >> 8, said & 0xff, 0x84, both ? 0xc0 : 0x80, header.length - 9], 4)
    writeTimestamp(header, 9, both ? 3 : 2, pts)
    if (both) writeTimestamp(header, 14, 1, dts)
    return header
  }
}

type UnitParts = {
  readonly pid: number
  readonly flags: number
  readonly clock: number | null
  readonly header: Uint8Array
  readonly insertion: Insertion
  readonly data: Uint8Array
  readonly size: number
  /** Packets to write. */
  readonly count: number
}

/** Reads several arrays as one run of bytes. */
class Parts {
  readonly #parts: readonly Uint8Array[]
  #part = 0
  #offset = 0

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts
  }

  copyTo(out: Uint8Array, at: number, length: number): void {
    let done = 0
    while (done < length) {
      const part = this.#parts[this.#part]
      if (part === undefined) return
      const take = Math.min(part.length - this.#offset, length - done)
      out.set(part.subarray(this.#offset, this.#offset + take), at + done)
      done += take
      this.#offset += take
      if (this.#offset === part.length) {
        this.#part++
        this.#offset = 0
      }
    }
  }
}

function checked(streams: readonly WriterStream[]): readonly WriterStream[] {
  if (streams.length === 0 || streams.length > MAX_STREAMS)
    throw new DiscError("bad-argument", `a transport stream of ${streams.length} streams; 1 to ${MAX_STREAMS} can be written`)
  return streams
}

/** The clock goes with the first video stream, else with the first stream. */
const clockStream = (streams: readonly WriterStream[]): number =>
  Math.max(
    streams.findIndex((stream) => isVideo(stream.codec)),
    0,
  )
