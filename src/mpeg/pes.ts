/** Stream ids of ISO/IEC 13818-1 table 2-22 that discs use. */
export const STREAM_ID = {
  programEnd: 0xb9,
  pack: 0xba,
  systemHeader: 0xbb,
  programStreamMap: 0xbc,
  privateStream1: 0xbd,
  padding: 0xbe,
  privateStream2: 0xbf,
  firstAudio: 0xc0,
  lastAudio: 0xdf,
  firstVideo: 0xe0,
  lastVideo: 0xef,
  extended: 0xfd,
} as const

/** Clocks and time stamps count modulo 2^33. */
export const TIMESTAMP_MODULUS = 2 ** 33

/** The header of one PES packet. One object is filled again for each packet, so that reading allocates nothing. */
export class PesHeader {
  /** Index of the first payload byte. */
  payloadStart = 0
  pts: number | null = null
  dts: number | null = null
  /** PES_scrambling_control; not 0: scrambled. */
  scrambling = 0
  /** stream_id_extension of PES_extension_2: tells the two streams of a TrueHD or E-AC-3 PID apart; -1: none. */
  streamIdExtension = -1
}

/** Longest optional header, ISO/IEC 13818-1 2.4.3.6: 9 bytes and PES_header_data_length. */
export const MAX_PES_HEADER_SIZE = 9 + 255

/**
 * Reads a PES packet's header, of MPEG-2 (ISO/IEC 13818-1 2.4.3.6) or MPEG-1 (ISO/IEC 11172-1 2.4.3.3) form.
 * `at` is where the start code prefix lies, `end` the packet's end or as much as is here. False: no header fits, or too few bytes.
 */
export function readPesHeader(bytes: Uint8Array, at: number, end: number, header: PesHeader): boolean {
  header.pts = null
  header.dts = null
  header.scrambling = 0
  header.streamIdExtension = -1
  if (at + 7 > end) return false
  const marker = bytes[at + 6] as number
  return (marker & 0xc0) === 0x80 ? readMpeg2(bytes, at, end, header) : readMpeg1(bytes, at, end, header)
}

function readMpeg2(bytes: Uint8Array, at: number, end: number, header: PesHeader): boolean {
  if (at + 9 > end) return false
  const flags = bytes[at + 7] as number
  const start = at + 9
  const payload = start + (bytes[at + 8] as number)
  if (payload > end) return false
  header.payloadStart = payload
  header.scrambling = ((bytes[at + 6] as number) >> 4) & 3
  let position = start
  if ((flags & 0x80) !== 0) {
    if (position + 5 > payload) return false
    header.pts = readTimestamp(bytes, position)
    header.dts = header.pts
    position += 5
    if ((flags & 0x40) !== 0) {
      if (position + 5 > payload) return false
      header.dts = readTimestamp(bytes, position)
      position += 5
    }
  }
  if ((flags & 0x01) !== 0) header.streamIdExtension = readStreamIdExtension(bytes, position, payload, flags)
  return true
}

/** Walks the optional fields behind the time stamps up to PES_extension_2; -1 where there is none or the fields do not fit. */
function readStreamIdExtension(bytes: Uint8Array, from: number, end: number, flags: number): number {
  let at = from
  if ((flags & 0x20) !== 0) at += 6
  if ((flags & 0x10) !== 0) at += 3
  if ((flags & 0x08) !== 0) at += 1
  if ((flags & 0x04) !== 0) at += 1
  if ((flags & 0x02) !== 0) at += 2
  if (at >= end) return -1
  const extension = bytes[at++] as number
  if ((extension & 0x80) !== 0) at += 16
  if ((extension & 0x40) !== 0 && at < end) at += 1 + (bytes[at] as number)
  if ((extension & 0x20) !== 0) at += 2
  if ((extension & 0x10) !== 0) at += 2
  if ((extension & 0x01) === 0 || at + 2 > end) return -1
  const fieldLength = (bytes[at] as number) & 0x7f
  const value = bytes[at + 1] as number
  // The top bit is stream_id_extension_flag: set means that something else follows.
  return fieldLength === 0 || (value & 0x80) !== 0 ? -1 : value & 0x7f
}

/** More stuffing bytes than this make an MPEG-1 packet header invalid, ISO/IEC 11172-1 2.4.3.3. */
const MAX_MPEG1_STUFFING = 16

function readMpeg1(bytes: Uint8Array, at: number, end: number, header: PesHeader): boolean {
  let position = at + 6
  const lastStuffing = Math.min(position + MAX_MPEG1_STUFFING, end)
  while (position < lastStuffing && bytes[position] === 0xff) position++
  if (position < end && ((bytes[position] as number) & 0xc0) === 0x40) position += 2
  if (position >= end) return false
  const mark = bytes[position] as number
  if (mark >> 4 === 2 || mark >> 4 === 3) {
    const size = mark >> 4 === 2 ? 5 : 10
    if (position + size > end) return false
    header.pts = readTimestamp(bytes, position)
    header.dts = size === 5 ? header.pts : readTimestamp(bytes, position + 5)
    header.payloadStart = position + size
    return true
  }
  if (mark !== 0x0f) return false
  header.payloadStart = position + 1
  return true
}

/** The 33-bit time stamp at `at`, in five bytes with marker bits. */
export function readTimestamp(bytes: Uint8Array, at: number): number {
  const low =
    ((bytes[at + 1] as number) << 22) |
    (((bytes[at + 2] as number) & 0xfe) << 14) |
    ((bytes[at + 3] as number) << 7) |
    ((bytes[at + 4] as number) >> 1)
  return (((bytes[at] as number) >> 1) & 7) * 2 ** 30 + low
}

/** Writes a 33-bit time stamp as five bytes; `prefix` is the four bits before it (2: PTS alone, 3: PTS before DTS, 1: that DTS). */
export function writeTimestamp(bytes: Uint8Array, at: number, prefix: number, value: number): void {
  const high = Math.floor(value / 2 ** 30) & 7
  bytes[at] = (prefix << 4) | (high << 1) | 1
  bytes[at + 1] = (value / 2 ** 22) & 0xff
  bytes[at + 2] = ((value / 2 ** 14) & 0xfe) | 1
  bytes[at + 3] = (value / 2 ** 7) & 0xff
  bytes[at + 4] = ((value % 2 ** 7) << 1) | 1
}

/** A time moved by `by`, back into 33 bits. */
export const wrapTimestamp = (value: number): number => ((value % TIMESTAMP_MODULUS) + TIMESTAMP_MODULUS) % TIMESTAMP_MODULUS
