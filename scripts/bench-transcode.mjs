// MPEG-2 with AC-3 to H.264 with AAC, against `ffmpeg` with the same settings by turns in one run; then how long a first picture and a jump take.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { ProgramStreamDemuxer, TransportStreamDemuxer } from "../dist/mpeg/index.js"
import { openConverter, warmUp } from "../dist/transcode/index.js"
import { choose } from "../dist/transcode/worker/quality.js"

const ROUNDS = 3
const SECONDS = 10
const JUMPS = 15
const START = 900_000
const OPTIONS = { video: { codecs: ["h264"] }, audio: { codecs: ["aac"] } }

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

const source = (size, rate) => `testsrc2=s=${size}:r=${rate}:d=${SECONDS},noise=alls=6:allf=t`
const woven = (size, rate) => `${source(size, rate)},interlace=scan=tff:lowpass=1`
const INTERLACED = ["-flags", "+ilme+ildct", "-top", "1"]
const FILES = [
  { name: "PAL film, 720x576", file: "film.vob", video: source("720x576", 25), args: [], rate: "6M" },
  { name: "PAL video, 720x576 interlaced", file: "video.vob", video: woven("720x576", 50), args: INTERLACED, rate: "6M" },
  { name: "HD video, 1920x1080 interlaced", file: "video.m2ts", video: woven("1920x1080", 50), args: INTERLACED, rate: "20M" },
]

export async function run() {
  if (spawnSync("ffmpeg", ["-version"]).status !== 0) throw new Error("ffmpeg is not installed")
  const folder = mkdtempSync(join(tmpdir(), "opentray-bench-"))
  try {
    for (const made of FILES) await compare({ ...made, path: join(folder, made.file) })
    await delays(itemsOf(join(folder, FILES[0].file), false))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function compare({ name, path, video, args, rate }) {
  const isProgram = path.endsWith(".vob")
  const format = isProgram ? "-f dvd" : "-f mpegts -mpegts_m2ts_mode 1"
  const sound = ["-f", "lavfi", "-i", `sine=440:r=48000:d=${SECONDS}`]
  const encode = `-c:v mpeg2video -b:v ${rate} -maxrate ${rate} -bufsize 1835k -g 12 -bf 2 -c:a ac3`.split(" ")
  ffmpeg("-f", "lavfi", "-i", video, ...sound, ...encode, ...args, ...format.split(" "), path)
  const items = itemsOf(path, args.length > 0)
  const quality = chosenFor(items)
  const [ours, theirs] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await convertSeconds(items))
    theirs.push(ffmpegSeconds(path, items, quality))
  }
  const [own, other] = [SECONDS / median(ours), SECONDS / median(theirs)]
  const what = `${quality.height} lines, ${quality.preset}${quality.doubleRate ? ", a picture a field" : ""}`
  console.log(
    `transcode: ${name} -> ${what}: ${own.toFixed(2)} x real time, ffmpeg ${other.toFixed(2)} x, ratio ${(own / other).toFixed(2)}`,
  )
}

/** What the converter chooses here, so that ffmpeg does the same work. */
function chosenFor(items) {
  const { video, codec } = items[0].streams.find(({ kind }) => kind === "video")
  const [num, den = 1] = video.frameRate.split("/").map(Number)
  return choose({ ...video, codec, frameRate: num / den, aspect: 16 / 9 }, { maxHeight: 1080, canvas: null }, availableParallelism())
}

async function convertSeconds(items) {
  warmUp()
  await new Promise((resolve) => setTimeout(resolve, 500))
  const started = performance.now()
  const converter = await openConverter(OPTIONS)
  const reading = (async () => {
    for await (const item of converter.output) {
      if (item.type === "lowered") console.log(`transcode: lowered to ${item.height} lines at ${item.speed.toFixed(2)} x`)
      if (item.type === "end") return
    }
  })()
  await push(converter, items)
  await reading
  const seconds = (performance.now() - started) / 1000
  await converter.close()
  return seconds
}

function ffmpegSeconds(path, items, { height, preset, doubleRate }) {
  const { interlaced, height: lines } = items[0].streams.find(({ kind }) => kind === "video").video
  const deinterlace = height <= lines / 2 && !doubleRate ? "field=top," : `bwdif=mode=${doubleRate ? "send_field" : "send_frame"},`
  const filter = `${interlaced ? deinterlace : ""}scale=${2 * Math.round((height * 16) / 18)}:${height}:flags=bicubic,setsar=1,format=yuv420p`
  const encode = `-c:v libx264 -preset ${preset} -crf 20 -g 25 -bf 0 -x264-params rc-lookahead=0:mbtree=0:scenecut=0 -c:a aac -b:a 192k -ac 2`
  const started = performance.now()
  ffmpeg("-i", path, "-vf", filter, ...encode.split(" "), "-f", "null", "-")
  return (performance.now() - started) / 1000
}

/** First picture, with and without a process in wait, and jumps from a running stretch to a new one. */
async function delays(items) {
  const first = async () => {
    const started = performance.now()
    const converter = await openConverter(OPTIONS)
    void push(converter, items)
    await nextPicture(converter.output[Symbol.asyncIterator]())
    const took = performance.now() - started
    await converter.close()
    return took
  }
  const cold = await first()
  warmUp()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const warm = await first()

  const converter = await openConverter(OPTIONS)
  const output = converter.output[Symbol.asyncIterator]()
  void push(converter, items)
  const jumps = []
  for (let jump = 1; jump <= JUMPS; jump++) {
    for (let count = 0; count < 20; count++) await nextPicture(output)
    const from = START + jump * 100 * 90_000
    const started = performance.now()
    void push(converter, moved(items, from - START))
    for (let pts = 0; pts < from; ) pts = (await nextPicture(output)).pts
    jumps.push(performance.now() - started)
  }
  await converter.close()
  const [least, most] = [Math.min(...jumps), Math.max(...jumps)]
  console.log(`transcode: first picture ${Math.round(cold)} ms, with a process in wait ${Math.round(warm)} ms`)
  console.log(
    `transcode: jump to its first picture: median ${Math.round(median(jumps))} ms, ${Math.round(least)} to ${Math.round(most)} (${JUMPS} jumps)`,
  )
}

async function nextPicture(output) {
  for (;;) {
    const { value, done } = await output.next()
    if (done) throw new Error("the converter ended")
    if (value.type === "packet" && value.stream === "video") return value
  }
}

async function push(converter, items) {
  for (let at = 0; at < items.length; at += 16) await converter.push(items.slice(at, at + 16))
}

function moved(items, by) {
  return items.map((item) => {
    if (item.type === "discontinuity") return { ...item, at: item.at + by, showFrom: item.showFrom + by, flush: true }
    return item.type === "packet" ? { ...item, pts: item.pts + by, dts: item.dts + by } : item
  })
}

/** What a session would hand out for the file. */
function itemsOf(path, interlaced) {
  const units = []
  const found = new Map()
  const sink = { unit: (unit) => units.push(unit), parameters: (id, parameters) => found.set(id, parameters) }
  const bytes = readFileSync(path)
  const isProgram = path.endsWith(".vob")
  const demuxer = isProgram ? new ProgramStreamDemuxer({ sink }) : new TransportStreamDemuxer({ sink })
  const step = isProgram ? 2048 : bytes.length
  for (let at = 0; at < bytes.length; at += step) demuxer.push(bytes.subarray(at, at + step))
  demuxer.flush()
  const streams = [...found].map(([id, parameters], index) => {
    const video = parameters.kind === "video" ? { ...parameters, interlaced, aspect: "16:9" } : null
    return { index, id, kind: parameters.kind, codec: parameters.codec, selected: true, video, audio: video === null ? parameters : null }
  })
  const offset = START - Math.min(...units.map(({ pts }) => pts ?? Number.POSITIVE_INFINITY))
  const packets = units.map(({ streamId, data, pts, dts, key }) => {
    const stream = streams.find(({ id }) => id === streamId).index
    return { type: "packet", stream, data, pts: pts + offset, dts: dts + offset, key, decodeOnly: false }
  })
  const begin = { type: "discontinuity", at: START, flush: false, showFrom: START }
  return [{ type: "streams", at: START, streams }, begin, ...packets, { type: "end", at: packets.at(-1).pts }]
}

function ffmpeg(...args) {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args], { stdio: ["ignore", "ignore", "inherit"] })
}
