import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { deflateSync } from "node:zlib"
import { crc32 } from "../../../../src/base/index.ts"
import { hasProgram } from "../../../support/oracles.ts"

/** The programs that author the discs of these tests. */
export const canAuthor = ["dvdauthor", "spumux", "ffmpeg"].every(hasProgram)

const cache = join(tmpdir(), "opentray-authored-dvds")

export type Clip = {
  readonly name: string
  readonly format: "pal" | "ntsc"
  readonly aspect: "4:3" | "16:9"
  readonly seconds: number
  /** ffmpeg's encoders with their options, one for each audio stream. */
  readonly audio: readonly (readonly string[])[]
  /** spumux runs once for each stream number, in this order. */
  readonly subpictures?: readonly { readonly stream: number; readonly start: string; readonly end: string; readonly xml?: string }[]
}

export type Recipe = { readonly name: string; readonly clips: readonly Clip[]; readonly xml: string }

export const AC3_STEREO = ["ac3", "-ac", "2", "-b:a", "192k"]
export const AC3_SURROUND = ["ac3", "-ac", "6", "-b:a", "448k"]
export const MP2 = ["mp2", "-ac", "2", "-b:a", "192k"]
export const DTS = ["dca", "-strict", "-2", "-ac", "2", "-b:a", "768k"]
export const LPCM = ["pcm_dvd", "-ac", "2"]

/** The folder of an authored disc: made once, kept under the machine's temporary folder for as long as the recipe stays the same. */
export function authoredDvd(recipe: Recipe): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([recipe, VERSION]))
    .digest("hex")
    .slice(0, 16)
  const done = join(cache, `${recipe.name}-${hash}`)
  if (existsSync(done)) return join(done, "dvd")
  const work = `${done}.${process.pid}`
  mkdirSync(work, { recursive: true })
  try {
    for (const clip of recipe.clips) encode(work, clip)
    writeFileSync(join(work, "dvd.xml"), recipe.xml)
    run(work, "dvdauthor", ["-x", "dvd.xml"])
    renameSync(work, done)
  } catch (error) {
    // Another worker may have been faster: its disc is as good.
    if (!existsSync(done)) throw error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return join(done, "dvd")
}

/** Goes up when this file makes other discs from the same recipes. */
const VERSION = 1

function encode(work: string, clip: Clip): void {
  const size = clip.format === "pal" ? "720x576" : "720x480"
  const rate = clip.format === "pal" ? "25" : "30000/1001"
  const inputs = ["-f", "lavfi", "-t", `${clip.seconds}`, "-i", `testsrc=size=${size}:rate=${rate}`]
  const outputs = [
    "-map",
    "0:v",
    "-c:v",
    "mpeg2video",
    "-b:v",
    "1500k",
    "-g",
    "12",
    "-bf",
    "2",
    "-aspect",
    clip.aspect,
    "-flags:v",
    "+cgop",
  ]
  for (const [index, [codec = "", ...options]] of clip.audio.entries()) {
    inputs.push("-f", "lavfi", "-t", `${clip.seconds}`, "-i", `sine=frequency=${330 + 110 * index}:sample_rate=48000`)
    outputs.push(
      "-map",
      `${index + 1}:a`,
      `-c:a:${index}`,
      codec,
      ...options.map((option) => (/^-[a-z]/.test(option) ? `${option.replace(/:a$/, "")}:a:${index}` : option)),
    )
  }
  outputs.push(
    "-sc_threshold",
    "1000000000",
    "-maxrate",
    "4000k",
    "-bufsize",
    "1835008",
    "-packetsize",
    "2048",
    "-muxrate",
    "10080000",
    "-ar",
    "48000",
    "-f",
    "dvd",
  )
  run(work, "ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", ...inputs, ...outputs, `${clip.name}.mpg`])
  for (const subpicture of clip.subpictures ?? []) addSubpicture(work, clip, subpicture)
}

function addSubpicture(work: string, clip: Clip, subpicture: NonNullable<Clip["subpictures"]>[number]): void {
  writeFileSync(join(work, "box.png"), boxPicture(720, clip.format === "pal" ? 576 : 480))
  const spu = subpicture.xml ?? `<spu start="${subpicture.start}" end="${subpicture.end}" image="box.png"/>`
  writeFileSync(join(work, "spu.xml"), `<subpictures format="${clip.format.toUpperCase()}"><stream>${spu}</stream></subpictures>`)
  const plain = join(work, `${clip.name}.mpg`)
  execFileSync("sh", ["-c", `spumux -m dvd -s ${subpicture.stream} spu.xml < ${clip.name}.mpg > with.mpg 2> spumux.log`], { cwd: work })
  renameSync(join(work, "with.mpg"), plain)
}

function run(work: string, program: string, args: readonly string[]): void {
  execFileSync(program, args, { cwd: work, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, VIDEO_FORMAT: "PAL" } })
}

/** A white box on a transparent picture. */
function boxPicture(width: number, height: number): Uint8Array {
  const rows = Buffer.alloc(height * (width * 4 + 1))
  for (let y = height - 120; y < height - 80; y++) rows.fill(255, y * (width * 4 + 1) + 1 + 200 * 4, y * (width * 4 + 1) + 1 + 500 * 4)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ])
}

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data])
  const head = Buffer.alloc(4)
  head.writeUInt32BE(data.length)
  const tail = Buffer.alloc(4)
  tail.writeUInt32BE(crc32(body))
  return Buffer.concat([head, body, tail])
}
