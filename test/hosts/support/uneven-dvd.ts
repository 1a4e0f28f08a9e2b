import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hasProgram } from "../../support/oracles.ts"

const WIDTH = 352
const HEIGHT = 288
const RATE = 25
const SECONDS = 80
/** Of these, the first half is noise at the greatest rate, the second a plain colour: seeking by an average rate goes far astray. */
const PERIOD = 40

export const canMakeUnevenDvd = ["ffmpeg", "dvdauthor", "genisoimage"].every(hasProgram)

/** A DVD with one title of 80 s whose bit rate goes up and down by a factor of 20 every 20 s. Its pictures carry the samples' frame code: disc 9, title 1. */
export async function unevenDvd(): Promise<string> {
  const folder = join(tmpdir(), "opentray-samples")
  const path = join(folder, `uneven-${SECONDS}.iso`)
  if (existsSync(path)) return path
  const work = join(folder, `uneven-${process.pid}`)
  mkdirSync(work, { recursive: true })
  const program = join(work, "title.mpg")
  await encode(program)
  const author = `<dvdauthor><vmgm><menus><video format="pal"/></menus></vmgm><titleset><titles><video format="pal" aspect="4:3"/><pgc><vob file="${program}" chapters="0"/></pgc></titles></titleset></dvdauthor>`
  writeFileSync(join(work, "author.xml"), author)
  execFileSync("dvdauthor", ["-o", join(work, "disc"), "-x", join(work, "author.xml")], { stdio: "ignore" })
  execFileSync("genisoimage", ["-quiet", "-dvd-video", "-V", "UNEVEN", "-o", join(work, "disc.iso"), join(work, "disc")], {
    stdio: "ignore",
  })
  renameSync(join(work, "disc.iso"), path)
  rmSync(work, { recursive: true, force: true })
  return path
}

async function encode(path: string): Promise<void> {
  const picture = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${WIDTH}x${HEIGHT}`, "-r", String(RATE), "-i", "-"]
  const sound = ["-f", "lavfi", "-i", `sine=440:duration=${SECONDS}`]
  const video = ["-c:v", "mpeg2video", "-g", "12", "-qscale:v", "3", "-maxrate", "8M", "-bufsize", "1835k"]
  const codec = [...video, "-c:a", "ac3", "-b:a", "192k", "-f", "dvd", "-muxrate", "10080k", path]
  const ffmpeg = spawn("ffmpeg", ["-v", "error", "-y", ...picture, ...sound, ...codec], { stdio: ["pipe", "ignore", "inherit"] })
  const noise = Uint8Array.from({ length: 1 << 20 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) % 200)
  for (let frame = 0; frame < SECONDS * RATE; frame++) {
    const isLoud = (frame / RATE) % PERIOD < PERIOD / 2
    const at = (frame * 7919) % (noise.length - WIDTH * HEIGHT)
    const luma = isLoud ? noise.slice(at, at + WIDTH * HEIGHT) : new Uint8Array(WIDTH * HEIGHT).fill(120)
    drawFrameCode(luma, frame)
    const bytes = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128)
    bytes.set(luma)
    if (!ffmpeg.stdin.write(bytes)) await once(ffmpeg.stdin, "drain")
  }
  ffmpeg.stdin.end()
  const [status] = (await once(ffmpeg, "close")) as [number]
  if (status !== 0) throw new Error("ffmpeg made no title")
}

/** samples/README.md states the format. */
function drawFrameCode(luma: Uint8Array, frame: number): void {
  const field = (value: number, bits: number) => value.toString(2).padStart(bits, "0")
  const code = field(9, 4) + field(1, 6) + field(0, 4) + field(frame, 16)
  let rest = 0xffff
  for (const bit of code) {
    const carry = ((rest & 0x8000) !== 0) !== (bit === "1")
    rest = ((rest << 1) & 0xffff) ^ (carry ? 0x1021 : 0)
  }
  const cells = `1011${code}${field(rest, 16)}1101`
  for (let y = 0; y < HEIGHT / 48; y++) {
    for (let x = 0; x < WIDTH; x++) luma[y * WIDTH + x] = cells[Math.floor((x * cells.length) / WIDTH)] === "1" ? 78 : 26
  }
}
