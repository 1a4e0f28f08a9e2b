import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { crc32, hex32 } from "../../src/base/index.ts"
import type { AccessUnit } from "../../src/mpeg/access-unit.ts"

/** A folder for files that a test makes; gone when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "opentray-mpeg-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function ffmpeg(...args: readonly string[]): void {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", "-bitexact", ...args], { stdio: ["ignore", "ignore", "inherit"] })
}

/** What ffmpeg complains of while it reads the file; empty: nothing. */
export function complaints(file: string, ...args: readonly string[]): string {
  const result = spawnSync("ffmpeg", ["-nostdin", "-v", "warning", ...args, "-i", file, "-map", "0", "-f", "null", "-"], {
    encoding: "utf8",
  })
  return result.stderr
}

/** One packet as ffprobe or we see it. */
export type Packet = { pts: number | null; dts: number | null; size: number; key: boolean; crc: string }
export type ProbedStream = { id: number; codec: string; packets: Packet[]; [key: string]: unknown }

/** `ffprobe -show_streams -show_packets` with the CRC-32 of each packet, by stream id. */
export function probe(file: string, ...args: readonly string[]): Map<number, ProbedStream> {
  const output = execFileSync(
    "ffprobe",
    ["-v", "error", ...args, "-show_streams", "-show_packets", "-show_data_hash", "crc32", "-of", "json", file],
    { encoding: "utf8", maxBuffer: 1 << 30 },
  )
  const { streams, packets } = JSON.parse(output) as { streams: Record<string, unknown>[]; packets: Record<string, unknown>[] }
  const result = new Map<number, ProbedStream>()
  const ids = new Map<unknown, number>()
  for (const stream of streams) {
    const id = Number(stream.id)
    ids.set(stream.index, id)
    result.set(id, { ...stream, id, codec: String(stream.codec_name), packets: [] })
  }
  for (const packet of packets) {
    result.get(ids.get(packet.stream_index) ?? -1)?.packets.push({
      pts: packet.pts === undefined ? null : Number(packet.pts),
      dts: packet.dts === undefined ? null : Number(packet.dts),
      size: Number(packet.size),
      key: String(packet.flags).includes("K"),
      crc: String(packet.data_hash)
        .replace(/^CRC32:/i, "")
        .toLowerCase(),
    })
  }
  return result
}

export const packetOf = (unit: AccessUnit): Packet => ({
  pts: unit.pts,
  dts: unit.dts,
  size: unit.data.length,
  key: unit.key,
  crc: hex32(crc32(unit.data)),
})

/** Units by stream id. */
export class Collector {
  readonly units = new Map<number, AccessUnit[]>()
  readonly parameterSets = new Map<number, unknown[]>()
  readonly packs: Uint8Array[] = []

  unit(unit: AccessUnit): void {
    const list = this.units.get(unit.streamId)
    if (list === undefined) this.units.set(unit.streamId, [unit])
    else list.push(unit)
  }

  parameters(streamId: number, parameters: unknown): void {
    const list = this.parameterSets.get(streamId)
    if (list === undefined) this.parameterSets.set(streamId, [parameters])
    else list.push(parameters)
  }

  navigation(pack: Uint8Array): void {
    this.packs.push(pack.slice())
  }

  packets(streamId: number): Packet[] {
    return (this.units.get(streamId) ?? []).map(packetOf)
  }
}

export const readBytes = (file: string): Uint8Array => new Uint8Array(readFileSync(file))
