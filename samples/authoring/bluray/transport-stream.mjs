// A clip's stream: access units on one clock become 192-byte source packets with arrival times, in aligned units of 32.
// Packets and PES: ISO/IEC 13818-1, 2.4.3; the four bytes before each packet: copy permission (2 bits) and arrival time at 27 MHz (30 bits).
import { join, u16, u32 } from "./bytes.mjs"
import { PID, pat, pmt, sit } from "./programme-tables.mjs"

const CLOCK = 27_000_000
const PER_TICK = 300
const PAYLOAD = 184
const PACKETS_PER_ALIGNED_UNIT = 32
/** How fast packets come while there are any. Between bursts nothing is sent: arrival times say so. */
const BYTES_PER_SECOND = 3_000_000
const PACKET_CLOCKS = Math.ceil((188 * CLOCK) / BYTES_PER_SECOND)
/** Tables and clock come at least every 100 ms. */
const TABLES_EVERY = 0.095 * CLOCK
const SIT_EVERY = 0.9 * CLOCK
const PCR_EVERY = 0.095 * CLOCK
/** How long before its decoding time a unit is sent, in seconds: within each decoder buffer at these bit rates. */
const LEAD = { video: 0.7, audio: 0.16, pgs: 0.3, igs: 0.4, text: 0.4 }

export const kindOf = (codec) => ({ ac3: "audio", pgs: "pgs", igs: "igs", textst: "text" })[codec] ?? "video"

function timeStamp(prefix, ticks) {
  const high = Math.floor(ticks / 2 ** 30) & 7
  const middle = Math.floor(ticks / 2 ** 15) & 0x7fff
  return join(Buffer.from([(prefix << 4) | (high << 1) | 1]), u16((middle << 1) | 1), u16(((ticks & 0x7fff) << 1) | 1))
}

/** A PES packet. Sound and graphics go as private stream 1, text as private stream 2, which has no times; a picture's packet leaves its length open. */
export function pesPacket(kind, { data, pts, dts }) {
  if (kind === "text") return join(Buffer.from([0, 0, 1, 0xbf]), u16(data.length), data)
  const stamps = dts === pts ? timeStamp(2, pts) : join(timeStamp(3, pts), timeStamp(1, dts))
  const header = Buffer.from([kind === "video" ? 0x81 : 0x85, dts === pts ? 0x80 : 0xc0, stamps.length])
  const length = kind === "video" ? 0 : header.length + stamps.length + data.length
  return join(Buffer.from([0, 0, 1, kind === "video" ? 0xe0 : 0xbd]), u16(length), header, stamps, data)
}

/** One transport packet around at most 184 bytes; a shorter payload is filled up by an adaptation field. `random`: decoding can start here. */
function transportPacket(pid, counter, payload, { start = false, random = false } = {}) {
  const packet = Buffer.alloc(188, 0xff)
  const room = PAYLOAD - payload.length
  packet[0] = 0x47
  packet.writeUInt16BE((start ? 0x4000 : 0) | pid, 1)
  packet[3] = (room > 0 ? 0x30 : 0x10) | counter
  if (room > 0) packet[4] = room - 1
  if (room > 1) packet[5] = random ? 0x40 : 0
  payload.copy(packet, 4 + room)
  return packet
}

function pcrPacket(clock) {
  const packet = Buffer.alloc(188, 0xff)
  packet[0] = 0x47
  packet.writeUInt16BE(PID.pcr, 1)
  packet[3] = 0x20
  packet[4] = 183
  packet[5] = 0x10
  const base = Math.floor(clock / PER_TICK) % 2 ** 33
  packet.writeUInt32BE(Math.floor(base / 2), 6)
  packet.writeUInt16BE(((base % 2) << 15) | 0x7e00 | (clock % PER_TICK), 10)
  return packet
}

class SourcePackets {
  #chunks = []
  #counters = new Map()
  #tablesAt = Number.NEGATIVE_INFINITY
  #sitAt = Number.NEGATIVE_INFINITY
  #pcrAt = Number.NEGATIVE_INFINITY
  #tables

  constructor(clock, streams) {
    this.clock = clock
    this.count = 0
    this.#tables = { pat: pat(), pmt: pmt(streams), sit: sit(BYTES_PER_SECOND) }
  }

  /** Tables and clock where they are due. Their own packets pass the time too. */
  due() {
    if (this.clock - this.#tablesAt >= TABLES_EVERY) {
      this.#tablesAt = this.clock
      this.payload(PID.pat, this.#tables.pat, { start: true })
      this.payload(PID.pmt, this.#tables.pmt, { start: true })
    }
    if (this.clock - this.#sitAt >= SIT_EVERY) {
      this.#sitAt = this.clock
      this.payload(PID.sit, this.#tables.sit, { start: true })
    }
    if (this.clock - this.#pcrAt >= PCR_EVERY) {
      this.#pcrAt = this.clock
      this.#push(pcrPacket(this.clock))
    }
  }

  /** Lets time pass until `clock`, sending only what is due. */
  idleUntil(clock) {
    while (this.clock < clock) {
      const next = Math.min(this.#tablesAt + TABLES_EVERY, this.#pcrAt + PCR_EVERY)
      if (next >= clock) {
        this.clock = clock
        return
      }
      this.clock = Math.max(this.clock, Math.ceil(next))
      this.due()
    }
  }

  payload(pid, payload, flags) {
    const counter = this.#counters.get(pid) ?? 0
    this.#counters.set(pid, (counter + 1) & 15)
    this.#push(transportPacket(pid, counter, payload, flags))
  }

  /** Whole aligned units: null packets fill the last. */
  end() {
    while (this.count % PACKETS_PER_ALIGNED_UNIT !== 0) this.#push(transportPacket(PID.none, 0, Buffer.alloc(PAYLOAD, 0xff)))
    return Buffer.concat(this.#chunks)
  }

  #push(packet) {
    this.#chunks.push(u32(this.clock % 2 ** 30), packet)
    this.count++
    this.clock += PACKET_CLOCKS
  }
}

/**
 * Multiplexes a clip. `streams`: `[{ pid, codec, ..., units: [{ data, pts, dts, key }] }]`, times at 90 kHz; the first is the video, where there is one.
 * Gives the stream's bytes and, for each picture where decoding can start, `{ pts, packet, bytes }`: its first packet's number and its size.
 */
export function multiplex(streams) {
  const queue = streams
    .flatMap((stream) => {
      const kind = kindOf(stream.codec)
      return stream.units.map((unit) => ({ unit, stream, kind, send: unit.dts * PER_TICK - LEAD[kind] * CLOCK }))
    })
    .toSorted((a, b) => a.send - b.send)
  const out = new SourcePackets(Math.round(queue[0].send), streams)
  // A clip begins with its tables, then its first picture; sound due a little before that waits for it.
  const firstPicture = queue.findIndex(({ kind }) => kind === "video")
  if (firstPicture > 0) queue.unshift(...queue.splice(firstPicture, 1))
  const entries = []
  for (const { unit, stream, kind, send } of queue) {
    out.idleUntil(Math.round(send))
    out.due()
    const pes = pesPacket(kind, unit)
    if (kind === "video" && unit.key) entries.push({ pts: unit.pts, packet: out.count, bytes: unit.data.length })
    for (let at = 0; at < pes.length; at += PAYLOAD) {
      out.due()
      out.payload(stream.pid, pes.subarray(at, at + PAYLOAD), { start: at === 0, random: at === 0 && kind === "video" && unit.key })
    }
    const late = out.clock - unit.dts * PER_TICK
    if (late > 0) throw new Error(`PID ${stream.pid}: a unit for ${unit.dts} comes ${late} clocks late`)
  }
  const bytes = out.end()
  return { bytes, entries, packets: bytes.length / 192, bytesPerSecond: BYTES_PER_SECOND }
}
