// Elementary streams cut into access units, with their place in showing order.
import { readFileSync } from "node:fs"
import { encodePictures, ffmpeg, run } from "../programs.mjs"

/** Ticks of the 90 kHz clock. */
export const TICKS = 90_000

/**
 * Encodes pictures and cuts the stream into its coded pictures: `[{ data, shown, key }]` in coding order, `shown` being the picture's
 * number in showing order from 0. `format` is the raw stream's name in ffmpeg (`h264`, `mpeg2video`); `flags`: further codec flags, `+cgop`.
 */
export async function encodeVideo({ width, height, rate, pictures, codec, flags = "", format, file }) {
  const wrapped = `${file}.nut`
  // NUT keeps the stream as the encoder wrote it and each picture's time beside it; the headers stay in the stream.
  await encodePictures({
    width,
    height,
    rate,
    pictures,
    args: [...codec, "-flags:v", `+bitexact-global_header${flags}`, "-fflags", "+bitexact", "-f", "nut", wrapped],
  })
  ffmpeg(["-i", wrapped, "-map", "0:v", "-c", "copy", "-f", format, `${file}.es`])
  const packets = JSON.parse(run("ffprobe", ["-v", "error", "-show_packets", "-of", "json", wrapped]).toString()).packets
  const stream = readFileSync(`${file}.es`)
  const order = packets.map((packet) => packet.pts).toSorted((a, b) => a - b)
  const shown = new Map(order.map((pts, i) => [pts, i]))
  let at = 0
  const units = packets.map((packet) => {
    const data = stream.subarray(at, at + Number(packet.size))
    at += data.length
    return { data, shown: shown.get(packet.pts), key: packet.flags.startsWith("K") }
  })
  if (at !== stream.length) throw new Error(`${format}: ${stream.length} bytes in the stream, ${at} in its pictures`)
  return units
}

/** Samples in an AC-3 frame (ATSC A/52, 5.3). */
const AC3_SAMPLES = 1536
export const AC3_FRAME_TICKS = (AC3_SAMPLES * TICKS) / 48_000

/** Encodes 32-bit float stereo at 48 kHz to AC-3 and cuts it into its frames. The stream's frames all have one length at one bit rate. */
export function encodeAc3({ samples, bitrate, file }) {
  ffmpeg(
    [
      "-f",
      "f32le",
      "-ar",
      "48000",
      "-ac",
      "2",
      "-i",
      "pipe:0",
      "-c:a",
      "ac3",
      "-b:a",
      bitrate,
      "-flags:a",
      "+bitexact",
      "-f",
      "ac3",
      `${file}.ac3`,
    ],
    { input: samples },
  )
  const stream = readFileSync(`${file}.ac3`)
  const frames = []
  for (let at = 0; at < stream.length; ) {
    const length = ac3FrameLength(stream, at)
    frames.push(stream.subarray(at, at + length))
    at += length
  }
  return frames
}

/** Bit rates in kbit/s by frmsizecod / 2 (ATSC A/52, table 5.18); at 48 kHz a frame has four bytes for each. */
const AC3_RATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]

function ac3FrameLength(stream, at) {
  if (stream.readUInt16BE(at) !== 0x0b77) throw new Error(`no AC-3 frame at byte ${at}`)
  const code = stream[at + 4]
  if (code >> 6 !== 0) throw new Error("AC-3 is not at 48 kHz")
  return AC3_RATES[(code & 63) >> 1] * 4
}
