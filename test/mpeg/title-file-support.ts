import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import type { Source } from "../../src/base/index.ts"

/** A source over bytes that counts its reads. */
export function bytesSource(bytes: Uint8Array, name = "bytes"): Source & { reads: number; bytesRead: number } {
  const source = {
    name,
    size: bytes.length,
    reads: 0,
    bytesRead: 0,
    async read(offset: number, length: number): Promise<Uint8Array> {
      source.reads++
      const read = bytes.subarray(offset, offset + length)
      source.bytesRead += read.length
      return read
    },
    async close(): Promise<void> {},
  }
  return source
}

export const fileSource = (path: string) => bytesSource(new Uint8Array(readFileSync(path)), path)

export async function readAll(source: Source, step = 1 << 20): Promise<Uint8Array> {
  const bytes = new Uint8Array(source.size)
  for (let at = 0; at < source.size; at += step) bytes.set(await source.read(at, step), at)
  return bytes
}

export function ffmpeg(...args: string[]): void {
  execFileSync("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", ...args], { stdio: ["ignore", "ignore", "inherit"] })
}

/** Lines that ffmpeg prints, errors and worse, when it decodes pictures and sound of a file, without the addresses in them. */
export function decodeComplaints(path: string, options: readonly string[] = []): string[] {
  const args = ["-hide_banner", "-v", "error", "-nostdin", "-i", path, "-map", "0:v", "-map", "0:a?", ...options, "-f", "null", "-"]
  return spawnSync("ffmpeg", args, { encoding: "utf8" })
    .stderr.split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/ @ 0x[0-9a-f]+/, ""))
}

export type Packet = {
  readonly pts: number | null
  readonly dts: number | null
  readonly duration: number
  readonly pos: number
  readonly isKey: boolean
}

/** The packets of one stream as ffprobe demuxes them; times in 90 kHz ticks. */
export function packetsOf(path: string, stream: string): Packet[] {
  const args = ["-v", "error", "-select_streams", stream, "-show_entries", "packet=pts,dts,duration,pos,flags", "-of", "json", path]
  const { packets } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8", maxBuffer: 1 << 28 })) as {
    packets: { pts?: number; dts?: number; duration?: number; pos?: string; flags: string }[]
  }
  return packets.map(({ pts, dts, duration, pos, flags }) => ({
    pts: pts ?? null,
    dts: dts ?? null,
    duration: duration ?? 0,
    pos: Number(pos ?? -1),
    isKey: flags.startsWith("K"),
  }))
}

/** MD5 of each coded picture, with its time in 90 kHz ticks. */
export function codedPictures(path: string): { readonly pts: number; readonly md5: string }[] {
  const args = [
    "-v",
    "error",
    "-select_streams",
    "v",
    "-show_entries",
    "packet=pts,data_hash",
    "-show_data_hash",
    "md5",
    "-of",
    "json",
    path,
  ]
  const { packets } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8", maxBuffer: 1 << 28 })) as {
    packets: { pts?: number; data_hash: string }[]
  }
  return packets.flatMap(({ pts, data_hash }) => (pts === undefined ? [] : [{ pts, md5: data_hash }]))
}

/** MD5 of each decoded picture, with its time in 90 kHz ticks. */
export function pictures(path: string): { readonly pts: number; readonly md5: string }[] {
  const args = [
    "-v",
    "error",
    "-copyts",
    "-i",
    path,
    "-map",
    "0:v:0",
    "-fps_mode",
    "passthrough",
    "-enc_time_base",
    "1:90000",
    "-f",
    "framemd5",
    "-",
  ]
  return execFileSync("ffmpeg", args, { encoding: "utf8", maxBuffer: 1 << 28 })
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, , pts, , , md5] = line.split(",").map((field) => field.trim())
      return { pts: Number(pts), md5: md5 ?? "" }
    })
}

/** What a strict reader would complain of in 192-byte source packets: sync, continuity, arrival order, changes of PAT or PMT. */
export function transportComplaints(bytes: Uint8Array): { complaints: string[]; pids: Set<number>; tables: Map<number, Set<string>> } {
  const complaints: string[] = []
  const counters = new Map<number, number>()
  const pids = new Set<number>()
  const tables = new Map<number, Set<string>>([
    [0, new Set()],
    [0x100, new Set()],
  ])
  let arrival: number | null = null
  for (let at = 0; at < bytes.length; at += 192) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 192)
    const time = view.getUint32(0) & 0x3fffffff
    if (arrival !== null && ((time - arrival) & 0x3fffffff) >= 0x20000000)
      complaints.push(`packet ${at / 192}: arrives before the one before it`)
    arrival = time
    if (bytes[at + 4] !== 0x47) complaints.push(`packet ${at / 192}: no sync byte`)
    const pid = view.getUint16(5) & 0x1fff
    if (pid === 0x1fff) continue
    pids.add(pid)
    const control = view.getUint8(7)
    const counter = control & 15
    const before = counters.get(pid)
    const expected = before === undefined ? counter : (before + (control & 0x10 ? 1 : 0)) & 15
    if (counter !== expected) complaints.push(`packet ${at / 192}: counter ${counter} of PID ${pid}, expected ${expected}`)
    counters.set(pid, counter)
    tables.get(pid)?.add(Buffer.from(bytes.subarray(at + 8, at + 192)).toString("hex"))
  }
  return { complaints, pids, tables }
}
