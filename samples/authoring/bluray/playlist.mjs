// Playlists (PLAYLIST/*.mpls). Layout: libbluray mpls_parse.c.
import { ascii, bits, join, sized, structureFile, u8, u16, u32, zeros } from "./bytes.mjs"
import { playlistAttributes } from "./coding.mjs"
import { kindOf } from "./transport-stream.mjs"

export const CONNECTION = { none: 1, seamless: 5 }
export const SUB_PATH = { menu: 3, text: 4 }
const PLAY_ONCE = 1
const ENTRY_MARK = 1
const IN_MAIN_PATH = 1
const IN_SUB_PATH = 2
/** Kinds of streams in the order a play item lists them. */
const KINDS = ["video", "audio", "pgs", "text", "igs"]

const name = (clip) => join(ascii(String(clip).padStart(5, "0")), ascii("M2TS"))

/** Where a stream is: in the clip itself, or in the first clip of a sub-path. */
function streamPlace({ pid, subPath }) {
  if (subPath === undefined) return sized(u8, u8(IN_MAIN_PATH), u16(pid), zeros(6))
  return sized(u8, u8(IN_SUB_PATH), u8(subPath), u8(0), u16(pid), zeros(4))
}

/** The streams of a play item, by kind, in the order a person sees. */
function streamTable(streams) {
  const ordered = KINDS.flatMap((kind) => streams.filter((stream) => kindOf(stream.codec) === kind))
  const entries = ordered.map((stream) => join(streamPlace(stream), playlistAttributes(stream)))
  const count = (...kinds) => u8(streams.filter((stream) => kinds.includes(kindOf(stream.codec))).length)
  const none = u8(0)
  const counts = join(count("video"), count("audio"), count("pgs", "text"), count("igs"), none, none, none, zeros(5))
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

/** `{ type, clip, startsAt }`: one clip beside the playlist; `startsAt`: when in the first play item it begins (45 kHz), where its times are the film's. */
function subPath({ type, clip: { number, inTime, outTime }, startsAt = 0 }) {
  const connection = bits([0, 27], [CONNECTION.none, 4], [0, 1])
  const item = sized(u16, name(number), connection, u8(0), u32(inTime), u32(outTime), u16(0), u32(startsAt))
  return sized(u32, u8(0), u8(type), u16(0), u8(0), u8(1), item)
}

const mark = ({ item, time }) => join(u8(0), u8(ENTRY_MARK), u16(item), u32(time), u16(0xffff), u32(0))

/** `items` and `subPaths` as above, in playing order; `marks`: `[{ item (from 0), time (45 kHz, on the clip's clock) }]`, the chapters. */
export function playlist({ items, marks, subPaths = [] }) {
  const application = sized(u32, u8(0), u8(PLAY_ONCE), u16(0), zeros(8), u16(0))
  const list = sized(u32, u16(0), u16(items.length), u16(subPaths.length), ...items.map(playItem), ...subPaths.map(subPath))
  return structureFile("MPLS", application, [list, sized(u32, u16(marks.length), ...marks.map(mark)), null])
}
