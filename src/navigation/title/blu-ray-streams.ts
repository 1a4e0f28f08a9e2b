import type { PlayItem } from "../../disc/bluray/play-item.ts"
import type { StnStream } from "../../disc/bluray/stn-table.ts"
import type { StreamAttributes } from "../../disc/bluray/stream-attributes.ts"

export type BlurayStreamKind = "video" | "audio" | "pg" | "ig" | "secondary-audio" | "secondary-video" | "pip-pg" | "enhancement-layer"

/** One stream of a title over all its play items: "audio 2" wherever it stands. */
export type BlurayTitleStream = {
  readonly kind: BlurayStreamKind
  /** Its place in the STN tables' list of its kind, from 1: the number that a person chooses. */
  readonly number: number
  /** Of the first play item that has it. */
  readonly attributes: StreamAttributes
  /** The PID it has in the title's file. */
  readonly titlePid: number
  /** true: some play item has it in its own clip. false: it stands only in clips of sub paths, and the title's file is without it. */
  readonly isMuxed: boolean
}

export type BlurayTitleStreams = {
  readonly streams: readonly BlurayTitleStream[]
  /** Index into `streams` by PID of the play item's clip; PIDs that are not in it belong to no stream of the title. */
  pidsOf(item: PlayItem): ReadonlyMap<number, number>
}

/** PIDs that the Blu-ray format gives these kinds; the title's file numbers its streams from them. */
const FIRST_PIDS: Readonly<Record<BlurayStreamKind, number>> = {
  video: 0x1011,
  "enhancement-layer": 0x1015,
  audio: 0x1100,
  pg: 0x1200,
  "pip-pg": 0x1240,
  ig: 0x1400,
  "secondary-audio": 0x1a00,
  "secondary-video": 0x1b00,
}

/** An STN table has room for 1 video, 32 audio, 255 graphics and some 70 others; twice that, for clips that code them differently. */
const MAX_TITLE_STREAMS = 720

/**
 * The streams of a title: those of its play items' STN tables, matched by kind and number. Where clips code the same number differently
 * (AC-3 here, DTS there), each coding is a stream of its own, since one PID of a file has one coding.
 */
export function blurayTitleStreams(items: readonly PlayItem[]): BlurayTitleStreams {
  const indexes = new Map<string, number>()
  const streams: BlurayTitleStream[] = []
  const taken = new Set<number>()
  // Most play items of a disc share one table.
  const tables = new Map(items.map((item) => [item.streams, item]))
  for (const item of tables.values()) {
    for (const listed of listStreams(item)) {
      const index = indexes.get(listed.key)
      const isMuxed = muxedPid(listed.stream) !== null
      const known = index === undefined ? undefined : streams[index]
      if (index !== undefined && known !== undefined) streams[index] = { ...known, isMuxed: known.isMuxed || isMuxed }
      if (known !== undefined || streams.length >= MAX_TITLE_STREAMS) continue
      indexes.set(listed.key, streams.length)
      const titlePid = freePid(FIRST_PIDS[listed.kind] + listed.number - 1, taken)
      streams.push({ kind: listed.kind, number: listed.number, attributes: listed.stream.attributes, titlePid, isMuxed })
    }
  }
  return { streams, pidsOf: (item) => pidsOf(item, indexes) }
}

function pidsOf(item: PlayItem, indexes: ReadonlyMap<string, number>): ReadonlyMap<number, number> {
  const pids = new Map<number, number>()
  for (const { key, stream } of listStreams(item)) {
    const pid = muxedPid(stream)
    const index = indexes.get(key)
    // A PID that two numbers name goes to the first of them.
    if (pid !== null && index !== undefined && !pids.has(pid)) pids.set(pid, index)
  }
  return pids
}

function freePid(wanted: number, taken: Set<number>): number {
  let pid = wanted
  while (taken.has(pid)) pid++
  taken.add(pid)
  return pid
}

/** Its PID in the play item's clip; null where it stands in another clip. */
function muxedPid({ entry }: StnStream): number | null {
  switch (entry.type) {
    case "main-clip":
    case "main-clip-sub-path":
    case "enhancement-layer":
      return entry.pid
    case "sub-clip":
    case "unknown":
      return null
  }
}

type Listed = { readonly key: string; readonly kind: BlurayStreamKind; readonly number: number; readonly stream: StnStream }

function listStreams(item: PlayItem): Listed[] {
  const { video, audio, pg, pipPg, ig, secondaryAudio, secondaryVideo, dolbyVision } = item.streams
  const list = (kind: BlurayStreamKind, streams: readonly StnStream[]) =>
    streams.map((stream, index) => ({ key: `${kind} ${index + 1} ${stream.attributes.streamCodingType}`, kind, number: index + 1, stream }))
  return [
    ...list("video", video),
    ...list("enhancement-layer", dolbyVision),
    ...list("audio", audio),
    ...list("pg", pg),
    ...list("pip-pg", pipPg),
    ...list("ig", ig),
    ...list("secondary-audio", secondaryAudio),
    ...list("secondary-video", secondaryVideo),
  ]
}
