import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { ticks } from "../../src/base/index.ts"
import type { AccessUnit, CodecName, StreamParameters } from "../../src/mpeg/index.ts"
import { ProgramStreamDemuxer, TransportStreamDemuxer } from "../../src/mpeg/index.ts"
import type { Item, PacketItem, StreamDescription } from "../../src/plugin/items.ts"
import { type Converter, type ConverterOptions, type OutputItem, openConverter, type PacketOutput } from "../../src/transcode/index.ts"

/** A folder of its own for each test file. */
export const folder = mkdtempSync(join(tmpdir(), "opentray-transcode-"))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

export const path = (name: string): string => join(folder, name)

/** Feed time of the first moment of every test's material. */
export const START = 900_000

export const PLAIN: ConverterOptions = { video: { codecs: ["h264"] }, audio: { codecs: ["aac"] } }

/** Runs FFmpeg's own program, with what it says on failure. */
export function ffmpeg(...args: string[]): Buffer {
  return execFileSync("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", ...args], { maxBuffer: 1 << 30 })
}

/** Makes a file once; gives its path. */
export function make(name: string, ...args: string[]): string {
  ffmpeg(...args, path(name))
  return path(name)
}

type Found = { readonly units: AccessUnit[]; readonly parameters: Map<number, StreamParameters> }

/** The access units of a program stream (.vob) or transport stream (.m2ts, .ts), through the project's own demuxers. */
export function demux(file: string, codecs?: ReadonlyMap<number, CodecName>): Found {
  const found: Found = { units: [], parameters: new Map() }
  const sink = {
    unit: (unit: AccessUnit) => found.units.push({ ...unit, data: unit.data.slice() }),
    parameters: (id: number, parameters: StreamParameters) => found.parameters.set(id, parameters),
  }
  const demuxer = file.endsWith(".vob")
    ? new ProgramStreamDemuxer({ sink })
    : new TransportStreamDemuxer({ sink, ...(codecs && { codecs }) })
  const bytes = readFileSync(file)
  if (file.endsWith(".vob")) for (let at = 0; at + 2048 <= bytes.length; at += 2048) demuxer.push(bytes.subarray(at, at + 2048))
  else demuxer.push(bytes)
  demuxer.flush()
  return found
}

/** What a session would hand out for a file: streams, a first stretch, packets in the file's order, an end. */
export function itemsOf(
  file: string,
  change: Partial<{ interlaced: boolean; aspect: string; audio: boolean; codecs: ReadonlyMap<number, CodecName> }> = {},
): Item[] {
  const { units, parameters } = demux(file, change.codecs)
  const streams: StreamDescription[] = []
  for (const [id, found] of parameters) {
    if (found.kind === "audio" && change.audio === false) continue
    streams.push(describe(streams.length, id, found, change))
  }
  const stamps = units.flatMap((unit) => (unit.pts === null ? [] : [unit.pts]))
  const offset = START - Math.min(...stamps)
  const packets = units.flatMap((unit): PacketItem[] => {
    const stream = streams.find(({ id }) => id === `${unit.streamId}`)
    if (stream === undefined) return []
    const time = (value: number | null) => (value === null ? null : ticks(value + offset))
    return [
      { type: "packet", stream: stream.index, data: unit.data, pts: time(unit.pts), dts: time(unit.dts), key: unit.key, decodeOnly: false },
    ]
  })
  const at = ticks(START)
  const end = ticks(Math.max(...packets.map((packet) => packet.pts ?? 0)))
  return [{ type: "streams", at, streams }, { type: "discontinuity", at, flush: false, showFrom: at }, ...packets, { type: "end", at: end }]
}

function describe(
  index: number,
  id: number,
  found: StreamParameters,
  change: { interlaced?: boolean; aspect?: string },
): StreamDescription {
  const common = {
    index,
    codec: found.codec,
    number: 1,
    language: null,
    languageTag: null,
    id: `${id}`,
    label: null,
    selected: true,
    forced: false,
  }
  if (found.kind === "audio") return { ...common, kind: "audio", video: null, audio: found }
  const { width, height, frameRate, interlaced, aspect } = found
  const video = { width, height, frameRate: frameRate ?? "25", interlaced, aspect: aspect ?? "16:9", ...change }
  return { ...common, kind: "video", video, audio: null }
}

export const packetsOf = (items: readonly Item[], kind: "video" | "audio"): PacketItem[] => {
  const streams = items.find((item) => item.type === "streams")?.streams ?? []
  const index = streams.find((stream) => stream.kind === kind)?.index
  return items.filter((item): item is PacketItem => item.type === "packet" && item.stream === index)
}

/** Reads until `until` holds, or an `end`, or the end of everything. */
export async function read(converter: Converter, until: (item: OutputItem) => boolean = () => false): Promise<OutputItem[]> {
  const items: OutputItem[] = []
  const iterator = outputOf(converter)
  for (;;) {
    const { value, done } = await iterator.next()
    if (done) return items
    items.push(value)
    if (value.type === "end" || until(value)) return items
  }
}

const iterators = new WeakMap<Converter, AsyncIterator<OutputItem>>()

/** One reader for each converter, whatever the test reads in how many goes. */
function outputOf(converter: Converter): AsyncIterator<OutputItem> {
  const iterator = iterators.get(converter) ?? converter.output[Symbol.asyncIterator]()
  iterators.set(converter, iterator)
  return iterator
}

/** Pushes as a host does: in batches, waiting for room. */
export async function pushAll(converter: Converter, items: readonly Item[], batch = 16): Promise<void> {
  for (let at = 0; at < items.length; at += batch) await converter.push(items.slice(at, at + batch))
}

export async function convert(items: readonly Item[], options: ConverterOptions = PLAIN): Promise<OutputItem[]> {
  const converter = await openConverter(options)
  try {
    const [outputs] = await Promise.all([read(converter), pushAll(converter, items)])
    return outputs
  } finally {
    await converter.close()
  }
}

export const outputs = (items: readonly OutputItem[], stream: "video" | "audio"): PacketOutput[] =>
  items.filter((item): item is PacketOutput => item.type === "packet" && item.stream === stream)

let files = 0

/** The video as FFmpeg decodes it: the pictures as grey bytes, `width` x `height` each. */
export function decodeVideo(items: readonly OutputItem[], width: number, height: number, filter = "null"): Buffer[] {
  const file = path(`decoded-${files++}.h264`)
  writeFileSync(file, Buffer.concat(outputs(items, "video").map((packet) => packet.data)))
  return grey(["-f", "h264", "-i", file], width, height, filter)
}

/** Pictures of a source as grey bytes. */
export function grey(input: readonly string[], width: number, height: number, filter = "null"): Buffer[] {
  const raw = ffmpeg(
    ...input,
    "-an",
    "-fps_mode",
    "passthrough",
    "-vf",
    `${filter},scale=${width}:${height}:flags=bicubic,format=gray`,
    "-f",
    "rawvideo",
    "-",
  )
  const size = width * height
  return Array.from({ length: Math.floor(raw.length / size) }, (_, index) => raw.subarray(index * size, (index + 1) * size))
}

/** Peak signal to noise ratio in dB. */
export function psnr(a: Buffer, b: Buffer): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2
  return sum === 0 ? 100 : 10 * Math.log10((255 * 255 * a.length) / sum)
}

/** The sound as FFmpeg decodes it, and the feed time of its first sample. Packets must follow one another without a hole. */
export function decodeAudio(items: readonly OutputItem[]): {
  readonly left: Float32Array
  readonly right: Float32Array
  readonly start: number
} {
  const packets = outputs(items, "audio")
  const file = path(`decoded-${files++}.aac`)
  writeFileSync(file, Buffer.concat(packets.flatMap(({ data }) => [adtsHeader(data.length), data])))
  const raw = ffmpeg("-f", "aac", "-i", file, "-f", "f32le", "-ac", "2", "-")
  const samples = floats(raw)
  const [left, right] = [0, 1].map((channel) =>
    Float32Array.from({ length: samples.length / 2 }, (_, index) => samples[index * 2 + channel] ?? 0),
  )
  return { left: left ?? new Float32Array(), right: right ?? new Float32Array(), start: packets[0]?.pts ?? 0 }
}

export const floats = (raw: Buffer): Float32Array => new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))

/** AAC-LC, 48 kHz, stereo. */
function adtsHeader(size: number): Buffer {
  const length = size + 7
  return Buffer.from([0xff, 0xf1, 0x4c, 0x80 | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc])
}

/** How strong a tone is in a piece of sound (Goertzel): its amplitude. */
export function tone(samples: Float32Array, hertz: number, from = 0, count = samples.length - from): number {
  let [cos, sin] = [0, 0]
  for (let index = 0; index < count; index++) {
    const angle = (2 * Math.PI * hertz * index) / 48_000
    cos += (samples[from + index] ?? 0) * Math.cos(angle)
    sin += (samples[from + index] ?? 0) * Math.sin(angle)
  }
  return (2 * Math.hypot(cos, sin)) / count
}
