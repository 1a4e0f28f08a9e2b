import { SECTOR_SIZE, Warnings } from "../../base/index.ts"
import type { AccessUnit } from "../access-unit.ts"
import { Damage, type DamageCode } from "../damage.ts"
import { Ac3Splitter } from "../elementary/ac3.ts"
import { DtsSplitter } from "../elementary/dts.ts"
import { DVD_LPCM_HEADER_SIZE, DvdLpcmSplitter } from "../elementary/lpcm.ts"
import { MpegAudioSplitter } from "../elementary/mpeg-audio.ts"
import { MpegVideoSplitter } from "../elementary/mpeg-video.ts"
import type { Splitter, SplitterSink } from "../elementary/splitter.ts"
import { PesHeader, readPesHeader, STREAM_ID } from "../pes.ts"
import type { StreamParameters } from "../stream-parameters.ts"
import { isNavigationPack } from "./navigation-fields.ts"
import { packPayloadStart, readPackClock } from "./pack.ts"
import { SubpictureAssembler } from "./subpicture-assembler.ts"

/** Where a demuxer puts what it finds, in the order of the bytes. All calls come from within `push` and `flush`. */
export interface ProgramStreamSink {
  /** A whole access unit. Its bytes are its own. */
  unit(unit: AccessUnit): void
  /** What the elementary stream says of itself: before its first unit and whenever it changes. */
  parameters?(streamId: number, parameters: StreamParameters): void
  /** A navigation pack (2048 bytes, a view of what was pushed); it comes before the units of its VOBU. */
  navigation?(pack: Uint8Array): void
  /** Each pack's system clock reference: 90 kHz ticks and 27 MHz extension (0 to 299). */
  clock?(scr: number, extension: number): void
  /** A packet of this stream is scrambled (PES_scrambling_control is not 0) and was left out. */
  scrambled?(streamId: number): void
}

export type ProgramStreamOptions = {
  readonly sink: ProgramStreamSink
  /** The streams to put together, by `AccessUnit.streamId`; the others cost nothing. Without it: all that are known. */
  readonly streams?: ReadonlySet<number>
  readonly warnings?: Warnings
  /** What warnings name as the place: a VOB's path. */
  readonly path?: string
}

/** Private stream 1 substream ids begin here in the table of streams. */
const PRIVATE = 0x100
const PRIVATE_STREAM_1 = 0xbd00
/** Substream id, number_of_frame_headers, first_access_unit_pointer. */
const PRIVATE_AUDIO_HEADER_SIZE = 4

/** Puts the packs of a DVD (each exactly one 2048-byte sector) apart into access units. Damage is stepped over to the next sector. */
export class ProgramStreamDemuxer {
  readonly #sink: ProgramStreamSink
  readonly #damage: Damage
  readonly #splitterSink: SplitterSink
  readonly #header = new PesHeader()
  #streams: ReadonlySet<number> | null
  /** By stream_id, or PRIVATE + substream id; null: known and not asked for. */
  readonly #splitters: (Splitter | null | undefined)[] = new Array(PRIVATE + 0x100).fill(undefined)
  #position = 0

  constructor(options: ProgramStreamOptions) {
    const { sink } = options
    this.#sink = sink
    this.#streams = options.streams ?? null
    this.#damage = new Damage(options.warnings ?? new Warnings(), options.path ?? "program stream")
    this.#splitterSink = {
      unit: (unit) => sink.unit(unit),
      parameters: (streamId, parameters) => sink.parameters?.(streamId, parameters),
      damage: (code, message, streamId) => this.#note(code, `${message} (stream 0x${streamId.toString(16)})`, this.#position),
    }
  }

  /** How often each kind of damage was stepped over. */
  get damage(): ReadonlyMap<DamageCode, number> {
    return this.#damage.counts
  }

  /** Changes which streams are put together. One that is no longer asked for loses its unfinished unit; a new one begins with its next unit. */
  select(streams: ReadonlySet<number> | null): void {
    this.#streams = streams
    for (let index = 0; index < this.#splitters.length; index++) {
      const splitter = this.#splitters[index]
      const wanted = streams === null || streams.has(streamIdOf(index))
      if (splitter === null && wanted) this.#splitters[index] = undefined
      if (splitter !== undefined && !wanted) this.#splitters[index] = null
    }
  }

  /** Whole packs, one or many. A rest of less than a pack at the end is damage. */
  push(bytes: Uint8Array): void {
    const whole = bytes.length - (bytes.length % SECTOR_SIZE)
    for (let at = 0; at < whole; at += SECTOR_SIZE) {
      this.#pack(bytes, at)
      this.#position += SECTOR_SIZE
    }
    if (whole < bytes.length)
      this.#note("mpeg-lost-sync", `the last pack has ${bytes.length - whole} bytes instead of 2048`, this.#position)
  }

  /** The end, or a discontinuity: units that are whole are handed out, others dropped; times begin anew. */
  flush(): void {
    for (const splitter of this.#splitters) splitter?.flush()
  }

  #pack(bytes: Uint8Array, at: number): void {
    const end = at + SECTOR_SIZE
    const first = packPayloadStart(bytes, at)
    if (first < 0 || first > end) {
      this.#note("mpeg-lost-sync", "no pack begins at this sector", this.#position)
      return
    }
    if (this.#sink.clock !== undefined) this.#clock(bytes, at)
    if (this.#sink.navigation !== undefined && isNavigationPack(bytes, at)) {
      this.#sink.navigation(bytes.subarray(at, end))
      return
    }
    let position = first
    while (position + 6 <= end) {
      if (bytes[position] !== 0 || bytes[position + 1] !== 0 || bytes[position + 2] !== 1) {
        this.#note("mpeg-lost-sync", "no packet begins where the last one ended", this.#position + position - at)
        return
      }
      const id = bytes[position + 3] as number
      if (id <= STREAM_ID.pack) return
      const next = position + 6 + (((bytes[position + 4] as number) << 8) | (bytes[position + 5] as number))
      if (next > end) this.#note("mpeg-bad-packet", "a packet is longer than its pack", this.#position + position - at, "PES_packet_length")
      if (id === STREAM_ID.privateStream1 || (id >= STREAM_ID.firstAudio && id <= STREAM_ID.lastVideo)) {
        this.#packet(bytes, position, Math.min(next, end), id)
      }
      position = next
    }
  }

  #clock(bytes: Uint8Array, at: number): void {
    const { base, extension } = readPackClock(bytes, at)
    this.#sink.clock?.(base, extension)
  }

  #packet(bytes: Uint8Array, at: number, end: number, id: number): void {
    if (id !== STREAM_ID.privateStream1 && this.#splitters[id] === null) return
    const header = this.#header
    if (!readPesHeader(bytes, at, end, header)) {
      this.#note("mpeg-bad-packet", "a packet's header does not fit", this.#position + (at % SECTOR_SIZE), "PES_header_data_length")
      return
    }
    let payload = header.payloadStart
    let index = id
    if (id === STREAM_ID.privateStream1) {
      if (payload >= end) return
      index = PRIVATE + (bytes[payload] as number)
    }
    const splitter = this.#splitter(index)
    if (splitter === null) return
    if (header.scrambling !== 0) {
      this.#sink.scrambled?.(streamIdOf(index))
      return
    }
    splitter.begin(header.pts, header.dts)
    if (index >= PRIVATE) payload = this.#privatePayload(bytes, payload, end, splitter)
    if (payload < end) splitter.push(bytes, payload, end)
    splitter.end()
  }

  /** Where the substream's own bytes begin; audio has a header of its own before them. */
  #privatePayload(bytes: Uint8Array, at: number, end: number, splitter: Splitter): number {
    if (splitter instanceof SubpictureAssembler) return at + 1
    if (at + PRIVATE_AUDIO_HEADER_SIZE > end) return end
    if (splitter instanceof DvdLpcmSplitter) {
      // The pointer counts from its own last byte, so that 1 is the byte behind it.
      const pointer = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
      splitter.firstFrameAt(Math.max(pointer - 1 - DVD_LPCM_HEADER_SIZE, 0))
    }
    return at + PRIVATE_AUDIO_HEADER_SIZE
  }

  #splitter(index: number): Splitter | null {
    const known = this.#splitters[index]
    if (known !== undefined) return known
    const streamId = streamIdOf(index)
    const wanted = this.#streams === null || this.#streams.has(streamId)
    const splitter = wanted ? createSplitter(index, streamId, this.#splitterSink) : null
    this.#splitters[index] = splitter
    return splitter
  }

  #note(code: DamageCode, message: string, offset: number, field?: string): void {
    this.#damage.note(code, message, offset, field)
  }
}

const streamIdOf = (index: number): number => (index < PRIVATE ? index : PRIVATE_STREAM_1 | (index - PRIVATE))

/** Which codec a stream id holds is fixed on DVD-Video: https://dvd.sourceforge.net/dvdinfo/mpeghdrs.html. null: none that a DVD player knows. */
function createSplitter(index: number, streamId: number, sink: SplitterSink): Splitter | null {
  if (index >= STREAM_ID.firstAudio && index <= STREAM_ID.lastAudio) return new MpegAudioSplitter(streamId, sink)
  if (index >= STREAM_ID.firstVideo && index <= STREAM_ID.lastVideo) return new MpegVideoSplitter(streamId, sink)
  const substream = index - PRIVATE
  if (substream >= 0x20 && substream <= 0x3f) return new SubpictureAssembler(streamId, sink)
  if (substream >= 0x80 && substream <= 0x87) return new Ac3Splitter(streamId, "ac3", sink)
  if (substream >= 0x88 && substream <= 0x8f) return new DtsSplitter(streamId, sink)
  if (substream >= 0xa0 && substream <= 0xa7) return new DvdLpcmSplitter(streamId, sink)
  return null
}
