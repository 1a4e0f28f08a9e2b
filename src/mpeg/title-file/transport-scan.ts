import { type Run, titleTime } from "./run.ts"
import { SOURCE_PACKET_SIZE } from "./source-packet.ts"
import type { UnitReader } from "./title-file.ts"
import type { TitleStreamKind } from "./title-stream.ts"
import { TransportWindow, type Unit } from "./transport-window.ts"

/** The packets at both ends of a run; `tail` is null where `head` holds the whole run. */
export type TransportScan = { readonly head: TransportWindow; readonly tail: TransportWindow | null }

/** One read. */
const STEP_PACKETS = 2048
/** A run of up to 16 MiB is looked at as a whole. */
const WHOLE_PACKETS = Math.floor((16 * 1024 * 1024) / SOURCE_PACKET_SIZE)
/** Three seconds at UHD's 128 Mbit/s: one of pictures before the in time, one of decoder delay, one to spare. */
const MAX_WINDOW_PACKETS = Math.floor((48 * 1024 * 1024) / SOURCE_PACKET_SIZE)
const FIRST_TAIL_PACKETS = 6144
/** What was read stays; it is parsed again from its new beginning. */
const TAIL_GROWTH = 1.5
/** Sound for a time is at most this far behind the picture of that time: the decoder model's second, and a half to spare. */
const MAX_SOUND_DELAY = 135_000
/** Pictures are handed back at most this much after they were decoded, 16 frames at 30 a second: the largest decoded picture buffer. */
const MAX_REORDER_DELAY = 48_000

/**
 * Looks at the ends of a run: from its first packet until every stream has reached the in time, and from where every stream has not yet reached
 * the out time to its last. `kinds` says which PIDs of the clip belong to the title.
 */
export async function scanTransport(run: Run, kinds: ReadonlyMap<number, TitleStreamKind>, read: UnitReader): Promise<TransportScan> {
  const count = run.length / SOURCE_PACKET_SIZE
  const head = new TransportWindow(0)
  while (head.end < count) {
    head.push(await read(head.end, Math.min(STEP_PACKETS, count - head.end)))
    if (count > WHOLE_PACKETS && (head.end >= MAX_WINDOW_PACKETS || hasReached(head, run, kinds))) break
  }
  if (head.end >= count) return { head, tail: null }
  // A stream that the head knows nothing of must not send the search to its bound.
  const present = new Map([...kinds].filter(([pid]) => head.units.has(pid)))
  const blocks: Uint8Array[] = []
  let from = count
  for (let size = FIRST_TAIL_PACKETS; ; size = Math.floor(size * TAIL_GROWTH)) {
    const first = Math.max(head.end, count - Math.min(size, MAX_WINDOW_PACKETS))
    blocks.unshift(await read(first, from - first))
    from = first
    const tail = new TransportWindow(first)
    for (const block of blocks) tail.push(block)
    if (first === head.end || size >= MAX_WINDOW_PACKETS || holdsEnd(tail, run, present)) return { head, tail }
  }
}

const decodingTime = (unit: Unit): number | null => unit.dts ?? unit.pts

/** All pictures and sound that follow lie behind the in time. */
function hasReached(window: TransportWindow, run: Run, kinds: ReadonlyMap<number, TitleStreamKind>): boolean {
  let latest = Number.NEGATIVE_INFINITY
  let isComplete = window.firstClock !== null && window.mapPid !== null
  for (const [pid, kind] of kinds) {
    if (kind === "graphics") continue
    const last = (window.units.get(pid) ?? []).findLast((unit) => decodingTime(unit) !== null)
    const time = last === undefined ? Number.NEGATIVE_INFINITY : titleTime(run, decodingTime(last) ?? 0)
    latest = Math.max(latest, time)
    if (time < run.start) isComplete = false
  }
  return isComplete || latest >= run.start + MAX_SOUND_DELAY
}

/** Every picture and sound that the out time may cut lies in the window. */
function holdsEnd(window: TransportWindow, run: Run, kinds: ReadonlyMap<number, TitleStreamKind>): boolean {
  for (const [pid, kind] of kinds) {
    if (kind === "graphics") continue
    const first = (window.units.get(pid) ?? []).find((unit) => decodingTime(unit) !== null)
    const margin = kind === "video" ? MAX_REORDER_DELAY : 0
    if (first === undefined || titleTime(run, decodingTime(first) ?? 0) > run.end - margin) return false
  }
  return window.lastClock !== null
}
