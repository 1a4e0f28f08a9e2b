// Playlists (PLAYLIST/*.mpls). Layout: libbluray mpls_parse.c.
import { ascii, bits, join, sized, structureFile, u8, u16, u32, zeros } from "./bytes.mjs"
import { playlistAttributes } from "./coding.mjs"
import { kindOf } from "./transport-stream.mjs"

export const CONNECTION = { none: 1, seamless: 5 }
const PLAY_ONCE = 1
const ENTRY_MARK = 1
const IN_MAIN_PATH = 1

const name = (clip) => join(ascii(String(clip).padStart(5, "0")), ascii("M2TS"))

/** The streams of a play item, by kind, in the order a person sees. */
function streamTable(streams) {
  const entries = streams.map((stream) => join(sized(u8, u8(IN_MAIN_PATH), u16(stream.pid), zeros(6)), playlistAttributes(stream)))
  const count = (kind) => u8(streams.filter((stream) => kindOf(stream.codec) === kind).length)
  const none = u8(0)
  const counts = join(count("video"), count("audio"), count("pgs"), none, none, none, none, zeros(5))
  return sized(u16, u16(0), counts, ...entries)
}

/** `item`: `{ clip, inTime, outTime (45 kHz), connection, streams, angles (further clips, same times) }`. */
function playItem({ clip, inTime, outTime, connection, streams, angles = [] }) {
  const flags = bits([0, 11], [angles.length > 0 ? 1 : 0, 1], [connection, 4])
  const times = join(u8(0), u32(inTime), u32(outTime), zeros(8), u8(0), u8(0), u16(0))
  // Angle changes are seamless: the low bit of the byte behind the count.
  const others = angles.length === 0 ? zeros(0) : join(u8(angles.length + 1), u8(1), ...angles.map((angle) => join(name(angle), u8(0))))
  return sized(u16, name(clip), flags, times, others, streamTable(streams))
}

const mark = ({ item, time }) => join(u8(0), u8(ENTRY_MARK), u16(item), u32(time), u16(0xffff), u32(0))

/** `items` as above, in playing order; `marks`: `[{ item (from 0), time (45 kHz, on the clip's clock) }]`, the chapters. */
export function playlist({ items, marks }) {
  const application = sized(u32, u8(0), u8(PLAY_ONCE), u16(0), zeros(8), u16(0))
  const list = sized(u32, u16(0), u16(items.length), u16(0), ...items.map(playItem))
  return structureFile("MPLS", application, [list, sized(u32, u16(marks.length), ...marks.map(mark)), null])
}
