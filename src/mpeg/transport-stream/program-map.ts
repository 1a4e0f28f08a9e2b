import { describeStream, type ProgramStreamEntry } from "./stream-types.ts"

/** What a program association section says: where each program's map is. */
export type ProgramAssociation = {
  readonly version: number
  readonly programs: readonly { readonly number: number; readonly mapPid: number }[]
}

/** A program map section. */
export type ProgramMap = {
  readonly programNumber: number
  readonly version: number
  /** 0x1fff: none. */
  readonly pcrPid: number
  readonly streams: readonly ProgramStreamEntry[]
}

const ASSOCIATION = 0
const MAP = 2
const CRC_SIZE = 4
const LONG_HEADER_SIZE = 8

/** Program association section, ISO/IEC 13818-1 2.4.4.3. null: another table, not yet in force, or cut short. `length` without what follows the section. */
export function parseProgramAssociation(bytes: Uint8Array, length: number): ProgramAssociation | null {
  if (!isInForce(bytes, length, ASSOCIATION, LONG_HEADER_SIZE)) return null
  const programs: { number: number; mapPid: number }[] = []
  for (let at = LONG_HEADER_SIZE; at + 4 <= length - CRC_SIZE; at += 4) {
    const number = u16(bytes, at)
    // Program 0 is the network information table.
    if (number !== 0) programs.push({ number, mapPid: u16(bytes, at + 2) & 0x1fff })
  }
  return { version: versionOf(bytes), programs }
}

/** Program map section, ISO/IEC 13818-1 2.4.4.8. null as above. */
export function parseProgramMap(bytes: Uint8Array, length: number): ProgramMap | null {
  if (!isInForce(bytes, length, MAP, LONG_HEADER_SIZE + 4)) return null
  const end = length - CRC_SIZE
  const streams: ProgramStreamEntry[] = []
  for (let at = 12 + (u16(bytes, 10) & 0xfff); at + 5 <= end; ) {
    const next = at + 5 + (u16(bytes, at + 3) & 0xfff)
    if (next > end) break
    streams.push(describeStream(u16(bytes, at + 1) & 0x1fff, bytes[at] as number, bytes, at + 5, next))
    at = next
  }
  return { programNumber: u16(bytes, 3), version: versionOf(bytes), pcrPid: u16(bytes, 8) & 0x1fff, streams }
}

/** The right table, with room for its header, and current_next_indicator set. */
function isInForce(bytes: Uint8Array, length: number, table: number, headerSize: number): boolean {
  return bytes[0] === table && length >= headerSize + CRC_SIZE && ((bytes[5] as number) & 1) === 1
}

const versionOf = (bytes: Uint8Array): number => ((bytes[5] as number) >> 1) & 31
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
