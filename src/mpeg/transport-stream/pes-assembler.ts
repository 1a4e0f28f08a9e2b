import type { DamageCode } from "../damage.ts"
import type { Splitter } from "../elementary/splitter.ts"
import { MAX_PES_HEADER_SIZE, PesHeader, readPesHeader, STREAM_ID } from "../pes.ts"

/** stream_id_extension of the AC-3 core on a Blu-ray TrueHD PID (FFmpeg mpegts.c). */
const CORE_EXTENSION = 0x76

/** Reassembles the PES packets of one PID from the payloads of its transport packets and passes their payloads on at once. */
export class PesAssembler {
  readonly #splitter: Splitter
  /** Takes the packets of the TrueHD PID's AC-3 core; null on other PIDs. */
  readonly #core: Splitter | null
  readonly #header = new PesHeader()
  /** A header that is not whole yet. */
  readonly #partial = new Uint8Array(MAX_PES_HEADER_SIZE)
  #partialLength = 0
  #active: Splitter | null = null
  /** Bytes of the payload that are still to come; Infinity: the packet does not say. */
  #remaining = 0

  constructor(splitter: Splitter, core: Splitter | null) {
    this.#splitter = splitter
    this.#core = core
  }

  /** The payload of one packet. Gives what was wrong with it; `scrambled` when the PES packet is. */
  push(bytes: Uint8Array, from: number, to: number, begins: boolean): DamageCode | "scrambled" | null {
    if (begins) {
      this.#finish()
      this.#partialLength = 0
      return this.#begin(bytes, from, to)
    }
    if (this.#partialLength > 0) return this.#continueHeader(bytes, from, to)
    if (this.#active !== null) this.#payload(bytes, from, to)
    return null
  }

  /** Packets are missing. */
  gap(): void {
    this.#partialLength = 0
    this.#splitter.gap()
    this.#core?.gap()
  }

  flush(): void {
    this.#finish()
    this.#partialLength = 0
    this.#splitter.flush()
    this.#core?.flush()
  }

  #begin(bytes: Uint8Array, from: number, to: number): DamageCode | "scrambled" | null {
    const need = headerSize(bytes, from, to)
    if (need < 0) return "mpeg-bad-packet"
    if (from + need <= to) return this.#open(bytes, from, to)
    this.#partialLength = Math.min(to - from, MAX_PES_HEADER_SIZE)
    this.#partial.set(bytes.subarray(from, from + this.#partialLength))
    return null
  }

  #continueHeader(bytes: Uint8Array, from: number, to: number): DamageCode | "scrambled" | null {
    let at = from
    let need = headerSize(this.#partial, 0, this.#partialLength)
    while (need > this.#partialLength && at < to) {
      this.#partial[this.#partialLength++] = bytes[at++] as number
      need = headerSize(this.#partial, 0, this.#partialLength)
    }
    if (need < 0) {
      this.#partialLength = 0
      return "mpeg-bad-packet"
    }
    if (need > this.#partialLength) return null
    const length = this.#partialLength
    this.#partialLength = 0
    const problem = this.#open(this.#partial, 0, length)
    if (problem === null && this.#active !== null) this.#payload(bytes, at, to)
    return problem
  }

  /** A whole header lies at `from`. */
  #open(bytes: Uint8Array, from: number, to: number): DamageCode | "scrambled" | null {
    const id = bytes[from + 3] as number
    const length = ((bytes[from + 4] as number) << 8) | (bytes[from + 5] as number)
    const header = this.#header
    if (hasNoHeader(id)) {
      // Text subtitles are in private stream 2, whose packets have no time stamps.
      if (id !== STREAM_ID.privateStream2) return null
      header.payloadStart = from + 6
      header.pts = null
      header.dts = null
      header.streamIdExtension = -1
    } else if (!readPesHeader(bytes, from, to, header)) {
      return "mpeg-bad-packet"
    } else if (header.scrambling !== 0) {
      return "scrambled"
    }
    this.#remaining = length === 0 ? Number.POSITIVE_INFINITY : length + 6 - (header.payloadStart - from)
    if (this.#remaining < 0) return "mpeg-bad-packet"
    const splitter = this.#core !== null && header.streamIdExtension === CORE_EXTENSION ? this.#core : this.#splitter
    this.#active = splitter
    splitter.begin(header.pts, header.dts)
    this.#payload(bytes, header.payloadStart, to)
    return null
  }

  #payload(bytes: Uint8Array, from: number, to: number): void {
    const end = to - from > this.#remaining ? from + this.#remaining : to
    if (end > from) this.#active?.push(bytes, from, end)
    this.#remaining -= end - from
    if (this.#remaining === 0) this.#finish()
  }

  #finish(): void {
    this.#active?.end()
    this.#active = null
  }
}

/** Bytes of the PES header at `from`, as far as its own bytes are here to say it; -1: none begins there. */
function headerSize(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 7) return 7
  if (bytes[from] !== 0 || bytes[from + 1] !== 0 || bytes[from + 2] !== 1) return -1
  if (hasNoHeader(bytes[from + 3] as number)) return 6
  if (((bytes[from + 6] as number) & 0xc0) !== 0x80) return -1
  return to - from < 9 ? 9 : 9 + (bytes[from + 8] as number)
}

/** Stream ids whose packets have no optional header, ISO/IEC 13818-1 2.4.3.7. */
function hasNoHeader(id: number): boolean {
  return (
    id === STREAM_ID.programStreamMap ||
    id === STREAM_ID.padding ||
    id === STREAM_ID.privateStream2 ||
    (id >= 0xf0 && id <= 0xf2) ||
    id === 0xf8 ||
    id === 0xff
  )
}
