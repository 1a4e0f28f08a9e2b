import { concatBytes, type Ticks, ticks } from "../../base/index.ts"
import { TransportStreamWriter, type WriterStream, type WriterUnit } from "../../mpeg/index.ts"

/** Title time 0 in the segments' clock (90 kHz): room for what is decoded before it. WebVTT's X-TIMESTAMP-MAP says the same. */
export const MEDIA_START: Ticks = ticks(900_000)

/**
 * One elementary stream's units as a segment. Each PID's continuity counter begins at 0 and ends at 15, so that segments that were made apart, in whatever
 * order, are one transport stream when they are joined.
 */
export function writeSegment(stream: WriterStream, units: readonly WriterUnit[]): Uint8Array<ArrayBuffer> {
  const writer = new TransportStreamWriter({ streams: [stream], shift: MEDIA_START })
  const parts = units.map((unit, index) => writer.write(0, unit, index === units.length - 1 ? "closes-counter" : undefined))
  parts.push(writer.closeTables())
  return concatBytes(parts) as Uint8Array<ArrayBuffer>
}

const PACKET_SIZE = 188
const VIDEO_PID = 0x100

/** A segment of video up to its second picture: tables and the first key picture. */
export function firstPicture(segment: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let begun = false
  for (let at = 0; at + PACKET_SIZE <= segment.length; at += PACKET_SIZE) {
    const pid = (((segment[at + 1] ?? 0) & 0x1f) << 8) | (segment[at + 2] ?? 0)
    const begins = ((segment[at + 1] ?? 0) & 0x40) !== 0
    if (pid !== VIDEO_PID || !begins) continue
    if (begun) return segment.subarray(0, at)
    begun = true
  }
  return segment
}
