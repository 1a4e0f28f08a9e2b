import { SOURCE_PACKET_EXTRA, SYNC_BYTE, TS_PACKET_SIZE } from "../transport-stream/packet-size.ts"

/*
 * Fields of a 192-byte source packet (TP_extra_header and transport packet, ISO/IEC 13818-1 2.4.3.2) that begins at `at` of `bytes`.
 */

export const SOURCE_PACKET_SIZE = SOURCE_PACKET_EXTRA + TS_PACKET_SIZE
/** arrival_time_stamp counts 27 MHz modulo 2^30. */
export const ARRIVAL_MODULUS = 2 ** 30
export const NULL_PID = 0x1fff
/** program_clock_reference counts 27 MHz as a 33-bit base and an extension of 300. */
export const CLOCK_MODULUS = 2 ** 33 * 300

const u8 = (bytes: Uint8Array, at: number): number => bytes[at] as number

export const hasSync = (bytes: Uint8Array, at: number): boolean => bytes[at + 4] === SYNC_BYTE
export const pidOf = (bytes: Uint8Array, at: number): number => ((u8(bytes, at + 5) & 0x1f) << 8) | u8(bytes, at + 6)
export const beginsUnit = (bytes: Uint8Array, at: number): boolean => (u8(bytes, at + 5) & 0x40) !== 0
export const isScrambled = (bytes: Uint8Array, at: number): boolean => (u8(bytes, at + 7) & 0xc0) !== 0
export const hasPayload = (bytes: Uint8Array, at: number): boolean => (u8(bytes, at + 7) & 0x10) !== 0
export const hasAdaptation = (bytes: Uint8Array, at: number): boolean => (u8(bytes, at + 7) & 0x20) !== 0
export const counterOf = (bytes: Uint8Array, at: number): number => u8(bytes, at + 7) & 15

/** Index of the first payload byte; the packet's end where the adaptation field leaves no room. */
export function payloadStart(bytes: Uint8Array, at: number): number {
  const start = at + 8 + (hasAdaptation(bytes, at) ? 1 + u8(bytes, at + 8) : 0)
  return Math.min(start, at + SOURCE_PACKET_SIZE)
}

export function setPid(bytes: Uint8Array, at: number, pid: number): void {
  bytes[at + 5] = (u8(bytes, at + 5) & 0xe0) | (pid >> 8)
  bytes[at + 6] = pid & 0xff
}

export function setCounter(bytes: Uint8Array, at: number, counter: number): void {
  bytes[at + 7] = (u8(bytes, at + 7) & 0xf0) | (counter & 15)
}

export const arrivalOf = (bytes: Uint8Array, at: number): number =>
  ((u8(bytes, at) & 0x3f) << 24) | (u8(bytes, at + 1) << 16) | (u8(bytes, at + 2) << 8) | u8(bytes, at + 3)

/** Leaves copy_permission_indicator, the two bits above it, alone. */
export function setArrival(bytes: Uint8Array, at: number, arrival: number): void {
  bytes[at] = (u8(bytes, at) & 0xc0) | ((arrival >>> 24) & 0x3f)
  bytes[at + 1] = (arrival >>> 16) & 0xff
  bytes[at + 2] = (arrival >>> 8) & 0xff
  bytes[at + 3] = arrival & 0xff
}

/** Makes a null packet of it, but for its arrival time. */
export function setNull(bytes: Uint8Array, at: number): void {
  bytes[at + 4] = SYNC_BYTE
  bytes[at + 5] = NULL_PID >> 8
  bytes[at + 6] = NULL_PID & 0xff
  bytes[at + 7] = 0x10
  bytes.fill(0xff, at + 8, at + SOURCE_PACKET_SIZE)
}

/** Where the six bytes of the program clock reference lie; -1: the packet has none. */
export function clockAt(bytes: Uint8Array, at: number): number {
  const hasClock = hasSync(bytes, at) && hasAdaptation(bytes, at) && u8(bytes, at + 8) >= 7 && (u8(bytes, at + 9) & 0x10) !== 0
  return hasClock ? at + 10 : -1
}

/** Where the original program clock reference lies, behind the program clock reference; -1: none. */
export function originalClockAt(bytes: Uint8Array, at: number): number {
  if (!hasAdaptation(bytes, at) || (u8(bytes, at + 9) & 0x08) === 0) return -1
  const field = (u8(bytes, at + 9) & 0x10) === 0 ? at + 10 : at + 16
  return at + 9 + u8(bytes, at + 8) >= field + 6 ? field : -1
}

/** In 27 MHz ticks. */
export function readClock(bytes: Uint8Array, at: number): number {
  const base =
    u8(bytes, at) * 2 ** 25 + (u8(bytes, at + 1) << 17) + (u8(bytes, at + 2) << 9) + (u8(bytes, at + 3) << 1) + (u8(bytes, at + 4) >> 7)
  return base * 300 + (((u8(bytes, at + 4) & 1) << 8) | u8(bytes, at + 5))
}

export function writeClock(bytes: Uint8Array, at: number, clock: number): void {
  const base = Math.floor(clock / 300)
  const extension = clock % 300
  bytes[at] = Math.floor(base / 2 ** 25) & 0xff
  bytes[at + 1] = Math.floor(base / 2 ** 17) & 0xff
  bytes[at + 2] = Math.floor(base / 2 ** 9) & 0xff
  bytes[at + 3] = Math.floor(base / 2) & 0xff
  bytes[at + 4] = ((base % 2) << 7) | 0x7e | (extension >> 8)
  bytes[at + 5] = extension & 0xff
}

/** `value` modulo `modulus`, never negative. */
export const wrap = (value: number, modulus: number): number => ((value % modulus) + modulus) % modulus
