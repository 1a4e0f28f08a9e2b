import { execFileSync, spawnSync } from "node:child_process"
import { expect } from "vitest"
import { createHlsHost } from "../../src/hosts/hls/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { type RunningServer, startServer } from "../../src/server/index.ts"
import { readFrameCode } from "../support/frame-code.ts"

export const WIDTH = 320
export const HEIGHT = 180

export type ServedHls = { readonly server: RunningServer; readonly base: (title: number) => string }

/** A server with one disc and HLS; `base` is what a title's playlists and segments lie under. */
export async function serveHls(path: string): Promise<ServedHls> {
  let id = ""
  const server = await startServer({
    discs: [{ disc: await openDisc(path), name: "disc" }],
    openDisc,
    hosts: [
      (context) => {
        id = context.discs()[0]?.id ?? ""
        return createHlsHost(context)
      },
    ],
  })
  return { server, base: (title) => `${server.url}api/discs/${id}/titles/${title}/hls/` }
}

export async function text(url: string): Promise<string> {
  const response = await fetch(url)
  expect(response.status, url).toBe(200)
  return response.text()
}

export async function bytes(url: string): Promise<Buffer> {
  const response = await fetch(url)
  expect(response.status, url).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

export type Entry = { readonly duration: number; readonly uri: string; readonly isBreak: boolean }

/** Media playlists by the rules of RFC 8216 4.3.3 that a list of everything must keep. */
export function readMedia(playlist: string): readonly Entry[] {
  const lines = playlist.trimEnd().split("\n")
  expect(lines[0]).toBe("#EXTM3U")
  expect(lines.filter((line) => line.startsWith("#EXT-X-VERSION:"))).toHaveLength(1)
  expect(lines.at(-1)).toBe("#EXT-X-ENDLIST")
  expect(lines).toContain("#EXT-X-PLAYLIST-TYPE:VOD")
  const target = Number(/#EXT-X-TARGETDURATION:(\d+)\n/.exec(playlist)?.[1])
  const entries: Entry[] = []
  let duration: number | null = null
  let isBreak = false
  for (const line of lines) {
    if (line === "#EXT-X-DISCONTINUITY") isBreak = true
    if (line.startsWith("#EXTINF:")) duration = Number(/^#EXTINF:(\d+\.\d+),/.exec(line)?.[1])
    if (line.startsWith("#") || duration === null) continue
    expect(Math.round(duration)).toBeLessThanOrEqual(target)
    entries.push({ duration, uri: line, isBreak })
    duration = null
    isBreak = false
  }
  return entries
}

export function attributesOf(line: string): Record<string, string> {
  const list = line.slice(line.indexOf(":") + 1)
  return Object.fromEntries([...list.matchAll(/([A-Z0-9-]+)=("[^"\n]*"|[^",\s]+)(?:,|$)/g)].map(([, key = "", value = ""]) => [key, value]))
}

export function ffprobe(input: Buffer, entries: string): Record<string, string>[] {
  const args = ["-v", "error", "-show_entries", entries, "-of", "json", "-i", "pipe:0"]
  // Once it knows enough it reads no further, which is no failure.
  const { stdout } = spawnSync("ffprobe", args, { input, maxBuffer: 1 << 28 })
  const said = JSON.parse(stdout.toString()) as Record<string, Record<string, string>[]>
  return said["packets"] ?? said["frames"] ?? said["streams"] ?? []
}

/** The frame codes of all pictures that a decoder shows of the bytes. */
export function pictures(input: Buffer): { title: number; frame: number }[] {
  const args = ["-v", "error", "-i", "pipe:0", "-an", "-vf", `scale=${WIDTH}:${HEIGHT}`, "-fps_mode", "passthrough", "-pix_fmt", "rgb24"]
  const raw = execFileSync("ffmpeg", [...args, "-f", "rawvideo", "pipe:1"], { input, maxBuffer: 1 << 30 })
  const size = WIDTH * HEIGHT * 3
  return Array.from({ length: raw.length / size }, (_, index) => {
    const code = readFrameCode(raw.subarray(index * size, (index + 1) * size), WIDTH, HEIGHT)
    return { title: code?.title ?? -1, frame: code?.frame ?? -1 }
  })
}
