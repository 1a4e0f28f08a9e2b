import { SECTOR_SIZE } from "../../base/index.ts"
import { type AudioFrame, type FramedCodec, splitFrames } from "./audio-frames.ts"
import { type PacketRemainder, shortenPack } from "./pack.ts"
import { type Chunk, joinChunks, type PackWindow } from "./program-chunks.ts"
import type { Run } from "./run.ts"

/** Bytes of the joined data of some chunks that are dropped. */
type Span = readonly [from: number, to: number]

/** Packs made anew, by number in the run; times are those of the clip. */
export type PackEdits = Map<number, Uint8Array>

/** Sound within this much of a join is taken apart. */
const JOIN_REACH = 45_000
const OUT_TOLERANCE = 2

/** Drops what a stream's sound has before `limit` at a run's head, to half a frame, and the piece of a frame that it begins with. */
export function cutSoundHead(
  chunks: readonly Chunk[],
  window: PackWindow,
  codec: FramedCodec | null,
  limit: number,
  edits: PackEdits,
): void {
  const far = chunks.findIndex((chunk) => chunk.pts !== null && chunk.pts > limit + JOIN_REACH)
  const near = far === -1 ? chunks : chunks.slice(0, far + 1)
  const { data, starts } = joinChunks(near, window)
  const frames = codec === null ? null : framesOf(near, data, starts, codec)
  if (frames === null) {
    const last = near.findLastIndex((chunk) => chunk.pts !== null && chunk.pts < limit)
    if (last > 0) dropSpans(near, window, starts, [[0, starts[last] ?? 0]], [], edits)
    return
  }
  const first = frames.find((frame) => frame.pts >= limit - frame.duration / 2)
  const from = first?.offset ?? frames.at(-1)?.offset ?? 0
  if (from > 0) dropSpans(near, window, starts, [[0, from]], frames, edits)
}

/** Drops what a stream's sound has behind a run's out time, and the piece of a frame that it ends with. Gives when the sound ends. */
export function cutSoundTail(
  chunks: readonly Chunk[],
  window: PackWindow,
  codec: FramedCodec | null,
  run: Run,
  edits: PackEdits,
): number | null {
  const near = chunks.slice(
    Math.max(
      0,
      chunks.findIndex((chunk) => chunk.pts !== null && chunk.pts >= run.end - JOIN_REACH),
    ),
  )
  const { data, starts } = joinChunks(near, window)
  const frames = codec === null ? null : framesOf(near, data, starts, codec)
  if (frames === null) {
    const behind = near.findIndex((chunk) => chunk.pts !== null && chunk.pts >= run.end - OUT_TOLERANCE)
    if (behind !== -1) dropSpans(near, window, starts, [[starts[behind] ?? data.length, data.length]], [], edits)
    return null
  }
  const last = frames.findLast((frame) => frame.pts < run.end - OUT_TOLERANCE)
  const end = last === undefined ? (frames[0]?.offset ?? 0) : last.offset + last.size
  if (end < data.length) dropSpans(near, window, starts, [[end, data.length]], frames, edits)
  return last === undefined ? null : last.pts + last.duration
}

/** The frames in the data, from the first that a time stamp belongs to. null: they cannot be told apart. */
function framesOf(chunks: readonly Chunk[], data: Uint8Array, starts: readonly number[], codec: FramedCodec): AudioFrame[] | null {
  const index = chunks.findIndex((chunk) => chunk.pts !== null)
  const chunk = chunks[index]
  if (chunk === undefined || chunk.pts === null) return null
  const from = starts[index] ?? 0
  const pointer = chunk.subHeader.length >= 4 ? ((chunk.subHeader[2] as number) << 8) | (chunk.subHeader[3] as number) : null
  const candidates = pointer === null || pointer === 0 ? syncsIn(data, from, codec) : [from + pointer - 1]
  for (const start of candidates) {
    const split = splitFrames(codec, data.subarray(start), chunk.pts)
    if (split !== null && split.frames.length > 0) return split.frames.map((frame) => ({ ...frame, offset: frame.offset + start }))
  }
  return null
}

/** More false sync words than this in a row are no sound. */
const MAX_CANDIDATES = 64
const SYNC_BYTES: Readonly<Record<FramedCodec, number>> = { ac3: 0x0b, eac3: 0x0b, dts: 0x7f, "mpeg-audio": 0xff }

function syncsIn(data: Uint8Array, from: number, codec: FramedCodec): number[] {
  const found: number[] = []
  for (let at = from; at < data.length && at < from + SECTOR_SIZE && found.length < MAX_CANDIDATES; at++) {
    if (data[at] === SYNC_BYTES[codec]) found.push(at)
  }
  return found
}

/** Where the pictures lie that precede a run's first picture in presentation and were predicted from one before it: its open group's first B pictures. */
function leadingPictures(data: Uint8Array): { readonly spans: Span[]; readonly pictures: number[] } {
  const spans: Span[] = []
  const pictures: number[] = []
  let closed = true
  let firstReference = -1
  let dropFrom = -1
  for (let at = data.indexOf(1, 2); at !== -1 && at + 3 < data.length; at = data.indexOf(1, at + 1)) {
    if (data[at - 1] !== 0 || data[at - 2] !== 0) continue
    const code = data[at + 1] as number
    const isBoundary = code === 0 || code === 0xb3 || code === 0xb7 || code === 0xb8
    if (!isBoundary) continue
    if (dropFrom !== -1) spans.push([dropFrom, at - 2])
    dropFrom = -1
    if (code === 0xb8 && pictures.length === 0 && at + 5 < data.length) closed = ((data[at + 5] as number) & 0x40) !== 0
    if (code !== 0) continue
    const type = ((data[at + 3] as number) >> 3) & 7
    const reference = ((data[at + 2] as number) << 2) | ((data[at + 3] as number) >> 6)
    const isFirst = pictures.length === 0
    pictures.push(at - 2)
    if (isFirst) {
      if (closed || type !== 1) return { spans: [], pictures }
      firstReference = reference
    } else if (type === 3) dropFrom = at - 2
    // The second field of the first picture has its number.
    else if (reference !== firstReference) return { spans, pictures }
  }
  return { spans, pictures }
}

/** Drops the pictures of a run's first group that need one that is not here. */
export function cutLeadingPictures(chunks: readonly Chunk[], window: PackWindow, edits: PackEdits): void {
  const { data, starts } = joinChunks(chunks, window)
  const { spans, pictures } = leadingPictures(data)
  if (spans.length === 0) return
  const units = pictures.map((offset) => ({ offset, size: 0, pts: 0, duration: 0 }))
  dropSpans(chunks, window, starts, spans, units, edits)
}

/** Drops sub-pictures: those that begin before `from` or at `to` and later; each goes on up to the chunk with the next time. */
export function cutSubpictures(chunks: readonly Chunk[], window: PackWindow, from: number, to: number, edits: PackEdits): void {
  // What goes on from before the window belongs to the run's middle, or at its head to what is not played.
  let isOutside = from !== Number.NEGATIVE_INFINITY
  for (const chunk of chunks) {
    if (chunk.pts !== null) isOutside = chunk.pts < from || chunk.pts >= to
    if (isOutside) editPack(chunk, window, [], false, chunk.subHeader, edits)
  }
}

function dropSpans(
  chunks: readonly Chunk[],
  window: PackWindow,
  starts: readonly number[],
  spans: readonly Span[],
  units: readonly AudioFrame[],
  edits: PackEdits,
): void {
  for (const [index, chunk] of chunks.entries()) {
    const start = starts[index] ?? 0
    const end = start + chunk.dataEnd - chunk.dataStart
    const here = spans.filter(([from, to]) => from < end && to > start)
    if (here.length === 0) continue
    const kept: [number, number][] = []
    let at = start
    for (const [from, to] of here) {
      if (from > at) kept.push([at, from])
      at = Math.max(at, to)
    }
    if (at < end) kept.push([at, end])
    const begins = units.map((unit) => unit.offset).filter((offset) => offset >= start && offset < end)
    const remaining = begins.filter((offset) => kept.some(([from, to]) => offset >= from && offset < to))
    // A time stamp is that of the first unit that begins in the packet.
    const keepsTimes = remaining.length > 0 && remaining[0] === begins[0]
    const first = kept[0]?.[0] ?? start
    const subHeader = chunk.subHeader.slice()
    if (subHeader.length >= 4) {
      const pointer = remaining[0] === undefined ? 0 : remaining[0] - first + 1 + (subHeader.length - 4)
      subHeader.set([remaining.length, pointer >> 8, pointer & 0xff], 1)
    }
    const inPack = kept.map(([from, to]) => [from - start + chunk.dataStart, to - start + chunk.dataStart] as const)
    editPack(chunk, window, inPack, keepsTimes, subHeader, edits)
  }
}

function editPack(
  chunk: Chunk,
  window: PackWindow,
  kept: PacketRemainder["kept"],
  keepsTimes: boolean,
  subHeader: Uint8Array,
  edits: PackEdits,
): void {
  const base = (chunk.pack - window.first) * SECTOR_SIZE
  // A pack that was cut at its other end already stays as it is: a run of one pack.
  if (edits.has(chunk.pack)) return
  const { packet, dataStart } = chunk
  const edited = shortenPack(window.bytes.subarray(base, base + SECTOR_SIZE), { packet, dataStart, subHeader, kept, keepsTimes })
  if (edited !== null) edits.set(chunk.pack, edited)
}
