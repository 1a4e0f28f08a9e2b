// The tables of a Blu-ray transport stream: PAT, PMT and SIT, each in one packet.
// Sections: ISO/IEC 13818-1, 2.4.4; the selection information table: ETSI EN 300 468, 7.1.2; the HDMV registration as FFmpeg's mpegts reader knows it.
import { ascii, bits, join, u8, u16, u24, u32, zeros } from "./bytes.mjs"
import { ASPECT_BYTE, CODING, videoFormatByte } from "./coding.mjs"

export const PID = {
  pat: 0x0000,
  sit: 0x001f,
  pmt: 0x0100,
  pcr: 0x1001,
  video: 0x1011,
  audio: 0x1100,
  pgs: 0x1200,
  igs: 0x1400,
  text: 0x1800,
  none: 0x1fff,
}
const PROGRAM = 1

/** CRC-32/MPEG-2 (ISO/IEC 13818-1, annex A). */
function crcMpeg(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}

/** A section as a packet's payload: pointer, section, CRC, stuffing. `flags`: the four bits before the length. */
function section(tableId, flags, ...body) {
  const content = join(...body)
  const head = join(u8(tableId), u16((flags << 12) | (content.length + 4)))
  const all = join(head, content)
  const payload = join(u8(0), all, u32(crcMpeg(all)))
  return join(payload, Buffer.alloc(184 - payload.length, 0xff))
}

/** Version 0, current, section 0 of 0. */
const VERSION = join(u8(0xc1), u8(0), u8(0))
const descriptor = (tag, ...body) => {
  const content = join(...body)
  return join(u8(tag), u8(content.length), content)
}
const registration = (...body) => descriptor(0x05, ...body)

export const pat = () => section(0x00, 0xb, u16(1), VERSION, u16(0), u16(0xe000 | PID.sit), u16(PROGRAM), u16(0xe000 | PID.pmt))

/** `streams`: `[{ pid, codec, ... }]`. */
export function pmt(streams) {
  // Copying is free: DTCP descriptor of the copy control information "copy freely".
  const programme = join(registration(ascii("HDMV")), descriptor(0x88, u16(0x0fff), u16(0xfcfc)))
  const entries = streams.map((stream) => {
    const info = streamInfo(stream)
    return join(u8(CODING[stream.codec]), u16(0xe000 | stream.pid), u16(0xf000 | info.length), info)
  })
  return section(0x02, 0xb, u16(PROGRAM), VERSION, u16(0xe000 | PID.pcr), u16(0xf000 | programme.length), programme, ...entries)
}

function streamInfo(stream) {
  if (stream.codec === "ac3") return registration(ascii("AC-3"))
  if (["pgs", "igs", "textst"].includes(stream.codec)) return zeros(0)
  return registration(ascii("HDMV"), u8(0xff), u8(CODING[stream.codec]), u8(videoFormatByte(stream)), u8(ASPECT_BYTE))
}

/** Partial transport stream of at most `bytesPerSecond`. */
export function sit(bytesPerSecond) {
  const peak = Math.ceil((bytesPerSecond * 8) / 400)
  const partial = descriptor(0x63, bits([3, 2], [peak, 22]), u24(0xffffff), u16(0xffff))
  return section(0x7f, 0xf, u16(0xffff), VERSION, u16(0xf000 | partial.length), partial, u16(PROGRAM), u16(0x8000))
}
