import { Warnings } from "../../base/index.ts"
import type { AccessUnit, CodecName } from "../access-unit.ts"
import { Damage, type DamageCode } from "../damage.ts"
import { Ac3Splitter } from "../elementary/ac3.ts"
import { createSplitter } from "../elementary/create-splitter.ts"
import type { SplitterSink } from "../elementary/splitter.ts"
import type { StreamParameters } from "../stream-parameters.ts"
import { type PacketSize, PROBE_SIZE, probePacketSize, SOURCE_PACKET_EXTRA, SYNC_BYTE, TS_PACKET_SIZE } from "./packet-size.ts"
import { PesAssembler } from "./pes-assembler.ts"
import { type ProgramMap, parseProgramAssociation, parseProgramMap } from "./program-map.ts"
import { SectionAssembler } from "./sections.ts"

/** The AC-3 core inside a Blu-ray TrueHD PID is a stream of its own: its `streamId` is the PID with this bit. */
export const TRUEHD_CORE = 0x10000

/** Where the demuxer puts what it finds, in the order of the bytes. All calls come from within `push` and `flush`. */
export interface TransportStreamSink {
  /** A whole access unit. Its bytes are its own. */
  unit(unit: AccessUnit): void
  /** What the elementary stream says of itself: before its first unit and whenever it changes. */
  parameters?(streamId: number, parameters: StreamParameters): void
  /** The program map was read, or a new version of it. Not called where the streams were given. */
  program?(map: ProgramMap): void
  /** A program clock reference: 90 kHz ticks and 27 MHz extension (0 to 299). */
  clock?(pid: number, base: number, extension: number): void
  /** A packet of this stream is scrambled and was left out. */
  scrambled?(pid: number): void
}

export type TransportStreamOptions = {
  readonly sink: TransportStreamSink
  /** PID to codec, where the clip information says them: PAT and PMT are not read then. */
  readonly codecs?: ReadonlyMap<number, CodecName>
  /** The streams to put together, by PID (and PID | TRUEHD_CORE); the others cost nothing. Without it: all. */
  readonly streams?: ReadonlySet<number>
  /** Found out from the bytes where not given. */
  readonly packetSize?: PacketSize
  readonly warnings?: Warnings
  /** What warnings name as the place: a clip's path. */
  readonly path?: string
}

const PAT_PID = 0
const NULL_PID = 0x1fff
const PIDS = 0x2000
/** Program maps that are followed; a disc has one program. */
const MAX_PROGRAMS = 16

/** What is done with one PID's packets. */
type PidState = {
  readonly pid: number
  readonly pes: PesAssembler | null
  readonly sections: SectionAssembler | null
  /** Of the last packet with payload; -1: none yet. */
  continuity: number
}

/** Puts a transport stream of 188-byte packets or 192-byte source packets apart into access units. Damage is stepped over to the next packet. */
export class TransportStreamDemuxer {
  readonly #sink: TransportStreamSink
  readonly #damage: Damage
  readonly #splitterSink: SplitterSink
  readonly #pids: (PidState | undefined)[] = new Array(PIDS).fill(undefined)
  #codecs: ReadonlyMap<number, CodecName> | null
  #streams: ReadonlySet<number> | null
  #packetSize: PacketSize | null
  #map: ProgramMap | null = null
  /** Bytes of a packet (or, while the packet size is not known, of the beginning) that are not whole yet. */
  #carry: Uint8Array = new Uint8Array(0)
  /** Offset in the stream of the bytes that are being read. */
  #position = 0
  #lost = false

  constructor(options: TransportStreamOptions) {
    const { sink } = options
    this.#sink = sink
    this.#codecs = options.codecs ?? null
    this.#streams = options.streams ?? null
    this.#packetSize = options.packetSize ?? null
    this.#damage = new Damage(options.warnings ?? new Warnings(), options.path ?? "transport stream")
    this.#splitterSink = {
      unit: (unit) => this.#unit(unit),
      parameters: (streamId, parameters) => sink.parameters?.(streamId, parameters),
      damage: (code, message, streamId) => this.#note(code, `${message} (PID 0x${(streamId & 0xffff).toString(16)})`, null),
    }
    if (this.#codecs === null) this.#pids[PAT_PID] = sectionState(PAT_PID)
    else this.#openStreams(this.#codecs)
  }

  /** How often each kind of damage was stepped over. */
  get damage(): ReadonlyMap<DamageCode, number> {
    return this.#damage.counts
  }

  /** Known once it was given or found. */
  get packetSize(): PacketSize | null {
    return this.#packetSize
  }

  /** Changes which streams are put together. One that is no longer asked for loses its unfinished unit; a new one begins with its next unit. */
  select(streams: ReadonlySet<number> | null): void {
    this.#streams = streams
    if (this.#codecs !== null) this.#openStreams(this.#codecs)
  }

  /** Bytes of the stream in order, cut anywhere. */
  push(bytes: Uint8Array): void {
    if (this.#packetSize === null) {
      this.#probe(bytes, false)
      return
    }
    this.#packets(bytes)
  }

  /** The end, or a discontinuity: units that are whole are handed out, others dropped; times and counters begin anew. */
  flush(): void {
    if (this.#packetSize === null) this.#probe(new Uint8Array(0), true)
    if (this.#carry.length > 0) this.#note("mpeg-lost-sync", `the last packet has ${this.#carry.length} bytes`, this.#position)
    this.#position += this.#carry.length
    this.#carry = new Uint8Array(0)
    this.#lost = false
    for (const state of this.#pids) {
      if (state === undefined) continue
      state.continuity = -1
      state.pes?.flush()
      state.sections?.reset()
    }
  }

  #probe(bytes: Uint8Array, last: boolean): void {
    const all = joined(this.#carry, bytes)
    this.#carry = all
    if (all.length < PROBE_SIZE && !last) return
    const found = probePacketSize(all.length > PROBE_SIZE ? all.subarray(0, PROBE_SIZE) : all)
    if (found === null) {
      if (all.length === 0) return
      this.#note("mpeg-lost-sync", "no transport packets begin here", this.#position)
      const kept = last ? 0 : Math.min(all.length, PROBE_SIZE - 1)
      this.#position += all.length - kept
      this.#carry = all.slice(all.length - kept)
      return
    }
    this.#packetSize = found.size
    this.#carry = new Uint8Array(0)
    this.#position += found.offset
    this.#packets(found.offset === 0 ? all : all.subarray(found.offset))
  }

  #packets(bytes: Uint8Array): void {
    const size = this.#packetSize ?? TS_PACKET_SIZE
    let data = bytes
    if (this.#carry.length > 0) {
      const need = size - this.#carry.length
      // Only the packet that was cut is put together; the rest is read where it lies.
      const packet = joined(this.#carry, bytes.subarray(0, need))
      this.#carry = packet
      if (packet.length < size) return
      this.#carry = new Uint8Array(0)
      this.#run(packet, size)
      data = bytes.subarray(need)
    }
    const end = this.#run(data, size)
    if (end < data.length) this.#carry = joined(this.#carry, data.subarray(end))
  }

  /** Reads whole packets; gives where it stopped. */
  #run(bytes: Uint8Array, size: PacketSize): number {
    const extra = size - TS_PACKET_SIZE
    const base = this.#position
    let at = 0
    while (at + size <= bytes.length) {
      const sync = at + extra
      this.#position = base + at
      if (bytes[sync] === SYNC_BYTE) {
        this.#lost = false
        this.#packet(bytes, sync)
        at += size
      } else {
        if (!this.#lost) this.#note("mpeg-lost-sync", "no packet begins where the last one ended", this.#position)
        this.#lost = true
        at = resync(bytes, at, size)
      }
    }
    this.#position = base + at
    return at
  }

  #packet(bytes: Uint8Array, at: number): void {
    const flags = bytes[at + 1] as number
    const pid = ((flags & 0x1f) << 8) | (bytes[at + 2] as number)
    const control = bytes[at + 3] as number
    if ((control & 0x20) !== 0 && this.#sink.clock !== undefined) this.#clock(bytes, at, pid)
    const state = this.#pids[pid]
    if (state === undefined) return
    if ((flags & 0x80) !== 0) {
      this.#missing(state, "a packet has its transport_error_indicator set")
      return
    }
    const end = at + TS_PACKET_SIZE
    let payload = at + 4
    let discontinuity = false
    if ((control & 0x20) !== 0) {
      const length = bytes[payload] as number
      discontinuity = length > 0 && ((bytes[payload + 1] as number) & 0x80) !== 0
      payload += 1 + length
      if (payload > end) {
        this.#note("mpeg-bad-packet", "an adaptation field is longer than its packet", this.#position, "adaptation_field_length")
        return
      }
    }
    if ((control & 0x10) === 0) return
    if (!this.#continues(state, control & 15, discontinuity)) return
    if ((control & 0xc0) !== 0) this.#sink.scrambled?.(pid)
    else this.#payload(state, bytes, payload, end, (flags & 0x40) !== 0)
  }

  /** continuity_counter, ISO/IEC 13818-1 2.4.3.3: false for a packet sent twice. */
  #continues(state: PidState, counter: number, discontinuity: boolean): boolean {
    const last = state.continuity
    state.continuity = counter
    if (last < 0 || discontinuity || counter === ((last + 1) & 15)) return true
    if (counter === last) return false
    this.#missing(state, `a continuity counter goes from ${last} to ${counter}`)
    state.continuity = counter
    return true
  }

  #missing(state: PidState, message: string): void {
    this.#note("mpeg-packets-missing", `${message} (PID 0x${state.pid.toString(16)})`, this.#position)
    state.continuity = -1
    state.pes?.gap()
    state.sections?.reset()
  }

  #payload(state: PidState, bytes: Uint8Array, from: number, to: number, begins: boolean): void {
    if (state.pes !== null) {
      const problem = state.pes.push(bytes, from, to, begins)
      if (problem === "scrambled") this.#sink.scrambled?.(state.pid)
      else if (problem !== null) this.#note(problem, "a PES packet has no valid header", this.#position, "packet_start_code_prefix")
    } else if (state.sections !== null) {
      const whole = state.sections.push(bytes, from, to, begins, (section, length) => this.#section(state.pid, section, length))
      if (!whole) this.#note("mpeg-bad-packet", "a section is damaged", this.#position, "CRC_32")
    }
  }

  #clock(bytes: Uint8Array, at: number, pid: number): void {
    if ((bytes[at + 4] as number) < 7 || ((bytes[at + 5] as number) & 0x10) === 0) return
    const b = (i: number): number => bytes[at + 6 + i] as number
    const base = b(0) * 2 ** 25 + ((b(1) << 17) | (b(2) << 9) | (b(3) << 1) | (b(4) >> 7))
    this.#sink.clock?.(pid, base, ((b(4) & 1) << 8) | b(5))
  }

  #section(pid: number, bytes: Uint8Array, length: number): void {
    if (pid === PAT_PID) this.#association(bytes, length)
    else this.#programMap(bytes, length)
  }

  #association(bytes: Uint8Array, length: number): void {
    const association = parseProgramAssociation(bytes, length)
    for (const { mapPid } of association?.programs.slice(0, MAX_PROGRAMS) ?? []) {
      if (mapPid !== NULL_PID && this.#pids[mapPid] === undefined) this.#pids[mapPid] = sectionState(mapPid)
    }
  }

  /** The first program met is the one that plays: discs have one. */
  #programMap(bytes: Uint8Array, length: number): void {
    const map = parseProgramMap(bytes, length)
    if (map === null) return
    const known = this.#map
    if (known !== null && (known.programNumber !== map.programNumber || known.version === map.version)) return
    this.#map = map
    const codecs = new Map<number, CodecName>()
    for (const { pid, codec } of map.streams) if (codec !== null && !this.#carriesSections(pid)) codecs.set(pid, codec)
    this.#openStreams(codecs)
    this.#sink.program?.(map)
  }

  /** Makes a state for each wanted stream; one that stays as it was goes on. */
  #openStreams(codecs: ReadonlyMap<number, CodecName>): void {
    const before = this.#codecs
    this.#codecs = codecs
    for (let pid = 0; pid < PIDS; pid++) {
      const state = this.#pids[pid]
      if (this.#carriesSections(pid)) continue
      const codec = codecs.get(pid)
      if (codec === undefined || !this.#wants(pid)) this.#pids[pid] = undefined
      else if (state === undefined || before?.get(pid) !== codec) this.#pids[pid] = this.#streamState(pid, codec)
    }
  }

  #carriesSections(pid: number): boolean {
    const state = this.#pids[pid]
    return state !== undefined && state.sections !== null
  }

  #streamState(pid: number, codec: CodecName): PidState | undefined {
    const splitter = createSplitter(codec, pid, pid | TRUEHD_CORE, this.#splitterSink)
    if (splitter === null) return undefined
    const core = codec === "truehd" ? new Ac3Splitter(pid | TRUEHD_CORE, "ac3", this.#splitterSink) : null
    return { pid, pes: new PesAssembler(splitter, core), sections: null, continuity: -1 }
  }

  #wants(pid: number): boolean {
    return this.#streams === null || this.#streams.has(pid) || this.#streams.has(pid | TRUEHD_CORE)
  }

  /** Of a TrueHD PID one stream may be wanted without the other. */
  #unit(unit: AccessUnit): void {
    if (this.#streams === null || this.#streams.has(unit.streamId)) this.#sink.unit(unit)
  }

  #note(code: DamageCode, message: string, offset: number | null, field?: string): void {
    this.#damage.note(code, message, offset, field)
  }
}

const sectionState = (pid: number): PidState => ({ pid, pes: null, sections: new SectionAssembler(), continuity: -1 })

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + b.length)
  result.set(a)
  result.set(b, a.length)
  return result
}

/** The next place behind `at` where a packet begins and, as far as can be seen, another behind it. */
function resync(bytes: Uint8Array, at: number, size: PacketSize): number {
  const extra = size === 192 ? SOURCE_PACKET_EXTRA : 0
  // Blocks of zeros are as long as a disc's damage: `indexOf` passes over them ten times as fast as a loop.
  for (let sync = bytes.indexOf(SYNC_BYTE, at + 1 + extra); sync !== -1; sync = bytes.indexOf(SYNC_BYTE, sync + 1)) {
    if (sync + size >= bytes.length || bytes[sync + size] === SYNC_BYTE) return sync - extra
  }
  return Math.max(at + 1, bytes.length - extra)
}
