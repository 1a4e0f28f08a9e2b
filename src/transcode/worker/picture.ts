import { AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG } from "node-av/constants"
import { Codec, CodecContext, type Frame, Packet, Rational } from "node-av/lib"
import type { KeyPicture } from "../types.ts"
import { Decoder } from "./decoder.ts"
import { Shaper } from "./shaper.ts"

/** A still picture's own quality scale is MPEG's: 2 is best, 31 worst. FF_QP2LAMBDA is 118. */
const QUALITY = 4 * 118
/** No disc has a wider picture (UHD: 3840). */
const MAX_WIDTH = 4096

/** Decodes one key picture and makes a JPEG of it. */
export function jpegOf(picture: KeyPicture, width: number): { readonly jpeg: Uint8Array | null; readonly reason: string } {
  const decoder = new Decoder(picture.codec, 1)
  const shaper = new Shaper(1)
  let jpeg: Uint8Array | null = null
  try {
    const take = (frame: Frame) => {
      if (jpeg !== null) return
      frame.pts = 0n
      shaper.push(frame, { ...sizeOf(frame, picture.aspect, width), deinterlacing: "none", fullRange: true }, (shaped) => {
        jpeg = encode(shaped)
      })
    }
    const problem = decoder.decode(picture.data, 0, 0, take)
    decoder.drain(take)
    return { jpeg, reason: problem ?? "no picture came out of the decoder" }
  } catch (error) {
    return { jpeg: null, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    decoder.close()
    shaper.close()
  }
}

function sizeOf(frame: Frame, aspect: string | null, wanted: number): { width: number; height: number } {
  const [across = 0, down = 0] = (aspect ?? "").split(":").map(Number)
  const { num, den } = frame.sampleAspectRatio
  const ofSamples = (frame.width / frame.height) * (num > 0 && den > 0 ? num / den : 1)
  const ratio = across > 0 && down > 0 ? across / down : ofSamples
  const width = 2 * Math.round(Math.min(Math.max(wanted, 16), MAX_WIDTH) / 2)
  return { width, height: Math.max(2, 2 * Math.round(width / ratio / 2)) }
}

function encode(frame: Frame): Uint8Array | null {
  const codec = Codec.findEncoderByName("mjpeg" as Parameters<typeof Codec.findEncoderByName>[0])
  if (codec === null) return null
  const context = new CodecContext()
  const packet = new Packet()
  packet.alloc()
  try {
    context.allocContext3(codec)
    context.width = frame.width
    context.height = frame.height
    context.pixelFormat = AV_PIX_FMT_YUVJ420P
    context.colorRange = AVCOL_RANGE_JPEG
    context.timeBase = new Rational(1, 25)
    context.globalQuality = QUALITY
    context.qMin = 4
    context.qMax = 4
    if (context.open2Sync(codec, null) < 0) return null
    frame.quality = QUALITY
    if (context.sendFrameSync(frame) < 0) return null
    context.sendFrameSync(null)
    return context.receivePacketSync(packet) < 0 || packet.data === null ? null : new Uint8Array(packet.data)
  } finally {
    context.freeContext()
    packet.free()
  }
}
