import { concatBytes } from "../../base/index.ts"
import { PesHeader, readPesHeader, wrapTimestamp, writeTimestamp } from "../pes.ts"
import { type AudioFrame, framedCodec, splitFrames } from "./audio-frames.ts"
import type { Run } from "./run.ts"
import { counterOf, hasPayload, hasSync, payloadStart, pidOf, SOURCE_PACKET_SIZE } from "./source-packet.ts"
import type { UnitReader } from "./title-file.ts"
import type { JoinUnit } from "./transport-units.ts"

/** Sound at a run's ends, cut to the frame. */
export type AudioCut = {
  readonly units: readonly JoinUnit[]
  /** Packets made anew, by their number in the run; PID, counter and times as in the clip. */
  readonly packets: ReadonlyMap<number, Uint8Array>
  /** When the run's sound ends, on the title's timeline; null: it has none. */
  readonly audioEnd: number | null
}

/** Longest PES packet of sound that is taken apart, in packets; a frame of DTS-HD has at most 32 KiB. */
const MAX_PES_PACKETS = 1024

/**
 * Cuts a stream's sound where a run begins and ends: frames that begin before the out time stay, and of the next run those from where the last one
 * ends, to half a frame. Both cuts are made inside PES packets, which become shorter. `previousEnd`: `audioEnd` of the run before.
 */
export async function cutAudio(
  units: readonly JoinUnit[],
  run: Run,
  pid: number,
  streamType: number,
  previousEnd: number | null,
  read: UnitReader,
): Promise<AudioCut> {
  const cutter = new AudioCutter(run, pid, streamType, read)
  const afterHead = await cutter.cutHead(units, Math.max(run.start, previousEnd ?? run.start))
  const { units: cut, audioEnd } = await cutter.cutTail(afterHead)
  return { units: cut, packets: cutter.packets, audioEnd }
}

class AudioCutter {
  readonly packets = new Map<number, Uint8Array>()
  readonly #run: Run
  readonly #pid: number
  readonly #streamType: number
  readonly #read: UnitReader

  constructor(run: Run, pid: number, streamType: number, read: UnitReader) {
    this.#run = run
    this.#pid = pid
    this.#streamType = streamType
    this.#read = read
  }

  async cutHead(units: readonly JoinUnit[], limit: number): Promise<readonly JoinUnit[]> {
    const index = units.findLastIndex((unit) => !unit.isTail && unit.keep && unit.pts !== null && unit.pts <= limit)
    const unit = units[index]
    if (unit === undefined || unit.pts === null) return units
    for (const before of units.slice(0, index)) before.keep = false
    const pes = await this.#take(unit)
    if (pes === null) {
      const next = units[index + 1]?.pts ?? unit.pts
      unit.keep = unit.pts >= limit - Math.max(0, next - unit.pts) / 2
      return units
    }
    const kept = pes.frames.filter((frame) => frame.pts >= limit - frame.duration / 2)
    if (kept.length === pes.frames.length) return units
    unit.keep = false
    if (kept.length === 0) return units
    return units.toSpliced(index, 1, ...this.#shorten(unit, pes, kept, "end"))
  }

  async cutTail(units: readonly JoinUnit[]): Promise<{ units: readonly JoinUnit[]; audioEnd: number | null }> {
    const index = units.findLastIndex((unit) => unit.keep && unit.pts !== null)
    const unit = units[index]
    if (unit === undefined || unit.pts === null) return { units, audioEnd: null }
    const pes = this.packets.has(unit.at) ? null : await this.#take(unit)
    if (pes === null) {
      const before = units[index - 1]?.pts ?? unit.pts
      return { units, audioEnd: unit.pts + Math.max(0, unit.pts - before) }
    }
    const kept = pes.frames.filter((frame) => frame.pts < this.#run.end - 2)
    const last = kept.at(-1)
    if (last === undefined) return { units, audioEnd: unit.pts }
    const audioEnd = last.pts + last.duration
    const isWhole = kept.length === pes.frames.length && pes.end === pes.bytes.length
    return { units: isWhole ? units : units.toSpliced(index, 1, ...this.#shorten(unit, pes, kept, "start")), audioEnd }
  }

  /** A unit's PES packet and the frames in it; null: not taken apart. */
  async #take(unit: JoinUnit): Promise<TakenPes | null> {
    const codec = framedCodec(this.#streamType)
    const count = unit.end - unit.at
    if (codec === null || unit.pts === null || count > MAX_PES_PACKETS) return null
    const packets = await this.#read(unit.at, count)
    const slots: number[] = []
    const parts: Uint8Array[] = []
    for (let at = 0; at < packets.length; at += SOURCE_PACKET_SIZE) {
      if (!hasSync(packets, at) || pidOf(packets, at) !== this.#pid || !hasPayload(packets, at)) continue
      slots.push(at)
      parts.push(packets.subarray(payloadStart(packets, at), at + SOURCE_PACKET_SIZE))
    }
    const bytes = concatBytes(parts)
    const header = new PesHeader()
    if (!readPesHeader(bytes, 0, bytes.length, header) || header.pts === null || header.scrambling !== 0) return null
    const split = splitFrames(codec, bytes.subarray(header.payloadStart), unit.pts)
    if (split === null || split.frames.length === 0) return null
    return { packets, slots, bytes, payloadStart: header.payloadStart, frames: split.frames, end: header.payloadStart + split.end }
  }

  /** Puts some of a PES packet's frames into its first or its last packets; gives the unit in two, one of them dropped. */
  #shorten(unit: JoinUnit, pes: TakenPes, kept: readonly AudioFrame[], where: "start" | "end"): JoinUnit[] {
    const first = kept[0] as AudioFrame
    const last = kept.at(-1) as AudioFrame
    const frames = pes.bytes.subarray(pes.payloadStart + first.offset, pes.payloadStart + last.offset + last.size)
    const bytes = new Uint8Array(pes.payloadStart + frames.length)
    bytes.set(pes.bytes.subarray(0, pes.payloadStart))
    bytes.set(frames, pes.payloadStart)
    new DataView(bytes.buffer).setUint16(4, bytes.length - 6)
    writeTimestamp(bytes, 9, (bytes[9] as number) >> 4, wrapTimestamp(Math.round(this.#run.inTime + first.pts - this.#run.start)))
    const count = Math.ceil(bytes.length / PAYLOAD_SIZE)
    const from = where === "start" ? 0 : pes.slots.length - count
    const slots = pes.slots.slice(from, from + count)
    for (const [index, slot] of slots.entries()) {
      const original = pes.packets.subarray(slot, slot + SOURCE_PACKET_SIZE)
      const part = bytes.subarray(index * PAYLOAD_SIZE, (index + 1) * PAYLOAD_SIZE)
      this.packets.set(unit.at + slot / SOURCE_PACKET_SIZE, makePacket(original, part, index === 0))
    }
    const halves = [
      this.#part(unit, pes, 0, from + (where === "start" ? count : 0)),
      this.#part(unit, pes, from + (where === "start" ? count : 0)),
    ]
    return halves
      .map((half, index) => {
        const isKept = (index === 0) === (where === "start")
        return { ...half, keep: isKept, pts: isKept ? Math.round(first.pts) : null, dts: isKept ? Math.round(first.pts) : null }
      })
      .filter((half) => half.packets > 0)
  }

  #part(unit: JoinUnit, pes: TakenPes, from: number, to = pes.slots.length): JoinUnit {
    const slots = pes.slots.slice(from, to)
    const first = slots[0] ?? 0
    const last = slots.at(-1) ?? 0
    return {
      ...unit,
      at: unit.at + first / SOURCE_PACKET_SIZE,
      end: unit.at + last / SOURCE_PACKET_SIZE + 1,
      packets: slots.length,
      counter: counterOf(pes.packets, first),
      lastCounter: counterOf(pes.packets, last),
    }
  }
}

type TakenPes = {
  /** The run's packets from the unit's first to its last, and where in them those of the unit are. */
  readonly packets: Uint8Array
  readonly slots: readonly number[]
  /** The PES packet. */
  readonly bytes: Uint8Array
  readonly payloadStart: number
  readonly frames: readonly AudioFrame[]
  /** Index in `bytes` behind the last whole frame. */
  readonly end: number
}

const PAYLOAD_SIZE = SOURCE_PACKET_SIZE - 8

/** The packet with another payload; an adaptation field fills the room that is left. */
function makePacket(original: Uint8Array, payload: Uint8Array, begins: boolean): Uint8Array {
  const packet = original.slice()
  const room = PAYLOAD_SIZE - payload.length
  packet[5] = ((packet[5] as number) & 0x1f) | (begins ? 0x40 : 0)
  packet[7] = ((packet[7] as number) & 0x0f) | (room === 0 ? 0x10 : 0x30)
  if (room > 0) {
    packet.fill(0xff, 8, 8 + room)
    packet[8] = room - 1
    if (room > 1) packet[9] = 0
  }
  packet.set(payload, 8 + room)
  return packet
}
