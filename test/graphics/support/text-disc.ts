// Text subtitles put beside a film of the rig's disc. Layouts: libbluray's clpi_parse.c and mpls_parse.c.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export type TextStream = {
  readonly language: string
  readonly characterCode?: number
  readonly segments: readonly Uint8Array[]
  /** Places in `fonts` of the disc. */
  readonly fonts: readonly number[]
  /** 45 kHz: of the sub play item. Without it: those of the first play item. */
  readonly inTime?: number
  readonly outTime?: number
  /** The play item beside which it begins, and the time there. */
  readonly item?: number
  readonly sync?: number
}

const TEXT_PID = 0x1800
const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)]
const zeros = (count: number): number[] => Array<number>(count).fill(0)
const ascii = (text: string): number[] => [...Buffer.from(text, "latin1")]
const five = (number: number): string => String(number).padStart(5, "0")
const FIRST_CLIP = 70

/** A copy of the rig's disc whose playlist has these streams as subtitles behind its own. */
export function writeTextDisc(
  rig: string,
  root: string,
  playlist: number,
  streams: readonly TextStream[],
  fonts: readonly Uint8Array[],
): void {
  cpSync(rig, root, { recursive: true })
  mkdirSync(join(root, "BDMV/AUXDATA"), { recursive: true })
  fonts.forEach((font, index) => {
    writeFileSync(join(root, `BDMV/AUXDATA/${five(index)}.otf`), font)
  })
  const path = join(root, "BDMV/PLAYLIST", `${five(playlist)}.mpls`)
  const { file, inTime, outTime } = withTexts(readFileSync(path), streams)
  writeFileSync(path, file)
  streams.forEach((stream, index) => {
    const clip = five(FIRST_CLIP + index)
    const packets = sourcePackets(stream.segments)
    writeFileSync(join(root, `BDMV/STREAM/${clip}.m2ts`), packets)
    const times = { inTime: stream.inTime ?? inTime, outTime: stream.outTime ?? outTime }
    writeFileSync(join(root, `BDMV/CLIPINF/${clip}.clpi`), clipInformation(stream, packets.length / 192, times))
  })
}

/** Private stream 2: no time stamps. */
function sourcePackets(segments: readonly Uint8Array[]): Uint8Array {
  const packets: number[][] = []
  for (const segment of segments) {
    const pes = [0, 0, 1, 0xbf, ...u16(segment.length), ...segment]
    for (let at = 0; at < pes.length; at += 184) {
      const part = pes.slice(at, at + 184)
      const room = 184 - part.length
      const stuffing = room === 0 ? [] : room === 1 ? [0] : [room - 1, 0, ...Array<number>(room - 2).fill(0xff)]
      const head = [0x47, (at === 0 ? 0x40 : 0) | (TEXT_PID >> 8), TEXT_PID & 255, (room > 0 ? 0x30 : 0x10) | (packets.length & 15)]
      packets.push([...u32(packets.length * 2000), ...head, ...stuffing, ...part])
    }
  }
  while (packets.length % 32 !== 0) packets.push([...u32(packets.length * 2000), 0x47, 0x1f, 0xff, 0x10, ...Array<number>(184).fill(0xff)])
  return Uint8Array.from(packets.flat())
}

const attributes = ({ characterCode = 1, language }: TextStream): number[] => [0x92, characterCode, ...ascii(language)]
const sized = (body: readonly number[]): number[] => [...u32(body.length), ...body]

function clipInformation(stream: TextStream, packets: number, { inTime, outTime }: { inTime: number; outTime: number }): Uint8Array {
  const type = [...u16(30), 0x80, ...ascii("HDMV"), ...zeros(25)]
  const fonts = [0, stream.fonts.length, ...stream.fonts.flatMap((font) => [...ascii(five(font)), 0])]
  const info = sized([0, 0, 1, 6, ...u32(0), ...u32(1_000_000), ...u32(packets), ...zeros(128), ...type, ...fonts])
  const sequence = sized([0, 1, ...u32(0), 1, 0, ...u16(0x1001), ...u32(0), ...u32(inTime), ...u32(outTime)])
  const own = attributes(stream)
  const program = sized([0, 1, ...u32(0), ...u16(0x0100), 1, 0, ...u16(TEXT_PID), 21, ...own, ...zeros(21 - own.length)])
  const parts = [sequence, program, sized([]), sized([])]
  let address = 40 + info.length
  const addresses = parts.flatMap((part) => {
    const at = u32(address)
    address += part.length
    return at
  })
  const head = [...ascii("HDMV0200"), ...addresses, ...u32(0)]
  return Uint8Array.from([...head, ...zeros(40 - head.length), ...info, ...parts.flat()])
}

const ITEM = { inTime: 14, outTime: 18, streamTable: 34 }

function withTexts(file: Buffer, streams: readonly TextStream[]): { file: Buffer; inTime: number; outTime: number } {
  const list = file.readUInt32BE(8)
  const count = file.readUInt16BE(list + 6)
  const subPaths = file.readUInt16BE(list + 8)
  if (subPaths !== 0) throw new Error("the playlist has sub paths already")
  const items: Buffer[] = []
  let at = list + 10
  const [inTime, outTime] = [file.readUInt32BE(at + ITEM.inTime), file.readUInt32BE(at + ITEM.outTime)]
  for (let index = 0; index < count; index++) {
    const end = at + 2 + file.readUInt16BE(at)
    items.push(withEntries(file.subarray(at, end), streams))
    at = end
  }
  const paths = streams.map((stream, index) => {
    const own = { inTime: stream.inTime ?? inTime, outTime: stream.outTime ?? outTime }
    const sync = [...u16(stream.item ?? 0), ...u32(stream.sync ?? own.inTime)]
    const item = [...ascii(`${five(FIRST_CLIP + index)}M2TS`), ...u32(1 << 1), 0, ...u32(own.inTime), ...u32(own.outTime), ...sync]
    const body = [0, 4, 0, 0, 0, 1, ...u16(item.length), ...item]
    return Uint8Array.from(sized(body))
  })
  const whole = Buffer.concat([Uint8Array.from([0, 0, ...u16(count), ...u16(paths.length)]), ...items, ...paths])
  const marks = file.subarray(file.readUInt32BE(12))
  const made = Buffer.concat([file.subarray(0, list), Uint8Array.from(u32(whole.length)), whole, marks])
  made.writeUInt32BE(list + 4 + whole.length, 12)
  made.writeUInt32BE(0, 16)
  return { file: made, inTime, outTime }
}

/** A play item with the streams' entries behind those of video, sound and bitmaps. */
function withEntries(item: Buffer, streams: readonly TextStream[]): Buffer {
  const table = ITEM.streamTable
  const counts = table + 4
  const before = [0, 1, 2].reduce((sum, kind) => sum + item.readUInt8(counts + kind), 0)
  let at = counts + 12
  for (let entry = 0; entry < before * 2; entry++) at += 1 + item.readUInt8(at)
  const entries = streams.flatMap((stream, index) => {
    const place = [2, index, 0, ...u16(TEXT_PID), ...zeros(4)]
    const own = attributes(stream)
    return [place.length, ...place, own.length, ...own]
  })
  const made = Buffer.concat([item.subarray(0, at), Uint8Array.from(entries), item.subarray(at)])
  made.writeUInt16BE(made.length - 2, 0)
  made.writeUInt16BE(made.readUInt16BE(table) + entries.length, table)
  made.writeUInt8(made.readUInt8(counts + 2) + streams.length, counts + 2)
  return made
}
