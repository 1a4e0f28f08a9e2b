// Program and transport streams taken apart into access units, against `ffmpeg -c copy -f null` on the same file, by turns in one run.
import { execFileSync, spawnSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ProgramStreamDemuxer, TransportStreamDemuxer } from "../dist/mpeg/index.js"

const ROUNDS = 3
/** What a reader hands on at a time: whole packs and whole source packets. */
const READ_SIZE = 2048 * 192
/** The made stream is written behind itself until it has so many bytes. */
const WANTED = 200e6

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

const VIDEO = (size, rate) => ["-f", "lavfi", "-i", `testsrc=s=${size}:r=${rate}:d=20`, "-f", "lavfi", "-i", "sine=440:r=48000:d=20"]
const NOISY = ["-vf", "noise=alls=20:allf=t"]
const FILES = [
  [
    "DVD program stream (MPEG-2, AC-3)",
    "ps.vob",
    [...VIDEO("720x576", 25), ...NOISY, ..."-c:v mpeg2video -b:v 7M -maxrate 8M -bufsize 1835k -bf 2 -c:a ac3 -f dvd".split(" ")],
  ],
  [
    "Blu-ray transport stream (H.264, AC-3)",
    "ts.m2ts",
    [...VIDEO("1280x720", 25), ...NOISY, ..."-c:v libx264 -preset ultrafast -crf 23 -c:a ac3 -f mpegts -mpegts_m2ts_mode 1".split(" ")],
  ],
  [
    "Blu-ray transport stream (MPEG-2, AC-3)",
    "m2v.m2ts",
    [...VIDEO("1280x720", 25), ...NOISY, ..."-c:v mpeg2video -b:v 20M -bf 2 -c:a ac3 -f mpegts -mpegts_m2ts_mode 1".split(" ")],
  ],
]

/** Reads the whole file and takes it apart; gives the seconds it took and the number of units. */
function takeApart(file) {
  let units = 0
  const sink = { unit: () => units++ }
  const started = performance.now()
  const demuxer = file.endsWith(".vob") ? new ProgramStreamDemuxer({ sink }) : new TransportStreamDemuxer({ sink, packetSize: 192 })
  const descriptor = openSync(file)
  const buffer = new Uint8Array(READ_SIZE)
  for (;;) {
    const length = readSync(descriptor, buffer, 0, READ_SIZE, null)
    if (length === 0) break
    demuxer.push(length === READ_SIZE ? buffer : buffer.subarray(0, length))
  }
  demuxer.flush()
  closeSync(descriptor)
  return { seconds: (performance.now() - started) / 1000, units }
}

function ffmpegSeconds(file) {
  const started = performance.now()
  execFileSync("ffmpeg", ["-nostdin", "-v", "quiet", "-i", file, "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "null", "-"], {
    stdio: "ignore",
  })
  return (performance.now() - started) / 1000
}

export async function run() {
  if (spawnSync("sh", ["-c", "command -v ffmpeg"]).status !== 0) throw new Error("ffmpeg is not installed")
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  try {
    for (const [name, fileName, args] of FILES) {
      const once = join(folder, `once-${fileName}`)
      const file = join(folder, fileName)
      execFileSync("ffmpeg", ["-nostdin", "-v", "quiet", "-y", ...args, once], { stdio: "ignore" })
      const repeats = Math.ceil(WANTED / statSync(once).size)
      execFileSync("sh", ["-c", `for i in $(seq ${repeats}); do cat "${once}"; done > "${file}"`])
      rmSync(once)
      const [own, others] = [[], []]
      let units = 0
      for (let round = 0; round < ROUNDS; round++) {
        const result = takeApart(file)
        units = result.units
        own.push(result.seconds)
        others.push(ffmpegSeconds(file))
      }
      const megabytes = statSync(file).size / 1e6
      const [ours, theirs] = [median(own), median(others)]
      console.log(
        `${name}, ${Math.round(megabytes)} MB, ${units} units: ${Math.round(megabytes / ours)} MB/s; ffmpeg -c copy ${Math.round(megabytes / theirs)} MB/s: opentray takes ${(ours / theirs).toFixed(2)} times as long`,
      )
      rmSync(file)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
