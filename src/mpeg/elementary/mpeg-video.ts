import { MpegSequenceReader } from "./mpeg-sequence.ts"
import { PictureClock } from "./picture-clock.ts"
import { StartCodeSplitter } from "./start-code-splitter.ts"

const PICTURE = 0x00
const LAST_SLICE = 0xaf
const USER_DATA = 0xb2
const SEQUENCE_HEADER = 0xb3
const EXTENSION = 0xb5
const SEQUENCE_END = 0xb7
const GROUP = 0xb8

const PICTURE_CODING_EXTENSION_ID = 8
/** Bytes of a picture header and of a picture coding extension, with their start codes, that are looked at. */
const PICTURE_SIZE = 6
const PICTURE_CODING_EXTENSION_SIZE = 9

const I_PICTURE = 1
const B_PICTURE = 3
/** picture_structure: 1 top field, 2 bottom field. */
const FRAME = 3

/** MPEG-1 and MPEG-2 video: one unit is a frame or two fields, with the headers before them and a sequence_end_code behind. */
export class MpegVideoSplitter extends StartCodeSplitter {
  readonly #clock = new PictureClock((unit) => this.hand(unit))
  readonly #sequence = new MpegSequenceReader()

  // Of the unit that is being assembled; positions are -1 where nothing was found yet.
  #sequenceAt = -1
  #sequenceEnd = -1
  #pictureAt = -1
  #hasSlices = false
  #type = 0
  #temporalReference = 0
  #structure = FRAME
  #topFieldFirst = false
  #repeatFirstField = false
  /** Where a picture begins that may be the second field: its coding extension decides. */
  #secondAt = -1
  #paired = false

  protected needed(code: number): number {
    if (code === PICTURE) return PICTURE_SIZE
    return code === EXTENSION ? PICTURE_CODING_EXTENSION_SIZE : 4
  }

  protected startCode(code: number, at: number, available: number): void {
    if (code !== PICTURE && code <= LAST_SLICE) this.#hasSlices = this.#pictureAt >= 0
    else if (code === PICTURE) this.#pictureHeader(at, available)
    else if (code === SEQUENCE_HEADER || code === GROUP) this.#sequenceOrGroup(code, at)
    else if (!this.started) return
    else if (code === USER_DATA) this.#endSequence(at)
    else if (code === EXTENSION) this.#codingExtension(at, available)
    else if (code === SEQUENCE_END && this.#hasSlices) this.cut(at + 4)
  }

  #sequenceOrGroup(code: number, at: number): void {
    const position = this.headersAt(at, this.#hasSlices)
    if (code === GROUP) this.#endSequence(position)
    else this.#sequenceAt = position
  }

  #pictureHeader(at: number, available: number): void {
    if (available < PICTURE_SIZE) return
    if (this.#hasSlices && this.#structure !== FRAME && !this.#paired) {
      this.#secondAt = at
      this.#paired = true
      return
    }
    this.#picture(this.headersAt(at, this.#hasSlices))
  }

  /** Picture header, ISO/IEC 13818-2 6.2.3. */
  #picture(at: number): void {
    this.#endSequence(at)
    const { bytes, start } = this.buffer
    this.#pictureAt = at
    this.#temporalReference = temporalReference(bytes, start + at)
    this.#type = ((bytes[start + at + 5] as number) >> 3) & 7
    this.#structure = FRAME
    this.#topFieldFirst = false
    this.#repeatFirstField = false
  }

  /** Picture coding extension, ISO/IEC 13818-2 6.2.3.1. */
  #codingExtension(at: number, available: number): void {
    const { bytes, start } = this.buffer
    const header = start + at
    if (available < PICTURE_CODING_EXTENSION_SIZE || (bytes[header + 4] as number) >> 4 !== PICTURE_CODING_EXTENSION_ID) return
    const structure = (bytes[header + 6] as number) & 3
    const flags = bytes[header + 7] as number
    if (this.#secondAt >= 0) {
      const second = this.#secondAt
      this.#secondAt = -1
      // Two fields of a frame have opposite parity, 1 and 2, and one temporal_reference.
      if (this.#structure + structure === FRAME && temporalReference(bytes, start + second) === this.#temporalReference) return
      this.#paired = false
      this.cut(second)
      this.start(0)
      this.#picture(0)
    }
    this.#structure = structure
    this.#topFieldFirst = (flags & 0x80) !== 0
    this.#repeatFirstField = (flags & 0x02) !== 0
  }

  #endSequence(at: number): void {
    if (this.#sequenceAt >= 0 && this.#sequenceEnd < 0) this.#sequenceEnd = at
  }

  protected complete(size: number): void {
    if (this.#hasSlices) this.#handPicture(size)
    this.reset()
  }

  #handPicture(size: number): void {
    const { bytes, start, offset } = this.buffer
    const hasSequence = this.#sequenceAt >= 0
    if (hasSequence) this.#sequence.read(bytes, start + this.#sequenceAt, start + this.#sequenceEnd)
    const sequence = this.#sequence.value
    if (sequence !== null) this.announce(sequence.parameters)
    const stamp = this.stamps.take(offset + this.#pictureAt)
    const unit = { streamId: this.streamId, data: this.buffer.copy(size), key: this.#type === I_PICTURE && hasSequence }
    const duration = sequence === null ? null : sequence.frameDuration * this.#frames(sequence.progressive)
    this.#clock.picture(unit, stamp, this.#type !== B_PICTURE, duration, sequence?.lowDelay ?? false)
  }

  /** How long the unit is shown, in frames: ISO/IEC 13818-2 6.3.10, repeat_first_field. */
  #frames(progressiveSequence: boolean): number {
    if (this.#structure !== FRAME) return this.#paired ? 1 : 0.5
    if (!this.#repeatFirstField) return 1
    if (!progressiveSequence) return 1.5
    return this.#topFieldFirst ? 3 : 2
  }

  protected reset(): void {
    this.#sequenceAt = -1
    this.#sequenceEnd = -1
    this.#pictureAt = -1
    this.#hasSlices = false
    this.#secondAt = -1
    this.#paired = false
    this.#structure = FRAME
  }

  override flush(): void {
    super.flush()
    this.#clock.flush()
  }
}

function temporalReference(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 4] as number) << 2) | ((bytes[at + 5] as number) >> 6)
}
