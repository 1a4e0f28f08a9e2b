import { spawn } from "node:child_process"
import type { PlanePicture } from "../../src/graphics/bitmap.ts"

/** A plane as FFmpeg shows it from `pts` (90 kHz) on: 4 bytes a pixel, R, G, B, A. */
export type ShownPlane = { readonly pts: number; readonly rgba: Buffer }

/** All pictures that FFmpeg makes of a subtitle stream; cleared planes and repetitions are left out. `input`: the arguments up to and with `-i`. */
export async function ffmpegPlanes(input: readonly string[], width: number, height: number): Promise<ShownPlane[]> {
  const filter = "[0:s:0]format=rgba,settb=1/90000,showinfo"
  const args = ["-v", "info", "-nostdin", ...input, "-filter_complex", filter, "-fps_mode", "passthrough", "-enc_time_base", "1:90000"]
  const ffmpeg = spawn("ffmpeg", [...args, "-f", "rawvideo", "-"], { stdio: ["ignore", "pipe", "pipe"] })
  const log: Buffer[] = []
  ffmpeg.stderr.on("data", (chunk: Buffer) => log.push(chunk))
  const frames: Buffer[] = []
  const size = width * height * 4
  let frame = Buffer.alloc(size)
  let filled = 0
  const ended = new Promise((resolve) => ffmpeg.on("close", resolve))
  for await (const chunk of ffmpeg.stdout as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const count = chunk.copy(frame, filled, at, Math.min(chunk.length, at + size - filled))
      at += count
      filled += count
      if (filled < size) continue
      // Cleared planes are not kept: a film's would fill the memory.
      frames.push(isClear(frame) ? Buffer.alloc(0) : frame)
      frame = Buffer.alloc(size)
      filled = 0
    }
  }
  await ended
  const times = [
    ...Buffer.concat(log)
      .toString("latin1")
      .matchAll(/n: *\d+ pts: *(-?\d+)/g),
  ].map((match) => Number(match[1]))
  if (filled > 0 || times.length !== frames.length) {
    throw new Error(
      `ffmpeg gave ${frames.length} frames of ${size} bytes and ${filled} bytes, ${times.length} times:\n${Buffer.concat(log)}`,
    )
  }
  const planes = frames.map((rgba, index) => ({ pts: times[index] ?? 0, rgba }))
  // A plane comes once more a tick before it changes.
  return planes.filter(({ rgba }, index) => rgba.length > 0 && !frames[index - 1]?.equals(rgba))
}

/** True when nothing can be seen. */
export function isClear(rgba: Buffer): boolean {
  for (let alpha = 3; alpha < rgba.length; alpha += 4) if (rgba[alpha] !== 0) return false
  return true
}

/** A picture drawn on its plane, later bitmaps over earlier ones without blending; 4 bytes a pixel, R, G, B, A. */
export function drawPlane(picture: PlanePicture): Buffer {
  const { planeWidth, planeHeight } = picture
  const plane = Buffer.alloc(planeWidth * planeHeight * 4)
  for (const bitmap of picture.bitmaps) {
    for (let y = 0; y < bitmap.height; y++) {
      for (let x = 0; x < bitmap.width; x++) {
        const colour = (bitmap.indices[y * bitmap.width + x] ?? 0) * 4
        const [column, line] = [bitmap.x + x, bitmap.y + y]
        if (column < 0 || line < 0 || column >= planeWidth || line >= planeHeight) throw new Error("a bitmap leaves its plane")
        plane.set(bitmap.palette.subarray(colour, colour + 4), (line * planeWidth + column) * 4)
      }
    }
  }
  return plane
}

/** The greatest difference of one of the four values of a pixel, where a transparent pixel's colour does not count. */
export function planeDifference(a: Buffer, b: Buffer): number {
  if (a.equals(b)) return 0
  let most = a.length === b.length ? 0 : 256
  for (let at = 0; at < Math.min(a.length, b.length); at += 4) {
    if (a[at + 3] === 0 && b[at + 3] === 0) continue
    for (let i = at; i < at + 4; i++) most = Math.max(most, Math.abs((a[i] ?? 0) - (b[i] ?? 0)))
  }
  return most
}
