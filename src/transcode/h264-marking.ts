import { concatBytes, DiscError } from "../base/index.ts"
import {
  type MarkingCommand,
  readSliceMarking,
  readSlicePps,
  readSliceSps,
  type SliceMarking,
  type SlicePps,
  type SliceSps,
} from "./h264-slice.ts"

const SLICE = 1
const IDR_SLICE = 5
const SPS = 7
const PPS = 8
/** An access unit of a disc has a few hundred NAL units at most. */
const MAX_NAL_UNITS = 4096

/** max_num_ref_frames is at most this, A.3.1. */
const MAX_REFERENCES = 16

/** memory_management_control_operation, table 7-9. */
const FORGET_SHORT = 1
const FORGET_LONG = 2
const SHORT_TO_LONG = 3
const FORGET_ALL = 5
const THIS_TO_LONG = 6

/**
 * Makes H.264 decodable from a key picture that is no IDR picture. Pictures behind it still order that references from before it be forgotten
 * (ITU-T H.264 8.2.5.4); such an order for a picture that a decoder never had is damage to it, over which Chromium's ends the whole film. These orders are taken
 * out; where none is left, the sliding window forgets the oldest. Leading pictures that are left out make gaps in frame_num, which the sequence parameter
 * set is made to allow: a decoder then puts frames that do not exist in their place (8.2.5.2).
 */
export class H264Marking {
  readonly #sps = new Map<number, SliceSps>()
  readonly #pps = new Map<number, SlicePps>()
  /** frame_num of the short-term references that the decoder has, and their fields (1 top, 2 bottom). */
  #short = new Map<number, number>()
  #long = new Set<number>()
  /** frame_num of the reference picture before; null at the first picture. */
  #previous: number | null = null
  /** An IDR picture has made an end of what was before. */
  #clean = false

  /** Decoding begins anew with the next unit. */
  restart(): void {
    this.#short.clear()
    this.#long.clear()
    this.#previous = null
    this.#clean = false
  }

  /** The unit (Annex B), itself where there is nothing to take out of it. Damaged headers stay as they are. */
  rewrite(unit: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = []
    let isChanged = false
    let current: SliceMarking | null = null
    for (const { prefix, nal } of nalUnits(unit)) {
      const marking = this.#take(nal)
      if (((nal[0] ?? 0) & 0x1f) === SPS) {
        const allowing = this.#allowingGaps(nal)
        isChanged ||= allowing !== nal
        parts.push(prefix, allowing)
        continue
      }
      // The second field of a frame comes behind what the first has ordered.
      if (marking !== null && current !== null && marking.bottom !== current.bottom) this.#mark(current)
      if (marking !== null && marking.frameNum !== current?.frameNum) this.#fillGap(marking)
      current = marking ?? current
      const changed = marking === null || this.#clean ? null : this.#changed(nal, marking)
      if (changed !== null) isChanged = true
      parts.push(prefix, changed ?? nal)
    }
    if (current !== null) this.#mark(current)
    return isChanged ? concatBytes(parts) : unit
  }

  #allowingGaps(nal: Uint8Array): Uint8Array {
    const payload = payloadOf(nal)
    const sps = orNull(() => readSliceSps(payload))
    if (sps === null) return nal
    const [byte, mask] = [sps.gapsFlagAt >> 3, 0x80 >> (sps.gapsFlagAt & 7)]
    if (((payload[byte] ?? 0) & mask) !== 0) return nal
    payload[byte] = (payload[byte] ?? 0) | mask
    return escaped(nal[0] ?? 0, payload)
  }

  #take(nal: Uint8Array): SliceMarking | null {
    const header = nal[0] ?? 0
    switch (header & 0x1f) {
      case SPS: {
        const sps = orNull(() => readSliceSps(payloadOf(nal)))
        if (sps !== null) this.#sps.set(sps.id, sps)
        return null
      }
      case PPS: {
        const pps = orNull(() => readSlicePps(payloadOf(nal)))
        if (pps !== null) this.#pps.set(pps.id, pps)
        return null
      }
      case IDR_SLICE:
        this.#clean = true
        return null
      case SLICE:
        if (this.#clean) return null
        return orNull(() => readSliceMarking(header, payloadOf(nal, HEADER_BYTES), { sps: this.#sps, pps: this.#pps }))
      default:
        return null
    }
  }

  /** The slice without the orders that a decoder could not follow; null: it can follow all. */
  #changed(nal: Uint8Array, marking: SliceMarking): Uint8Array | null {
    const { commands } = marking
    if (commands === null) return null
    const followed = commands.filter((command) => this.#canFollow(command, marking))
    return followed.length === commands.length ? null : withMarking(nal, marking, followed)
  }

  #canFollow({ operation, operands: [operand = 0] }: MarkingCommand, marking: SliceMarking): boolean {
    if (operation === FORGET_LONG) return this.#long.size > 0
    if (operation !== FORGET_SHORT && operation !== SHORT_TO_LONG) return true
    const { frameNum, fields } = pointed(operand, marking)
    return ((this.#short.get(frameNum) ?? 0) & fields) !== 0 || (marking.field && frameNum === marking.frameNum)
  }

  /** Frames that a decoder puts where frame_num jumps; it keeps no more than a few of them. */
  #fillGap({ frameNum, sps }: SliceMarking): void {
    if (this.#previous === null) return
    const size = 2 ** sps.frameNumBits
    const missing = ((frameNum - this.#previous + size) % size) - 1
    for (let back = Math.min(missing, MAX_REFERENCES); back >= 1; back--) this.#short.set((frameNum - back + size) % size, 3)
  }

  /** What the picture's own orders leave, and the picture itself. */
  #mark(marking: SliceMarking): void {
    const { commands, frameNum, field, bottom } = marking
    if (commands === null) return
    this.#previous = frameNum
    let isLong = false
    for (const { operation, operands } of commands) {
      if (operation === FORGET_SHORT || operation === SHORT_TO_LONG) {
        const target = pointed(operands[0] ?? 0, marking)
        const left = (this.#short.get(target.frameNum) ?? 0) & ~target.fields
        if (left === 0) this.#short.delete(target.frameNum)
        else this.#short.set(target.frameNum, left)
      }
      if (operation === SHORT_TO_LONG) this.#long.add(operands[1] ?? 0)
      if (operation === THIS_TO_LONG) isLong = true
      if (operation === FORGET_ALL) this.#clean = true
    }
    if (isLong) this.#long.add(0)
    else this.#short.set(frameNum, field ? (this.#short.get(frameNum) ?? 0) | (bottom ? 2 : 1) : 3)
  }
}

/** What difference_of_pic_nums_minus1 points to, 8.2.5.4.1: numbers of fields count twice, those of the picture's own parity odd. */
function pointed(
  difference: number,
  { frameNum, field, bottom, sps }: SliceMarking,
): { readonly frameNum: number; readonly fields: number } {
  const size = 2 ** sps.frameNumBits
  const wrap = (value: number) => ((value % size) + size) % size
  if (!field) return { frameNum: wrap(frameNum - difference - 1), fields: 3 }
  const number = 2 * frameNum + 1 - (difference + 1)
  const isSameParity = (number & 1) === 1
  return { frameNum: wrap(Math.floor(number / 2)), fields: isSameParity === bottom ? 2 : 1 }
}

/** A slice header is shorter; with weights for 32 references in two lists it is some hundred bytes. */
const HEADER_BYTES = 1024

/** Damage in a stream is the decoder's to deal with. */
function orNull<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof DiscError) return null
    throw error
  }
}

/** A NAL unit's payload without emulation prevention bytes, 7.3.1; at most `limit` bytes of it. */
function payloadOf(nal: Uint8Array, limit = Number.POSITIVE_INFINITY): Uint8Array {
  const payload = new Uint8Array(Math.min(nal.length, limit))
  let length = 0
  let zeros = 0
  for (let at = 1; at < nal.length && length < payload.length; at++) {
    const byte = nal[at] ?? 0
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    payload[length++] = byte
  }
  return payload.subarray(0, length)
}

function withMarking(nal: Uint8Array, { start, end, headerEnd, cabac }: SliceMarking, commands: readonly MarkingCommand[]): Uint8Array {
  const payload = payloadOf(nal)
  const out = new BitWriter(payload.length + 8)
  out.copy(payload, 0, start)
  out.bit(commands.length === 0 ? 0 : 1)
  for (const { operation, operands } of commands) for (const value of [operation, ...operands]) out.ue(value)
  if (commands.length > 0) out.ue(0)
  if (cabac) {
    out.copy(payload, end, headerEnd)
    // cabac_alignment_one_bit: the data begins at a byte, there and here.
    while (!out.isAligned) out.bit(1)
    out.bytes(payload.subarray(Math.ceil(headerEnd / 8)))
  } else {
    out.copy(payload, end, stopBit(payload))
    out.bit(1)
    while (!out.isAligned) out.bit(0)
  }
  return escaped(nal[0] ?? 0, out.written)
}

/** Position of rbsp_stop_one_bit: the last bit that is set. */
function stopBit(payload: Uint8Array): number {
  let last = payload.length - 1
  while (last > 0 && payload[last] === 0) last--
  let bit = 7
  while (bit > 0 && (((payload[last] ?? 0) >> (7 - bit)) & 1) === 0) bit--
  return last * 8 + bit
}

/** A NAL unit of a header and a payload, with emulation prevention bytes. */
function escaped(header: number, payload: Uint8Array): Uint8Array {
  const nal = new Uint8Array(1 + payload.length + Math.ceil(payload.length / 2))
  nal[0] = header
  let length = 1
  let zeros = 0
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      nal[length++] = 3
      zeros = 0
    }
    nal[length++] = byte
    zeros = byte === 0 ? zeros + 1 : 0
  }
  return nal.subarray(0, length)
}

class BitWriter {
  #bytes: Uint8Array
  #bits = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  get isAligned(): boolean {
    return this.#bits % 8 === 0
  }

  get written(): Uint8Array {
    return this.#bytes.subarray(0, Math.ceil(this.#bits / 8))
  }

  bit(value: number): void {
    const at = this.#bits >> 3
    if (value === 1) this.#bytes[at] = (this.#bytes[at] ?? 0) | (0x80 >> (this.#bits & 7))
    this.#bits++
  }

  /** Unsigned Exp-Golomb code, 9.1. */
  ue(value: number): void {
    const digits = (value + 1).toString(2)
    for (let i = 1; i < digits.length; i++) this.bit(0)
    for (const digit of digits) this.bit(Number(digit))
  }

  copy(from: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) this.bit(((from[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
  }

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#bits / 8)
    this.#bits += bytes.length * 8
  }
}

/** The NAL units of a unit in Annex B form, each with the start code and zeros before it. */
function* nalUnits(unit: Uint8Array): Generator<{ readonly prefix: Uint8Array; readonly nal: Uint8Array }> {
  let begin = startCode(unit, 0)
  let before = 0
  for (let count = 0; count < MAX_NAL_UNITS && begin < unit.length; count++) {
    const from = begin + 3
    const next = startCode(unit, from)
    let end = next
    while (end > from && unit[end - 1] === 0) end--
    yield { prefix: unit.subarray(before, from), nal: unit.subarray(from, end) }
    before = end
    begin = next
  }
}

/** Where the next 00 00 01 begins, or the unit's length. */
function startCode(unit: Uint8Array, from: number): number {
  for (let at = from; at + 2 < unit.length; at++) {
    if (unit[at] === 0 && unit[at + 1] === 0 && unit[at + 2] === 1) return at
  }
  return unit.length
}
